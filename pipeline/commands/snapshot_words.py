"""What the record of a snapshot says, in Dutch."""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any

from pipeline.commands.wording import day
from pipeline.publish.dutch_numbers import number

UNKNOWN = "onbekend"
NOTHING = "–"
_LONGEST = 60
_TELLING = ("service", "table", "collection", "path", "year", "extracts")
"""Keys of a request that say most, in the order in which they are shown."""


def rows_text(record: Mapping[str, Any]) -> str:
    """Write how many rows came, if that is known.

    Examples
    --------
    >>> rows_text({"rows": 1234}), rows_text({})
    ('1.234', '–')
    """
    rows = record.get("rows")
    return number(rows) if isinstance(rows, int) else NOTHING


def date_text(text: object) -> str:
    """Write a reference date; what is no date stays as it is.

    Examples
    --------
    >>> date_text("2024-01-01"), date_text(None)
    ('01-01-2024', 'onbekend')
    """
    if not isinstance(text, str):
        return UNKNOWN
    try:
        return day(date.fromisoformat(text))
    except ValueError:
        return text


def moment_text(text: object) -> str:
    """Write when something was retrieved, to the minute, in universal time.

    Examples
    --------
    >>> moment_text("2026-11-22T10:05:33+00:00"), moment_text(None)
    ('22-11-2026 10:05 UTC', '–')
    """
    if not isinstance(text, str):
        return NOTHING
    try:
        moment = datetime.fromisoformat(text).astimezone(UTC)
    except ValueError:
        return text
    return f"{moment:%d-%m-%Y %H:%M} UTC"


def request_text(request: object) -> str:
    """Write shortly what was asked: service, table or layer; nothing where nothing was asked.

    Examples
    --------
    >>> request_text({"service": "cbs", "filter": "GM0166", "table": "85984NED"})
    'cbs, 85984NED'
    """
    if not isinstance(request, Mapping):
        return ""
    telling = [request[key] for key in _TELLING if key in request]
    told = telling or list(request.values())
    text = ", ".join(str(one) for one in told if isinstance(one, str | int))
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"
