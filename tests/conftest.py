"""Fixtures that several rooms share."""

import os
import shutil
import signal
from pathlib import Path

import pytest

from tests import tiny_region
from tests.stage_runs import PROJECT, run_stages


def real_folder() -> Path:
    """Return the folder in which the real data of Kampen are looked for."""
    return Path(os.environ.get("WOONZORG_REAL_DATA", PROJECT.parent / "shared" / "kampen"))


def has_real_data() -> bool:
    """Say whether they are there."""
    return (real_folder() / "kampen.osm.pbf").is_file()


LONGEST = ("damage/test_files.py", "e2e", "real", "damage")
"""Tests that take long, longest first: another processor has time for the others meanwhile."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the tests that take longest."""

    def place(item: pytest.Item) -> int:
        path = item.path.relative_to(PROJECT / "tests").as_posix()
        return next((number for number, start in enumerate(LONGEST) if path.startswith(start)), len(LONGEST))

    items.sort(key=place)


@pytest.fixture(scope="session", autouse=True)
def interruptible() -> None:
    """Let what tests start be interrupted, also if the tests run in the background, which ignores SIGINT."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(scope="session")
def finished_tiny_region(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder in which the tiny region was run once; not to be changed."""
    root = tmp_path_factory.mktemp("vierkant")
    tiny_region.write_region(root)
    run_stages(root, tiny_region.REGION)
    return root


@pytest.fixture
def tiny(finished_tiny_region: Path, tmp_path: Path) -> Path:
    """Return a copy of the finished tiny region, for a test to damage."""
    root = tmp_path / "project"
    shutil.copytree(finished_tiny_region, root)
    return root


@pytest.fixture(scope="session")
def real_data() -> Path:
    """Return the folder with the real data of Kampen, or skip the test and say so."""
    if not has_real_data():
        pytest.skip(f"real data of Kampen is not in {real_folder()} (WOONZORG_REAL_DATA)")
    return real_folder()
