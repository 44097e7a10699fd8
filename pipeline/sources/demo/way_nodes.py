"""The nodes of streets and paths that walkers meet: crossings, kerbs, gates, bollards and cattle grids."""

from itertools import cycle
from typing import TypeVar

import geopandas as gpd
import numpy as np
import shapely
from numpy.random import Generator
from numpy.typing import NDArray

from pipeline.sources.demo.facilities import Tags

Node = tuple[float, float, Tags]
Value = TypeVar("Value")

_LOWERED: Tags = {"barrier": "kerb", "kerb": "lowered"}
CORNER_TAGS: dict[str, tuple[Tags, ...]] = {
    "raised_crossing": ({"barrier": "kerb", "kerb": "raised", "kerb:height": "0.12"}, {"kerb": "raised"}),
    "lowered_crossing": (_LOWERED, _LOWERED, {"kerb": "flush"}, _LOWERED, {"barrier": "kerb"}),
    "gated_path": ({"barrier": "kissing_gate"},),
}
"""What stands at the corners, between their ends, of ways of this kind, by turns."""
_CROSSING: Tags = {"highway": "crossing", "crossing": "uncontrolled"}
CROSSING_SHARE = 0.3
ALLEY_BARRIERS: dict[str, float] = {"bollard": 0.5, "cycle_barrier": 0.06, "block": 0.02}
POST_NOTES: dict[tuple[str, str], float] = {
    ("maxwidth:physical", "0.8"): 0.04,
    ("wheelchair", "no"): 0.03,
    ("wheelchair", "yes"): 0.03,
}
"""What else was noted of a few of them."""
GATE_SHARE = 0.6
CATTLE_GRID_COUNT = 4


def make_way_nodes(streets: gpd.GeoDataFrame, paths: gpd.GeoDataFrame, rng: Generator) -> list[Node]:
    """Nodes at corners of streets and paths: x, y (EPSG:28992) and tags."""
    return [
        *_crossings(streets, rng),
        *_deliberate(streets),
        *_posts(paths[paths["kind"] == "alley"], rng),
        *_gates(paths[paths["kind"] == "track"], rng),
        *_cattle_grids(streets[streets["kind"] == "dike"], rng),
    ]


def _corners(ways: gpd.GeoDataFrame) -> NDArray[np.float64]:
    """List the corners between the ends of ways."""
    parts = [shapely.get_coordinates(line)[1:-1] for line in ways.geometry]
    return np.vstack([*parts, np.empty((0, 2))])


def _crossings(streets: gpd.GeoDataFrame, rng: Generator) -> list[Node]:
    """Mark some junctions of busy streets, and the middle of every footway that crosses one."""
    busy = streets[streets["kind"].isin(["tertiary", "avenue", "ring_road"])]
    starts = shapely.get_coordinates(shapely.get_point(busy.geometry.to_numpy(), 0))
    starts = starts[rng.random(len(starts)) < CROSSING_SHARE]
    halves = streets[streets["kind"].isin(["raised_crossing", "lowered_crossing"])].geometry.to_numpy()
    ends = shapely.get_coordinates([shapely.get_point(halves, 0), shapely.get_point(halves, -1)])
    places, count = np.unique(ends, axis=0, return_counts=True)
    return [(x, y, dict(_CROSSING)) for x, y in [*starts.tolist(), *places[count == 2].tolist()]]


def _deliberate(streets: gpd.GeoDataFrame) -> list[Node]:
    return [
        (x, y, dict(tags))
        for kind, turns in CORNER_TAGS.items()
        for (x, y), tags in zip(_corners(streets[streets["kind"] == kind]).tolist(), cycle(turns), strict=False)
    ]


def _posts(alleys: gpd.GeoDataFrame, rng: Generator) -> list[Node]:
    """Stand something half-way along alleys that keeps cars or mopeds out."""
    posts: list[Node] = []
    for (x, y), (first, second) in zip(_corners(alleys).tolist(), rng.random((len(alleys), 2)), strict=True):
        barrier, note = _drawn(ALLEY_BARRIERS, first), _drawn(POST_NOTES, second)
        if barrier is not None:
            posts.append((x, y, {"barrier": barrier, **(dict([note]) if note else {})}))
    return posts


def _drawn(shares: dict[Value, float], draw: float) -> Value | None:
    """Give the value whose share a draw from 0 to 1 falls into; none beyond all shares."""
    reached = 0.0
    for value, share in shares.items():
        reached += share
        if draw < reached:
            return value
    return None


def _gates(tracks: gpd.GeoDataFrame, rng: Generator) -> list[Node]:
    second = shapely.get_coordinates(shapely.get_point(tracks.geometry.to_numpy(), 1))
    chosen = second[rng.random(len(second)) < GATE_SHARE]
    return [(x, y, {"barrier": "gate"}) for x, y in chosen.tolist()]


def _cattle_grids(dikes: gpd.GeoDataFrame, rng: Generator) -> list[Node]:
    corners = _corners(dikes)
    chosen = corners[rng.choice(len(corners), CATTLE_GRID_COUNT, replace=False)]
    return [(x, y, {"barrier": "cattle_grid"}) for x, y in chosen.tolist()]
