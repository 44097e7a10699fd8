"""Changes in words: what an alderman reads on page, table and screen, and that no name from outside is code there."""

import csv
import io
import json
from html.parser import HTMLParser
from typing import Any

import pandas as pd
import pytest

from pipeline.publish.cause_sentences import cause_label, difference_sentences
from pipeline.publish.changes import UNCHANGED, ChangeLine, describe
from pipeline.publish.comparison import Comparison
from pipeline.publish.index_page import build_index
from pipeline.publish.spreadsheet import BYTE_ORDER_MARK, changes_csv
from tests.publish.hand_made import HOSTILE_FORMULA, HOSTILE_IMAGE, HOSTILE_SCRIPT, make_results

SETTINGS = {
    "region": {"label": "Proef", "is_fictional": True},
    "witte_vlekken": {"share_beyond": 0.5},
    "completeness": {"overrules": {"stop": {"judgement": "complete", "reason": "nagelopen"}}},
    "facilities": {"categories": {
        "supermarket": {"label": "Supermarkt"}, "gp": {"label": "Huisarts"}, "stop": {"label": "Halte"},
    }},
    "target_groups": {"groups": {
        "age_75_plus": {"label": "75-plus", "min_count": 25, "norms": "gewoon"},
        "all_inhabitants": {"label": "Alle inwoners", "min_count": 25, "norms": "gewoon"},
    }},
}  # fmt: skip
UNITS = {"A": "Wilsum", "B": "’t Zand", "C": HOSTILE_IMAGE, "D": HOSTILE_FORMULA}
VERDICT = {"verdict": "none", "is_provisional": False, "provisional_verdict": "none", "people_low": 60.0,
           "is_weak": False}  # fmt: skip
CATEGORY = {
    "is_essential": True, "completeness": "complete", "reach": "within", "uiterst_reach": "within",
    "distance_m": 800.0, "share_low": 0.12, "share_high": 0.12, "uiterst_distance_m": 1500.0,
    "uiterst_share_low": 0.0, "uiterst_share_high": 0.0, "median_m": 640.0, "median_high_m": 640.0,
    "is_upper_bound": False,
}  # fmt: skip
BEYOND = {"reach": "beyond", "share_low": 0.7, "share_high": 0.8}
FAR = {**BEYOND, "uiterst_reach": "beyond", "uiterst_share_low": 0.6, "uiterst_share_high": 0.6}
DIFFERENCE = {"kind": "settings", "key": "witte_vlekken.share_beyond", "before": "0.5", "after": "0.4"}


def both_sides(common: dict[str, Any], before: dict[str, Any], after: dict[str, Any]) -> dict[str, Any]:
    sides = {"before": {**common, **before}, "after": {**common, **after}}
    return {f"{name}_{side}": value for side, values in sides.items() for name, value in values.items()}


def change(
    before: dict[str, Any], after: dict[str, Any], *, unit: str = "A", group: str = "age_75_plus",
    status: str = "changed", cause: str = "settings",
) -> dict[str, Any]:  # fmt: skip
    key = {"unit_code": unit, "target_group": group, "status": status, "cause": cause}
    return {**key, **both_sides(VERDICT, before, after)}


def category(before: dict[str, Any], after: dict[str, Any], code: str = "supermarket") -> dict[str, Any]:
    key = {"unit_code": "A", "target_group": "age_75_plus", "category": code}
    return {**key, **both_sides(CATEGORY, before, after)}


ATTENTION = {"verdict": "attention", "provisional_verdict": "attention"}


def comparison(
    changes: list[dict[str, Any]],
    categories: list[dict[str, Any]] | None = None,
    differences: list[dict[str, Any]] | None = None,
    **other: Any,
) -> Comparison:
    columns = [*change({}, {})]
    fields: dict[str, Any] = {
        "before_label": "voorjaar",
        "after_label": "nu",
        "changes": pd.DataFrame(changes, columns=columns),
        "categories": pd.DataFrame(categories or [], columns=[*category({}, {})]),
        "differences": pd.DataFrame([DIFFERENCE] if differences is None else differences,
                                    columns=["kind", "key", "before", "after"]),
        "settings": {"before": SETTINGS, "after": SETTINGS},
        "unit_names": UNITS,
        "compared": pd.DataFrame({"unit_code": ["A", "A", "B", "C"], "target_group": "age_75_plus"}),
    }  # fmt: skip
    return Comparison(**(fields | other))


def line(*categories: dict[str, Any], before: dict[str, Any] | None = None, **other: Any) -> ChangeLine:
    """Describe one change from none to attention."""
    (found,) = describe(comparison([change(before or {}, ATTENTION)], list(categories), **other)).lines
    return found


def test_nothing_changed_is_said() -> None:
    assert describe(comparison([])).summary == (UNCHANGED,)
    assert describe(comparison([])).cause == ""
    assert "zijn gelijk" in describe(comparison([], differences=[])).cause


def test_changes_are_counted_by_verdict_unit_and_group_and_reservations_apart() -> None:
    provisional = {"is_provisional": True, "provisional_verdict": "attention"}
    report = describe(comparison([
        change({}, ATTENTION),
        change({}, ATTENTION, group="all_inhabitants"),
        change({}, provisional, unit="B"),
    ]))  # fmt: skip
    assert report.summary == (
        "2 van de 4 oordelen zijn anders, in 1 van de 3 gebieden.",
        "Gebieden met een ander oordeel: 1 bij 75-plus; 1 bij Alle inwoners.",
        "Alleen het voorbehoud is anders bij 1 oordeel.",
    )
    assert [(one.unit_name, one.group_label, one.is_only_reservation) for one in report.lines] == [
        ("’t Zand", "75-plus", True),
        ("Wilsum", "75-plus", False),
        ("Wilsum", "Alle inwoners", False),
    ]
    assert str(report.lines[0].after) == "geen, onder voorbehoud (misschien aandacht)"


def test_units_and_groups_of_one_side_are_named_once_and_not_listed() -> None:
    nothing = dict.fromkeys(VERDICT, None)
    report = describe(comparison([
        change(nothing, {}, unit="B", status="new_unit"),
        change(nothing, {}, unit="B", group="all_inhabitants", status="new_unit"),
        change({}, nothing, unit="X", status="lost_unit"),
        change(nothing, {}, group="new", status="new_group"),
        change({}, nothing, group="all_inhabitants", status="lost_group"),
    ]))  # fmt: skip
    assert report.summary == (
        UNCHANGED,
        "Nieuwe gebieden, zonder vergelijking: ’t Zand.",
        "Gebieden die er niet meer zijn: X.",
        "Nieuwe doelgroepen, zonder vergelijking: new.",
        "Doelgroepen die er niet meer zijn: Alle inwoners.",
    )
    assert report.lines == ()


def test_a_verdict_that_one_side_lacks_of_a_known_unit_is_listed() -> None:
    report = describe(comparison([change(dict.fromkeys(VERDICT, None), ATTENTION, status="appeared")]))
    assert (str(report.lines[0].before), str(report.lines[0].after)) == ("geen oordeel", "aandacht")


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        (
            {},
            {**BEYOND, "share_low": 0.12, "share_high": 0.12},
            "Supermarkt: 12 % verder dan 800 m; was binnen bereik, wordt buiten bereik.",
        ),
        (
            {},
            {**BEYOND, "median_m": 5480.0, "median_high_m": 5480.0, "is_upper_bound": True},
            "Supermarkt: eerst 12 %, daarna 70–80 % verder dan 800 m; was binnen bereik, wordt buiten bereik; mediaan "
            "eerst 640 m, daarna hoogstens 5,5 km.",
        ),
        (
            {},
            {**BEYOND, "distance_m": 500.0, "completeness": "doubtful"},
            "Supermarkt: eerst 12 % verder dan 800 m, daarna 70–80 % verder dan 500 m; was binnen bereik, wordt buiten "
            "bereik (onder voorbehoud).",
        ),
        (
            BEYOND,
            {**FAR, "uiterst_share_low": 0.0, "uiterst_share_high": 0.0},
            "Supermarkt: 70–80 % verder dan 800 m en 0 % verder dan 1,5 km (het uiterste); blijft buiten bereik, "
            "voortaan ook verder dan het uiterste.",
        ),
        (
            {**BEYOND, "completeness": "doubtful"},
            BEYOND,
            "Supermarkt: 70–80 % verder dan 800 m; blijft buiten bereik, voortaan zonder voorbehoud.",
        ),
        (
            FAR,
            {**FAR, "completeness": "doubtful"},
            "Supermarkt: 70–80 % verder dan 800 m; blijft buiten bereik en verder dan het uiterste, voortaan onder "
            "voorbehoud.",
        ),
        (
            BEYOND,
            {**BEYOND, "is_essential": False},
            "Supermarkt: 70–80 % verder dan 800 m; was buiten bereik, wordt niet meegeteld.",
        ),
        (
            {"reach": "undecided", "share_low": None, "share_high": None},
            {},
            "Supermarkt: eerst onbekend, daarna 12 % verder dan 800 m; was onbeslist, wordt binnen bereik.",
        ),
    ],
)
def test_a_category_is_told_with_its_shares_before_and_after(
    before: dict[str, Any], after: dict[str, Any], expected: str
) -> None:
    assert line(category(before, after)).reasons == (expected,)


def test_categories_come_in_the_order_of_the_settings() -> None:
    reasons = line(category({}, BEYOND, "stop"), category({}, BEYOND, "gp"), category({}, BEYOND)).reasons
    assert [text.split(":")[0] for text in reasons] == ["Supermarkt", "Huisarts", "Halte"]


def test_a_unit_that_was_too_small_says_how_many_people_there_are() -> None:
    small = {"verdict": "too_small", "provisional_verdict": "too_small", "people_low": 23.9}
    assert line(before=small).reasons == (
        "Was te klein om te beoordelen: eerst zeker 23 mensen, bij een grens van 25; daarna zeker 60, bij een grens "
        "van 25.",
    )
    report = describe(comparison([change({}, small)]))
    assert report.lines[0].reasons[0].startswith("Te klein om te beoordelen: eerst zeker 60 mensen")


def test_weak_dwellings_and_another_rule_are_reasons_too() -> None:
    weak = {"is_provisional": True, "is_weak": True}
    assert describe(comparison([change({}, weak)])).lines[0].reasons == (
        "Het aantal gevonden woningen past niet meer bij het aantal volgens CBS.",
    )
    assert line().reasons == ("Dezelfde voorzieningen zijn buiten bereik; de regel voor het oordeel is anders.",)


@pytest.mark.parametrize(
    ("cause", "expected"),
    [
        ("settings", "instellingen"),
        ("data|code", "gegevens of code"),
        ("settings+data", "instellingen én gegevens"),
        ("unknown", "onbekend"),
    ],
)
def test_causes_have_names(cause: str, expected: str) -> None:
    assert cause_label(cause) == expected


def test_one_kind_of_difference_is_the_cause_of_every_change() -> None:
    assert describe(comparison([change({}, ATTENTION)])).cause == "Oorzaak van elke verandering: instellingen."


def test_several_causes_are_counted_and_what_cannot_be_told_is_noted() -> None:
    differing = [DIFFERENCE, {**DIFFERENCE, "kind": "code", "key": "pipeline/model/reach.py"}]
    changes = [change({}, ATTENTION, unit=unit, cause=cause) for unit, cause in (("A", "code"), ("B", "settings+code"))]
    report = describe(comparison(changes, differences=differing, note="Meer is niet te zeggen."))
    assert report.cause == "Oorzaak van de veranderingen: code (1); instellingen én code (1). Meer is niet te zeggen."
    assert not report.has_one_cause


def test_changes_without_any_difference_are_not_explained_away() -> None:
    report = describe(comparison([change({}, ATTENTION, cause="unknown")], differences=[]))
    assert report.cause.startswith("Oorzaak onbekend")


def sentences(kind: str, key: str, before: Any, after: Any) -> list[str]:
    row = {"kind": kind, "key": key, "before": before, "after": after}
    texts = {name: None if value is None else json.dumps(value) for name, value in row.items() if name in SIDES}
    return difference_sentences(pd.DataFrame([row | texts]), SETTINGS, SETTINGS)[kind]


SIDES = ("before", "after")
RECORD = {"what": "Cijfers", "reference_date": "2023-01-01", "sha256": "a"}


@pytest.mark.parametrize(
    ("key", "before", "after", "expected"),
    [
        ("witte_vlekken.share_beyond", 0.5, 0.4, "meer dan 50 % → 40 % van de groep"),
        ("witte_vlekken.min_beyond", 2, 3, "die een witte vlek maken: 2 → 3"),
        ("witte_vlekken.anchor_categories", ["supermarket"], ["gp", "stop"], "supermarkt → huisarts en halte"),
        (
            "target_groups.norms.gewoon.supermarket.norm_m",
            800.0,
            1000.0,
            "norm voor supermarkt: 800 m → 1 km, voor 75-plus en Alle inwoners",
        ),
        ("target_groups.groups.age_75_plus.min_count", 25, 10, "75-plus wordt beoordeeld vanaf 25 → 10 mensen"),
        ("target_groups.groups.age_75_plus.essential", ["gp"], ["stop"], "tellen mee: huisarts → halte"),
        (
            "completeness.overrules.gp",
            None,
            {"judgement": "complete", "reason": "nagelopen"},
            "huisarts: volgens de cijfers van het CBS → volledig op de kaart",
        ),
        (
            "completeness.overrules.gp.judgement",
            "doubtful",
            "unknown",
            "huisarts: mogelijk niet allemaal op de kaart → niet te beoordelen",
        ),
        ("network.connect_max_m", 150.0, 100.5, "network.connect_max_m: 150 → 100.5"),
        ("units.unit_names", None, {"1": "x" * 90}, "niet ingevuld → {"),
    ],
)
def test_a_setting_is_told_in_words_with_its_key(key: str, before: Any, after: Any, expected: str) -> None:
    (text,) = sentences("settings", key, before, after)
    assert expected in text
    assert key in text
    assert len(text) < 200


@pytest.mark.parametrize(
    ("key", "before", "after", "expected"),
    [
        ("a.csv", RECORD, {**RECORD, "sha256": "b"}, "Cijfers (a.csv): gewijzigd, met dezelfde peildatum 2023-01-01"),
        (
            "a.csv",
            RECORD,
            {**RECORD, "sha256": "b", "reference_date": "2024-01-01"},
            "Cijfers (a.csv): peildatum 2023-01-01 → 2024-01-01",
        ),
        ("a.csv", None, RECORD, "Cijfers (a.csv): nieuw"),
        ("a.csv", RECORD, None, "Cijfers (a.csv): niet meer gebruikt"),
        ("config/regions/x.checks.csv", "c", "d", "Controles ter plaatse (config/regions/x.checks.csv): gewijzigd"),
        ("data/raw/x/registers/a.csv", None, "d", "data/raw/x/registers/a.csv: nieuw"),
        ("figures.tables.0.year", 2023, 2024, "hoe bestanden gelezen worden: figures.tables.0.year: 2023 → 2024"),
    ],
)
def test_a_file_is_told_by_what_it_is(key: str, before: Any, after: Any, expected: str) -> None:
    assert sentences("data", key, before, after) == [expected]


def test_code_is_told_in_one_line() -> None:
    rows = [{**DIFFERENCE, "kind": "code", "key": f"pipeline/model/m{number}.py"} for number in range(7)]
    (text,) = difference_sentences(pd.DataFrame(rows), SETTINGS, SETTINGS)["code"]
    assert text.startswith("7 bestanden met de rekenwijze (pipeline/model/m0.py")
    assert text.endswith("m4.py en andere)")


def test_settings_of_another_version_that_lack_what_is_asked_do_no_harm() -> None:
    report = describe(comparison([change({}, ATTENTION)], [category({}, BEYOND)], settings={"before": {}, "after": {}}))
    assert report.lines[0].group_label == "age_75_plus"
    assert report.lines[0].reasons[0].startswith("Supermarket: ")


def test_the_table_for_excel_has_a_row_per_change_and_no_formula() -> None:
    report = describe(comparison([change({}, ATTENTION, unit="D")], [category({}, BEYOND)]))
    text = changes_csv(report)
    assert text.startswith(f"{BYTE_ORDER_MARK}Regio;Code;Gebied;")
    (row,) = csv.DictReader(io.StringIO(text.removeprefix(BYTE_ORDER_MARK), newline=""), delimiter=";")
    assert row["Gebied"] == f"'{HOSTILE_FORMULA}"
    assert (row["Oordeel (voorjaar)"], row["Oordeel (nu)"]) == ("geen", "aandacht")
    assert row["Oorzaak"] == "instellingen"
    assert "50 % → 40 %" in row["Wat er verschilt"]
    assert "FICTIEF" in row["Regio"]
    assert changes_csv(describe(comparison([]))).splitlines() == text.splitlines()[:1]


class _Text(HTMLParser):
    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.text = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags += [tag, *(name for name, _ in attrs if name.startswith("on"))]

    def handle_data(self, data: str) -> None:
        self.text += f" {data}"


def test_the_index_page_tells_changes_since_the_baseline() -> None:
    since = comparison([change({}, ATTENTION), change({}, ATTENTION, unit="C")], [category({}, BEYOND)])
    page = _Text(build_index(make_results(since_baseline=since)))
    text = " ".join(page.text.split())
    assert "Wat is er veranderd sinds voorjaar" in text
    assert "2 van de 4 oordelen zijn anders" in text
    assert "Oorzaak van elke verandering: instellingen." in text
    assert "Verschil in instellingen (1)" in text
    assert "Supermarkt: eerst 12 %, daarna 70–80 % verder dan 800 m" in text
    assert HOSTILE_IMAGE in text
    assert "img" not in page.tags


def test_the_index_page_says_that_nothing_changed() -> None:
    text = _Text(build_index(make_results(since_baseline=comparison([])))).text
    assert UNCHANGED in text


def test_a_region_without_baseline_has_no_such_section() -> None:
    assert "veranderd sinds" not in build_index(make_results())


def test_hostile_labels_of_a_baseline_make_no_elements() -> None:
    hostile = {**SETTINGS, "facilities": {"categories": {"supermarket": {"label": HOSTILE_SCRIPT}}}}
    since = comparison([change({}, ATTENTION)], [category({}, BEYOND)], settings={"before": hostile, "after": hostile})
    assert "script" not in _Text(build_index(make_results(since_baseline=since))).tags
