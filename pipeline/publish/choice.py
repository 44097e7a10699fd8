"""A choice of what the map shows, and the legend that goes with it."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class LegendClass:
    """A class of the legend: its label, its fill (colour or pattern) and the number of units in it."""

    label: str
    fill: str
    count: int


@dataclass(frozen=True)
class Choice:
    """One choropleth.

    Attributes
    ----------
    of
        Per unit, the number of its class.
    dashed
        Per unit, whether it is drawn with a dashed border; `dashed_label` says what that means.
    values
        Per unit, what the map shows there, in words.
    """

    title: str
    note: str
    classes: tuple[LegendClass, ...]
    of: tuple[int, ...]
    dashed: tuple[bool, ...]
    dashed_label: str
    values: tuple[str, ...]


def legend(labels: Sequence[str], fills: Sequence[str], of: Sequence[int]) -> tuple[LegendClass, ...]:
    """Return the classes with the number of units in each; `of` has the class of every unit."""
    return tuple(
        LegendClass(label, fill, list(of).count(i)) for i, (label, fill) in enumerate(zip(labels, fills, strict=True))
    )
