"""Reach by networkit."""

import os
from collections.abc import Callable
from functools import partial

import networkit
import numpy as np

from pipeline.model.network import Floats, Ints
from tests.benchmarks import graph_ways
from tests.benchmarks.answers import Answer
from tests.benchmarks.cases import Case
from tests.benchmarks.split_graph import SplitGraph

_FAR = np.finfo(np.float64).max
"""What networkit gives for a node that is not reached."""


def each(case: Case, graph: SplitGraph) -> Callable[[], Answer]:
    """Return a search from each facility, which networkit shares among all processors."""
    networkit.setNumberOfThreads(os.cpu_count() or 1)
    built = _build(graph.size, graph.start, graph.end, graph.length_m)

    def search(sources: Ints) -> Floats:
        return _distances(networkit.distance.SPSP(built, sources.tolist()))

    return graph_ways.each(case, graph, search)


def multi(case: Case, graph: SplitGraph) -> Callable[[], Answer]:
    """Return a search per category from a node before its facilities."""

    def search(built: networkit.Graph) -> Floats:
        return _distances(networkit.distance.Dijkstra(built, graph.size, storePaths=False))

    built = [_build(*graph_ways.with_node_before(graph, one)) for one in graph_ways.groups(case, graph)]
    return graph_ways.nearest_alone(graph, [partial(search, one) for one in built])


def _distances(search: networkit.base.Algorithm) -> Floats:
    search.run()
    distances = search.getDistances(asarray=True)
    return np.where(distances >= _FAR, np.inf, distances)


def _build(size: int, start: Ints, end: Ints, length_m: Floats) -> networkit.Graph:
    built = networkit.GraphFromCoo((length_m, (start, end)), n=size, weighted=True)
    assert built.numberOfNodes() == size
    return built
