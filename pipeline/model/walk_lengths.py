"""How far people walk: median and 90th percentile per unit and target group."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pandas as pd

from pipeline.config.target_groups import TargetGroupSettings
from pipeline.contracts import REACH_DISTANCES
from pipeline.model.clusters import by_cluster, homes_in_clusters
from pipeline.model.network import Floats, Ints
from pipeline.model.reach import ByUnit, Homes, homes_of
from pipeline.model.tally import known_sum, people_per_dwelling
from pipeline.model.walks import Access, Walks, finite

_MEDIAN, _P90 = 0.5, 0.9

_ROUNDING = 1e-9
"""Relative noise of a running sum."""

_SAME_MEDIAN = 0.05
"""Bounds of a median nearer to each other than this part of it are the same: distances are shown to two digits."""


@dataclass(frozen=True)
class GroupPeople:
    """People of a target group: per dwelling, by the cell it is in; and all of them, by unit. Missing: unknown."""

    target_group: str
    per_dwelling: Floats
    in_unit: Floats


@dataclass(frozen=True)
class _Ordered:
    """Dwellings ordered by unit and distance; units begin at `starts`, the last ends at the end."""

    cell: Ints
    starts: Ints
    distance_m: Floats


class LengthSummary:
    """Gathers medians of the walks of one category and profile after another, for units and for clusters of these."""

    def __init__(
        self, dwellings: pd.DataFrame, demand: pd.DataFrame, clusters: pd.DataFrame, settings: TargetGroupSettings
    ) -> None:
        self.homes = homes_of(dwellings)
        self._profiles = {code: group.profile for code, group in settings.groups.items()}
        self._settled = [(self.homes, one) for one in people_of(demand, self.homes)]
        for group, rows in by_cluster(demand, clusters).groupby("target_group"):
            together = homes_in_clusters(self.homes, clusters, str(group))
            self._settled += [(together, one) for one in people_of(rows, together)]
        self._pieces: list[pd.DataFrame] = []

    def add(self, walks: Walks, access: Access, outside_m: Floats) -> None:
        """Summarise the walks of one category and profile for the groups that walk with it."""
        wanted = [(homes, one) for homes, one in self._settled if self._profiles[one.target_group] == walks.profile]
        for homes in {id(homes): homes for homes, _ in wanted}.values():
            groups = [one for where, one in wanted if where is homes]
            self._pieces.append(summarise_distances(homes, walks, access, outside_m, groups))

    def table(self, facility_ids: pd.Index) -> pd.DataFrame:
        """Return `contracts.REACH_DISTANCES`; facilities are named by their position in `facility_ids`."""
        whole = pd.concat(self._pieces, ignore_index=True)
        names = facility_ids.append(pd.Index([None])).to_numpy()
        return whole.assign(facility_id=pd.Series(names[whole["facility"]], dtype="str"))[list(REACH_DISTANCES.columns)]


def people_of(demand: pd.DataFrame, homes: Homes) -> list[GroupPeople]:
    """Return the people of each group in `contracts.DEMAND`, whose unit_code is that of `homes`."""
    groups = []
    for group, rows in demand.groupby("target_group", sort=False):
        per_dwelling = people_per_dwelling(rows).reindex(homes.cells)
        in_unit = known_sum(rows.groupby("unit_code")["people"]).reindex(homes.units)
        groups.append(GroupPeople(str(group), per_dwelling.to_numpy(), in_unit.to_numpy(dtype=np.float64)))
    return groups


def summarise_distances(
    homes: Homes,
    walks: Walks,
    access: Access,
    outside_m: Floats,
    groups: list[GroupPeople],
) -> pd.DataFrame:
    """Return median and 90th percentile walking distance per unit and group, and the facility nearest to most.

    Over all people: who is not placed, not connected or reaches none counts as infinitely far. So both are upper
    bounds, and unknown where that is too many people. The median is marked as an upper bound where it would be clearly
    lower if the uncovered lived next door and something nearer lay `outside_m` away, outside the extract.
    """
    by_unit = homes.by_unit
    found = _order(by_unit, walks.nearest_m)
    high = found if walks.nearest_high_m is walks.nearest_m else _order(by_unit, walks.nearest_high_m)
    least = _order(by_unit, np.where(access.is_connected, np.minimum(walks.nearest_m, outside_m), 0.0))
    usual = _usual(by_unit, walks)
    pieces = []
    for group in groups:
        people, total = group.per_dwelling, group.in_unit[by_unit.units]
        median, p90 = _quantiles(found, people, [_MEDIAN * total, _P90 * total])
        not_placed = np.maximum(total - np.add.reduceat(people[found.cell], found.starts), 0)
        (lowest,) = _quantiles(least, people, [_MEDIAN * total - not_placed])
        piece = pd.DataFrame({"unit_code": homes.units[by_unit.units], "target_group": group.target_group})
        piece["category"] = walks.category
        piece["median_m"] = median
        piece["median_high_m"] = median if high is found else _quantiles(high, people, [_MEDIAN * total])[0]
        piece["p90_m"] = p90
        piece["is_upper_bound"] = lowest < (1 - _SAME_MEDIAN) * median
        piece["facility"] = usual
        pieces.append(piece)
    return pd.concat(pieces, ignore_index=True)


def _order(by_unit: ByUnit, distance_m: Floats) -> _Ordered:
    """Return the dwellings of each unit by distance: unit by unit, as few numbers are quick to sort."""
    away_m = distance_m[by_unit.index]
    order = np.empty(len(away_m), dtype=np.int64)
    for start, end in pairwise(by_unit.bounds.tolist()):
        order[start:end] = np.argsort(away_m[start:end]) + start
    return _Ordered(by_unit.cell[order], by_unit.bounds[:-1], away_m[order])


def _usual(by_unit: ByUnit, walks: Walks) -> Ints:
    """Return per unit the facility that is nearest to most of its dwellings, the first among equals; -1 for none."""
    nearest = walks.nearest[by_unit.index]
    usual = np.full(len(by_unit.units), -1)
    for number, (start, end) in enumerate(pairwise(by_unit.bounds.tolist())):
        facility, size = np.unique(nearest[start:end], return_counts=True)
        size[facility < 0] = 0
        usual[number] = facility[size.argmax()]
    return usual


def _quantiles(ordered: _Ordered, people: Floats, wanted: Sequence[Floats]) -> list[Floats]:
    """Return per unit the distance (m) within which so many of its people live, for each of `wanted`.

    Missing where that is nobody, unknown, or more than are known to reach a facility at all.

    Parameters
    ----------
    people
        Per dwelling, by the cell that it is in.
    """
    weights = np.nan_to_num(people)[ordered.cell]
    running = np.cumsum(weights)
    before = running[ordered.starts] - weights[ordered.starts]
    in_unit = np.add.reduceat(weights, ordered.starts)
    last = np.append(ordered.starts[1:], len(running)) - 1
    found = []
    for one in wanted:
        place = np.searchsorted(running, before + np.nan_to_num(one) * (1 - _ROUNDING), side="left")
        distance = finite(ordered.distance_m[np.clip(place, ordered.starts, last)])
        is_known = (in_unit > 0) & (one <= in_unit * (1 + _ROUNDING))
        found.append(np.where(is_known, distance, np.nan))
    return found
