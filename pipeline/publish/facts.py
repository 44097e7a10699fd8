"""What the tables say about one unit or cluster and one target group, gathered per category."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeGuard

from pipeline.contracts import DISTANCE_KINDS
from pipeline.publish.check_facts import LocalCheck, checks_of_facilities, checks_of_unit, read_checks
from pipeline.publish.completeness import doubts
from pipeline.publish.paths import Aid, Paths, aid_of, paths_of, read_paths
from pipeline.publish.places import Unit, read_places
from pipeline.publish.results import Results
from pipeline.publish.table_rows import known, rows_of


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
    paths_share: float | None


@dataclass(frozen=True)
class Walk:
    """The walk to the nearest facility; None is unknown or not to be walked."""

    median_m: float | None
    median_high_m: float | None
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
    is_uiterst_provisional: bool
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
    """All that is known of one category for one unit and group; `doubt` says why the map may lack some, or nothing."""

    category: str
    label: str
    plural: str
    judgement: CategoryJudgement
    walk: Walk | None
    beyond: Mapping[str, Beyond]
    nearest_name: str | None
    doubt: str = ""


@dataclass(frozen=True)
class GroupFacts:
    """All that is known of one group in one unit or cluster.

    Attributes
    ----------
    cluster_code
        The cluster in which the unit is judged for this group, because it is too small by itself.
    aid
        What the group walks with; None is on foot.
    paths
        The paths there for that aid; None on foot.
    checks
        The local checks that are about it, or that say that an essential facility nearest to most is there.
    """

    unit: Unit
    cluster_code: str | None
    group_code: str
    group_label: str
    group_note: str | None
    min_count: int
    aid: Aid | None
    paths: Paths | None
    count: Count
    judgement: Judgement
    categories: tuple[CategoryFacts, ...]
    checks: tuple[LocalCheck, ...]


def read_facts(results: Results) -> dict[tuple[str, str], GroupFacts]:
    """Gather the facts of every unit and target group, and of every cluster and the groups that it is formed for.

    Returns
    -------
        By unit or cluster code and group code: units in the order of their names, then clusters; groups and categories
        in the order of the settings.
    """
    places = read_places(results)
    counts = rows_of(results.unit_demand, ("unit_code", "target_group"), Count)
    judgements = rows_of(results.verdicts, ("unit_code", "target_group"), Judgement)
    categories, paths, checks = _read_categories(results), read_paths(results), read_checks(results, places)
    check_of = checks_of_facilities(results)
    facts = {}
    for code, unit in {**places.units, **places.clusters}.items():
        for group_code, group in results.target_groups.groups.items():
            key = code, group_code
            if key not in judgements:
                continue
            found = tuple(categories[(*key, one)] for one in results.categories if (*key, one) in categories)
            nearest = {one.walk.facility_id for one in found if one.judgement.is_essential and _is_walked(one.walk)}
            facts[key] = GroupFacts(
                unit, places.cluster_of.get(key), group_code, group.label, group.note, group.min_count,
                aid_of(results, group_code), paths_of(unit, group.profile, paths), counts[key], judgements[key], found,
                tuple(checks_of_unit(checks, unit.codes, {check_of[one] for one in nearest if one in check_of})),
            )  # fmt: skip
    return facts


def _is_walked(walk: Walk | None) -> TypeGuard[Walk]:
    return walk is not None and walk.median_m is not None


def _read_categories(results: Results) -> dict[tuple[str, ...], CategoryFacts]:
    key = ("unit_code", "target_group", "category")
    walks = rows_of(results.reach_distances, key, Walk)
    beyond = rows_of(results.reach_shares, (*key, "distance_kind"), Beyond)
    names = dict(zip(results.facilities["facility_id"], results.facilities["facility_name"], strict=True))
    found, why = {}, doubts(results)
    for place, judgement in rows_of(results.category_verdicts, key, CategoryJudgement).items():
        walk = walks.get(place)
        category = results.categories[place[2]]
        found[place] = CategoryFacts(
            place[2], category.label, category.plural, judgement, walk,
            {kind: beyond[(*place, kind)] for kind in DISTANCE_KINDS if (*place, kind) in beyond},
            known(names.get(walk.facility_id)) if walk is not None else None,
            "" if judgement.completeness == "complete" else why.get(place[2], ""),
        )  # fmt: skip
    return found
