"""Reach: shares beyond a norm, for certain and at most; and what is not known counts as possibly beyond."""

from collections.abc import Sequence
from itertools import product
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.contracts import CRS, DEMAND, DISTANCE_KINDS, REACH_SHARES
from pipeline.model.reach import (
    PARTS,
    Unknown,
    beyond_by_cell,
    crow_m,
    distances_to_try,
    extreme_share,
    homes_of,
    limits_of,
    outside_m,
    summarise_shares,
)
from pipeline.tables import check_table
from tests.model.builders import (
    GROUPS,
    NORMS,
    NOTHING_UNJOINED,
    access_of_homes,
    dwelling_rows,
    dwellings,
    grid,
    group,
    group_settings,
    metres,
    nothing_unknown,
    points,
    table,
    walks_of_lengths,
)
from tests.model.village import build_village

SUPERMARKET = {"usual": {"supermarket": NORMS["usual"]["supermarket"]}}  # 500, 800 and 1,500 m
TO_TRY = (500.0, 800.0, 1500.0)
REST = "B/not placed"
Interval = tuple[float | None, float | None, float | None]


def shares_of(
    nearest_m: Sequence[float | None],
    *,
    high_m: Sequence[float | None] | None = None,
    exit_m: float | None = None,
    proved_m: float = 0.0,
    nearest_crow_m: float | None = None,
    not_connected: int = 0,
    people: Interval = (100, 100, 100),
    not_placed: tuple[float, float, float] = (0, 0, 0),
) -> Any:
    """Return the shares beyond a supermarket, by kind of distance, of homes at these distances.

    The last `not_connected` homes are not joined to the network. `people` live in the homes, `not_placed` somewhere
    in the unit (value, low, high).
    """
    homes = dwellings(dwelling_rows(len(nearest_m), base="B"))
    access = access_of_homes(len(nearest_m), exit_m=exit_m, not_connected=not_connected)
    unknown = Unknown(outside_m(access, np.full(len(nearest_m), proved_m)), metres([nearest_crow_m] * len(nearest_m)))
    demand = demand_of(homes["cell_code"].iloc[0], len(nearest_m), people, not_placed)
    walks = walks_of_lengths(nearest_m, high_m=high_m)
    beyond = beyond_by_cell(homes_of(homes), walks, access, unknown, TO_TRY)
    shares = summarise_shares(demand, beyond, limits_of(group_settings(norms=SUPERMARKET)))
    check_table(REACH_SHARES, shares)
    return shares.set_index("distance_kind")


def demand_of(cell: str, count: int, people: Interval, not_placed: Interval) -> Any:
    rows = [(cell, count, True, people), (REST, 0, False, not_placed)]
    return table(DEMAND, [
        {"cell_code": cell, "target_group": "all_inhabitants", "base_code": "B", "unit_code": "U1",
         "dwelling_count": count, "is_placed": is_placed, "people": value, "people_low": low, "people_high": high,
         "weight_low": low, "weight_high": high}
        for cell, count, is_placed, (value, low, high) in rows
    ])  # fmt: skip


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


@pytest.mark.parametrize(
    ("near_m", "high_m", "low", "paths"),
    [
        (700, 800, 0, 0),  # within either way
        (700, 801, 0, 1),  # beyond only if the unknown ways cannot be passed
        (700, None, 0, 1),  # no way there then
        (801, 900, 1, 0),  # beyond either way
    ],
)
def test_ways_that_may_not_be_passable_make_beyond_only_possible(
    near_m: float, high_m: float | None, low: float, paths: float
) -> None:
    norm = shares_of([near_m], high_m=[high_m]).loc["norm"]
    assert norm[["share_low", "share_high", "paths_share"]].tolist() == [low, max(low, paths), paths]
    assert norm[["edge_share", "not_connected_share", "not_placed_share"]].tolist() == [0, 0, 0]


def test_a_home_counts_for_one_reason_alone() -> None:
    # Five homes: certainly beyond; near an exit besides; not connected; doubtful paths; within.
    access = access_of_homes(5)
    access.is_connected[2] = False
    unknown = Unknown(metres([None, 400, 400, 400, 400]), metres([None, 300, 300, 300, 300]))
    walks = walks_of_lengths([900, 900, None, 700, 700], high_m=[1000, None, None, 900, 700])
    homes = homes_of(dwellings(dwelling_rows(5, base="B")))
    counts = beyond_by_cell(homes, walks, access, unknown, [800.0]).iloc[0]
    assert counts[["certain", "edge", "not_connected", "paths"]].tolist() == [1, 1, 1, 1]


# --- What a local check proves, and what lies as the crow flies ------------------------------------------------------


@pytest.mark.parametrize(
    ("proved_m", "kind", "low", "edge"),
    [
        (0.0, "uiterst", 0, 1),
        (1499.9, "uiterst", 0, 1),
        (1500.0, "uiterst", 1, 0),  # none within 1,500 m decides a limit of exactly 1,500 m
        (1500.0, "norm", 1, 0),
        (800.0, "norm", 1, 0),
        (800.0, "uiterst", 0, 1),
    ],
)
def test_a_check_that_there_is_none_decides_as_far_as_it_reaches(
    proved_m: float, kind: str, low: float, edge: float
) -> None:
    row = shares_of([5500], exit_m=300, proved_m=proved_m).loc[kind]
    assert row[["share_low", "share_high", "edge_share"]].tolist() == [low, 1, edge]


def test_a_check_hides_no_facility_that_is_known() -> None:
    assert shares_of([400], exit_m=300, proved_m=1500).loc["comfort", "share_high"] == 0


@pytest.mark.parametrize(("exit_m", "proved_m", "expected"), [(300, 0, 300), (300, 200, 300), (None, 1500, np.inf)])
def test_outside_lies_beyond_both_the_exit_and_what_is_proved(
    exit_m: float | None, proved_m: float, expected: float
) -> None:
    assert outside_m(access_of_homes(1, exit_m=exit_m), np.array([proved_m])).tolist() == [expected]


@pytest.mark.parametrize("exit_m", [300.0, 1500.0])
def test_outside_what_is_proved_is_farther_than_that_and_hardly(exit_m: float) -> None:
    (found,) = outside_m(access_of_homes(1, exit_m=exit_m), np.array([1500.0])).tolist()
    assert 1500 < found < 1500.001


def test_a_facility_that_does_not_join_is_as_near_as_the_crow_flies() -> None:
    unjoined = gpd.GeoDataFrame(
        {"facility_id": ["a", "b", "c"], "category": ["gp", "gp", "stop"]},
        geometry=[shapely.Point(300, 400), shapely.Point(0, 900), shapely.Point(1, 0)],
        crs=CRS,
    )
    assert crow_m(points([(0, 0), (0, 800)]), unjoined, "gp").tolist() == [500, 100]
    assert crow_m(points([(0, 0)]), unjoined, "pharmacy").tolist() == [np.inf]
    assert crow_m(points([(0, 0)]), NOTHING_UNJOINED, "gp").tolist() == [np.inf]


@pytest.mark.parametrize(("nearest_crow_m", "low"), [(800.0, 0), (800.1, 1)])
def test_a_facility_that_does_not_join_may_be_within_as_the_crow_flies(nearest_crow_m: float, low: float) -> None:
    norm = shares_of([900], nearest_crow_m=nearest_crow_m).loc["norm"]
    assert norm[["share_low", "share_high", "not_connected_share"]].tolist() == [low, 1, 1 - low]


# --- Shares over counts that are not exact ---------------------------------------------------------------------------


def test_shares_take_the_worst_case_of_who_is_placed_and_who_is_not() -> None:
    # Half of the 90-110 people placed are beyond, and none or all of the 40-60 that are not.
    norm = shares_of([100, 2000], people=(100, 90, 110), not_placed=(50, 40, 60)).loc["norm"]
    assert norm["share_low"] == pytest.approx(45 / (90 + 60))
    assert norm["share_high"] == pytest.approx((45 + 60) / (90 + 60))
    assert norm[["people_low", "people_high"]].tolist() == pytest.approx([45, 115])


def test_the_range_of_a_rate_counts_in_people_and_cancels_in_shares() -> None:
    demand = demand_of("B/-/-/-", 2, (30, 20, 40), (10, 5, 15))
    demand = demand.assign(weight_low=demand["people"], weight_high=demand["people"])
    homes, access = homes_of(dwellings(dwelling_rows(2, base="B"))), access_of_homes(2)
    beyond = beyond_by_cell(homes, walks_of_lengths([100, 900]), access, nothing_unknown(2), TO_TRY)
    shares = summarise_shares(demand, beyond, limits_of(group_settings(norms=SUPERMARKET)))
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


def test_a_category_that_was_not_walked_to_is_unknown_and_not_within() -> None:
    demand = demand_of("B/-/-/-", 2, (30, 30, 30), (0, 0, 0))
    homes, access = homes_of(dwellings(dwelling_rows(2, base="B"))), access_of_homes(2)
    other = walks_of_lengths([100, 900], category="stop")
    beyond = beyond_by_cell(homes, other, access, nothing_unknown(2), TO_TRY)
    shares = summarise_shares(demand, beyond, limits_of(group_settings(norms=SUPERMARKET)))
    bounds = ["share_low", "share_high", "people_low", "people_high", *(f"{part}_share" for part in PARTS[:2])]
    assert shares[bounds].isna().all(axis=None)


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


homes_at = st.lists(st.tuples(st.integers(0, 2000), st.integers(0, 2000)), min_size=1, max_size=6)


@settings(max_examples=25)
@given(homes_at, distances_m, distances_m, st.sampled_from([0.0, 600.0, 1500.0]), st.integers(0, 2), st.integers(0, 40))
def test_with_exact_counts_certain_and_the_parts_are_together_the_most(
    lengths: list[tuple[int, int]],
    exit_m: float | None,
    nearest_crow_m: float | None,
    proved_m: float,
    lost: int,
    elsewhere: int,
) -> None:
    lost = min(lost, len(lengths))
    near: list[float | None] = [float(one) for one, _ in lengths[lost:]] + [None] * lost
    high: list[float | None] = [float(one + more) for one, more in lengths[lost:]] + [None] * lost
    shares = shares_of(
        near, high_m=high, exit_m=exit_m, nearest_crow_m=nearest_crow_m, proved_m=proved_m, not_connected=lost,
        not_placed=(elsewhere,) * 3,
    )  # fmt: skip
    parts = shares[[f"{part}_share" for part in PARTS]]
    assert (parts >= 0).all(axis=None)
    np.testing.assert_allclose(shares["share_low"] + parts.sum(axis=1), shares["share_high"], atol=1e-8)


# --- Distances that groups are judged by -----------------------------------------------------------------------------


def test_each_group_is_judged_by_its_norms_and_with_its_profile() -> None:
    groups = {**GROUPS, "slow": group(norms="short", profile="rollator")}
    norms = {**SUPERMARKET, "short": {"supermarket": NORMS["usual"]["stop"]}}
    limits = limits_of(group_settings(groups, norms))
    rows = limits.groupby(["target_group", "profile", "category"])["distance_m"].agg(list).to_dict()
    assert rows == {
        ("all_inhabitants", "on_foot", "supermarket"): [500, 800, 1500],
        ("slow", "rollator", "supermarket"): [350, 500, 800],
    }
    to_try = {key: one.tolist() for key, one in distances_to_try(limits).items()}
    assert to_try == {("supermarket", "on_foot"): [500, 800, 1500], ("supermarket", "rollator"): [350, 500, 800]}


def test_a_group_is_weighed_by_the_walks_of_its_own_profile() -> None:
    groups = {**GROUPS, "slow": group(profile="rollator")}
    homes = homes_of(dwellings(dwelling_rows(2, base="B")))
    walks = [walks_of_lengths([100, 900]), walks_of_lengths([900, None], profile="rollator")]
    beyond = pd.concat([
        beyond_by_cell(homes, one, access_of_homes(2), nothing_unknown(2), TO_TRY) for one in walks
    ])  # fmt: skip
    whole = demand_of("B/-/-/-", 2, (30, 30, 30), (0, 0, 0))
    demand = pd.concat([whole, whole.assign(target_group="slow")])
    shares = summarise_shares(demand, beyond, limits_of(group_settings(groups, SUPERMARKET)))
    norm = shares[shares["distance_kind"] == "norm"].set_index("target_group")["share_low"]
    assert norm.to_dict() == {"all_inhabitants": 0.5, "slow": 1.0}


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


# --- From the network ------------------------------------------------------------------------------------------------


def test_without_a_limit_everyone_connected_is_reached() -> None:
    homes = [(30.0, 0.0), (300.0, 270.0), (150.0, 120.0), (700.0, 700.0)]  # the last is too far off to be connected
    village = build_village(grid(4, 4), homes, {"gp": [(0.0, 300.0)]}, people=8)
    shares = village.tables["reach_shares"].set_index("distance_kind").loc["uiterst"]  # 3,000 m
    assert shares["share_low"] == 0
    assert shares["share_high"] == shares["not_connected_share"] == 0.25


def test_a_category_without_facilities_has_distances_that_say_so() -> None:
    village = build_village(grid(3, 3), [(50, 0)], {"supermarket": [], "stop": [(100, 0)]})
    row = village.tables["distances"].set_index("category").loc["supermarket"]
    assert row[["nearest_m", "second_m", "nearest_id", "second_id"]].isna().all()
    shares = village.tables["reach_shares"].set_index(["category", "distance_kind"])
    assert shares.loc[("supermarket", "uiterst"), "share_low"] == 1
