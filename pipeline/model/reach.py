"""Reach: which part of a target group lives beyond a distance, for certain and at most."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from pipeline.config.target_groups import TargetGroupSettings
from pipeline.contracts import DISTANCE_KINDS, REACH_SHARES
from pipeline.model.network import Floats, Ints
from pipeline.model.walks import Access, Walks

_SHARE_DECIMALS = 9
"""Finer than this a share is noise of the computation, which must not decide at exactly one half."""

PARTS = ("edge", "not_connected", "not_placed", "paths")
"""Why someone is only possibly beyond a distance; each has a column in the table of shares."""

_COUNTED = ("certain", "edge", "not_connected", "paths")


@dataclass(frozen=True)
class Homes:
    """The dwellings, in the order of their ids: the cell that each is in (a position in `cells`), and the unit.

    The unit is a position in `units`, or -1 where a dwelling is in none of these.
    """

    cells: pd.Index
    cell: Ints
    units: pd.Index
    unit: Ints

    @cached_property
    def by_unit(self) -> "ByUnit":
        """The dwellings that are in a unit, unit by unit."""
        inside = np.flatnonzero(self.unit >= 0)
        index = inside[np.argsort(self.unit[inside], kind="stable")]
        counts = np.bincount(self.unit[inside], minlength=len(self.units))
        units = np.flatnonzero(counts)
        return ByUnit(index, units, np.append(0, np.cumsum(counts[units])), self.cell[index])


@dataclass(frozen=True)
class ByUnit:
    """Dwellings ordered by unit: those of ``units[i]`` are ``index[bounds[i]:bounds[i + 1]]``, in the cells `cell`."""

    index: Ints
    units: Ints
    bounds: Ints
    cell: Ints


@dataclass(frozen=True)
class Unknown:
    """Per dwelling where a facility may be that is not in the data, in metres.

    One beyond an exit of the extract is at least `outside_m` away: the way to the exit, or the distance within which a
    local check says that there is none. One that is known but does not join the network is `crow_m` away as the crow
    flies. Infinite where there is none.
    """

    outside_m: Floats
    crow_m: Floats


def homes_of(dwellings: pd.DataFrame) -> Homes:
    """Return the dwellings of `contracts.DWELLINGS`."""
    cell, cells = pd.factorize(dwellings["cell_code"], sort=True)
    unit, units = pd.factorize(dwellings["unit_code"], sort=True)
    return Homes(pd.Index(cells), cell, pd.Index(units), unit)


def outside_m(access: Access, proved_m: Floats) -> Floats:
    """Return how near (m) a facility may be that is outside the extract, where there is none within `proved_m`.

    None within 1,500 m is farther than 1,500 m: the distance is then the next number above.
    """
    return np.where(proved_m >= access.exit_m, np.nextafter(proved_m, np.inf), access.exit_m)


def crow_m(points: npt.NDArray[np.object_], unjoined: gpd.GeoDataFrame, category: str) -> Floats:
    """Return the distance (m) as the crow flies from each point to the nearest unjoined facility of a category."""
    rows = unjoined[unjoined["category"] == category]
    if rows.empty:
        return np.full(len(points), np.inf)
    return np.asarray(shapely.distance(points, shapely.union_all(rows.geometry.to_numpy())), dtype=np.float64)


def beyond_by_cell(
    homes: Homes, walks: Walks, access: Access, unknown: Unknown, distances_m: Iterable[float]
) -> pd.DataFrame:
    """Return per cell and distance how many dwellings are beyond it.

    *Certain*: the nearest known facility is farther, and so is anything that may be outside the extract. *Edge*: the
    facility is farther, but something nearer may lie outside. *Not connected*: nothing can be said, as the dwelling
    does not join the network, or a facility that does not lies within the distance as the crow flies. *Paths*: the
    facility is farther only if ways cannot be passed of which that is unknown.

    Returns
    -------
    cell_code, category, profile, distance_m, certain, edge, not_connected, paths (numbers of dwellings).
    """
    limits = np.sort(np.fromiter(distances_m, dtype=np.float64))
    nearest_m = np.where(access.is_connected, walks.nearest_m, 0.0)
    with_outside_m = np.minimum(nearest_m, unknown.outside_m)
    far, far_outside, certain, far_high = (
        _count_farther(homes, one, limits)
        for one in (
            nearest_m,
            with_outside_m,
            np.minimum(with_outside_m, unknown.crow_m),
            np.where(access.is_connected, np.maximum(walks.nearest_m, walks.nearest_high_m), 0.0),
        )
    )
    apart = np.bincount(homes.cell[~access.is_connected], minlength=len(homes.cells))
    pieces = [
        pd.DataFrame({
            "cell_code": homes.cells, "distance_m": distance_m, "certain": certain[:, number],
            "edge": (far - far_outside)[:, number], "not_connected": apart + (far_outside - certain)[:, number],
            "paths": (far_high - far)[:, number],
        })
        for number, distance_m in enumerate(limits.tolist())
    ]  # fmt: skip
    return pd.concat(pieces, ignore_index=True).assign(category=walks.category, profile=walks.profile)


def _count_farther(homes: Homes, away_m: Floats, limits: Floats) -> Ints:
    """Return per cell (row) and limit (column, ascending) how many dwellings are farther away."""
    passed = np.searchsorted(limits, away_m, side="left")
    width = len(limits) + 1
    counts = np.bincount(homes.cell * width + passed, minlength=len(homes.cells) * width).reshape(-1, width)
    return np.cumsum(counts[:, :0:-1], axis=1)[:, ::-1]


def limits_of(settings: TargetGroupSettings) -> pd.DataFrame:
    """Return target_group, profile, category, distance_kind, distance_m: all distances that groups are judged by."""
    rows = [
        (code, group.profile, category, kind, float(getattr(norm, f"{kind}_m")))
        for code, group in settings.groups.items()
        for category, norm in settings.norms_of(code).items()
        for kind in DISTANCE_KINDS
    ]
    return pd.DataFrame(rows, columns=["target_group", "profile", "category", "distance_kind", "distance_m"])


def distances_to_try(limits: pd.DataFrame) -> dict[tuple[str, str], Floats]:
    """Return the distances of `limits` by category and profile."""
    return {
        (str(category), str(profile)): np.unique(rows["distance_m"].to_numpy(dtype=np.float64))
        for (category, profile), rows in limits.groupby(["category", "profile"])
    }


def summarise_shares(demand: pd.DataFrame, beyond: pd.DataFrame, limits: pd.DataFrame) -> pd.DataFrame:
    """Return per unit, group, category and norm the share and people beyond it, as `contracts.REACH_SHARES` has them.

    People not placed count as possibly beyond. Shares are the exact extremes over all counts that the rounding of
    figures and the margins per area allow; where people or walks are unknown, so are they. The range of a national rate
    is the same everywhere, so it cancels in a share (nearly so for groups of several rates, such as dementia by age);
    it does count in the number of people.

    Parameters
    ----------
    demand
        As its contract has it.
    beyond
        As `beyond_by_cell` gives it, of every category and profile.
    limits
        As `limits_of` gives it.
    """
    cells = demand.merge(limits, on="target_group")
    key = ["cell_code", "category", "profile", "distance_m"]
    cells = cells.merge(beyond, on=key, how="left", validate="many_to_one")
    for name in _COUNTED:
        cells[name] = (cells[name] / cells["dwelling_count"]).where(cells["is_placed"], 0.0)
    cells["not_placed"] = np.where(cells["is_placed"], 0.0, 1.0)
    cells["at_most"] = cells[["certain", *PARTS]].sum(axis=1, skipna=False)
    keys = ["unit_code", "target_group", "category", "distance_kind"]
    cells = cells.sort_values(keys, kind="stable").reset_index(drop=True)
    unit = np.asarray(cells.groupby(keys, sort=True).ngroup(), dtype=np.int64)
    is_known = cells["certain"].notna()
    low, high = (cells[bound].where(is_known).to_numpy() for bound in ("weight_low", "weight_high"))
    certain, at_most = cells["certain"].to_numpy(), cells["at_most"].to_numpy()
    frame = cells.drop_duplicates(keys)[[*keys, "distance_m"]].reset_index(drop=True)
    frame["share_low"] = (1 - extreme_share(unit, 1 - certain, low, high)).round(_SHARE_DECIMALS)
    frame["share_high"] = extreme_share(unit, at_most, low, high).round(_SHARE_DECIMALS)
    frame["people_low"] = np.bincount(unit, weights=cells["people_low"] * certain)
    frame["people_high"] = np.bincount(unit, weights=cells["people_high"] * at_most)
    people = np.bincount(unit, weights=cells["people"])
    for name in PARTS:
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
