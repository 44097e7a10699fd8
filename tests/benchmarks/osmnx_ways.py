"""Reach by osmnx, whose graphs are those of networkx, and whose functions join points to nodes or edges."""

from collections.abc import Callable
from typing import TYPE_CHECKING

import networkx as nx
import numpy as np
import osmnx

from pipeline.model.network import Floats
from tests.benchmarks.answers import Answer, two_smallest
from tests.benchmarks.cases import Case
from tests.benchmarks.split_graph import SplitGraph

if TYPE_CHECKING:
    Roads = nx.MultiDiGraph[int]


def build(case: Case) -> "Roads":
    """Return the network as osmnx has one: directed both ways, in metres, with x and y at its nodes."""
    network = case.network
    built: Roads = nx.MultiDiGraph(crs="EPSG:28992")
    built.add_nodes_from(
        (number, {"x": x, "y": y})
        for number, (x, y) in enumerate(zip(network.x_m.tolist(), network.y_m.tolist(), strict=True))
    )
    for tail, head in ((network.start, network.end), (network.end, network.start)):
        built.add_edges_from(
            (one, other, {"length": length})
            for one, other, length in zip(tail.tolist(), head.tolist(), network.length_m.tolist(), strict=True)
        )
    return built


def as_used(case: Case, graph: SplitGraph) -> Callable[[], Answer]:
    """Return the work as one who uses osmnx has it: snap to the nearest nodes, and let networkx search from each."""
    built = build(case)
    size = len(case.network.x_m)

    def search(source: int) -> Floats:
        at_nodes = np.full(size, np.inf)
        reached = nx.single_source_dijkstra_path_length(built, source, weight="length")
        at_nodes[list(reached)] = list(reached.values())
        return at_nodes

    def work() -> Answer:
        homes = osmnx.distance.nearest_nodes(built, case.home_x_m, case.home_y_m)
        places = osmnx.distance.nearest_nodes(built, case.place_x_m, case.place_y_m)
        found = [two_smallest(np.array([search(one)[homes] for one in places[choice].tolist()]))
                 for choice in case.chosen]  # fmt: skip
        return Answer(np.array([one[0] for one in found]), np.array([one[1] for one in found]))

    return work


def join(case: Case) -> Callable[[], Floats]:
    """Return the work of joining all homes to their nearest edges; it gives how far off these they are."""
    built = build(case)

    def work() -> Floats:
        _, away_m = osmnx.distance.nearest_edges(built, case.home_x_m, case.home_y_m, return_dist=True)
        return np.asarray(away_m, dtype=np.float64)

    return work


def routes(case: Case, count: int) -> Callable[[], int]:
    """Return the work of `count` routes between homes and facilities with `osmnx.routing.shortest_path`."""
    built, rng = build(case), np.random.default_rng(1)
    homes = osmnx.distance.nearest_nodes(built, case.home_x_m, case.home_y_m)
    places = osmnx.distance.nearest_nodes(built, case.place_x_m, case.place_y_m)
    pairs = [rng.choice(one, count).tolist() for one in (homes, places)]
    return lambda: len(osmnx.routing.shortest_path(built, *pairs, weight="length", cpus=None))
