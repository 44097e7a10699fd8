"""A project of the test's own, run by real ``dvc repro`` on a small sample region."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from pipeline.sources.local_checks import COLUMNS
from tests.sample_region import copy_settings
from tests.stage_runs import PROJECT, hashes


class Project:
    """A copy of the project in which DVC runs without git."""

    def __init__(self, root: Path) -> None:
        self.root = root
        shutil.copytree(PROJECT / "pipeline", root / "pipeline", ignore=shutil.ignore_patterns("__pycache__"))
        copy_settings(root, addresses=2500)
        for name in ("dvc.yaml", ".dvcignore"):
            shutil.copy(PROJECT / name, root / name)
        (root / ".dvc").mkdir()
        config = (PROJECT / ".dvc/config").read_text(encoding="utf-8")
        (root / ".dvc/config").write_text(config + "    no_scm = true\n", encoding="utf-8")
        for folder in ("incoming", "registers"):
            (root / "data/raw/markerwaard" / folder).mkdir(parents=True)
            shutil.copy(PROJECT / f"data/raw/markerwaard/{folder}/README.md", root / "data/raw/markerwaard" / folder)
        shutil.copytree(PROJECT / "data/baselines/markerwaard", root / "data/baselines/markerwaard")
        # In so small a region not all places exist that the checks of the sample region are about.
        checks = root / "config/regions/markerwaard.checks.csv"
        checks.write_text(",".join(COLUMNS) + "\n", encoding="utf-8")

    def set_params(self, old: str, new: str) -> None:
        """Change a line of params.yaml."""
        path = self.root / "config/params.yaml"
        text = path.read_text(encoding="utf-8")
        assert old in text
        path.write_text(text.replace(old, new), encoding="utf-8")

    def woonzorg(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run a command of the project's own code."""
        inherited = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"}
        return subprocess.run(
            [sys.executable, "-m", "pipeline", *arguments],
            cwd=self.root, env={**inherited, "NO_COLOR": "1", "COLUMNS": "200"},
            capture_output=True, text=True, check=False,
        )  # fmt: skip

    def dvc(self, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        """Run DVC with this Python first on the path."""
        return subprocess.run(
            dvc_command(*arguments), cwd=self.root, env=dvc_environment(**environment),
            capture_output=True, text=True, check=False,
        )  # fmt: skip

    def results(self) -> dict[str, str]:
        """Return the hash of every file that a run makes, also of hidden ones, by its path below the project."""
        found = hashes(self.root / "data", self.root / "maps")
        return {Path(path).relative_to(self.root).as_posix(): digest for path, digest in found.items()}

    def processes(self) -> list[str]:
        """Return the commands of processes that work in the project's folder (Linux)."""
        found = []
        for process in Path("/proc").glob("[0-9]*"):
            try:
                if (process / "cwd").resolve().is_relative_to(self.root):
                    found.append((process / "cmdline").read_text(encoding="utf-8"))
            except OSError:
                continue
        return found


def dvc_command(*arguments: str) -> list[str]:
    """Return the command that runs DVC with this Python."""
    return [sys.executable, "-m", "dvc", *arguments]


def dvc_environment(**extra: str) -> dict[str, str]:
    """Return an environment in which ``python`` is this Python."""
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    inherited = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"}
    return {**inherited, "PATH": path, "NO_COLOR": "1", **extra}


@pytest.fixture(scope="session")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """Return a project in which the sample region was run once; a test leaves it as it found it."""
    made = Project(tmp_path_factory.mktemp("project"))
    run = made.dvc("repro")
    assert run.returncode == 0, run.stderr
    return made
