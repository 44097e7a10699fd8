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
    is_polygon = np.isin(shapely.get_type_id(shapes), [shapely.GeometryType.POLYGON, shapely.GeometryType.MULTIPOLYGON])
    broken = is_polygon & ~shapely.is_valid(shapes) & np.isfinite(shapely.bounds(shapes)).all(axis=1)
    mended, is_repaired = shapes.copy(), np.zeros(len(shapes), dtype=np.bool_)
    for place in np.flatnonzero(broken):
        sound = _polygons_of(shapely.make_valid(shapes[place]))
        if sound.area > 0 and abs(sound.area - shapes[place].area) <= most_share * sound.area:
            mended[place], is_repaired[place] = sound, True
    return mended, is_repaired


def _polygons_of(shape: shapely.Geometry) -> shapely.MultiPolygon:
    parts = shapely.get_parts(shapely.get_parts(shape))
    return shapely.MultiPolygon([part for part in parts if part.geom_type == "Polygon"])
