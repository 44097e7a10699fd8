"""What lies in the land: buildings, named places and water, in EPSG:28992."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import shapely

from pipeline.config.values import TagRule
from pipeline.contracts import CRS
from pipeline.sources.osm.objects import area_id, as_frame, polygon_of, processor
from pipeline.sources.osm.tagged import read_tagged
from pipeline.sources.osm_files import readable

_PLACES = ("city", "town", "village", "hamlet")
_WATER = {"natural": ["water"], "waterway": ["riverbank", "dock"], "landuse": ["basin", "reservoir"]}
_WATER_RULES: Sequence[TagRule] = [{key: list(values)} for key, values in _WATER.items()]
READ_ALWAYS: Sequence[TagRule] = [
    {"addr:housenumber": "*"},
    {"building": "*"},
    {"place": list(_PLACES)},
    *_WATER_RULES,
]
"""What is read whatever the settings say, addresses among it."""


def read_buildings(pbf: Path) -> gpd.GeoDataFrame:
    """Read all building areas: osm_id, building (value of the tag), geometry (polygon, mended where it crosses itself).

    A building whose outline does not close is left out.
    """
    rows: dict[str, list[Any]] = {"osm_id": [], "building": []}
    shapes: list[shapely.Geometry] = []
    with readable(pbf):
        for one in processor(pbf, ["building"], with_areas=True):
            shape = polygon_of(one) if one.is_area() else None
            if shape is not None:
                rows["osm_id"].append(area_id(one))
                rows["building"].append(one.tags["building"])
                shapes.append(shape)
    return as_frame(rows, shapes)


def read_places(pbf: Path) -> gpd.GeoDataFrame:
    """Read the nodes of towns, villages and hamlets: osm_id, place, place_name, geometry (point)."""
    rows: dict[str, list[Any]] = {"osm_id": [], "place": [], "place_name": []}
    points = []
    with readable(pbf):
        for one in processor(pbf, ["place"]):
            if one.is_node() and one.tags.get("place") in _PLACES and "name" in one.tags:
                rows["osm_id"].append(f"n{one.id}")
                rows["place"].append(one.tags["place"])
                rows["place_name"].append(one.tags["name"])
                points.append(shapely.Point(one.location.lon, one.location.lat))
    return as_frame(rows, points)


def read_water(pbf: Path) -> gpd.GeoSeries:
    """Read the polygons of water."""
    tagged = read_tagged(pbf, _WATER)
    is_water = np.array([any(tags.get(key) in values for key, values in _WATER.items()) for tags in tagged["tags"]])
    is_polygon = tagged.geom_type.isin(["Polygon", "MultiPolygon"])
    return gpd.GeoSeries(tagged.geometry[is_water & is_polygon], crs=CRS)
