"""Objects by their tags: facilities and the background of the map, in EPSG:28992."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from pipeline.config.facilities import Category
from pipeline.config.params import BackgroundLayer
from pipeline.contracts import CRS
from pipeline.sources.osm.objects import area_id, as_frame, point_of, polygon_of, processor
from pipeline.sources.osm_files import readable
from pipeline.tag_rules import Tags, keys_of, matches_any


def read_tagged(pbf: Path, keys: Iterable[str]) -> gpd.GeoDataFrame:
    """Read all objects with any of `keys`: osm_id, tags (dict), geometry.

    Nodes are points, closed ways and multipolygons areas, open ways lines.
    """
    wanted = sorted(set(keys))
    found: dict[str, tuple[Tags, shapely.Geometry]] = {}
    with readable(pbf):
        for one in processor(pbf, wanted, with_areas=True):
            if one.is_relation():
                continue
            shape = _shape_of(one)
            if shape is not None:
                key = area_id(one) if one.is_area() else f"{one.type_str()}{one.id}"
                found[key] = (dict(one.tags), shape)
    names = sorted(found)
    return as_frame({"osm_id": list(names), "tags": [found[n][0] for n in names]}, [found[n][1] for n in names])


def _shape_of(one: Any) -> shapely.Geometry | None:
    if one.is_area():
        return polygon_of(one)
    if one.is_node():
        return point_of(one)
    known = [(node.lon, node.lat) for node in one.nodes if node.location.valid()]
    return shapely.LineString(known) if len(known) > 1 else None


def read_facilities(pbf: Path, categories: Mapping[str, Category]) -> gpd.GeoDataFrame:
    """Read the objects of every category: category, osm_id, facility_name (missing: not named), geometry of any type.

    An object of several categories comes once for each.
    """
    tagged = read_tagged(pbf, keys_of(rule for one in categories.values() for rule in one.match))
    pieces = []
    for code, one in categories.items():
        belongs = np.array(
            [matches_any(tags, one.match) and not matches_any(tags, one.exclude) for tags in tagged["tags"]], dtype=bool
        )
        rows = tagged[belongs]
        pieces.append(rows.assign(category=code, facility_name=[tags.get("name") for tags in rows["tags"]]))
    found = pd.concat(pieces, ignore_index=True).astype({"category": "str", "facility_name": "str"})
    return gpd.GeoDataFrame(found[["category", "osm_id", "facility_name", "geometry"]], geometry="geometry", crs=CRS)


def read_background(pbf: Path, layers: Sequence[BackgroundLayer]) -> gpd.GeoDataFrame:
    """Read the objects of the background: feature_id, layer, rank, feature_name (missing: not named), geometry.

    An object belongs to the first layer of which a rule fits.
    """
    tagged = read_tagged(pbf, keys_of(rule for one in layers for rule in one.match))
    first = [next((one for one in layers if matches_any(tags, one.match)), None) for tags in tagged["tags"]]
    is_used = [one is not None for one in first]
    used = tagged[is_used]
    found = [one for one in first if one is not None]
    frame = pd.DataFrame({
        "feature_id": used["osm_id"].astype("str"),
        "layer": pd.Series([one.layer for one in found], index=used.index, dtype="str"),
        "rank": pd.Series([one.rank for one in found], index=used.index, dtype="int64"),
        "feature_name": pd.Series([tags.get("name") for tags in used["tags"]], index=used.index, dtype="str"),
    })  # fmt: skip
    return gpd.GeoDataFrame(frame, geometry=used.geometry, crs=CRS)
