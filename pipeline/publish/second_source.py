"""What the pages tell of figures that come from two sources: how many were compared, and which differ most."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from pipeline.publish.dutch_numbers import number
from pipeline.publish.labels import FIGURE
from pipeline.publish.results import Results

_SHOWN = 5


@dataclass(frozen=True)
class SecondSource:
    """A sentence, and the largest differences: area, figure, year, value that is used, value of the second source."""

    sentence: str
    rows: tuple[tuple[str, str, str, str, str], ...]


def second_source(results: Results) -> SecondSource | None:
    """Describe how the figures compare with those that came with the areas; None where nothing could be compared."""
    both = results.figure_comparison
    if both.empty:
        return None
    different = both[both["is_different"]]
    compared = "cijfer komt" if len(both) == 1 else "cijfers komen"
    told = (
        "Nergens is het verschil groter dan de afronding."
        if different.empty
        else f"Bij {number(len(different))} daarvan is het verschil groter dan de afronding: niet voor beide kan "
        "hetzelfde aantal zijn geteld. Gerekend is met het eerste cijfer; ga na welk het juiste is."
    )
    sentence = f"{number(len(both))} {compared} uit twee bronnen: de cijfers zelf en de gebieden. {told}"
    return SecondSource(sentence, tuple(_row(one) for one in _largest(different).to_dict("records")))


def _largest(different: pd.DataFrame) -> pd.DataFrame:
    """Return the differences that are largest as a part of the figure itself."""
    whole = different[["value", "second_value"]].max(axis="columns")
    order = ((different["value"] - different["second_value"]).abs() / whole).sort_values(ascending=False, kind="stable")
    return different.loc[order.index[:_SHOWN]]


def _row(one: Mapping[Any, Any]) -> tuple[str, str, str, str, str]:
    value, second, variable = float(one["value"]), float(one["second_value"]), str(one["variable"])
    decimals = 0 if max(value, second) > 1 else 3
    shown = (number(value, decimals), number(second, decimals))
    return (str(one["area_code"]), FIGURE.get(variable, variable), str(one["year"]), *shown)
