"""Where a test of this room draws its extract."""

from pathlib import Path

import pytest


@pytest.fixture
def pbf(tmp_path: Path) -> Path:
    return tmp_path / "test.osm.pbf"
