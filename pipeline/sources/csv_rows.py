"""CSV files as sources write them: read as text, columns found by their stem, rows counted as a spreadsheet does."""

import csv
import io
import re
from collections.abc import Iterable
from pathlib import Path

import pandas as pd

from pipeline.errors import SourceError

_ROWS_SHOWN = 5
_COLUMNS_SHOWN = 8
_SEPARATORS = ",;\t|"


def read_csv(path: Path, separator: str, *, by_hand: bool = False, heading_row: int = 1) -> pd.DataFrame:
    """Read a CSV as stripped text; the index is the row as a spreadsheet counts it, heading and blank rows included.

    One that people write by hand may have a heading alone, and a last row without an end. What stands above
    `heading_row` (1 is the first) is passed over.

    Raises
    ------
    SourceError
        If it is no whole CSV in UTF-8, has another separator, or no rows.
    """
    text = _read_text(path, by_hand=by_hand)
    try:
        lines = list(csv.reader(io.StringIO(text), delimiter=separator, strict=True))
    except csv.Error as error:
        raise SourceError(f"{path.name}: niet leesbaar als CSV ({error}); zet er een gave kopie neer.") from None
    lines = lines[heading_row - 1 :]
    if not lines or (len(lines) < 2 and not by_hand):
        raise SourceError(f"{path.name}: bevat geen rijen; zet er een volledige kopie neer.")
    width = len(lines[0])
    if width == 1 and any(other in lines[0][0] for other in _SEPARATORS):
        remedy = (
            "bewaar het met komma's of puntkomma's" if by_hand else "zet het juiste bij separator in de instellingen"
        )
        raise SourceError(f"{path.name}: heeft een ander scheidingsteken dan '{separator}'; {remedy}.")
    numbered = [(number, line) for number, line in enumerate(lines[1:], start=heading_row + 1) if line]
    uneven = {number: len(line) for number, line in numbered if len(line) != width}
    if uneven:
        first = next(iter(uneven.values()))
        raise SourceError(
            f"{path.name}, rij {show_rows(uneven)}: {first} velden in plaats van {width}; herstel de rij of zet er een "
            "gave kopie neer."
        )
    cells = [[cell.strip() for cell in line] for _, line in numbered]
    return pd.DataFrame(cells, index=[number for number, _ in numbered], columns=distinct(lines[0]), dtype="str")


def _read_text(path: Path, *, by_hand: bool) -> str:
    content = path.read_bytes()
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        row = content.count(b"\n", 0, error.start) + 1
        raise SourceError(
            f"{path.name}, rij {row}: niet leesbaar als CSV in UTF-8; bewaar het opnieuw als CSV UTF-8, of zet er een "
            "gave kopie neer."
        ) from None
    if text.lstrip().startswith("<"):
        raise SourceError(f"{path.name}: is geen CSV maar een webpagina of XML; haal het bestand opnieuw op.")
    if text and not by_hand and not text.endswith(("\n", "\r")):
        raise SourceError(
            f"{path.name}: de laatste rij is niet afgesloten, dus het bestand kan zijn afgebroken; zet er een gave "
            "kopie neer, of sluit de rij af met een nieuwe regel als het bestand volledig is."
        )
    return text


def distinct(headings: list[str]) -> list[str]:
    """Return the headings; one that was there before gets a number behind a point, so that it can be told apart."""
    stripped = [heading.strip() for heading in headings]
    return [f"{name}.{stripped[:place].count(name)}" if name in stripped[:place] else name
            for place, name in enumerate(stripped)]  # fmt: skip


def columns_named(columns: Iterable[str], stem: str) -> list[str]:
    """Return the columns named `stem`, or `stem` and the number that CBS adds per table and year."""
    pattern = re.compile(rf"^{re.escape(stem)}(_\d+)?(\.\d+)?$")
    return [column for column in columns if pattern.match(column)]


def match_column(raw: pd.DataFrame, stem: str, file: str) -> str:
    """Return the one column named `stem`, or `stem` and the number that CBS adds per table and year."""
    found = columns_named(raw.columns, stem)
    if not found:
        present = ", ".join(raw.columns[:_COLUMNS_SHOWN])
        raise SourceError(
            f"{file}: kolom {stem} ontbreekt (wel aanwezig: {present}); verbeter het bestand of de instelling."
        )
    if len(found) > 1:
        raise SourceError(f"{file}: kolom {stem} komt meer dan eens voor ({', '.join(found)}); laat er één over.")
    return found[0]


def show_rows(rows: Iterable[int | str]) -> str:
    """Return the first few of many rows (or codes), and how many there are more."""
    numbers = [str(row) for row in rows]
    more = len(numbers) - _ROWS_SHOWN
    return ", ".join(numbers[:_ROWS_SHOWN]) + (f" en nog {more}" if more > 0 else "")
