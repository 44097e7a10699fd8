"""Every damage of a file with local checks ends in a message, in the same checks, or in what is documented here."""

from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pandas as pd
import pytest

from pipeline.errors import SourceError
from pipeline.sources.local_checks import COLUMNS, read_local_checks
from tests.damage import of_bytes
from tests.damage.case import Damage, Outcome, harmless, refused
from tests.damage.of_tables import TableDamages
from tests.damage.workshop import FOREIGN, SENTENCE

FILE = "vierkant.checks.csv"
CATEGORIES = ["gp", "supermarket"]
ROWS = (
    "exists,gp,,,Praktijk de Brug,52.51,5.92,,huisarts,2026-10-01,telefoon,2027-10-01",
    "gone,supermarket,,n1,,,,,raadslid,2026-10-01,bezoek,2027-10-01",
    "none_within,gp,Wilsum,,,,,1500,dorpsraad,2026-10-01,bezoek,2027-10-01",
)
FREE_TEXT = ("unit", "facility", "name", "role", "source")
"""Columns in which any text may stand; units and facilities are looked up by the stage."""

HARMLESS = ("an empty column behind", "another separator", "blank rows", "byte order mark", "Windows line ends",
            "columns the other way round", "last row not ended")  # fmt: skip
WRONG_CELLS = {"empty": "", "a letter": "x", "negative": "-5", "a point too many": "1.000", "a formula": "=1+1"}


def damages() -> Iterator[Damage]:
    made = TableDamages(",", {}, dict.fromkeys(COLUMNS[1:], ""), COLUMNS[0])
    yield from of_bytes.damages(partial(refused, faults=None))
    yield from made.of_columns()
    for damage in made.of_encoding():
        if damage.name in HARMLESS:
            yield harmless(damage.name, damage.inflict)
        elif damage.name == "accents in UTF-8":  # these stand in a column of their own
            yield refused("a column of remarks", damage.inflict, "is onbekend")
        elif damage.name != "a heading alone":  # no checks, so no fault
            yield damage
    for column in (one for one in COLUMNS if one not in FREE_TEXT):
        for name, text in WRONG_CELLS.items():
            if (column, text) != ("within_m", ""):  # the first row needs none
                yield refused(f"{column} {name} ({text!r})", made.set_cell(column, text), column)


DAMAGES = {one.name: one for one in damages()}


def read(path: Path) -> pd.DataFrame | SourceError:
    try:
        return read_local_checks(path, CATEGORIES).drop(columns="check_id")  # blank rows count
    except SourceError as error:
        return error


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / FILE
    path.write_text("\n".join([",".join(COLUMNS), *ROWS]) + "\n", encoding="utf-8")
    return path


@pytest.mark.parametrize("name", DAMAGES)
def test_a_damage_ends_as_it_should(name: str, file: Path) -> None:
    sound, damage = read(file), DAMAGES[name]
    damage.inflict(file)
    found = read(file)
    assert isinstance(sound, pd.DataFrame)
    if isinstance(found, pd.DataFrame):
        outcome = Outcome.SAME if found.equals(sound[found.columns]) else Outcome.UNDETECTABLE
        assert outcome in damage.wanted
        return
    assert Outcome.FAULT in damage.wanted, found.faults
    faults = [fault.replace(f"{file.parent.as_posix()}/", "") for fault in found.faults]
    for fault in faults:
        assert fault.startswith(FILE)
        assert SENTENCE.fullmatch(fault), fault
        assert not FOREIGN.search(fault), fault
