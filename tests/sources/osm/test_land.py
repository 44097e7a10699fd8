"""Buildings, places and water: what is read, and what is left out."""

from pathlib import Path

import shapely

from pipeline.sources.osm.land import read_buildings, read_places, read_water
from tests.sources.osm.drawn import SQUARE, Node, Way, extract


def test_a_building_that_crosses_itself_is_mended_and_one_that_does_not_close_left_out(pbf: Path) -> None:
    bow_tie: Way = (7, [1, 2, 4, 3, 1], {"building": "house"})
    open_line: Way = (8, [1, 2, 3], {"building": "house"})
    buildings = read_buildings(extract(pbf, SQUARE, [bow_tie, open_line]))
    assert buildings.is_valid.all()
    assert "w8" not in set(buildings["osm_id"])


def test_places_are_named_nodes_where_people_live(pbf: Path) -> None:
    nodes: list[Node] = [
        (1, 0.001, 0.001, {"place": "village", "name": "Dorp"}),
        (2, 0.002, 0.001, {"place": "locality", "name": "Veld"}),
        (3, 0.003, 0.001, {"place": "hamlet"}),
    ]
    assert read_places(extract(pbf, nodes))["place_name"].tolist() == ["Dorp"]


def test_water_is_polygons_alone(pbf: Path) -> None:
    ways: list[Way] = [(7, [1, 2, 3, 4, 1], {"natural": "water"}), (8, [1, 2, 3], {"waterway": "ditch"})]
    water = read_water(extract(pbf, SQUARE, ways))
    assert len(water) == 1
    assert isinstance(water.iloc[0], shapely.MultiPolygon)
