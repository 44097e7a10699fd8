"""Kill a process at each of its changes of the disk while it replaces two targets, and hold what a later run finds.

Run as a program, so that it can fork before any thread is there: ``python -m tests.kill_while_replacing FOLDER KIND``.
"""

import os
import shutil
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from pipeline.tables import replaced_together

CHANGES = ("replace", "rename", "link", "unlink", "rmdir", "mkdir", "symlink")
NAMES = ("een", "twee")


def main(folder: Path, kind: str) -> None:
    """Print how many moments there were, and at how many of them the result was the old one."""
    outcomes = []
    moment = 0
    while _killed_at(moment := moment + 1, folder, kind):
        for name in NAMES:
            assert _content(folder / name) in {"oud", "nieuw", None if kind == "folder" else "nieuw"}, (moment, name)
        _try_and_fail(folder)
        found = {_content(folder / name) for name in NAMES}
        assert len(found) == 1, f"moment {moment}: {found}"
        assert sorted(path.name for path in folder.iterdir()) == sorted(NAMES), f"moment {moment}: something is left"
        outcomes.append(found.pop())
    assert set(outcomes) == {"oud", "nieuw"}
    print(f"{len(outcomes)} moments, old at {outcomes.count('oud')}")


def _killed_at(moment: int, folder: Path, kind: str) -> bool:
    """Replace in a child that is killed at its change number `moment`; say whether it came to that."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    for name in NAMES:
        _fill(folder / name, "oud", kind)
    child = os.fork()
    if not child:
        _kill_before_change(moment)
        with replaced_together(*(folder / name for name in NAMES)) as temporary:
            for path in temporary.values():
                _fill(path, "nieuw", kind)
        os._exit(0)
    _, status = os.waitpid(child, 0)
    return os.WIFSIGNALED(status)


def _kill_before_change(moment: int) -> None:
    """Make this process kill itself just before its change of the disk with this number."""
    left = [moment]

    def counted(change: Callable[..., Any]) -> Callable[..., Any]:
        def change_or_die(*args: Any, **kwargs: Any) -> Any:
            left[0] -= 1
            if not left[0]:
                os.kill(os.getpid(), signal.SIGKILL)
            return change(*args, **kwargs)

        return change_or_die

    for name in CHANGES:
        setattr(os, name, counted(getattr(os, name)))


def _try_and_fail(folder: Path) -> None:
    """Be the later run, of which the body fails: what it finds must stay."""
    try:
        with replaced_together(*(folder / name for name in NAMES)):
            raise ValueError
    except ValueError:
        return


def _fill(path: Path, text: str, kind: str) -> None:
    if kind == "folder":
        path.mkdir()
        path = path / "bestand"
    path.write_text(text, encoding="utf-8")


def _content(path: Path) -> str | None:
    file = path / "bestand" if path.is_dir() else path
    return file.read_text(encoding="utf-8") if file.exists() else None


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
