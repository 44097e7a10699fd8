"""A country that does not exist, the size of the Netherlands: streets, addresses, facilities and areas from a seed.

Streets join junctions that lie close together in places of all sizes and far apart between them; each street is a chain
of nodes, as OpenStreetMap has it. Nothing is stored in an order that helps: junctions, streets and addresses lie in
random order.
"""

from dataclasses import dataclass, field

import numpy as np
import shapely
from numpy.random import Generator
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import minimum_spanning_tree
from scipy.spatial import Delaunay, KDTree

from pipeline.model.network import Floats, Ints, Network

_SIDE_M = 190_000.0
_STEP_M = 75.0
"""Space between junctions in a place."""

_JUNCTION_SHARE, _LINKS_PER_JUNCTION = 0.2, 1.5
_RURAL_SHARE = 0.15
_JUNCTIONS_PER_PLACE = 200
_RURAL_DENSITY = 0.03
"""Homes per metre of street in the country, against one in a place."""

_FLAT_SHARE = 0.3
"""Part of the addresses that share their place with others."""

_FAR_SHARE, _FAR_M, _DOOR_M = 0.003, 250.0, 12.0
_BORDER_M = 1_000.0

FACILITIES = {
    "supermarket": 6_000,
    "stop": 45_000,
    "gp": 5_000,
    "pharmacy": 2_000,
    "meeting_place": 8_000,
    "health_centre": 1_500,
    "care_institution": 4_000,
    "hospital": 250,
    "post_point": 4_000,
    "bench": 100_000,
}
"""How many there are of each category in the Netherlands, roughly."""


@dataclass(frozen=True)
class Size:
    """How large a country to make."""

    nodes: int = 4_000_000
    addresses: int = 9_500_000
    areas: int = 14_500
    facilities: dict[str, int] = field(default_factory=lambda: dict(FACILITIES))

    def scaled(self, factor: float) -> "Size":
        """Return this size times `factor`, in all but the number of categories."""
        counts = {name: max(3, round(count * factor)) for name, count in self.facilities.items()}
        return Size(round(self.nodes * factor), round(self.addresses * factor), round(self.areas * factor), counts)


@dataclass(frozen=True)
class Country:
    """A country: its network; addresses with the number of their area; facilities with that of their category."""

    network: Network
    address_x_m: Floats
    address_y_m: Floats
    area: Ints
    facility_x_m: Floats
    facility_y_m: Floats
    category: Ints


def make_country(size: Size, seed: int = 1932) -> Country:
    """Make the country: the same size and seed give the same."""
    rng = np.random.default_rng(seed)
    side_m = _SIDE_M * np.sqrt(size.nodes / Size().nodes)
    network = _make_network(size.nodes, side_m, rng)
    x, y = _make_addresses(network, size.addresses, rng)
    seeds = rng.choice(len(x), size.areas, replace=False)
    area = KDTree(np.column_stack([x[seeds], y[seeds]])).query(np.column_stack([x, y]), workers=-1)[1]
    beside = rng.choice(len(x), sum(size.facilities.values()))
    away = rng.normal(0, 2 * _DOOR_M, (2, len(beside)))
    category = np.repeat(np.arange(len(size.facilities)), list(size.facilities.values()))
    return Country(network, x, y, np.asarray(area, dtype=np.int64), x[beside] + away[0], y[beside] + away[1], category)


def points_of(x_m: Floats, y_m: Floats) -> np.ndarray[tuple[int], np.dtype[np.object_]]:
    """Return shapely points."""
    return np.asarray(shapely.points(x_m, y_m), dtype=object)


def _make_network(node_count: int, side_m: float, rng: Generator) -> Network:
    junctions = _place_junctions(round(node_count * _JUNCTION_SHARE), side_m, rng)
    links = _join_junctions(junctions, rng)
    run = junctions[links[:, 1]] - junctions[links[:, 0]]
    span = np.hypot(*run.T)
    between = rng.multinomial(node_count - len(junctions), np.sqrt(span) / np.sqrt(span).sum())
    link = np.repeat(np.arange(len(links)), between)
    nth = np.arange(len(link)) - (np.cumsum(between) - between)[link]
    part = (nth + 1) / (between[link] + 1)
    bend = np.sin(np.pi * part) * (rng.normal(0, 0.08, len(links)))[link]
    aside = np.column_stack([-run[:, 1], run[:, 0]])
    chain = junctions[links[link, 0]] + part[:, None] * run[link] + bend[:, None] * aside[link]
    xy = np.concatenate([junctions, chain])
    first = len(junctions) + np.cumsum(between) - between
    has_chain = between > 0
    within = np.flatnonzero(nth > 0) + len(junctions)
    start = np.concatenate([links[:, 0], first[has_chain] + between[has_chain] - 1, within - 1])
    end = np.concatenate([np.where(has_chain, first, links[:, 1]), links[has_chain, 1], within])
    length = np.hypot(*(xy[start] - xy[end]).T)
    is_dead_end = np.bincount(np.append(start, end), minlength=len(xy)) == 1
    is_border = (np.minimum(xy, side_m - xy) < _BORDER_M).any(axis=1)
    return Network(xy[:, 0].copy(), xy[:, 1].copy(), is_dead_end & is_border, start, end, length)


def _place_junctions(count: int, side_m: float, rng: Generator) -> Floats:
    """Return junctions in places, whose sizes are as uneven as those of towns, and between them."""
    rural = rng.uniform(0, side_m, (round(count * _RURAL_SHARE), 2))
    places = max(1, count // _JUNCTIONS_PER_PLACE)
    sizes = rng.multinomial(count - len(rural), rng.dirichlet(np.minimum(rng.pareto(1.1, places) + 0.05, 300)))
    place = np.repeat(np.arange(places), sizes)
    radius = _STEP_M * np.sqrt(sizes / np.pi)
    centre = radius[:, None] + rng.random((places, 2)) * (side_m - 2 * radius[:, None])
    angle, far = rng.uniform(0, 2 * np.pi, len(place)), np.sqrt(rng.random(len(place))) * radius[place]
    within = centre[place] + np.column_stack([far * np.cos(angle), far * np.sin(angle)])
    snapped = np.round(within / _STEP_M) * _STEP_M + rng.uniform(-0.3, 0.3, within.shape) * _STEP_M
    return rng.permutation(np.concatenate([rural, snapped]))


def _join_junctions(junctions: Floats, rng: Generator) -> Ints:
    """Return which junctions a street joins: the shortest streets that join them all, and short ones between those."""
    corners = Delaunay(junctions).simplices
    pairs = np.sort(np.concatenate([corners[:, [0, 1]], corners[:, [1, 2]], corners[:, [0, 2]]]), axis=1)
    pairs = np.unique(pairs.astype(np.int64), axis=0)
    length = np.hypot(*(junctions[pairs[:, 0]] - junctions[pairs[:, 1]]).T)
    size = len(junctions)
    tree = minimum_spanning_tree(coo_matrix((length, pairs.T), shape=(size, size))).tocoo()
    is_in_tree = np.isin(pairs @ [size, 1], np.sort(np.column_stack([tree.row, tree.col]), axis=1) @ [size, 1])
    rest = np.flatnonzero(~is_in_tree)
    wanted = round(_LINKS_PER_JUNCTION * size) - int(is_in_tree.sum())
    chosen = rest[np.argsort(length[rest] * rng.uniform(0.5, 2, len(rest)))[:wanted]]
    return rng.permutation(pairs[np.append(np.flatnonzero(is_in_tree), chosen)])


def _make_addresses(network: Network, count: int, rng: Generator) -> tuple[Floats, Floats]:
    """Return x and y of addresses beside the streets: close together in places, some of them on one spot."""
    weight = network.length_m * np.where(network.length_m < _STEP_M, 1.0, _RURAL_DENSITY)
    spots = count - round(count * _FLAT_SHARE)
    edge = np.searchsorted(np.cumsum(weight), rng.uniform(0, weight.sum(), spots)).clip(max=len(weight) - 1)
    part = rng.random(spots)
    away_m = np.where(rng.random(spots) < _FAR_SHARE, _FAR_M, _DOOR_M)
    spot = rng.permutation(np.append(np.arange(spots), rng.integers(0, max(1, spots // 10), count - spots)))
    placed = []
    for axis in (network.x_m, network.y_m):
        start, end = axis[network.start[edge]], axis[network.end[edge]]
        placed.append((start + part * (end - start) + away_m * rng.normal(0, 1, spots))[spot])
    return placed[0], placed[1]
