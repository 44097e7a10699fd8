"""Checks before publishing: all pass for consistent tables, and each catches the fault that it is for."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest

from pipeline.contracts import CHECKS, CLUSTERS, COMPLETENESS, COMPLETENESS_AREAS, COMPLETENESS_MEASURES
from pipeline.model.checks import check_results, describe_run, mean_walk_m
from pipeline.stages.check_results import CHECKED
from pipeline.tables import check_table
from tests.model.builders import GROUPS, grid, group, passable, table
from tests.model.village import build_village

Tables = dict[str, pd.DataFrame]


CLUSTER = {"target_group": "few", "unit_code": "U1", "cluster_code": "U1+U2", "cluster_name": "Een en Twee samen"}


@pytest.fixture(scope="module")
def tables() -> Tables:
    """Four homes on a grid, one of them not connected; one of five CBS homes was not found.

    Besides all inhabitants there is a group with a rollator, which is too small alone and judged together with a unit
    that has nobody.
    """
    homes = [(0.0, 0.0), (50.0, 0.0), (100.0, 20.0), (900.0, 900.0)]
    facilities = {"supermarket": [(100.0, 0.0), (300.0, 0.0)], "stop": [(0.0, 0.0)], "gp": []}
    network = grid(4, 4)
    leading_on = np.flatnonzero(network.start == 0).tolist()  # from (0, 0)
    made = build_village(
        network, homes, facilities, cbs_homes=5, checks=[{"check": "complete", "unit_code": "U1", "category": "gp"}],
        groups={**GROUPS, "few": group(min_count=5000, profile="rollator")},
        with_aid={"rollator": passable(network, at_worst=leading_on)},
    ).tables  # fmt: skip
    few = made["unit_demand"][made["unit_demand"]["target_group"] == "few"].assign(unit_code="U1+U2")
    verdict = made["verdicts"][made["verdicts"]["target_group"] == "few"].assign(unit_code="U1+U2")
    return {
        **made, "clusters": table(CLUSTERS, [CLUSTER]), "cluster_demand": few,
        "verdicts": pd.concat([made["verdicts"], verdict], ignore_index=True),
        **{one.name: table(one, [{}]) for one in (COMPLETENESS, COMPLETENESS_MEASURES, COMPLETENESS_AREAS)},
    }  # fmt: skip


def test_consistent_tables_pass_every_check(tables: Tables) -> None:
    checks = check_results(tables)
    check_table(CHECKS, checks)
    assert checks.loc[~checks["is_passed"], "check"].tolist() == []
    empty = checks.loc[checks["row_count"] == 0, "check"].tolist()
    assert empty == ["keys_are_unique_unjoined_facilities"], "everything else was really looked at"
    keys = checks["check"].str.startswith("keys_are_unique_")
    assert set(checks.loc[keys, "check"]) == {f"keys_are_unique_{name}" for name in tables}


def test_every_table_of_the_stage_is_held_against_the_checks(tables: Tables) -> None:
    assert {one.name for one in CHECKED} == set(tables)


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


ON_FOOT_TO_THE_SUPERMARKET = 16
"""First row of these walks: by category (gp, stop, supermarket) and profile (on foot, rollator), four homes each."""

SUPERMARKET_UITERST = 8
"""Row of the shares, of which at most 0.4 are beyond: by group, category, and comfort, norm, uiterst within these."""


@pytest.mark.parametrize(
    ("check", "plant"),
    [
        ("placed_plus_not_placed_is_figure", change("demand", "people", 1.0)),
        ("placed_plus_not_placed_is_figure", drop_first("demand")),
        ("placed_plus_not_placed_is_figure", change("base_areas", "inhabitants_count", None)),
        ("every_dwelling_has_access", drop_first("dwelling_access")),
        ("every_dwelling_has_distances", lambda tables: {**tables, "distances": tables["distances"].iloc[:0]}),
        ("every_dwelling_has_distances", drop_first("distances")),
        ("every_unit_and_group_has_a_verdict", drop_first("verdicts")),
        ("distances_are_not_negative", change("distances", "nearest_m", -0.01)),
        ("distances_are_not_negative", change("distances", "second_m", -0.01)),
        ("second_nearest_is_not_nearer", change("distances", "second_m", 1.0, row=ON_FOOT_TO_THE_SUPERMARKET)),
        ("second_nearest_is_not_nearer", change("distances", "nearest_m", None, row=ON_FOOT_TO_THE_SUPERMARKET)),
        ("not_connected_has_no_distance", change("dwelling_access", "is_connected", False)),
        (
            "an_aid_brings_nothing_surely_nearer",
            change("distances", "nearest_high_m", 9.0, row=ON_FOOT_TO_THE_SUPERMARKET + 4),
        ),
        (
            "an_aid_brings_nothing_surely_nearer",
            change("distances", "nearest_high_m", 99.0, row=ON_FOOT_TO_THE_SUPERMARKET),
        ),
        ("only_small_units_are_judged_together", change("verdicts", "verdict", "none", row=1)),
        ("only_small_units_are_judged_together", change("clusters", "unit_code", "U2")),
        ("every_unit_and_group_has_a_verdict", change("verdicts", "unit_code", "U3", row=2)),
        ("people_low_is_not_above_high", change("unit_demand", "people_low", 1e6)),
        ("people_low_is_not_above_high", change("cluster_demand", "people_low", 1e6)),
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
    assert found["fault_count"] == 24  # four homes, three categories, two profiles
    assert found["detail"].count(";") == 4


def test_mean_walk_is_over_people_who_can_walk_there_on_foot(tables: Tables) -> None:
    # Three homes are connected, with as many people in each: 100, 50 and 20 m to the supermarket, 0, 50 and 120 m to
    # the stop. Nobody can walk to a GP.
    assert mean_walk_m(tables) == {"supermarket": 56.7, "stop": 56.7, "gp": None}


def test_the_run_is_described_by_its_coverage_and_sizes(tables: Tables) -> None:
    run = describe_run(tables, {"supermarket": 0.9})
    assert run["people_placed_share"] == 0.8  # four of five homes
    assert (run["dwelling_count"], run["unit_count"]) == (4, 1)
    assert (run["cluster_count"], run["local_check_count"], run["unjoined_facility_count"]) == (1, 1, 0)
    assert run["distances"] == {
        "supermarket": {"mean_walk_m": 56.7, "cbs_car_km": 0.9},
        "stop": {"mean_walk_m": 56.7, "cbs_car_km": None},
        "gp": {"mean_walk_m": None, "cbs_car_km": None},
    }
