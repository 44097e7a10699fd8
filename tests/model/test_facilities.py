"""Facilities: objects that are the same place count once."""

from random import Random

import geopandas as gpd
import pandas as pd
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from shapely.geometry.base import BaseGeometry

from pipeline.contracts import CRS, MAPPED_FACILITIES
from pipeline.model.facilities import merge_same_place
from pipeline.tables import check_table

Found = tuple[str, str | None, BaseGeometry]
BUILDING = shapely.box(0, 0, 30, 20)


def frame(*objects: Found, category: str = "gp") -> gpd.GeoDataFrame:
    """Make the objects of a category: OSM object, name, shape."""
    columns = {
        "category": category,
        "osm_id": [one[0] for one in objects],
        "facility_name": pd.Series([one[1] for one in objects], dtype="str"),
    }
    return gpd.GeoDataFrame(columns, geometry=gpd.GeoSeries([one[2] for one in objects], crs=CRS))


def merged(*objects: Found) -> gpd.GeoDataFrame:
    facilities = merge_same_place(frame(*objects), same_place_m=50)
    check_table(MAPPED_FACILITIES, gpd.GeoDataFrame(facilities[list(MAPPED_FACILITIES.columns)]))
    return facilities


def test_a_node_and_a_building_of_one_name_are_one_facility_at_the_node() -> None:
    facilities = merged(("w1", "Huisartsen", BUILDING), ("n2", "Huisartsen", shapely.Point(40, 10)))
    row = facilities.iloc[0]
    assert len(facilities) == 1
    assert (row["facility_id"], row["facility_name"], row["osm_ids"]) == ("gp-n2", "Huisartsen", "n2 w1")
    assert row.geometry == shapely.Point(40, 10)


@pytest.mark.parametrize(("node", "building"), [(None, "Huisartsen"), ("Huisartsen", None)])
def test_a_node_in_a_building_is_one_facility_when_one_of_them_has_no_name(
    node: str | None, building: str | None
) -> None:
    facilities = merged(("w1", building, BUILDING), ("n2", node, shapely.Point(10, 10)))
    assert facilities["facility_name"].tolist() == ["Huisartsen"]


def test_a_building_without_a_node_stands_at_its_middle() -> None:
    assert merged(("w1", "Huisartsen", BUILDING)).geometry.iloc[0] == shapely.Point(15, 10)


def test_two_benches_without_a_name_ten_metres_apart_are_two() -> None:
    assert len(merged(("n1", None, shapely.Point(0, 0)), ("n2", None, shapely.Point(10, 0)))) == 2


@pytest.mark.parametrize(("metres", "number"), [(12, 1), (50, 1), (51, 2)])
def test_stops_of_one_name_on_both_sides_of_the_road_are_one_within_50_m(metres: float, number: int) -> None:
    assert len(merged(("n1", "Markt", shapely.Point(0, 0)), ("n2", "Markt", shapely.Point(metres, 0)))) == number


def test_different_names_at_one_address_are_two() -> None:
    point = shapely.Point(10, 10)
    assert sorted(merged(("n1", "Dr. A", point), ("n2", "Dr. B", point))["facility_name"]) == ["Dr. A", "Dr. B"]


def test_categories_are_merged_apart() -> None:
    both = pd.concat([frame(("n1", "Kruis", BUILDING)), frame(("n1", "Kruis", BUILDING), category="pharmacy")])
    facilities = merge_same_place(gpd.GeoDataFrame(both), same_place_m=50)
    assert facilities["facility_id"].tolist() == ["gp-n1", "pharmacy-n1"]


def test_nothing_found_is_an_empty_table() -> None:
    check_table(MAPPED_FACILITIES, merge_same_place(frame(), same_place_m=50))


places = st.builds(shapely.Point, st.integers(0, 120), st.integers(0, 120))
names = st.sampled_from(["Markt", "Kerk", None])


@given(st.lists(st.tuples(names, places), min_size=1, max_size=8), st.randoms(use_true_random=False))
def test_row_order_does_not_matter(objects: list[tuple[str | None, BaseGeometry]], random: Random) -> None:
    found = [(f"{'nw'[i % 2]}{i}", name, place if i % 2 == 0 else place.buffer(9)) for i, (name, place) in
             enumerate(objects)]  # fmt: skip
    shuffled = random.sample(found, len(found))
    one, other = (merge_same_place(frame(*order), same_place_m=50) for order in (found, shuffled))
    one, other = (facilities.sort_values("facility_id", ignore_index=True) for facilities in (one, other))
    pd.testing.assert_frame_equal(one, other)
    # Every object is in exactly one facility.
    assert sorted(" ".join(one["osm_ids"]).split()) == sorted(osm_id for osm_id, _, _ in found)


def test_an_unnamed_building_with_two_practices_joins_one_and_keeps_them_two() -> None:
    objects = gpd.GeoDataFrame(
        {
            "category": "gp", "osm_id": ["n1", "n2", "w3"],
            "facility_name": pd.Series(["Dr. A", "Dr. B", None], dtype="str"),
        },
        geometry=[shapely.Point(5, 5), shapely.Point(10, 5), shapely.box(0, 0, 30, 20)], crs=CRS,
    )  # fmt: skip
    merged = merge_same_place(objects, same_place_m=50)
    assert merged["facility_name"].tolist() == ["Dr. A", "Dr. B"]
    assert merged["osm_ids"].tolist() == ["n1 w3", "n2"]
