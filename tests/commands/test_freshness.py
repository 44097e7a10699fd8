"""Whether results are up to date is asked of DVC; where it cannot tell, that is a fault. Real answers: tests/e2e."""

import subprocess
from pathlib import Path

import pytest

from pipeline.commands.freshness import require_current
from pipeline.errors import WoonzorgError
from tests.tiny_region import REGION


def answer(monkeypatch: pytest.MonkeyPatch, text: str) -> list[list[str]]:
    """Let DVC give `text`; return what it is asked."""
    asked: list[list[str]] = []

    def run(command: list[str], **_: object) -> subprocess.CompletedProcess[str]:
        asked.append(command)
        return subprocess.CompletedProcess(command, 0, stdout=text, stderr="")

    monkeypatch.setattr(subprocess, "run", run)
    return asked


def test_results_that_are_up_to_date_are_no_fault(town: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = answer(monkeypatch, "{}")
    require_current(REGION)
    assert asked[0][-2:] == [f"check_results@{REGION}", f"record_basis@{REGION}"]
    assert "--with-deps" in asked[0]


def test_stages_that_must_run_are_named(town: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    answer(monkeypatch, f'{{"fetch_osm@{REGION}": [], "build_areas@{REGION}": []}}')
    with pytest.raises(WoonzorgError, match=r"\(verouderd of nog niet gemaakt: fetch_osm, build_areas\)"):
        require_current(REGION)


def test_a_folder_that_dvc_does_not_know_is_a_fault(town: Path) -> None:
    with pytest.raises(WoonzorgError, match=r"`dvc status` mislukte \(.*not inside of a DVC repository"):
        require_current(REGION)


def test_a_region_that_is_not_run_is_a_fault(town: Path) -> None:
    with pytest.raises(WoonzorgError, match=f"regio nergens staat niet bij regions \\({REGION}\\)"):
        require_current("nergens")
