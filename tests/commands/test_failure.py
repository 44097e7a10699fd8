"""Why a run failed, without the noise around it."""

import pytest

from pipeline.commands.dvc_process import dvc_fault
from pipeline.commands.failure import explain_failure

FAILED = "ERROR: failed to reproduce 'fetch_osm@kampen': failed to run: python -m x kampen, exited with "


def test_a_stage_that_names_its_faults_has_said_it_all() -> None:
    failure = explain_failure(
        ["UserWarning: x", "FOUT kampen: a.csv: leeg.", "FOUT kampen: b.csv: leeg.", f"{FAILED}1"]
    )
    assert failure.lines == (
        "FOUT kampen: a.csv: leeg.",
        "FOUT kampen: b.csv: leeg.",
        "De run stopte bij: OpenStreetMap overnemen (kampen). Uitkomsten van eerder zijn bewaard.",
    )
    assert failure.status == 1


def test_a_stage_that_names_none_is_passed_on_whole() -> None:
    failure = explain_failure(["Traceback (most recent call last):", "ValueError: 3", f"{FAILED}2"])
    assert failure.lines[:2] == ("Traceback (most recent call last):", "ValueError: 3")
    assert failure.lines[2] == (
        "FOUT fetch_osm@kampen: onverwacht gestopt (status 2); meld dit met de regels hierboven."
    )
    assert failure.status == 2


def test_a_killed_stage_fails_the_run() -> None:
    failure = explain_failure([f"{FAILED}-9"])
    assert "onverwacht gestopt (status -9)" in failure.lines[0]
    assert failure.status == 1


def test_what_dvc_complains_of_is_one_sentence() -> None:
    missing = "ERROR: failed to reproduce 'a': [Errno 2] No such file or directory: 'data'"
    assert explain_failure(["iets anders", missing]).lines == (
        "FOUT DVC kan niet draaien (failed to reproduce 'a': [Errno 2] No such file or directory: 'data'); "
        "herstel dat en probeer het opnieuw.",
    )
    assert "geen melding" in dvc_fault([])


def test_another_run_is_told_as_such() -> None:
    busy = ["ERROR: 'x' is busy, it is being blocked by:", "  (PID 12): dvc repro", "If there are no processes"]
    assert "draait al een run van DVC" in dvc_fault(busy)
    assert "draait al een run van DVC" in dvc_fault(["ERROR: Unable to acquire lock. Most likely another DVC"])


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ("'./dvc.lock' is invalid.", "dvc.lock"),
        ("'./dvc.lock' validation failed: expected a dictionary.", "dvc.lock"),
        ("ERROR: Unable to read RWLock-file '.dvc/tmp/rwlock'. JSON structure is corrupted: Expecting value",
         ".dvc/tmp/rwlock"),
    ],
)  # fmt: skip
def test_a_file_of_dvc_that_was_cut_short_is_named_with_the_remedy(line: str, name: str) -> None:
    assert f"{name} is half geschreven" in dvc_fault([line])
    assert "verwijder dat bestand" in dvc_fault([line])
