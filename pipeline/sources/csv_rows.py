"""Rows of a CSV file as text, numbered as a spreadsheet numbers them."""

import csv
import io
from pathlib import Path

import pandas as pd

from pipeline.errors import SourceError, raise_faults

_OFFENDERS_SHOWN = 5


def read_csv(path: Path, separator: str, *, may_be_empty: bool = False) -> pd.DataFrame:
    """Read a CSV as text; the index is the row as a spreadsheet counts it, heading and blank rows included.

    Raises
    ------
    SourceError
        If it is no CSV in UTF-8, has no rows (unless that is allowed), or has rows of another width than its heading.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
        lines = list(csv.reader(io.StringIO(text), delimiter=separator, strict=True))
    except (UnicodeDecodeError, csv.Error) as error:
        reason = " ".join(str(error).split())
        raise SourceError(
            f"{path.name}: niet leesbaar als CSV in UTF-8 ({reason}); zet er een gave kopie neer."
        ) from None
    if not lines or (len(lines) < 2 and not may_be_empty):
        raise SourceError(f"{path.name}: bevat geen rijen; zet er een volledige kopie neer.")
    width = len(lines[0])
    if width == 1:
        raise SourceError(f"{path.name}: heeft maar één kolom; staat er een ander scheidingsteken dan '{separator}'?")
    numbered = [(number, line) for number, line in enumerate(lines[1:], start=2) if line]
    uneven = [(number, len(line)) for number, line in numbered if len(line) != width]
    raise_faults(
        SourceError,
        [f"{path.name}, rij {number}: {found} velden in plaats van {width}; herstel de rij." for number, found in
         uneven[:_OFFENDERS_SHOWN]],
    )  # fmt: skip
    cells = [[cell.strip() for cell in line] for _, line in numbered]
    return pd.DataFrame(cells, index=[number for number, _ in numbered], columns=_distinct(lines[0]), dtype="str")


def _distinct(headings: list[str]) -> list[str]:
    """Return the headings; one that was there before gets a number behind a point, so that it can be told apart."""
    stripped = [heading.strip() for heading in headings]
    return [f"{name}.{stripped[:place].count(name)}" if name in stripped[:place] else name
            for place, name in enumerate(stripped)]  # fmt: skip
