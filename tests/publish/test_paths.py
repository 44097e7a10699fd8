"""A group with a walking aid: what it cannot pass, and what is not known of its paths."""

import pytest

from pipeline.publish.explain import Explanation, explain_all
from pipeline.publish.facts import Walk, read_facts
from pipeline.publish.map_choices import build_choices
from pipeline.publish.path_sentences import median_text
from pipeline.publish.paths import paths_of, read_paths
from pipeline.publish.places import read_places
from pipeline.publish.results import Results
from tests.publish.hand_made import SQUARES


def _with_aid(results: Results, code: str) -> Explanation:
    return explain_all(results)[code, "walking_aid"]


@pytest.mark.parametrize(
    ("low", "high", "is_upper_bound", "written"),
    [
        (561.0, 598.0, False, "560–600 m"),
        (561.0, 562.0, False, "560 m"),
        (912.0, 1130.0, False, "910 m–1,1 km"),
        (561.0, 598.0, True, "hoogstens 560–600 m"),
        (561.0, None, False, "560 m of meer"),
        (561.0, None, True, "onbekend"),
        (None, None, False, "onbekend"),
    ],
)
def test_a_median_is_a_range_where_it_depends_on_unknown_paths(
    low: float | None, high: float | None, is_upper_bound: bool, written: str
) -> None:
    assert median_text(Walk(low, high, None, is_upper_bound, None)) == written


def test_it_is_said_with_what_a_group_walks_and_what_is_known_of_the_paths(results: Results) -> None:
    lines = _with_aid(results, "WK000101").lines
    assert lines[2] == (
        " Gerekend met een rollator: geen trappen of onverharde paden. Paden in dit gebied (38 km): van 27 % is niet "
        "bekend of het met een rollator kan; minder dan 1 % kan niet."
    )


def test_nothing_is_said_of_paths_for_a_group_on_foot(results: Results) -> None:
    on_foot = explain_all(results)["WK000101", "age_75_plus"]
    assert (on_foot.demands, on_foot.paths, on_foot.unknown_paths) == ("", "", "niet van toepassing")
    assert "rollator" not in "".join(on_foot.lines)


def test_a_unit_without_paths_says_so(results: Results) -> None:
    assert _with_aid(results, "DP0009").paths == "In dit gebied staan geen paden op de kaart."
    assert _with_aid(results, "DP0009").unknown_paths == "onbekend"


def test_paths_that_leave_a_category_undecided_are_named_as_the_cause(results: Results) -> None:
    supermarket = _with_aid(results, "WK000101").categories[0]
    assert supermarket.sentence == (
        "Supermarkt: mediaan 560–600 m; zeker 30 % en hoogstens 70 % woont verder dan 800 m, omdat van een deel van de "
        "paden niet bekend is of het met een rollator kan (dat scheelt 40 %): onbeslist (20–47 mensen). Het "
        "vaakst het dichtstbij: De `${1}` & ${alert(1)}."
    )


def test_paths_that_only_widen_a_share_are_named_too(results: Results) -> None:
    supermarket = _with_aid(results, "WK000102").categories[0]
    assert "of het met een rollator kan (dat scheelt 20 %): buiten bereik" in supermarket.sentence


def test_what_would_decide_it_names_the_paths(results: Results) -> None:
    assert _with_aid(results, "WK000101").decides == (
        "Of de paden naar supermarkt met een rollator te gebruiken zijn (geen trappen of onverharde paden); nu niet "
        "bekend van 27 % van de padlengte in dit gebied.",
    )


def test_the_paths_of_a_cluster_weigh_by_length(results: Results) -> None:
    cluster = read_places(results).clusters["DP0006+DP0007"]
    paths = paths_of(cluster, "rollator", read_paths(results))
    assert paths is not None
    assert paths.length_km == 4.0
    assert paths.barred_share == pytest.approx(0.002)
    assert paths.unknown_share == pytest.approx((3 * 0.27 + 0.6) / 4)


def test_the_map_shows_the_upper_end_of_a_median_as_such(results: Results) -> None:
    distances = results.reach_distances
    rows = (distances["category"] == "hospital") & (distances["target_group"] == "walking_aid")
    distances.loc[rows, ["median_m", "median_high_m", "is_upper_bound"]] = [900.0, 1100.0, False]
    facts, explanations = read_facts(results), explain_all(results)
    groups = results.target_groups.groups
    choice = build_choices(
        results,
        [[facts[code, group] for code in SQUARES] for group in groups],
        [[explanations[code, group] for code in SQUARES] for group in groups],
    )["reach|walking_aid|hospital"]
    assert choice.classes[choice.of[0]].label == "1 km tot 2 km"
    assert (choice.dashed[0], choice.values[0]) == (True, "Ziekenhuis: mediaan 900 m–1,1 km")
