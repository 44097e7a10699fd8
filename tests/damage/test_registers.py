"""Every damage of a register ends in a message, in the same rows, or in what is documented here."""

from collections.abc import Callable, Iterator
from pathlib import Path

import openpyxl
import pandas as pd
import pytest

from pipeline.errors import SourceError
from pipeline.sources.facility_registers import read_registers
from pipeline.sources.snapshots import copy_incoming
from tests import register_files
from tests.damage import of_bytes
from tests.damage.case import Damage, Outcome, harmless, refused, unpredictable
from tests.damage.of_tables import TableDamages
from tests.damage.workshop import FOREIGN, SENTENCE
from tests.register_files import HEADINGS, ROWS, register

FREE_TEXT = ("Naam", "Toev")
"""Columns in which any text may stand."""

WRONG_CELLS = {"a letter": "x", "negative": "-5", "a point too many": "1.000.000", "a formula": "=1+1"}
HARMLESS = ("an empty column behind", "another separator", "blank rows", "byte order mark", "Windows line ends",
            "columns the other way round", "last row not ended", "accents in UTF-8")  # fmt: skip
PLACES = {one: heading for one, heading in register_files.COLUMNS.items() if one not in ("latitude", "longitude")}


def of_csv() -> Iterator[Damage]:
    made = TableDamages(";", {}, dict.fromkeys(HEADINGS[1:], ""), HEADINGS[0])
    yield from of_bytes.damages(unpredictable)
    yield from made.of_columns()
    for damage in made.of_encoding():
        if damage.name in HARMLESS:
            yield harmless(damage.name, damage.inflict)
        elif damage.name != "a heading alone":  # no facilities, so no fault
            yield damage
    for column in (one for one in HEADINGS if one not in FREE_TEXT):
        for name, text in WRONG_CELLS.items():
            yield refused(f"{column} {name} ({text!r})", made.set_cell(column, text), column)


def of_workbook() -> Iterator[Damage]:
    yield from of_bytes.damages(unpredictable)
    for number, heading in enumerate(HEADINGS, start=1):
        yield refused(f"{heading} renamed", in_workbook(1, number, "Iets anders"), f"kolom {heading} ontbreekt")
        yield refused(f"{heading} twice", in_workbook(1, len(HEADINGS) + 1, heading), "meer dan eens")
        if heading not in FREE_TEXT:
            for name, text in WRONG_CELLS.items():
                yield refused(f"{heading} {name} ({text!r})", in_workbook(2, number, text), f"rij 2, kolom {heading}")
    yield refused("no heading", in_workbook(1, None, None), "heeft geen kop")
    yield harmless("a remark beside the table", in_workbook(3, len(HEADINGS) + 2, "nabellen"))
    yield harmless("a blank row behind", in_workbook(len(ROWS) + 5, 1, " "))
    yield refused("a second sheet", more_sheets, "heeft niet één blad")


def of_layer() -> Iterator[Damage]:
    yield from of_bytes.damages(unpredictable)


def in_workbook(row: int, column: int | None, value: str | None) -> Callable[[Path], None]:
    """Return what puts a value in a cell, or where no column is given in all cells of the row."""

    def inflict(path: Path) -> None:
        book = openpyxl.load_workbook(path)
        for one in [column] if column is not None else range(1, len(HEADINGS) + 1):
            book.worksheets[0].cell(row, one).value = value
        book.save(path)

    return inflict


def more_sheets(path: Path) -> None:
    book = openpyxl.load_workbook(path)
    book.create_sheet("Toelichting")
    book.save(path)


DAMAGES = {
    (file, one.name): one
    for file, damages in (("lijst.csv", of_csv()), ("lijst.xlsx", of_workbook()), ("lijst.gpkg", of_layer()))
    for one in damages
}


def read(path: Path) -> pd.DataFrame | SourceError:
    columns = PLACES if path.suffix == ".gpkg" else register_files.COLUMNS
    settings, snapshot = register(path.name, columns=columns), path.parent / "snapshot"
    try:
        copy_incoming([settings], path.parent, snapshot)
        found = read_registers([settings], snapshot)
    except SourceError as error:
        return error
    return found.drop(columns="row")  # blank rows count


@pytest.mark.parametrize(("file", "name"), DAMAGES)
def test_a_damage_ends_as_it_should(file: str, name: str, tmp_path: Path) -> None:
    path, damage = tmp_path / file, DAMAGES[file, name]
    register_files.write(path)
    sound = read(path)
    damage.inflict(path)
    found = read(path)
    assert isinstance(sound, pd.DataFrame)
    if isinstance(found, pd.DataFrame):
        outcome = Outcome.SAME if found.equals(sound) else Outcome.UNDETECTABLE
        assert outcome in damage.wanted
        return
    assert Outcome.FAULT in damage.wanted, found.faults
    faults = [fault.replace(f"{path.parent.as_posix()}/", "") for fault in found.faults]
    text = "\n".join(faults)
    assert all(one in text for one in damage.says), text
    for fault in faults:
        assert fault.startswith(file)
        assert SENTENCE.fullmatch(fault), fault
        assert not FOREIGN.search(fault), fault


def test_damages_are_seen() -> None:
    assert len(DAMAGES) > 100
