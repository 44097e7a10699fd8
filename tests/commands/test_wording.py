"""Durations, sizes, dates and lists."""

from datetime import date

import pytest

from pipeline.commands import wording


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [
        (0, "1 seconde"), (1.4, "1 seconde"), (34.4, "34 seconden"), (119.4, "119 seconden"), (119.6, "2 minuten"),
        (121, "3 minuten"), (59 * 60, "59 minuten"), (59 * 60 + 1, "1 uur"), (3661, "1 uur en 2 minuten"),
        (3660, "1 uur en 1 minuut"), (7200, "2 uur"),
    ],
)  # fmt: skip
def test_durations(seconds: float, expected: str) -> None:
    assert wording.duration(seconds) == expected


@pytest.mark.parametrize(("seconds", "expected"), [(0, "0:00"), (59.6, "1:00"), (95, "1:35"), (3600, "1:00:00")])
def test_clock(seconds: float, expected: str) -> None:
    assert wording.clock(seconds) == expected


@pytest.mark.parametrize(
    ("count", "expected"),
    [
        (0, "minder dan 0,1 MB"), (49_999, "minder dan 0,1 MB"), (50_001, "0,1 MB"), (2_677_097, "2,7 MB"),
        (999_900_000, "999,9 MB"), (1_400_000_000, "1,4 GB"),
    ],
)  # fmt: skip
def test_sizes(count: float, expected: str) -> None:
    assert wording.megabytes(count) == expected


@pytest.mark.parametrize(
    ("days", "expected"),
    [(5, "0 maanden"), (31, "1 maand"), (366, "1 jaar"), (400, "1 jaar en 1 maand"), (1025, "2 jaar en 9 maanden")],
)
def test_ages(days: int, expected: str) -> None:
    assert wording.age(days) == expected


def test_dates_and_names() -> None:
    assert wording.day(date(2023, 1, 30)) == "30-01-2023"
    assert wording.names([]) == ""
    assert wording.names(list("abcdefgh")) == "a, b, c, d, e, f, g en h"
    assert wording.names(list("abcdefghi")) == "a, b, c, d, e, f, g, h en nog 1"
