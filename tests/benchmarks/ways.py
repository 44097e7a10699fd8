"""Ways to compute reach: ours, and those of other packages on the same graph, or as one who uses them would have it."""

import importlib
from collections.abc import Callable
from dataclasses import dataclass

from tests.benchmarks.answers import Answer
from tests.benchmarks.cases import Case
from tests.benchmarks.split_graph import SplitGraph


@dataclass(frozen=True)
class Way:
    """A way to compute reach.

    `function` (``module:name``, so that no other package is loaded) builds what it needs beforehand, which is not
    timed, and returns the work; `answers` says what that answers; an *exact* way must give the distances of all others.
    """

    label: str
    function: str
    answers: str = "nearest two"
    is_exact: bool = True
    runs: int = 5

    def prepare(self, case: Case, graph: SplitGraph) -> Callable[[], Answer]:
        """Return the work on a case; the graph is what the alternatives search."""
        module, name = self.function.split(":")
        work: Callable[[], Answer] = getattr(importlib.import_module(f"tests.benchmarks.{module}"), name)(case, graph)
        return work


_NEAREST = "nearest alone"
OURS, REFERENCE = "ours", "networkx_each"
WAYS = {
    OURS: Way("**ours**, joining and searching", "our_ways:join_and_search"),
    "ours_search": Way("**ours**, searching alone", "our_ways:search_alone"),
    REFERENCE: Way("networkx, a search from each facility", "networkx_ways:each", runs=1),
    "networkx_multi": Way("networkx, a multi-source search per category", "networkx_ways:multi", _NEAREST),
    "igraph_each": Way("igraph, a search from each facility", "igraph_ways:each"),
    "igraph_multi": Way("igraph, a search per category from a node before all", "igraph_ways:multi", _NEAREST),
    "networkit_each": Way("networkit, a search from each facility, on all processors", "networkit_ways:each"),
    "networkit_multi": Way(
        "networkit, a search per category from a node before all", "networkit_ways:multi", _NEAREST
    ),
    "pandana": Way("pandana, the same graph, building its network counted", "pandana_ways:same_graph"),
    "pandana_user": Way(
        "pandana as its users have it: all snaps to nodes, building counted", "pandana_ways:as_used", is_exact=False
    ),
    "osmnx_user": Way(
        "osmnx as its users have it: `nearest_nodes`, then networkx from each facility", "osmnx_ways:as_used",
        is_exact=False, runs=1,
    ),
}  # fmt: skip
"""In the order of the table."""
