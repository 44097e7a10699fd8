"""Why one verdict changed, in plain Dutch: which facilities came within or beyond reach, how many people live there."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any

import pandas as pd

from pipeline.publish.dutch_numbers import norm_distance, number, share_interval
from pipeline.publish.facts import Walk
from pipeline.publish.labels import PROVISIONAL, REACH, sentence
from pipeline.publish.path_sentences import median_text


@dataclass(frozen=True)
class CategorySide:
    """A category on one side of a comparison; None is unknown, or not there."""

    is_essential: bool | None
    completeness: str | None
    reach: str | None
    uiterst_reach: str | None
    distance_m: float | None
    share_low: float | None
    share_high: float | None
    uiterst_distance_m: float | None
    uiterst_share_low: float | None
    uiterst_share_high: float | None
    median_m: float | None
    median_high_m: float | None
    is_upper_bound: bool | None

    @property
    def is_far(self) -> bool:
        """Whether it is beyond the norm and beyond the outermost norm too."""
        return self.reach == "beyond" and self.uiterst_reach == "beyond"

    @property
    def is_firm(self) -> bool:
        """Whether none can be missing from the data."""
        return self.completeness == "complete"


@dataclass(frozen=True)
class VerdictSide:
    """A unit and group on one side of a comparison, with the number of people from which it is judged there."""

    verdict: str
    people_low: float | None
    is_weak: bool | None
    min_count: int | None


def category_side(row: dict[str, Any], side: str) -> CategorySide:
    """Read one side of a row of compared categories."""
    values = {field.name: row[f"{field.name}_{side}"] for field in fields(CategorySide)}
    return CategorySide(**{name: None if pd.isna(value) else value for name, value in values.items()})


def people_sentences(before: VerdictSide, after: VerdictSide) -> list[str]:
    """Say that a unit became large enough to be judged, or too small, or that its dwellings are known otherwise."""
    found = []
    was_low, low = _at_least(before.people_low), _at_least(after.people_low)
    if before.verdict == "too_small" and after.verdict != "too_small":
        found.append(
            f"Was te klein om te beoordelen: eerst zeker {was_low} mensen, bij een grens van {before.min_count}; "
            f"daarna zeker {low}, bij een grens van {after.min_count}."
        )
    elif after.verdict == "too_small":
        found.append(
            f"Te klein om te beoordelen: eerst zeker {was_low} mensen, bij een grens van {before.min_count}; "
            f"daarna zeker {low}, bij een grens van {after.min_count}."
        )
    if before.is_weak is not None and after.is_weak is not None and before.is_weak != after.is_weak:
        fits = "past niet meer" if after.is_weak else "past voortaan"
        found.append(f"Het aantal gevonden woningen {fits} bij het aantal volgens CBS.")
    return found


def _at_least(people: float | None) -> str:
    return number(None if people is None else math.floor(people))


def category_sentence(label: str, before: CategorySide, after: CategorySide, limits: Sequence[float | None]) -> str:
    """Say what happened to a category: its reach and the share of people beyond its norm, before and after.

    Parameters
    ----------
    limits
        The share (0-1) above which a category is out of reach, before and after.
    """
    with_far = before.is_far != after.is_far
    if _facts(before, with_far) == _facts(after, with_far):
        return sentence(f"{label}: {_measured(after, limits[1], with_far)}; {_change(before, after)}")
    first, then = _measured(before, limits[0], with_far), _measured(after, limits[1], with_far)
    if before.distance_m == after.distance_m and not with_far:
        first = first.split(" verder")[0]
    text = f"{label}: eerst {first}, daarna {then}; {_change(before, after)}"
    medians = [_median(before), _median(after)]
    return sentence(text if medians[0] == medians[1] else f"{text}; mediaan eerst {medians[0]}, daarna {medians[1]}")


def _facts(side: CategorySide, with_far: bool) -> tuple[float | None, ...]:
    far = (side.uiterst_distance_m, side.uiterst_share_low, side.uiterst_share_high) if with_far else ()
    return (side.distance_m, side.share_low, side.share_high, *far)


def _change(before: CategorySide, after: CategorySide) -> str:
    """Say how the reach of a category changed, or what else about it does."""
    if not (before.is_essential and after.is_essential):
        return f"was {_status(before)}, wordt {_status(after)}"
    if not before.reach == after.reach == "beyond":
        return f"was {_status(before)}, wordt {_status(after)}"
    found = ["blijft buiten bereik"]
    if before.is_far != after.is_far:
        found.append("voortaan ook verder dan het uiterste" if after.is_far else "niet langer verder dan het uiterste")
    elif after.is_far:
        found = ["blijft buiten bereik en verder dan het uiterste"]
    if before.is_firm != after.is_firm:
        found.append("voortaan zonder voorbehoud" if after.is_firm else f"voortaan {PROVISIONAL}")
    return ", ".join(found)


def _median(side: CategorySide) -> str:
    return median_text(Walk(side.median_m, side.median_high_m, None, bool(side.is_upper_bound), None))


def _status(side: CategorySide) -> str:
    if not side.is_essential:
        return "niet meegeteld"
    status = REACH.get(str(side.reach), "onbekend")
    if side.is_far:
        status = f"{status} en verder dan het uiterste"
    return status if side.reach != "beyond" or side.is_firm else f"{status} ({PROVISIONAL})"


def _measured(side: CategorySide, limit: float | None, with_far: bool) -> str:
    if side.distance_m is None:
        return REACH["no_norm"]
    beyond = share_interval(side.share_low, side.share_high, limit)
    text = f"{beyond} verder dan {norm_distance(side.distance_m)}"
    if with_far and side.uiterst_distance_m is not None:
        far = share_interval(side.uiterst_share_low, side.uiterst_share_high, limit)
        text = f"{text} en {far} verder dan {norm_distance(side.uiterst_distance_m)} (het uiterste)"
    return text
