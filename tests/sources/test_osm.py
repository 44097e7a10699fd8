"""OpenStreetMap: what is read from an extract, and what is left out."""

from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

import numpy as np
import osmium
import pytest
import shapely

from pipeline.config.facilities import Category
from pipeline.config.params import BackgroundLayer
from pipeline.config.values import TagRule
from pipeline.errors import SourceError
from pipeline.sources import osm

LON, LAT = 5.9, 52.5
Node = tuple[int, float, float, dict[str, str]]
Way = tuple[int, list[int], dict[str, str]]
SQUARE: list[Node] = [(1, 0, 0, {}), (2, 0.001, 0, {}), (3, 0.001, 0.001, {}), (4, 0, 0.001, {})]


def extract(path: Path, nodes: Sequence[Node], ways: Sequence[Way] = (), *, box: bool = True) -> Path:
    """Write an extract; places of nodes are degrees beside `LON`, `LAT`."""
    header = osmium.io.Header()
    if box:
        header.add_box(osmium.osm.Box(osmium.osm.Location(LON, LAT), osmium.osm.Location(LON + 0.01, LAT + 0.01)))
    with osmium.SimpleWriter(str(path), header=header) as writer:
        for number, x, y, tags in nodes:
            writer.add_node(osmium.osm.mutable.Node(id=number, version=1, location=(LON + x, LAT + y), tags=tags))
        for number, refs, tags in ways:
            writer.add_way(osmium.osm.mutable.Way(id=number, version=1, nodes=refs, tags=tags))
    return path


@pytest.fixture
def pbf(tmp_path: Path) -> Path:
    return tmp_path / "test.osm.pbf"


def category(match: list[TagRule], exclude: list[TagRule] | None = None) -> Category:
    return Category(label="Een", plural="Meer", match=match, exclude=exclude or [], is_essential=False)


def test_addresses_carry_the_four_digits_of_their_postcode(pbf: Path) -> None:
    nodes: list[Node] = [
        (1, 0.001, 0.001, {"addr:housenumber": "1", "addr:postcode": "8265 AB", "addr:city": "Kampen"}),
        (2, 0.002, 0.001, {"addr:housenumber": "2a", "addr:postcode": "onbekend"}),
        (3, 0.003, 0.001, {"addr:housenumber": "3"}),
        (4, 0.004, 0.001, {"addr:street": "Straat zonder nummer"}),
    ]
    found = osm.read_addresses(extract(pbf, nodes))
    assert found["osm_id"].tolist() == ["n1", "n2", "n3"]
    assert found["postcode_code"].isna().tolist() == [False, True, True]
    assert found["postcode_code"][0] == "8265"
    assert found.crs == "EPSG:28992"


def test_numbered_addresses_have_what_registers_write_of_them(pbf: Path) -> None:
    nodes: list[Node] = [
        *SQUARE,
        (11, 0.001, 0.001, {"addr:housenumber": "1", "addr:postcode": "8265 AB"}),
        (12, 0.002, 0.001, {"addr:housenumber": "2a", "addr:postcode": "8265AB", "addr:unit": "3"}),
        (13, 0.003, 0.001, {"addr:housenumber": "3"}),
    ]
    ways: list[Way] = [(1, [1, 2, 3, 4, 1], {"building": "yes", "addr:housenumber": "1", "addr:postcode": "8265AB"})]
    found = osm.read_numbered_addresses(extract(pbf, nodes, ways))
    assert found[["postcode", "house_number", "addition"]].to_numpy().tolist() == [
        ["8265 AB", "1", ""], ["8265AB", "2a", "3"], ["8265AB", "1", ""],
    ]  # fmt: skip
    points = osm.read_addresses(pbf).geometry
    assert found["x_m"].tolist()[:2] == points.x.tolist()[:2]
    assert found["y_m"].tolist()[:2] == points.y.tolist()[:2]


def test_a_building_with_an_address_is_an_address_too(pbf: Path) -> None:
    house: Way = (7, [1, 2, 3, 4, 1], {"building": "house", "addr:housenumber": "5"})
    path = extract(pbf, SQUARE, [house])
    assert osm.read_addresses(path)["osm_id"].tolist() == ["w7"]
    buildings = osm.read_buildings(path)
    assert buildings["building"].tolist() == ["house"]
    assert buildings.area[0] == pytest.approx(68 * 111, rel=0.02)


def test_a_building_that_crosses_itself_is_mended_and_one_that_does_not_close_left_out(pbf: Path) -> None:
    bow_tie: Way = (7, [1, 2, 4, 3, 1], {"building": "house"})
    open_line: Way = (8, [1, 2, 3], {"building": "house"})
    buildings = osm.read_buildings(extract(pbf, SQUARE, [bow_tie, open_line]))
    assert buildings.is_valid.all()
    assert "w8" not in set(buildings["osm_id"])


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
    found = osm.read_facilities(extract(pbf, nodes, [building]), categories)
    assert sorted(zip(found["category"], found["osm_id"], strict=True)) == [
        ("gp", "n5"), ("gp", "w7"), ("pharmacy", "n5"),
    ]  # fmt: skip
    assert found.set_index("osm_id")["facility_name"].isna().to_dict() == {"n5": False, "w7": True}


def test_walkable_ways_keep_their_nodes_and_are_cut_where_one_is_missing(pbf: Path) -> None:
    ways: list[Way] = [
        (7, [1, 2, 3], {"highway": "residential"}),
        (8, [1, 2, 99, 3, 4], {"highway": "footway"}),
        (9, [1, 4], {"highway": "motorway"}),
        (10, [2, 4], {"highway": "path", "foot": "no"}),
    ]
    walkable: list[TagRule] = [{"highway": ["residential", "footway", "path"]}]
    found = osm.read_walkable(extract(pbf, SQUARE, ways), walkable, [{"foot": "no"}])
    runs = [found.node_ids[a:b].tolist() for a, b in zip(found.starts, found.starts[1:], strict=False)]
    assert runs == [[1, 2, 3], [1, 2], [3, 4]]
    assert np.all(found.x_m > 180_000)


def test_an_extract_without_walkable_ways_is_refused(pbf: Path) -> None:
    with pytest.raises(SourceError, match="geen weg die te voet kan"):
        osm.read_walkable(extract(pbf, SQUARE, [(7, [1, 2], {"highway": "motorway"})]), [{"highway": "footway"}], [])


def test_the_extract_is_the_box_of_its_header_else_of_its_nodes(tmp_path: Path) -> None:
    with_box = osm.read_extract(extract(tmp_path / "box.osm.pbf", SQUARE))
    without = osm.read_extract(extract(tmp_path / "nodes.osm.pbf", SQUARE, box=False))
    assert with_box.area == pytest.approx(100 * without.area, rel=0.01)
    assert with_box.covers(without.centroid)


def test_a_complete_extract_passes_and_damage_is_named(pbf: Path, tmp_path: Path) -> None:
    osm.check_extract(extract(pbf, SQUARE, [(7, [1, 2], {"highway": "residential"})]))
    with pytest.raises(SourceError, match="bevat geen straten"):
        osm.check_extract(extract(tmp_path / "nodes.osm.pbf", SQUARE))
    with pytest.raises(SourceError, match="bevat geen gegevens"):
        osm.check_extract(extract(tmp_path / "empty.osm.pbf", []))
    content = pbf.read_bytes()
    for share in (0.1, 0.5, 0.9):
        pbf.write_bytes(content[: int(len(content) * share)])
        with pytest.raises(SourceError, match="niet volledig leesbaar"):
            osm.check_extract(pbf)


def test_places_are_named_nodes_where_people_live(pbf: Path) -> None:
    nodes: list[Node] = [
        (1, 0.001, 0.001, {"place": "village", "name": "Dorp"}),
        (2, 0.002, 0.001, {"place": "locality", "name": "Veld"}),
        (3, 0.003, 0.001, {"place": "hamlet"}),
    ]
    assert osm.read_places(extract(pbf, nodes))["place_name"].tolist() == ["Dorp"]


def test_water_is_polygons_alone(pbf: Path) -> None:
    ways: list[Way] = [(7, [1, 2, 3, 4, 1], {"natural": "water"}), (8, [1, 2, 3], {"waterway": "ditch"})]
    water = osm.read_water(extract(pbf, SQUARE, ways))
    assert len(water) == 1
    assert isinstance(water.iloc[0], shapely.MultiPolygon)


def test_the_background_takes_the_first_layer_that_fits(pbf: Path) -> None:
    layers = [
        BackgroundLayer(layer="road", rank=1, match=[{"highway": "primary"}]),
        BackgroundLayer(layer="road", rank=2, match=[{"highway": "*"}]),
    ]
    ways: list[Way] = [(7, [1, 2], {"highway": "primary"}), (8, [2, 3], {"highway": "service", "name": "Pad"})]
    found = osm.read_background(extract(pbf, SQUARE, ways), layers).set_index("feature_id")
    assert found["rank"].to_dict() == {"w7": 1, "w8": 2}
    assert found["feature_name"].isna().to_dict() == {"w7": True, "w8": False}


def test_an_address_counts_once_however_often_it_is_mapped(pbf: Path) -> None:
    address = {"addr:postcode": "8265AB", "addr:street": "Straat", "addr:housenumber": "1"}
    partial = {"addr:street": "Straat", "addr:housenumber": "2"}
    nodes: list[Node] = [
        (1, 0.001, 0.001, address),
        (2, 0.002, 0.001, {**address, "shop": "bakery"}),
        (3, 0.003, 0.001, {**address, "addr:unit": "B"}),
        (4, 0.004, 0.001, partial),
        (5, 0.005, 0.001, partial),
    ]
    assert osm.read_addresses(extract(pbf, nodes))["osm_id"].tolist() == ["n1", "n3", "n4", "n5"]


def test_the_header_tells_the_area_without_reading_on(pbf: Path) -> None:
    whole = extract(pbf, SQUARE)
    assert osm.read_header_extract(whole).equals(osm.read_extract(whole))  # type: ignore[union-attr]
    content = whole.read_bytes()
    whole.write_bytes(content[:-10])
    assert osm.read_header_extract(whole) is not None, "what follows the header is the stage's to read"


def test_a_header_that_names_no_area_or_is_none_at_all(pbf: Path) -> None:
    assert osm.read_header_extract(extract(pbf, SQUARE, box=False)) is None
    pbf.write_bytes(b"geen uittreksel")
    with pytest.raises(SourceError, match="niet volledig leesbaar"):
        osm.read_header_extract(pbf)


def test_obstacles_are_the_nodes_with_any_of_the_keys_and_all_their_tags(pbf: Path) -> None:
    nodes: list[Node] = [
        (1, 0, 0, {"barrier": "bollard", "maxwidth": "1"}),
        (2, 0.001, 0, {"kerb": "raised"}),
        (3, 0.002, 0, {"highway": "crossing"}),
        (4, 0.003, 0, {}),
    ]
    path = extract(pbf, nodes, [(7, [1, 2, 3, 4], {"highway": "footway", "barrier": "kerb"})])
    ids, tags = osm.read_obstacles(path, ["barrier", "kerb"])
    assert ids.tolist() == [1, 2]
    assert tags == [{"barrier": "bollard", "maxwidth": "1"}, {"kerb": "raised"}]
    ids, tags = osm.read_obstacles(path, [])
    assert (ids.tolist(), tags) == ([], [])


def test_ways_that_can_be_walked_keep_their_own_tags(pbf: Path) -> None:
    ways: list[Way] = [
        (7, [1, 2], {"highway": "motorway"}),
        (8, [2, 3], {"highway": "path", "surface": "sand"}),
        (9, [3, 4], {"highway": "footway", "foot": "no"}),
        (10, [4, 1, 2], {"highway": "steps"}),
    ]
    found = osm.read_walkable(extract(pbf, SQUARE, ways), [{"highway": ["path", "footway", "steps"]}], [{"foot": "no"}])
    assert found.tags == [{"highway": "path", "surface": "sand"}, {"highway": "steps"}]
    assert [found.node_ids[start:end].tolist() for start, end in pairwise(found.starts)] == [[2, 3], [4, 1, 2]]
