"""What this machine must offer a run: room on the disk, and permission to write."""

import os
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

from pipeline.commands.preflight.findings import Findings
from pipeline.commands.wording import megabytes

WRITTEN_FOLDERS = ("data", "maps", ".dvc", "")
"""Where a run writes, below the project; the empty one is the project itself, for ``dvc.lock``."""


def free_bytes(root: Path) -> int:
    """Return the room on the disk of the project."""
    return shutil.disk_usage(root).free


def check_room(needed_bytes: float, free: int, found: Findings) -> None:
    """Hold the room on the disk against what the run is forecast to need."""
    text = f"{megabytes(free)} vrij"
    if needed_bytes:
        text += f", de run heeft hoogstens ongeveer {megabytes(needed_bytes)} nodig"
    found.facts.append(("Schijf", text))
    if free < needed_bytes:
        found.faults.append(f"te weinig schijfruimte: {text}; maak ruimte vrij.")


def check_writable(root: Path, found: Findings, is_writable: Callable[[Path], bool] | None = None) -> None:
    """Look whether a run may write where it has to; a folder that is not there yet will be made in the one above."""
    for name in WRITTEN_FOLDERS:
        folder = root / name
        while not os.path.lexists(folder):
            folder = folder.parent
        if not (is_writable or can_write)(folder):
            shown = f"{name}/" if name else "de map van het project"
            found.faults.append(f"{shown}: hier kan niet geschreven worden; geef jezelf schrijfrechten op deze map.")


def can_write(folder: Path) -> bool:
    """Say whether a file can be made in `folder`; the file is gone again at once."""
    try:
        with tempfile.TemporaryFile(dir=folder):
            return True
    except OSError:
        return False
