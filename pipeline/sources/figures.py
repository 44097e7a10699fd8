"""Figures per area from CBS-style tables: wide or long, with codes padded and missing values in CBS's ways."""

import re
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from pipeline.config import FigureColumn, FigureTable, ReferenceTable
from pipeline.contracts import FIGURES
from pipeline.errors import SourceError, collected, raise_faults
from pipeline.sources.codes import clean_codes, is_any_code
from pipeline.sources.csv_rows import read_csv

MISSING = ("", ".", "-99997", "-99997.0", "nan")
"""How CBS writes unknown or secret."""

_OFFENDERS_SHOWN = 5
_PERCENT = 100


def read_figures(tables: Sequence[FigureTable], folder: Path) -> pd.DataFrame:
    """Read all tables of figures from `folder` into one long table.

    Returns
    -------
    Figures as `contracts.FIGURES` has them: each with the lowest and highest value that CBS's rounding allows. Unknown
    and secret figures are rows with a missing value.

    Raises
    ------
    SourceError
        With every fault of every file: unreadable, columns missing or not unique, codes malformed or twice, text or a
        negative number for a figure.
    """
    frames: list[pd.DataFrame] = []
    faults: list[str] = []
    for table in tables:
        with collected(faults):
            frames.append(_read_figures(table, folder / table.file))
    raise_faults(SourceError, faults)
    figures = pd.concat(frames, ignore_index=True)
    twice = figures[figures.duplicated(list(FIGURES.key))]
    raise_faults(
        SourceError,
        [f"{row.source}: cijfer {row.variable} van {row.area_code} staat in meer dan één tabel; kies er één."
         for row in twice.head(_OFFENDERS_SHOWN).itertuples()],
    )  # fmt: skip
    return figures


def read_reference_km(reference: ReferenceTable, folder: Path) -> dict[str, float | None]:
    """Read the mean car-road distance (km) per category that CBS publishes for the gemeente; None is unknown."""
    raw = read_csv(folder / reference.file, reference.separator)
    codes = clean_codes(raw[_match_column(raw, reference.code, reference.file)])
    raw = raw[codes == reference.gemeente]
    if len(raw) != 1:
        raise SourceError(
            f"{reference.file}: {len(raw)} rijen voor gemeente {reference.gemeente}, moet er één zijn; "
            "verbeter het bestand."
        )
    values: dict[str, float | None] = {}
    faults: list[str] = []
    for category, column in reference.columns_km.items():
        with collected(faults):
            number = _numbers(raw[_match_column(raw, column, reference.file)], column, reference.file).iloc[0]
            values[category] = None if np.isnan(number) else float(number)
    raise_faults(SourceError, faults)
    return values


def _match_column(raw: pd.DataFrame, stem: str, file: str) -> str:
    """Return the one column named `stem`, or `stem` and the number that CBS adds per table and year."""
    pattern = re.compile(rf"^{re.escape(stem)}(_\d+)?(\.\d+)?$")
    found = [column for column in raw.columns if pattern.match(column)]
    if not found:
        raise SourceError(f"{file}: kolom {stem} ontbreekt; verbeter het bestand of de instelling.")
    if len(found) > 1:
        raise SourceError(f"{file}: kolom {stem} komt meer dan eens voor ({', '.join(found)}); laat er één over.")
    return found[0]


def _numbers(raw: pd.Series, column: str, file: str, unit: str = "number") -> pd.Series:
    """Return numbers; missing where CBS says unknown or secret. A fault counts rows as a spreadsheet does."""
    known = ~raw.isin(MISSING)
    numbers = pd.to_numeric(raw.where(known), errors="coerce").astype("float64")
    finite = pd.Series(np.isfinite(numbers), raw.index)
    problems: dict[str, pd.Series] = {
        "is geen getal; schrijf cijfers met een punt als decimaalteken": known & numbers.isna(),
        "is negatief; CBS schrijft onbekend als . of -99997": numbers < 0,
        "is meer dan 100 procent; verbeter het getal": finite & (unit == "percent") & (numbers > _PERCENT),
        "is geen heel aantal; schrijf duizendtallen zonder punt": finite & (unit == "count") & (numbers % 1 != 0),
        "is oneindig; vul een getal in": ~finite & numbers.notna(),
    }
    raise_faults(
        SourceError,
        [f"{file}, rij {index}, kolom {column}: '{raw[index]}' {problem}."
         for problem, affected in problems.items() for index in raw.index[affected][:_OFFENDERS_SHOWN]],
    )  # fmt: skip
    return numbers


def _read_figures(table: FigureTable, path: Path) -> pd.DataFrame:
    raw = read_csv(path, table.separator)
    faults: list[str] = []
    columns: dict[str | None, str] = {}
    for stem in [table.code, *table.where, *([table.key, table.value] if table.key else [])]:
        with collected(faults):
            columns[stem] = _match_column(raw, str(stem), table.file)
    if faults:
        raise SourceError(faults + _wide_column_faults(table, raw))
    for stem, value in table.where.items():
        raw = raw[raw[columns[stem]] == value]
    if raw.empty:
        raise SourceError(f"{table.file}: geen rijen met {table.where}; verbeter het bestand of de instelling.")
    codes = clean_codes(raw[columns[table.code]])
    faults += _malformed_codes(table, raw[columns[table.code]], codes)
    if table.keys:
        figures = _long_figures(table, codes, raw[columns[table.key]], raw[columns[table.value]], faults)
    else:
        figures = _wide_figures(table, raw, codes, faults)
    return figures.assign(year=table.year, source=table.file)[list(FIGURES.columns)]


def _wide_column_faults(table: FigureTable, raw: pd.DataFrame) -> list[str]:
    faults: list[str] = []
    for one in table.columns.values():
        with collected(faults):
            _match_column(raw, one.column, table.file)
    return faults


def _malformed_codes(table: FigureTable, raw: pd.Series, codes: pd.Series) -> list[str]:
    return [
        f"{table.file}, rij {index}, kolom {table.code}: '{raw[index]}' is geen code van een gebied; verbeter deze."
        for index in codes.index[~is_any_code(codes)][:_OFFENDERS_SHOWN]
    ]


def _repeated(table: FigureTable, keys: pd.Series) -> list[str]:
    return [
        f"{table.file}, rij {index}: {keys[index]} komt meer dan eens voor; laat er één over."
        for index in keys.index[keys.duplicated()][:_OFFENDERS_SHOWN]
    ]


def _wide_figures(table: FigureTable, raw: pd.DataFrame, codes: pd.Series, faults: list[str]) -> pd.DataFrame:
    faults = [*faults, *_repeated(table, codes)]
    numbers: dict[str, pd.Series] = {}
    for variable, one in table.columns.items():
        with collected(faults):
            cells = raw[_match_column(raw, one.column, table.file)]
            numbers[variable] = _numbers(cells, one.column, table.file, one.unit)
    raise_faults(SourceError, faults)
    figures: dict[str, pd.DataFrame] = {}
    for variable, one in table.columns.items():
        figures[variable] = _interval(numbers[variable], one, figures).assign(area_code=codes, variable=variable)
    return pd.concat(figures.values(), ignore_index=True)


def _interval(numbers: pd.Series, column: FigureColumn, figures: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """Return value, low and high; a percentage of another figure becomes a count with the intervals multiplied.

    CBS gives no percentages where nobody lives: there the count is zero too.
    """
    frame = _rounded(numbers, column.rounding)
    if column.unit == "percent":
        frame = (frame / _PERCENT).clip(upper=1)
    if column.percent_of is not None:
        whole = figures[column.percent_of][["value", "low", "high"]]
        nobody = whole["value"] == 0
        frame = (frame * whole).mask(nobody, whole.assign(low=0.0))
    return frame


def _rounded(numbers: pd.Series, rounding: float) -> pd.DataFrame:
    """Return the interval of values that round to each number; rounding never hides a negative count."""
    half = rounding / 2
    return pd.DataFrame({"value": numbers, "low": (numbers - half).clip(lower=0), "high": numbers + half})


def _long_figures(
    table: FigureTable, codes: pd.Series, keys: pd.Series, values: pd.Series, faults: list[str]
) -> pd.DataFrame:
    wanted = keys.isin(list(table.keys))
    codes, keys, values = codes[wanted], keys[wanted], values[wanted]
    missing = [key for key in table.keys if key not in set(keys)]
    faults = [
        *faults,
        *(f"{table.file}, kolom {table.key}: waarde '{key}' ontbreekt; verbeter het bestand." for key in missing),
        *_repeated(table, codes + " " + keys),
    ]
    numbers = pd.Series(dtype="float64")
    with collected(faults):
        numbers = _numbers(values, str(table.value), table.file, "count")
    raise_faults(SourceError, faults)
    variables = keys.map(dict(table.keys)).astype("str")
    return _rounded(numbers, table.rounding or 0).assign(area_code=codes, variable=variables)
