"""The light background of the map: water, built-up area, green, roads, railways, place names."""

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from pipeline.config import BackgroundSettings
from pipeline.contracts import BACKGROUND, CRS

_AREAS = ("water", "built_up", "green")


def simplify_background(
    found: gpd.GeoDataFrame, areas: gpd.GeoDataFrame, settings: BackgroundSettings
) -> gpd.GeoDataFrame:
    """Return the background as `contracts.BACKGROUND` has it: near the areas, simplified, small specks left out.

    Parameters
    ----------
    found
        feature_id, layer, rank, feature_name, geometry in EPSG:28992; layers of areas hold polygons, roads and railways
        lines, places points.
    areas
        Polygons of the region.
    settings
        How far beyond their bounding box the background goes on, the tolerance of simplification, and the smallest
        polygon that is kept.
    """
    frame = shapely.box(*areas.total_bounds).buffer(settings.around_m, join_style="mitre")
    kept = found[found.intersects(frame)].copy()
    is_area = kept["layer"].isin(_AREAS)
    kind = kept.geom_type
    wanted = {"area": ("Polygon", "MultiPolygon"), "line": ("LineString", "MultiLineString"), "point": ("Point",)}
    expected = np.where(is_area, "area", np.where(kept["layer"] == "place", "point", "line"))
    fits = [one in wanted[two] for one, two in zip(kind, expected, strict=True)]
    kept = kept[np.array(fits, dtype=bool) & (~is_area | (kept.area >= settings.min_area_m2)).to_numpy()]
    clipped = shapely.intersection(shapely.simplify(kept.geometry.to_numpy(), settings.simplify_m), frame)
    kept = kept.assign(geometry=gpd.GeoSeries(clipped, index=kept.index, crs=CRS))
    kept = kept[~kept.is_empty]
    return gpd.GeoDataFrame(_merge_roads(kept)[list(BACKGROUND.columns)], geometry="geometry", crs=CRS)


def _merge_roads(kept: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Join the lines of each layer and rank into one shape: hundreds of short ways cost more than their course."""
    is_line = kept["layer"].isin(["road", "railway"])
    lines = kept[is_line]
    merged = [
        {"feature_id": f"{layer}-{rank}", "layer": layer, "rank": rank, "feature_name": pd.NA,
         "geometry": shapely.line_merge(shapely.union_all(rows.geometry.to_numpy()))}
        for (layer, rank), rows in lines.groupby(["layer", "rank"])
    ]  # fmt: skip
    both = pd.concat([kept[~is_line], pd.DataFrame(merged, columns=list(BACKGROUND.columns))], ignore_index=True)
    return gpd.GeoDataFrame(both.astype({"feature_name": "str", "rank": "int64"}), geometry="geometry", crs=CRS)
