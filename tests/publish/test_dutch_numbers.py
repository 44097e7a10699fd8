"""Numbers read as Dutch readers write them, and never claim more than is known."""

import doctest

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.publish import dutch_numbers, labels, map_choices, path_sentences
from pipeline.publish.dutch_numbers import distance, number, people_bounds, share, share_interval


@pytest.mark.parametrize("module", [dutch_numbers, labels, map_choices, path_sentences])
def test_examples_in_docstrings_hold(module: object) -> None:
    assert doctest.testmod(module).failed == 0  # type: ignore[arg-type]


def test_unknown_is_never_a_number() -> None:
    assert [number(None), distance(None), share(None), people_bounds(None, 3.0), share_interval(0.1, None)] == [
        "onbekend"
    ] * 5


@pytest.mark.parametrize(
    ("metres", "written"), [(0, "0 m"), (994, "990 m"), (996, "1,0 km"), (9949, "9,9 km"), (9951, "10 km")]
)
def test_distance_changes_unit_without_a_gap(metres: float, written: str) -> None:
    assert distance(metres) == written


def test_only_a_whole_group_reads_hundred_percent() -> None:
    assert [share(one) for one in (0.0, 0.001, 0.996, 1.0)] == ["0 %", "minder dan 1 %", "ruim 99 %", "100 %"]


def test_a_share_just_over_the_threshold_does_not_read_as_the_threshold() -> None:
    assert [share(one, threshold=0.5) for one in (0.4999, 0.5, 0.5001)] == ["49,9 %", "50 %", "50,1 %"]


@given(st.floats(0, 1e6), st.floats(0, 1e6))
def test_written_people_hold_the_interval(one: float, other: float) -> None:
    low, high = sorted((one, other))
    ends = [float(end.replace(".", "")) for end in people_bounds(low, high).split("–")]
    assert ends[0] <= low + 1e-6
    assert ends[-1] >= high - 1e-6
