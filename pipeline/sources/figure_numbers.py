"""Cells of tables of figures as numbers: what is unknown or impossible, and what rounding leaves open."""

import numpy as np
import pandas as pd

from pipeline.config.sources import FigureTable, ReferenceTable
from pipeline.errors import SourceError, raise_faults
from pipeline.sources.codes import is_unknown
from pipeline.sources.csv_rows import show_rows
from pipeline.sources.table_meta import TableMeta

OFFENDERS_SHOWN = 5
_THOUSANDS = r"^\d{1,3}(\.\d{3})+$"


def read_numbers(raw: pd.Series, stem: str, file: str, unit: str, most: float | pd.Series) -> pd.Series:
    """Return numbers; missing where CBS says unknown or secret. Beyond `most` a number is impossible.

    Raises
    ------
    SourceError
        With every fault of the column: text, negative, infinite or too large, a count that is not whole.
    """
    known = ~is_unknown(raw)
    numbers = pd.to_numeric(raw.where(known), errors="coerce").astype("float64")
    finite = pd.Series(np.isfinite(numbers), raw.index)
    is_count = unit == "aantal"
    thousands = is_count & raw.str.match(_THOUSANDS)
    limit = most if isinstance(most, pd.Series) else pd.Series(most, raw.index)
    too_many = finite & ~thousands & (numbers > limit)
    shown = f"{limit[too_many].iloc[0]:.0f}" if too_many.any() else ""
    problems: dict[str, pd.Series] = {
        "is geen getal; schrijf cijfers met een punt als decimaalteken": known & ~thousands & numbers.isna(),
        "is negatief; CBS schrijft onbekend als . of -99997": finite & (numbers < 0),
        "heeft een punt na duizendtallen; schrijf het zonder punt": thousands,
        "is geen heel aantal; schrijf duizendtallen zonder punt": finite & ~thousands & is_count & (numbers % 1 != 0),
        "is oneindig; vul een getal in": ~finite & numbers.notna(),
        f"is onmogelijk: meer dan {shown} {unit}; verbeter het getal": too_many,
    }
    raise_faults(
        SourceError,
        [f"{file}, rij {show_rows(raw.index[affected])}, kolom {stem}: '{raw[affected].iloc[0]}' {problem}."
         for problem, affected in problems.items() if affected.any()],
    )  # fmt: skip
    return numbers


def rounded(numbers: pd.Series, rounding: float) -> pd.DataFrame:
    """Return the interval of values that round to each number; rounding never hides a negative count."""
    half = rounding / 2
    return pd.DataFrame({"value": numbers, "low": (numbers - half).clip(lower=0), "high": numbers + half})


def year_of(table: FigureTable | ReferenceTable, meta: TableMeta | None) -> int:
    """Return the year that the settings tell, else that of the table.

    Raises
    ------
    SourceError
        If neither tells it.
    """
    year = table.year if meta is None or table.year is not None else meta.year
    if year is None:
        raise SourceError(f"{table.file}: het jaar is niet bekend; zet het bij year in de instellingen.")
    return year


def repeated(table: FigureTable | ReferenceTable, keys: pd.Series) -> list[str]:
    """Return a fault if a key is there more than once; rows go by their number in the file."""
    rows = keys.index[keys.duplicated()]
    if rows.empty:
        return []
    return [f"{table.file}, rij {show_rows(rows)}: {keys[rows[0]]} komt meer dan eens voor; laat er één over."]
