"""The same figure from two sources: where they differ by more than rounding."""

import pandas as pd

from pipeline.contracts import FIGURE_COMPARISON, FIGURES

_SAME = ["area_code", "variable", "year"]
_VALUES = ["value", "low", "high", "source"]


def compare_figures(figures: pd.DataFrame, second: pd.DataFrame) -> pd.DataFrame:
    """Put the figures that two sources both know of the same area and year beside each other.

    Parameters
    ----------
    figures, second
        Figures as `contracts.FIGURES` has them; those that are unknown or secret in either are left out.

    Returns
    -------
    As `contracts.FIGURE_COMPARISON` has it. They differ if no value rounds to both: intervals that only touch do, as
    the edge between two rounded values rounds to one of them.
    """
    known, other = (one.dropna(subset=["value", "low", "high"])[list(FIGURES.columns)] for one in (figures, second))
    renamed = other.rename(columns={name: f"second_{name}" for name in _VALUES})
    both = known.merge(renamed, on=_SAME, validate="one_to_one")
    is_different = (both["low"] >= both["second_high"]) | (both["high"] <= both["second_low"])
    return both.assign(is_different=is_different.astype("bool"))[list(FIGURE_COMPARISON.columns)]
