"""The walking network: nodes and straight edges from ways, its exits at the edge of the extract, and joining points."""

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

from pipeline.config import NetworkSettings
from pipeline.errors import SourceError

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]


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
    """Return nodes (node_id, x_m, y_m) and edges (from_id, to_id, length_m) of ways.

    Each stretch between two nodes of a way is an edge, once. A stretch from a node to itself is none.

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
    edges = pd.DataFrame({"from_id": pair[:, 0], "to_id": pair[:, 1], "length_m": length})
    edges = edges[edges["from_id"] != edges["to_id"]].drop_duplicates(["from_id", "to_id"])
    return nodes.sort_values("node_id", ignore_index=True), edges.sort_values(["from_id", "to_id"], ignore_index=True)


def limit_extract(
    extract: shapely.Polygon, areas: gpd.GeoDataFrame, settings: NetworkSettings, longest_norm_m: float
) -> shapely.Polygon:
    """Return the part of the extract within the buffer around the areas that they can be reached over."""
    buffer_m = max(settings.buffer_min_m, settings.buffer_factor * longest_norm_m)
    around = shapely.box(*areas.total_bounds).buffer(buffer_m, join_style="mitre")
    limited = shapely.intersection(extract, around)
    if not isinstance(limited, shapely.Polygon) or limited.is_empty:
        raise SourceError(
            "het OpenStreetMap-uittreksel ligt te ver van de gebieden; neem een uittreksel van deze regio."
        )
    return limited


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
    points = shapely.points(nodes["x_m"].to_numpy(), nodes["y_m"].to_numpy())
    from_edge = shapely.distance(points, extract.exterior)
    lacks_next = nodes["node_id"].isin(cut_ids).to_numpy() & (from_edge <= cut_m)
    is_exit = nodes["is_cut"].to_numpy() | lacks_next | (is_dead_end & (from_edge <= edge_m))
    return nodes.drop(columns="is_cut").assign(is_exit=is_exit)


def drop_islands(
    nodes: pd.DataFrame, edges: pd.DataFrame, *, island_max_nodes: int
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the network without loose bits of at most `island_max_nodes` nodes that have no exit: gaps in the map."""
    position = pd.Series(np.arange(len(nodes)), index=nodes["node_id"])
    start, end = position.loc[edges["from_id"]].to_numpy(), position.loc[edges["to_id"]].to_numpy()
    links = coo_matrix((np.ones(len(edges)), (start, end)), shape=(len(nodes), len(nodes)))
    part = connected_components(links, directed=False)[1]
    size = np.bincount(part, minlength=1)
    has_exit = np.bincount(part, weights=nodes["is_exit"], minlength=1) > 0
    kept = ((size > island_max_nodes) | has_exit)[part]
    if not kept[start].any():
        raise SourceError(
            "het OpenStreetMap-uittreksel bevat geen samenhangend loopnetwerk in deze regio; "
            "neem een volledig uittreksel."
        )
    return nodes[kept].reset_index(drop=True), edges[kept[start]].reset_index(drop=True)


def join_points(network: Network, points: npt.NDArray[np.object_], *, connect_max_m: float) -> Joined:
    """Join each point to the nearest point of the nearest edge; one farther than `connect_max_m` is not connected.

    Parameters
    ----------
    network
        With at least one edge.
    points
        Shapely points in EPSG:28992.
    connect_max_m
        Longest way in, in metres.
    """
    x, y = network.x_m, network.y_m
    ends = np.stack([np.column_stack([x[one], y[one]]) for one in (network.start, network.end)], axis=1)
    lines = np.atleast_1d(np.asarray(shapely.linestrings(ends), dtype=object))
    index, access = shapely.STRtree(lines).query_nearest(
        points, max_distance=connect_max_m, return_distance=True, all_matches=False
    )
    edge = np.zeros(len(points), dtype=np.int64)
    along = np.zeros(len(points))
    away = np.zeros(len(points))
    is_connected = np.zeros(len(points), dtype=bool)
    is_connected[index[0]] = True
    edge[index[0]] = index[1]
    away[index[0]] = access
    along[index[0]] = shapely.line_locate_point(lines[index[1]], points[index[0]])
    return Joined(is_connected, edge, np.minimum(along, network.length_m[edge] if len(edge) else along), away)
