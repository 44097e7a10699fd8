"""What is asked of a table: which rows, of which year; worked out from the settings and what the table tells."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pipeline.config.sources import FigureTable, ReferenceTable
from pipeline.errors import SourceError, raise_faults
from pipeline.sources.csv_rows import show_rows
from pipeline.sources.table_meta import DIMENSIONS

Row = Mapping[str, Any]

_WHOLE_YEAR = re.compile(r"^(\d{4})JJ00$")
_YEAR = re.compile(r"(?<!\d)((?:19|20)\d\d)(?!\d)")


@dataclass(frozen=True)
class Question:
    """Which rows.

    Parameters
    ----------
    fixed
        The values wanted per dimension other than that of the areas, padded as the service writes them.
    year
        The year that the rows describe.
    """

    fixed: Mapping[str, Sequence[str]]
    year: int


def other_dimensions(table: FigureTable | ReferenceTable, properties: Sequence[Row]) -> list[str]:
    """Return the dimensions of a table other than that of the areas.

    Raises
    ------
    SourceError
        If the table has no dimension with areas by the name in the settings.
    """
    present = [str(one.get("Key")) for one in properties if one.get("Type") in DIMENSIONS]
    if table.code not in present:
        raise SourceError(
            f"{table.file}: code {table.code} is geen dimensie van de tabel (wel: {', '.join(present)}); verbeter code."
        )
    return [key for key in present if key != table.code]


def question(
    table: FigureTable | ReferenceTable, infos: Row, properties: Sequence[Row], dimensions: Mapping[str, Sequence[Row]]
) -> Question:
    """Return what to ask: a value of every dimension that has more than one, and the year.

    Raises
    ------
    SourceError
        With every value or period that the table lacks, every dimension of which none is chosen, and a year that is not
        that of the table.
    """
    time = {str(one["Key"]) for one in properties if one.get("Type") == "TimeDimension"}
    fixed: dict[str, list[str]] = {}
    faults: list[str] = []
    for dimension, entries in dimensions.items():
        keys = {str(one["Key"]).strip(): str(one["Key"]) for one in entries}
        wanted = _wanted(table, dimension, list(keys), is_time=dimension in time)
        missing = [value for value in wanted if value not in keys]
        if not wanted:
            faults.append(f"{table.file}: kies bij where een waarde van {dimension}: {_choice(entries)}.")
        elif missing:
            faults.append(
                f"{table.file}: {dimension} kent geen waarde {', '.join(missing)} (wel: {_choice(entries)}); verbeter "
                "de instelling of kies een andere tabel."
            )
        elif len(keys) > 1:
            fixed[dimension] = [keys[value] for value in wanted]
    raise_faults(SourceError, faults)
    periods = [keys[0] for dimension, keys in fixed.items() if dimension in time]
    periods += [str(dimensions[key][0]["Key"]) for key in time if key not in fixed]
    return Question(fixed, _year(table, infos, periods))


def _wanted(table: FigureTable | ReferenceTable, dimension: str, keys: Sequence[str], *, is_time: bool) -> list[str]:
    """Return the values wanted of a dimension: as set, all that a long table reads, the only one, or the year."""
    if dimension in table.where:
        return [table.where[dimension]]
    if isinstance(table, FigureTable) and dimension == table.key:
        return list(table.keys)
    if len(keys) == 1:
        return list(keys)
    if not is_time:
        return []
    if table.year is not None:
        return [f"{table.year}JJ00"]
    return sorted(key for key in keys if _WHOLE_YEAR.match(key))[-1:]


def _year(table: FigureTable | ReferenceTable, infos: Row, periods: Sequence[str]) -> int:
    """Return the year of the rows: of their period, else of the table."""
    texts = list(periods) or [str(infos.get("Period") or ""), str(infos.get("Title") or "")]
    found = next((years for text in texts if len(years := set(_years(text))) == 1), set())
    if table.year is not None and found and table.year not in found:
        raise SourceError(
            f"{table.file}: year is {table.year}, maar de tabel gaat over {min(found)} ({infos.get('Title')}); "
            "verbeter year of kies een andere tabel."
        )
    year = table.year if table.year is not None else next(iter(found), None)
    if year is None:
        raise SourceError(f"{table.file}: de tabel zegt niet over welk jaar zij gaat; zet het bij year.")
    return year


def _years(text: str) -> list[int]:
    period = re.match(r"^(\d{4})[A-Z]{2}\d{2}$", text.strip())
    return [int(period[1])] if period else [int(one) for one in _YEAR.findall(text)]


def _choice(entries: Sequence[Row]) -> str:
    return show_rows(f"{str(one['Key']).strip()} ({str(one.get('Title') or '').strip()})" for one in entries)
