"""Tables that people keep: a CSV, workbook or GeoPackage, every cell as text, rows as a spreadsheet counts them."""

import datetime
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import openpyxl
import pandas as pd
import pyogrio
from pyproj.exceptions import ProjError

from pipeline.contracts import CRS
from pipeline.errors import SourceError, raise_faults
from pipeline.sources.csv_rows import distinct, read_csv

_SEPARATORS = (";", "\t", ",")
_ERROR, _TRUTH = "e", {True: "ja", False: "nee"}


def read_sheet(path: Path, *, sheet: str | None = None, heading_row: int = 1) -> gpd.GeoDataFrame:
    """Read a table.

    Parameters
    ----------
    path
        A file whose name ends in ``.csv``, ``.xlsx`` or ``.gpkg``.
    sheet
        Sheet of a workbook or layer of a GeoPackage; needed where there are several.
    heading_row
        Row of the headings, counted from 1.

    Returns
    -------
    A column of text per heading (empty: nothing there) and a geometry (point in EPSG:28992; missing where the file has
    none); the index is the row as a spreadsheet counts it, in a GeoPackage the place in the layer. Rows without any
    text are left out.

    Raises
    ------
    SourceError
        If the file cannot be read, the sheet is not there or not named, or a cell holds an error or a formula without
        its result.
    """
    if path.suffix == ".gpkg":
        return _read_layer(path, sheet)
    cells = _read_csv(path, heading_row) if path.suffix == ".csv" else _read_workbook(path, sheet, heading_row)
    named = cells[[name for name in cells.columns if name and (not name.startswith(".") or (cells[name] != "").any())]]
    filled = named[(named != "").any(axis=1)]
    return gpd.GeoDataFrame(filled, geometry=_nowhere(filled.index), crs=CRS)


def as_text(value: Any) -> str:
    r"""Return a cell as one line of text; whole numbers without a point, and nothing that a terminal would obey.

    Examples
    --------
    >>> as_text(12.0), as_text(52.5), as_text(None), as_text(" Dorpshuis\n De Gouw ")
    ('12', '52.5', '', 'Dorpshuis De Gouw')
    """
    if value is None or value is pd.NaT:
        return ""
    if isinstance(value, bool):
        return _TRUTH[value]
    if isinstance(value, float):
        return "" if pd.isna(value) else f"{value:.0f}" if value.is_integer() else repr(value)
    if isinstance(value, datetime.datetime):
        return value.isoformat(sep=" ")
    return "".join(one for one in " ".join(str(value).split()) if one.isprintable())


def _read_csv(path: Path, heading_row: int) -> pd.DataFrame:
    text = path.read_text(encoding="utf-8-sig", errors="replace")
    heading = (text.splitlines() or [""])[heading_row - 1 : heading_row]
    counts = {one: "".join(heading).count(one) for one in _SEPARATORS}
    separator = max(counts, key=lambda one: counts[one]) if any(counts.values()) else ","
    cells = read_csv(path, separator, by_hand=True, heading_row=heading_row)
    cells.columns = pd.Index([" ".join(name.split()) for name in cells.columns])
    return cells.map(as_text)


@contextmanager
def _readable(path: Path, what: str) -> Iterator[None]:
    """Turn what a library raises on a damaged file, which can be anything, into one sentence."""
    try:
        with warnings.catch_warnings(action="ignore"):
            yield
    except SourceError:
        raise
    except Exception:
        raise SourceError(
            f"{path.name}: niet leesbaar als {what}; open het, bewaar het opnieuw als {what}, of zet er een gave kopie "
            "neer."
        ) from None


def _read_workbook(path: Path, sheet: str | None, heading_row: int) -> pd.DataFrame:
    with _readable(path, "Excel-werkmap (.xlsx)"):
        shown, written = (_rows_of(path, sheet, data_only=data_only) for data_only in (True, False))
    rows = shown[heading_row - 1 :]
    if not rows or not any(as_text(value) for value, _ in rows[0]):
        raise SourceError(
            f"{path.name}: rij {heading_row} heeft geen kop; zet de kolomnamen daar of verbeter heading_row."
        )
    headings = distinct([as_text(value) for value, _ in rows[0]])
    raise_faults(SourceError, _cell_faults(path.name, headings, rows, written[heading_row - 1 :], heading_row))
    width = len(headings)
    cells = [[as_text(value) for value, _ in row[:width]] + [""] * (width - len(row)) for row in rows[1:]]
    numbers = range(heading_row + 1, heading_row + 1 + len(cells))
    return pd.DataFrame(cells, index=list(numbers), columns=headings, dtype="str")


_Cell = tuple[Any, str]
"""The value of a cell, and the letter that says of which kind it is."""


def _rows_of(path: Path, sheet: str | None, *, data_only: bool) -> list[list[_Cell]]:
    book = openpyxl.load_workbook(path, read_only=True, data_only=data_only)
    try:
        name = _chosen(path.name, "blad", [one.title for one in book.worksheets], sheet)
        found = book[name]
        # What the file says of its own size is often wrong.
        found.reset_dimensions()
        return [[(one.value, one.data_type) for one in row] for row in found.iter_rows()]
    finally:
        book.close()


def _chosen(file: str, kind: str, present: Sequence[str], wanted: str | None) -> str:
    if wanted is None and len(present) == 1:
        return present[0]
    if wanted in present:
        return str(wanted)
    shown = ", ".join(map(as_text, present)) or "geen"
    if wanted is None:
        raise SourceError(f"{file}: heeft niet één {kind} ({shown}); kies er één met sheet.")
    raise SourceError(f"{file}: {kind} {wanted} ontbreekt (wel aanwezig: {shown}); verbeter het bestand of sheet.")


def _cell_faults(
    file: str, headings: Sequence[str], shown: Sequence[Sequence[_Cell]], written: Sequence[Sequence[_Cell]], first: int
) -> list[str]:
    faults = []
    for number, (row, source) in enumerate(zip(shown, written, strict=True), start=first):
        for heading, (value, kind), (formula, _) in zip(headings, row, source, strict=False):
            place = f"{file}, rij {number}, kolom {heading or 'zonder kop'}"
            if kind == _ERROR:
                faults.append(f"{place}: bevat de foutmelding {as_text(value)}; herstel de cel.")
            elif value is None and isinstance(formula, str) and formula.startswith("="):
                faults.append(f"{place}: bevat een formule zonder uitkomst; open en bewaar het bestand in Excel.")
    return faults


def _read_layer(path: Path, sheet: str | None) -> gpd.GeoDataFrame:
    with _readable(path, "GeoPackage"):
        layer = _chosen(path.name, "laag", [str(name) for name, _ in pyogrio.list_layers(path)], sheet)
        raw = pyogrio.read_dataframe(path, layer=layer)
        cells = pd.DataFrame(raw.drop(columns="geometry", errors="ignore")).map(as_text)
        cells.index = pd.RangeIndex(1, len(cells) + 1)
        cells.columns = pd.Index([" ".join(str(name).split()) for name in cells.columns])
        points = _points_of(path.name, raw)
    return gpd.GeoDataFrame(cells, geometry=points.set_axis(cells.index), crs=CRS)


def _points_of(file: str, raw: pd.DataFrame) -> gpd.GeoSeries:
    """Return the middle of every shape in EPSG:28992; missing where a row has none."""
    if not isinstance(raw, gpd.GeoDataFrame):
        return _nowhere(raw.index)
    if raw.crs is None:
        raise SourceError(f"{file}: coördinatenstelsel ontbreekt; geef het bestand het stelsel {CRS} (RD).")
    try:
        shapes = raw.geometry.to_crs(CRS)
    except ProjError:
        raise SourceError(
            f"{file}: coördinatenstelsel {raw.crs.name} is niet om te rekenen; geef het het stelsel {CRS} (RD)."
        ) from None
    return shapes.centroid.where(~shapes.is_empty)


def _nowhere(index: pd.Index) -> gpd.GeoSeries:
    return gpd.GeoSeries(np.full(len(index), None), index=index, crs=CRS)
