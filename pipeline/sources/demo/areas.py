"""Boundaries of gemeenten, wijken and buurten as a GeoPackage in the layout of the CBS geodata."""

from pathlib import Path

import geopandas as gpd
import pandas as pd
import pyogrio

from pipeline.sources.demo.region import DemoRegion

FILE_NAME = "gebieden_2024.gpkg"
FIXED_DATE = "2024-10-01T00:00:00.000Z"
_AREA = ["oppervlakte_totaal_in_ha", "oppervlakte_land_in_ha", "oppervlakte_water_in_ha"]
_LAYERS = {
    "gemeenten": ["gemeentecode", "gemeentenaam", "water"],
    "wijken": ["wijkcode", "wijknaam", "gemeentecode", "gemeentenaam", "water"],
    "buurten": ["buurtcode", "buurtnaam", "wijkcode", "gemeentecode", "gemeentenaam", "water", *_AREA],
}


def write_areas(region: DemoRegion, folder: Path) -> None:
    """Write `gebieden_2024.gpkg` (EPSG:28992, layers gemeenten, wijken, buurten) into `folder`."""
    buurten = gpd.GeoDataFrame(pd.concat([m.buurten for m in region.municipalities], ignore_index=True))
    path = folder / FILE_NAME
    path.unlink(missing_ok=True)
    before = pyogrio.get_gdal_config_option("OGR_CURRENT_DATE")
    pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": FIXED_DATE})
    try:
        for layer, columns in _LAYERS.items():
            # `dissolve` sorts by key, so that the order of rows never depends on how the faces were found.
            table = buurten if layer == "buurten" else buurten.dissolve(columns, as_index=False)
            pyogrio.write_dataframe(table[[*columns, "geometry"]], path, layer=layer, geometry_type="MultiPolygon",
                                    promote_to_multi=True)  # fmt: skip
    except (pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError) as error:
        raise OSError(f"{FILE_NAME}: {error}") from None
    finally:
        pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": before})
