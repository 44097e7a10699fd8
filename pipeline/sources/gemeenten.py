"""All gemeenten of a year with their provincie, asked of the CBS: table "Gebieden in Nederland", OData 3."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pipeline.config.gemeenten import GemeenteTables
from pipeline.errors import SourceError
from pipeline.sources.web import Web

_GROUPS = {"name": "gemeenten", "provincie": "provincies"}
"""Words in the titles of the groups of columns; each group has a column of names."""
_NAME = "Naam"


@dataclass(frozen=True)
class Gemeente:
    """A gemeente: code, name and provincie as CBS writes them."""

    code: str
    name: str
    provincie: str


def read_gemeenten(web: Web, settings: GemeenteTables) -> list[Gemeente]:
    """Return all gemeenten of the last year in `settings`, by code.

    Raises
    ------
    SourceError
        If the service does not give them, or not in the shape that is known.
    """
    year = max(settings.tables)
    table = f"ODataApi/odata/{settings.tables[year]}"
    keys = _name_columns(_values(web, settings.service, f"{table}/DataProperties", {}), table)
    select = {"$select": ",".join(["RegioS", *keys.values()])}
    rows = _values(web, settings.service, f"{table}/TypedDataSet", select)
    try:
        found = [
            Gemeente(str(row["RegioS"]).strip(), *(str(row[keys[name]]).strip() for name in ("name", "provincie")))
            for row in rows
        ]
    except KeyError as error:
        raise _misshapen(table, f"kolom {error} ontbreekt") from None
    gemeenten = [one for one in found if one.code.startswith("GM")]
    if not gemeenten:
        raise _misshapen(table, "er staat geen gemeente in")
    return sorted(gemeenten, key=lambda one: one.code)


def _values(web: Web, service: str, path: str, more: Mapping[str, str]) -> Sequence[Mapping[str, Any]]:
    content = web.json(service, path, {"$format": "json", **more})
    values = content.get("value") if isinstance(content, dict) else None
    if not isinstance(values, list) or not all(isinstance(one, dict) for one in values):
        raise _misshapen(path, "er is geen lijst value")
    return values


def _name_columns(properties: Sequence[Mapping[str, Any]], table: str) -> dict[str, str]:
    """Return the keys of the columns with the names of gemeente and provincie: their numbers differ per year."""
    keys = {}
    for wanted, word in _GROUPS.items():
        groups = [one.get("ID") for one in properties if word in str(one.get("Title", "")).lower().split()]
        columns = [one["Key"] for one in properties if one.get("ParentID") in groups and one.get("Title") == _NAME]
        if not columns:
            raise _misshapen(table, f"een kolom {_NAME} in de groep {word} ontbreekt")
        keys[wanted] = str(columns[0])
    return keys


def _misshapen(place: str, what: str) -> SourceError:
    return SourceError(
        f"{place}: {what}, anders dan bekend is van deze tabel; noem de gemeenten met hun code (GM0118) of kies een "
        "ander jaar bij gemeente_tables in config/gemeenten.yaml."
    )
