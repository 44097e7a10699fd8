"""The project as it was before the last round of making it faster, to measure in the same run."""

import shutil
import subprocess
import tarfile
from pathlib import Path

from tests.stage_runs import PROJECT

COMMIT = "ded642aea444cca12fba58bfd36607eb7a771dc2"
"""What *before* means in the report; the next round moves it."""


def earlier_project(folder: Path) -> Path | None:
    """Return a folder with the project as it was, with the tests of today; None where git does not have it."""
    archive, root = folder / "earlier.tar", folder / "earlier"
    command = ["git", "archive", "--output", str(archive), COMMIT]
    if subprocess.run(command, cwd=PROJECT, capture_output=True, check=False).returncode:
        return None
    with tarfile.open(archive) as stored:
        stored.extractall(root, filter="data")
    shutil.rmtree(root / "tests")
    shutil.copytree(PROJECT / "tests", root / "tests", ignore=shutil.ignore_patterns("__pycache__"))
    return root
