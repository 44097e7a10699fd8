"""What was found on the spot is told wherever it matters, with who found it, and never runs as code."""

from typing import Any

import pytest

from pipeline import contracts
from pipeline.publish.check_facts import read_checks
from pipeline.publish.check_sentences import check_lines, check_sentences, finding_sentences, removed_facilities
from pipeline.publish.explain import Explanation, explain_all
from pipeline.publish.places import read_places
from pipeline.publish.results import Results
from tests.publish.frames import HOSTILE_IMAGE, HOSTILE_TEMPLATE, HOSTILE_VECTOR, SOUTH, WEST, frame
from tests.publish.hand_made import make_results
from tests.publish.hand_made_checks import local_check


def _of(results: Results, code: str) -> Explanation:
    return explain_all(results)[code, "age_75_plus"]


def _told(unit_code: str, *rows: dict[str, Any]) -> tuple[str, ...]:
    results = make_results(local_checks=frame(contracts.LOCAL_CHECKS, list(rows)))
    places = read_places(results)
    return check_sentences(read_checks(results, places).values(), {**places.units, **places.clusters}[unit_code])


def test_checks_that_say_the_same_are_one_sentence() -> None:
    none = {"unit_code": "DP0001", "within_m": 1500.0}
    told = _told(
        "DP0001",
        local_check("2", "none_within", "supermarket", **none),
        local_check("3", "none_within", "gp", **none),
        local_check("4", "none_within", "stop", **none),
        local_check("5", "none_within", "hospital", unit_code="DP0001", within_m=900.0),
    )
    assert told == (
        "Volgens lokale controle (dorpsraad, 1 oktober 2026) zijn er binnen 1.500 m geen andere supermarkten, "
        "huisartsen of haltes.",
        "Volgens lokale controle (dorpsraad, 1 oktober 2026) zijn er binnen 900 m geen andere ziekenhuizen.",
    )


@pytest.mark.parametrize(
    ("row", "said"),
    [
        (
            local_check("2", "complete", "gp", unit_code="DP0006", within_m=1500.0),
            "staan alle huisartsen hier en tot 1.500 m eromheen op de kaart.",
        ),
        (local_check("2", "incomplete", "gp", unit_code="DP0006"), "ontbreken er hier huisartsen op de kaart."),
        (local_check("2", "exists", "gp", facility_name="De Linde"), "is er een huisarts: De Linde."),
        (local_check("2", "gone", "gp", facility_name="De Linde"), "is De Linde (huisarts) er niet meer."),
        (local_check("2", "gone", "gp"), "is huisarts zonder naam (huisarts) er niet meer."),
        (
            local_check("2", "moved", "gp", facility_name="De Linde", role="huisarts"),
            "zit De Linde (huisarts) op een andere plek dan op de kaart stond.",
        ),
    ],
)
def test_every_kind_of_check_has_its_words(row: dict[str, Any], said: str) -> None:
    assert _told("DP0006", row) == (f"Volgens lokale controle ({row['role']}, 1 oktober 2026) {said}",)


def test_in_a_cluster_the_unit_is_named() -> None:
    assert _told("DP0006+DP0007", local_check("2", "none_within", "gp", unit_code="DP0006", within_m=800.0)) == (
        "Volgens lokale controle (dorpsraad, 1 oktober 2026) zijn er in Kleinzande binnen 800 m geen andere "
        "huisartsen.",
    )


def test_a_unit_tells_of_checks_about_it_and_of_those_that_its_nearest_facilities_rest_on(results: Results) -> None:
    about = _of(results, "DP0003").checks
    assert about[0].startswith(f"Volgens lokale controle ({HOSTILE_IMAGE}, 1 oktober 2026) zijn er binnen 1.500 m")
    assert f"is er een huisarts: {HOSTILE_IMAGE}." in about[1]
    assert any("er niet meer" in text for text in _of(results, "WK000102").checks)
    assert not any("er niet meer" in text for text in _of(results, "WK000101").checks)


def test_a_check_that_does_not_count_decides_nothing(results: Results) -> None:
    assert not any("Halte Weg" in line for code in ("WK000101", "DP0001") for line in _of(results, code).lines)


def test_where_a_check_rules_it_out_nothing_is_said_to_be_missing(results: Results) -> None:
    text = "\n".join(_of(results, "DP0003").lines)
    assert "Er kunnen huisartsen op de kaart ontbreken" not in text
    assert "buiten de kaartuitsnede" not in text
    assert "Er kunnen huisartsen op de kaart ontbreken" in "\n".join(_of(results, "WK000103").lines)


def test_the_explanation_has_the_checks_before_the_categories(results: Results) -> None:
    lines = _of(results, "DP0003").lines
    place = next(i for i, line in enumerate(lines) if line.startswith(" Volgens lokale controle"))
    assert place < next(i for i, line in enumerate(lines) if line.startswith(" Supermarkt:"))


def test_every_check_is_listed_in_the_order_of_the_file_with_its_state(results: Results) -> None:
    lines = check_lines(results)
    assert [(one.where, one.status) for one in lines] == [
        (HOSTILE_TEMPLATE, "ja"),
        ("Oost", "ja"),
        ("onbekend", "nee, verlopen"),
        ("onbekend", "nee, staat niet op de kaart"),
        ("Kleinzande", "ja"),
        (HOSTILE_TEMPLATE, "ja"),
    ]
    assert lines[0].found == "zijn er binnen 1.500 m geen andere supermarkten of huisartsen"
    assert (lines[1].role, lines[1].date, lines[1].source, lines[1].expires) == (
        "dorpsraad", "1 oktober 2026", "rondgang", "1 oktober 2027",
    )  # fmt: skip


def test_a_facility_outside_all_units_is_said_to_be(results: Results) -> None:
    far = local_check("2", "exists", "gp", facility_name="Ver weg", x_m=WEST - 5000, y_m=SOUTH)
    assert (
        check_lines(make_results(local_checks=frame(contracts.LOCAL_CHECKS, [far])))[0].where
        == "buiten de gebieden van deze kaart"
    )


def test_a_removed_facility_is_named(results: Results) -> None:
    assert removed_facilities(results, "supermarket") == [
        f"{HOSTILE_VECTOR}: er niet meer volgens lokale controle (dorpsraad, 1 oktober 2026)"
    ]
    assert removed_facilities(results, "stop") == []


@pytest.mark.parametrize("finding", contracts.FINDINGS)
def test_every_finding_is_a_sentence_with_its_place_and_remedy(finding: str) -> None:
    check = local_check("4", "none_within", "gp", unit_code="DP0001", within_m=1500.0, facility_name="De Linde")
    found = {"check_id": "4", "finding": finding, "facility_name": "De Linde", "distance_m": 1320.0}
    results = make_results(
        local_checks=frame(contracts.LOCAL_CHECKS, [check]),
        check_findings=frame(contracts.CHECK_FINDINGS, [found]),
        facilities=make_results().facilities.assign(check_id=None),
    )
    text = finding_sentences(results)[0]
    assert text[0].isupper()
    assert text.endswith(".")
    assert "proef.checks.csv" in text
    assert "{" not in text


def test_findings_say_what_is_wrong_and_what_to_do(results: Results) -> None:
    nearer, expired, missing = finding_sentences(results)
    assert f"er een op 1,3 km lopen: {HOSTILE_TEMPLATE}; die telt mee." in nearer
    assert expired == (
        "De lokale controle (dorpsraad, 1 oktober 2026) over Halte Weg (halte) verliep op 2 oktober 2026 en telt niet "
        "meer mee. Kijk opnieuw, en zet de nieuwe datums in rij 6 van proef.checks.csv of verwijder die rij."
    )
    assert missing.startswith(f"{HOSTILE_IMAGE} (halte) staat niet op de kaart, dus deze lokale controle")
