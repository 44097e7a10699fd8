"""Walking distances by networkx: a reference that joins points to edges and splits these by code of its own."""

from dataclasses import dataclass
from typing import TypeAlias

import networkx as nx
import numpy as np
import numpy.typing as npt

from pipeline.model.network import Floats, Ints, Network

_CHUNK = 256
Graph: TypeAlias = "nx.Graph[int]"  # as text: the types of networkx want a parameter that networkx itself refuses


@dataclass(frozen=True)
class Joins:
    """Where points join: on which edge (-1: none is near enough), how far along it, and how far off it.

    Where `is_tied` another edge is as near at another place, so that either answer is right.
    """

    edge: Ints
    along_m: Floats
    away_m: Floats
    is_tied: npt.NDArray[np.bool_]


def join(network: Network, x_m: Floats, y_m: Floats, *, connect_max_m: float) -> Joins:
    """Project each point on every edge that could be near enough, and take the nearest."""
    joins = Joins(
        np.full(len(x_m), -1, dtype=np.int64), np.zeros(len(x_m)), np.zeros(len(x_m)), np.zeros(len(x_m), dtype=bool)
    )
    start_x, start_y = network.x_m[network.start], network.y_m[network.start]
    run_x, run_y = network.x_m[network.end] - start_x, network.y_m[network.end] - start_y
    lowest, highest = np.minimum(start_y, start_y + run_y), np.maximum(start_y, start_y + run_y)
    for chunk in np.array_split(np.argsort(y_m), max(1, len(y_m) // _CHUNK)):
        if not len(chunk):
            continue
        near = (highest >= y_m[chunk].min() - connect_max_m) & (lowest <= y_m[chunk].max() + connect_max_m)
        edges = np.flatnonzero(near)
        if not len(edges):
            continue
        from_x = x_m[chunk, None] - start_x[edges]
        from_y = y_m[chunk, None] - start_y[edges]
        squared = run_x[edges] ** 2 + run_y[edges] ** 2
        part = np.clip((from_x * run_x[edges] + from_y * run_y[edges]) / squared, 0, 1)
        away = np.hypot(from_x - part * run_x[edges], from_y - part * run_y[edges])
        rows, best = np.arange(len(chunk)), away.argmin(axis=1)
        foot_x, foot_y = start_x[edges] + part * run_x[edges], start_y[edges] + part * run_y[edges]
        apart = np.hypot(foot_x - foot_x[rows, best][:, None], foot_y - foot_y[rows, best][:, None])
        is_near = away[rows, best] <= connect_max_m
        joins.edge[chunk] = np.where(is_near, edges[best], -1)
        joins.along_m[chunk] = (part * np.sqrt(squared))[rows, best]
        joins.away_m[chunk] = away[rows, best]
        joins.is_tied[chunk] = ((away - away[rows, best][:, None] < 1e-6) & (apart > 1e-6)).any(axis=1)
    return joins


def build_graph(network: Network, *groups: Joins) -> tuple[Graph, list[list[int | None]]]:
    """Return the network with every joined point as a node on its edge, and per group the nodes of its points.

    The way from a point to its edge is not in the graph.
    """
    on_edge: dict[int, list[tuple[float, int]]] = {}
    nodes: list[list[int | None]] = []
    number = len(network.x_m)
    for joins in groups:
        named: list[int | None] = []
        for edge, along in zip(joins.edge.tolist(), joins.along_m.tolist(), strict=True):
            named.append(number if edge >= 0 else None)
            if edge >= 0:
                on_edge.setdefault(edge, []).append((along, number))
            number += 1
        nodes.append(named)
    graph: Graph = nx.Graph()
    ends = zip(network.start.tolist(), network.end.tolist(), network.length_m.tolist(), strict=True)
    for edge, (start, end, length) in enumerate(ends):
        here, since = start, 0.0
        for along, node in sorted(on_edge.get(edge, [])):
            _add(graph, here, node, along - since)
            here, since = node, along
        _add(graph, here, end, length - since)
    return graph, nodes


def _add(graph: Graph, one: int, other: int, length_m: float) -> None:
    """Add an edge; of several between the same nodes the shortest stays."""
    known = graph.get_edge_data(one, other, {"weight": np.inf})["weight"]
    graph.add_edge(one, other, weight=min(known, max(length_m, 0.0)))


def distances(network: Network, facilities: Joins, points: Joins) -> Floats:
    """Return the distance from every facility (row) to every point (column), the ways in counted; else infinite."""
    graph, (sources, targets) = build_graph(network, facilities, points)
    return search(graph, sources, targets) + facilities.away_m[:, None] + points.away_m


def search(graph: Graph, sources: list[int | None], targets: list[int | None]) -> Floats:
    """Return the distance in the graph from every source (row) to every target (column), else infinite."""
    found = np.full((len(sources), len(targets)), np.inf)
    for row, source in enumerate(sources):
        if source is not None:
            reached = nx.single_source_dijkstra_path_length(graph, source, weight="weight")
            found[row] = [np.inf if one is None else reached.get(one, np.inf) for one in targets]
    return found


def two_smallest(found: Floats) -> tuple[Floats, Floats]:
    """Return per point (column) the smallest and the second smallest distance; infinite where there is none."""
    padded = np.vstack([found, np.full((2, found.shape[1]), np.inf)])
    smallest = np.sort(padded, axis=0)
    return smallest[0], smallest[1]
