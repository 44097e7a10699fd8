"""Checks before publishing: all pass for consistent tables, and each catches the fault that it is for."""

from collections.abc import Callable
from typing import Any

import pandas as pd
import pytest

from pipeline.contracts import CHECKS
from pipeline.model.checks import check_results, describe_run, mean_walk_m
from pipeline.tables import check_table
from tests.model.builders import grid
from tests.model.village import build_village

Tables = dict[str, pd.DataFrame]


@pytest.fixture(scope="module")
def tables() -> Tables:
    """Four homes on a grid, one of them not connected; one of five CBS homes was not found."""
    homes = [(0.0, 0.0), (50.0, 0.0), (100.0, 20.0), (900.0, 900.0)]
    facilities = {"supermarket": [(100.0, 0.0), (300.0, 0.0)], "stop": [(0.0, 0.0)], "gp": []}
    return build_village(grid(4, 4), homes, facilities, cbs_homes=5).tables


def test_consistent_tables_pass_every_check(tables: Tables) -> None:
    checks = check_results(tables)
    check_table(CHECKS, checks)
    assert checks.loc[~checks["is_passed"], "check"].tolist() == []
    empty = checks.loc[checks["row_count"] == 0, "check"].tolist()
    assert empty == ["keys_are_unique_unjoined_facilities"], "everything else was really looked at"
    keys = checks["check"].str.startswith("keys_are_unique_")
    assert set(checks.loc[keys, "check"]) == {f"keys_are_unique_{name}" for name in tables}


def outcome(tables: Tables, check: str) -> dict[str, Any]:
    """Return the row of one check."""
    checks = check_results(tables)
    return {str(name): value for name, value in checks[checks["check"] == check].iloc[0].items()}


def change(name: str, column: str, value: object, row: int = 0) -> Callable[[Tables], Tables]:
    """Return what puts `value` in a row of a table."""

    def plant(tables: Tables) -> Tables:
        values = tables[name][column].tolist()
        values[row] = value
        changed = pd.Series(values, index=tables[name].index, dtype=tables[name][column].dtype)
        return {**tables, name: tables[name].assign(**{column: changed})}

    return plant


def drop_first(name: str) -> Callable[[Tables], Tables]:
    return lambda tables: {**tables, name: tables[name].iloc[1:]}


def repeat_first(name: str) -> Callable[[Tables], Tables]:
    return lambda tables: {**tables, name: pd.concat([tables[name], tables[name].iloc[:1]])}


SUPERMARKET_UITERST = -1
"""The last row of the shares, of which at most 0.4 are beyond: by category, and comfort, norm, uiterst within these."""


@pytest.mark.parametrize(
    ("check", "plant"),
    [
        ("placed_plus_not_placed_is_figure", change("demand", "people", 1.0)),
        ("placed_plus_not_placed_is_figure", drop_first("demand")),
        ("placed_plus_not_placed_is_figure", change("base_areas", "inhabitants_count", None)),
        ("every_dwelling_has_access", drop_first("dwelling_access")),
        ("every_dwelling_has_distances", lambda tables: {**tables, "distances": tables["distances"].iloc[:0]}),
        ("every_unit_and_group_has_a_verdict", drop_first("verdicts")),
        ("distances_are_not_negative", change("distances", "nearest_m", -0.01)),
        ("distances_are_not_negative", change("distances", "second_m", -0.01)),
        ("second_nearest_is_not_nearer", change("distances", "second_m", 1.0, row=1)),
        ("second_nearest_is_not_nearer", change("distances", "nearest_m", None)),
        ("not_connected_has_no_distance", change("dwelling_access", "is_connected", False)),
        ("people_low_is_not_above_high", change("unit_demand", "people_low", 1e6)),
        ("people_low_is_not_above_high", change("unit_demand", "people_high", 1.0)),
        ("share_low_is_not_above_high", change("reach_shares", "share_low", 1.0, row=SUPERMARKET_UITERST)),
        ("a_longer_norm_leaves_fewer_beyond", change("reach_shares", "share_high", 0.9, row=SUPERMARKET_UITERST)),
        ("keys_are_unique_units", repeat_first("units")),
        ("keys_are_unique_demand", repeat_first("demand")),
    ],
)
def test_each_check_catches_its_own_fault(tables: Tables, check: str, plant: Callable[[Tables], Tables]) -> None:
    found = outcome(plant(tables), check)
    assert not found["is_passed"]
    assert found["fault_count"] >= 1
    assert found["detail"] != ""


def test_a_fault_names_up_to_five_offenders(tables: Tables) -> None:
    negative = {**tables, "distances": tables["distances"].assign(nearest_m=-1.0)}
    found = outcome(negative, "distances_are_not_negative")
    assert found["fault_count"] == 12  # four homes, three categories
    assert found["detail"].count(";") == 4


def test_mean_walk_is_over_people_who_can_walk_there(tables: Tables) -> None:
    # Three homes are connected, with as many people in each: 100, 50 and 20 m to the supermarket, 0, 50 and 120 m to
    # the stop. Nobody can walk to a GP.
    assert mean_walk_m(tables) == {"supermarket": 56.7, "stop": 56.7, "gp": None}


def test_the_run_is_described_by_its_coverage_and_sizes(tables: Tables) -> None:
    run = describe_run(tables, {"supermarket": 0.9})
    assert run["people_placed_share"] == 0.8  # four of five homes
    assert (run["dwelling_count"], run["unit_count"]) == (4, 1)
    assert run["distances"] == {
        "supermarket": {"mean_walk_m": 56.7, "cbs_car_km": 0.9},
        "stop": {"mean_walk_m": 56.7, "cbs_car_km": None},
        "gp": {"mean_walk_m": None, "cbs_car_km": None},
    }
