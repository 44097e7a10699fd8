"""DVC as a child of this process: what it would run, and a run of which the lines can be followed."""

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from types import FrameType
from typing import NoReturn

from pipeline.errors import WoonzorgError

_BUSY = "is busy, it is being blocked by"
_LOCKED = "Unable to acquire lock"
_CUT_SHORT = re.compile(
    r"(dvc\.lock|\.dvc.tmp.rwlock)'\S* (?:is invalid|validation failed|format error|JSON structure)"
)
_ERROR = "ERROR: "
_PATIENCE_SECONDS = 10


def _command(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "dvc", *arguments]


def _environment() -> Mapping[str, str]:
    """Return the environment in which ``python`` is this Python, and every line comes at once."""
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
    return {**os.environ, "PATH": path, "PYTHONUNBUFFERED": "1", "PYTHONIOENCODING": "utf-8", "DVC_NO_ANALYTICS": "1"}


def changed_stages(root: Path) -> set[str]:
    """Ask DVC of which stages a dep, a setting or an out differs from the last run.

    Raises
    ------
    WoonzorgError
        If DVC cannot tell: another run is under way, or the project is damaged.
    """
    asked = subprocess.run(
        _command("status", "--json"), cwd=root, env=_environment(), capture_output=True, text=True, check=False,
        encoding="utf-8", errors="replace", stdin=subprocess.DEVNULL,
    )  # fmt: skip
    if asked.returncode == 0:
        with suppress(ValueError):
            return set(json.loads(asked.stdout))
    raise WoonzorgError(dvc_fault(asked.stderr.splitlines()))


def dvc_fault(lines: Sequence[str]) -> str:
    """Say in one sentence what DVC complains of in `lines`."""
    text = "\n".join(lines)
    if _BUSY in text or _LOCKED in text:
        return "in deze map draait al een run van DVC; wacht tot die klaar is en probeer het dan opnieuw."
    if (damaged := _CUT_SHORT.search(text)) is not None:
        return (
            f"{damaged[1]} is half geschreven, doordat een run werd afgebroken; verwijder dat bestand en draai opnieuw "
            "(uitkomsten blijven bewaard)."
        )
    reasons = [line.removeprefix(_ERROR) for line in lines if line.startswith(_ERROR)]
    reason = " ".join((reasons or [line for line in lines if line.strip()] or ["geen melding"])[-1].split())
    return f"DVC kan niet draaien ({reason}); herstel dat en probeer het opnieuw."


@contextmanager
def running(root: Path, targets: Sequence[str]) -> Iterator[subprocess.Popen[str]]:
    """Run ``dvc repro``; its `stdout` holds the lines of DVC and of the stages.

    When the body is left early, by Ctrl-C or because this process is told to end, DVC and its stage end as well.
    """
    with _ending_on_signals():
        # In a session of its own, Ctrl-C reaches this process alone, which passes it on to DVC and the stage.
        process = subprocess.Popen(
            _command("repro", *targets), cwd=root, env=_environment(), stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=True,
            text=True, encoding="utf-8", errors="replace",
        )  # fmt: skip
        try:
            yield process
        finally:
            _end(process)
            assert process.stdout is not None
            process.stdout.close()


@contextmanager
def _ending_on_signals() -> Iterator[None]:
    """Let a request to end this process pass through its ``finally`` blocks."""

    def leave(number: int, _frame: FrameType | None) -> NoReturn:
        raise SystemExit(128 + number)

    names = ("SIGTERM", "SIGHUP")
    before = {one: signal.signal(one, leave) for name in names if (one := getattr(signal, name, None)) is not None}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _end(process: subprocess.Popen[str]) -> None:
    """End a process that still runs, and all that it started: first with a request, then without."""
    if sys.platform == "win32":
        if process.poll() is None:
            process.terminate()
            process.wait()
        return
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGKILL):
        if process.poll() is not None:
            return
        with suppress(ProcessLookupError):
            os.killpg(process.pid, number)
        with suppress(subprocess.TimeoutExpired, KeyboardInterrupt):
            process.wait(_PATIENCE_SECONDS)
