"""Reach by pandana, which contracts the graph once and then queries the nearest facilities of every node."""

import contextlib
import os
import sys
import tempfile
import warnings
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from pipeline.model.network import Flags, Floats, Ints
from tests.benchmarks.answers import Answer
from tests.benchmarks.cases import Case
from tests.benchmarks.split_graph import SplitGraph

if TYPE_CHECKING:
    import pandana

_FAR_M = 100_000.0


def same_graph(case: Case, graph: SplitGraph) -> Callable[[], Answer]:
    """Return the work of building pandana's network of the same graph and querying the two nearest at its nodes."""

    def work() -> Answer:
        with _silent():
            network = _network(graph.x_m, graph.y_m, graph.start, graph.end, graph.length_m)
            found = [_two_at_nodes(network, case, choice & (graph.place >= 0)) for choice in case.chosen]
        nearest, second = [], []
        for distances, places in found:
            left, right = (np.where(one >= 0, one, len(distances) - 1) for one in (graph.left, graph.right))
            two = _merge(
                distances[left] + graph.to_left_m[:, None], places[left],
                distances[right] + graph.to_right_m[:, None], places[right],
            )  # fmt: skip
            is_joined = graph.left >= 0
            nearest.append(np.where(is_joined, two[0], np.inf))
            second.append(np.where(is_joined, two[1], np.inf))
        return Answer(np.array(nearest), np.array(second))

    return work


def as_used(case: Case, graph: SplitGraph) -> Callable[[], Answer]:
    """Return the work as pandana's examples do it: homes and facilities are where the nearest node is."""

    def work() -> Answer:
        with _silent():
            network = _network(
                case.network.x_m, case.network.y_m, case.network.start, case.network.end, case.network.length_m
            )
            nodes = network.get_node_ids(pd.Series(case.home_x_m), pd.Series(case.home_y_m)).to_numpy()
            found = [_two_at_nodes(network, case, choice)[0][nodes] for choice in case.chosen]
        return Answer(np.array([one[:, 0] for one in found]), np.array([one[:, 1] for one in found]))

    return work


def _network(x_m: Floats, y_m: Floats, start: Ints, end: Ints, length_m: Floats) -> "pandana.Network":
    import pandana  # late: what importing it warns of is kept silent

    ends = pd.DataFrame({"from": start, "to": end, "weight": length_m})
    return pandana.Network(pd.Series(x_m), pd.Series(y_m), ends["from"], ends["to"], ends[["weight"]], twoway=True)


def _two_at_nodes(network: "pandana.Network", case: Case, choice: Flags) -> tuple[Floats, Floats]:
    """Return per node the distances to the nearest two of the chosen facilities, and which these are."""
    network.set_pois("chosen", _FAR_M, 2, pd.Series(case.place_x_m[choice]), pd.Series(case.place_y_m[choice]))
    found = network.nearest_pois(_FAR_M, "chosen", num_pois=2, include_poi_ids=True)
    distances = found[[1, 2]].to_numpy()
    return np.where(distances >= _FAR_M, np.inf, distances), found[["poi1", "poi2"]].to_numpy(dtype=np.float64)


def _merge(one_m: Floats, one: Floats, other_m: Floats, other: Floats) -> tuple[Floats, Floats]:
    """Return the nearest and second nearest of two times two facilities, of which some may be the same."""
    distances, places = np.hstack([one_m, other_m]), np.hstack([one, other])
    first = distances.argmin(axis=1)
    rows = np.arange(len(distances))
    nearest = distances[rows, first].copy()
    distances[places == places[rows, first][:, None]] = np.inf
    return nearest, distances.min(axis=1)


@contextlib.contextmanager
def _silent() -> Iterator[None]:
    """Keep to itself what pandana's C++ and its use of deprecated functions print."""
    sys.stdout.flush()
    kept = os.dup(1)
    with tempfile.TemporaryFile() as sink, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        os.dup2(sink.fileno(), 1)
        try:
            yield
        finally:
            sys.stdout.flush()
            os.dup2(kept, 1)
            os.close(kept)
