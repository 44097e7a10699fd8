"""Rows of a table as objects, by their key."""

from dataclasses import MISSING, fields
from typing import Any, TypeVar

import pandas as pd

_Row = TypeVar("_Row")


def known(value: Any) -> Any:
    """Return the value, or None where it is missing."""
    return None if pd.isna(value) else value


def rows_of(frame: pd.DataFrame, key: tuple[str, ...], kind: type[_Row]) -> dict[tuple[str, ...], _Row]:
    """Read each row as the dataclass `kind`, by the columns of `key`; a field with a default stands in no table."""
    names = [field.name for field in fields(kind) if field.default is MISSING]  # type: ignore[arg-type]
    columns = pd.DataFrame(frame)[list(dict.fromkeys((*key, *names)))]
    return {
        tuple(str(row[name]) for name in key): kind(**{name: known(row[name]) for name in names})
        for row in columns.to_dict("records")
    }
