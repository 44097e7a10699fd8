"""The real data of Kampen, run once for all tests of this room."""

import shutil
from pathlib import Path

import pytest

from pipeline.tables import RegionFiles
from tests.stage_runs import PROJECT, run_stages


@pytest.fixture(scope="session")
def kampen(real_data: Path, tmp_path_factory: pytest.TempPathFactory) -> RegionFiles:
    """Return the region as it is shipped, after all stages; not to be changed."""
    root = tmp_path_factory.mktemp("kampen")
    shutil.copytree(PROJECT / "config", root / "config")
    shutil.copytree(real_data, root / "data/raw/kampen/incoming")
    return run_stages(root, "kampen")
