"""Figures per area from CBS-style tables: wide or long, with codes padded and missing values in CBS's ways."""

from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from pipeline.config.params import LimitSettings
from pipeline.config.sources import FigureColumn, FigureTable
from pipeline.contracts import FIGURES
from pipeline.errors import SourceError, collected, raise_faults
from pipeline.sources.codes import clean_codes, is_any_code, is_larger_area, level_of
from pipeline.sources.csv_rows import read_csv, show_rows
from pipeline.sources.figure_numbers import OFFENDERS_SHOWN, read_numbers, repeated, rounded, year_of
from pipeline.sources.table_meta import TableMeta, find_column, read_meta

_PERCENT = 100
_THOUSAND = 1000
_PART_OF_INHABITANTS = "inhabitants_"


def read_figures(tables: Sequence[FigureTable], folder: Path, limits: LimitSettings) -> pd.DataFrame:
    """Read all tables of figures from `folder` into one long table; beyond `limits` a figure is impossible.

    Returns
    -------
    Figures as `contracts.FIGURES` has them: each with the lowest and highest value that CBS's rounding allows. Unknown
    and secret figures are rows with a missing value.

    Raises
    ------
    SourceError
        With every fault of every file: unreadable, columns missing or not unique, codes malformed or twice, text, a
        negative or an impossible number for a figure.
    """
    frames: list[pd.DataFrame] = []
    faults: list[str] = []
    for table in tables:
        with collected(faults):
            frames.append(_read_figures(table, folder / table.file, limits))
    raise_faults(SourceError, faults)
    figures = pd.concat(frames, ignore_index=True)
    twice = figures[figures.duplicated(list(FIGURES.key))]
    raise_faults(
        SourceError,
        [f"{row.source}: cijfer {row.variable} van {row.area_code} staat in meer dan één tabel; kies er één."
         for row in twice.head(OFFENDERS_SHOWN).itertuples()],
    )  # fmt: skip
    return figures


def _read_figures(table: FigureTable, path: Path, limits: LimitSettings) -> pd.DataFrame:
    return figures_of_rows(table, read_csv(path, table.separator), limits, read_meta(path.parent, table.file))


def figures_of_rows(
    table: FigureTable, raw: pd.DataFrame, limits: LimitSettings, meta: TableMeta | None = None
) -> pd.DataFrame:
    """Return the figures in rows of text, as `read_figures` does of a file; `meta` as it came from the CBS.

    Raises
    ------
    SourceError
        With every fault of the rows.
    """
    faults: list[str] = []
    columns: dict[str | None, str] = {}
    for stem in [table.code, *table.where, *([table.key, table.value] if table.key else [])]:
        with collected(faults):
            unit = "count" if stem == table.value else None
            columns[stem] = find_column(raw, str(stem), table.file, meta, unit=unit)
    if faults:
        raise SourceError(faults + _wide_column_faults(table, raw, meta))
    for stem, value in table.where.items():
        raw = raw[raw[columns[stem]] == value]
    raw = raw[~is_larger_area(clean_codes(raw[columns[table.code]]))]
    if raw.empty:
        chosen = " en ".join(f"{stem} {value}" for stem, value in table.where.items()) or "een code van een gebied"
        raise SourceError(f"{table.file}: geen rijen met {chosen}; verbeter het bestand of de instelling.")
    codes = clean_codes(raw[columns[table.code]])
    most = level_of(codes).map(dict(limits.largest_count)).astype("float64")
    with collected(faults):
        _require_codes(table, raw[columns[table.code]], codes)
    if table.keys:
        figures = _long_figures(table, codes, raw[columns[table.key]], raw[columns[table.value]], most, faults)
    else:
        figures = _wide_figures(table, raw, meta, codes, most, faults)
    return figures.assign(year=year_of(table, meta), source=table.file)[list(FIGURES.columns)]


def _wide_column_faults(table: FigureTable, raw: pd.DataFrame, meta: TableMeta | None) -> list[str]:
    faults: list[str] = []
    for one in table.columns.values():
        with collected(faults):
            find_column(raw, one.column, table.file, meta, group=one.group, unit=one.unit)
    return faults


def _require_codes(table: FigureTable, raw: pd.Series, codes: pd.Series) -> None:
    malformed = codes.index[~is_any_code(codes)]
    if len(malformed):
        raise SourceError(
            f"{table.file}, rij {show_rows(malformed)}, kolom {table.code}: '{raw[malformed[0]]}' is geen code van een "
            "gebied; verbeter deze."
        )


def _wide_figures(
    table: FigureTable, raw: pd.DataFrame, meta: TableMeta | None, codes: pd.Series, most: pd.Series, faults: list[str]
) -> pd.DataFrame:
    faults = [*faults, *repeated(table, codes)]
    units: dict[str, tuple[str, float | pd.Series]] = {
        "percent": ("procent", float(_PERCENT)),
        "thousand": ("duizend", most / _THOUSAND),
        "count": ("aantal", most),
    }
    numbers: dict[str, pd.Series] = {}
    for variable, one in table.columns.items():
        with collected(faults):
            cells = raw[find_column(raw, one.column, table.file, meta, group=one.group, unit=one.unit)]
            unit, limit = units[one.unit]
            numbers[variable] = read_numbers(cells, one.column, table.file, unit, limit)
    raise_faults(SourceError, faults)
    figures: dict[str, pd.DataFrame] = {}
    for variable, one in table.columns.items():
        figures[variable] = _interval(numbers[variable], one, figures).assign(area_code=codes, variable=variable)
    raise_faults(SourceError, _parts_above_whole(table, figures))
    return pd.concat(figures.values(), ignore_index=True)


def _parts_above_whole(table: FigureTable, figures: dict[str, pd.DataFrame]) -> list[str]:
    """Return a fault for every figure ``inhabitants_...`` that is more than all inhabitants, whatever the rounding."""
    faults = []
    for variable in (name for name in figures if name.startswith(_PART_OF_INHABITANTS) and "inhabitants" in figures):
        rows = figures[variable].index[figures[variable]["low"] > figures["inhabitants"]["high"]]
        if len(rows):
            part, whole = table.columns[variable].column, table.columns["inhabitants"].column
            faults.append(
                f"{table.file}, rij {show_rows(rows)}, kolom {part}: is meer dan alle inwoners (kolom {whole}); "
                "verbeter de getallen."
            )
    return faults


def _interval(numbers: pd.Series, column: FigureColumn, figures: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """Return value, low and high; a percentage of another figure becomes a count with the intervals multiplied.

    CBS gives no percentages where nobody lives: there the count is zero too.
    """
    frame = rounded(numbers, column.rounding)
    if column.unit == "percent":
        frame = (frame / _PERCENT).clip(upper=1)
    elif column.unit == "thousand":
        frame = frame * _THOUSAND
    if column.percent_of is not None:
        whole = figures[column.percent_of][["value", "low", "high"]]
        nobody = whole["value"] == 0
        frame = (frame * whole).mask(nobody, whole.assign(low=0.0))
    return frame


def _long_figures(
    table: FigureTable, codes: pd.Series, keys: pd.Series, values: pd.Series, most: pd.Series, faults: list[str]
) -> pd.DataFrame:
    wanted = keys.isin(list(table.keys))
    codes, keys, values, most = codes[wanted], keys[wanted], values[wanted], most[wanted]
    faults = [*faults, *repeated(table, codes + " " + keys)]
    faults += _missing_keys(table, codes, keys) if not faults else []
    numbers = pd.Series(dtype="float64")
    with collected(faults):
        numbers = read_numbers(values, str(table.value), table.file, "aantal", most)
    raise_faults(SourceError, faults)
    variables = keys.map(dict(table.keys)).astype("str")
    return rounded(numbers, table.rounding or 0).assign(area_code=codes, variable=variables)


def _missing_keys(table: FigureTable, codes: pd.Series, keys: pd.Series) -> list[str]:
    """Return a fault for every key that an area lacks: a row left out may mean zero or unknown."""
    faults = []
    for key in table.keys:
        without = sorted(set(codes) - set(codes[keys == key]))
        if len(without) == codes.nunique():
            faults.append(f"{table.file}, kolom {table.key}: waarde '{key}' ontbreekt; verbeter het bestand.")
        elif without:
            faults.append(
                f"{table.file}, kolom {table.key}: waarde '{key}' ontbreekt bij {show_rows(without)}; vul de rijen "
                "aan, met een punt waar het aantal onbekend is."
            )
    return faults
