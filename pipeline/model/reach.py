"""Reach: which part of a target group lives beyond a distance, for certain and at most, and how far people walk."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from pipeline.config import Norm, TargetGroup
from pipeline.contracts import DISTANCE_KINDS, REACH_DISTANCES, REACH_SHARES
from pipeline.model.distances import nearest_exit_m, nearest_two
from pipeline.model.network import Floats, Ints, Joined, Network
from pipeline.model.tally import known_sum, largest

_MEDIAN, _P90 = 0.5, 0.9
_DECIMALS = 2
"""Distances are kept to the centimetre: finer is noise, and differs between machines."""

_ROUNDING = 1e-9
"""Relative noise of a running sum."""

_SHARE_DECIMALS = 9
"""Finer than this a share is noise of the computation, which must not decide at exactly one half."""

_SAME_MEDIAN = 0.05
"""Bounds of a median nearer to each other than this part of it are the same: distances are shown to two digits."""


def dwelling_access(network: Network, homes: Joined, dwelling_ids: pd.Series) -> pd.DataFrame:
    """Return per dwelling whether it is connected and how far the nearest exit is, as `contracts.ACCESS` has it."""
    exit_m = _finite(nearest_exit_m(network, homes)).round(_DECIMALS)
    return pd.DataFrame({"dwelling_id": dwelling_ids, "is_connected": homes.is_connected, "exit_m": exit_m})


def distances_per_category(
    network: Network,
    homes: Joined,
    dwelling_ids: pd.Series,
    places: Joined,
    facilities: pd.DataFrame,
    categories: Sequence[str],
) -> pd.DataFrame:
    """Return per dwelling and category the two nearest facilities, as `contracts.DISTANCES` has them.

    Parameters
    ----------
    network
        The walking network.
    homes, dwelling_ids
        Dwellings joined to it, and their ids in the same order.
    places, facilities
        Facilities joined to it, and `contracts.FACILITIES` in the same order.
    categories
        Every category wanted, also those without any facility.
    """
    names = pd.Series([*facilities["facility_id"], pd.NA], dtype="str")
    chosen = [(facilities["category"] == category).to_numpy() for category in categories]
    pieces = []
    for category, two in zip(categories, nearest_two(network, places, chosen, homes), strict=True):
        piece = pd.DataFrame({"dwelling_id": dwelling_ids.to_numpy(), "category": category})
        piece["nearest_m"], piece["second_m"] = (_finite(one).round(_DECIMALS) for one in (two.nearest_m, two.second_m))
        piece["nearest_id"] = names.take(two.nearest).to_numpy()
        piece["second_id"] = names.take(two.second).to_numpy()
        pieces.append(piece)
    return pd.concat(pieces, ignore_index=True).astype({"nearest_id": "str", "second_id": "str"})


def unjoined_facilities(facilities: gpd.GeoDataFrame, places: Joined) -> gpd.GeoDataFrame:
    """Return the facilities that do not join the network, as `contracts.UNJOINED_FACILITIES` has them."""
    return facilities.loc[~places.is_connected, ["facility_id", "category", "geometry"]]


def beyond_by_cell(
    dwellings: gpd.GeoDataFrame,
    access: pd.DataFrame,
    distances: pd.DataFrame,
    unjoined: gpd.GeoDataFrame,
    limits: pd.DataFrame,
) -> pd.DataFrame:
    """Return per cell and limit how many dwellings are beyond it.

    *Certain*: the nearest known facility and the nearest exit of the extract are both farther. *Edge*: the facility is
    farther, but an exit is not, so that something nearer may lie outside. *Not connected*: nothing can be said, as the
    dwelling does not join the network, or a facility that does not lies within the limit as the crow flies.

    Parameters
    ----------
    dwellings, access, distances, unjoined
        As their contracts have them.
    limits
        category and distance_m, each pair once.

    Returns
    -------
    cell_code, category, distance_m, certain, edge, not_connected (numbers of dwellings).
    """
    joined = distances.merge(dwellings[["dwelling_id", "cell_code"]], on="dwelling_id", validate="many_to_one")
    joined = joined.merge(access, on="dwelling_id", validate="many_to_one")
    crow_m = pd.Series(_crow_m(joined, dwellings, unjoined), index=joined.index)
    nearest, exit_m = joined["nearest_m"].fillna(np.inf), joined["exit_m"].fillna(np.inf)
    pieces = []
    for distance_m in np.unique(limits["distance_m"].to_numpy(dtype=np.float64)):
        wanted = limits.loc[limits["distance_m"] == distance_m, "category"]
        rows = joined["category"].isin(wanted).to_numpy()
        here = joined.loc[rows, ["cell_code", "category"]]
        is_far = (nearest[rows] > distance_m) & joined.loc[rows, "is_connected"]
        is_edge = is_far & (exit_m[rows] <= distance_m)
        no_route = ~joined.loc[rows, "is_connected"] | (is_far & ~is_edge & (crow_m[rows] <= distance_m))
        counts = here.assign(certain=is_far & ~is_edge & ~no_route, edge=is_edge, not_connected=no_route)
        summed = counts.groupby(["cell_code", "category"], as_index=False).sum()
        pieces.append(summed.assign(distance_m=distance_m))
    return pd.concat(pieces, ignore_index=True)


def _crow_m(joined: pd.DataFrame, dwellings: gpd.GeoDataFrame, unjoined: gpd.GeoDataFrame) -> Floats:
    """Return the distance (m) as the crow flies to the nearest unjoined facility of the row's category."""
    crow_m = np.full(len(joined), np.inf)
    homes = pd.Series(dwellings.geometry.to_numpy(), index=dwellings["dwelling_id"])
    for category, rows in unjoined.groupby("category"):
        here = (joined["category"] == category).to_numpy()
        points = np.asarray(homes.loc[joined.loc[here, "dwelling_id"]], dtype=object)
        crow_m[here] = shapely.distance(points, shapely.union_all(rows.geometry.to_numpy()))
    return crow_m


def limits_of(groups: Mapping[str, TargetGroup], norms: Mapping[str, Mapping[str, Norm]]) -> pd.DataFrame:
    """Return target_group, category, distance_kind, distance_m: every distance that every group is judged by."""
    rows = [
        (code, category, kind, float(getattr(norm, f"{kind}_m")))
        for code, group in groups.items()
        for category, norm in norms[group.norms].items()
        for kind in DISTANCE_KINDS
    ]
    return pd.DataFrame(rows, columns=["target_group", "category", "distance_kind", "distance_m"])


def summarise_shares(demand: pd.DataFrame, beyond: pd.DataFrame, limits: pd.DataFrame) -> pd.DataFrame:
    """Return per unit, group, category and norm the share and people beyond it, as `contracts.REACH_SHARES` has them.

    People not placed count as possibly beyond. Shares are the exact extremes over all counts that the rounding of
    figures and the margins per area allow; where people are unknown, so are they. The range of a national rate is the
    same everywhere, so it cancels in a share (nearly so for groups of several rates, such as dementia by age); it does
    count in the number of people.

    Parameters
    ----------
    demand
        As its contract has it.
    beyond
        As `beyond_by_cell` gives it.
    limits
        As `limits_of` gives it.
    """
    cells = demand.merge(limits, on="target_group")
    cells = cells.merge(beyond, on=["cell_code", "category", "distance_m"], how="left", validate="many_to_one")
    counts = cells["dwelling_count"].where(cells["is_placed"])
    for name in ("certain", "edge", "not_connected"):
        cells[name] = (cells[name] / counts).fillna(0.0)
    cells["not_placed"] = np.where(cells["is_placed"], 0.0, 1.0)
    cells["at_most"] = cells[["certain", "edge", "not_connected", "not_placed"]].sum(axis=1)
    keys = ["unit_code", "target_group", "category", "distance_kind"]
    cells = cells.sort_values(keys, kind="stable").reset_index(drop=True)
    unit = np.asarray(cells.groupby(keys, sort=True).ngroup(), dtype=np.int64)
    low, high = cells["weight_low"].to_numpy(), cells["weight_high"].to_numpy()
    certain, at_most = cells["certain"].to_numpy(), cells["at_most"].to_numpy()
    frame = cells.drop_duplicates(keys)[[*keys, "distance_m"]].reset_index(drop=True)
    frame["share_low"] = (1 - extreme_share(unit, 1 - certain, low, high)).round(_SHARE_DECIMALS)
    frame["share_high"] = extreme_share(unit, at_most, low, high).round(_SHARE_DECIMALS)
    frame["people_low"] = np.bincount(unit, weights=cells["people_low"] * certain)
    frame["people_high"] = np.bincount(unit, weights=cells["people_high"] * at_most)
    people = np.bincount(unit, weights=cells["people"])
    for name in ("edge", "not_connected", "not_placed"):
        part = np.bincount(unit, weights=cells["people"] * cells[name])
        frame[f"{name}_share"] = np.divide(part, people, out=np.full(len(part), np.nan), where=people > 0)
    return frame[list(REACH_SHARES.columns)]


def extreme_share(unit: Ints, fraction: Floats, low: Floats, high: Floats) -> Floats:
    """Return per unit the highest share that counts within their intervals allow.

    The share is sum(count x fraction) / sum(count). It is highest with the cells of the largest fractions at their high
    and the others at their low; all places to draw the line are tried.

    Parameters
    ----------
    unit
        Number of the unit of each cell, ascending from 0.
    fraction
        Share of each cell's people that counts (0-1).
    low, high
        Bounds of each cell's people; missing makes the unit's share missing.

    Returns
    -------
    One share per unit (0-1), missing where unknown or where nobody can live.
    """
    order = np.lexsort((-fraction, unit))
    unit, fraction, low, high = unit[order], fraction[order], low[order], high[order]
    extra = high - low
    total = np.bincount(unit, weights=low).astype(np.float64)
    counted = np.bincount(unit, weights=low * fraction).astype(np.float64)
    people = total[unit] + _running_sum(extra, unit)
    share = _ratio(counted[unit] + _running_sum(extra * fraction, unit), people)
    best = _ratio(counted, total)
    np.maximum.at(best, unit, share)
    is_unknown = np.isnan(total) | np.isneginf(best)
    return np.where(is_unknown, np.nan, np.clip(best, 0, 1))


def _ratio(part: Floats, whole: Floats) -> Floats:
    """Return part / whole; minus infinity where there is no whole, or it is unknown."""
    ratio = np.full(len(whole), -np.inf)
    np.divide(part, whole, out=ratio, where=whole > 0)
    return ratio


def _running_sum(values: Floats, unit: Ints) -> Floats:
    """Return the sum so far within each unit (units stand together). Unknown stays within its unit."""
    return np.asarray(pd.Series(values).groupby(unit).cumsum(skipna=False), dtype=np.float64)


@dataclass(frozen=True)
class _Ordered:
    """Dwellings of one category ordered by unit and distance; units begin at `starts` and are named by `units`."""

    index: Ints
    starts: Ints
    units: pd.Index
    distance_m: Floats


def summarise_distances(
    dwellings: pd.DataFrame, access: pd.DataFrame, distances: pd.DataFrame, demand: pd.DataFrame
) -> pd.DataFrame:
    """Return median and 90th percentile walking distance, as `contracts.REACH_DISTANCES` has them.

    Over all people: who is not placed, not connected or reaches none counts as infinitely far. So both are upper
    bounds, and unknown where that is too many people. The median is marked as an upper bound where it would be clearly
    lower if the uncovered lived next door and something nearer lay at the nearest exit of the extract.
    """
    frame = dwellings[["dwelling_id", "cell_code", "unit_code"]].merge(access, on="dwelling_id", validate="one_to_one")
    placed = demand[demand["is_placed"]]
    per_dwelling = (placed["people"] / placed["dwelling_count"]).to_numpy()
    weights = pd.Series(per_dwelling, index=pd.MultiIndex.from_frame(placed[["target_group", "cell_code"]]))
    everyone = demand.groupby(["target_group", "unit_code"])["people"].agg(known_sum)
    pieces = []
    for category, rows in distances.groupby("category", sort=True):
        here = frame.merge(rows, on="dwelling_id", validate="one_to_one")
        found = here["nearest_m"].fillna(np.inf).to_numpy()
        at_least = np.where(here["is_connected"], np.minimum(found, here["exit_m"].fillna(np.inf)), 0.0)
        ordered, ordered_least = _order(here["unit_code"], found), _order(here["unit_code"], at_least)
        usual = largest(here.groupby(["unit_code", "nearest_id"]).size())["value"]
        for group in demand["target_group"].unique():
            people = here["cell_code"].map(weights[group]).to_numpy()
            total = everyone[group].reindex(ordered.units).to_numpy()
            median = _quantile(ordered, people, _MEDIAN * total)
            lowest = _quantile(ordered_least, people, _MEDIAN * total - _not_placed(ordered, people, total))
            piece = pd.DataFrame({"unit_code": ordered.units, "target_group": group, "category": category})
            piece["median_m"] = median
            piece["p90_m"] = _quantile(ordered, people, _P90 * total)
            piece["is_upper_bound"] = lowest < (1 - _SAME_MEDIAN) * median
            piece["facility_id"] = piece["unit_code"].map(usual).astype("str")
            pieces.append(piece)
    return pd.concat(pieces, ignore_index=True)[list(REACH_DISTANCES.columns)]


def _order(unit_codes: pd.Series, distance_m: Floats) -> _Ordered:
    unit, names = pd.factorize(unit_codes, sort=True)
    index = np.lexsort((distance_m, unit))
    starts = np.unique(unit[index], return_index=True)[1]
    return _Ordered(index, starts, pd.Index(names), distance_m[index])


def _not_placed(ordered: _Ordered, people: Floats, total: Floats) -> Floats:
    """Return per unit the people of its total who live in none of the dwellings."""
    return np.maximum(total - np.add.reduceat(people[ordered.index], ordered.starts), 0)


def _quantile(ordered: _Ordered, people: Floats, wanted: Floats) -> Floats:
    """Return per unit the distance (m) within which `wanted` of its people live.

    Missing where that is nobody, unknown, or more than are known to reach a facility at all.
    """
    weights = np.nan_to_num(people[ordered.index])
    running = np.cumsum(weights)
    before = running[ordered.starts] - weights[ordered.starts]
    in_unit = np.add.reduceat(weights, ordered.starts)
    place = np.searchsorted(running, before + np.nan_to_num(wanted) * (1 - _ROUNDING), side="left")
    last = np.append(ordered.starts[1:], len(running)) - 1
    distance = _finite(ordered.distance_m[np.clip(place, ordered.starts, last)])
    is_known = (in_unit > 0) & (wanted <= in_unit * (1 + _ROUNDING))
    return np.where(is_known, distance, np.nan)


def _finite(distance_m: Floats) -> Floats:
    return np.where(np.isfinite(distance_m), distance_m, np.nan)
