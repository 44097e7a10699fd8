"""Every choice has a class for every unit, and what is not known never looks like a value."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.publish.choice import Choice
from pipeline.publish.explain import explain_all
from pipeline.publish.facts import read_facts
from pipeline.publish.map_choices import NO_DATA_FILL, build_choices, density_breaks
from pipeline.publish.results import Results
from pipeline.publish.verdict_choice import VERDICT_FILLS, together_fill
from tests.publish.hand_made import CATEGORIES, GROUPS, SQUARES


@pytest.fixture(scope="module")
def choices(results: Results) -> dict[str, Choice]:
    facts, explanations = read_facts(results), explain_all(results)
    return build_choices(
        results,
        [[facts[code, group] for code in SQUARES] for group in GROUPS],
        [[explanations[code, group] for code in SQUARES] for group in GROUPS],
    )


def _label(choice: Choice, name: str) -> str:
    position = [one.name for one in SQUARES.values()].index(name)
    return choice.classes[choice.of[position]].label


def test_themes_groups_and_categories_make_the_choices(choices: dict[str, Choice]) -> None:
    assert len(choices) == len(GROUPS) * (3 + len(CATEGORIES))


def test_legend_counts_every_unit_once(choices: dict[str, Choice]) -> None:
    for choice in choices.values():
        assert sum(one.count for one in choice.classes) == len(SQUARES)
        assert len(choice.of) == len(choice.values) == len(choice.dashed) == len(SQUARES)


def test_verdicts(choices: dict[str, Choice]) -> None:
    choice = choices["verdict|age_75_plus"]
    assert {name: _label(choice, name) for name in ("Binnenstad", "Oost", "Wilsum", "=HYPERLINK(1)")} == {
        "Binnenstad": "geen",
        "Oost": "aandacht",
        "Wilsum": "onbepaald",
        "=HYPERLINK(1)": "te klein",
    }
    assert [name for name, dashed in zip(SQUARES, choice.dashed, strict=True) if dashed] == [
        "WK000103", "DP0006", "DP0007",
    ]  # fmt: skip


def test_a_unit_judged_with_its_neighbours_has_their_verdict_in_a_class_of_its_own(choices: dict[str, Choice]) -> None:
    choice = choices["verdict|age_75_plus"]
    assert _label(choice, "Kleinzande") == "witte vlek, samen met buurgebieden"
    assert [(one.label, one.count) for one in choice.classes][-2:] == [
        ("te klein", 3),
        ("witte vlek, samen met buurgebieden", 2),
    ]
    assert choice.classes[-1].fill == "url(#pattern-together-witte-vlek)"
    assert _label(choices["verdict|walking_aid"], "Kleinzande") == "onbepaald, samen met buurgebieden"


def test_a_cluster_that_is_too_small_leaves_its_units_so(choices: dict[str, Choice]) -> None:
    assert _label(choices["verdict|age_75_plus"], "Gehucht") == "te klein"


def test_classes_of_clusters_only_appear_where_there_is_one(choices: dict[str, Choice]) -> None:
    assert len(choices["verdict|all_inhabitants"].classes) == len(VERDICT_FILLS)


def test_reach_is_coloured_by_what_is_certain(choices: dict[str, Choice]) -> None:
    choice = choices["reach|age_75_plus|stop"]
    assert _label(choice, "Binnenstad") == "t/m 10 %"
    assert _label(choice, "Oost") == "50 % tot 75 %"
    assert _label(choice, "Wilsum") == "onbepaald"
    assert _label(choice, "Geheim") == "geen gegevens"


def test_without_a_norm_the_median_is_coloured(choices: dict[str, Choice]) -> None:
    choice = choices["reach|age_75_plus|hospital"]
    assert _label(choice, "Oost") == "meer dan 5 km"
    assert all(choice.dashed)
    assert _label(choices["reach|age_75_plus|bench"], "Oost") == "geen gegevens"


def test_unknown_density_is_no_class_of_values(choices: dict[str, Choice]) -> None:
    assert _label(choices["per_km2|age_75_plus"], "Geheim") == "geen gegevens"


def test_what_is_not_known_is_a_pattern_of_its_own() -> None:
    patterns = [
        VERDICT_FILLS["undetermined"],
        VERDICT_FILLS["too_small"],
        NO_DATA_FILL,
        *map(together_fill, VERDICT_FILLS),
    ]
    assert len(set(patterns)) == 3 + len(VERDICT_FILLS)
    assert all(one.startswith("url(#") for one in patterns)


def test_verdict_colours_stay_apart_in_greyscale() -> None:
    colours = [VERDICT_FILLS[code] for code in ("none", "attention", "witte_vlek", "severe")]
    grey = [0.299 * int(c[1:3], 16) + 0.587 * int(c[3:5], 16) + 0.114 * int(c[5:], 16) for c in colours]
    assert all(lighter - darker > 40 for lighter, darker in pairwise(grey))


@given(st.lists(st.floats(0, 1e5), max_size=40), st.integers(3, 7))
def test_density_breaks_rise_and_leave_a_class_above(values: list[float], classes: int) -> None:
    breaks = density_breaks(values, classes)
    assert breaks == sorted(set(breaks))
    assert len(breaks) < classes
    assert all(min(values) <= one < max(values) for one in breaks)
