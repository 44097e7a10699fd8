"""Walks from every dwelling to the facilities of a category, per profile, as arrays and as tables."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd

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

    `nearest_high_m` is the nearest if no way can be passed of which that is unknown. Infinite, and -1, where there is
    none to walk to.
    """

    category: str
    profile: str
    nearest_m: Floats
    nearest_high_m: Floats
    second_m: Floats
    nearest: Ints
    second: Ints


def search(
    profile: str,
    passable: Passable,
    homes: Points,
    places: Points,
    chosen: Mapping[str, Flags],
    *,
    connect_max_m: float,
    on_foot: tuple[Access, Sequence[Walks]] | None = None,
) -> tuple[Access, list[Walks]]:
    """Walk from every home to the facilities of every category with a profile.

    Homes and places join the nearest edge that the profile can pass. Someone with an aid never walks less far than
    someone on foot, nor less far where more is unknown, so that distances are held at those of `on_foot`.

    Parameters
    ----------
    passable
        The network of the profile.
    homes, places
        Points of the dwellings and of the facilities.
    chosen
        Per category which of the places belong to it.
    on_foot
        What this gave for the profile on foot; none for that profile itself.
    """
    best = _search_once(passable.at_best, homes, places, chosen, connect_max_m)
    access = Access(best.is_connected, best.exit_m)
    is_certain = passable.at_worst is passable.at_best
    worst = best if is_certain else _search_once(passable.at_worst, homes, places, chosen, connect_max_m)
    if on_foot:
        access = Access(on_foot[0].is_connected, np.maximum(access.exit_m, on_foot[0].exit_m))
    walks = []
    for number, category in enumerate(chosen):
        two = best.found[number] if on_foot is None else _not_nearer(best.found[number], on_foot[1][number])
        high_m = two.nearest_m if is_certain else np.maximum(worst.found[number].nearest_m, two.nearest_m)
        walks.append(Walks(category, profile, two.nearest_m, high_m, two.second_m, two.nearest, two.second))
    return access, walks


def search_profiles(
    passable: Mapping[str, Passable],
    homes: Points,
    places: Points,
    chosen: Mapping[str, Flags],
    *,
    connect_max_m: float,
) -> dict[str, tuple[Access, list[Walks]]]:
    """Return what `search` gives for each profile, on foot first."""
    found = {ON_FOOT: search(ON_FOOT, passable[ON_FOOT], homes, places, chosen, connect_max_m=connect_max_m)}
    for profile in passable:
        if profile != ON_FOOT:
            found[profile] = search(
                profile, passable[profile], homes, places, chosen, connect_max_m=connect_max_m, on_foot=found[ON_FOOT]
            )
    return found


@dataclass(frozen=True)
class _Found:
    is_connected: Flags
    exit_m: Floats
    found: list[NearestTwo]


def _search_once(
    network: Network, homes: Points, places: Points, chosen: Mapping[str, Flags], connect_max_m: float
) -> _Found:
    if not len(network.start):
        return _nothing(len(homes), len(chosen))
    from_homes, at_places = (join_points(network, one, connect_max_m=connect_max_m) for one in (homes, places))
    found = nearest_two(network, at_places, chosen.values(), from_homes)
    for one in found:
        _round(one.nearest_m)
        _round(one.second_m)
    exit_m = nearest_exit_m(network, from_homes)
    _round(exit_m)
    return _Found(from_homes.is_connected, exit_m, found)


def _nothing(size: int, categories: int) -> _Found:
    """Return what is found where nothing can be passed."""
    far, none = np.full(size, np.inf), np.full(size, -1)
    return _Found(np.zeros(size, dtype=bool), far, [NearestTwo(far, none, far, none)] * categories)


def _round(distance_m: Floats) -> None:
    """Round in place: for a whole country a copy would take as much memory as the distances themselves."""
    distance_m.round(_DECIMALS, out=distance_m)


def _not_nearer(two: NearestTwo, walk: Walks) -> NearestTwo:
    return replace(
        two, nearest_m=np.maximum(two.nearest_m, walk.nearest_m), second_m=np.maximum(two.second_m, walk.second_m)
    )


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
