"""Of every dimension a value is chosen, and the year is that of the table."""

from typing import Any

import pytest

from pipeline.config.sources import FigureTable
from pipeline.errors import SourceError
from pipeline.sources.cbs.questions import Question, other_dimensions, question

SOURCE = {"file": "t.csv", "what": "Proef", "holder": "Test", "licence": "CC0", "code": "WijkenEnBuurten"}
COLUMNS = {"columns": {"n": {"column": "N", "rounding": 5}}}
LONG = {"key": "Leeftijd", "value": "N", "rounding": 5}
KINDS = {"Leeftijd": "Dimension", "Perioden": "TimeDimension"}
KEYS = {"Leeftijd": ["10000   ", "80200   "], "Perioden": ["2019JJ00", "2020HJ01", "2020JJ00"]}


def ask(settings: dict[str, Any], keys: dict[str, list[str]] = KEYS, infos: dict[str, str] | None = None) -> Question:
    table = FigureTable.model_validate({**SOURCE, **(settings if "keys" in settings else COLUMNS | settings)})
    properties = [{"Key": "WijkenEnBuurten", "Type": "GeoDetail"}, {"Key": "N_1", "Type": "Topic"}]
    properties += [{"Key": key, "Type": KINDS[key]} for key in keys]
    dimensions = {key: [{"Key": value, "Title": f"T{value.strip()}"} for value in keys[key]] for key in keys}
    assert other_dimensions(table, properties) == list(keys)
    return question(table, infos or {}, properties, dimensions)


def fault(settings: dict[str, Any], *args: Any) -> str:
    with pytest.raises(SourceError) as caught:
        ask(settings, *args)
    (found,) = caught.value.faults
    return found


def test_values_are_padded_as_the_service_pads_them_and_the_year_is_the_last() -> None:
    assert ask({"where": {"Leeftijd": "80200"}}) == Question({"Leeftijd": ["80200   "], "Perioden": ["2020JJ00"]}, 2020)


def test_a_year_or_period_can_be_chosen() -> None:
    where = {"Leeftijd": "10000"}
    assert ask({"where": where, "year": 2019}).fixed["Perioden"] == ["2019JJ00"]
    half = ask({"where": {**where, "Perioden": "2020HJ01"}})
    assert (half.fixed["Perioden"], half.year) == (["2020HJ01"], 2020)


def test_a_long_table_gives_the_keys_that_are_read() -> None:
    settings = {**LONG, "keys": {"80200": "older", "10000": "all"}}
    assert ask(settings).fixed["Leeftijd"] == ["80200   ", "10000   "]


def test_a_dimension_of_one_value_needs_no_choice() -> None:
    found = ask({}, {"Leeftijd": ["10000"], "Perioden": ["2022JJ00"]})
    assert found == Question({}, 2022)


def test_a_dimension_without_a_choice_is_named_with_its_values() -> None:
    assert fault({}) == "t.csv: kies bij where een waarde van Leeftijd: 10000 (T10000), 80200 (T80200)."


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ({"where": {"Leeftijd": "9"}}, r"Leeftijd kent geen waarde 9 \(wel: 10000 \(T10000\)"),
        ({"where": {"Leeftijd": "10000"}, "year": 2031}, "Perioden kent geen waarde 2031JJ00"),
        (
            {"where": {"Leeftijd": "10000", "Perioden": "2020HJ01"}, "year": 2019},
            "year is 2019, maar de tabel gaat over 2020",
        ),
    ],
)
def test_what_the_table_lacks_is_named(settings: dict[str, Any], expected: str) -> None:
    with pytest.raises(SourceError, match=expected):
        ask(settings)


def test_all_that_is_lacking_is_named_at_once() -> None:
    with pytest.raises(SourceError) as caught:
        ask({"year": 2031})
    assert len(caught.value.faults) == 2


@pytest.mark.parametrize(
    "infos",
    [
        {"Period": "2023", "Title": "Kerncijfers wijken en buurten 2023"},
        {"Period": "", "Title": "Kerncijfers wijken en buurten 2023"},
        {"Period": "2018 - 2024", "Title": "Kerncijfers wijken en buurten 2023"},
    ],
)
def test_a_table_of_one_year_says_which(infos: dict[str, str]) -> None:
    assert ask({}, {}, infos).year == 2023
    assert ask({"year": 2023}, {}, infos).year == 2023
    assert fault({"year": 2024}, {}, infos).startswith("t.csv: year is 2024, maar de tabel gaat over 2023 (Kern")


def test_a_table_that_does_not_say_its_year_takes_that_of_the_settings() -> None:
    assert ask({"year": 2024}, {}, {"Title": "Nabijheid"}).year == 2024
    assert fault({}, {}, {"Title": "Nabijheid"}) == (
        "t.csv: de tabel zegt niet over welk jaar zij gaat; zet het bij year."
    )


def test_the_areas_are_a_dimension_of_the_table() -> None:
    table = FigureTable.model_validate({**SOURCE, **COLUMNS, "code": "Codering_3"})
    with pytest.raises(SourceError, match=r"code Codering_3 is geen dimensie van de tabel \(wel: WijkenEnBuurten\)"):
        other_dimensions(
            table, [{"Key": "WijkenEnBuurten", "Type": "GeoDetail"}, {"Key": "Codering_3", "Type": "Topic"}]
        )
