"""The graph that the alternatives search: the walking network, split where facilities join it.

Facilities and homes are joined by code of its own (`networkx_reference.join`). A facility is a node, with an edge as
long as its way to the network. A home lies between two nodes: what is reached from either end of its stretch is reached
from the home, so that no alternative has to search a graph with a node for every home.
"""

from bisect import bisect_right
from dataclasses import dataclass, fields
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

from pipeline.model.network import Floats, Ints
from tests.benchmarks.cases import Case
from tests.model import networkx_reference as reference
from tests.model.networkx_reference import Joins

NOWHERE = -1


@dataclass(frozen=True)
class SplitGraph:
    """Edges between `size` nodes; the node of each facility (-1: joins nothing); and per home the nodes on both sides.

    Ways to these nodes count the way from the home to the network. A home that joins nothing is at no node (-1).
    """

    size: int
    x_m: Floats
    y_m: Floats
    start: Ints
    end: Ints
    length_m: Floats
    place: Ints
    left: Ints
    to_left_m: Floats
    right: Ints
    to_right_m: Floats

    def save(self, path: Path) -> None:
        """Write the graph."""
        arrays: dict[str, Any] = {one.name: getattr(self, one.name) for one in fields(self)}
        np.savez(path, **arrays)

    def at_homes(self, at_nodes: Floats) -> Floats:
        """Return distances at homes from distances at nodes (last axis)."""
        padded = np.concatenate([at_nodes, np.full((*at_nodes.shape[:-1], 1), np.inf)], axis=-1)
        return np.minimum(padded[..., self.left] + self.to_left_m, padded[..., self.right] + self.to_right_m)


def load_graph(path: Path) -> SplitGraph:
    """Read what `SplitGraph.save` wrote."""
    with np.load(path) as stored:
        found = {one.name: stored[one.name] for one in fields(SplitGraph)}
    return SplitGraph(**{**found, "size": int(found["size"])})


def split_graph(case: Case) -> SplitGraph:
    """Join facilities and homes to the network and split it."""
    network = case.network
    places = reference.join(network, case.place_x_m, case.place_y_m, connect_max_m=case.connect_max_m)
    homes = reference.join(network, case.home_x_m, case.home_y_m, connect_max_m=case.connect_max_m)
    size, joined = len(network.x_m), np.flatnonzero(places.edge >= 0)
    foot, place = size + np.arange(len(joined)), np.full(len(places.edge), NOWHERE)
    place[joined] = foot + len(joined)
    stops = _stops(case, places, joined, foot)
    pieces = [(one, other, until - since) for stop in stops.values() for (since, one), (until, other) in pairwise(stop)]
    whole = np.setdiff1d(np.arange(len(network.start)), np.array(list(stops), dtype=np.int64))
    start, end, length = (np.array(column) for column in zip(*pieces, strict=True))
    foot_x, foot_y = _feet(case, places, joined)
    left, to_left, right, to_right = _between(case, homes, stops)
    return SplitGraph(
        size + 2 * len(joined),
        np.concatenate([network.x_m, foot_x, case.place_x_m[joined]]),
        np.concatenate([network.y_m, foot_y, case.place_y_m[joined]]),
        np.concatenate([network.start[whole], start, foot]),
        np.concatenate([network.end[whole], end, place[joined]]),
        np.concatenate([network.length_m[whole], length, places.away_m[joined]]),
        place, left, to_left, right, to_right,
    )  # fmt: skip


def _stops(case: Case, places: Joins, joined: Ints, foot: Ints) -> dict[int, list[tuple[float, int]]]:
    """Return, per edge that a facility joins, where along it which nodes lie, its ends included."""
    network, stops = case.network, dict[int, list[tuple[float, int]]]()
    for row, node in zip(joined.tolist(), foot.tolist(), strict=True):
        stops.setdefault(int(places.edge[row]), []).append((float(places.along_m[row]), node))
    for edge, found in stops.items():
        length = float(network.length_m[edge])
        inner = [(min(along, length), node) for along, node in sorted(found)]
        stops[edge] = [(0.0, int(network.start[edge])), *inner, (length, int(network.end[edge]))]
    return stops


def _feet(case: Case, places: Joins, joined: Ints) -> tuple[Floats, Floats]:
    edge = places.edge[joined]
    part = places.along_m[joined] / np.maximum(case.network.length_m[edge], np.finfo(np.float64).tiny)
    x, y = (
        axis[case.network.start[edge]] * (1 - part) + axis[case.network.end[edge]] * part
        for axis in (case.network.x_m, case.network.y_m)
    )
    return x, y


def _between(case: Case, homes: Joins, stops: dict[int, list[tuple[float, int]]]) -> tuple[Ints, Floats, Ints, Floats]:
    network, is_joined = case.network, homes.edge >= 0
    left = np.where(is_joined, network.start[homes.edge], NOWHERE)
    right = np.where(is_joined, network.end[homes.edge], NOWHERE)
    to_left, to_right = homes.along_m.copy(), network.length_m[homes.edge] - homes.along_m
    for row in np.flatnonzero(np.isin(homes.edge, list(stops)) & is_joined).tolist():
        stop, along = stops[int(homes.edge[row])], float(homes.along_m[row])
        after = min(max(bisect_right(stop, along, key=lambda one: one[0]), 1), len(stop) - 1)
        (since, left[row]), (until, right[row]) = stop[after - 1], stop[after]
        to_left[row], to_right[row] = along - since, until - along
    return left, np.maximum(to_left, 0) + homes.away_m, right, np.maximum(to_right, 0) + homes.away_m
