"""Reach by igraph."""

from collections.abc import Callable
from functools import partial

import igraph
import numpy as np

from pipeline.model.network import Floats, Ints
from tests.benchmarks import graph_ways
from tests.benchmarks.answers import Answer
from tests.benchmarks.cases import Case
from tests.benchmarks.split_graph import SplitGraph


def each(case: Case, graph: SplitGraph) -> Callable[[], Answer]:
    """Return a search from each facility."""
    built = _build(graph.size, graph.start, graph.end, graph.length_m)

    def search(sources: Ints) -> Floats:
        return np.array(built.distances(sources.tolist(), weights="weight"))

    return graph_ways.each(case, graph, search)


def multi(case: Case, graph: SplitGraph) -> Callable[[], Answer]:
    """Return a search per category from a node before its facilities."""

    def search(built: igraph.Graph) -> Floats:
        return np.array(built.distances([graph.size], weights="weight")[0])

    built = [_build(*graph_ways.with_node_before(graph, one)) for one in graph_ways.groups(case, graph)]
    return graph_ways.nearest_alone(graph, [partial(search, one) for one in built])


def _build(size: int, start: Ints, end: Ints, length_m: Floats) -> igraph.Graph:
    return igraph.Graph(size, np.column_stack([start, end]).tolist(), edge_attrs={"weight": length_m.tolist()})
