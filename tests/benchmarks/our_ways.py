"""Reach as the pipeline computes it."""

from collections.abc import Callable

import numpy as np

from pipeline.model.distances import nearest_two
from pipeline.model.network import Joined, join_points
from tests.benchmarks.answers import Answer
from tests.benchmarks.cases import Case
from tests.benchmarks.split_graph import SplitGraph


def join_and_search(case: Case, graph: SplitGraph) -> Callable[[], Answer]:
    """Return the work of joining homes and facilities to the network, and of all searches."""
    homes, places = case.homes, case.places

    def work() -> Answer:
        joined = [join_points(case.network, one, connect_max_m=case.connect_max_m) for one in (homes, places)]
        return _search(case, *joined)

    return work


def search_alone(case: Case, graph: SplitGraph) -> Callable[[], Answer]:
    """Return the work of all searches, with everything joined beforehand."""
    joined = [join_points(case.network, one, connect_max_m=case.connect_max_m) for one in (case.homes, case.places)]
    return lambda: _search(case, *joined)


def _search(case: Case, homes: Joined, places: Joined) -> Answer:
    found = list(nearest_two(case.network, places, case.chosen, homes))
    return Answer(np.array([one.nearest_m for one in found]), np.array([one.second_m for one in found]))
