"""How complete each category of facilities is on the map, judged by what CBS counts. Only too few is doubtful.

CBS publishes per area the mean distance over car roads to the nearest facility, and how many there are within a
radius. Ours are worked out in the same way and compared area by area, where the map covers nearly all homes and the
extract reaches as far as the measure does. Without such figures the number of facilities is held against the national
density, which can cast doubt but proves nothing complete.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from pipeline.config.completeness import CompletenessLimits
from pipeline.config.values import LEVELS, Completeness
from pipeline.contracts import COMPLETENESS, COMPLETENESS_AREAS, COMPLETENESS_MEASURES
from pipeline.errors import SourceError, raise_faults
from pipeline.model.car_distances import CarAccess, Drives
from pipeline.model.network import Floats

RADIUS_M = {"within_1_km": 1000.0, "within_3_km": 3000.0, "within_5_km": 5000.0}
"""The radii of CBS's measures, in metres."""

_M_PER_KM = 1000
_JUDGED = ("enough", "too_few")


@dataclass(frozen=True)
class Judgement:
    """How complete a category is according to something other than the figures, and why."""

    judgement: Completeness
    reason: str


def require_areas(reference: pd.DataFrame, dwellings: pd.DataFrame) -> None:
    """Raise SourceError for every file of the reference that has no row for an area of these dwellings."""
    codes = {code for level in LEVELS for code in dwellings[f"{level}_code"].dropna()}
    raise_faults(
        SourceError,
        [f"{source}: geen rij voor een gebied van deze regio; neem cijfers en grenzen van hetzelfde jaar en gebied."
         for source, rows in reference.groupby("source") if not rows["area_code"].isin(codes).any()],
    )  # fmt: skip


def covered_shares(base_areas: pd.DataFrame) -> pd.Series:
    """Return by area code the dwellings on the map / CBS homes, at most 1: of base areas, wijken and gemeenten.

    Base areas of which the homes are unknown are left out; an area of which none are known is missing.
    """
    known = base_areas[base_areas["homes_count"] > 0]
    sums = [
        known.groupby(level)[["dwelling_count", "homes_count"]].sum()
        for level in ("base_code", "wijk_code", "gemeente_code")
    ]
    both = pd.concat(sums)
    return (both["dwelling_count"] / both["homes_count"]).clip(upper=1)


def compare_areas(
    reference: pd.DataFrame,
    dwellings: pd.DataFrame,
    people: Floats,
    access: CarAccess,
    drives: Mapping[str, Drives],
    covered: pd.Series,
    limits: CompletenessLimits,
) -> pd.DataFrame:
    """Return our figures beside CBS's per category, measure and area, as `contracts.COMPLETENESS_AREAS` has them.

    Each measure is compared for the smallest level of area for which CBS publishes it for most people. Means are over
    all people placed on a dwelling that joins a car road.

    Parameters
    ----------
    reference
        As `sources.figures.read_reference` gives it.
    dwellings, people, access, drives
        The dwellings with the codes of their areas, the people in each, and their drives by category.
    covered
        As `covered_shares` gives it.
    """
    known = reference[reference["value"].notna()]
    pieces = []
    for (category, measure), rows in known.groupby(["category", "measure"], sort=True):
        values = rows.set_index("area_code")[["value", "low", "high", "year", "source"]]
        codes = dwellings[f"{_smallest_level(values.index, dwellings, people, limits)}_code"]
        counted = _count(str(measure), people, access, drives[str(category)]).groupby(codes.to_numpy()).sum()
        both = values.join(counted, how="inner").join(covered.rename("covered_share"))
        both = both[both["people"] > 0]
        judged = _judge_areas(both, str(measure), limits)
        pieces.append(judged.assign(category=str(category), measure=str(measure)))
    if not pieces:
        return COMPLETENESS_AREAS.empty()
    frame = pd.concat(pieces).rename_axis("area_code").reset_index().rename(columns={"value": "cbs"})
    return frame.astype({"area_code": "str", "category": "str", "measure": "str"})[list(COMPLETENESS_AREAS.columns)]


def _smallest_level(codes: pd.Index, dwellings: pd.DataFrame, people: Floats, limits: CompletenessLimits) -> str:
    """Return the smallest level for which most people live in an area that has the figure; else that of most people."""
    shares = {level: float(people[dwellings[f"{level}_code"].isin(codes)].sum()) for level in LEVELS}
    enough = [level for level, one in shares.items() if one >= limits.judged_people_share * people.sum()]
    return enough[0] if enough else max(LEVELS, key=lambda level: shares[level])


def _count(measure: str, people: Floats, access: CarAccess, drives: Drives) -> pd.DataFrame:
    """Return per dwelling its people, those of whom the measure is known at all, the sum of it, and those certain.

    `nearest` sums the distance to the nearest facility or, where that is nearer, to the edge of the extract.
    """
    if measure == "mean_km":
        value, is_certain = drives.nearest_m / _M_PER_KM, drives.nearest_m <= access.exit_m
    else:
        value = drives.within[:, list(RADIUS_M).index(measure)].astype(np.float64)
        is_certain = access.exit_m > RADIUS_M[measure]
    is_known = access.is_connected & np.isfinite(value)
    nearest = np.minimum(drives.nearest_m, access.exit_m) / _M_PER_KM
    return pd.DataFrame({
        "people": people,
        "known": people * is_known,
        "sum": people * np.where(is_known, value, 0.0),
        "certain": people * (is_known & is_certain),
        "connected": people * access.is_connected,
        "at_least": np.where(people * access.is_connected > 0, nearest, 0.0) * people,
    })  # fmt: skip


def _judge_areas(both: pd.DataFrame, measure: str, limits: CompletenessLimits) -> pd.DataFrame:
    """Return ours, reached_share and outcome per area; a distance that is too far even to the edge needs no reach."""
    frame = both.assign(
        ours=both["sum"] / both["known"].where(both["known"] > 0), reached_share=both["certain"] / both["people"]
    )
    if measure == "mean_km":
        at_most = limits.far_factor * both["high"]
        is_too_few = ~(frame["ours"] <= at_most)
        is_certain = (both["connected"] > 0) & (both["at_least"] > at_most * both["connected"])
    else:
        is_too_few = frame["ours"] < limits.few_share * both["low"]
        is_certain = pd.Series(data=False, index=both.index)
    is_reached = is_certain | (frame["reached_share"] >= limits.reached_share)
    outcome = np.select(
        [~(frame["covered_share"] >= limits.covered_share), ~is_reached, is_too_few],
        ["uncovered", "edge", "too_few"],
        "enough",
    )
    return frame.assign(outcome=pd.Series(outcome, index=frame.index, dtype="str"))


def summarise_measures(areas: pd.DataFrame, placed: float, limits: CompletenessLimits) -> pd.DataFrame:
    """Return what each measure says of each category, as `contracts.COMPLETENESS_MEASURES` has it.

    Parameters
    ----------
    areas
        As `compare_areas` gives it.
    placed
        All people placed on dwellings.
    """
    rows = [
        {"category": category, "measure": measure, **_summary(of_areas, placed, limits)}
        for (category, measure), of_areas in areas.groupby(["category", "measure"], sort=True)
    ]
    frame = pd.DataFrame(rows, columns=list(COMPLETENESS_MEASURES.columns))
    return frame.astype(COMPLETENESS_MEASURES.empty().dtypes.to_dict())


def _summary(areas: pd.DataFrame, placed: float, limits: CompletenessLimits) -> dict[str, object]:
    judged = areas[areas["outcome"].isin(_JUDGED)]
    people = float(judged["people"].sum())
    too_few = float(judged.loc[judged["outcome"] == "too_few", "people"].sum())
    judged_share = min(people / placed, 1.0) if placed else 0.0
    few_share = too_few / people if people else np.nan
    others = areas[~areas["outcome"].isin(_JUDGED)].groupby("outcome")["people"].sum()
    outcome = "too_few" if few_share > limits.few_people_share else "enough"
    shown = judged if len(judged) else areas
    known = shown[shown["ours"].notna()]
    ours = float(np.average(known["ours"], weights=known["people"])) if len(known) else np.nan
    cbs = float(np.average(shown["cbs"], weights=shown["people"]))
    return {
        "area_level": _level_of(str(areas["area_code"].iloc[0])),
        "ours": ours,
        "cbs": cbs,
        "difference": ours - cbs,
        "judged_people_share": judged_share,
        "few_people_share": few_share,
        "outcome": outcome if people and judged_share >= limits.judged_people_share else "unknown",
        "cause": str(others.idxmax()) if len(others) else "none",
        "year": int(areas["year"].iloc[0]),
        "source": str(areas["source"].iloc[0]),
    }


def _level_of(code: str) -> str:
    return {"BU": "buurt", "WK": "wijk", "GM": "gemeente"}.get(code[:2], "postcode")


def judge(
    measures: pd.DataFrame,
    mapped: pd.Series,
    placed: float,
    limits: CompletenessLimits,
    *,
    known: Mapping[str, Judgement],
    overrules: Mapping[str, Judgement],
) -> pd.DataFrame:
    """Return the judgement on each category, as `contracts.COMPLETENESS` has it.

    What the user says (`overrules`) goes first, then what is known otherwise (`known`), then the figures: doubtful if
    any measure finds too few, complete if one finds enough; without a measure, doubtful if there are far fewer than at
    the national density; else unknown.

    Parameters
    ----------
    measures
        As `summarise_measures` gives it.
    mapped
        Facilities in the region by category, of every category, zero where there are none.
    placed
        All people placed on dwellings.
    known
        Categories that something other than figures of CBS tells about, such as timetables of stops.
    """
    rows = []
    for category, count in {str(code): int(one) for code, one in mapped.items()}.items():
        expected = expected_count(category, placed, limits)
        outcomes = set(measures.loc[measures["category"] == category, "outcome"])
        measured, basis = _by_figures(outcomes, count, expected, limits)
        row = {"category": category, "judgement": measured, "basis": basis, "measured": measured, "reason": None}
        for name, says in (("known", known), ("overrule", overrules)):
            if category in says:
                row |= {"judgement": says[category].judgement, "basis": name, "reason": says[category].reason}
        rows.append(row | {"mapped_count": count, "expected_count": expected})
    frame = pd.DataFrame(rows, columns=list(COMPLETENESS.columns))
    return frame.astype(COMPLETENESS.empty().dtypes.to_dict())


def _by_figures(
    outcomes: set[str], count: int, expected: float, limits: CompletenessLimits
) -> tuple[Completeness, str]:
    if "too_few" in outcomes:
        return "doubtful", "cbs"
    if "enough" in outcomes:
        return "complete", "cbs"
    if expected >= limits.expected_min_count and count < limits.expected_few_share * expected:
        return "doubtful", "density"
    return "unknown", "none"


def expected_count(category: str, people: float, limits: CompletenessLimits) -> float:
    """Return how many facilities so many people have at the national density; missing without a national number."""
    national = limits.national.get(category)
    return people * national.count / national.inhabitants if national else np.nan
