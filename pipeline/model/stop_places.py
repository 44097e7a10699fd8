"""Stops as one who walks there sees them: the platforms of one station, or of one name near each other."""

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

from pipeline.model.crs import require_rd


def place_ids(stops: gpd.GeoDataFrame, *, match_m: float) -> pd.Series:
    """Return per stop the place that it belongs to, named after the first of its stops.

    Stops are one place when they have the same parent station, or the same name and lie within `match_m` of each other.

    Parameters
    ----------
    stops
        stop_id, stop_name (missing: not named), station_id (missing: none), geometry (point in EPSG:28992; missing:
        not known, and then only the station counts).
    """
    require_rd(stops.geometry)
    ids, count = stops["stop_id"].to_numpy(), len(stops)
    pairs = np.vstack([_same_station(stops["station_id"]), _near_namesakes(stops, match_m)])
    links = coo_matrix((np.ones(len(pairs)), (pairs[:, 0], pairs[:, 1])), shape=(count, count))
    group = connected_components(links, directed=False)[1]
    return pd.Series(ids, index=stops.index).groupby(group).transform("min").astype("str")


def _same_station(station_ids: pd.Series) -> npt.NDArray[np.int64]:
    """Return pairs of positions: each stop of a station with the first one of it."""
    known = pd.Series(np.arange(len(station_ids)))[station_ids.notna().to_numpy()]
    first = known.groupby(station_ids.dropna().to_numpy()).transform("first")
    return np.column_stack([known.to_numpy(), first.to_numpy()]).astype(np.int64)


def _near_namesakes(stops: gpd.GeoDataFrame, match_m: float) -> npt.NDArray[np.int64]:
    points, names = stops.geometry.to_numpy(), stops["stop_name"].str.casefold().to_numpy()
    is_there = np.flatnonzero(~shapely.is_missing(points))
    one, other = is_there[shapely.STRtree(points[is_there]).query(points[is_there], "dwithin", match_m)]
    same = ~pd.isna(names[one]) & (names[one] == names[other])
    return np.column_stack([one[same], other[same]])
