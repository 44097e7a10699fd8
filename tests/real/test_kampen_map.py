"""The map of Kampen: cut to its own box, and as Overpass gives it, it reads as it is."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pytest

from pipeline.config.services import OverpassSettings
from pipeline.model.profiles import tags_of_nodes
from pipeline.settings_files import read_sections
from pipeline.sources import overpass
from pipeline.sources.osm.addresses import read_addresses
from pipeline.sources.osm.extract import read_extract
from pipeline.sources.osm.land import read_buildings, read_places, read_water
from pipeline.sources.osm.tagged import read_background, read_facilities
from pipeline.sources.osm.ways import read_obstacles, read_walkable
from pipeline.sources.osm_cut import Box, covered, cut
from pipeline.sources.osm_files import TIMESTAMP, read_day
from pipeline.sources.web import Web
from pipeline.stages.fetch_osm import asked
from tests.services.overpass import Map, Overpass
from tests.services.server import impatient, running, services_at
from tests.stage_runs import PROJECT

pytestmark = pytest.mark.real

MOMENT = "2023-01-30T01:00:12Z"
SETTINGS = read_sections(PROJECT / "config", ["network", "facilities", "background", "profiles"])


@pytest.fixture(scope="module")
def whole(real_data: Path) -> Path:
    return real_data / "kampen.osm.pbf"


@pytest.fixture(scope="module")
def box(whole: Path) -> Box:
    found = covered([whole], Box(-180, -90, 180, 90))
    assert found is not None
    return found


@pytest.fixture(scope="module")
def read_whole(whole: Path) -> dict[str, Any]:
    return all_read(whole)


def all_read(pbf: Path) -> dict[str, Any]:
    """Return all that stages read of a map."""
    network, categories = SETTINGS["network"], SETTINGS["facilities"].categories
    ways = read_walkable(pbf, network.walkable, network.not_walkable)
    on_ways = set(ways.node_ids.tolist())
    numbers, tags = read_obstacles(pbf, tags_of_nodes(SETTINGS["profiles"]))
    return {
        "extract": read_extract(pbf).wkt,
        "addresses": read_addresses(pbf),
        "buildings": read_buildings(pbf),
        "places": read_places(pbf),
        "water": read_water(pbf).to_frame("geometry"),
        "facilities": read_facilities(pbf, categories),
        "background": read_background(pbf, SETTINGS["background"].layers),
        "tags of ways": ways.tags,
        "ways": np.concatenate([ways.starts, ways.node_ids, ways.cut_ids]).tolist(),
        "places of nodes": np.concatenate([ways.x_m, ways.y_m]).tolist(),
        "obstacles": {number: one for number, one in zip(numbers.tolist(), tags, strict=True) if number in on_ways},
    }


def require_equal(found: dict[str, Any], wanted: dict[str, Any]) -> None:
    for name, one in wanted.items():
        assert len(one) > 0, name
        if isinstance(one, gpd.GeoDataFrame):
            # A row is numbered among all that have its key, also those that no rule fits.
            assert found[name].reset_index(drop=True).equals(one.reset_index(drop=True)), name
        else:
            assert found[name] == one, name


def test_the_cut_to_its_own_box_reads_as_the_whole(
    whole: Path, box: Box, read_whole: dict[str, Any], tmp_path: Path
) -> None:
    cut([whole], box, tmp_path / "kampen.osm.pbf", MOMENT)
    require_equal(all_read(tmp_path / "kampen.osm.pbf"), read_whole)


def test_its_header_tells_its_day(whole: Path) -> None:
    assert read_day(whole) == MOMENT[:10], TIMESTAMP


@pytest.fixture(scope="module")
def web(whole: Path) -> Iterator[Web]:
    with running(Overpass({MOMENT: Map(whole)})) as server:
        patient = impatient().model_copy(update={"read_seconds": 180.0})
        yield Web(patient, services_at(overpass=server.address), lambda _: None)


def test_overpass_gives_what_reads_as_the_whole(web: Web, box: Box, read_whole: dict[str, Any], tmp_path: Path) -> None:
    wanted = asked(SETTINGS["network"], SETTINGS["facilities"], SETTINGS["background"])
    question = overpass.Question("overpass", wanted, box, None)
    limits = OverpassSettings(tile_km=4, memory_mb=512)
    day, _ = overpass.fetch(web, question, limits, tmp_path / "kampen.osm.pbf")
    assert day == MOMENT[:10]
    require_equal(all_read(tmp_path / "kampen.osm.pbf"), read_whole)
