"""Reach by packages that search graphs: what they share.

*Each*: a search from each facility, of which the two smallest distances are taken. *Multi*: one search per category,
which gives the nearest facility alone; igraph and networkit, which search from one node, get a node before all
facilities of the category.
"""

from collections.abc import Callable, Sequence

import numpy as np

from pipeline.model.network import Floats, Ints
from tests.benchmarks.answers import Answer, two_smallest
from tests.benchmarks.cases import Case
from tests.benchmarks.split_graph import SplitGraph

Search = Callable[[Ints], Floats]
"""Gives the distance from each of some nodes (row) to every node (column)."""


def each(case: Case, graph: SplitGraph, search: Search) -> Callable[[], Answer]:
    """Return the work of searching from each facility and taking the two smallest distances at every home."""

    def work() -> Answer:
        found = []
        for sources in groups(case, graph):
            from_places = search(sources) if len(sources) else np.zeros((0, graph.size))
            found.append(two_smallest(graph.at_homes(from_places)))
        return Answer(np.array([one[0] for one in found]), np.array([one[1] for one in found]))

    return work


def nearest_alone(graph: SplitGraph, searches: Sequence[Callable[[], Floats]]) -> Callable[[], Answer]:
    """Return the work of searches, one per category, that give the distance from its nearest facility to every node."""
    return lambda: Answer(np.array([graph.at_homes(search()[: graph.size]) for search in searches]), None)


def groups(case: Case, graph: SplitGraph) -> list[Ints]:
    """Return the nodes of the facilities of each category."""
    return [graph.place[choice & (graph.place >= 0)] for choice in case.chosen]


def with_node_before(graph: SplitGraph, sources: Ints) -> tuple[int, Ints, Ints, Floats]:
    """Return size and edges (start, end, length) of the graph with one node more, at no distance from all sources."""
    return (
        graph.size + 1,
        np.append(graph.start, np.full(len(sources), graph.size)),
        np.append(graph.end, sources),
        np.append(graph.length_m, np.zeros(len(sources))),
    )
