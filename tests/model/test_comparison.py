"""What differs between two sets of verdicts is found by key, with what lies beneath it and which side it is due to."""

from typing import Any

import pandas as pd
import pytest

from pipeline.contracts import CLUSTER_DEMAND, CLUSTERS
from pipeline.model.comparison import (
    COLUMNS,
    Tables,
    attribute,
    compare_categories,
    compare_verdicts,
    compared_units,
)

WITHIN = {"reach": "within", "uiterst_reach": "within"}
BEYOND = {"reach": "beyond", "uiterst_reach": "within"}
FAR = {"reach": "beyond", "uiterst_reach": "beyond"}
UNDECIDED = {"reach": "undecided", "uiterst_reach": "within"}
Cells = dict[tuple[str, str], str | tuple[str, bool, str]]


def tables(
    verdicts: Cells, reach: dict[tuple[str, str, str], dict[str, Any]] | None = None, weak: tuple[str, ...] = ()
) -> dict[str, pd.DataFrame]:
    """Make the tables of one side: verdicts by unit and group, and reach by unit, group and category."""
    rows = []
    for (unit, group), cell in verdicts.items():
        verdict, is_provisional, possible = (cell, False, cell) if isinstance(cell, str) else cell
        rows.append((unit, group, verdict, is_provisional, possible))
    found = pd.DataFrame(rows, columns=list(COLUMNS["verdicts"]))
    units = found["unit_code"].drop_duplicates()
    places = [*(reach or {})]
    keys = pd.DataFrame(places, columns=["unit_code", "target_group", "category"], dtype="str")
    judged = pd.DataFrame([{"is_essential": True, "completeness": "complete", **one} for one in (reach or {}).values()])
    judged = pd.concat([keys, judged.reindex(columns=list(COLUMNS["category_verdicts"][3:]))], axis=1)
    shares = pd.concat([keys.assign(distance_kind=kind, distance_m=800.0, share_low=0.1, share_high=0.2)
                        for kind in ("norm", "uiterst")])  # fmt: skip
    return {
        "verdicts": found,
        "unit_demand": found[["unit_code", "target_group"]].assign(people_low=30.0),
        "cluster_demand": CLUSTER_DEMAND.empty(),
        "clusters": CLUSTERS.empty(),
        "units": pd.DataFrame({"unit_code": units, "unit_name": units, "is_weak": units.isin(weak)}),
        "category_verdicts": judged,
        "reach_distances": keys.assign(median_m=400.0, median_high_m=400.0, is_upper_bound=False),
        "reach_shares": shares,
    }


def changed(before: Tables, after: Tables) -> dict[tuple[str, str], str]:
    rows = compare_verdicts(before, after)
    return {(one["unit_code"], one["target_group"]): one["status"] for one in rows.to_dict("records")}


def test_the_same_verdicts_give_nothing() -> None:
    one = tables({("A", "old"): "none", ("B", "old"): "severe"})
    assert compare_verdicts(one, one).empty


@pytest.mark.parametrize("after", ["witte_vlek", ("none", True, "none"), ("none", True, "attention")])
def test_a_verdict_its_reservation_and_what_it_may_become_are_changes(after: str | tuple[str, bool, str]) -> None:
    rows = compare_verdicts(
        tables({("A", "old"): "none", ("B", "old"): "none"}), tables({("A", "old"): after, ("B", "old"): "none"})
    )
    assert rows[["unit_code", "target_group", "status"]].to_numpy().tolist() == [["A", "old", "changed"]]
    assert rows["verdict_before"].item() == "none"
    assert rows["verdict_after"].item() == (after if isinstance(after, str) else after[0])


def test_the_order_of_rows_and_extra_columns_do_not_matter() -> None:
    before = tables({("A", "old"): "none", ("B", "old"): "none"})
    after = {name: one.iloc[::-1].assign(new_column=1) for name, one in before.items()}
    assert compare_verdicts(before, after).empty


def test_units_and_groups_that_one_side_lacks_are_told_apart() -> None:
    before = tables({("A", "old"): "none", ("A", "young"): "none", ("B", "old"): "none", ("B", "young"): "none"})
    after = tables({("A", "old"): "none", ("C", "old"): "none", ("A", "ill"): "none", ("C", "ill"): "none"})
    assert changed(before, after) == {
        ("A", "young"): "lost_group",
        ("B", "old"): "lost_unit",
        ("B", "young"): "lost_unit",
        ("C", "old"): "new_unit",
        ("A", "ill"): "new_group",
        ("C", "ill"): "new_unit",
    }


def test_a_row_that_one_side_lacks_of_a_known_unit_and_group_appeared_or_vanished() -> None:
    before = tables({("A", "old"): "none", ("B", "young"): "none", ("B", "old"): "none"})
    after = tables({("A", "old"): "none", ("A", "young"): "none", ("B", "young"): "none"})
    assert changed(before, after) == {("A", "young"): "appeared", ("B", "old"): "vanished"}
    assert len(compared_units(before, after)) == 2


def test_what_people_and_weakness_were_stands_beside_the_change() -> None:
    before = tables({("A", "old"): "none"})
    after = tables({("A", "old"): ("none", True, "none")}, weak=("A",))
    row = compare_verdicts(before, {**after, "unit_demand": after["unit_demand"].assign(people_low=12.0)}).iloc[0]
    assert (row["people_low_before"], row["people_low_after"]) == (30.0, 12.0)
    assert (row["is_weak_before"], row["is_weak_after"]) == (False, True)


def categories(
    verdicts: tuple[str, str], before: dict[str, dict[str, Any]], after: dict[str, dict[str, Any]]
) -> list[str]:
    """Return the categories that can have changed a verdict."""
    one, other = (
        tables({("A", "old"): verdict}, {("A", "old", category): cell for category, cell in side.items()})
        for verdict, side in zip(verdicts, (before, after), strict=True)
    )
    return compare_categories(one, other, compare_verdicts(one, other))["category"].tolist()


@pytest.mark.parametrize(
    ("before", "after", "matters"),
    [
        (WITHIN, BEYOND, True),
        (UNDECIDED, WITHIN, True),
        (BEYOND, FAR, True),
        (BEYOND, {**BEYOND, "completeness": "doubtful"}, True),
        (BEYOND, {**BEYOND, "is_essential": False}, True),
        (WITHIN, {**WITHIN, "completeness": "doubtful"}, False),
        (WITHIN, {**WITHIN, "is_essential": False}, False),
        (WITHIN, {**WITHIN, "uiterst_reach": "undecided"}, False),
        ({**WITHIN, "is_essential": False}, {**BEYOND, "is_essential": False}, False),
        (BEYOND, BEYOND, False),
    ],
)
def test_only_a_category_that_adds_something_else_to_the_verdict_matters(
    before: dict[str, Any], after: dict[str, Any], matters: bool
) -> None:
    found = categories(("none", "attention"), {"shop": before, "gp": WITHIN}, {"shop": after, "gp": WITHIN})
    assert found == (["shop"] if matters else [])


def test_a_unit_that_is_no_longer_too_small_shows_what_makes_its_verdict() -> None:
    side = {"shop": BEYOND, "gp": WITHIN}
    assert categories(("too_small", "attention"), side, side) == ["shop"]
    assert categories(("attention", "too_small"), {"shop": BEYOND}, {"shop": FAR}) == []


def test_categories_of_verdicts_that_did_not_change_are_left_out() -> None:
    one = tables({("A", "old"): "none"}, {("A", "old", "shop"): WITHIN})
    other = tables({("A", "old"): "none"}, {("A", "old", "shop"): UNDECIDED})
    assert compare_categories(one, other, compare_verdicts(one, other)).empty


def test_shares_and_distances_of_both_sides_are_given() -> None:
    one = tables({("A", "old"): "none"}, {("A", "old", "shop"): WITHIN})
    other = tables({("A", "old"): "attention"}, {("A", "old", "shop"): BEYOND})
    shares = other["reach_shares"].copy()
    shares.loc[shares["distance_kind"] == "norm", ["distance_m", "share_low"]] = [500.0, 0.7]
    row = compare_categories(one, {**other, "reach_shares": shares}, compare_verdicts(one, other)).iloc[0]
    assert (row["share_low_before"], row["share_low_after"]) == (0.1, 0.7)
    assert (row["distance_m_before"], row["distance_m_after"]) == (800.0, 500.0)
    assert row["uiterst_share_low_after"] == 0.1


SIDES = (
    tables({("A", "old"): "none", ("B", "old"): "none", ("C", "old"): "none", ("D", "old"): "none"}),
    tables({("A", "old"): "severe", ("B", "old"): "severe", ("C", "old"): "severe"}),
)
EXCHANGED = tables({("A", "old"): "severe", ("B", "old"): "none", ("C", "old"): "attention"})["verdicts"]


def test_one_kind_of_difference_is_the_cause_of_everything() -> None:
    changes = compare_verdicts(*SIDES)
    assert set(attribute(changes, ["code"])) == {"code"}
    assert set(attribute(changes, ["settings"], EXCHANGED)) == {"settings"}


def test_without_a_run_of_the_settings_alone_causes_cannot_be_told_apart() -> None:
    changes = compare_verdicts(*SIDES)
    assert set(attribute(changes, ["data", "settings"])) == {"data|settings"}
    assert set(attribute(changes, ["data", "code"], EXCHANGED)) == {"data|code"}
    assert set(attribute(changes, [])) == {"unknown"}


def test_the_data_of_after_under_the_settings_of_before_tell_causes_apart() -> None:
    """A: already so under the old settings; B: not without the new ones; C: neither alone; D: gone in the data."""
    causes = attribute(compare_verdicts(*SIDES), ["data", "settings", "code"], EXCHANGED)
    assert causes.tolist() == ["data|code", "settings", "settings+data|code", "data|code"]


def test_the_data_of_before_under_the_settings_of_after_tell_them_apart_the_other_way() -> None:
    causes = attribute(compare_verdicts(*SIDES), ["data", "settings"], EXCHANGED, settings_of="after")
    assert causes.tolist() == ["settings", "data", "settings+data", "settings"]
