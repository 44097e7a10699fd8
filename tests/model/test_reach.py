"""Reach: shares beyond a norm, for certain and at most; medians; and what is not known counts as possibly beyond."""

from itertools import product
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.contracts import ACCESS, CRS, DEMAND, DISTANCE_KINDS, DISTANCES, FACILITIES, REACH_DISTANCES, REACH_SHARES
from pipeline.model.reach import (
    beyond_by_cell,
    distances_per_category,
    dwelling_access,
    extreme_share,
    limits_of,
    summarise_distances,
    summarise_shares,
)
from pipeline.tables import check_table
from tests.model.builders import GROUPS, NORMS, build_village, dwelling_rows, dwellings, grid, join, table

SUPERMARKET = {"usual": {"supermarket": NORMS["usual"]["supermarket"]}}  # 500, 800 and 1,500 m
REST = "B/not placed"

NONE_UNJOINED = gpd.GeoDataFrame(
    {"facility_id": pd.Series(dtype="str"), "category": pd.Series(dtype="str")}, geometry=gpd.GeoSeries([], crs=CRS)
)


def shares_of(
    nearest_m: list[float | None],
    *,
    exit_m: float | None = None,
    not_connected: int = 0,
    people: tuple[float | None, float | None, float | None] = (100, 100, 100),
    not_placed: tuple[float, float, float] = (0, 0, 0),
) -> Any:
    """Return the shares beyond a supermarket, by kind of distance, of homes at these distances.

    The last `not_connected` homes are not joined to the network. `people` live in the homes, `not_placed` somewhere
    in the unit (value, low, high).
    """
    homes = dwellings(dwelling_rows(len(nearest_m), base="B"))
    connected = np.arange(len(nearest_m)) < len(nearest_m) - not_connected
    access = table(ACCESS, [
        {"dwelling_id": one, "is_connected": bool(is_in), "exit_m": exit_m if is_in else None}
        for one, is_in in zip(homes["dwelling_id"], connected, strict=True)
    ])  # fmt: skip
    distances = table(DISTANCES, [
        {"dwelling_id": one, "category": "supermarket", "nearest_m": distance}
        for one, distance in zip(homes["dwelling_id"], nearest_m, strict=True)
    ])  # fmt: skip
    rows = [(homes["cell_code"].iloc[0], len(nearest_m), True, people), (REST, 0, False, not_placed)]
    demand = table(DEMAND, [
        {"cell_code": cell, "target_group": "all_inhabitants", "base_code": "B", "unit_code": "U1",
         "dwelling_count": count, "is_placed": is_placed, "people": value, "people_low": low, "people_high": high,
         "weight_low": low, "weight_high": high}
        for cell, count, is_placed, (value, low, high) in rows
    ])  # fmt: skip
    limits = limits_of(GROUPS, SUPERMARKET)
    shares = summarise_shares(demand, beyond_by_cell(homes, access, distances, NONE_UNJOINED, limits), limits)
    check_table(REACH_SHARES, shares)
    return shares.set_index("distance_kind")


# --- Who is beyond ---------------------------------------------------------------------------------------------------


def test_share_beyond_each_norm() -> None:
    shares = shares_of([100, 500, 500.01, 900, 2000])  # at the norm is not beyond it
    assert shares.loc[list(DISTANCE_KINDS), "share_low"].tolist() == pytest.approx([0.6, 0.4, 0.2])
    assert shares["share_high"].tolist() == pytest.approx(shares["share_low"].tolist())
    assert shares.loc["comfort", ["people_low", "people_high"]].tolist() == pytest.approx([60, 60])


def test_a_home_that_can_walk_to_none_is_beyond() -> None:
    assert shares_of([None, 100]).loc["norm", ["share_low", "share_high"]].tolist() == [0.5, 0.5]


@pytest.mark.parametrize(("exit_m", "low"), [(799.0, 0), (800.0, 0), (800.1, 1)])
def test_an_exit_within_the_norm_makes_beyond_only_possible(exit_m: float, low: float) -> None:
    norm = shares_of([900], exit_m=exit_m).loc["norm"]
    assert (norm["share_low"], norm["share_high"]) == (low, 1)
    assert norm["edge_share"] == 1 - low


def test_an_exit_does_not_matter_to_who_is_within() -> None:
    assert shares_of([700], exit_m=10).loc["norm", "share_high"] == 0


def test_not_connected_and_not_placed_count_only_at_most() -> None:
    # 100 people in four homes of which one is not connected, 50 not placed.
    norm = shares_of([100, 100, 2000, None], not_connected=1, not_placed=(50, 50, 50)).loc["norm"]
    assert norm["share_low"] == pytest.approx(25 / 150)
    assert norm["share_high"] == pytest.approx((25 + 25 + 50) / 150)
    assert norm["not_connected_share"] == pytest.approx(25 / 150)
    assert norm["not_placed_share"] == pytest.approx(50 / 150)
    assert norm["edge_share"] == 0


def test_shares_take_the_worst_case_of_who_is_placed_and_who_is_not() -> None:
    # Half of the 90-110 people placed are beyond, and none or all of the 40-60 that are not.
    norm = shares_of([100, 2000], people=(100, 90, 110), not_placed=(50, 40, 60)).loc["norm"]
    assert norm["share_low"] == pytest.approx(45 / (90 + 60))
    assert norm["share_high"] == pytest.approx((45 + 60) / (90 + 60))
    assert norm[["people_low", "people_high"]].tolist() == pytest.approx([45, 115])


def test_the_range_of_a_rate_counts_in_people_and_cancels_in_shares() -> None:
    homes = dwellings(dwelling_rows(2, base="B"))
    access = table(ACCESS, [{"dwelling_id": one, "is_connected": True} for one in homes["dwelling_id"]])
    distances = table(DISTANCES, [
        {"dwelling_id": one, "category": "supermarket", "nearest_m": nearest_m}
        for one, nearest_m in zip(homes["dwelling_id"], (100.0, 900.0), strict=True)
    ])  # fmt: skip
    demand = table(DEMAND, [
        {"cell_code": "B/-/-/-", "target_group": "all_inhabitants", "unit_code": "U1", "dwelling_count": 2,
         "is_placed": True, "people": 30.0, "people_low": 20.0, "people_high": 40.0, "weight_low": 30.0,
         "weight_high": 30.0},
        {"cell_code": REST, "target_group": "all_inhabitants", "unit_code": "U1", "people": 10.0, "people_low": 5.0,
         "people_high": 15.0, "weight_low": 10.0, "weight_high": 10.0},
    ])  # fmt: skip
    limits = limits_of(GROUPS, SUPERMARKET)
    shares = summarise_shares(demand, beyond_by_cell(homes, access, distances, NONE_UNJOINED, limits), limits)
    norm: Any = shares.set_index("distance_kind").loc["norm"]
    assert norm[["share_low", "share_high"]].tolist() == pytest.approx([15 / 40, 25 / 40])
    assert norm[["people_low", "people_high"]].tolist() == pytest.approx([10, 20 + 15])


def test_unknown_people_leave_the_share_unknown() -> None:
    norm = shares_of([100, 2000], people=(None, None, None)).loc["norm"]
    assert norm[["share_low", "share_high", "people_low", "people_high", "edge_share"]].isna().all()


def test_nobody_has_no_share() -> None:
    norm = shares_of([2000], people=(0, 0, 0)).loc["norm"]
    assert norm[["share_low", "share_high"]].isna().all()
    assert norm[["people_low", "people_high"]].tolist() == [0, 0]


distances_m = st.one_of(st.none(), st.floats(0, 4000).map(lambda metres: round(metres, 2)))


@settings(max_examples=15)
@given(st.lists(distances_m, min_size=1, max_size=6), distances_m, st.integers(0, 3))
def test_a_longer_norm_never_puts_more_people_beyond(
    nearest_m: list[float | None], exit_m: float | None, lost: int
) -> None:
    lost = min(lost, len(nearest_m))
    known: list[float | None] = nearest_m[: len(nearest_m) - lost] + [None] * lost
    shares = shares_of(known, exit_m=exit_m, not_connected=lost, people=(100, 90, 110), not_placed=(10, 0, 20))
    ordered = shares.loc[list(DISTANCE_KINDS)]
    for bound in ("share_low", "share_high", "people_low", "people_high"):
        assert (np.diff(ordered[bound]) <= 1e-9).all()
    assert (ordered["share_low"] <= ordered["share_high"] + 1e-9).all()


# --- Exact extremes --------------------------------------------------------------------------------------------------

counts = st.one_of(st.just(0.0), st.floats(0.01, 1000), st.integers(1, 50).map(float))
cells = st.lists(
    st.tuples(st.one_of(st.sampled_from([0.0, 0.5, 1.0]), st.floats(0, 1)), counts, counts), min_size=1, max_size=6
)


def by_trying_every_corner(unit: list[tuple[float, float, float]]) -> float:
    """Return the highest share over all combinations of cells at their low or high; missing where nobody can live."""
    best = np.nan
    for corner in product(*((min(one, other), max(one, other)) for _, one, other in unit)):
        if sum(corner) > 0:
            counted = sum(people * part for people, (part, _, _) in zip(corner, unit, strict=True))
            best = np.fmax(best, counted / sum(corner))
    return float(best)


@given(st.lists(cells, min_size=1, max_size=4))
def test_extreme_share_is_the_highest_over_all_corners(units: list[list[tuple[float, float, float]]]) -> None:
    number = np.repeat(np.arange(len(units)), [len(one) for one in units])
    part, one, other = np.array([cell for unit in units for cell in unit]).T
    found = extreme_share(number, part, np.minimum(one, other), np.maximum(one, other))
    np.testing.assert_allclose(found, [by_trying_every_corner(unit) for unit in units], rtol=1e-6, atol=1e-9)


def test_unknown_people_in_one_unit_leave_the_other_units_known() -> None:
    unit, part = np.array([0, 0, 1]), np.array([1.0, 0.0, 0.25])
    found = extreme_share(unit, part, np.array([5.0, np.nan, 8.0]), np.array([5.0, np.nan, 9.0]))
    assert np.isnan(found[0])
    assert found[1] == 0.25


# --- Median and 90th percentile --------------------------------------------------------------------------------------

Cell = tuple[str, int, list[float]]


@st.composite
def towns(draw: st.DrawFn) -> tuple[list[Cell], dict[str, int]]:
    """Draw cells (unit, people per dwelling, distance of each dwelling: infinite if none) and people not placed."""
    distance = st.one_of(st.floats(1, 5000).map(lambda metres: round(metres, 2)), st.just(np.inf))
    cell = st.tuples(st.sampled_from("UVW"), st.integers(0, 4), st.lists(distance, min_size=1, max_size=6))
    return draw(st.lists(cell, min_size=1, max_size=6)), {unit: draw(st.integers(0, 5)) for unit in "UVW"}


def summarise(cells: list[Cell], not_placed: dict[str, int], *, each: float = 1.0, exit_m: float | None = None) -> Any:
    """Return the distances to a GP by unit; `each` is the weight of one person."""
    homes = dwellings(
        *(dwelling_rows(len(cell), base=f"B{number}", unit=unit) for number, (unit, _, cell) in enumerate(cells))
    )
    flat = [distance for _, _, cell in cells for distance in cell]
    access = table(ACCESS, [
        {"dwelling_id": one, "is_connected": True, "exit_m": exit_m} for one in homes["dwelling_id"]
    ])  # fmt: skip
    distances = table(DISTANCES, [
        {"dwelling_id": one, "category": "gp", "nearest_m": finite(distance), "nearest_id": "gp-1"}
        for one, distance in zip(homes["dwelling_id"], flat, strict=True)
    ])  # fmt: skip
    placed = [(f"B{i}/-/-/-", unit, len(cell), people * len(cell)) for i, (unit, people, cell) in enumerate(cells)]
    rest = [(f"{unit}/not placed", unit, 0, people) for unit, people in not_placed.items()]
    demand = table(DEMAND, [
        {"cell_code": code, "target_group": "g", "unit_code": unit, "is_placed": count > 0, "dwelling_count": count,
         "people": people * each}
        for code, unit, count, people in [*placed, *rest]
    ])  # fmt: skip
    found = summarise_distances(homes, access, distances, demand)
    check_table(REACH_DISTANCES, found)
    return found.set_index("unit_code")


def finite(distance: float) -> float | None:
    return float(distance) if np.isfinite(distance) else None


@settings(max_examples=20)
@given(towns(), st.sampled_from([1.0, 0.1, 1 / 3]))
def test_median_and_p90_are_those_of_all_people_in_a_row(town: tuple[list[Cell], dict[str, int]], each: float) -> None:
    cells, not_placed = town
    by_unit = summarise(cells, not_placed, each=each)
    for unit in by_unit.index:
        # Who is not placed stands at the end of the row, as does who can walk to none.
        row = [distance for one, people, cell in cells if one == unit for distance in cell for _ in range(people)]
        row += [np.inf] * not_placed[unit]
        for name, percent in (("median_m", 50), ("p90_m", 90)):
            place = -(-percent * len(row) // 100) - 1  # in whole numbers: the last of the first so many percent
            expected = finite(np.sort(row)[place]) if row else None
            assert by_unit.loc[unit, name] == expected or (expected is None and pd.isna(by_unit.loc[unit, name]))


@pytest.mark.parametrize(
    ("exit_m", "is_upper_bound"),
    [(None, False), (900.0, False), (790.0, False), (700.0, True)],
    ids=["no exit", "farther than the facility", "hardly nearer", "clearly nearer"],
)
def test_a_median_is_an_upper_bound_if_an_exit_is_nearer(exit_m: float | None, is_upper_bound: bool) -> None:
    row = summarise([("U", 2, [800.0])], {}, exit_m=exit_m).loc["U"]
    assert row[["median_m", "facility_id", "is_upper_bound"]].tolist() == [800, "gp-1", is_upper_bound]


@pytest.mark.parametrize(("not_placed", "is_upper_bound"), [(0, False), (1, True)])
def test_a_median_is_an_upper_bound_if_people_not_placed_could_lower_it(not_placed: int, is_upper_bound: bool) -> None:
    # Three people at 100, 500 and 900 m: with a fourth that may live anywhere the median may be 100 m.
    row = summarise([("U", 1, [100.0, 500.0, 900.0])], {"U": not_placed}).loc["U"]
    assert row[["median_m", "is_upper_bound"]].tolist() == [500, is_upper_bound]


# --- From the network ------------------------------------------------------------------------------------------------


def test_without_a_limit_everyone_connected_is_reached() -> None:
    network = grid(4, 4)
    homes = [(30.0, 0.0), (300.0, 270.0), (150.0, 120.0), (700.0, 700.0)]  # the last is too far off to be connected
    living = dwellings(dwelling_rows(len(homes), base="B", at=homes))
    found = table(FACILITIES, [{"facility_id": "gp-1", "category": "gp", "geometry": shapely.Point(0, 300)}])
    joined = join(network, *homes)
    access = dwelling_access(network, joined, living["dwelling_id"])
    distances = distances_per_category(network, joined, living["dwelling_id"], join(network, (0, 300)), found, ["gp"])
    check_table(ACCESS, access)
    check_table(DISTANCES, distances)
    limits = pd.DataFrame({
        "target_group": ["all_inhabitants"], "category": ["gp"], "distance_kind": ["norm"], "distance_m": [1e9],
    })  # fmt: skip
    demand = table(DEMAND, [
        {"cell_code": "B/-/-/-", "target_group": "all_inhabitants", "unit_code": "U1", "is_placed": True,
         "dwelling_count": 4, "people": 8.0, "people_low": 8.0, "people_high": 8.0,
         "weight_low": 8.0, "weight_high": 8.0},
    ])  # fmt: skip
    shares = summarise_shares(demand, beyond_by_cell(living, access, distances, NONE_UNJOINED, limits), limits).iloc[0]
    assert shares["share_low"] == 0
    assert shares["share_high"] == shares["not_connected_share"] == 0.25


def test_a_category_without_facilities_has_distances_that_say_so() -> None:
    village = build_village(grid(3, 3), [(50, 0)], {"supermarket": [], "stop": [(100, 0)]})
    row = village.tables["distances"].set_index("category").loc["supermarket"]
    assert row[["nearest_m", "second_m", "nearest_id", "second_id"]].isna().all()
    shares = village.tables["reach_shares"].set_index(["category", "distance_kind"])
    assert shares.loc[("supermarket", "uiterst"), "share_low"] == 1
