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
from pipeline.publish.verdict_choice import VERDICT_FILLS
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
    assert [name for name, dashed in zip(SQUARES, choice.dashed, strict=True) if dashed] == ["WK000103"]


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
    patterns = [VERDICT_FILLS["undetermined"], VERDICT_FILLS["too_small"], NO_DATA_FILL]
    assert len(set(patterns)) == 3
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
