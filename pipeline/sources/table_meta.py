"""What the CBS tells of a table beside its rows: title, year, columns with their units and groups, dimensions."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from pipeline.errors import SourceError
from pipeline.sources.csv_rows import columns_named, match_column

DIMENSIONS = frozenset({"Dimension", "TimeDimension", "GeoDimension", "GeoDetail"})
"""Types of the columns that tell rows apart."""
_GROUP = "TopicGroup"
_UNITS = {"count": "aantal", "percent": "%", "thousand": "x 1 000", "kilometre": "km"}
"""How the CBS writes the units that can be read."""
_NO_SUCH_UNIT = ("per ", "euro", "1 000 euro", "x 1 000 euro", "mln", "m3", "kwh")
"""How units begin that no setting reads: figures that are none of people, homes or shares."""


@dataclass(frozen=True)
class TableMeta:
    """What is told of a table.

    Parameters
    ----------
    infos
        `TableInfos`: identifier, title, period, moment of the last change.
    properties
        `DataProperties`: a dimension, a column or a group of columns each.
    dimensions
        The values that each dimension can take, where they were asked for.
    year
        The year that the rows describe.
    query
        The filter with which the rows were asked.
    """

    infos: Mapping[str, Any]
    properties: Sequence[Mapping[str, Any]]
    dimensions: Mapping[str, Sequence[Mapping[str, Any]]]
    year: int
    query: str

    @property
    def dimension_keys(self) -> list[str]:
        """The columns that together tell one row from another."""
        return [str(one["Key"]) for one in self.properties if one.get("Type") in DIMENSIONS]

    def unit_of(self, key: str) -> str:
        """Return the unit of a column; empty where the table does not say."""
        return str(self._property(key).get("Unit") or "").strip()

    def groups_of(self, key: str) -> list[str]:
        """Return the titles of the groups that a column is in, the nearest first."""
        return list(self._titles_above(self._property(key)))

    def _titles_above(self, one: Mapping[str, Any]) -> Iterator[str]:
        groups = {group.get("ID"): group for group in self.properties if group.get("Type") == _GROUP}
        while (parent := groups.pop(one.get("ParentID"), None)) is not None:
            yield str(parent.get("Title") or "").strip()
            one = parent

    def _property(self, key: str) -> Mapping[str, Any]:
        return next((one for one in self.properties if one.get("Key") == key and one.get("Type") != _GROUP), {})


def meta_name(file: str) -> str:
    """Return the name of the file with what is told of a table, beside that table."""
    return f"{file}.meta.json"


def write_meta(meta: TableMeta, path: Path) -> None:
    """Write what is told of a table."""
    text = json.dumps(vars(meta), ensure_ascii=False, indent=1) + "\n"
    path.write_text(text, encoding="utf-8", newline="\n")


def read_meta(folder: Path, file: str) -> TableMeta | None:
    """Read what is told of a table; None where nothing is, as with a file of the user.

    Raises
    ------
    SourceError
        If it cannot be read.
    """
    path = folder / meta_name(file)
    if not path.is_file():
        return None
    try:
        return TableMeta(**json.loads(path.read_text(encoding="utf-8")))
    except (ValueError, TypeError):
        raise SourceError(f"{path.name}: is beschadigd; haal de tabel opnieuw op met --force.") from None


def find_column(
    raw: pd.DataFrame,
    stem: str,
    file: str,
    meta: TableMeta | None,
    *,
    group: str | None = None,
    unit: str | None = None,
) -> str:
    """Return the one column of a name, and where that repeats of a group.

    Raises
    ------
    SourceError
        If none or more than one fits, if groups are not known, or if the table says that it is in another unit.
    """
    column = _the_one(raw, stem, file, meta, group)
    found = meta.unit_of(column) if meta else ""
    if unit is not None and _is_another(found, unit):
        raise SourceError(
            f"{file}: kolom {stem} is in '{found}', en de instelling verwacht '{_UNITS[unit]}'; verbeter unit of "
            "kies een andere kolom."
        )
    return column


def _is_another(found: str, unit: str) -> bool:
    """Say whether a unit as the table writes it is certainly not that of the settings; words of its own may be."""
    written = " ".join(found.lower().replace("×", "x").replace("1000", "1 000").split())
    others = [known for name, known in _UNITS.items() if name != unit]
    return written in others or written.startswith(_NO_SUCH_UNIT)


def _the_one(raw: pd.DataFrame, stem: str, file: str, meta: TableMeta | None, group: str | None) -> str:
    found = columns_named(raw.columns, stem)
    if group is None and (meta is None or len(found) < 2):
        return match_column(raw, stem, file)
    if meta is None:
        raise SourceError(
            f"{file}, kolom {stem}: groepen staan niet in een los bestand; noem de kolom met haar nummer en laat group "
            "weg."
        )
    fitting = [one for one in found if group is None or group in meta.groups_of(one)]
    if len(fitting) == 1:
        return fitting[0]
    shown = ", ".join(f"{one} ({' < '.join(meta.groups_of(one)) or 'geen groep'})" for one in found) or "geen"
    where = "" if group is None else f" in groep {group}"
    problem = f"ontbreekt{where}" if not fitting else f"komt{where} meer dan eens voor"
    raise SourceError(f"{file}: kolom {stem} {problem} (wel aanwezig: {shown}); verbeter column of group.")
