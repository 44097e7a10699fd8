"""How long a run takes: as measured here, else by the size of the files."""

import json
from pathlib import Path, PurePosixPath

import pytest

from pipeline.commands.preflight.forecast import Inputs, Note, forecast_run, inputs_of, read_note
from pipeline.commands.preflight.source_files import Source
from pipeline.commands.preflight.wiring import Stage
from pipeline.config.params import DemoSettings, RunCost
from pipeline.config.sources import OsmSettings
from pipeline.stages.run import DURATIONS
from pipeline.tables import RegionFiles

COST = RunCost(
    dvc_start_seconds=1, dvc_stage_seconds=0.5, stage_start_seconds=2, stage_seconds_per_mb={"build_areas": 3},
    demo_seconds_per_mb=10, demo_mb_per_1000_addresses=0.05, disk_start_mb=10, disk_mb_per_mb=4,
)  # fmt: skip
DEMO = DemoSettings(seed=1, municipalities=2, addresses=10_000)


def stage(action: str, region: str | None = "kampen") -> Stage:
    return Stage(f"{action}@{region}" if region else action, region, (PurePosixPath("a"),), ())


def osm(origin: str) -> list[Source]:
    settings = OsmSettings.model_validate({
        "from": origin, "file": "x.osm.pbf", "what": "", "holder": "", "licence": "", "reference_date": "2024-01-01",
    })  # fmt: skip
    return [Source("osm", origin == "demo", (settings,))]


def test_without_history_the_size_of_the_extract_counts() -> None:
    forecast = forecast_run([stage("build_areas"), stage("new")], {"kampen": Inputs(4.0)}, {}, COST)
    assert forecast.seconds == {"build_areas@kampen": 0.5 + 2 + 3 * 4, "new@kampen": 0.5 + 2}
    assert forecast.total_seconds == 1 + 14.5 + 2.5
    assert forecast.measured == set()
    assert forecast.reckoned == set(forecast.seconds)


def test_inventing_a_source_costs_more_than_copying_it() -> None:
    inputs = {"kampen": Inputs(4.0, {"fetch_osm@kampen"})}
    forecast = forecast_run([stage("fetch_osm"), stage("fetch_areas")], inputs, {}, COST)
    assert forecast.seconds == {"fetch_osm@kampen": 0.5 + 2 + 10 * 4, "fetch_areas@kampen": 0.5 + 2}


@pytest.mark.parametrize(
    ("note", "expected"),
    [
        # The same extract: as last time.
        (Note(20.0, 4_000_000), 20.0),
        # Twice as large: all but the start takes twice as long.
        (Note(20.0, 2_000_000), 2 + 18 * 2),
        # Quicker than the start that is reckoned with: nothing to scale.
        (Note(1.5, 2_000_000), 1.5),
        # Noted before there was an extract.
        (Note(20.0, 0), 20.0),
    ],
)
def test_history_scales_with_the_extract(note: Note, expected: float) -> None:
    name = "build_areas@kampen"
    forecast = forecast_run([stage("build_areas")], {"kampen": Inputs(4.0)}, {name: note}, COST)
    assert forecast.seconds == {name: 0.5 + expected}
    assert forecast.measured == {name}
    assert forecast.reckoned == set()


def test_a_stage_of_the_whole_project_is_as_quick_everywhere() -> None:
    forecast = forecast_run([stage("check_settings", None)], {"kampen": Inputs(4.0)}, {}, COST)
    assert forecast.seconds == {"check_settings": 0.5 + 2}
    assert not {*forecast.measured, *forecast.reckoned}


def test_only_regions_that_run_need_room() -> None:
    inputs = {"kampen": Inputs(4.0), "zwolle": Inputs(100.0)}
    stages = [stage("build_areas"), stage("check_settings", None)]
    assert forecast_run(stages, inputs, {}, COST).disk_bytes == (10 + 4 * 4) * 1e6
    assert forecast_run([], inputs, {}, COST).disk_bytes == 0


def test_a_file_that_the_user_brought_counts_before_the_snapshot(tmp_path: Path) -> None:
    files = RegionFiles(tmp_path, "kampen")
    for folder, size in ((files.incoming, 3_000_000), (files.snapshot("osm"), 1_000_000)):
        folder.mkdir(parents=True)
        (folder / "x.osm.pbf").write_bytes(b"0" * size)
    assert inputs_of(files, osm("file"), DEMO, set(), COST).extract_mb == 3.0
    # An invented extract is as large as the last one, unless this run invents it anew: 2 x 10,000 addresses.
    assert inputs_of(files, osm("demo"), DEMO, set(), COST) == Inputs(1.0, {"fetch_osm@kampen"})
    assert inputs_of(files, osm("demo"), DEMO, {"fetch_osm@kampen"}, COST).extract_mb == 1.0
    (files.snapshot("osm") / "x.osm.pbf").unlink()
    assert inputs_of(files, osm("demo"), DEMO, set(), COST).extract_mb == 20 * 0.05


def test_a_missing_extract_does_not_stop_the_forecast(tmp_path: Path) -> None:
    assert inputs_of(RegionFiles(tmp_path, "kampen"), osm("file"), DEMO, set(), COST).extract_mb == 0.0
    assert inputs_of(RegionFiles(tmp_path, "kampen"), [], DEMO, set(), COST).extract_mb == 0.0


@pytest.mark.parametrize("text", ["", "{", "[]", '{"seconds": "x", "extract_bytes": 1}', '{"seconds": 1}'])
def test_a_damaged_note_is_no_note(text: str, tmp_path: Path) -> None:
    path = tmp_path / DURATIONS / "build_areas@kampen.json"
    path.parent.mkdir(parents=True)
    path.write_text(text, encoding="utf-8")
    assert read_note(tmp_path, "build_areas@kampen") is None
    assert read_note(tmp_path, "never_ran@kampen") is None


def test_a_note_is_read_back(tmp_path: Path) -> None:
    path = tmp_path / DURATIONS / "build_areas@kampen.json"
    path.parent.mkdir(parents=True)
    path.write_text(json.dumps({"seconds": 2.5, "extract_bytes": 7}), encoding="utf-8")
    assert read_note(tmp_path, "build_areas@kampen") == Note(2.5, 7)
