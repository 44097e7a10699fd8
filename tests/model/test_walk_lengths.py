"""How far people walk: median and 90th percentile, also where people are not placed or paths not known."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.contracts import CLUSTERS, DEMAND, REACH_DISTANCES
from pipeline.model.walk_lengths import LengthSummary
from pipeline.tables import check_table
from tests.model.builders import (
    GROUPS,
    access_of_homes,
    dwelling_rows,
    dwellings,
    group,
    group_settings,
    metres,
    table,
    walks_of_lengths,
)

Cell = tuple[str, int, list[float]]
"""Unit, people per dwelling, distance of each dwelling (infinite if none can be walked to)."""


@st.composite
def towns(draw: st.DrawFn) -> tuple[list[Cell], dict[str, int]]:
    """Draw cells and people not placed."""
    distance = st.one_of(st.floats(1, 5000).map(lambda metres: round(metres, 2)), st.just(np.inf))
    cell = st.tuples(st.sampled_from("UVW"), st.integers(0, 4), st.lists(distance, min_size=1, max_size=6))
    return draw(st.lists(cell, min_size=1, max_size=6)), {unit: draw(st.integers(0, 5)) for unit in "UVW"}


def summarise(
    cells: Sequence[Cell],
    not_placed: dict[str, int] | None = None,
    *,
    each: float = 1.0,
    exit_m: float | None = None,
    high_m: Sequence[float | None] | None = None,
    clusters: Sequence[tuple[str, str]] = (),
) -> Any:
    """Return the distances to a GP by unit (and cluster: rows of unit and code); `each` is the weight of a person."""
    homes = dwellings(
        *(dwelling_rows(len(cell), base=f"B{number}", unit=unit) for number, (unit, _, cell) in enumerate(cells))
    )
    placed = [(f"B{i}/-/-/-", unit, len(cell), people * len(cell)) for i, (unit, people, cell) in enumerate(cells)]
    rest = [(f"{unit}/not placed", unit, 0, people) for unit, people in (not_placed or {}).items()]
    demand = table(DEMAND, [
        {"cell_code": code, "target_group": "all_inhabitants", "unit_code": unit, "is_placed": count > 0,
         "dwelling_count": count, "people": people * each}
        for code, unit, count, people in [*placed, *rest]
    ])  # fmt: skip
    joined = table(CLUSTERS, [
        {"target_group": "all_inhabitants", "unit_code": unit, "cluster_code": code} for unit, code in clusters
    ])  # fmt: skip
    flat = [None if np.isinf(distance) else distance for _, _, cell in cells for distance in cell]
    walks = walks_of_lengths(flat, high_m=high_m, category="gp")
    lengths = LengthSummary(homes, demand, joined, group_settings())
    lengths.add(walks, access_of_homes(len(flat)), metres([exit_m] * len(flat)))
    found = lengths.table(pd.Index(["gp-1"]))
    check_table(REACH_DISTANCES, found)
    return found.set_index("unit_code")


def row_of_people(cells: Sequence[Cell], not_placed: dict[str, int], units: str) -> list[float]:
    """Return the distance of every person in `units`, from near to far: who is not placed stands at the end."""
    row = [distance for unit, people, cell in cells if unit in units for distance in cell for _ in range(people)]
    return sorted(row + [np.inf] * sum(not_placed[unit] for unit in units))


def at_percent(row: list[float], percent: int) -> float | None:
    """Return the distance of the last of the first so many percent; none where that is nobody or reaches none."""
    found = row[-(-percent * len(row) // 100) - 1] if row else np.inf  # in whole numbers
    return float(found) if np.isfinite(found) else None


@settings(max_examples=20)
@given(towns(), st.sampled_from([1.0, 0.1, 1 / 3]))
def test_median_and_p90_are_those_of_all_people_in_a_row(town: tuple[list[Cell], dict[str, int]], each: float) -> None:
    cells, not_placed = town
    by_unit = summarise(cells, not_placed, each=each)
    for unit in by_unit.index:
        row = row_of_people(cells, not_placed, unit)
        for name, percent in (("median_m", 50), ("p90_m", 90)):
            found = by_unit.loc[unit, name]
            assert (None if pd.isna(found) else found) == at_percent(row, percent)


@settings(max_examples=20)
@given(towns())
def test_the_median_of_a_cluster_is_that_of_all_its_people_in_one_row(town: tuple[list[Cell], dict[str, int]]) -> None:
    cells, not_placed = town
    found = summarise(cells, not_placed, clusters=[("U", "U+V"), ("V", "U+V")])
    row = row_of_people(cells, not_placed, "UV")
    if {"U", "V"} & {unit for unit, _, _ in cells}:
        for name, percent in (("median_m", 50), ("p90_m", 90)):
            value = found.loc["U+V", name]
            assert (None if pd.isna(value) else value) == at_percent(row, percent)
    alone = summarise(cells, not_placed)
    pd.testing.assert_frame_equal(found.drop(index="U+V", errors="ignore"), alone)  # the units keep their own numbers


def test_median_and_p90_worked_by_hand() -> None:
    # Ten people at 100, 200, ..., 1,000 m: the fifth and the ninth in the row.
    row = summarise([("U", 1, [float(100 * one) for one in range(1, 11)])]).loc["U"]
    assert row[["median_m", "median_high_m", "p90_m"]].tolist() == [500, 500, 900]


@pytest.mark.parametrize(
    ("exit_m", "is_upper_bound"),
    [(None, False), (900.0, False), (790.0, False), (700.0, True)],
    ids=["no exit", "farther than the facility", "hardly nearer", "clearly nearer"],
)
def test_a_median_is_an_upper_bound_if_an_exit_is_nearer(exit_m: float | None, is_upper_bound: bool) -> None:
    row = summarise([("U", 2, [800.0])], exit_m=exit_m).loc["U"]
    assert row[["median_m", "facility_id", "is_upper_bound"]].tolist() == [800, "gp-1", is_upper_bound]


@pytest.mark.parametrize(("not_placed", "is_upper_bound"), [(0, False), (1, True)])
def test_a_median_is_an_upper_bound_if_people_not_placed_could_lower_it(not_placed: int, is_upper_bound: bool) -> None:
    # Three people at 100, 500 and 900 m: with a fourth that may live anywhere the median may be 100 m.
    row = summarise([("U", 1, [100.0, 500.0, 900.0])], {"U": not_placed}).loc["U"]
    assert row[["median_m", "is_upper_bound"]].tolist() == [500, is_upper_bound]


def test_a_median_over_paths_that_may_not_be_passable_has_a_high_bound() -> None:
    # Three homes at 100, 200 and 300 m; without the unknown paths at 900, 250 and 400 m: the middle one is 400 m.
    row = summarise([("U", 1, [100.0, 200.0, 300.0])], high_m=[900, 250, 400]).loc["U"]
    assert row[["median_m", "median_high_m"]].tolist() == [200, 400]


def test_a_high_bound_of_the_median_is_unknown_where_half_reaches_none_then() -> None:
    row = summarise([("U", 1, [100.0, 200.0])], high_m=[None, None]).loc["U"]
    assert row["median_m"] == 100
    assert pd.isna(row["median_high_m"])


def test_each_group_is_summarised_over_the_walks_of_its_own_profile() -> None:
    homes = dwellings(dwelling_rows(2, base="B"))
    demand = table(DEMAND, [
        {"cell_code": "B/-/-/-", "target_group": group, "unit_code": "U1", "is_placed": True, "dwelling_count": 2,
         "people": 10.0}
        for group in ("all_inhabitants", "slow")
    ])  # fmt: skip
    groups = {**GROUPS, "slow": group(profile="rollator")}
    lengths = LengthSummary(homes, demand, CLUSTERS.empty(), group_settings(groups))
    for profile, near in (("on_foot", [100, 200]), ("rollator", [300, 400]), ("wheelchair", [500, 600])):
        walks = walks_of_lengths(near, category="gp", profile=profile)
        lengths.add(walks, access_of_homes(2), metres([None, None]))
    found = lengths.table(pd.Index(["gp-1"])).set_index("target_group")["median_m"]
    assert found.to_dict() == {"all_inhabitants": 100, "slow": 300}


def test_unknown_people_have_no_median() -> None:
    homes = dwellings(dwelling_rows(2, base="B"), dwelling_rows(1, base="C", buurt="C"))
    demand = table(DEMAND, [
        {"cell_code": cell, "target_group": "all_inhabitants", "unit_code": "U1", "is_placed": True,
         "dwelling_count": count, "people": people}
        for cell, count, people in (("B/-/-/-", 2, 10.0), ("C/C/-/-", 1, None))
    ])  # fmt: skip
    lengths = LengthSummary(homes, demand, CLUSTERS.empty(), group_settings())
    lengths.add(walks_of_lengths([100, 200, 300], category="gp"), access_of_homes(3), metres([None] * 3))
    row = lengths.table(pd.Index(["gp-1"])).iloc[0]
    assert row[["median_m", "median_high_m", "p90_m"]].isna().all()
    assert row["facility_id"] == "gp-1"


def test_the_facility_named_is_the_nearest_of_most_homes_and_the_first_among_equals() -> None:
    homes = dwellings(
        dwelling_rows(5, base="B"), dwelling_rows(2, base="C", unit="U2"), dwelling_rows(1, base="D", unit="U3")
    )
    walks = walks_of_lengths([10.0] * 7 + [None], category="gp")
    walks.nearest[:] = [2, 0, 2, 1, 2, 1, 0, -1]
    demand = table(DEMAND, [
        {"cell_code": f"{base}/-/-/-", "target_group": "all_inhabitants", "unit_code": unit, "is_placed": True,
         "dwelling_count": count, "people": 10.0}
        for base, unit, count in (("B", "U1", 5), ("C", "U2", 2), ("D", "U3", 1))
    ])  # fmt: skip
    lengths = LengthSummary(homes, demand, CLUSTERS.empty(), group_settings())
    lengths.add(walks, access_of_homes(8), metres([None] * 8))
    found = lengths.table(pd.Index(["gp-0", "gp-1", "gp-2"])).set_index("unit_code")["facility_id"]
    assert found[["U1", "U2"]].tolist() == ["gp-2", "gp-0"]
    assert pd.isna(found["U3"])
