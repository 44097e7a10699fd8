"""Find the one row of a table that a test is about."""

from typing import Any

import pandas as pd


def row(table: pd.DataFrame, key: dict[str, str]) -> Any:
    """Return the only row in which the columns of `key` have these values."""
    for column, value in key.items():
        table = table[table[column] == value]
    assert len(table) == 1
    return table.iloc[0]
