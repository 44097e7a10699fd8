"""Profiles: which ways and nodes someone with a rollator or in a wheelchair cannot pass, or may not be able to."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from typing import Self

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from pipeline.config.profiles import ON_FOOT, Criterion, NumberLimit, Profile
from pipeline.config.values import TagRule
from pipeline.contracts import EDGE_LIMITS, LIMITS, NODE_LIMITS, UNIT_PATHS, Contract
from pipeline.model.network import Flags, Network, on_islands
from pipeline.tag_rules import Tags, keys_of, matches_any

_PASSABLE, _UNKNOWN, _BARRED = 0, 1, 2
_LIMIT_OF = {_UNKNOWN: "unknown", _BARRED: "barred"}
_NUMBER = re.compile(r"^\s*[-+]?(\d+(?:[.,]\d+)?)\s*(m|cm|%|°)?\s*$")
_PER_UNIT = {"m": 1.0, "cm": 0.01, "%": 1.0}
_M_PER_KM = 1000

States = npt.NDArray[np.int8]
"""Per object: 0 it can be passed, 1 not known, 2 it cannot."""


@dataclass(frozen=True)
class Passable:
    """The network that a profile can walk: with what is unknown, and without. Both keep the numbers of all nodes.

    `kept_at_best` and `kept_at_worst` say of each edge of the walking network whether it is part of them.
    """

    at_best: Network
    at_worst: Network
    kept_at_best: Flags
    kept_at_worst: Flags

    @classmethod
    def everywhere(cls, network: Network) -> Self:
        """Return the whole network: nothing is barred, and nothing unknown."""
        kept = np.ones(len(network.start), dtype=bool)
        return cls(network, network, kept, kept)


def tags_of_nodes(profiles: Mapping[str, Profile]) -> list[str]:
    """Return the tags of nodes that any profile looks at."""
    rules = chain.from_iterable((*one.barred, *one.unknown) for profile in profiles.values() for one in profile.nodes)
    limits = {one.limit.tag for profile in profiles.values() for one in profile.nodes if one.limit}
    return sorted({*keys_of(rules), *limits})


def way_states(tags: Sequence[Tags], profile: Profile) -> States:
    """Return for each way whether the profile can pass it."""
    return _states(tags, profile.waived, profile.ways)


def node_states(tags: Sequence[Tags], profile: Profile) -> States:
    """Return for each node whether the profile can pass it."""
    return _states(tags, profile.waived, profile.nodes)


def _states(tags: Sequence[Tags], waived: Sequence[TagRule], criteria: Sequence[Criterion]) -> States:
    return np.array([_state(one, waived, criteria) for one in tags], dtype=np.int8)


def _state(tags: Tags, waived: Sequence[TagRule], criteria: Sequence[Criterion]) -> int:
    if matches_any(tags, waived):
        return _PASSABLE
    return max((_judge(tags, one) for one in criteria), default=_PASSABLE)


def _judge(tags: Tags, criterion: Criterion) -> int:
    number = _number(tags.get(criterion.limit.tag)) if criterion.limit else None
    if criterion.limit and number is not None:
        return _PASSABLE if _holds(number, criterion.limit) else _BARRED
    for rules, state in ((criterion.barred, _BARRED), (criterion.passable, _PASSABLE), (criterion.unknown, _UNKNOWN)):
        if matches_any(tags, rules):
            return state
    is_unread = criterion.limit is not None and criterion.limit.tag in tags
    return _UNKNOWN if criterion.otherwise == "unknown" or is_unread else _PASSABLE


def _number(text: str | None) -> float | None:
    """Return the size of a number with a unit, in metres or per cent; None if it is not written as one."""
    found = _NUMBER.match(text or "")
    if found is None or found[2] == "°":
        return None
    return float(found[1].replace(",", ".")) * _PER_UNIT.get(found[2] or "m", 1.0)


def _holds(number: float, limit: NumberLimit) -> bool:
    if limit.at_least is not None:
        return number >= limit.at_least
    return limit.at_most is None or number <= limit.at_most


def limit_edges(
    stretches: pd.DataFrame, edges: pd.DataFrame, tags: Sequence[Tags], profiles: Mapping[str, Profile]
) -> pd.DataFrame:
    """Return the edges that a profile cannot pass, or of which that is unknown, as `contracts.EDGE_LIMITS` has them.

    Where two ways share a stretch, the better one counts.

    Parameters
    ----------
    stretches, edges
        As `network.edges_of_ways` and `network.unique_edges` give them; only limits of `edges` are returned.
    tags
        Of each way.
    profiles
        Those in use.
    """
    key = ["from_id", "to_id"]
    kept = stretches.merge(edges[key], on=key)
    pieces = []
    for code, profile in profiles.items():
        states = kept[key].assign(state=way_states(tags, profile)[kept["way"]])
        best = states.groupby(key)["state"].min()
        pieces.append(_limits(best.reset_index(), code))
    return _together(pieces, EDGE_LIMITS)


def limit_nodes(
    node_ids: npt.NDArray[np.int64], tags: Sequence[Tags], nodes: pd.DataFrame, profiles: Mapping[str, Profile]
) -> pd.DataFrame:
    """Return the nodes that a profile cannot pass, or may not be able to, as `contracts.NODE_LIMITS` has them."""
    on_network = np.isin(node_ids, nodes["node_id"])
    found = [one for one, is_used in zip(tags, on_network, strict=True) if is_used]
    pieces = [
        _limits(pd.DataFrame({"node_id": node_ids[on_network], "state": node_states(found, profile)}), code)
        for code, profile in profiles.items()
    ]
    return _together(pieces, NODE_LIMITS)


def _together(of_profiles: Sequence[pd.DataFrame], contract: Contract) -> pd.DataFrame:
    """Return the rows of all profiles as one table, also where nobody walks with an aid."""
    return pd.concat(of_profiles, ignore_index=True)[list(contract.columns)] if of_profiles else contract.empty()


def _limits(states: pd.DataFrame, profile: str) -> pd.DataFrame:
    limited = states[states["state"] > _PASSABLE]
    return limited.assign(profile=profile, limit=limited["state"].map(_LIMIT_OF).astype("str")).astype(
        {"profile": "str"}
    )


def describe_paths(
    nodes: pd.DataFrame, edges: pd.DataFrame, limits: pd.DataFrame, units: gpd.GeoDataFrame, profiles: Iterable[str]
) -> pd.DataFrame:
    """Return length, barred and unknown share of the network per unit and profile, as `contracts.UNIT_PATHS` has it."""
    inside = _edges_in_units(nodes, edges, units)
    codes = pd.Index(units["unit_code"])
    whole_m = inside.groupby("unit_code")["length_m"].sum().reindex(codes, fill_value=0.0)
    pieces = []
    for profile in profiles:
        of_profile = limits[limits["profile"] == profile]
        limited = inside.merge(of_profile, on=["from_id", "to_id"]).groupby(["limit", "unit_code"])["length_m"].sum()
        shares = {
            f"{limit}_share": limited.reindex(pd.MultiIndex.from_product([[limit], codes]), fill_value=0.0).to_numpy()
            / whole_m.where(whole_m > 0).to_numpy()
            for limit in LIMITS
        }
        length_km = whole_m.to_numpy() / _M_PER_KM
        pieces.append(pd.DataFrame({"unit_code": codes, "profile": profile, "length_km": length_km, **shares}))
    return _together(pieces, UNIT_PATHS)


def _edges_in_units(nodes: pd.DataFrame, edges: pd.DataFrame, units: gpd.GeoDataFrame) -> pd.DataFrame:
    """Return the edges of which the middle lies in a unit, with its unit_code; on a border the first unit counts."""
    place = nodes.set_index("node_id")
    start, end = place.loc[edges["from_id"]], place.loc[edges["to_id"]]
    middle = shapely.points(*((start[axis].to_numpy() + end[axis].to_numpy()) / 2 for axis in ("x_m", "y_m")))
    edge, unit = shapely.STRtree(units.geometry.to_numpy()).query(middle, predicate="intersects")
    first = pd.Series(unit).groupby(edge).min()
    return edges.iloc[first.index].assign(unit_code=units["unit_code"].to_numpy()[first])


def passable_networks(
    network: Network,
    nodes: pd.DataFrame,
    edges: pd.DataFrame,
    edge_limits: pd.DataFrame,
    node_limits: pd.DataFrame,
    *,
    island_max_nodes: int,
) -> Callable[[str], Passable]:
    """Return what gives the network of a profile.

    Parameters
    ----------
    network
        Of `nodes` and `edges`, in their order.
    edge_limits, node_limits
        As their contracts have them.
    island_max_nodes
        A loose bit up to this size is no place to start from, as in the network itself.
    """
    edge_key = pd.MultiIndex.from_frame(edges[["from_id", "to_id"]])
    node_key = pd.Index(nodes["node_id"])

    def of_profile(profile: str) -> Passable:
        if profile == ON_FOOT:
            return Passable.everywhere(network)
        of_edges = edge_limits[edge_limits["profile"] == profile]
        of_nodes = node_limits[node_limits["profile"] == profile]
        at_edge = np.zeros(len(edges), dtype=np.int8)
        at_edge[edge_key.get_indexer(pd.MultiIndex.from_frame(of_edges[["from_id", "to_id"]]))] = _codes(of_edges)
        at_node = np.zeros(len(nodes), dtype=np.int8)
        at_node[node_key.get_indexer(of_nodes["node_id"])] = _codes(of_nodes)
        (best, kept_at_best), (worst, kept_at_worst) = (
            _opened(network, at_edge < state, at_node >= state, island_max_nodes) for state in (_BARRED, _UNKNOWN)
        )
        return Passable(best, worst, kept_at_best, kept_at_worst)

    return of_profile


def _codes(limits: pd.DataFrame) -> npt.NDArray[np.int8]:
    return np.where(limits["limit"] == "barred", _BARRED, _UNKNOWN).astype(np.int8)


def _opened(network: Network, passed: Flags, dead_ends: Flags, island_max_nodes: int) -> tuple[Network, Flags]:
    """Return the network of the edges that can be passed, without islands, and which edges are part of it."""
    some = without(network, ~passed, dead_ends)
    is_island = on_islands(some.start, some.end, some.is_exit, island_max_nodes=island_max_nodes)[some.start]
    kept = passed.copy()
    kept[passed] = ~is_island
    return without(some, is_island, np.zeros(len(some.x_m), dtype=bool)), kept


def without(network: Network, edges: npt.NDArray[np.bool_], nodes: npt.NDArray[np.bool_]) -> Network:
    """Return the network without `edges`, and with `nodes` as dead ends: they can be reached, not passed.

    Each end of an edge at such a node gets a node of its own, after all others.
    """
    start, end = network.start[~edges].copy(), network.end[~edges].copy()
    x, y, is_exit = [network.x_m], [network.y_m], [network.is_exit]
    size = len(network.x_m)
    for ends in (start, end):
        at = np.flatnonzero(nodes[ends])
        old = ends[at]
        ends[at] = size + np.arange(len(at))
        size += len(at)
        x.append(network.x_m[old])
        y.append(network.y_m[old])
        is_exit.append(network.is_exit[old])
    return replace(
        network, x_m=np.concatenate(x), y_m=np.concatenate(y), is_exit=np.concatenate(is_exit), start=start, end=end,
        length_m=network.length_m[~edges],
    )  # fmt: skip
