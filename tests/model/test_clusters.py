"""Clusters: which small units are judged together, what they are called, and that they are the sum of their units."""

from collections.abc import Mapping, Sequence
from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.contracts import CLUSTER_DEMAND, CLUSTERS, UNIT_DEMAND
from pipeline.errors import SourceError
from pipeline.model.clusters import (
    by_cluster,
    cluster_demand,
    completeness_of_clusters,
    distances_between,
    form_clusters,
    homes_in_clusters,
    named_units,
    too_small,
    weak_clusters,
)
from pipeline.model.demand import estimate_demand, summarise_demand
from pipeline.model.reach import homes_of
from pipeline.tables import check_table
from tests.model.builders import (
    base_area,
    base_areas,
    dwelling_rows,
    dwellings,
    figures,
    grid,
    group,
    network_of,
    table,
    units,
)

NAMES = {"A": "Zalk", "B": "Kamperveen", "C": "'s-Heerenbroek", "D": "Wilsum", "E": "Grafhorst"}


def apart(pairs: Mapping[str, float]) -> pd.DataFrame:
    """Make the table of distances from pairs such as AB; the others are not there."""
    codes = sorted({code for pair in pairs for code in pair})
    frame = pd.DataFrame(np.nan, index=codes, columns=codes)
    for pair, metres in pairs.items():
        frame.loc[pair[0], pair[1]] = frame.loc[pair[1], pair[0]] = metres
    return frame


def form(
    pairs: Mapping[str, float], small: Mapping[str, str], named: Sequence[Sequence[str]] = (), max_m: float = 5000
) -> dict[tuple[str, str], str]:
    """Return the cluster of each group and unit; `small` are the units of each group, as letters."""
    rows = [(one, code) for one, codes in small.items() for code in codes]
    frame = pd.DataFrame(rows, columns=["target_group", "unit_code"])
    found = form_clusters(frame, NAMES, apart(pairs), named, max_m)
    check_table(CLUSTERS, found)
    keys = zip(found["target_group"], found["unit_code"], strict=True)
    return dict(zip(keys, found["cluster_code"], strict=True))


# --- Which units -----------------------------------------------------------------------------------------------------


def test_only_units_under_the_min_count_of_the_group_are_small() -> None:
    groups = {"few": group(min_count=10), "many": group(min_count=25)}
    demand = table(UNIT_DEMAND, [
        {"unit_code": unit, "target_group": one, "people_low": low}
        for one in groups
        for unit, low in (("A", 9.9), ("B", 10.0), ("C", 25.0), ("D", None), ("E", 0.0))
    ])  # fmt: skip
    small = too_small(demand, groups).groupby("target_group")["unit_code"].agg("".join).to_dict()
    assert small == {"few": "AE", "many": "ABE"}  # unknown people are not few people


@pytest.mark.parametrize(("far_m", "expected"), [(5000.0, "A+B"), (5000.1, None)])
def test_neighbours_within_the_limit_are_judged_together(far_m: float, expected: str | None) -> None:
    assert form({"AB": far_m}, {"g": "AB"}).get(("g", "A")) == expected


def test_a_chain_of_villages_is_not_one_cluster() -> None:
    chain = {"AB": 4000.0, "BC": 4500.0, "CD": 4000.0, "AC": 8500.0, "BD": 8500.0, "AD": 12_500.0}
    found = form(chain, {"g": "ABCD"})
    assert found == {("g", "A"): "A+B", ("g", "B"): "A+B", ("g", "C"): "C+D", ("g", "D"): "C+D"}


def test_the_nearest_go_together_and_who_is_left_stays_alone() -> None:
    found = form({"AB": 4000.0, "BC": 3000.0, "AC": 7000.0}, {"g": "ABC"})
    assert found == {("g", "B"): "B+C", ("g", "C"): "B+C"}


def test_a_unit_that_is_not_small_stays_out_and_joins_nobody() -> None:
    near = {"AB": 1000.0, "BC": 1000.0, "AC": 2000.0}
    assert form(near, {"g": "AC"}) == {("g", "A"): "A+C", ("g", "C"): "A+C"}
    assert form(near, {"g": "A"}) == {}


def test_each_group_has_clusters_of_its_own() -> None:
    near = {"AB": 1000.0, "BC": 1000.0, "AC": 1500.0}
    found = form(near, {"few": "ABC", "many": "AB", "none": ""})
    assert {code for (one, _), code in found.items() if one == "few"} == {"A+B+C"}
    assert {code for (one, _), code in found.items() if one == "many"} == {"A+B"}


def test_a_distance_that_is_not_known_joins_nothing() -> None:
    assert form({"AB": 1000.0}, {"g": "ABE"}) == {("g", "A"): "A+B", ("g", "B"): "A+B"}
    assert form({}, {"g": "AE"}, max_m=1e9) == {}


def test_units_that_the_settings_name_are_together_however_far_apart() -> None:
    near = {"AD": 500.0, "DE": 900.0, "AE": 1400.0}
    found = form(near, {"g": "ACDE", "other": "ADE"}, named=[["A", "B", "C"]])
    # B is not small for g; for the other group A is the only small one of those named, and joins nobody else.
    assert found == {
        ("g", "A"): "A+C", ("g", "C"): "A+C", ("g", "D"): "D+E", ("g", "E"): "D+E",
        ("other", "D"): "D+E", ("other", "E"): "D+E",
    }  # fmt: skip


def name_of(members: str, named: Sequence[Sequence[str]]) -> str:
    """Return the name of the only cluster of these units, which lie close together."""
    small = pd.DataFrame({"target_group": "g", "unit_code": sorted(members)})
    near = apart({one + other: 100.0 for one, other in combinations(sorted(members), 2)})
    (name,) = form_clusters(small, NAMES, near, named, 5000.0)["cluster_name"].unique()
    return str(name)


@pytest.mark.parametrize(
    ("members", "name"),
    [
        ("AB", "Kamperveen en Zalk samen"),
        ("ABC", "Kamperveen, 's-Heerenbroek en Zalk samen"),
        ("CD", "'s-Heerenbroek en Wilsum samen"),
    ],
)
def test_a_cluster_is_called_after_its_units_by_name(members: str, name: str) -> None:
    assert name_of(members, []) == name


def test_a_cluster_of_the_settings_is_called_in_their_order() -> None:
    assert name_of("ABC", [["A", "B", "C"]]) == "Zalk, Kamperveen en 's-Heerenbroek samen"
    assert name_of("AC", [["C", "B", "A"]]) == "'s-Heerenbroek en Zalk samen"


@given(st.lists(st.integers(0, 20), min_size=2, max_size=7, unique=True))
def test_units_in_one_cluster_are_all_within_the_limit_of_each_other(places: list[int]) -> None:
    codes = [chr(ord("A") + number) for number in range(len(places))]
    distance = np.abs(np.subtract.outer(places, places)).astype(float)
    frame = pd.DataFrame(distance, index=codes, columns=codes)
    small = pd.DataFrame({"target_group": "g", "unit_code": codes})
    found = form_clusters(small, {code: code for code in codes}, frame, [], 5.0)
    assert not found["unit_code"].duplicated().any()
    for _, rows in found.groupby("cluster_code"):
        assert frame.loc[rows["unit_code"], rows["unit_code"]].to_numpy().max() <= 5
    alone = [code for code in codes if code not in set(found["unit_code"])]
    pairs = frame.loc[alone, alone].to_numpy()[np.triu_indices(len(alone), 1)]
    assert (pairs > 5).all()  # who could be together is


# --- Clusters of the settings ----------------------------------------------------------------------------------------


@pytest.fixture
def villages() -> pd.DataFrame:
    return pd.DataFrame({"unit_code": list(NAMES), "unit_name": list(NAMES.values())})


def test_units_are_named_by_name_or_code_capitals_or_not(villages: pd.DataFrame) -> None:
    named = named_units([["zalk", "b"], ["'s-heerenbroek", "Wilsum", "E"]], villages)
    assert named == [["A", "B"], ["C", "D", "E"]]
    assert named_units([], villages) == []


def test_all_faults_of_the_clusters_come_at_once(villages: pd.DataFrame) -> None:
    more = pd.concat([villages, pd.DataFrame({"unit_code": ["F"], "unit_name": ["Wilsum"]})])
    with pytest.raises(SourceError) as caught:
        named_units([["Zalk", "Nergens"], ["A", "Kamperveen"], ["Wilsum", "Overal"]], more)
    assert caught.value.faults == (
        "region.clusters: 'Nergens' is geen gebied van deze regio; kies een naam of code van een unit.",
        "region.clusters: 'Wilsum' past op meer dan één gebied; kies een naam of code van een unit.",
        "region.clusters: 'Overal' is geen gebied van deze regio; kies een naam of code van een unit.",
        "region.clusters: A staat er meer dan eens in; laat er één over.",
    )


# --- How far apart ---------------------------------------------------------------------------------------------------


def test_units_are_as_far_apart_as_the_walk_between_their_middles() -> None:
    living = dwellings(
        dwelling_rows(3, base="B1", unit="A", at=[(0, 0), (100, 10), (200, -10)]),  # mean at (100, 0): a node
        dwelling_rows(1, base="B2", unit="B", at=[(420, 190)]),  # nearest to (400, 200)
        dwelling_rows(1, base="B3", unit="C", at=[(0, 200)]),
    )
    found = distances_between(["A", "B", "D"], living, grid(5, 3), 500)
    assert found.to_dict() == {"A": {"A": 0, "B": 500}, "B": {"A": 500, "B": 0}}  # C is not asked for; D has no homes


def test_farther_than_the_limit_or_not_to_be_walked_is_missing() -> None:
    network = network_of([(0, 0), (100, 0), (200, 0), (300, 0), (900, 0), (950, 0)], [(0, 1), (1, 2), (2, 3), (4, 5)])
    places = {"A": 0, "B": 200, "C": 300, "D": 900}
    living = dwellings(*(dwelling_rows(1, base=code, unit=code, at=[(x, 0)]) for code, x in places.items()))
    found = distances_between(list("ABCD"), living, network, 200)
    known = found.notna().to_numpy()
    assert "".join(found.index) == "ABCD"
    assert np.argwhere(np.triu(known, 1)).tolist() == [[0, 1], [1, 2]]  # A-B at the limit, and B-C
    assert (known == known.T).all()


def test_without_small_units_nothing_is_apart() -> None:
    assert distances_between([], dwellings(dwelling_rows(1, base="B")), grid(2, 2), 500).empty


# --- The sum of its units --------------------------------------------------------------------------------------------

JOINED = [("g", "A", "A+B"), ("g", "B", "A+B"), ("h", "A", "A+C"), ("h", "C", "A+C")]


def clusters_of(rows: Sequence[tuple[str, str, str]] = tuple(JOINED)) -> pd.DataFrame:
    return pd.DataFrame(table(CLUSTERS, [
        {"target_group": one, "unit_code": unit, "cluster_code": code} for one, unit, code in rows
    ]))  # fmt: skip


def test_a_cluster_has_the_people_of_its_units_and_their_land() -> None:
    groups = {"g": group(), "h": group({"count": "inhabitants_65_plus"})}
    area = base_areas(*(
        base_area(code, unit_code=code, homes_count=homes, dwelling_count=2, inhabitants_count=people)
        for code, homes, people in (("A", 2.0, 100.0), ("B", 4.0, 60.0), ("C", 2.0, 40.0))
    ))  # fmt: skip
    known: dict[tuple[str, str], Any] = {
        ("A", "inhabitants"): (100, 97.5, 102.5), ("B", "inhabitants"): (60, 57.5, 62.5),
        ("C", "inhabitants"): (40, 37.5, 42.5), ("A", "inhabitants_65_plus"): (20, 17.5, 22.5),
        ("B", "inhabitants_65_plus"): (15, 12.5, 17.5), ("C", "inhabitants_65_plus"): (5, 2.5, 7.5),
    }  # fmt: skip
    living = dwellings(*(dwelling_rows(2, base=code, unit=code) for code in "ABC"))
    in_units = units("A", "B", "C", land_km2=2.0)
    demand = estimate_demand(living, area, figures(known), groups)
    found = cluster_demand(demand, in_units, area, clusters_of(), groups)
    check_table(CLUSTER_DEMAND, found)
    of_units: Any = summarise_demand(demand, in_units, groups, area).set_index(["target_group", "unit_code"])
    rows: Any = found.set_index(["target_group", "unit_code"])
    assert sorted(rows.index) == [("g", "A+B"), ("h", "A+C")]
    for key, members in ((("g", "A+B"), "AB"), (("h", "A+C"), "AC")):
        for column in ("people", "people_low", "people_high", "not_placed_people"):
            assert rows.loc[key, column] == pytest.approx(sum(of_units.loc[(key[0], one), column] for one in members))
    # 160 people, each figure within 2.5: at worst 5 either way, shown as the root of the summed squares. Half of the
    # homes of B were not found. Four km2; all are inhabitants.
    row = rows.loc[("g", "A+B")]
    assert row[["people", "people_low", "people_high", "not_placed_people"]].tolist() == [160, 155, 165, 30]
    assert row[["shown_low", "shown_high"]].tolist() == pytest.approx([160 - 12.5**0.5, 160 + 12.5**0.5])
    assert row[["people_per_km2", "people_per_1000"]].tolist() == [40, 1000]
    assert rows.loc[("h", "A+C"), "people_per_1000"] == pytest.approx(25 / 140 * 1000)


def test_where_one_unit_is_unknown_so_is_the_cluster() -> None:
    groups = {"g": group()}
    area = base_areas(*(base_area(code, unit_code=code, homes_count=1.0, dwelling_count=1) for code in "AB"))
    living = dwellings(*(dwelling_rows(1, base=code, unit=code) for code in "AB"))
    demand = estimate_demand(living, area, figures({("A", "inhabitants"): 10, ("B", "inhabitants"): None}), groups)
    found = cluster_demand(demand, units("A", "B"), area, clusters_of(JOINED[:2]), groups)
    assert found[["people", "people_low", "people_per_km2", "people_per_1000"]].isna().all(axis=None)


def test_without_clusters_there_is_no_demand_of_any() -> None:
    found = cluster_demand(pd.DataFrame(), pd.DataFrame(), pd.DataFrame(), CLUSTERS.empty(), {})
    check_table(CLUSTER_DEMAND, found)
    assert found.empty


def test_rows_of_units_become_rows_of_clusters_for_their_own_group_alone() -> None:
    frame = pd.DataFrame({
        "unit_code": ["A", "B", "C", "A", "C"], "target_group": ["g", "g", "g", "h", "h"], "people": [1, 2, 3, 4, 5],
    })  # fmt: skip
    found = by_cluster(frame, clusters_of())
    assert list(found.columns) == list(frame.columns)
    assert sorted(map(tuple, found.to_numpy().tolist())) == [
        ("A+B", "g", 1), ("A+B", "g", 2), ("A+C", "h", 4), ("A+C", "h", 5),
    ]  # fmt: skip


def test_dwellings_stand_in_the_cluster_of_their_unit_or_in_none() -> None:
    homes = homes_of(dwellings(*(dwelling_rows(1, base=code, unit=code) for code in "CABD")))
    found = homes_in_clusters(homes, clusters_of(), "h")
    codes = [None if one < 0 else found.units[one] for one in found.unit]
    assert codes == ["A+C", "A+C", None, None]
    assert found.cell.tolist() == homes.cell.tolist()


def test_a_cluster_with_a_weak_unit_is_weak() -> None:
    assert weak_clusters(clusters_of(), ["B", "D"]) == ["A+B"]
    assert weak_clusters(clusters_of(), ["A"]) == ["A+B", "A+C"]
    assert weak_clusters(clusters_of(), []) == []


# --- Completeness ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ([("A", "complete", np.inf), ("B", "complete", np.inf)], [("complete", np.inf)]),
        ([("A", "complete", np.inf)], []),  # nothing is said of B
        ([("A", "complete", 1500.0), ("B", "complete", 800.0)], [("complete", 800.0)]),
        ([("A", "complete", 1500.0), ("B", "complete", np.inf)], [("complete", 1500.0)]),
        ([("A", "doubtful", np.inf)], [("doubtful", np.inf)]),
        ([("A", "complete", 800.0), ("B", "doubtful", np.inf)], [("doubtful", np.inf)]),  # doubtful at any distance
    ],
)
def test_a_category_is_complete_in_a_cluster_if_in_all_its_units(
    said: list[tuple[str, str, float]], expected: list[tuple[str, float]]
) -> None:
    rows = [(unit, "gp", completeness, within_m) for unit, completeness, within_m in said]
    local = pd.DataFrame(rows, columns=["unit_code", "category", "completeness", "within_m"])
    found = completeness_of_clusters(local, clusters_of(JOINED[:2]))
    assert list(found.columns) == list(local.columns)
    assert found["unit_code"].tolist() == ["A+B"] * len(expected)
    assert list(zip(found["completeness"], found["within_m"], strict=True)) == expected


def test_a_cluster_of_several_groups_is_said_something_of_once() -> None:
    rows = [("A", "gp", "complete", np.inf), ("B", "gp", "complete", np.inf), ("A", "stop", "complete", np.inf)]
    local = pd.DataFrame(rows, columns=["unit_code", "category", "completeness", "within_m"])
    both = clusters_of([*JOINED[:2], ("h", "A", "A+B"), ("h", "B", "A+B")])
    found = completeness_of_clusters(local, both)
    assert found[["unit_code", "category"]].to_numpy().tolist() == [["A+B", "gp"]]
