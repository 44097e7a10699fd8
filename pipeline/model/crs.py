"""The one coordinate reference system of every computation."""

import geopandas as gpd

from pipeline.contracts import CRS
from pipeline.errors import TableError, raise_faults


def require_rd(*geometries: gpd.GeoSeries) -> None:
    """Raise TableError unless all of `geometries` are in EPSG:28992."""
    wrong = [str(one.crs).upper() for one in geometries if one.crs != CRS]
    raise_faults(TableError, [f"geometrie heeft stelsel {one}, moet {CRS} zijn." for one in wrong])
