"""Small sums and counts that several computations share."""

from typing import Any, overload

import pandas as pd
from pandas.api.typing import DataFrameGroupBy, SeriesGroupBy


@overload
def known_sum(groups: "SeriesGroupBy[Any, Any]") -> pd.Series: ...
@overload
def known_sum(groups: "DataFrameGroupBy[Any, Any]") -> pd.DataFrame: ...
def known_sum(groups: Any) -> Any:
    """Return the sum of each group; missing (unknown) as soon as one part is missing."""
    return groups.sum(skipna=False)


def people_per_dwelling(group: pd.DataFrame) -> pd.Series:
    """Return how many people live in each dwelling of a cell, by cell_code; missing: unknown.

    Parameters
    ----------
    group
        Rows of `contracts.DEMAND` of one target group; people who are not on dwellings are in no cell.
    """
    placed = group[group["is_placed"]].set_index("cell_code")
    return placed["people"] / placed["dwelling_count"]


def largest(size: pd.Series) -> pd.DataFrame:
    """Return per key the value with the largest size, and that size; among equals the lowest value counts.

    Parameters
    ----------
    size
        With an index of two levels: key and value.

    Returns
    -------
    Columns value and size, by key.
    """
    frame = size.rename("size").rename_axis(["key", "value"]).reset_index()
    frame = frame.sort_values(["key", "size", "value"], ascending=[True, False, True])
    return frame.drop_duplicates("key").set_index("key")
