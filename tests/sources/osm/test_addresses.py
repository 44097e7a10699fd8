"""Addresses: which there are, each once, and where."""

from pathlib import Path

import pytest

from pipeline.sources.osm.addresses import read_addresses, read_numbered_addresses
from pipeline.sources.osm.land import read_buildings
from tests.sources.osm.drawn import SQUARE, Node, Way, extract


def test_addresses_carry_the_four_digits_of_their_postcode(pbf: Path) -> None:
    nodes: list[Node] = [
        (1, 0.001, 0.001, {"addr:housenumber": "1", "addr:postcode": "8265 AB", "addr:city": "Kampen"}),
        (2, 0.002, 0.001, {"addr:housenumber": "2a", "addr:postcode": "onbekend"}),
        (3, 0.003, 0.001, {"addr:housenumber": "3"}),
        (4, 0.004, 0.001, {"addr:street": "Straat zonder nummer"}),
    ]
    found = read_addresses(extract(pbf, nodes))
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
    found = read_numbered_addresses(extract(pbf, nodes, ways))
    assert found[["postcode", "house_number", "addition"]].to_numpy().tolist() == [
        ["8265 AB", "1", ""], ["8265AB", "2a", "3"], ["8265AB", "1", ""],
    ]  # fmt: skip
    points = read_addresses(pbf).geometry
    assert found["x_m"].tolist()[:2] == points.x.tolist()[:2]
    assert found["y_m"].tolist()[:2] == points.y.tolist()[:2]


def test_a_building_with_an_address_is_an_address_too(pbf: Path) -> None:
    house: Way = (7, [1, 2, 3, 4, 1], {"building": "house", "addr:housenumber": "5"})
    path = extract(pbf, SQUARE, [house])
    assert read_addresses(path)["osm_id"].tolist() == ["w7"]
    buildings = read_buildings(path)
    assert buildings["building"].tolist() == ["house"]
    assert buildings.area[0] == pytest.approx(68 * 111, rel=0.02)


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
    assert read_addresses(extract(pbf, nodes))["osm_id"].tolist() == ["n1", "n3", "n4", "n5"]
