"""What differs between two sets of verdicts: which verdicts changed, what changed beneath them, and by which cause.

Rows are matched by their keys and only `COLUMNS` are read, so units, groups and columns that one side alone knows do
no harm. *Before* and *after* are the two sides; a unit or group that one side lacks has missing values there.
"""

from collections.abc import Mapping, Sequence
from typing import Literal

import pandas as pd

Tables = Mapping[str, pd.DataFrame]
"""Tables by the name of their contract."""
Side = Literal["before", "after"]

_KEYS = ["unit_code", "target_group"]
_CATEGORY_KEYS = [*_KEYS, "category"]
_VERDICT = ["verdict", "is_provisional", "provisional_verdict"]
_JUDGEMENT = ["is_essential", "completeness", "reach", "uiterst_reach"]
_SHARES = ["distance_m", "share_low", "share_high"]

COLUMNS: Mapping[str, Sequence[str]] = {
    "verdicts": [*_KEYS, *_VERDICT],
    "unit_demand": [*_KEYS, "people_low"],
    "cluster_demand": [*_KEYS, "people_low"],
    "clusters": ["cluster_code", "cluster_name"],
    "units": ["unit_code", "unit_name", "is_weak"],
    "category_verdicts": [*_CATEGORY_KEYS, *_JUDGEMENT],
    "reach_distances": [*_CATEGORY_KEYS, "median_m", "median_high_m", "is_upper_bound"],
    "reach_shares": [*_CATEGORY_KEYS, "distance_kind", *_SHARES],
}
"""Every table that a comparison reads, and the columns that it needs."""

UNKNOWN_CAUSE = "unknown"


def compare_verdicts(before: Tables, after: Tables) -> pd.DataFrame:
    """Return a row per unit and group whose verdict, or the reservation with it, is not the same on both sides.

    Returns
    -------
        Keys, ``status`` (changed; or of rows that one side lacks: new_unit, new_group, appeared, lost_unit, lost_group,
        vanished) and, with suffix ``_before`` and ``_after``, the columns of the
        verdict, ``people_low`` (missing: unknown) and ``is_weak`` (missing: not known of this unit).
    """
    both = _judged(before).merge(
        _judged(after), on=_KEYS, how="outer", suffixes=("_before", "_after"), validate="one_to_one", indicator="found"
    )
    both["status"] = "changed"
    for found, known, words in (
        ("right_only", before["verdicts"], ("appeared", "new_group", "new_unit")),
        ("left_only", after["verdicts"], ("vanished", "lost_group", "lost_unit")),
    ):
        is_lacking = both["found"] == found
        both.loc[is_lacking, "status"] = words[0]
        both.loc[is_lacking & ~both["target_group"].isin(known["target_group"]), "status"] = words[1]
        both.loc[is_lacking & ~both["unit_code"].isin(known["unit_code"]), "status"] = words[2]
    differs = _signature(both, "_before") != _signature(both, "_after")
    return both[differs].drop(columns="found").sort_values(_KEYS).reset_index(drop=True)


def compared_units(before: Tables, after: Tables) -> pd.DataFrame:
    """Return the units and groups that both sides judge: what the number of changes is to be held against."""
    return before["verdicts"][_KEYS].merge(after["verdicts"][_KEYS], on=_KEYS, validate="one_to_one")


def _judged(tables: Tables) -> pd.DataFrame:
    frame = tables["verdicts"][COLUMNS["verdicts"]]
    demand = pd.concat([tables[name][COLUMNS[name]] for name in ("unit_demand", "cluster_demand")], ignore_index=True)
    frame = frame.merge(demand, on=_KEYS, how="left", validate="one_to_one")
    return frame.merge(tables["units"][["unit_code", "is_weak"]], on="unit_code", how="left", validate="many_to_one")


def _signature(frame: pd.DataFrame, suffix: str = "") -> pd.Series:
    """Return the whole verdict as one text; empty where the row is missing."""
    parts = [frame[f"{name}{suffix}"].astype("str") for name in _VERDICT]
    return (parts[0] + " " + parts[1] + " " + parts[2]).fillna("")


def compare_categories(before: Tables, after: Tables, changes: pd.DataFrame) -> pd.DataFrame:
    """Return the categories beneath each changed verdict that can have changed it.

    Returns
    -------
        Keys and, with suffix ``_before`` and ``_after``: the judgement of the category, ``distance_m, share_low,
        share_high`` at the norm, the same with ``uiterst_`` in front at the outermost norm, ``median_m``,
        ``median_high_m`` and ``is_upper_bound``.
    """
    changed = changes[changes["status"] == "changed"]
    both = _categories(before).merge(
        _categories(after), on=_CATEGORY_KEYS, how="outer", suffixes=("_before", "_after"), validate="one_to_one"
    )
    both = both.merge(changed[[*_KEYS, "verdict_before", "verdict_after"]], on=_KEYS, validate="many_to_one")
    return both[_matters(both)].drop(columns=["verdict_before", "verdict_after"]).reset_index(drop=True)


def _categories(tables: Tables) -> pd.DataFrame:
    frame = tables["category_verdicts"][COLUMNS["category_verdicts"]]
    shares = tables["reach_shares"]
    for kind, prefix in (("norm", ""), ("uiterst", "uiterst_")):
        of_kind = shares.loc[shares["distance_kind"] == kind, [*_CATEGORY_KEYS, *_SHARES]]
        of_kind = of_kind.rename(columns={name: f"{prefix}{name}" for name in _SHARES})
        frame = frame.merge(of_kind, on=_CATEGORY_KEYS, how="left", validate="one_to_one")
    medians = tables["reach_distances"][COLUMNS["reach_distances"]]
    return frame.merge(medians, on=_CATEGORY_KEYS, how="left", validate="one_to_one")


def _matters(both: pd.DataFrame) -> pd.Series:
    """Say which categories can have changed a verdict: those whose contribution to it is not the same on both sides."""
    before, after = _contribution(both, "_before"), _contribution(both, "_after")
    was_small, is_small = both["verdict_before"] == "too_small", both["verdict_after"] == "too_small"
    return ((before != after) & ~was_small & ~is_small) | (was_small & ~is_small & (after != ""))


def _contribution(both: pd.DataFrame, suffix: str) -> pd.Series:
    """Return what a category adds to a verdict; empty where that is nothing."""
    reach = both[f"reach{suffix}"].astype("str")
    is_essential = both[f"is_essential{suffix}"].astype("str") == "True"
    is_beyond = reach == "beyond"
    far = (is_beyond & (both[f"uiterst_reach{suffix}"] == "beyond")).map({True: " far", False: ""})
    firm = (is_beyond & (both[f"completeness{suffix}"] == "complete")).map({True: " firm", False: ""})
    return (reach + far + firm).where(is_essential & reach.isin(["beyond", "undecided"]), "")


def attribute(
    changes: pd.DataFrame, kinds: Sequence[str], exchanged: pd.DataFrame | None = None, settings_of: Side = "before"
) -> pd.Series:
    """Return the cause of each change: kinds joined by ``|`` (one of these, not known which) and ``+`` (together).

    Parameters
    ----------
    changes
        As `compare_verdicts` gives them.
    kinds
        What differs between both sides: of data, settings and code. One kind alone is the cause of everything.
    exchanged
        Verdicts of one side's data and code under the settings of the other side: where they are those of the first,
        settings make no difference; where they are those of the other, nothing else does.
    settings_of
        The side whose settings `exchanged` was made with.
    """
    together = "|".join(kinds) if kinds else UNKNOWN_CAUSE
    if exchanged is None or "settings" not in kinds or len(kinds) == 1:
        return pd.Series(together, index=changes.index, dtype="str")
    rest = "|".join(kind for kind in kinds if kind != "settings")
    data_of = "after" if settings_of == "before" else "before"
    found = _signature(changes[_KEYS].merge(exchanged[COLUMNS["verdicts"]], on=_KEYS, how="left", validate="1:1"))
    found.index = changes.index
    cause = pd.Series(f"settings+{rest}", index=changes.index, dtype="str")
    cause[found == _signature(changes, f"_{settings_of}")] = "settings"
    cause[found == _signature(changes, f"_{data_of}")] = rest
    return cause
