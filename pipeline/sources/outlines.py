"""Outlines of extracts: the polygons that they were cut with, as services publish them in ``.poly`` files."""

import re
from collections.abc import Sequence

import shapely

from pipeline.sources.downloads import Downloads
from pipeline.sources.osm_cut import Box
from pipeline.sources.web import TemporaryFaultError

_EDITION = re.compile(r"-(latest|\d{6})\.osm\.pbf$")
"""How the path of an extract ends: its newest edition, or that of a day."""


def read_outline(downloads: Downloads, service: str, path: str) -> shapely.Geometry | None:
    """Return the outline of an extract in degrees (EPSG:4326); None where the service publishes none.

    ``europe/netherlands/drenthe-latest.osm.pbf`` has its outline in ``europe/netherlands/drenthe.poly``.
    """
    if not _EDITION.search(path):
        return None
    return downloads.text_if_there(service, _EDITION.sub(".poly", path), _outline)


def uncovered_share(outlines: Sequence[shapely.Geometry], box: Box) -> float:
    """Return which share (0-1) of a box lies in none of the outlines."""
    whole = shapely.box(box.west, box.south, box.east, box.north)
    share: float = shapely.difference(whole, shapely.union_all(list(outlines))).area / whole.area
    return share


def _outline(text: str) -> shapely.Geometry:
    """Return what a ``.poly`` file describes: rings by name, each closed by END; one that begins with ! is a hole."""
    rings: list[tuple[str, list[tuple[float, float]]]] = []
    try:
        lines = iter([line.split() for line in text.splitlines()[1:] if line.strip()])
        for name in iter(lambda: next(lines), ["END"]):
            rings.append((name[0], [(float(x), float(y)) for x, y in iter(lambda: next(lines), ["END"])]))
        shapes = [(name, shapely.make_valid(shapely.Polygon(ring))) for name, ring in rings]
    except (StopIteration, ValueError):
        raise TemporaryFaultError("het antwoord is geen omtrek (.poly)") from None
    filled = shapely.union_all([shape for name, shape in shapes if not name.startswith("!")])
    return shapely.difference(filled, shapely.union_all([shape for name, shape in shapes if name.startswith("!")]))
