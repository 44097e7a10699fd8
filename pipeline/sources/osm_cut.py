"""Cut a region out of OpenStreetMap extracts: one file, in order, without doubles, with the box in its header."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise, product
from math import ceil, cos, floor, radians
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import osmium
import osmium.filter
import shapely
from pyproj import Transformer

from pipeline.contracts import CRS
from pipeline.sources.osm_files import TIMESTAMP, readable, writing

_TO_DEGREES = Transformer.from_crs(CRS, "EPSG:4326", always_xy=True)
_STEP_M = 1000.0
"""A side that is straight in metres bends in degrees: it is looked at this often."""

_PER_DEGREE = 10_000
"""Boxes are kept to four decimals of a degree, some ten metres, rounded outwards."""

_KM_PER_DEGREE = 111.2


@dataclass(frozen=True)
class Box:
    """A box of meridians and parallels, in degrees (EPSG:4326)."""

    west: float
    south: float
    east: float
    north: float

    def tiles(self, largest_km: float) -> "list[Box]":
        """Return boxes of at most `largest_km` a side that make up this one, from the south-west."""
        high = (self.north - self.south) * _KM_PER_DEGREE
        wide = (self.east - self.west) * _KM_PER_DEGREE * cos(radians((self.south + self.north) / 2))
        lons = _divided(self.west, self.east, ceil(wide / largest_km))
        lats = _divided(self.south, self.north, ceil(high / largest_km))
        return [
            Box(west, south, east, north) for (south, north), (west, east) in product(pairwise(lats), pairwise(lons))
        ]


def _divided(low: float, high: float, parts: int) -> list[float]:
    return [*(round(float(one), 7) for one in np.linspace(low, high, max(parts, 1) + 1))]


def box_around(area: shapely.Polygon) -> Box:
    """Return the smallest box, to four decimals, that holds an area in EPSG:28992."""

    def to_degrees(x_y: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        return np.column_stack(_TO_DEGREES.transform(x_y[:, 0], x_y[:, 1]))

    west, south, east, north = shapely.transform(shapely.segmentize(area, _STEP_M), to_degrees).bounds
    low = (floor(one * _PER_DEGREE) / _PER_DEGREE for one in (west, south))
    high = (ceil(one * _PER_DEGREE) / _PER_DEGREE for one in (east, north))
    return Box(*low, *high)


def covered(extracts: Sequence[Path], box: Box) -> Box | None:
    """Return the part of `box` that lies in the box around what extracts say to cover; None where there is none.

    An extract that does not say what it covers is taken to cover all of it.
    """
    boxes = [_said_to_cover(pbf) or box for pbf in extracts]
    west, south = max(box.west, min(one.west for one in boxes)), max(box.south, min(one.south for one in boxes))
    east, north = min(box.east, max(one.east for one in boxes)), min(box.north, max(one.north for one in boxes))
    return Box(west, south, east, north) if west < east and south < north else None


def _said_to_cover(pbf: Path) -> Box | None:
    with readable(pbf), osmium.io.Reader(str(pbf), osmium.osm.NOTHING) as reader:
        box = reader.header().box()
    low, high = box.bottom_left, box.top_right
    return Box(low.lon, low.lat, high.lon, high.lat) if box.valid() else None


def cut(extracts: Sequence[Path], box: Box, target: Path, timestamp: str) -> int:
    """Write what `extracts` hold of `box` and return how many objects that are.

    These are the nodes in the box, the ways with any of these with all their nodes, and the multipolygons with any of
    these ways or nodes with all their members, as far as the extracts hold them. Of an object in several extracts the
    highest version is written, and where these are equal that of the first extract.

    Parameters
    ----------
    extracts
        Files in the order of type and id; more than one where the region lies across the edge of an extract.
    box
        Of the region with its buffer; written into the header.
    target
        Where the cut comes; there must be no file.
    timestamp
        The moment that the map is of, ISO 8601; written into the header.

    Raises
    ------
    SourceError
        If an extract is damaged.
    OSError
        If the cut cannot be written.
    """
    kept = _ids(extracts, box).id_filter()
    count = 0
    with writing(target, _header(box, timestamp)) as writer:
        together: Any = osmium.zip_processors(*(_processor(pbf).with_filter(kept) for pbf in extracts))
        for found in together:
            writer.add(max((one for one in found if one is not None), key=lambda one: one.version))
            count += 1
    return count


def _ids(extracts: Sequence[Path], box: Box) -> osmium.IdTracker:
    """Return which objects belong to the cut: all is kept as ids, as an extract can be larger than memory."""
    ids = osmium.IdTracker()
    for pbf in extracts:
        with readable(pbf), osmium.io.Reader(str(pbf), osmium.osm.NODE) as reader:
            osmium.apply(reader, _Inside(box, ids))
    for pbf in extracts:
        with readable(pbf):
            for way in _processor(pbf, osmium.osm.WAY).with_filter(ids.contains_filter()):
                ids.add_way(way.id)
    add = {"n": ids.add_node, "w": ids.add_way, "r": ids.add_relation}
    for kind, number in _multipolygons(extracts, ids):
        add[kind](number)
    for pbf in extracts:
        with readable(pbf):
            ids.complete_backward_references(str(pbf))
    return ids


class _Inside(osmium.SimpleHandler):
    """Tracks the nodes in a box; the many nodes of an extract pass quickest through a handler."""

    def __init__(self, box: Box, ids: osmium.IdTracker) -> None:
        super().__init__()
        low, high = osmium.osm.Location(box.west, box.south), osmium.osm.Location(box.east, box.north)
        self.west, self.south, self.east, self.north = low.x, low.y, high.x, high.y
        self.add_node = ids.add_node

    def node(self, node: Any) -> None:
        place = node.location
        if self.west <= place.x <= self.east and self.south <= place.y <= self.north:
            self.add_node(node.id)


def _multipolygons(extracts: Sequence[Path], ids: osmium.IdTracker) -> list[tuple[str, int]]:
    """Return the multipolygons that any of `ids` is part of, and all that they are made of."""
    found: list[tuple[str, int]] = []
    is_multipolygon = osmium.filter.TagFilter(("type", "multipolygon"))
    for pbf in extracts:
        with readable(pbf):
            relations = _processor(pbf, osmium.osm.RELATION).with_filter(is_multipolygon)
            for one in relations.with_filter(ids.contains_filter()):
                found += [("r", one.id), *((part.type, part.ref) for part in one.members if part.type != "r")]
    return found


def _processor(pbf: Path, kinds: Any = osmium.osm.ALL) -> Any:
    return osmium.FileProcessor(str(pbf), kinds)


def _header(box: Box, timestamp: str) -> osmium.io.Header:
    header = osmium.io.Header()
    header.set("generator", "woonzorgkaart")
    header.set("sorting", "Type_then_ID")
    header.set(TIMESTAMP, timestamp)
    header.add_box(osmium.osm.Box(box.west, box.south, box.east, box.north))
    return header
