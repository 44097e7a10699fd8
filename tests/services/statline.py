"""CSV tables of figures as tables of the CBS: with dimensions, groups, units and padded codes, to be served."""

import csv
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from tests.services.odata import ODataTable

Entry = dict[str, Any]


def odata_table(
    identifier: str,
    rows: Sequence[Mapping[str, Any]],
    dimensions: Mapping[str, str],
    *,
    title: str = "Proeftabel",
    period: str = "",
    units: Mapping[str, str] | None = None,
    groups: Mapping[str, str] | None = None,
) -> ODataTable:
    """Return a table with `rows`.

    Parameters
    ----------
    identifier
        Of the table.
    rows
        As the service gives them, but for their number.
    dimensions
        Type by key; all other columns are figures.
    title, period
        As `TableInfos` gives them.
    units, groups
        Unit, and title of the group, by column.
    """
    columns = [key for key in (rows[0] if rows else {}) if key not in dimensions]
    titles = list(dict.fromkeys((groups or {}).values()))
    properties: list[Entry] = [_property(kind, key, None, 0) for key, kind in dimensions.items()]
    properties += [_property("TopicGroup", "", None, 100 + number, title) for number, title in enumerate(titles)]
    for column in columns:
        parent = 100 + titles.index(groups[column]) if groups and column in groups else None
        properties.append({**_property("Topic", column, parent, 0), "Unit": (units or {}).get(column, "")})
    for number, one in enumerate(properties):
        one["Position"] = number
        one["ID"] = one["ID"] or number
    infos = {"ID": 0, "Identifier": identifier, "Title": title, "Period": period, "Modified": "2025-03-01T02:00:00"}
    entries = {key: _entries(key, kind, rows) for key, kind in dimensions.items()}
    return ODataTable(infos, [*properties], entries, [{"ID": number, **row} for number, row in enumerate(rows)])


def _property(kind: str, key: str, parent: int | None, number: int, title: str = "") -> Entry:
    shared = {"odata.type": f"Cbs.OData.{kind}", "ID": number, "Position": None, "ParentID": parent, "Type": kind}
    return {**shared, "Key": key, "Title": title or key, "Description": ""}


def _entries(key: str, kind: str, rows: Iterable[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    more = {"Status": "Definitief"} if kind == "TimeDimension" else {}
    return [
        {"Key": value, "Title": str(value).strip(), "Description": "", "CategoryGroupID": None, **more}
        for value in dict.fromkeys(str(row[key]) for row in rows)
    ]


def csv_table(
    path: Path,
    identifier: str,
    dimensions: Mapping[str, str],
    *,
    codes: str,
    period: str = "",
    kept_as_text: bool = False,
) -> ODataTable:
    """Return a CSV file as a table of the CBS: missing as null, numbers as numbers, codes of areas padded.

    Parameters
    ----------
    path
        The file.
    identifier
        Of the table.
    dimensions
        Type by column; all others are figures.
    codes
        Which dimension holds the areas; a bare postcode becomes ``PC8261  ``.
    period
        As `TableInfos` gives it.
    kept_as_text
        Figures as the text that they are in the file, as the untyped rows of the service are.
    """
    with path.open(encoding="utf-8-sig", newline="") as lines:
        found = [{key: value for key, value in row.items() if key != "ID"} for row in csv.DictReader(lines)]
    rows: list[Entry] = []
    for row in found:
        code = row[codes].strip()
        figures = {
            key: value if kept_as_text else _number(value) for key, value in row.items() if key not in dimensions
        }
        padded = f"PC{code}" if code.isdigit() else code
        rows.append({**{key: row[key] for key in dimensions}, **figures, codes: padded.ljust(10)})
    return odata_table(identifier, rows, dimensions, period=period)


def _number(text: str) -> float | int | str | None:
    if text.strip() in {"", ".", "-99997", "-99997.0"}:
        return None
    try:
        number = float(text)
    except ValueError:
        return text
    return int(number) if number == int(number) else number
