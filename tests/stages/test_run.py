"""A stage at the command line: it notes how long it took, and nothing of that can fail it."""

import json
import sys
from pathlib import Path

import pytest

from pipeline.commands.preflight.forecast import read_note
from pipeline.errors import SourceError
from pipeline.stages.build_figures import build_figures
from pipeline.stages.run import DURATIONS, run
from pipeline.tables import RegionFiles
from tests.stage_runs import hashes
from tests.tiny_region import REGION

NAME = f"build_figures@{REGION}"


@pytest.fixture(autouse=True)
def at_the_command_line(tiny: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tiny)
    monkeypatch.setattr(sys, "argv", ["build_figures", REGION])


def test_a_finished_stage_notes_its_seconds_and_the_size_of_the_extract(tiny: Path) -> None:
    before = hashes(tiny / "data")
    run(build_figures)
    note = read_note(tiny, NAME)
    assert note is not None
    assert note.seconds > 0
    assert note.extract_bytes == (tiny / "data/raw" / REGION / "osm/vierkant.osm.pbf").stat().st_size
    assert [path.name for path in (tiny / DURATIONS).iterdir()] == [f"{NAME}.json"]
    assert hashes(tiny / "data") == before, "a note is no output"


def test_a_later_run_replaces_the_note(tiny: Path) -> None:
    run(build_figures)
    path = tiny / DURATIONS / f"{NAME}.json"
    path.write_text(json.dumps({"seconds": 1e9, "extract_bytes": 1}), encoding="utf-8")
    run(build_figures)
    note = read_note(tiny, NAME)
    assert note is not None
    assert note.seconds < 1e9


def test_a_note_that_cannot_be_written_does_not_fail_the_stage(tiny: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tiny / DURATIONS.parent).write_text("in de weg", encoding="utf-8")
    (tiny / "data/processed" / REGION / "figures.parquet").unlink()
    run(build_figures)
    assert (tiny / "data/processed" / REGION / "figures.parquet").is_file()
    assert capsys.readouterr().err == ""


def test_a_failed_stage_notes_nothing(tiny: Path, capsys: pytest.CaptureFixture[str]) -> None:
    def broken(files: RegionFiles) -> None:
        raise SourceError("x.csv: leeg.")

    with pytest.raises(SystemExit) as caught:
        run(broken)
    assert caught.value.code == 1
    assert capsys.readouterr().err == f"FOUT {REGION}: x.csv: leeg.\n"
    assert not (tiny / DURATIONS).exists()
