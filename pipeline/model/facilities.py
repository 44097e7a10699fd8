"""Facilities from tagged map objects: which category, and once each."""

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

from pipeline.contracts import CRS, MAPPED_FACILITIES
from pipeline.model.crs import require_rd


def merge_same_place(found: gpd.GeoDataFrame, *, same_place_m: float) -> gpd.GeoDataFrame:
    """Return each facility once: objects of one category that are the same place.

    They are when they have the same name and lie near each other, or when one has no name and they touch (a node in a
    building).

    Parameters
    ----------
    found
        category, osm_id, facility_name (missing: not named), geometry of any type in EPSG:28992.
    same_place_m
        Objects of the same name nearer to each other than this are the same place.

    Returns
    -------
    Facilities as `contracts.MAPPED_FACILITIES` has them, as points: a node if there is one, else the middle of the
    area. What a timetable says of them is missing.
    """
    require_rd(found.geometry)
    pieces = [
        _merge_category(found.loc[rows.index].sort_values("osm_id", ignore_index=True), str(category), same_place_m)
        for category, rows in found.groupby("category", sort=True)
    ]
    if not pieces:
        return gpd.GeoDataFrame(MAPPED_FACILITIES.empty(), geometry=gpd.GeoSeries([], crs=CRS), crs=CRS)
    return gpd.GeoDataFrame(pd.concat(pieces, ignore_index=True), geometry="geometry", crs=CRS)


def _merge_category(rows: gpd.GeoDataFrame, category: str, same_place_m: float) -> gpd.GeoDataFrame:
    group = _same_place_groups(rows, same_place_m)
    is_node = rows["osm_id"].str.startswith("n")
    ranked = rows.assign(group=group, is_named=rows["facility_name"].notna(), is_node=is_node)
    ranked = ranked.sort_values(["group", "is_node", "is_named", "osm_id"], ascending=[True, False, False, True])
    first = ranked.drop_duplicates("group").set_index("group")
    return gpd.GeoDataFrame(
        {
            "facility_id": category + "-" + first["osm_id"],
            "category": category,
            "facility_name": ranked.groupby("group")["facility_name"].first().astype("str"),
            "osm_ids": rows.groupby(group)["osm_id"].agg(" ".join),
            "service": pd.Series(pd.NA, first.index, "str"),
            "timetable_ids": pd.Series(pd.NA, first.index, "str"),
            "geometry": gpd.GeoSeries(shapely.centroid(first.geometry.to_numpy()), index=first.index, crs=CRS),
        },
        geometry="geometry",
        crs=CRS,
    )


def _same_place_groups(rows: gpd.GeoDataFrame, same_place_m: float) -> npt.NDArray[np.int32]:
    shapes, names = rows.geometry.to_numpy(), rows["facility_name"].to_numpy()
    one, other = shapely.STRtree(shapes).query(shapes, predicate="dwithin", distance=same_place_m)
    is_unnamed = pd.isna(names)
    touches = shapely.intersects(shapes[one], shapes[other])
    same = np.where(is_unnamed[one] & is_unnamed[other], touches, names[one] == names[other])
    # An unnamed building may hold two practices: it joins one of them and does not make them one.
    mixed = np.flatnonzero(is_unnamed[one] & ~is_unnamed[other] & touches)
    same[mixed[np.unique(one[mixed], return_index=True)[1]]] = True
    size = len(rows)
    links = coo_matrix((np.ones(int(same.sum())), (one[same], other[same])), shape=(size, size))
    return np.asarray(connected_components(links, directed=False)[1], dtype=np.int32)
