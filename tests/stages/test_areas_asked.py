"""Neighbours that come with the areas of a service change nothing for the region."""

import json
from pathlib import Path

import pandas as pd
import pytest

from pipeline import contracts
from pipeline.tables import RegionFiles
from tests import tiny_region
from tests.services.features import Areas, wfs_handler
from tests.services.server import running
from tests.sources import squares
from tests.stage_runs import run_stages, stage_names

TABLES = (contracts.BASE_AREAS, contracts.UNITS, contracts.DWELLINGS, contracts.UNIT_DEMAND, contracts.VERDICT_TABLE)


@pytest.fixture(scope="module")
def asked(tmp_path_factory: pytest.TempPathFactory) -> RegionFiles:
    root = tmp_path_factory.mktemp("gevraagd")
    squares.write_project(root, squares.settings("wfs"))
    with running(wfs_handler(Areas(squares.layers("wfs")))) as server:
        squares.ask_at(root, server)
        return run_stages(root, tiny_region.REGION)


def test_a_region_is_the_same_with_and_without_its_neighbours(asked: RegionFiles, tmp_path: Path) -> None:
    settings = squares.settings("wfs")
    settings["from"] = "file"
    for layer in settings["layers"]:
        layer["reference_date"] = "2024-01-01"
    alone = squares.write_project(tmp_path, settings)
    for layer in settings["layers"]:
        content = json.loads((asked.snapshot("areas") / layer["file"]).read_text(encoding="utf-8"))
        kept = [one for one in content["features"] if one["properties"]["gemeentecode"] == "GM0001"]
        assert 0 < len(kept) < len(content["features"])
        text = json.dumps({**content, "features": kept})
        (alone.incoming / layer["file"]).write_text(text, encoding="utf-8")
    run_stages(tmp_path, tiny_region.REGION, stage_names()[: stage_names().index("flag_witte_vlekken") + 1])
    for table in TABLES:
        pd.testing.assert_frame_equal(asked.read(table), alone.read(table))


def test_the_page_tells_where_the_areas_are_from_and_of_when(asked: RegionFiles) -> None:
    page = asked.published("index.html").read_text(encoding="utf-8")
    assert "gemeenten_2024.geojson" in page
    assert "2024-01-01" in page
