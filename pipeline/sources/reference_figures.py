"""What CBS publishes on the nearness of facilities per area, to hold the map against."""

from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from pipeline.config.params import LimitSettings
from pipeline.config.sources import ReferenceTable
from pipeline.errors import SourceError, collected, raise_faults
from pipeline.sources.codes import clean_codes, is_any_code, is_larger_area
from pipeline.sources.csv_rows import match_column, read_csv, show_rows
from pipeline.sources.figure_numbers import OFFENDERS_SHOWN, read_numbers, repeated, rounded, year_of
from pipeline.sources.table_meta import TableMeta, find_column, read_meta

_COLUMNS = ["area_code", "category", "measure", "value", "low", "high", "year", "source"]


def read_reference(tables: Sequence[ReferenceTable], folder: Path, limits: LimitSettings) -> pd.DataFrame:
    """Read what CBS publishes on the nearness of facilities, of every area of every table.

    Returns
    -------
    area_code, category, measure, value, low, high, year, source: km over car roads and numbers of facilities, with the
    lowest and highest value that CBS's rounding allows; missing where unknown or secret. An area has a measure once.

    Raises
    ------
    SourceError
        With every fault of every table: columns missing, codes malformed or twice, numbers that cannot be.
    """
    frames: list[pd.DataFrame] = []
    faults: list[str] = []
    for table in tables:
        with collected(faults):
            frames.append(_read_reference(table, folder / table.file, limits))
    raise_faults(SourceError, faults)
    found = pd.concat(frames, ignore_index=True) if frames else pd.DataFrame(columns=_COLUMNS)
    twice = found[found.duplicated(["area_code", "category", "measure"])]
    raise_faults(
        SourceError,
        [f"{row.source}: {row.measure} van {row.category} voor {row.area_code} staat in meer dan één tabel; kies er "
         "één." for row in twice.head(OFFENDERS_SHOWN).itertuples()],
    )  # fmt: skip
    return found


def _read_reference(table: ReferenceTable, path: Path, limits: LimitSettings) -> pd.DataFrame:
    raw, meta = read_csv(path, table.separator), read_meta(path.parent, table.file)
    for stem, value in table.where.items():
        raw = raw[raw[match_column(raw, stem, table.file)] == value]
    column = match_column(raw, table.code, table.file)
    raw = raw[~is_larger_area(clean_codes(raw[column]))]
    codes = clean_codes(raw[column])
    malformed = codes.index[~is_any_code(codes)]
    if raw.empty or len(malformed):
        problem = f"'{raw.loc[malformed[0], column]}' is geen code van een gebied" if len(raw) else "geen rijen"
        raise SourceError(
            f"{table.file}, rij {show_rows(malformed)}, kolom {table.code}: {problem}; verbeter het bestand."
        )
    measures = _measures(table, raw, meta, codes, limits)
    return measures.assign(year=year_of(table, meta), source=table.file)[_COLUMNS]


def _measures(
    table: ReferenceTable, raw: pd.DataFrame, meta: TableMeta | None, codes: pd.Series, limits: LimitSettings
) -> pd.DataFrame:
    """Return every measure of every area, as an interval."""
    faults = repeated(table, codes)
    frames = []
    for category, measures in table.columns.items():
        for measure, stem in measures.items():
            is_km = measure == "mean_km"
            unit, most = ("kilometer", limits.largest_km) if is_km else ("voorzieningen", limits.largest_within_count)
            with collected(faults):
                cells = raw[find_column(raw, stem, table.file, meta, unit="kilometre" if is_km else "count")]
                interval = rounded(read_numbers(cells, stem, table.file, unit, most), table.rounding)
                frames.append(interval.assign(area_code=codes, category=category, measure=measure))
    raise_faults(SourceError, faults)
    return pd.concat(frames, ignore_index=True)
