"""The index page counts what two sources both give, and names the largest differences."""

import pandas as pd

from pipeline.contracts import FIGURE_COMPARISON
from pipeline.publish.index_page import build_index
from pipeline.publish.results import Results
from pipeline.publish.second_source import second_source
from tests.publish.hand_made import make_results


def compared(*pairs: tuple[float, float, bool], variable: str = "homes") -> Results:
    rows = [
        {
            "area_code": f"BU0001{place:04}", "variable": variable, "year": 2024, "value": value, "low": value,
            "high": value, "source": "cijfers.csv", "second_value": second, "second_low": second,
            "second_high": second, "second_source": "buurten.geojson", "is_different": is_different,
        }
        for place, (value, second, is_different) in enumerate(pairs)
    ]  # fmt: skip
    return make_results(figure_comparison=pd.DataFrame(rows)[list(FIGURE_COMPARISON.columns)])


def test_nothing_is_told_where_nothing_is_compared(results: Results) -> None:
    assert second_source(results) is None
    assert "twee bronnen" not in build_index(results)


def test_agreement_is_told_with_its_number() -> None:
    results = compared((100, 100, False), (20, 21, False))
    told = second_source(results)
    assert told is not None
    assert told.sentence == (
        "2 cijfers komen uit twee bronnen: de cijfers zelf en de gebieden. Nergens is het verschil groter dan de "
        "afronding."
    )
    assert told.rows == ()
    assert told.sentence in build_index(results)


def test_the_largest_differences_come_first_and_no_more_than_five() -> None:
    pairs = [(1000, 1100, True), (10, 20, True), (0, 5, True), (100, 100, False), *[(1000, 1010, True)] * 4]
    results = compared(*pairs)
    told = second_source(results)
    assert told is not None
    assert "Bij 7 daarvan is het verschil groter dan de afronding" in told.sentence
    assert [row[0] for row in told.rows[:3]] == ["BU00010002", "BU00010001", "BU00010000"]
    assert told.rows[2] == ("BU00010000", "woningen", "2024", "1.000", "1.100")
    assert len(told.rows) == 5
    assert "De grootste verschillen" in build_index(results)


def test_shares_are_told_with_decimals_and_own_names_are_escaped() -> None:
    results = compared((0.2, 0.25, True), variable="<b>eigen</b>")
    told = second_source(results)
    assert told is not None
    assert told.rows[0][1:] == ("<b>eigen</b>", "2024", "0,200", "0,250")
    assert "<b>eigen" not in build_index(results)
