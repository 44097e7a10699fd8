"""A small walking graph of the invented extract, for tests that ask who gets where."""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
import osmium
import shapely
from pyproj import Transformer
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import dijkstra

Tags = dict[str, str]
Spot = tuple[float, float]
NOT_WALKED = ("trunk",)
CLOSED = ("no", "use_sidepath")


def anywhere(_: Tags) -> bool:
    """Let everybody through."""
    return True


@dataclass(frozen=True)
class Way:
    """A way that may be walked: its tags, its nodes, and its line in EPSG:28992."""

    tags: Tags
    node_ids: tuple[int, ...]
    line: shapely.LineString


class Walk:
    """The ways of an extract, the tags of its nodes, and distances between its nodes."""

    def __init__(self, pbf: Path) -> None:
        to_rd = Transformer.from_crs(4326, 28992, always_xy=True)
        self.node_tags: dict[int, Tags] = {}
        self.ways: list[Way] = []
        self._xy: dict[int, Spot] = {}
        for one in osmium.FileProcessor(str(pbf)).with_locations():
            tags = dict(one.tags) if not isinstance(one, osmium.osm.Changeset) else {}
            if isinstance(one, osmium.osm.Node) and tags:
                self.node_tags[one.id] = tags
            if isinstance(one, osmium.osm.Way) and tags.get("highway", "trunk") not in NOT_WALKED:
                nodes = [n for n in one.nodes if n.location.valid()]
                xy = np.column_stack(to_rd.transform([n.lon for n in nodes], [n.lat for n in nodes]))
                self._xy |= {n.ref: (float(x), float(y)) for n, (x, y) in zip(nodes, xy, strict=True)}
                self.ways.append(Way(tags, tuple(n.ref for n in nodes), shapely.LineString(xy)))
        self.walked = [way for way in self.ways if way.tags.get("foot") not in CLOSED]

    def named(self, name: str) -> list[Way]:
        """Return the ways of that name."""
        return [way for way in self.ways if way.tags.get("name") == name]

    def nearest(self, spot: Spot) -> int:
        """Return the walked node nearest to a spot in EPSG:28992."""
        ids = np.array(sorted({node for way in self.walked for node in way.node_ids}))
        gaps = np.hypot(*(np.array([self._xy[int(i)] for i in ids]) - spot).T)
        return int(ids[gaps.argmin()])

    def ends(self, name: str) -> tuple[int, int]:
        """Return the two nodes of the ways of that name that lie farthest apart."""
        nodes = [node for way in self.named(name) for node in way.node_ids]
        xy = np.array([self._xy[node] for node in nodes])
        gaps = np.hypot(*(xy[:, None] - xy[None, :]).transpose(2, 0, 1))
        one, other = np.unravel_index(gaps.argmax(), gaps.shape)
        return nodes[int(one)], nodes[int(other)]

    def distance_m(
        self, start: int, stop: int, way: Callable[[Tags], bool] = anywhere, node: Callable[[Tags], bool] = anywhere
    ) -> float:
        """Return how far it is over the ways, past the nodes, that let one through; infinite where nothing does."""
        stopped = {i for i, tags in self.node_tags.items() if not node(tags)}
        legs = np.array(
            [
                leg
                for one in self.walked
                if way(one.tags)
                for leg in pairwise(one.node_ids)
                if not stopped.intersection(leg)
            ]
        )
        ids, index = np.unique(np.append(legs.ravel(), [start, stop]), return_inverse=True)
        first, last = index[:-2].reshape(-1, 2).T
        xy = np.array([self._xy[int(i)] for i in ids])
        length = np.hypot(*(xy[first] - xy[last]).T)
        graph = coo_matrix((length, (first, last)), shape=(len(ids), len(ids))).tocsr()
        return float(dijkstra(graph, directed=False, indices=[int(index[-2])])[0, index[-1]])
