"""Walking distance to the nearest and second nearest facility: two searches over a small graph, however many points.

The graph has a node where streets meet or end, and where a facility joins them; what lies in between, however many
edges, is one link. One search from all chosen facilities at once gives every node its nearest, and so cuts the graph
into cells. The way to the second nearest enters a cell over a link between two cells; a second search starts there.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from scipy.sparse import coo_matrix, csr_matrix
from scipy.sparse.csgraph import connected_components, dijkstra

from pipeline.model.network import Flags, Floats, Ints, Joined, Network

_AT_ONCE = 16_384
"""Points reckoned at once: few enough for the cache of a processor. This sets how fast, not what."""

_NOWHERE = 0
"""The node where points are that are not connected: it has no links."""


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
class _Links:
    """Links between `size` nodes, in metres; they may be parallel, or go round to where they began."""

    size: int
    start: Ints
    end: Ints
    length_m: Floats


@dataclass(frozen=True)
class _Course:
    """Per edge of the network: the link it is part of, where on that its start lies, and its direction (1 or -1)."""

    link: Ints
    start_m: Floats
    direction: Ints


@dataclass(frozen=True)
class Between:
    """Points between two nodes each, and the way to either in metres, the way in counted."""

    left: Ints
    to_left_m: Floats
    right: Ints
    to_right_m: Floats


def nearest_two(network: Network, facilities: Joined, chosen: Iterable[Flags], points: Joined) -> list[NearestTwo]:
    """Return, for each choice from `facilities`, per point the nearest two of these, the ways in counted.

    Distances are exact for points and facilities half-way along edges, also on the same edge. Facilities that are not
    connected are never found.
    """
    graph, nodes, between = small_graph(network, facilities, points)
    found = []
    for choice in chosen:
        labels = np.flatnonzero(choice & facilities.is_connected)
        found.append(_of_points(_search_twice(graph, nodes[labels], facilities.access_m[labels], labels), between))
    return found


def nearest_exit_m(network: Network, points: Joined) -> Floats:
    """Return the walking distance (m) from each point to the nearest exit of the extract; infinite without one."""
    at_start, at_end = (np.flatnonzero(network.is_exit[one]) for one in (network.start, network.end))
    along = np.concatenate([np.zeros(len(at_start)), network.length_m[at_end]])
    no_way_in, everywhere = np.zeros(len(along)), np.ones(len(along), dtype=bool)
    exits = Joined(everywhere, np.concatenate([at_start, at_end]), along, no_way_in)
    graph, nodes, between = small_graph(network, exits, points)
    exit_m, _ = _search(graph, nodes, no_way_in, np.arange(len(nodes)))
    return np.minimum(exit_m[between.left] + between.to_left_m, exit_m[between.right] + between.to_right_m)


def small_graph(network: Network, facilities: Joined, points: Joined) -> tuple[csr_matrix, Ints, Between]:
    """Return the graph of junctions and facilities, the nodes of the facilities, and where the points lie in it."""
    links, course = _contract(network)
    links, nodes, between = _split(links, _on_links(links, course, facilities), _on_links(links, course, points))
    return _both_ways(links), nodes, between


def _contract(network: Network) -> tuple[_Links, _Course]:
    """Return the network with one link for each chain of edges between two junctions, and where its edges went.

    Arc i of the network is edge i from its start, arc i + number of edges is the same edge from its end.
    """
    count = len(network.start)
    arc, back = np.arange(2 * count), np.roll(np.arange(2 * count), count)
    tail, head = np.append(network.start, network.end), np.append(network.end, network.start)
    length = np.tile(network.length_m, 2)
    is_junction = _find_junctions(network)
    stops = is_junction[head]
    # Between junctions two arcs leave each node: the way back and the way on.
    leaving = np.bincount(tail, weights=arc).astype(np.int64)
    last = np.where(stops, arc, leaving[head] - back)
    rest = np.where(stops, 0.0, length[last])
    while not np.array_equal(onward := last[last], last):  # each round doubles how far arcs reach
        rest, last = rest + rest[last], onward
    first, opposite = back[last[back]], back[last]
    begins = np.flatnonzero((first == arc) & (first < opposite))
    number = np.cumsum(is_junction, dtype=np.int64)  # from 1, since 0 is nowhere
    edges, backward = slice(count), slice(count, None)
    is_along = first[edges] < opposite[edges]
    return (
        _Links(int(number[-1]) + 1, number[tail[begins]], number[head[last[begins]]], length[begins] + rest[begins]),
        _Course(
            np.searchsorted(begins, np.minimum(first, opposite)[edges]),
            np.where(is_along, rest[backward], rest[edges] + network.length_m),
            np.where(is_along, 1, -1),
        ),
    )


def _find_junctions(network: Network) -> Flags:
    """Return which nodes do not just join two edges; and one of each part of the network, which may be a mere ring."""
    size = len(network.x_m)
    links = coo_matrix((network.length_m, (network.start, network.end)), shape=(size, size))
    part = connected_components(links, directed=False)[1]
    is_junction: Flags = np.bincount(np.append(network.start, network.end), minlength=size) != 2
    is_junction[np.unique(part, return_index=True)[1]] = True
    return is_junction


def _on_links(links: _Links, course: _Course, joined: Joined) -> Joined:
    """Return the same points joined to links in place of edges."""
    link = course.link[joined.edge]
    along = course.start_m[joined.edge] + course.direction[joined.edge] * joined.along_m
    return Joined(joined.is_connected, link, np.clip(along, 0, links.length_m[link]), joined.access_m)


def _split(links: _Links, facilities: Joined, points: Joined) -> tuple[_Links, Ints, Between]:
    """Split links where facilities join them; return also the nodes of the facilities, and the points between nodes."""
    connected = np.flatnonzero(facilities.is_connected)
    nodes = np.full(len(facilities.edge), _NOWHERE)
    nodes[connected] = links.size + np.arange(len(connected))
    whole = np.append(np.arange(len(links.start)), facilities.edge[connected])
    since = np.append(np.zeros(len(links.start)), facilities.along_m[connected])
    order = np.lexsort((since, whole))
    whole, since, start = whole[order], since[order], np.append(links.start, nodes[connected])[order]
    is_last = np.append(whole[1:] != whole[:-1], True)
    end = np.where(is_last, links.end[whole], np.roll(start, -1))
    until = np.where(is_last, links.length_m[whole], np.roll(since, -1))
    piece = _piece_of(points, whole, since)
    left, right = (np.where(points.is_connected, one[piece], _NOWHERE) for one in (start, end))
    to_left, to_right = points.along_m - since[piece], until[piece] - points.along_m
    return (
        _Links(links.size + len(connected), start, end, until - since),
        nodes,
        Between(left, to_left + points.access_m, right, to_right + points.access_m),
    )


def _piece_of(points: Joined, link: Ints, since_m: Floats) -> Ints:
    """Return on which piece each point is; the pieces of a link stand together, in order of where they begin."""
    count = np.bincount(link)
    piece = (np.cumsum(count) - count)[points.edge]
    is_split = np.flatnonzero(count[points.edge] > 1)
    among = np.flatnonzero(count[link] > 1)
    span = float(np.max(since_m[among], initial=0.0)) + float(np.max(points.along_m[is_split], initial=0.0)) + 1
    at = points.edge[is_split] * span + points.along_m[is_split]
    piece[is_split] = among[np.searchsorted(link[among] * span + since_m[among], at, side="right") - 1]
    return piece


def _both_ways(links: _Links) -> csr_matrix:
    """Return the links as a graph, each both ways. Parallel ones stay apart: only adding them up would be wrong."""
    tail, head = np.append(links.start, links.end), np.append(links.end, links.start)
    order = np.argsort(tail, kind="stable")
    begins = np.append(0, np.cumsum(np.bincount(tail, minlength=links.size)))
    return csr_matrix((np.tile(links.length_m, 2)[order], head[order], begins), shape=(links.size, links.size))


def _search_twice(graph: csr_matrix, nodes: Ints, seed_m: Floats, labels: Ints) -> NearestTwo:
    """Return the nearest two per node of the facilities `labels`, which are `seed_m` away from `nodes`."""
    nearest_m, nearest = _search(graph, nodes, seed_m, labels)
    tail, head = np.repeat(np.arange(graph.shape[0]), np.diff(graph.indptr)), graph.indices
    stays = nearest[tail] == nearest[head]
    begins = np.append(0, np.cumsum(stays))[graph.indptr]
    cells = csr_matrix((graph.data[stays], head[stays], begins), shape=graph.shape)
    enters, is_behind = np.flatnonzero(~stays), nearest[nodes] != labels
    second_m, second = _search(
        cells,
        np.append(head[enters], nodes[is_behind]),
        np.append(nearest_m[tail[enters]] + graph.data[enters], seed_m[is_behind]),
        np.append(nearest[tail[enters]], labels[is_behind]),
    )
    return NearestTwo(nearest_m, nearest, second_m, second)


def _search(graph: csr_matrix, nodes: Ints, seed_m: Floats, labels: Ints) -> tuple[Floats, Ints]:
    """Return per node the nearest of the facilities `labels`, `seed_m` away from `nodes`: how far it is, and which."""
    size, seeds = graph.shape[0], len(nodes)
    if not seeds:
        return np.full(size, np.inf), np.full(size, -1)
    lengths: Floats = np.append(graph.data, seed_m)
    heads: Ints = np.append(graph.indices, nodes)
    begins: Ints = np.append(graph.indptr, graph.indptr[-1] + 1 + np.arange(seeds))
    grown = csr_matrix((lengths, heads, begins), shape=(size + seeds, size + seeds))
    distance, _, source = dijkstra(
        grown, directed=True, indices=np.arange(size, size + seeds), min_only=True, return_predecessors=True
    )
    distance, source = distance[:size], source[:size]
    return distance, np.append(labels, -1)[np.where(np.isfinite(distance), source - size, -1)]


def _of_points(at_nodes: NearestTwo, between: Between) -> NearestTwo:
    """Return the nearest two of points, by way of the nodes that they lie between."""
    size = len(between.left)
    found = NearestTwo(np.empty(size), np.empty(size, dtype=np.int64), np.empty(size), np.empty(size, dtype=np.int64))
    # One row per node, so that what a point needs of it lies together in memory.
    rows = np.column_stack([at_nodes.nearest_m, at_nodes.nearest, at_nodes.second_m, at_nodes.second])
    for begin in range(0, size, _AT_ONCE):
        some = slice(begin, begin + _AT_ONCE)
        two = _nearer_two(
            _walk_on(rows.take(between.left[some], axis=0), between.to_left_m[some]),
            _walk_on(rows.take(between.right[some], axis=0), between.to_right_m[some]),
        )
        found.nearest_m[some], found.nearest[some] = two.nearest_m, two.nearest
        found.second_m[some], found.second[some] = two.second_m, two.second
    return found


def _walk_on(rows: Floats, way_m: Floats) -> NearestTwo:
    """Return the nearest two by way of the nodes of `rows`, `way_m` away."""
    nearest, second = rows[:, 1].astype(np.int64), rows[:, 3].astype(np.int64)
    return NearestTwo(rows[:, 0] + way_m, nearest, rows[:, 2] + way_m, second)


def _nearer_two(one: NearestTwo, other: NearestTwo) -> NearestTwo:
    """Return per point the nearest two of those that two ways lead to."""
    is_other, is_same = other.nearest_m < one.nearest_m, one.nearest == other.nearest
    beaten_m = np.where(is_same, np.inf, np.maximum(one.nearest_m, other.nearest_m))
    second_m = np.minimum(one.second_m, other.second_m)
    second = np.where(other.second_m < one.second_m, other.second, one.second)
    return NearestTwo(
        np.minimum(one.nearest_m, other.nearest_m),
        np.where(is_other, other.nearest, one.nearest),
        np.minimum(beaten_m, second_m),
        # Also where they tie, for then `second` may be the nearest itself, by the way that is beaten.
        np.where(~is_same & (beaten_m <= second_m), np.where(is_other, one.nearest, other.nearest), second),
    )
