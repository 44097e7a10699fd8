"""Where boundaries can lie, and those that cross themselves put right where that leaves the area as it is."""

from typing import Any

import numpy as np
import numpy.typing as npt
import shapely

Shapes = npt.NDArray[Any]
"""Geometries in EPSG:28992, None where there is none."""


NETHERLANDS = shapely.box(-7_000, 289_000, 300_000, 629_000)
"""Where RD coordinates of the Netherlands lie, in metres: anything outside has its axes or its CRS wrong."""


def repair(shapes: Shapes, most_share: float) -> tuple[Shapes, npt.NDArray[np.bool_]]:
    """Make invalid polygons valid, and of polygons alone.

    Parameters
    ----------
    shapes
        Of any type; only polygons are repaired.
    most_share
        What part of its area (0-1) a repair may add or take; a shape that would change more stays as it is.

    Returns
    -------
    The shapes, and for each whether it was repaired.
    """
    repaired = shapes.copy()
    is_polygon = np.isin(shapely.get_type_id(shapes), [shapely.GeometryType.POLYGON, shapely.GeometryType.MULTIPOLYGON])
    broken = is_polygon & ~shapely.is_valid(shapes) & np.isfinite(shapely.bounds(shapes)).all(axis=1)
    for place in np.flatnonzero(broken):
        repaired[place] = _polygons_of(shapely.make_valid(shapes[place]))
    area_m2 = shapely.area(repaired)
    is_alike = (area_m2 > 0) & (np.abs(area_m2 - shapely.area(shapes)) <= most_share * area_m2)
    is_repaired = broken & is_alike
    return np.where(is_repaired, repaired, shapes), is_repaired


def _polygons_of(shape: shapely.Geometry) -> shapely.MultiPolygon:
    parts = shapely.get_parts(shapely.get_parts(shape))
    return shapely.MultiPolygon([part for part in parts if part.geom_type == "Polygon"])
