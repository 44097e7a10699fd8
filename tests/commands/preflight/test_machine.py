"""Room on the disk and permission to write."""

from pathlib import Path

import pytest

from pipeline.commands.preflight.findings import Findings
from pipeline.commands.preflight.machine import check_room, check_writable


@pytest.mark.parametrize(("free", "is_fault"), [(1_000_000, False), (999_999, True)])
def test_a_run_that_does_not_fit_is_a_fault(free: int, is_fault: bool) -> None:
    found = Findings("deze computer")
    check_room(1_000_000, free, found)
    assert bool(found.faults) == is_fault
    if is_fault:
        assert found.faults == [
            "te weinig schijfruimte: 1,0 MB vrij, de run heeft hoogstens ongeveer 1,0 MB nodig; maak ruimte vrij."
        ]


def test_nothing_to_run_needs_no_room() -> None:
    found = Findings("deze computer")
    check_room(0, 0, found)
    assert found.facts == [("Schijf", "minder dan 0,1 MB vrij")]
    assert not found.faults


def test_folders_that_are_not_there_yet_are_made_in_the_one_above(tmp_path: Path) -> None:
    found, asked = Findings("deze computer"), []

    def is_writable(folder: Path) -> bool:
        asked.append(folder)
        return True

    (tmp_path / "data").mkdir()
    check_writable(tmp_path, found, is_writable)
    assert asked == [tmp_path / "data", tmp_path, tmp_path, tmp_path]
    assert not found.faults


def test_every_folder_that_refuses_is_named(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "maps").write_text("geen map", encoding="utf-8")
    found = Findings("deze computer")
    check_writable(tmp_path, found)
    assert [fault.split(":")[0] for fault in found.faults] == ["maps/"]
    assert not list(tmp_path.glob("data/*")), "looking leaves nothing behind"
    everywhere = Findings("deze computer")
    check_writable(tmp_path, everywhere, lambda _: False)
    assert [fault.split(":")[0] for fault in everywhere.faults] == ["data/", "maps/", ".dvc/", "de map van het project"]
