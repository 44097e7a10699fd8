"""Registers of facilities: the same rows from every kind of file, and every fault of a file at once."""

from datetime import datetime
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pytest
import shapely

from pipeline.errors import SourceError
from pipeline.sources.facility_registers import COLUMNS, read_registers
from pipeline.sources.sheets import as_text
from tests import register_files
from tests.register_files import HEADINGS, ROWS, register, write, write_layer

FILES = ("lijst.csv", "lijst.xlsx", "lijst.gpkg")
NO_DEGREES = {one: heading for one, heading in register_files.COLUMNS.items() if one not in ("latitude", "longitude")}


def read(folder: Path, file: str, **other: Any) -> Any:
    if file.endswith(".gpkg") and "columns" not in other:
        other["columns"] = NO_DEGREES
    return read_registers([register(file, **other)], folder)


def faults(folder: Path, file: str, **other: Any) -> list[str]:
    with pytest.raises(SourceError) as caught:
        read(folder, file, **other)
    return list(caught.value.faults)


def fault_of(folder: Path, file: str = "lijst.xlsx", *, row: int = 2, **cells: Any) -> str:
    """Return the one fault of a register of which one row has other cells."""
    changed = [list(one) for one in ROWS]
    for heading, value in cells.items():
        changed[row - 2][HEADINGS.index(heading)] = value
    write(folder / file, changed)
    (fault,) = faults(folder, file)
    return fault


@pytest.mark.parametrize("file", FILES)
def test_rows_are_read_from_every_kind_of_file(file: str, tmp_path: Path) -> None:
    write(tmp_path / file)
    found = read(tmp_path, file)
    assert tuple(found.columns) == COLUMNS
    assert found["row"].tolist() == ([1, 2, 3, 4, 5] if file.endswith(".gpkg") else [2, 3, 4, 5, 6])
    assert found["name"].tolist() == ["Praktijk De Brug", "Praktijk Zuid", "De Winkel", "De School", "De Zwerver"]
    assert found["category"].fillna("-").tolist() == ["gp", "gp", "supermarket", "-", "supermarket"]
    assert found["word"].tolist() == ["Huisarts", "huisarts", "Super", "School", "Super"]
    assert found["postcode"].dropna().tolist() == ["1000AA", "1000AA"]
    assert found.loc[1, ["house_number", "addition"]].tolist() == ["12", "b"]
    assert found["capacity"].dropna().tolist() == [4.0]
    assert found.loc[0, ["x_m", "y_m"]].tolist() == pytest.approx([155_000, 463_000], abs=1)
    assert found["x_m"].isna().tolist() == [False, True, False, True, True]


def test_a_register_may_be_in_metres(tmp_path: Path) -> None:
    rows = [(*one[:2], "190000,5", "502000.25", *one[4:]) for one in ROWS[:1]]
    write(tmp_path / "lijst.csv", rows)
    columns = {**NO_DEGREES, "x": "Breedte", "y": "Lengte"}
    assert read(tmp_path, "lijst.csv", columns=columns).loc[0, ["x_m", "y_m"]].tolist() == [190000.5, 502000.25]


def test_headings_may_be_odd_and_stand_lower(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    sheet.title = "Blad één"
    book.create_sheet("Toelichting").append(["Let op"])
    titled: tuple[list[Any], ...] = (["Sociale kaart"], [], ["Naam\n locatie ", "Soort", None, "x", "y"], [])
    for row in (*titled, ["De Brug", "Huisarts", None, 190_000, 502_000.5]):
        sheet.append(row)
    book.save(tmp_path / "lijst.xlsx")
    columns = {"name": "Naam locatie", "category": "Soort", "x": "x", "y": "y"}
    found = read(tmp_path, "lijst.xlsx", columns=columns, sheet="Blad één", heading_row=3)
    assert found.loc[0, ["row", "name", "x_m", "y_m"]].tolist() == [5, "De Brug", 190000.0, 502000.5]
    assert "kies er één met sheet" in faults(tmp_path, "lijst.xlsx", columns=columns, heading_row=3)[0]
    assert "Blad twee ontbreekt (wel aanwezig: Blad één, Toelichting)" in faults(
        tmp_path, "lijst.xlsx", columns=columns, sheet="Blad twee")[0]  # fmt: skip
    assert "rij 2 heeft geen kop" in faults(tmp_path, "lijst.xlsx", columns=columns, sheet="Blad één", heading_row=2)[0]


@pytest.mark.parametrize("separator", [";", ",", "\t"])
def test_a_csv_may_have_any_separator_and_lines_above_its_heading(separator: str, tmp_path: Path) -> None:
    lines = ["Sociale kaart", separator.join(["Naam", "Soort", "Postcode", "Huisnr"]),
             separator.join(["De Brug", "Huisarts", "1000AA", "12"])]  # fmt: skip
    (tmp_path / "lijst.csv").write_text("\n".join(lines), encoding="utf-8")
    columns = {"name": "Naam", "category": "Soort", "postcode": "Postcode", "house_number": "Huisnr"}
    found = read(tmp_path, "lijst.csv", columns=columns, heading_row=2)
    assert found.loc[0, ["row", "name"]].tolist() == [3, "De Brug"]


@pytest.mark.parametrize(
    ("cells", "says"),
    [
        ({"Soort": "Kapper"}, "kolom Soort: 'Kapper' staat niet bij categories in de instellingen; zet het erbij"),
        ({"Soort": ""}, "kolom Soort: is leeg; vul de soort in"),
        ({"Breedte": "noord"}, "kolom Breedte: 'noord' is geen getal"),
        ({"Breedte": "5,9"}, "kolom Breedte: 5,9 moet tussen 50 en 54 liggen"),
        ({"Lengte": "52,5"}, "kolom Lengte: 52,5 moet tussen 3 en 8 liggen"),
        ({"Lengte": ""}, "kolom Lengte: is leeg terwijl de andere coördinaat er staat"),
        ({"Breedte": ""}, "kolom Breedte: is leeg terwijl de andere coördinaat er staat"),
        ({"Postcode": "1000"}, "kolom Postcode: '1000' is geen volledige postcode"),
        ({"Postcode": 1000}, "kolom Postcode: '1000' is geen volledige postcode"),
        ({"Postcode": "0100AA"}, "kolom Postcode: '0100AA' is geen volledige postcode"),
        ({"Huisnr": "t/o 3"}, "kolom Huisnr: 't/o 3' is geen huisnummer"),
        ({"Huisnr": 12.5}, "kolom Huisnr: '12.5' is geen huisnummer"),
        ({"Huisnr": datetime(2024, 1, 12)}, "kolom Huisnr: '2024-01-12 00:00:00' is geen huisnummer"),
        ({"Plaatsen": "veel"}, "kolom Plaatsen: 'veel' is geen getal"),
        ({"Plaatsen": -1}, "kolom Plaatsen: -1 moet tussen 0 en 100000 liggen"),
        ({"Plaatsen": "1,5"}, "kolom Plaatsen: '1,5' is geen heel aantal"),
        ({"Naam": "=1/0"}, "kolom Naam: bevat een formule zonder uitkomst"),
    ],
)
def test_a_wrong_cell_is_named_with_its_row_column_and_value(cells: dict[str, Any], says: str, tmp_path: Path) -> None:
    fault = fault_of(tmp_path, **cells)
    assert fault.startswith("lijst.xlsx, rij 2, ")
    assert says in fault
    assert fault.endswith(".")


def test_all_faults_of_all_files_come_at_once(tmp_path: Path) -> None:
    rows = [list(one) for one in ROWS]
    rows[0][2], rows[0][4], rows[1][1], rows[4][1] = "x", "1000", "Kapper", "Kapper"
    for name in ("een.csv", "twee.xlsx"):
        write(tmp_path / name, rows)
    with pytest.raises(SourceError) as caught:
        read_registers([register("een.csv"), register("twee.xlsx")], tmp_path)
    assert len(caught.value.faults) == 6
    assert any("een.csv, rij 3, 6, kolom Soort: 'Kapper'" in one for one in caught.value.faults)


def test_rows_that_the_settings_leave_out_are_not_held_against_the_rules(tmp_path: Path) -> None:
    rows = [list(one) for one in ROWS]
    rows[3][2:6] = ["x", "", "1000", "t/o"]
    write(tmp_path / "lijst.xlsx", rows)
    assert read(tmp_path, "lijst.xlsx")["category"].isna().tolist() == [False, False, False, True, False]


def test_the_same_facility_twice_is_a_fault(tmp_path: Path) -> None:
    write(tmp_path / "lijst.xlsx", [*ROWS, ROWS[0]])
    assert faults(tmp_path, "lijst.xlsx") == [
        "lijst.xlsx, rij 7: naam, soort en plaats staan er al eerder; laat er één over."
    ]


def test_rows_without_any_place_may_have_the_same_name(tmp_path: Path) -> None:
    write(tmp_path / "lijst.xlsx", [*ROWS, ROWS[4]])
    assert len(read(tmp_path, "lijst.xlsx")) == 6


def test_the_key_of_a_facility_stays_when_rows_come_above_it(tmp_path: Path) -> None:
    write(tmp_path / "lijst.csv")
    before = read(tmp_path, "lijst.csv").set_index("name")["row_id"]
    write(tmp_path / "lijst.csv", [("Nieuw", "Super", "52,6", "5,9", "", "", "", ""), *ROWS[::-1]])
    after = read(tmp_path, "lijst.csv").set_index("name")["row_id"]
    assert after[before.index].tolist() == before.tolist()
    assert not after.duplicated().any()


@pytest.mark.parametrize("file", FILES)
def test_a_heading_that_is_not_there_is_named_with_those_that_are(file: str, tmp_path: Path) -> None:
    write(tmp_path / file)
    one, other = faults(tmp_path, file, columns={**NO_DEGREES, "name": "Locatie", "capacity": "Bedden"})
    assert one.startswith(f"{file}: kolom Locatie ontbreekt (wel aanwezig: Naam, Soort")
    assert other.startswith(f"{file}: kolom Bedden ontbreekt")


@pytest.mark.parametrize("file", ["lijst.csv", "lijst.xlsx"])
def test_a_heading_that_stands_twice_is_a_fault(file: str, tmp_path: Path) -> None:
    write(tmp_path / file, [(*one, "x") for one in ROWS], [*HEADINGS, "Naam"])
    assert faults(tmp_path, file) == [f"{file}: kolom Naam komt meer dan eens voor (Naam, Naam.1); laat er één over."]


def test_an_error_in_a_cell_is_a_fault(tmp_path: Path) -> None:
    write(tmp_path / "lijst.xlsx")
    book = openpyxl.load_workbook(tmp_path / "lijst.xlsx")
    cell = book.worksheets[0]["A3"]
    cell.value, cell.data_type = "#N/A", "e"
    book.save(tmp_path / "lijst.xlsx")
    assert faults(tmp_path, "lijst.xlsx") == [
        "lijst.xlsx, rij 3, kolom Naam: bevat de foutmelding #N/A; herstel de cel."
    ]


def test_a_layer_gives_the_middle_of_its_shapes_in_any_system(tmp_path: Path) -> None:
    frame = pd.DataFrame({"Naam": ["Vlak", "Leeg"], "Soort": "Super"})
    shapes = [shapely.box(189_990, 501_990, 190_010, 502_010), None]
    columns = {"name": "Naam", "category": "Soort"}
    write_layer(tmp_path / "lijst.gpkg", frame, shapes)
    found = read(tmp_path, "lijst.gpkg", columns=columns)
    assert found[["x_m", "y_m"]].iloc[0].tolist() == [190_000.0, 502_000.0]
    assert found["x_m"].isna().tolist() == [False, True]
    write_layer(tmp_path / "los.gpkg", frame, [shapely.Point(5.9, 52.5), None], crs=None)
    assert "coördinatenstelsel ontbreekt" in faults(tmp_path, "los.gpkg", columns=columns)[0]


def test_no_registers_give_no_rows(tmp_path: Path) -> None:
    assert read_registers([], tmp_path).empty


@pytest.mark.parametrize(
    ("value", "text"),
    [(None, ""), (float("nan"), ""), (12.0, "12"), (1.5, "1.5"), (True, "ja"), ("a\x1b[31m\tb\n", "a[31m b")],
)
def test_cells_are_only_text(value: object, text: str) -> None:
    assert as_text(value) == text
