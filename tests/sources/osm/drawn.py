"""Extracts of a few nodes and ways, drawn for one test."""

from collections.abc import Sequence
from pathlib import Path

import osmium

LON, LAT = 5.9, 52.5
Node = tuple[int, float, float, dict[str, str]]
Way = tuple[int, list[int], dict[str, str]]
SQUARE: list[Node] = [(1, 0, 0, {}), (2, 0.001, 0, {}), (3, 0.001, 0.001, {}), (4, 0, 0.001, {})]


def extract(path: Path, nodes: Sequence[Node], ways: Sequence[Way] = (), *, box: bool = True) -> Path:
    """Write an extract; places of nodes are degrees beside `LON`, `LAT`."""
    header = osmium.io.Header()
    if box:
        header.add_box(osmium.osm.Box(osmium.osm.Location(LON, LAT), osmium.osm.Location(LON + 0.01, LAT + 0.01)))
    with osmium.SimpleWriter(str(path), header=header) as writer:
        for number, x, y, tags in nodes:
            writer.add_node(osmium.osm.mutable.Node(id=number, version=1, location=(LON + x, LAT + y), tags=tags))
        for number, refs, tags in ways:
            writer.add_way(osmium.osm.mutable.Way(id=number, version=1, nodes=refs, tags=tags))
    return path
