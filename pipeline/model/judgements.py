"""The judgement on how complete categories are: by category, and as metrics of a run."""

import numpy as np
import pandas as pd


def judgements_of(completeness: pd.DataFrame) -> dict[str, str]:
    """Return the judgement by category of `contracts.COMPLETENESS`."""
    return dict(zip(completeness["category"], completeness["judgement"], strict=True))


def describe(completeness: pd.DataFrame, measures: pd.DataFrame) -> dict[str, object]:
    """Return per category for the metrics of a run: judgement, and per measure ours, CBS's and the difference."""
    found: dict[str, dict[str, object]] = {
        row["category"]: {"judgement": row["judgement"], "basis": row["basis"], "measured": row["measured"]}
        for row in completeness.to_dict("records")
    }
    for row in measures.to_dict("records"):
        figures = {name: _rounded(row[name]) for name in ("ours", "cbs", "difference", "judged_people_share")}
        found[row["category"]][row["measure"]] = {**figures, "outcome": row["outcome"]}
    return dict(found)


def _rounded(value: float) -> float | None:
    return None if np.isnan(value) else round(float(value), 3)
