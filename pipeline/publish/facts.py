"""What the tables say about one unit and one target group, gathered per category."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any, TypeVar

import pandas as pd

from pipeline.contracts import DISTANCE_KINDS
from pipeline.publish.results import Results


@dataclass(frozen=True)
class Unit:
    """A unit; a missing number of homes is unknown."""

    unit_code: str
    unit_name: str
    unit_kind: str
    gemeente_name: str
    base_count: int
    dwelling_count: int
    homes_count: float | None
    is_weak: bool
    land_km2: float


@dataclass(frozen=True)
class Count:
    """How many people of a group live in a unit; None is unknown."""

    people: float | None
    people_low: float | None
    people_high: float | None
    shown_low: float | None
    shown_high: float | None
    not_placed_people: float | None
    people_per_km2: float | None
    people_per_1000: float | None
    is_estimate: bool


@dataclass(frozen=True)
class Beyond:
    """Share and number of people beyond one distance; None is unknown."""

    distance_m: float
    share_low: float | None
    share_high: float | None
    people_low: float | None
    people_high: float | None
    edge_share: float | None
    not_connected_share: float | None
    not_placed_share: float | None


@dataclass(frozen=True)
class Walk:
    """The walk to the nearest facility; None is unknown or not to be walked."""

    median_m: float | None
    p90_m: float | None
    is_upper_bound: bool
    facility_id: str | None


@dataclass(frozen=True)
class CategoryJudgement:
    """A row of category verdicts."""

    is_essential: bool
    completeness: str
    reach: str
    uiterst_reach: str
    is_provisional: bool
    undecided_cause: str


@dataclass(frozen=True)
class Judgement:
    """A row of verdicts."""

    verdict: str
    is_provisional: bool
    provisional_verdict: str
    worst_verdict: str
    severity_low: float | None
    severity_high: float | None


@dataclass(frozen=True)
class CategoryFacts:
    """All that is known of one category for one unit and group."""

    category: str
    label: str
    plural: str
    judgement: CategoryJudgement
    walk: Walk | None
    beyond: Mapping[str, Beyond]
    nearest_name: str | None


@dataclass(frozen=True)
class GroupFacts:
    """All that is known of one group in one unit."""

    unit: Unit
    group_code: str
    group_label: str
    group_note: str | None
    min_count: int
    count: Count
    judgement: Judgement
    categories: tuple[CategoryFacts, ...]


_Row = TypeVar("_Row")


def _known(value: Any) -> Any:
    return None if pd.isna(value) else value


def _rows(frame: pd.DataFrame, key: tuple[str, ...], kind: type[_Row]) -> dict[tuple[str, ...], _Row]:
    names = [field.name for field in fields(kind)]  # type: ignore[arg-type]
    columns = pd.DataFrame(frame)[list(dict.fromkeys((*key, *names)))]
    return {
        tuple(str(row[name]) for name in key): kind(**{name: _known(row[name]) for name in names})
        for row in columns.to_dict("records")
    }


def _by_name(unit: Unit) -> tuple[str, str]:
    return unit.unit_name.casefold().lstrip("'’"), unit.unit_code


def read_units(results: Results) -> dict[str, Unit]:
    """Return the units by code, in the order of their names."""
    units = _rows(results.units, ("unit_code",), Unit)
    return {unit.unit_code: unit for unit in sorted(units.values(), key=_by_name)}


def read_facts(results: Results) -> dict[tuple[str, str], GroupFacts]:
    """Gather the facts of every unit and target group.

    Returns
    -------
        By unit code and group code, units in the order of their names, groups and categories in that of the settings.
    """
    counts = _rows(results.unit_demand, ("unit_code", "target_group"), Count)
    judgements = _rows(results.verdicts, ("unit_code", "target_group"), Judgement)
    categories = _read_categories(results)
    facts = {}
    for unit_code, unit in read_units(results).items():
        for group_code, group in results.target_groups.groups.items():
            key = unit_code, group_code
            facts[key] = GroupFacts(
                unit, group_code, group.label, group.note, group.min_count, counts[key], judgements[key],
                tuple(categories[(*key, code)] for code in results.categories if (*key, code) in categories),
            )  # fmt: skip
    return facts


def _read_categories(results: Results) -> dict[tuple[str, ...], CategoryFacts]:
    key = ("unit_code", "target_group", "category")
    walks = _rows(results.reach_distances, key, Walk)
    beyond = _rows(results.reach_shares, (*key, "distance_kind"), Beyond)
    names = dict(zip(results.facilities["facility_id"], results.facilities["facility_name"], strict=True))
    found = {}
    for place, judgement in _rows(results.category_verdicts, key, CategoryJudgement).items():
        walk = walks.get(place)
        category = results.categories[place[2]]
        found[place] = CategoryFacts(
            place[2], category.label, category.plural, judgement, walk,
            {kind: beyond[(*place, kind)] for kind in DISTANCE_KINDS if (*place, kind) in beyond},
            _known(names.get(walk.facility_id)) if walk is not None else None,
        )  # fmt: skip
    return found
