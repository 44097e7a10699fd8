"""Distances over car roads, only to hold the facilities on the map against what CBS publishes.

CBS measures from every inhabited address over paved car roads. Here every road goes both ways.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely
from scipy.sparse import coo_matrix, csr_matrix
from scipy.sparse.csgraph import connected_components, dijkstra

from pipeline.config.params import NetworkSettings
from pipeline.model.distances import Between, nearest_exit_m, nearest_two, small_graph
from pipeline.model.network import (
    Flags,
    Floats,
    Ints,
    Joined,
    Network,
    clip_to,
    edges_of_ways,
    join_points,
    mark_exits,
    network_from_tables,
    on_islands,
    unique_edges,
)
from pipeline.model.profiles import without
from pipeline.model.tally import people_per_dwelling

_AT_ONCE = 64
"""Facilities searched from at once: few enough to need little memory."""

Points = npt.NDArray[np.object_]
"""Shapely points in EPSG:28992."""


@dataclass(frozen=True)
class Drives:
    """Per dwelling the drive (m) to the nearest facility of a category, and how many there are within each radius.

    `nearest_m` is infinite where none can be driven to; `within` has a row per dwelling and a column per radius. Where
    the dwelling is not connected both mean nothing.
    """

    nearest_m: Floats
    within: Ints


@dataclass(frozen=True)
class CarAccess:
    """Per dwelling whether it joins a car road, and the drive (m) to where the roads leave the extract, or infinite."""

    is_connected: Flags
    exit_m: Floats


def car_network(
    starts: Ints, node_ids: Ints, x_m: Floats, y_m: Floats, cut_ids: Ints, extract: shapely.Polygon,
    settings: NetworkSettings,
) -> Network:  # fmt: skip
    """Return the network of drivable ways within `extract`.

    Parameters
    ----------
    starts, node_ids, x_m, y_m
        As for `network.edges_of_ways`, in EPSG:28992.
    cut_ids
        Nodes whose way goes on to a node that the extract lacks.
    """
    nodes, stretches = edges_of_ways(starts, node_ids, x_m, y_m)
    nodes, edges = clip_to(nodes, unique_edges(stretches), extract)
    nodes = mark_exits(nodes, edges, extract, cut_ids, edge_m=settings.edge_m, cut_m=settings.cut_m)
    return _without_islands(network_from_tables(nodes, edges), settings.car_island_max_nodes)


def _without_islands(network: Network, island_max_nodes: int) -> Network:
    """Return the network without the edges of small parts that have no exit; the largest part always stays."""
    size = len(network.x_m)
    links = coo_matrix((network.length_m, (network.start, network.end)), shape=(size, size))
    part = connected_components(links, directed=False)[1]
    is_island = on_islands(network.start, network.end, network.is_exit, island_max_nodes=island_max_nodes)
    is_island &= part != np.bincount(part).argmax()
    return without(network, is_island[network.start], np.zeros(size, dtype=bool))


def drive(
    network: Network,
    homes: Points,
    places: Points,
    chosen: Mapping[str, Flags],
    radii_m: Sequence[float],
    *,
    connect_max_m: float,
) -> tuple[CarAccess, dict[str, Drives]]:
    """Drive from every home to the facilities of every category, the ways to and from the road counted.

    Parameters
    ----------
    homes, places
        Points of the dwellings and of the facilities.
    chosen
        Per category which of the places belong to it.
    radii_m
        Distances (m) within which facilities are counted.
    connect_max_m
        Farther from a road than this a home or place is not connected.
    """
    from_homes, at_places = (join_points(network, one, connect_max_m=connect_max_m) for one in (homes, places))
    nearest = nearest_two(network, at_places, chosen.values(), from_homes)
    counts = _count_within(network, at_places, chosen, from_homes, radii_m)
    drives = {
        category: Drives(two.nearest_m, within)
        for category, two, within in zip(chosen, nearest, counts, strict=True)
    }  # fmt: skip
    return CarAccess(from_homes.is_connected, nearest_exit_m(network, from_homes)), drives


def _count_within(
    network: Network, places: Joined, chosen: Mapping[str, Flags], homes: Joined, radii_m: Sequence[float]
) -> Iterator[Ints]:
    """Yield per category how many facilities are within each radius (column) of each home (row)."""
    graph, nodes, between = small_graph(network, places, homes)
    for choice in chosen.values():
        found = np.flatnonzero(choice & places.is_connected)
        counts = np.zeros((len(homes.edge), len(radii_m)), dtype=np.int64)
        for away_m in _away(graph, nodes[found], places.access_m[found], between, max(radii_m, default=0.0)):
            counts += away_m[:, None] <= np.asarray(radii_m)
        counts[~homes.is_connected] = 0
        yield counts


def _away(graph: csr_matrix, nodes: Ints, access_m: Floats, between: Between, limit_m: float) -> Iterator[Floats]:
    """Yield per facility its distance to every home; beyond `limit_m` it may be infinite."""
    for first in range(0, len(nodes), _AT_ONCE):
        some = slice(first, first + _AT_ONCE)
        for at_nodes, access in zip(dijkstra(graph, indices=nodes[some], limit=limit_m), access_m[some], strict=True):
            by_left = at_nodes[between.left] + between.to_left_m
            by_right = at_nodes[between.right] + between.to_right_m
            yield np.minimum(by_left, by_right) + access


def people_of_dwellings(dwellings: pd.DataFrame, everyone: pd.DataFrame) -> Floats:
    """Return how many people live in each dwelling; 0 where that is unknown.

    Parameters
    ----------
    everyone
        Rows of `contracts.DEMAND` of all inhabitants.
    """
    people = dwellings["cell_code"].map(people_per_dwelling(everyone))
    return np.asarray(people.fillna(0.0), dtype=np.float64)
