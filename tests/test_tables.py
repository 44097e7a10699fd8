"""Tables are checked, sorted, and replaced together or not at all."""

import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
import shapely

from pipeline.contracts import FACILITIES, FIGURES, UNIT_DEMAND, Contract
from pipeline.errors import TableError
from pipeline.tables import RegionFiles, check_table, read_table, replaced_together, write_table
from tests.stage_runs import PROJECT


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
    write_table(FACILITIES, facilities(), tmp_path / "facilities.parquet")
    back = read_table(FACILITIES, tmp_path / "facilities.parquet")
    assert back.crs.to_epsg() == 28992
    assert back["facility_name"].isna().all()


def test_a_wrong_crs_and_a_wrong_value_are_reported_together() -> None:
    wrong = facilities("EPSG:4326")
    wrong["category"] = pd.Series([pd.NA], dtype="str")
    with pytest.raises(TableError) as caught:
        check_table(FACILITIES, wrong)
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
    files.write((FIGURES, figures()), (FACILITIES, facilities()))
    kept = {path: path.read_bytes() for path in (files.table(FIGURES), files.table(FACILITIES))}
    with pytest.raises(TableError):
        files.write((FIGURES, figures(value=1.0)), (FACILITIES, facilities("EPSG:4326")))
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


@pytest.mark.skipif(sys.platform == "win32", reason="the operating system cannot fork")
@pytest.mark.parametrize("kind", ["file", "folder"])
def test_whenever_a_run_is_killed_the_next_finds_all_of_the_old_or_all_of_the_new(kind: str, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "tests.kill_while_replacing", str(tmp_path / "targets"), kind]
    run = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr
    moments = int(run.stdout.split()[0])
    assert moments > 8


def test_what_a_living_process_writes_is_left_alone_and_waited_for(tmp_path: Path) -> None:
    target = tmp_path / "one"
    body = (
        "import pathlib, sys, pipeline.tables as t\n"
        "with t.replaced_together(pathlib.Path(sys.argv[1])) as new:\n"
        "    [path] = new.values(); path.write_text('first'); print(path, flush=True); sys.stdin.read()\n"
    )
    command = [sys.executable, "-c", body, str(target)]
    with subprocess.Popen(command, cwd=PROJECT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as first:
        assert first.stdin is not None
        assert first.stdout is not None
        written = Path(first.stdout.readline().strip())
        with ThreadPoolExecutor(1) as pool:
            second = pool.submit(_replace_all, [target], False)
            time.sleep(0.2)
            assert written.read_text(encoding="utf-8") == "first"
            assert not second.done()
            first.stdin.close()
            second.result(timeout=60)
    assert target.read_text(encoding="utf-8") == "new"
    assert [path.name for path in tmp_path.iterdir()] == ["one"]


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
