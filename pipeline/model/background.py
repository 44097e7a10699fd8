"""The light background of the map: water, built-up area, green, roads, railways, place names."""

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from pipeline.config.params import BackgroundSettings
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
    near = found[found.intersects(frame)]
    clipped = shapely.intersection(shapely.simplify(near.geometry.to_numpy(), settings.simplify_m), frame)
    kept = near.assign(geometry=gpd.GeoSeries(clipped, index=near.index, crs=CRS))
    is_area, is_point = kept["layer"].isin(_AREAS), kept["layer"] == "place"
    dimension = np.where(is_area, 2, np.where(is_point, 0, 1))
    fits = (shapely.get_dimensions(clipped) == dimension) & kept.geom_type.ne("GeometryCollection").to_numpy()
    kept = kept[fits & (~is_area | (kept.area >= settings.min_area_m2)).to_numpy()]
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
