"""Tables are checked, sorted, and replaced together or not at all."""

import shutil
import subprocess
import sys
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
import shapely

from pipeline.contracts import FIGURES, MAPPED_FACILITIES, UNIT_DEMAND, Contract
from pipeline.errors import TableError
from pipeline.tables import RegionFiles, check_table, read_table, replaced_together, write_table


def figures(**changes: object) -> pd.DataFrame:
    columns = {
        "area_code": ["WK000101", "BU00010000"], "variable": "homes", "value": [20.0, float("nan")], "low": 17.5,
        "high": 22.5, "year": 2024, "source": "cijfers.csv", **changes,
    }  # fmt: skip
    return pd.DataFrame(columns)


def facilities(crs: str = "EPSG:28992") -> gpd.GeoDataFrame:
    frame = {
        "facility_id": ["gp-n1"],
        "category": "gp",
        "facility_name": pd.Series([pd.NA], dtype="str"),
        "osm_ids": "n1",
        "service": "hourly",
        "timetable_ids": "a b",
    }
    return gpd.GeoDataFrame(frame, geometry=[shapely.Point(200_000, 500_000)], crs=crs)


def test_a_table_comes_back_sorted_with_its_unknown_values(tmp_path: Path) -> None:
    write_table(FIGURES, figures(), tmp_path / "figures.parquet")
    back = read_table(FIGURES, tmp_path / "figures.parquet")
    assert back["area_code"].tolist() == ["BU00010000", "WK000101"]
    assert back["value"].isna().tolist() == [True, False]


def test_row_order_makes_no_difference_to_the_bytes(tmp_path: Path) -> None:
    write_table(FIGURES, figures(), tmp_path / "one.parquet")
    write_table(FIGURES, figures().iloc[::-1], tmp_path / "two.parquet")
    assert (tmp_path / "one.parquet").read_bytes() == (tmp_path / "two.parquet").read_bytes()


def test_geometry_and_its_crs_come_back(tmp_path: Path) -> None:
    write_table(MAPPED_FACILITIES, facilities(), tmp_path / "facilities.parquet")
    back = read_table(MAPPED_FACILITIES, tmp_path / "facilities.parquet")
    assert back.crs.to_epsg() == 28992
    assert back["facility_name"].isna().all()


def test_a_wrong_crs_and_a_wrong_value_are_reported_together() -> None:
    wrong = facilities("EPSG:4326")
    wrong["category"] = pd.Series([pd.NA], dtype="str")
    with pytest.raises(TableError) as caught:
        check_table(MAPPED_FACILITIES, wrong)
    message = str(caught.value)
    assert "EPSG:4326" in message
    assert "kolom category" in message


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"area_code": "BU00010000"}, "area_code"),
        ({"source": pd.Series([pd.NA, "x"], dtype="str")}, "kolom source"),
        ({"year": [-1, 2024]}, "kolom year"),
        ({"value": ["20", "30"]}, "kolom value"),
    ],
)
def test_a_broken_contract_names_the_column(changes: dict[str, object], expected: str, tmp_path: Path) -> None:
    with pytest.raises(TableError, match=expected):
        write_table(FIGURES, figures(**changes), tmp_path / "figures.parquet")
    assert not (tmp_path / "figures.parquet").exists()


def test_a_missing_column_is_named(tmp_path: Path) -> None:
    with pytest.raises(TableError, match="kolom low ontbreekt"):
        write_table(FIGURES, figures().drop(columns="low"), tmp_path / "figures.parquet")


def test_a_missing_table_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(TableError, match="draai eerst `dvc repro`"):
        RegionFiles(tmp_path, "nergens").read(UNIT_DEMAND)


def test_two_tables_are_written_together_or_not_at_all(tmp_path: Path) -> None:
    files = RegionFiles(tmp_path, "vierkant")
    files.write((FIGURES, figures()), (MAPPED_FACILITIES, facilities()))
    kept = {path: path.read_bytes() for path in (files.table(FIGURES), files.table(MAPPED_FACILITIES))}
    with pytest.raises(TableError):
        files.write((FIGURES, figures(value=1.0)), (MAPPED_FACILITIES, facilities("EPSG:4326")))
    assert {path: path.read_bytes() for path in kept} == kept
    assert sorted(tmp_path.rglob("*.parquet")) == sorted(kept)


@pytest.mark.parametrize("is_folder", [False, True])
def test_a_failure_between_two_replacements_puts_the_first_back(
    is_folder: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    targets = [tmp_path / "one", tmp_path / "two"]
    for target in targets:
        _fill(target, "old", is_folder)
    replace = Path.replace

    def fail_on_the_second(self: Path, target: Path) -> Path:
        if self.name.startswith(".two.") and self.name.endswith(".new"):
            raise OSError("disk full")
        return replace(self, target)

    monkeypatch.setattr(Path, "replace", fail_on_the_second)
    with pytest.raises(OSError, match="disk full"):
        _replace_all(targets, is_folder)
    assert [_content(target, is_folder) for target in targets] == ["old", "old"]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["one", "two"]


def test_a_copy_that_a_full_disk_cut_short_never_takes_the_place_of_the_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def cut_short(_: Path, copy: Path) -> None:
        copy.write_text("o", encoding="utf-8")
        raise OSError("disk full")

    _fill(tmp_path / "one", "old", False)
    monkeypatch.setattr(shutil, "copy2", cut_short)
    with pytest.raises(OSError, match="disk full"):
        _replace_all([tmp_path / "one"], False)
    assert _content(tmp_path / "one", False) == "old"
    assert [path.name for path in tmp_path.iterdir()] == ["one"]


@pytest.mark.parametrize("is_folder", [False, True])
def test_a_failure_leaves_no_target_that_was_not_there(
    is_folder: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    replace = Path.replace

    def fail_on_the_second(self: Path, target: Path) -> Path:
        if self.name.startswith(".two."):
            raise OSError("disk full")
        return replace(self, target)

    monkeypatch.setattr(Path, "replace", fail_on_the_second)
    with pytest.raises(OSError, match="disk full"):
        _replace_all([tmp_path / "one", tmp_path / "two"], is_folder)
    assert list(tmp_path.iterdir()) == []


KILLED_AT_EACH_STEP = """
import os, sys
from pathlib import Path
from pipeline.tables import replaced_together

def fill(file, folder, text):
    file.write_text(text)
    folder.mkdir()
    for name in "ab":
        (folder / name).write_text(text)

def replace(root, steps_left):
    def killed_at_last(call):
        def counted(*arguments, **named):
            nonlocal steps_left
            if steps_left == 0:
                os.kill(os.getpid(), 9)
            steps_left -= 1
            return call(*arguments, **named)
        return counted
    for name in ("replace", "unlink", "rmdir", "mkdir", "open"):
        setattr(os, name, killed_at_last(getattr(os, name)))
    with replaced_together(root / "file", root / "folder") as temporary:
        fill(*temporary.values(), "new")

status, step = 1, 0
while status:
    root = Path(sys.argv[1], str(step))
    root.mkdir()
    fill(root / "file", root / "folder", "old")
    child = os.fork()
    if child == 0:
        replace(root, step)
        os._exit(0)
    status = os.waitpid(child, 0)[1]
    step += 1
"""
"""A file and a folder are replaced by processes that are killed at the first step, the second, and so on."""


@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL")
def test_a_process_killed_at_any_step_leaves_each_target_whole(tmp_path: Path) -> None:
    subprocess.run([sys.executable, "-c", KILLED_AT_EACH_STEP, str(tmp_path)], check=True)
    left = {path.name for path in tmp_path.rglob("*") if path.name.startswith(".")}
    found = set()
    for root in tmp_path.iterdir():
        _replace_all([root / "other"], False)
        assert sorted(path.name for path in root.iterdir()) == ["file", "folder", "other"]
        found.add((_content(root / "file", False), *((root / "folder" / name).read_text("utf-8") for name in "ab")))
    assert found == {("old", "old", "old"), ("new", "old", "old"), ("new", "new", "new")}
    assert {name.rpartition(".")[2] for name in left} == {"new", "old"}, "there was something to put right"


def test_what_a_living_process_writes_is_left_alone(tmp_path: Path) -> None:
    with replaced_together(tmp_path / "one") as temporary:
        (mine,) = temporary.values()
        mine.write_text("new", encoding="utf-8")
        _replace_all([tmp_path / "two"], False)
        assert mine.exists()
    assert _content(tmp_path / "one", False) == "new"


def _replace_all(targets: list[Path], is_folder: bool) -> None:
    with replaced_together(*targets) as temporary:
        for path in temporary.values():
            _fill(path, "new", is_folder)


def _fill(path: Path, text: str, is_folder: bool) -> None:
    if is_folder:
        path.mkdir()
        path = path / "file"
    path.write_text(text, encoding="utf-8")


def _content(path: Path, is_folder: bool) -> str:
    return (path / "file" if is_folder else path).read_text(encoding="utf-8")


def test_every_contract_has_its_key_among_its_columns_and_says_what_missing_means() -> None:
    from pipeline.contracts import ALL

    for contract in ALL.values():
        assert set(contract.key) <= set(contract.columns)
        assert all(column.meaning for column in contract.columns.values())
        assert isinstance(contract, Contract)


def test_a_damaged_table_says_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "figures.parquet").touch()
    with pytest.raises(TableError, match="niet leesbaar"):
        read_table(FIGURES, tmp_path / "figures.parquet")
