"""Witte vlekken: three-valued verdicts per category, and per unit and target group the verdict that holds.

A category is *beyond* when even the low share beyond its norm exceeds `share_beyond`, *within* when even the high share
does not, else *undecided*. Facilities may be missing from a category that is not complete: its *within* holds, its
*beyond* is onder voorbehoud.
"""

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from pipeline.config.facilities import Category
from pipeline.config.params import WitteVlekSettings
from pipeline.config.target_groups import TargetGroup, essential_categories
from pipeline.contracts import CATEGORY_VERDICTS, VERDICT_TABLE
from pipeline.model.tally import known_sum

_COMPONENTS = ("edge", "not_placed", "not_connected", "paths")
_KEYS = ["unit_code", "target_group"]


def judge_categories(
    distances: pd.DataFrame,
    shares: pd.DataFrame,
    groups: Mapping[str, TargetGroup],
    categories: Mapping[str, Category],
    completeness: Mapping[str, str],
    local: pd.DataFrame,
    *,
    share_beyond: float,
) -> pd.DataFrame:
    """Return the verdict per unit, group and category, as `contracts.CATEGORY_VERDICTS` has it.

    Parameters
    ----------
    distances, shares
        `contracts.REACH_DISTANCES` and `contracts.REACH_SHARES`.
    groups, categories
        Settings: what is essential for whom.
    completeness
        How complete each category is here, as `judgements.judgements_of` gives it.
    local
        What local checks say of completeness, as `local_checks.completeness_by_unit` gives it.
    share_beyond
        Share of the group (0-1) above which a category is beyond.
    """
    keys = [*_KEYS, "category"]
    every = pd.concat([distances[keys], shares[keys]]).drop_duplicates()
    norm = shares[shares["distance_kind"] == "norm"].drop(columns="distance_kind")
    frame = every.merge(norm, on=keys, how="left", validate="one_to_one", indicator=True)
    outer = shares.loc[shares["distance_kind"] == "uiterst", [*keys, "distance_m", "share_low", "share_high"]]
    frame = frame.merge(outer, on=keys, how="left", validate="one_to_one", suffixes=("", "_uiterst"))
    has_norm = (frame["_merge"] == "both").to_numpy()
    essential = {group: set(essential_categories(one, categories)) for group, one in groups.items()}
    frame["is_essential"] = [category in essential[group] for group, category in
                             zip(frame["target_group"], frame["category"], strict=True)]  # fmt: skip
    frame["completeness"] = _completeness(frame, completeness, local, frame["distance_m"])
    frame["reach"] = _three_valued(frame["share_low"], frame["share_high"], has_norm, share_beyond)
    frame["uiterst_reach"] = _three_valued(
        frame["share_low_uiterst"], frame["share_high_uiterst"], has_norm, share_beyond
    )
    frame["is_provisional"] = (frame["reach"] == "beyond") & (frame["completeness"] != "complete")
    as_far = _completeness(frame, completeness, local, frame["distance_m_uiterst"])
    frame["is_uiterst_provisional"] = (frame["uiterst_reach"] == "beyond") & (as_far != "complete")
    frame["undecided_cause"] = _causes(frame, share_beyond)
    return frame[list(CATEGORY_VERDICTS.columns)]


def _completeness(
    frame: pd.DataFrame, completeness: Mapping[str, str], local: pd.DataFrame, distance_m: pd.Series
) -> pd.Series:
    """Return how complete the category of each row is within `distance_m`: by a local check, else here as a whole."""
    says = frame[["unit_code", "category"]].merge(local, on=["unit_code", "category"], how="left")
    reaches = (says["within_m"] >= distance_m.fillna(np.inf)).to_numpy()
    return says["completeness"].where(reaches).fillna(frame["category"].map(dict(completeness))).astype("str")


def _three_valued(
    low: pd.Series, high: pd.Series, has_norm: npt.NDArray[np.bool_], share_beyond: float
) -> npt.NDArray[np.object_]:
    verdict = np.select([low > share_beyond, high <= share_beyond], ["beyond", "within"], "undecided")
    return np.where(has_norm, verdict, "no_norm")


def _causes(frame: pd.DataFrame, share_beyond: float) -> npt.NDArray[np.object_]:
    """Return what would decide an undecided category.

    The first of edge, not placed, not connected and paths that alone decides it, whichever way it turns out; else the
    first that does so if it turns out one way; else several together; else the margin of the figures. Unknown people
    need the figure itself.
    """
    low, high = frame["share_low"], frame["share_high"]
    parts = {name: frame[f"{name}_share"] for name in _COMPONENTS}
    if_within = {name: (high - part <= share_beyond) & (part > 0) for name, part in parts.items()}
    if_beyond = {name: (low + part > share_beyond) & (part > 0) for name, part in parts.items()}
    both = [if_within[name] & if_beyond[name] for name in _COMPONENTS]
    either = [if_within[name] | if_beyond[name] for name in _COMPONENTS]
    all_parts = sum(parts.values())
    together = (high - all_parts <= share_beyond) | (low + all_parts > share_beyond)
    cause = np.select(
        [low.isna(), *both, *either, together], ["figure", *_COMPONENTS, *_COMPONENTS, "combined"], "margin"
    )
    return np.where(frame["reach"] == "undecided", cause, "none")


def judge_units(
    judged: pd.DataFrame,
    unit_demand: pd.DataFrame,
    weak_units: Sequence[str],
    groups: Mapping[str, TargetGroup],
    settings: WitteVlekSettings,
) -> pd.DataFrame:
    """Return the verdict per unit and target group, as `contracts.VERDICT_TABLE` has it, without severity.

    The first that applies: too small (low bound of the people under `min_count`), severe, witte vlek, attention,
    undetermined (an undecided category could make it attention or more), none.

    Parameters
    ----------
    judged
        As `judge_categories` gives it.
    unit_demand
        `contracts.UNIT_DEMAND`.
    weak_units
        Units whose verdicts are onder voorbehoud whatever they are.
    groups, settings
        `min_count` per group; how many categories beyond make a witte vlek, and which of them count as anchors.
    """
    firm = judged["is_essential"] & (judged["completeness"] == "complete")
    essential = judged["is_essential"]
    beyond, undecided = judged["reach"] == "beyond", judged["reach"] == "undecided"
    far, maybe_far = judged["uiterst_reach"] == "beyond", judged["uiterst_reach"] == "undecided"
    certainly_far = far & ~judged["is_uiterst_provisional"]
    holds = _verdicts(judged, firm & beyond, firm & certainly_far, essential & undecided, settings)
    provisional = _verdicts(judged, essential & beyond, essential & far, essential & undecided, settings)
    nothing = pd.Series(data=False, index=judged.index)
    worst = _verdicts(judged, essential & (beyond | undecided), essential & (far | maybe_far), nothing, settings)
    frame = unit_demand[_KEYS].merge(
        pd.DataFrame({"verdict": holds, "provisional_verdict": provisional, "worst_verdict": worst}).reset_index(),
        on=_KEYS, how="left", validate="one_to_one",
    )  # fmt: skip
    columns = ["verdict", "provisional_verdict", "worst_verdict"]
    frame[columns] = frame[columns].fillna("undetermined")
    min_count = unit_demand["target_group"].map({code: group.min_count for code, group in groups.items()})
    frame.loc[(unit_demand["people_low"] < min_count).to_numpy(), columns] = "too_small"
    is_weak = frame["unit_code"].isin(weak_units) & (frame["verdict"] != "too_small")
    frame["is_provisional"] = is_weak | (frame["verdict"] != frame["provisional_verdict"])
    return frame


def _verdicts(
    judged: pd.DataFrame, beyond: pd.Series, far: pd.Series, undecided: pd.Series, settings: WitteVlekSettings
) -> pd.Series:
    is_anchor = judged["category"].isin(settings.anchor_categories)
    counts = pd.DataFrame({
        "beyond": beyond, "anchors": beyond & is_anchor, "far": beyond & far, "undecided": undecided,
    }).groupby([judged[key] for key in _KEYS]).sum()  # fmt: skip
    is_witte_vlek = (counts["beyond"] >= settings.min_beyond) & (counts["anchors"] > 0)
    verdict = np.select(
        [is_witte_vlek & (counts["far"] > 0), is_witte_vlek, counts["beyond"] > 0, counts["undecided"] > 0],
        ["severe", "witte_vlek", "attention", "undetermined"],
        "none",
    )
    return pd.Series(verdict, index=counts.index)


def severity(judged: pd.DataFrame, shares: pd.DataFrame, categories: Mapping[str, Category]) -> pd.DataFrame:
    """Return severity_low and severity_high by unit and group: visits a year that people beyond the norm cannot walk.

    The sum over essential categories of people beyond x visits a year; low counts who is certainly beyond, in complete
    categories alone, high also those possibly beyond. Missing where people are unknown.
    """
    norm = shares.loc[shares["distance_kind"] == "norm", [*_KEYS, "category", "people_low", "people_high"]]
    frame = judged[judged["is_essential"]].merge(norm, on=[*_KEYS, "category"], how="left", validate="one_to_one")
    weight = frame["category"].map({code: one.weight_visits_per_year for code, one in categories.items()})
    is_complete = frame["completeness"] == "complete"
    frame["severity_low"] = (frame["people_low"] * weight).where(is_complete, frame["people_low"] * 0)
    frame["severity_high"] = frame["people_high"] * weight
    return known_sum(frame.groupby(_KEYS)[["severity_low", "severity_high"]])


def flag(
    judged: pd.DataFrame,
    shares: pd.DataFrame,
    unit_demand: pd.DataFrame,
    weak_units: Sequence[str],
    groups: Mapping[str, TargetGroup],
    categories: Mapping[str, Category],
    settings: WitteVlekSettings,
) -> pd.DataFrame:
    """Return verdicts with their severity, as `contracts.VERDICT_TABLE` has them."""
    verdicts = judge_units(judged, unit_demand, weak_units, groups, settings)
    frame = verdicts.join(severity(judged, shares, categories), on=_KEYS, validate="one_to_one")
    return frame[list(VERDICT_TABLE.columns)]
