"""Tables of figures from the CBS: rows as they came, with what is told of them and what changed since the last time."""

import csv
from collections.abc import Mapping, Sequence
from pathlib import Path

import pandas as pd

from pipeline.config.sources import CbsTable, FigureSettings, FigureTable, ReferenceTable
from pipeline.errors import SourceError
from pipeline.sources.cbs.differences import Change, compare_tables, differences_name, summary, write_changes
from pipeline.sources.cbs.filters import area_codes, row_filter
from pipeline.sources.cbs.odata import Row, Table
from pipeline.sources.cbs.questions import other_dimensions, question
from pipeline.sources.csv_rows import read_csv, show_rows
from pipeline.sources.fetching import Live, Received
from pipeline.sources.table_meta import TableMeta, meta_name, read_meta, write_meta
from pipeline.sources.web import Web

_Sort = FigureTable | ReferenceTable


def live_tables(figures: FigureSettings, gemeenten: Mapping[str, str], web: Web, earlier: Path) -> list[Live]:
    """Return the tables of figures that the settings say how to ask the CBS for.

    Parameters
    ----------
    figures
        All tables; those without ``cbs`` are the user's.
    gemeenten
        Of the region: names by code.
    web
        The way to the services.
    earlier
        Folder with the earlier snapshot: what a later release changes is told and written beside the table.
    """
    if figures.origin != "services":
        return []
    return [_live(one, one.cbs, gemeenten, web, earlier) for one in figures.files if one.cbs is not None]


def _live(table: _Sort, cbs: CbsTable, gemeenten: Mapping[str, str], web: Web, earlier: Path) -> Live:
    codes = cbs.codes or area_codes(list(gemeenten))
    keys = sorted(table.keys) if isinstance(table, FigureTable) else []
    request = {
        "service": cbs.service,
        "address": web.service(cbs.service).address,
        "table": cbs.table,
        "dimension": table.code,
        "codes": codes,
        "year": table.year,
        "reference_date": table.reference_date,
        "where": table.where,
        "keys": keys,
    }
    source = Table(web, cbs.service, cbs.table)
    return Live(table, request, lambda folder: _get(table, source, codes, folder, earlier))


def _get(table: _Sort, source: Table, codes: Sequence[str], folder: Path, earlier: Path) -> Received:
    """Ask for a table and write it into `folder`."""
    infos = next(iter(source.entries("TableInfos")), {})
    properties = source.entries("DataProperties")
    dimensions = {key: source.entries(key) for key in other_dimensions(table, properties)}
    asked = question(table, infos, properties, dimensions)
    rows = source.rows(table.code, codes, asked.fixed)
    meta = TableMeta(infos, properties, dimensions, asked.year, row_filter(table.code, codes, asked.fixed))
    _require_areas(table, source, codes, rows)
    _write_rows(rows, folder / table.file)
    write_meta(meta, folder / meta_name(table.file))
    source.web.tell(f"{table.file}: {len(rows)} rijen van {source.place} over {asked.year}.")
    beside = (meta_name(table.file), *_tell_differences(table, meta, folder, earlier, source.web))
    return Received(table.reference_date or f"{asked.year}-01-01", len(rows), beside)


def _require_areas(table: _Sort, source: Table, codes: Sequence[str], rows: Sequence[Row]) -> None:
    """Let no gemeente, or other wanted beginning of codes, be without rows."""
    present = {str(row.get(table.code)).strip() for row in rows}
    missing = [
        code
        for code in codes
        if code[:2] not in {"WK", "BU"} and not any(_is_within(one, code) for one in present)
    ]  # fmt: skip
    if missing:
        raise SourceError(
            f"{table.file}: {source.place} heeft geen rijen voor {show_rows(missing)}; bestond de gemeente al in het "
            "jaar van de tabel, en hoort de code erbij? Kies een tabel van een ander jaar of verbeter de instelling."
        )


def _is_within(area: str, code: str) -> bool:
    return area.startswith(code) or (code[:2] == "GM" and area[:2] in {"WK", "BU"} and area[2:6] == code[2:6])


def _write_rows(rows: Sequence[Row], path: Path) -> None:
    """Write rows as they came, what is missing as nothing."""
    columns = list(dict.fromkeys(key for row in rows for key in row))
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, columns, lineterminator="\n")
        writer.writeheader()
        writer.writerows(dict(row) for row in rows)


def _tell_differences(table: _Sort, meta: TableMeta, folder: Path, earlier: Path, web: Web) -> list[str]:
    """Tell what differs from the earlier answer to the same question, and write it beside the table."""
    try:
        before = read_meta(earlier, table.file)
        if before is None or before.infos.get("Identifier") != meta.infos.get("Identifier"):
            return []
        if before.year != meta.year:
            web.tell(f"{table.file}: gaat nu over {meta.year} in plaats van {before.year}.")
        if before.query != meta.query:
            return []
        changes = _changes(meta, *(read_csv(one / table.file, ",") for one in (earlier, folder)))
    except (SourceError, OSError):
        web.tell(f"{table.file}: de vorige tabel is niet meer leesbaar, dus verschillen zijn niet bepaald.")
        return []
    if not changes:
        return []
    name = differences_name(table.file)
    write_changes(changes, folder / name)
    web.tell(
        f"{table.file}: de tabel is gewijzigd sinds de vorige keer ({_release(before)} wordt {_release(meta)}): "
        f"{summary(changes)}; alle verschillen staan in {name}."
    )
    return [name]


def _changes(meta: TableMeta, before: pd.DataFrame, after: pd.DataFrame) -> list[Change]:
    key = [one for one in meta.dimension_keys if one in before.columns and one in after.columns]
    return compare_tables(before, after, key)


def _release(meta: TableMeta) -> str:
    return str(meta.infos.get("Modified") or "uitgave onbekend")[:10]
