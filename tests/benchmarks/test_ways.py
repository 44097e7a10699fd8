"""The measurements on cases so small that they take seconds: all ways agree, and everything runs."""

import sys
from pathlib import Path

import numpy as np
import pytest

from tests.benchmarks import reach, reading
from tests.benchmarks.answers import Answer, difference
from tests.benchmarks.cases import Case, load_case
from tests.benchmarks.country import Size, make_country
from tests.benchmarks.country_reach import measure
from tests.benchmarks.measuring import in_fresh_process, timed
from tests.benchmarks.report import Table, times, write_report
from tests.benchmarks.split_graph import SplitGraph, load_graph, split_graph
from tests.benchmarks.ways import OURS, REFERENCE, WAYS

FACTOR = 0.0005
PANDANA_ROUNDS_TO_M = 0.5
"""Pandana keeps lengths in whole millimetres, and adds up the rounding along the way."""


@pytest.fixture(scope="module")
def case() -> Case:
    """Make a country of 2,000 nodes in which few facilities lie on the same edge."""
    made = make_country(Size().scaled(FACTOR))
    return Case(
        made.network, made.address_x_m[:200], made.address_y_m[:200], made.facility_x_m, made.facility_y_m,
        made.category, 150.0,
    )  # fmt: skip


@pytest.fixture(scope="module")
def graph(case: Case) -> SplitGraph:
    return split_graph(case)


@pytest.fixture(scope="module")
def truth(case: Case, graph: SplitGraph) -> Answer:
    return WAYS[REFERENCE].prepare(case, graph)()


@pytest.mark.parametrize("way", [way for way in WAYS if WAYS[way].is_exact and not way.startswith("pandana")])
@pytest.mark.filterwarnings("ignore")  # of other packages
def test_every_way_gives_the_same_distances(way: str, case: Case, graph: SplitGraph, truth: Answer) -> None:
    pytest.importorskip(way.split("_")[0] if not way.startswith(OURS) else "numpy", reason="no wheel for this machine")
    answer = WAYS[way].prepare(case, graph)()
    assert np.isfinite(truth.nearest_m).mean() > 0.9
    assert difference(truth, answer).largest_m < reach.SAME_M
    assert (answer.second_m is None) == (WAYS[way].answers == "nearest alone")


@pytest.mark.filterwarnings("ignore")
def test_pandana_gives_them_but_for_its_rounding(case: Case, graph: SplitGraph, truth: Answer) -> None:
    pytest.importorskip("pandana", reason="no wheel for this machine")
    assert difference(truth, WAYS["pandana"].prepare(case, graph)()).largest_m < PANDANA_ROUNDS_TO_M


@pytest.mark.filterwarnings("ignore")
def test_ways_that_snap_to_nodes_are_near(case: Case, graph: SplitGraph, truth: Answer) -> None:
    answer = WAYS["osmnx_user"].prepare(case, graph)()
    assert 0 < difference(truth, answer).usual_m < 100


def test_case_and_graph_are_kept_whole(case: Case, graph: SplitGraph, tmp_path: Path) -> None:
    case.save(tmp_path / "case.npz")
    graph.save(tmp_path / "graph.npz")
    assert (
        difference(
            WAYS[OURS].prepare(load_case(tmp_path / "case.npz"), load_graph(tmp_path / "graph.npz"))(),
            WAYS[OURS].prepare(case, graph)(),
        ).largest_m
        == 0
    )


def test_a_difference_is_the_largest_and_says_how_common_it_is() -> None:
    one = Answer(np.array([[100.0, np.inf, 300.0, np.inf]]), None)
    other = Answer(np.array([[100.0, np.inf, 290.0, 5.0]]), None)
    assert difference(one, one).largest_m == 0
    found = difference(one, other)
    assert (found.largest_m, found.part) == (np.inf, 0.5)


def test_a_country_is_the_same_again_and_as_large_as_asked() -> None:
    size = Size().scaled(FACTOR)
    one, other = make_country(size), make_country(size)
    assert len(one.network.x_m) == size.nodes
    assert len(one.address_x_m) == size.addresses
    assert 2 * len(one.network.start) / size.nodes == pytest.approx(2.2, abs=0.01)
    for name in ("address_x_m", "area", "facility_y_m", "category"):
        np.testing.assert_array_equal(getattr(one, name), getattr(other, name))
    assert np.bincount(one.area, minlength=size.areas).min() > 0


def test_a_small_country_goes_from_points_to_verdicts() -> None:
    found = measure(FACTOR)
    assert [one["step"] for one in found["steps"]][-1] == "verdicts"
    assert len(found["verdicts"]) > 2
    assert sum(found["verdicts"].values()) % found["areas"] == 0


def test_a_function_runs_in_a_process_of_its_own() -> None:
    found = in_fresh_process("scale:names_of_stages")
    assert "compute_reach" in found["names"]
    assert (found["peak_mb"] is None) == (sys.platform != "linux")
    with pytest.raises(RuntimeError, match="no_such_stage"):
        in_fresh_process("scale:measure_stage", root="", stage="no_such_stage")


def test_edges_that_two_readers_find_are_compared() -> None:
    import pandas as pd

    ours = pd.DataFrame({"from_id": [1, 2], "to_id": [2, 3], "length_m": [10.0, 20.0]})
    other = pd.DataFrame({"from_id": [2, 5], "to_id": [3, 6], "length_m": [20.5, 1.0]})
    assert reading.compared(ours, other) == "1; lengths at most 0.50 m apart"


def test_work_is_repeated_and_the_fastest_counts() -> None:
    calls: list[int] = []
    timing, _ = timed(lambda: calls.append(1), runs=3)
    assert (len(calls), timing.runs) == (3, 3)


def test_a_report_has_its_tables_and_replaces_the_earlier_one(tmp_path: Path) -> None:
    path = tmp_path / "report.md"
    path.write_text("earlier", encoding="utf-8")
    table = Table("Title", "what", ["way", "s"], [["one", "1.0"], ["two", "22"]], "note")
    write_report(path, "# Head", [("Part", "words", [table]), ("Other", "words", None)])
    text = path.read_text(encoding="utf-8")
    assert "| way | s |\n| --- | ---: |\n| one | 1.0 |\n| two | 22 |" in text
    assert text.startswith("# Head\n\n## Part\n\nwords\n\n### Title\n\nwhat\n\n| way")
    assert text.endswith("note\n\n## Other\n\nwords\n\n**Not measured yet.**\n")
    assert [one.name for one in tmp_path.iterdir()] == ["report.md"]


@pytest.mark.parametrize(("one", "other", "text"), [(1.0, 4.0, "0.25"), (3.0, 2.0, "1.5"), (3000.0, 2.0, "1,500")])
def test_a_ratio_is_given_to_two_digits(one: float, other: float, text: str) -> None:
    assert times(one, other) == text
