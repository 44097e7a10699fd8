"""Two sets of results side by side, as publication reads them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import pandas as pd

Side = Literal["before", "after"]
SIDES: tuple[Side, Side] = ("before", "after")

Settings = Mapping[str, Any]
"""Sections by name, as they were written; of an earlier version, so anything may be missing."""


@dataclass(frozen=True, eq=False)
class Comparison:
    """Two sets of results side by side.

    Attributes
    ----------
    changes
        Verdicts that differ (keys, ``status``, both sides of the verdict, ``cause``).
    categories
        Categories beneath them that differ, both sides.
    differences
        Files, settings and code that differ (``kind, key, before, after``).
    compared
        Every unit and group that both judge.
    note
        Why causes are not told apart, where they are not.
    """

    before_label: str
    after_label: str
    changes: pd.DataFrame
    categories: pd.DataFrame
    differences: pd.DataFrame
    settings: Mapping[Side, Settings]
    unit_names: Mapping[str, str]
    compared: pd.DataFrame
    note: str = ""
