"""The part of the map in which stages look: what the extract covers, as far as the areas can be reached from."""

from pathlib import Path

import geopandas as gpd
import shapely

from pipeline.config.params import NetworkSettings
from pipeline.config.target_groups import TargetGroupSettings
from pipeline.model.network import limit_extract
from pipeline.sources.osm.extract import read_extract


def extract_around(
    pbf: Path, areas: gpd.GeoDataFrame, network: NetworkSettings, target_groups: TargetGroupSettings
) -> shapely.Polygon:
    """Return what the extract covers within the buffer around `areas`, in EPSG:28992.

    Raises
    ------
    SourceError
        If the extract cannot be read, or lies too far away.
    """
    return limit_extract(read_extract(pbf), areas, network, target_groups.longest_norm_m)
