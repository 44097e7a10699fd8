"""Measure work: how long it takes, and the most memory of the process that does it."""

import importlib
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from tests.stage_runs import PROJECT

_STATUS, _RESET = Path("/proc/self/status"), Path("/proc/self/clear_refs")
_KB_PER_MB = 1024
_ENOUGH_S = 2.0
"""Work that took this long in all is not repeated for a better minimum."""

Result = TypeVar("Result")


@dataclass(frozen=True)
class Timing:
    """The fastest of `runs` runs: seconds by the clock, and seconds that all processors together worked on it."""

    seconds: float
    cpu_seconds: float
    runs: int


def timed(work: Callable[[], Result], *, runs: int = 1) -> tuple[Timing, Result]:
    """Do the work up to `runs` times, and return the time of the fastest and what the last gave."""
    seconds: list[float] = []
    cpu: list[float] = []
    while True:
        begin, cpu_begin = time.perf_counter(), time.process_time()
        result = work()
        seconds.append(time.perf_counter() - begin)
        cpu.append(time.process_time() - cpu_begin)
        if len(seconds) >= runs or sum(seconds) > _ENOUGH_S:
            return Timing(min(seconds), min(cpu), len(seconds)), result


def peak_mb() -> float | None:
    """Return the most memory (MB) that this process held since `forget_peak`, or since it began; Linux alone tells."""
    if not _STATUS.exists():
        return None
    line = next(one for one in _STATUS.read_text(encoding="ascii").splitlines() if one.startswith("VmHWM"))
    return int(line.split()[1]) / _KB_PER_MB


def forget_peak() -> None:
    """Begin anew with the peak of memory."""
    if _RESET.exists():
        _RESET.write_text("5", encoding="ascii")


def in_fresh_process(function: str, *, project: Path = PROJECT, **arguments: Any) -> dict[str, Any]:
    """Call a function in a new process, so that nothing that was measured before it counts.

    Parameters
    ----------
    function
        ``module:name`` below tests.benchmarks; it takes and returns what JSON can hold.
    project
        The project whose code is called.

    Returns
    -------
    What the function returns, and `peak_mb`.
    """
    with tempfile.TemporaryDirectory() as folder:
        answer = Path(folder) / "answer.json"
        command = [sys.executable, "-W", "ignore", "-m", "tests.benchmarks.measuring", function, str(answer)]
        done = subprocess.run(
            [*command, json.dumps(arguments)], cwd=project, capture_output=True, text=True, check=False
        )
        if done.returncode:
            raise RuntimeError(f"{function} {arguments}: {done.stderr[-3000:]}")
        found: dict[str, Any] = json.loads(answer.read_text(encoding="utf-8"))
    return found


def main() -> None:
    """Call the function that the command line names and write what it returns to a file."""
    module, name = sys.argv[1].split(":")
    function = getattr(importlib.import_module(f"tests.benchmarks.{module}"), name)
    found = function(**json.loads(sys.argv[3]))
    Path(sys.argv[2]).write_text(json.dumps({"peak_mb": peak_mb(), **found}), encoding="utf-8")


if __name__ == "__main__":
    main()
