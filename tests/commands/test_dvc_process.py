"""DVC as a child: what it answers, and that it never outlives the run."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from pipeline.commands import dvc_process
from pipeline.errors import WoonzorgError

SLEEPS = "import time; print('begonnen', flush=True); time.sleep(60)"
DEAF = f"import signal; [signal.signal(one, signal.SIG_IGN) for one in (signal.SIGINT, signal.SIGTERM)]; {SLEEPS}"
WITH_CHILD = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {SLEEPS!r}])"


@pytest.fixture
def as_dvc(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """Let a line of Python stand for DVC, and wait for it no longer than a moment."""
    monkeypatch.setattr(dvc_process, "_PATIENCE_SECONDS", 0.5)
    return monkeypatch


def stands_for_dvc(monkeypatch: pytest.MonkeyPatch, program: str) -> None:
    monkeypatch.setattr(dvc_process, "_command", lambda *_: [sys.executable, "-c", program])


def first_line(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline()


def is_running(process: subprocess.Popen[str]) -> bool:
    """Say whether anything is left of a process and of all that it started."""
    try:
        os.killpg(process.pid, 0)
    except ProcessLookupError:
        return False
    return True


posix = pytest.mark.skipif(sys.platform == "win32", reason="groups of processes are POSIX")


@posix
@pytest.mark.parametrize("program", [SLEEPS, DEAF, WITH_CHILD])
def test_ctrl_c_ends_dvc_and_all_that_it_started(program: str, as_dvc: pytest.MonkeyPatch) -> None:
    stands_for_dvc(as_dvc, program)
    started: list[subprocess.Popen[str]] = []
    with pytest.raises(KeyboardInterrupt):
        interrupt_once_begun(started)
    assert started[0].returncode not in (None, 0)
    assert not is_running(started[0])


def interrupt_once_begun(started: list[subprocess.Popen[str]]) -> None:
    with dvc_process.running(Path(), []) as process:
        started.append(process)
        assert first_line(process) == "begonnen\n"
        raise KeyboardInterrupt


@posix
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_request_to_end_takes_dvc_along(number: signal.Signals, as_dvc: pytest.MonkeyPatch) -> None:
    stands_for_dvc(as_dvc, SLEEPS)
    before = signal.getsignal(number)
    started: list[subprocess.Popen[str]] = []
    with pytest.raises(SystemExit) as caught:
        end_once_begun(started, number)
    assert caught.value.code == 128 + number
    assert not is_running(started[0])
    assert signal.getsignal(number) == before


def end_once_begun(started: list[subprocess.Popen[str]], number: signal.Signals) -> None:
    with dvc_process.running(Path(), []) as process:
        started.append(process)
        assert first_line(process) == "begonnen\n"
        os.kill(os.getpid(), number)
        first_line(process)


def test_a_run_that_ends_by_itself_gives_all_its_lines(as_dvc: pytest.MonkeyPatch) -> None:
    stands_for_dvc(as_dvc, "import sys; print('één'); print('twee', file=sys.stderr); sys.exit(3)")
    with dvc_process.running(Path(), []) as process:
        assert process.stdout is not None
        assert sorted(process.stdout) == ["twee\n", "één\n"]
        assert process.wait() == 3


def test_what_dvc_answers_is_what_changed(as_dvc: pytest.MonkeyPatch) -> None:
    stands_for_dvc(as_dvc, 'print(\'{"a@kampen": [], "b": []}\')')
    assert dvc_process.changed_stages(Path()) == {"a@kampen", "b"}


@pytest.mark.parametrize(
    ("program", "expected"),
    [
        ("import sys; sys.exit('ERROR: unable to read: config/params.yaml')", "unable to read: config/params.yaml"),
        ("import sys; sys.exit(\"ERROR: 'x' is busy, it is being blocked by:\")", "draait al een run van DVC"),
        ("print('geen antwoord')", "geen melding"),
    ],
)
def test_a_dvc_that_cannot_tell_is_a_fault(program: str, expected: str, as_dvc: pytest.MonkeyPatch) -> None:
    stands_for_dvc(as_dvc, program)
    with pytest.raises(WoonzorgError, match=expected):
        dvc_process.changed_stages(Path())


def test_stages_run_with_this_python(as_dvc: pytest.MonkeyPatch) -> None:
    program = "import os, shutil, sys; sys.exit(0 if os.path.samefile(shutil.which('python'), sys.executable) else 1)"
    stands_for_dvc(as_dvc, program)
    as_dvc.setenv("PATH", os.defpath)
    with dvc_process.running(Path(), []) as process:
        assert process.wait() == 0
