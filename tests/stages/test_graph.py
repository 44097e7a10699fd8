"""What dvc.yaml says of the stages of a region: what rests on what."""

import pytest

from pipeline.stages.graph import WiredStage, depends_on, files_from_outside, leading_to, read_graph, resting_on

GRAPH = {
    "fetch": WiredStage(deps=("data/incoming",), outs=("data/raw",)),
    "build": WiredStage(deps=("data/raw/a.csv", "pipeline/build.py"), outs=("data/a.parquet",)),
    "other": WiredStage(deps=("data/incoming/b.csv",), outs=("data/b.parquet",)),
    "judge": WiredStage(deps=("data/a.parquet", "config/checks.csv"), outs=("data/verdicts.parquet",)),
    "publish": WiredStage(deps=("data/verdicts.parquet", "data/b.parquet"), outs=("maps",)),
}


@pytest.mark.parametrize(
    ("goals", "expected"),
    [(["judge"], ["fetch", "build", "judge"]), (["publish"], [*GRAPH]), (["judge", "other"], [*GRAPH][:4])],
)
def test_what_leads_to_a_goal_comes_in_an_order_that_can_be_run(goals: list[str], expected: list[str]) -> None:
    assert leading_to(GRAPH, goals) == expected


@pytest.mark.parametrize(
    ("names", "expected"),
    [(["judge"], ["judge", "publish"]), (["fetch"], ["fetch", "build", "judge", "publish"]), ([], [])],
)
def test_what_rests_on_a_stage(names: list[str], expected: list[str]) -> None:
    assert resting_on(GRAPH, names) == expected


def test_a_file_in_a_folder_that_is_made_is_made_too_but_not_one_with_a_longer_name() -> None:
    assert depends_on(GRAPH["build"], GRAPH["fetch"])
    assert not depends_on(WiredStage(("data/raw2/a.csv",), ()), GRAPH["fetch"])


def test_files_from_outside_are_those_that_no_stage_makes() -> None:
    assert files_from_outside(GRAPH, ["build", "judge"]) == ["pipeline/build.py", "config/checks.csv"]


def test_the_stages_of_a_region_carry_its_name() -> None:
    graph = read_graph("zeeland")
    assert "data/processed/zeeland/verdicts.parquet" in graph["flag_witte_vlekken"].outs
    assert "data/raw/zeeland/incoming" in graph["fetch_osm"].deps
    assert "check_settings" not in graph
    assert not [path for one in graph.values() for path in (*one.deps, *one.outs) if "$" in path]
