"""A finished tiny region in a whole project, and surroundings that never differ."""

import shutil
from datetime import date
from pathlib import Path

import pytest

from pipeline.commands.preflight.inspection import Surroundings
from pipeline.config import PreflightSettings
from pipeline.settings_files import read_sections
from tests.stage_runs import PROJECT

TODAY = date(2025, 1, 1)


@pytest.fixture
def project(tiny: Path) -> Path:
    """Return a copy of the finished tiny region with all that DVC wants beside it."""
    for name in ("dvc.yaml", ".dvcignore"):
        shutil.copy(PROJECT / name, tiny / name)
    shutil.copytree(PROJECT / "pipeline", tiny / "pipeline", ignore=shutil.ignore_patterns("__pycache__"))
    return tiny


@pytest.fixture
def surroundings() -> Surroundings:
    """Return a day, a roomy disk, and a DVC that finds nothing changed."""
    return Surroundings(TODAY, free_bytes=lambda _: 10**12, changed_stages=lambda _: set())


@pytest.fixture(scope="session")
def settings() -> PreflightSettings:
    """Return the settings as shipped."""
    found: PreflightSettings = read_sections(PROJECT / "config", ["preflight"])["preflight"]
    return found
