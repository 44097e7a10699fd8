"""The walking network: nodes and straight edges from ways, its exits at the edge of the extract, and joining points."""

from collections.abc import Iterator
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components
from scipy.spatial import KDTree

from pipeline.config.params import NetworkSettings
from pipeline.errors import SourceError

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

_SAMPLE_M = 20.0
"""Space between samples of edges. This and the two below set how fast points join, not to what."""

_FIRST_LOOK = 6
"""How many samples near a point are looked at first."""

_AT_ONCE = 2_000
"""Points reckoned at once: few enough for the cache of a processor."""

_BLOCK = 100 * _AT_ONCE
"""Points looked up at once: few enough to need little memory, enough to share among processors."""

_CELL_M = 250.0
"""Points are taken cell by cell, so that those looked up one after another lie close together in memory too."""

_TINY = np.finfo(np.float64).tiny
"""Stands for a squared length of zero, by which nothing can be divided."""


@dataclass(frozen=True)
class Network:
    """An undirected graph of straight edges in EPSG:28992 (m); `start` and `end` are positions in `x_m`, `y_m`."""

    x_m: Floats
    y_m: Floats
    is_exit: Flags
    start: Ints
    end: Ints
    length_m: Floats


@dataclass(frozen=True)
class Joined:
    """Points joined to the network: at `along_m` from the start of edge `edge`, `access_m` away from it.

    Where `is_connected` is false the other values mean nothing.
    """

    is_connected: Flags
    edge: Ints
    along_m: Floats
    access_m: Floats


def network_from_tables(nodes: pd.DataFrame, edges: pd.DataFrame) -> Network:
    """Return the network of `contracts.NODES` and `contracts.EDGES`."""
    position = pd.Series(np.arange(len(nodes), dtype=np.int64), index=nodes["node_id"])
    return Network(
        nodes["x_m"].to_numpy(),
        nodes["y_m"].to_numpy(),
        nodes["is_exit"].to_numpy(),
        position.loc[edges["from_id"]].to_numpy(),
        position.loc[edges["to_id"]].to_numpy(),
        edges["length_m"].to_numpy(),
    )


def edges_of_ways(starts: Ints, node_ids: Ints, x_m: Floats, y_m: Floats) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return nodes (node_id, x_m, y_m) and stretches (from_id, to_id, length_m, way) of ways.

    Each pair of neighbouring nodes of a way is a stretch. A stretch from a node to itself is none. Two ways may share
    one: `unique_edges` makes it one edge.

    Parameters
    ----------
    starts, node_ids
        Way i has the nodes ``node_ids[starts[i]:starts[i + 1]]``.
    x_m, y_m
        Of each entry of `node_ids`, in EPSG:28992.
    """
    nodes = pd.DataFrame({"node_id": node_ids, "x_m": x_m, "y_m": y_m}).drop_duplicates("node_id")
    follows = np.ones(len(node_ids), dtype=bool)
    follows[starts[:-1]] = False
    after = np.flatnonzero(follows)
    pair = np.sort(np.column_stack([node_ids[after - 1], node_ids[after]]), axis=1)
    length = np.hypot(x_m[after] - x_m[after - 1], y_m[after] - y_m[after - 1])
    way = np.searchsorted(starts, after, side="right") - 1
    edges = pd.DataFrame({"from_id": pair[:, 0], "to_id": pair[:, 1], "length_m": length, "way": way})
    edges = edges[edges["from_id"] != edges["to_id"]]
    return nodes.sort_values("node_id", ignore_index=True), edges.sort_values(["from_id", "to_id"], ignore_index=True)


def unique_edges(stretches: pd.DataFrame) -> pd.DataFrame:
    """Return each edge (from_id, to_id, length_m) once."""
    return stretches.drop_duplicates(["from_id", "to_id"], ignore_index=True)[["from_id", "to_id", "length_m"]]


def limit_extract(
    extract: shapely.Polygon, areas: gpd.GeoDataFrame, settings: NetworkSettings, longest_norm_m: float
) -> shapely.Polygon:
    """Return the part of the extract within the buffer around the areas that they can be reached over."""
    limited = shapely.intersection(extract, surroundings(areas, settings, longest_norm_m))
    if not isinstance(limited, shapely.Polygon) or limited.is_empty:
        raise SourceError(
            "het OpenStreetMap-uittreksel ligt te ver van de gebieden; neem een uittreksel van deze regio."
        )
    return limited


def surroundings(areas: gpd.GeoDataFrame, settings: NetworkSettings, longest_norm_m: float) -> shapely.Polygon:
    """Return the box around the areas with the buffer that they can be reached over."""
    buffer_m = max(settings.buffer_min_m, settings.buffer_factor * longest_norm_m)
    return shapely.box(*areas.total_bounds).buffer(buffer_m, join_style="mitre")


def clip_to(nodes: pd.DataFrame, edges: pd.DataFrame, extract: shapely.Polygon) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the nodes inside `extract`, with is_cut where an edge goes on outside, and the edges between them."""
    shapely.prepare(extract)
    kept = nodes[shapely.intersects_xy(extract, nodes["x_m"].to_numpy(), nodes["y_m"].to_numpy())]
    from_inside, to_inside = edges["from_id"].isin(kept["node_id"]), edges["to_id"].isin(kept["node_id"])
    cut = pd.concat([edges.loc[~to_inside, "from_id"], edges.loc[~from_inside, "to_id"]])
    inside = edges[from_inside & to_inside].reset_index(drop=True)
    return kept.assign(is_cut=kept["node_id"].isin(cut)).reset_index(drop=True), inside


def mark_exits(
    nodes: pd.DataFrame, edges: pd.DataFrame, extract: shapely.Polygon, cut_ids: Ints, *, edge_m: float, cut_m: float
) -> pd.DataFrame:
    """Return nodes with is_exit: where the way may go on beyond the extract.

    These are nodes at which an edge was cut (is_cut), nodes at most `cut_m` from the edge whose way goes on to a node
    that the extract lacks (`cut_ids`), and dead ends at most `edge_m` from the edge.
    """
    degree = pd.concat([edges["from_id"], edges["to_id"]]).value_counts()
    is_dead_end = (nodes["node_id"].map(degree).fillna(0) == 1).to_numpy()
    lacks_next = nodes["node_id"].isin(cut_ids).to_numpy()
    may_be = np.flatnonzero(lacks_next | is_dead_end)
    points = shapely.points(nodes["x_m"].to_numpy()[may_be], nodes["y_m"].to_numpy()[may_be])
    from_edge = np.full(len(nodes), np.inf)
    from_edge[may_be] = shapely.distance(points, extract.exterior)
    is_exit = nodes["is_cut"].to_numpy() | (lacks_next & (from_edge <= cut_m)) | (is_dead_end & (from_edge <= edge_m))
    return nodes.drop(columns="is_cut").assign(is_exit=is_exit)


def drop_islands(
    nodes: pd.DataFrame, edges: pd.DataFrame, *, island_max_nodes: int
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the network without loose bits of at most `island_max_nodes` nodes that have no exit: gaps in the map."""
    position = pd.Series(np.arange(len(nodes)), index=nodes["node_id"])
    start, end = position.loc[edges["from_id"]].to_numpy(), position.loc[edges["to_id"]].to_numpy()
    kept = ~on_islands(start, end, nodes["is_exit"].to_numpy(), island_max_nodes=island_max_nodes)
    if not kept[start].any():
        raise SourceError(
            "het OpenStreetMap-uittreksel bevat geen samenhangend loopnetwerk in deze regio; "
            "neem een volledig uittreksel."
        )
    return nodes[kept].reset_index(drop=True), edges[kept[start]].reset_index(drop=True)


def on_islands(start: Ints, end: Ints, is_exit: Flags, *, island_max_nodes: int) -> Flags:
    """Return which nodes lie on a part of at most `island_max_nodes` nodes without an exit."""
    links = coo_matrix((np.ones(len(start)), (start, end)), shape=(len(is_exit), len(is_exit)))
    part = connected_components(links, directed=False)[1]
    size = np.bincount(part, minlength=1)
    has_exit = np.bincount(part, weights=is_exit, minlength=1) > 0
    is_island: Flags = ((size <= island_max_nodes) & ~has_exit)[part]
    return is_island


def join_points(network: Network, points: npt.NDArray[np.object_], *, connect_max_m: float) -> Joined:
    """Join each point to the nearest point of the nearest edge; one farther than `connect_max_m` is not connected.

    Of edges that are equally near, the first counts.

    Parameters
    ----------
    network
        With at least one edge.
    points
        Shapely points in EPSG:28992.
    connect_max_m
        Longest way in, in metres.
    """
    x, y = shapely.get_x(points), shapely.get_y(points)
    edge_of_sample, samples = _sample_edges(network)
    tree = KDTree(samples, balanced_tree=False)
    edge, along, access = np.zeros(len(x), dtype=np.int64), np.zeros(len(x)), np.full(len(x), np.inf)
    order = _by_cell(x, y)
    for begin in range(0, len(order), _BLOCK):
        unsure, looked_at = order[begin : begin + _BLOCK], _FIRST_LOOK
        while len(unsure):
            places = np.column_stack([x[unsure], y[unsure]])
            found = tree.query(places, k=looked_at, distance_upper_bound=connect_max_m + _SAMPLE_M, workers=-1)
            sample_m, sample = (np.asarray(one) for one in found)
            for at, candidates in _in_parts(unsure, edge_of_sample[sample]):
                edge[at], along[at], access[at] = _nearest_edge(network, candidates, x[at], y[at])
            # No edge is nearer than its nearest sample by more than half the space between samples.
            unsure = unsure[access[unsure] >= sample_m[:, -1] - _SAMPLE_M / 2]
            looked_at *= 2
    return Joined(access <= connect_max_m, edge, np.minimum(along, network.length_m[edge]), access)


def _in_parts(points: Ints, candidates: Ints) -> Iterator[tuple[Ints, Ints]]:
    """Yield `_AT_ONCE` points with their rows of candidates at a time."""
    for first in range(0, len(points), _AT_ONCE):
        some = slice(first, first + _AT_ONCE)
        yield points[some], candidates[some]


def _by_cell(x_m: Floats, y_m: Floats) -> Ints:
    """Return the numbers of the points such that those of one cell of `_CELL_M` stand together."""
    if not len(x_m):
        return np.zeros(0, dtype=np.int64)
    column, row = (((axis - axis.min()) // _CELL_M).astype(np.int64) for axis in (x_m, y_m))
    return np.argsort(column * (row.max() + 1) + row, kind="stable")


def _sample_edges(network: Network) -> tuple[Ints, Floats]:
    """Return places (x, y) such that all of each edge is within half `_SAMPLE_M` of one of its own, and their edges.

    There is one edge more than places: KDTree numbers a place that it does not find as if it were the last.
    """
    x, y, start, end = network.x_m, network.y_m, network.start, network.end
    run_x, run_y = x[end] - x[start], y[end] - y[start]
    pieces = np.maximum(np.ceil(np.hypot(run_x, run_y) / _SAMPLE_M), 1).astype(np.int64)
    edge = np.repeat(np.arange(len(start)), pieces)
    nth = np.arange(len(edge)) - (np.cumsum(pieces) - pieces)[edge]
    part = (nth + 0.5) / pieces[edge]
    samples = np.column_stack([x[start[edge]] + part * run_x[edge], y[start[edge]] + part * run_y[edge]])
    return np.append(edge, 0), samples


def _nearest_edge(network: Network, edges: Ints, x_m: Floats, y_m: Floats) -> tuple[Ints, Floats, Floats]:
    """Return per point which of its `edges` (a row of candidates) is nearest, how far along that, and how far away."""
    edges = np.sort(edges, axis=1)
    start, end = network.start.take(edges), network.end.take(edges)
    start_x, start_y = network.x_m.take(start), network.y_m.take(start)
    end_x, end_y = network.x_m.take(end), network.y_m.take(end)
    run_x, run_y = end_x - start_x, end_y - start_y
    run = run_x * run_x + run_y * run_y
    onward = (x_m[:, None] - start_x) * run_x + (y_m[:, None] - start_y) * run_y
    part = np.clip(onward / np.maximum(run, _TINY), 0, 1)
    # Weighed like this the foot is exactly an end where it is one, so that edges that meet there are equally near.
    away_x = x_m[:, None] - ((1 - part) * start_x + part * end_x)
    away_y = y_m[:, None] - ((1 - part) * start_y + part * end_y)
    away = away_x * away_x + away_y * away_y
    best = np.arange(len(edges)), away.argmin(axis=1)
    return edges[best], part[best] * np.sqrt(run[best]), np.sqrt(away[best])
