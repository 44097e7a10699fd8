"""What a run found, in a few lines."""

from dataclasses import replace
from pathlib import Path

import pytest

from pipeline.commands.summary import region_lines, run_lines
from pipeline.publish.results import Results
from tests.publish.hand_made import HOSTILE_FORMULA, HOSTILE_IMAGE, HOSTILE_TEMPLATE, make_results

PAGE = Path("/werk/maps/kampen/kaart.html")


@pytest.fixture(scope="module")
def results() -> Results:
    return make_results()


def lines_by_subject(results: Results) -> dict[str, str]:
    lines = [line.strip() for line in region_lines(results, PAGE)[1:]]
    return {subject: text for subject, _, text in (line.partition(": ") for line in lines)}


def test_verdicts_are_counted_and_named(results: Results) -> None:
    found = lines_by_subject(results)
    # As the squares were drawn, in the order of a legend.
    assert found["75-plus"] == ("2 geen, 1 aandacht, 1 witte vlek, 1 zware witte vlek, 2 onbepaald en 5 te klein.")
    assert found["Zware witte vlek"] == f"{HOSTILE_TEMPLATE}."
    assert found["Witte vlek"] == f"{HOSTILE_IMAGE}."
    assert found["Aandacht"] == "Oost."
    assert found["Onbepaald"] == "Geheim en Wilsum."
    assert found["Kaart"] == str(PAGE)
    assert found["Uitleg per gebied"] == f"woonzorg explain {results.region_code} '{HOSTILE_TEMPLATE}'"
    assert HOSTILE_FORMULA not in "".join(found.values()), "too small to judge, and nothing to say of it"


def test_what_is_provisional_is_named(results: Results) -> None:
    verdicts = results.verdicts
    is_provisional = (verdicts["unit_code"] == "WK000101") & (verdicts["target_group"] == "age_75_plus")
    found = lines_by_subject(replace(results, verdicts=verdicts.assign(is_provisional=is_provisional)))
    assert found["Onder voorbehoud"] == "Binnenstad."
    found = lines_by_subject(replace(results, verdicts=verdicts.assign(is_provisional=False)))
    assert "Onder voorbehoud" not in found


def test_no_witte_vlek_is_said_in_so_many_words(results: Results) -> None:
    found = region_lines(replace(results, verdicts=results.verdicts.assign(verdict="none")), PAGE)
    assert found[1:3] == ["  75-plus: 12 geen.", "  Geen enkele witte vlek staat vast."]


@pytest.mark.parametrize(
    ("placed", "expected"),
    [(0.92, "8 % van de inwoners."), (0.9999, "minder dan 1 % van de inwoners."), (1.0, None), (None, None)],
)
def test_people_without_a_dwelling_are_told(placed: float | None, expected: str | None, results: Results) -> None:
    metrics = {**results.metrics, "people_placed_share": placed}
    assert lines_by_subject(replace(results, metrics=metrics)).get("Niet op een woning geplaatst") == expected


def test_an_invented_region_is_called_so(results: Results) -> None:
    invented = results.region.model_copy(update={"is_fictional": True})
    assert "FICTIEF" in region_lines(replace(results, region=invented), PAGE)[0]
    real = results.region.model_copy(update={"is_fictional": False})
    assert region_lines(replace(results, region=real), PAGE)[0] == real.label


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [
        ({}, "Klaar in 35 seconden: er was niets veranderd, dus niets hoefde opnieuw."),
        ({"publish_map@kampen": 3.0}, "Klaar in 35 seconden: 1 stap gedaan, kaart maken (kampen)."),
        (
            {"publish_map@kampen": 3.0, "build_areas@kampen": 30.0},
            "Klaar in 35 seconden: 2 stappen gedaan; gebieden en woningen bepalen (kampen) duurde het langst: "
            "30 seconden.",
        ),
    ],
)
def test_the_run_itself(seconds: dict[str, float], expected: str) -> None:
    assert run_lines(seconds, 35.2) == [expected]
