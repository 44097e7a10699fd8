"""Walking distances of all homes to the two nearest facilities of every category: ours, networkx, pandana.

The three answer the same question on one network in the same run:

- ours: joining homes and facilities to the edges, and all searches; the searches are also timed alone;
- networkx: a search from each facility, and the two smallest per home. Joining, and building its graph, is not counted,
  so its like is our searches alone. It is timed twice: with the homes as nodes of the graph, as one who uses networkx
  would have it, and with the homes left out and reckoned from the nodes on either side of them, as ours does;
- pandana: building, snapping, and all queries: its like is all of ours. It snaps to the nearest node, so its answers
  differ by nature.
"""

import contextlib
import importlib
import os
import statistics
import sys
import tempfile
import time
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import networkx as nx
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from pipeline.model.distances import nearest_two
from pipeline.model.network import Floats, Joined, join_points
from tests.benchmarks.cases import Case, choose_case
from tests.model import networkx_reference as reference

RUNS = 7
PANDANA_RUNS = 3
SAME_M = 1.0
FAR_M = 100_000.0


@dataclass(frozen=True)
class Answer:
    """Per category (row) and home (column) the distance to the nearest two facilities; infinite where there is none."""

    nearest_m: Floats
    second_m: Floats


def _timed(work: Callable[[], Answer]) -> tuple[float, Answer]:
    begin = time.perf_counter()
    answer = work()
    return time.perf_counter() - begin, answer


def ours(case: Case) -> Answer:
    """Join everything to the network and search."""
    return _search(case, *_join(case))


def _join(case: Case) -> tuple[Joined, Joined]:
    homes = join_points(case.network, case.homes, connect_max_m=case.connect_max_m)
    return homes, join_points(case.network, case.facilities, connect_max_m=case.connect_max_m)


def _search(case: Case, homes: Joined, places: Joined) -> Answer:
    found = nearest_two(case.network, places, [case.categories == name for name in case.names], homes)
    return Answer(np.array([one.nearest_m for one in found]), np.array([one.second_m for one in found]))


def _two_per_category(case: Case, per_facility: Floats) -> Answer:
    found = [reference.two_smallest(per_facility[case.categories == name]) for name in case.names]
    return Answer(np.array([one[0] for one in found]), np.array([one[1] for one in found]))


class Networkx:
    """One search per facility over a graph that is built beforehand."""

    def __init__(self, case: Case) -> None:
        self._case = case
        x, y = shapely.get_x(case.homes), shapely.get_y(case.homes)
        self._homes = reference.join(case.network, x, y, connect_max_m=case.connect_max_m)
        x, y = shapely.get_x(case.facilities), shapely.get_y(case.facilities)
        self._places = reference.join(case.network, x, y, connect_max_m=case.connect_max_m)

    def prepare_with_homes(self) -> Callable[[], Answer]:
        """Return the work with the homes as nodes of the graph."""
        graph, (sources, targets) = reference.build_graph(self._case.network, self._places, self._homes)

        def search() -> Answer:
            found = reference.search(graph, sources, targets)
            return _two_per_category(self._case, found + self._places.away_m[:, None] + self._homes.away_m)

        return search

    def prepare_without_homes(self) -> Callable[[], Answer]:
        """Return the work with the homes reckoned from the ends of their edges, or along these to a facility on it."""
        network, homes, places = self._case.network, self._homes, self._places
        graph, (sources,) = reference.build_graph(network, places)
        start, end = network.start[homes.edge], network.end[homes.edge]
        rest = network.length_m[homes.edge] - homes.along_m
        joined = homes.edge >= 0

        def search() -> Answer:
            found = np.full((len(sources), len(homes.edge)), np.inf)
            for row, source in enumerate(sources):
                if source is None:
                    continue
                at_node = np.full(len(network.x_m) + len(sources), np.inf)
                reached = nx.single_source_dijkstra_path_length(graph, source, weight="weight")
                at_node[list(reached)] = list(reached.values())
                on_edge = np.abs(homes.along_m - places.along_m[row])
                direct = np.where(homes.edge == places.edge[row], on_edge, np.inf)
                over_ends = np.minimum(at_node[start] + homes.along_m, at_node[end] + rest)
                found[row] = np.where(joined, np.minimum(over_ends, direct), np.inf)
            return _two_per_category(self._case, found + places.away_m[:, None] + homes.away_m)

        return search


def pandana(case: Case) -> Answer:
    """Build pandana's network, snap homes and facilities to its nodes, and query each category."""
    import pandana as pdna  # late: so that what importing it prints and warns of is contained

    network = case.network
    ends = pd.DataFrame({"from": network.start, "to": network.end, "weight": network.length_m})
    built = pdna.Network(
        pd.Series(network.x_m), pd.Series(network.y_m), ends["from"], ends["to"], ends[["weight"]], twoway=True
    )
    nodes = built.get_node_ids(pd.Series(shapely.get_x(case.homes)), pd.Series(shapely.get_y(case.homes)))
    nearest, second = [], []
    for name in case.names:
        here = case.facilities[case.categories == name]
        built.set_pois(name, FAR_M, 2, pd.Series(shapely.get_x(here)), pd.Series(shapely.get_y(here)))
        found = built.nearest_pois(FAR_M, name, num_pois=2).loc[nodes].to_numpy()
        found = np.where(found >= FAR_M, np.inf, found)
        nearest.append(found[:, 0])
        second.append(found[:, 1])
    return Answer(np.array(nearest), np.array(second))


@contextlib.contextmanager
def _silent() -> Iterator[None]:
    """Keep what pandana's C++ and its use of deprecated functions print off the table."""
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


def _differences(one: Answer, other: Answer) -> npt.NDArray[np.float64]:
    """Return how far apart distances are; one that is found by only one of the two is infinitely far."""
    apart = []
    for mine, theirs in ((one.nearest_m, other.nearest_m), (one.second_m, other.second_m)):
        both_none = np.isinf(mine) & np.isinf(theirs)
        with np.errstate(invalid="ignore"):
            apart.append(np.where(both_none, 0.0, np.abs(mine - theirs)).ravel())
    return np.concatenate(apart)


def _repeated(work: Callable[[], Answer], runs: int) -> tuple[float, Answer]:
    """Return the median time of several runs, and the answer."""
    measured = [_timed(work) for _ in range(runs)]
    return statistics.median(seconds for seconds, _ in measured), measured[0][1]


def main() -> None:
    """Print the table; end with status 1 if ours and networkx differ."""
    case = choose_case()
    print(case.title)
    print(
        f"  {len(case.network.x_m)} nodes, {len(case.network.start)} edges, {len(case.homes)} homes, "
        f"{len(case.facilities)} facilities in {len(case.names)} categories: {', '.join(case.names)}"
    )
    joined = _join(case)
    all_s, answer = _repeated(lambda: ours(case), RUNS)
    search_s, _ = _repeated(lambda: _search(case, *joined), RUNS)
    networkx = Networkx(case)
    full_s, truth = _timed(networkx.prepare_with_homes())
    light_s, light = _timed(networkx.prepare_without_homes())
    with _silent():
        importlib.import_module("pandana")  # so that importing it is not counted
        pandana_s, snapped = _repeated(lambda: pandana(case), PANDANA_RUNS)
    differences = _differences(snapped, truth)
    typical = np.median(differences[np.isfinite(differences)])
    largest, between = (_differences(one, truth).max() for one in (answer, light))

    print(f"  {'':<50}{'seconds':>9}{'x ours':>9}{'x our search':>14}   difference from networkx")
    for what, seconds, difference in (
        (f"ours, joining and searching (median of {RUNS})", all_s, f"at most {largest:.6f} m"),
        (f"ours, searching alone (median of {RUNS})", search_s, "the same"),
        ("networkx, searching, homes in its graph", full_s, "none: it is the reference"),
        (
            "networkx, searching, homes reckoned from nodes",
            light_s,
            f"at most {between:.6f} m",
        ),
        (f"pandana, all (median of {PANDANA_RUNS})", pandana_s, f"median {typical:.0f} m: it snaps to nodes"),
    ):
        print(f"  {what:<50}{seconds:>9.3f}{seconds / all_s:>9.1f}{seconds / search_s:>14.1f}   {difference}")
    for what, ratio, wanted in (
        ("networkx with homes in its graph / our search", full_s / search_s, 100),
        ("pandana / all of ours", pandana_s / all_s, 10),
    ):
        print(f"  {what}: {ratio:.0f} x; wanted is {wanted} x: {'met' if ratio >= wanted else 'NOT met'}")
    if not largest < SAME_M:
        sys.exit(f"our distances differ from those of networkx by up to {largest:.2f} m; allowed is {SAME_M} m.")


if __name__ == "__main__":
    main()
