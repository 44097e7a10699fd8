"""Walking distance to the nearest and second nearest facility: two searches over a sparse graph, however many points.

First one search from all facilities at once gives every node its nearest facility, and so cuts the network into cells.
The way to the second nearest facility enters a cell over an edge between two cells; a second search starts there.
"""

from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import dijkstra

from pipeline.model.network import Floats, Ints, Joined, Network

_TINY_M = 1e-6
"""Stands for a length of zero, which a sparse graph would take for no edge at all."""


@dataclass(frozen=True)
class NearestTwo:
    """Per point the distance (m) to the nearest and second nearest facility, and which these are.

    Infinite, and -1, where there is none to walk to or the point is not connected.
    """

    nearest_m: Floats
    nearest: Ints
    second_m: Floats
    second: Ints


@dataclass(frozen=True)
class _Graph:
    """A network with facilities on it: those on an edge split it, and each hangs on its split by its way in."""

    size: int
    start: Ints
    end: Ints
    length_m: Floats
    facility_nodes: Ints
    splits: Joined
    split_nodes: Ints


def nearest_two(network: Network, facilities: Joined, points: Joined) -> NearestTwo:
    """Return for each point the nearest and second nearest of `facilities`, over the network, the ways in counted.

    Distances are exact for points and facilities half-way along edges, also on the same edge. Facilities that are not
    connected are never found.
    """
    graph = _with_facilities(network, facilities)
    nearest_m, nearest, second_m, second = _search_nodes(graph)
    left, to_left, right, to_right = _neighbours(network, graph, points)
    distance = np.stack([nearest_m[left] + to_left, second_m[left] + to_left,
                         nearest_m[right] + to_right, second_m[right] + to_right])  # fmt: skip
    which = np.stack([nearest[left], second[left], nearest[right], second[right]])
    distance += points.access_m
    distance[:, ~points.is_connected] = np.inf
    return _best_two(distance, np.where(np.isfinite(distance), which, -1))


def nearest_exit_m(network: Network, points: Joined) -> Floats:
    """Return the walking distance (m) from each point to the nearest exit of the extract; infinite without one."""
    exits = np.flatnonzero(network.is_exit)
    if not len(exits):
        return np.full(len(points.edge), np.inf)
    size = len(network.x_m)
    links = _undirected(size, network.start, network.end, network.length_m)
    to_exit = dijkstra(links, directed=True, indices=exits, min_only=True)
    start, end = network.start[points.edge], network.end[points.edge]
    rest = network.length_m[points.edge] - points.along_m
    distance = points.access_m + np.minimum(to_exit[start] + points.along_m, to_exit[end] + rest)
    return np.where(points.is_connected, distance, np.inf)


def _undirected(size: int, start: Ints, end: Ints, length_m: Floats) -> csr_matrix:
    """Return the graph with each edge both ways; of parallel edges the shortest, since a sparse matrix adds them up."""
    low, high = np.minimum(start, end), np.maximum(start, end)
    order = np.lexsort((length_m, high, low))
    low, high, length = low[order], high[order], np.maximum(length_m[order], _TINY_M)
    first = np.ones(len(low), dtype=bool)
    first[1:] = (low[1:] != low[:-1]) | (high[1:] != high[:-1])
    low, high, length = low[first], high[first], length[first]
    both = np.concatenate([low, high]), np.concatenate([high, low])
    return csr_matrix((np.concatenate([length, length]), both), shape=(size, size))


def _with_facilities(network: Network, facilities: Joined) -> _Graph:
    """Split the edges that facilities join, and hang each facility on its split as a node of its own."""
    count, connected = len(network.x_m), np.flatnonzero(facilities.is_connected)
    order = connected[np.lexsort((facilities.along_m[connected], facilities.edge[connected]))]
    edge, along = facilities.edge[order], facilities.along_m[order]
    split_nodes = count + np.arange(len(order), dtype=np.int64)
    facility_nodes = np.full(len(facilities.edge), -1, dtype=np.int64)
    facility_nodes[order] = split_nodes + len(order)
    is_first = np.append(True, edge[1:] != edge[:-1])[: len(edge)]
    is_last = np.append(edge[1:] != edge[:-1], True)[: len(edge)]
    before = np.where(is_first, network.start[edge], split_nodes - 1)
    since = along - np.where(is_first, 0.0, np.roll(along, 1))
    whole = np.setdiff1d(np.arange(len(network.start)), edge)
    rest = network.length_m[edge[is_last]] - along[is_last]
    return _Graph(
        size=count + 2 * len(order),
        start=np.concatenate([network.start[whole], before, split_nodes[is_last], split_nodes]),
        end=np.concatenate([network.end[whole], split_nodes, network.end[edge[is_last]], facility_nodes[order]]),
        length_m=np.concatenate([network.length_m[whole], since, np.maximum(rest, 0), facilities.access_m[order]]),
        facility_nodes=facility_nodes,
        splits=Joined(np.ones(len(order), dtype=bool), edge, along, facilities.access_m[order]),
        split_nodes=split_nodes,
    )


def _search_nodes(graph: _Graph) -> tuple[Floats, Ints, Floats, Ints]:
    """Return per node: distance to the nearest facility and which, distance to the second nearest and which."""
    known = np.flatnonzero(graph.facility_nodes >= 0)
    nothing = np.full(graph.size, np.inf), np.full(graph.size, -1, dtype=np.int64)
    if not len(known):
        return (*nothing, nothing[0].copy(), nothing[1].copy())
    links = _undirected(graph.size, graph.start, graph.end, graph.length_m)
    nearest_m, nearest = _search(links, graph.facility_nodes[known], known)
    start, end, length = graph.start, graph.end, graph.length_m
    crosses = (nearest[start] != nearest[end]) & (nearest[start] >= 0) & (nearest[end] >= 0)
    if not crosses.any():
        return nearest_m, nearest, nothing[0].copy(), nothing[1].copy()
    inner = _undirected(graph.size, start[~crosses], end[~crosses], length[~crosses])
    came_from = np.concatenate([start[crosses], end[crosses]])
    enters = np.concatenate([end[crosses], start[crosses]])
    seed_m = nearest_m[came_from] + np.tile(length[crosses], 2)
    second_m, second = _search_from_seeds(inner, enters, seed_m, nearest[came_from])
    return nearest_m, nearest, second_m, second


def _search(links: csr_matrix, sources: Ints, labels: Ints) -> tuple[Floats, Ints]:
    distance, _, source = dijkstra(links, directed=True, indices=sources, min_only=True, return_predecessors=True)
    label_of = np.full(links.shape[0] + 1, -1, dtype=np.int64)
    label_of[sources] = labels
    found = np.isfinite(distance)
    return distance, np.where(found, label_of[np.where(found, source, -1)], -1)


def _search_from_seeds(links: csr_matrix, nodes: Ints, seed_m: Floats, labels: Ints) -> tuple[Floats, Ints]:
    """Search on from `nodes`, where facility `labels` is already `seed_m` away; of several seeds the nearest counts."""
    order = np.lexsort((seed_m, nodes))
    first = order[np.append(True, nodes[order][1:] != nodes[order][:-1])]
    nodes, seed_m, labels = nodes[first], seed_m[first], labels[first]
    size = links.shape[0]
    present, node_group = np.unique(labels, return_inverse=True)
    virtual = size + np.arange(len(present), dtype=np.int64)
    inner = links.tocoo()
    grown = csr_matrix(
        (
            np.concatenate([inner.data, np.maximum(seed_m, _TINY_M)]),
            (np.concatenate([inner.row, virtual[node_group]]), np.concatenate([inner.col, nodes])),
        ),
        shape=(size + len(present), size + len(present)),
    )
    distance, which = _search(grown, virtual, present)
    return distance[:size], which[:size]


def _neighbours(network: Network, graph: _Graph, points: Joined) -> tuple[Ints, Floats, Ints, Floats]:
    """Return the nodes on either side of each point on its edge, splits counted, and the way to them (m)."""
    edge, along = points.edge, points.along_m
    left, to_left = network.start[edge], along
    right, to_right = network.end[edge], network.length_m[edge] - along
    if not len(graph.split_nodes):
        return left, to_left, right, to_right
    span = float(network.length_m.max()) + 1
    split_key = graph.splits.edge * span + graph.splits.along_m
    after = np.searchsorted(split_key, edge * span + along, side="right")
    before, last = after - 1, len(split_key) - 1
    has_before = (before >= 0) & (graph.splits.edge[np.maximum(before, 0)] == edge)
    has_after = (after <= last) & (graph.splits.edge[np.minimum(after, last)] == edge)
    before, after = np.maximum(before, 0), np.minimum(after, last)
    return (
        np.where(has_before, graph.split_nodes[before], left),
        np.where(has_before, along - graph.splits.along_m[before], to_left),
        np.where(has_after, graph.split_nodes[after], right),
        np.where(has_after, graph.splits.along_m[after] - along, to_right),
    )


def _best_two(distance: Floats, which: Ints) -> NearestTwo:
    """Of candidates (rows) per point (columns): the nearest, and the nearest of another facility."""
    column = np.arange(distance.shape[1])
    best = distance.argmin(axis=0)
    nearest_m, nearest = distance[best, column], which[best, column]
    others = np.where(which == nearest, np.inf, distance)
    best = others.argmin(axis=0)
    second_m = others[best, column]
    second = np.where(np.isfinite(second_m), which[best, column], -1)
    return NearestTwo(nearest_m, nearest, second_m, second)
