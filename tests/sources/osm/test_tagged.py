"""Objects by their tags: facilities and the background."""

from pathlib import Path

from pipeline.config.facilities import Category
from pipeline.config.params import BackgroundLayer
from pipeline.config.values import TagRule
from pipeline.sources.osm.tagged import read_background, read_facilities
from tests.sources.osm.drawn import SQUARE, Node, Way, extract


def category(match: list[TagRule], exclude: list[TagRule] | None = None) -> Category:
    return Category(label="Een", plural="Meer", match=match, exclude=exclude or [], is_essential=False)


def test_facilities_come_as_points_and_buildings_and_once_per_category(pbf: Path) -> None:
    nodes: list[Node] = [
        *SQUARE,
        (5, 0.002, 0.002, {"amenity": "doctors", "dispensing": "yes", "name": "Dokter <b>"}),
        (6, 0.003, 0.003, {"amenity": "doctors", "healthcare": "sample_collection"}),
    ]
    building: Way = (7, [1, 2, 3, 4, 1], {"building": "yes", "amenity": "doctors"})
    categories = {
        "gp": category([{"amenity": "doctors"}], [{"healthcare": "sample_collection"}]),
        "pharmacy": category([{"amenity": "pharmacy"}, {"amenity": "doctors", "dispensing": "yes"}]),
    }
    found = read_facilities(extract(pbf, nodes, [building]), categories)
    assert sorted(zip(found["category"], found["osm_id"], strict=True)) == [
        ("gp", "n5"), ("gp", "w7"), ("pharmacy", "n5"),
    ]  # fmt: skip
    assert found.set_index("osm_id")["facility_name"].isna().to_dict() == {"n5": False, "w7": True}


def test_the_background_takes_the_first_layer_that_fits(pbf: Path) -> None:
    layers = [
        BackgroundLayer(layer="road", rank=1, match=[{"highway": "primary"}]),
        BackgroundLayer(layer="road", rank=2, match=[{"highway": "*"}]),
    ]
    ways: list[Way] = [(7, [1, 2], {"highway": "primary"}), (8, [2, 3], {"highway": "service", "name": "Pad"})]
    found = read_background(extract(pbf, SQUARE, ways), layers).set_index("feature_id")
    assert found["rank"].to_dict() == {"w7": 1, "w8": 2}
    assert found["feature_name"].isna().to_dict() == {"w7": True, "w8": False}
