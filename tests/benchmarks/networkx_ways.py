"""Reach by networkx."""

from collections.abc import Callable
from functools import partial

import networkx as nx
import numpy as np

from pipeline.model.network import Floats, Ints
from tests.benchmarks import graph_ways
from tests.benchmarks.answers import Answer
from tests.benchmarks.cases import Case
from tests.benchmarks.split_graph import SplitGraph


def each(case: Case, graph: SplitGraph) -> Callable[[], Answer]:
    """Return a search from each facility."""
    built = _build(graph)

    def search(sources: Ints) -> Floats:
        at_nodes = np.full((len(sources), graph.size), np.inf)
        for row, source in zip(at_nodes, sources.tolist(), strict=True):
            reached = nx.single_source_dijkstra_path_length(built, source)
            row[list(reached)] = list(reached.values())
        return at_nodes

    return graph_ways.each(case, graph, search)


def multi(case: Case, graph: SplitGraph) -> Callable[[], Answer]:
    """Return a search per category from all of its facilities at once."""
    built = _build(graph)

    def search(sources: Ints) -> Floats:
        at_nodes = np.full(graph.size, np.inf)
        reached = nx.multi_source_dijkstra_path_length(built, set(sources.tolist())) if len(sources) else {}
        at_nodes[list(reached)] = list(reached.values())
        return at_nodes

    return graph_ways.nearest_alone(graph, [partial(search, one) for one in graph_ways.groups(case, graph)])


def _build(graph: SplitGraph) -> "nx.Graph[int]":
    built: nx.Graph[int] = nx.Graph()
    built.add_nodes_from(range(graph.size))
    order = np.argsort(-graph.length_m, kind="stable")  # of parallel edges the shortest comes last, and stays
    ends = zip(graph.start[order].tolist(), graph.end[order].tolist(), graph.length_m[order].tolist(), strict=True)
    built.add_weighted_edges_from(ends)
    return built
