"""How objects of an extract are read, and become rows with a geometry in EPSG:28992."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import osmium
import osmium.filter
import osmium.geom
import pandas as pd
import shapely
from pyproj import Transformer

from pipeline.contracts import CRS

Floats = npt.NDArray[np.float64]

_DECIMALS = 3

_TO_RD = Transformer.from_crs("EPSG:4326", CRS, always_xy=True)

_WKB = osmium.geom.WKBFactory()


def processor(pbf: Path, keys: Iterable[str], *, with_areas: bool = False) -> Any:
    """Return the objects with any of `keys`; with `with_areas` also closed ways and multipolygons as areas."""
    # The filter for areas comes first: only these are assembled into polygons.
    key_filter = osmium.filter.KeyFilter(*keys)
    if with_areas:
        return osmium.FileProcessor(str(pbf)).with_areas(key_filter).with_filter(key_filter)
    return osmium.FileProcessor(str(pbf)).with_locations().with_filter(key_filter)


def to_rd(lon_lat: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Return rows of longitude and latitude as rows in EPSG:28992, to the millimetre."""
    return np.column_stack(in_rd(lon_lat[:, 0], lon_lat[:, 1]))


def in_rd(lon: Floats, lat: Floats) -> tuple[Floats, Floats]:
    """Return EPSG:28992 to the millimetre: finer is noise, and differs between machines."""
    x, y = _TO_RD.transform(lon, lat)
    return np.round(x, _DECIMALS), np.round(y, _DECIMALS)


def as_frame(rows: dict[str, list[Any]], geometry: Sequence[Any]) -> gpd.GeoDataFrame:
    """Return rows, a list per column, with their shapes in degrees as geometry in EPSG:28992.

    All but tags (dict) are text; None is missing.
    """
    shapes: Any = shapely.transform(np.asarray(geometry, dtype=object), to_rd) if len(geometry) else []
    return gpd.GeoDataFrame(
        {name: pd.Series(values, dtype=None if name == "tags" else "str") for name, values in rows.items()},
        geometry=gpd.GeoSeries(shapes, crs=CRS),
        crs=CRS,
    )


def point_of(one: Any) -> shapely.Geometry | None:
    """Return the node, or the middle of a way's nodes, in degrees; None where the extract lacks them."""
    if one.is_node():
        return shapely.Point(one.location.lon, one.location.lat) if one.location.valid() else None
    known = [(node.lon, node.lat) for node in one.nodes if node.location.valid()]
    return shapely.MultiPoint(known).centroid if known else None


def polygon_of(area: Any) -> shapely.Geometry | None:
    """Return the polygon in degrees, mended where it crosses itself; None where its lines do not even close."""
    try:
        return shapely.make_valid(shapely.from_wkb(_WKB.create_multipolygon(area)))
    except RuntimeError:
        return None


def area_id(area: Any) -> str:
    """Return the id of the way (``w1``) or relation (``r1``) that an area was made of."""
    return f"{'w' if area.from_way() else 'r'}{area.orig_id()}"
