"""Walks from every dwelling to the facilities of a category, per profile, as arrays and as tables."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from pipeline.config.profiles import ON_FOOT
from pipeline.contracts import ACCESS, DISTANCES
from pipeline.model.distances import NearestTwo, nearest_exit_m, nearest_two
from pipeline.model.network import Flags, Floats, Ints, Joined, Network, join_points
from pipeline.model.profiles import Passable

_DECIMALS = 2
"""Distances are kept to the centimetre: finer is noise, and differs between machines."""

Points = npt.NDArray[np.object_]
"""Shapely points in EPSG:28992."""


@dataclass(frozen=True)
class Access:
    """Per dwelling whether it joins the network, and the walk (m) to the nearest exit of the extract (or infinite)."""

    is_connected: Flags
    exit_m: Floats


@dataclass(frozen=True)
class Walks:
    """Per dwelling the walk (m) to the nearest facility of a category, to the second nearest, and which these are.

    `nearest_m` is the shortest that it may be, `nearest_high_m` the longest: that differs where it is not known of ways
    whether they can be passed. Infinite, and -1, where there is none to walk to.
    """

    category: str
    profile: str
    nearest_m: Floats
    nearest_high_m: Floats
    second_m: Floats
    nearest: Ints
    second: Ints


@dataclass(frozen=True)
class _Found:
    """One search: how homes and places join the network, and what is found per home (and category)."""

    homes: Joined
    places: Joined
    exit_m: Floats
    two: list[NearestTwo]


def search_profiles(
    passable: Mapping[str, Passable],
    homes: Points,
    places: Points,
    chosen: Mapping[str, Flags],
    *,
    connect_max_m: float,
) -> dict[str, tuple[Access, list[Walks]]]:
    """Walk from every home to the facilities of every category with each profile, on foot first.

    Homes and places join the nearest edge that the profile can pass. With an aid, where a home joins may depend on what
    is not known of ways; `nearest_m` is then the shortest of all these walks. The longest is infinite where the edge
    that the home joins on foot cannot be passed or may not be: its door may be there.

    Parameters
    ----------
    passable
        The network of each profile.
    homes, places
        Points of the dwellings and of the facilities.
    chosen
        Per category which of the places belong to it.
    connect_max_m
        How far from an edge a point may be and join it.
    """

    def once(network: Network, starts: Points) -> _Found:
        return _search_once(network, starts, places, chosen, connect_max_m)

    foot = once(passable[ON_FOOT].at_best, homes)
    walks = [_walks(ON_FOOT, name, two, two.nearest_m) for name, two in zip(chosen, foot.two, strict=True)]
    found = {ON_FOOT: (Access(foot.homes.is_connected, foot.exit_m), walks)}
    for profile, ways in passable.items():
        if profile != ON_FOOT:
            found[profile] = _with_aid(profile, ways, homes, foot, chosen, once)
    return found


def _with_aid(
    profile: str,
    passable: Passable,
    homes: Points,
    foot: _Found,
    chosen: Mapping[str, Flags],
    once: Callable[[Network, Points], _Found],
) -> tuple[Access, list[Walks]]:
    best = once(passable.at_best, homes)
    worst = best if passable.at_worst is passable.at_best else once(passable.at_worst, homes)
    is_apart = foot.homes.is_connected & ~best.homes.is_connected
    may_be_apart = foot.homes.is_connected & ~passable.kept_at_worst[foot.homes.edge]
    behind = np.flatnonzero(worst.homes.is_connected & may_be_apart)
    elsewhere = _behind(worst.homes, behind, once(passable.at_best, _doors(passable.at_worst, worst.homes, behind)))
    exit_m = np.minimum.reduce([best.exit_m, worst.exit_m, elsewhere.exit_m, np.where(is_apart, foot.exit_m, np.inf)])
    lost = foot.places.is_connected & ~best.places.is_connected
    walks = []
    for number, (category, of_category) in enumerate(chosen.items()):
        on_foot = _where(is_apart | (lost & of_category).any(), foot.two[number])
        low = _shortest([best.two[number], worst.two[number], elsewhere.two[number], on_foot])
        longest = np.maximum.reduce([one.two[number].nearest_m for one in (best, worst, foot)])
        walks.append(_walks(profile, category, low, np.where(may_be_apart, np.inf, longest)))
    return Access(foot.homes.is_connected, exit_m), walks


def _walks(profile: str, category: str, two: NearestTwo, high_m: Floats) -> Walks:
    return Walks(category, profile, two.nearest_m, high_m, two.second_m, two.nearest, two.second)


def _search_once(
    network: Network, homes: Points, places: Points, chosen: Mapping[str, Flags], connect_max_m: float
) -> _Found:
    if not len(network.start):
        return _nothing(len(homes), len(places), len(chosen))
    from_homes, at_places = (join_points(network, one, connect_max_m=connect_max_m) for one in (homes, places))
    found = nearest_two(network, at_places, chosen.values(), from_homes)
    for one in found:
        _round(one.nearest_m)
        _round(one.second_m)
    exit_m = nearest_exit_m(network, from_homes)
    _round(exit_m)
    return _Found(from_homes, at_places, exit_m, found)


def _nothing(homes: int, places: int, categories: int) -> _Found:
    """Return what is found where nothing can be passed."""
    far, none = np.full(homes, np.inf), np.full(homes, -1)
    of_homes, of_places = (
        Joined(np.zeros(size, dtype=bool), np.zeros(size, dtype=np.int64), np.zeros(size), np.zeros(size))
        for size in (homes, places)
    )
    return _Found(of_homes, of_places, far, [NearestTwo(far, none, far, none)] * categories)


def _doors(network: Network, joined: Joined, chosen: Ints) -> Points:
    """Return where the chosen of the points join the network."""
    edge = joined.edge[chosen]
    start, end, length = network.start[edge], network.end[edge], network.length_m[edge]
    part = np.divide(joined.along_m[chosen], length, out=np.zeros(len(edge)), where=length > 0)
    x, y = (axis[start] + part * (axis[end] - axis[start]) for axis in (network.x_m, network.y_m))
    return np.asarray(shapely.points(x, y), dtype=np.object_)


def _behind(joined: Joined, chosen: Ints, found: _Found) -> _Found:
    """Return what was found from the doors of the chosen homes, the way to the door counted; nothing for others."""
    size, access_m = len(joined.edge), joined.access_m[chosen]

    def later(distance_m: Floats) -> Floats:
        whole = np.full(size, np.inf)
        whole[chosen] = (distance_m + access_m).round(_DECIMALS)
        return whole

    def named(facility: Ints) -> Ints:
        whole = np.full(size, -1)
        whole[chosen] = facility
        return whole

    two = [
        NearestTwo(later(one.nearest_m), named(one.nearest), later(one.second_m), named(one.second))
        for one in found.two
    ]
    return replace(found, homes=joined, exit_m=later(found.exit_m), two=two)


def _where(holds: Flags, two: NearestTwo) -> NearestTwo:
    """Return the walks of the homes for which `holds`, and none for the others."""
    near, second = (np.where(holds, one, np.inf) for one in (two.nearest_m, two.second_m))
    nearest, other = (np.where(holds, one, -1) for one in (two.nearest, two.second))
    return NearestTwo(near, nearest, second, other)


def _shortest(found: Sequence[NearestTwo]) -> NearestTwo:
    """Return per home the walks of the search that has its nearest facility nearest, the first among equals."""
    which = np.argmin([one.nearest_m for one in found], axis=0)
    rows = np.arange(len(which))
    near, nearest, second, other = (
        np.stack([getattr(one, name) for one in found])[which, rows]
        for name in ("nearest_m", "nearest", "second_m", "second")
    )
    return NearestTwo(near, nearest, second, other)


def _round(distance_m: Floats) -> None:
    """Round in place: for a whole country a copy would take as much memory as the distances themselves."""
    distance_m.round(_DECIMALS, out=distance_m)


def chosen_by_category(facilities: pd.DataFrame, categories: Sequence[str]) -> dict[str, Flags]:
    """Return per category, also one without any, which facilities belong to it."""
    return {category: (facilities["category"] == category).to_numpy() for category in categories}


def access_table(dwelling_ids: pd.Series, by_profile: Mapping[str, Access]) -> pd.DataFrame:
    """Return `contracts.ACCESS` of every profile."""
    pieces = [
        pd.DataFrame({
            "profile": _same(profile, by_profile, len(dwelling_ids)), "dwelling_id": dwelling_ids.to_numpy(),
            "is_connected": access.is_connected, "exit_m": finite(access.exit_m),
        })
        for profile, access in sorted(by_profile.items())
    ]  # fmt: skip
    return pd.concat(pieces, ignore_index=True)[list(ACCESS.columns)]


def distances_table(dwelling_ids: pd.Series, facility_ids: pd.Series, walks: Sequence[Walks]) -> pd.DataFrame:
    """Return `contracts.DISTANCES` of all walks; facilities are named by their position in `facility_ids`, sorted."""
    categories, profiles = ({getattr(one, name): None for one in walks} for name in ("category", "profile"))
    names = pd.Index(facility_ids)
    pieces = [
        pd.DataFrame({
            "category": _same(one.category, categories, len(dwelling_ids)),
            "profile": _same(one.profile, profiles, len(dwelling_ids)),
            "dwelling_id": dwelling_ids.to_numpy(),
            "nearest_m": finite(one.nearest_m), "nearest_high_m": finite(one.nearest_high_m),
            "second_m": finite(one.second_m),
            "nearest_id": pd.Categorical.from_codes(_codes(one.nearest), categories=names),
            "second_id": pd.Categorical.from_codes(_codes(one.second), categories=names),
        })
        for one in sorted(walks, key=lambda walk: (walk.category, walk.profile))
    ]  # fmt: skip
    return pd.concat(pieces, ignore_index=True)[list(DISTANCES.columns)]


def _codes(facility: Ints) -> npt.NDArray[np.int32]:
    return facility.astype(np.int32)


def _same(value: str, values: Mapping[str, object], size: int) -> "pd.Categorical[str]":
    ordered = sorted(values)
    return pd.Categorical.from_codes(np.full(size, ordered.index(value), dtype=np.int16), categories=pd.Index(ordered))


def access_of(table: pd.DataFrame) -> dict[str, Access]:
    """Return the access of every profile from `contracts.ACCESS`, dwellings in the order of their ids."""
    return {
        str(profile): Access(rows["is_connected"].to_numpy(), rows["exit_m"].fillna(np.inf).to_numpy())
        for profile, rows in table.groupby("profile", observed=True)
    }


def facilities_of(table: pd.DataFrame) -> pd.Index:
    """Return the ids of all facilities in `contracts.DISTANCES`; their positions are how `walks_of` names them."""
    return table["nearest_id"].cat.categories.union(table["second_id"].cat.categories)


def walks_of(table: pd.DataFrame) -> Iterator[Walks]:
    """Return the walks in `contracts.DISTANCES`, dwellings in the order of their ids."""
    names = facilities_of(table)
    for (category, profile), rows in table.groupby(["category", "profile"], observed=True):
        near, high, second = (
            rows[name].fillna(np.inf).to_numpy() for name in ("nearest_m", "nearest_high_m", "second_m")
        )
        is_certain = np.array_equal(near, high)
        nearest, other = (
            rows[name].cat.set_categories(names).cat.codes.to_numpy().astype(np.int64)
            for name in ("nearest_id", "second_id")
        )
        yield Walks(str(category), str(profile), near, near if is_certain else high, second, nearest, other)


def unjoined_facilities(facilities: gpd.GeoDataFrame, places: Joined) -> gpd.GeoDataFrame:
    """Return the facilities that do not join the network, as `contracts.UNJOINED_FACILITIES` has them."""
    return facilities.loc[~places.is_connected, ["facility_id", "category", "geometry"]]


def finite(distance_m: Floats) -> Floats:
    """Return distances with missing in place of infinite."""
    return np.where(np.isfinite(distance_m), distance_m, np.nan)
