"""Two sources of the same figure differ only if no value rounds to both."""

import pandas as pd
import pytest

from pipeline.contracts import FIGURE_COMPARISON
from pipeline.model.second_source import compare_figures


def figure(value: float | None, rounding: float = 5, **other: object) -> dict[str, object]:
    low, high = (None, None) if value is None else (max(value - rounding / 2, 0), value + rounding / 2)
    row = {"area_code": "BU00010000", "variable": "homes", "value": value, "low": low, "high": high, "year": 2024}
    return {**row, "source": "cijfers.csv", **other}


def compare(first: dict[str, object], second: dict[str, object]) -> pd.DataFrame:
    frames = [pd.DataFrame([one]).astype({"value": float, "low": float, "high": float}) for one in (first, second)]
    return compare_figures(frames[0], frames[1])


@pytest.mark.parametrize(
    ("first", "second", "is_different"),
    [
        (figure(100), figure(100), False),
        (figure(100), figure(102, 1), False),
        (figure(100), figure(98, 1), False),
        (figure(100), figure(103, 1), True),
        (figure(100), figure(97, 1), True),
        # 102.5 is no number of homes: the same count rounds to one of them.
        (figure(100), figure(105), True),
        (figure(0), figure(0), False),
        (figure(0), figure(2, 1), False),
        (figure(0.2, 0.01), figure(0.204, 0.001), False),
        (figure(0.2, 0.01), figure(0.21, 0.001), True),
    ],
)
def test_figures_differ_if_no_value_rounds_to_both(
    first: dict[str, object], second: dict[str, object], is_different: bool
) -> None:
    for one, other in ((first, second), (second, first)):
        compared = compare(one, other)
        assert list(compared.columns) == list(FIGURE_COMPARISON.columns)
        assert compared["is_different"].tolist() == [is_different]


@pytest.mark.parametrize(
    "other", [{"year": 2023}, {"area_code": "BU00010001"}, {"variable": "inhabitants"}, figure(None)]
)
def test_only_the_same_known_figure_of_the_same_year_is_compared(other: dict[str, object]) -> None:
    assert compare(figure(100), {**figure(100), **other}).empty
    assert compare({**figure(100), **other}, figure(100)).empty


def test_each_keeps_its_value_and_its_source() -> None:
    (row,) = compare(figure(100), figure(110, source="buurten.geojson")).to_dict("records")
    assert (row["value"], row["source"]) == (100, "cijfers.csv")
    assert (row["second_value"], row["second_low"], row["second_source"]) == (110, 107.5, "buurten.geojson")
