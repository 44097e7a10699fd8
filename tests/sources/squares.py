"""The tiny region and its neighbours as PDOK has areas: gemeenten, wijken and buurten of a year, water among them."""

from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import shapely
import yaml

from pipeline.tables import RegionFiles
from tests import tiny_region
from tests.services.server import Server
from tests.tiny_region import ORIGIN_X, ORIGIN_Y, SIDE_M, square

YEAR = 2024
PLACES = {
    **{code: ("Vierkant", "NEE", place) for code, place in tiny_region.BUURTEN.items()},
    "BU00019998": ("Vierkant", "JA", (0, 2)),
    "BU00020000": ("Buren", "NEE", (3, 0)),
    "BU0002AA01": ("Buren", "NEE", (4, 0)),
    "BU00030000": ("Ver", "NEE", (30, 0)),
}
"""Name of the gemeente, water, and the square of each buurt; the last lies beyond any buffer."""
_WFS = {"kind": "wfs", "service": "pdok", "path": f"cbs/wijkenbuurten/{YEAR}/wfs/v1_0", "year": YEAR}
_API = {"kind": "features", "service": "pdok_api", "path": f"cbs/wijken-en-buurten-{YEAR}/ogc/v1", "year": YEAR}
QUERIES: dict[str, dict[str, Any]] = {"wfs": _WFS, "features": _API}
_WHAT = {"what": "Vierkanten", "holder": "Test", "licence": "CC0"}


def layers(kind: str) -> dict[str, gpd.GeoDataFrame]:
    """Return the layers as a service of this kind names them and their attributes."""
    buurten = gpd.GeoDataFrame(
        {
            "buurtcode": list(PLACES),
            "buurtnaam": [f"Buurt {code[-4:]}" for code in PLACES],
            "wijkcode": [f"WK{code[2:8]}" for code in PLACES],
            "gemeentecode": [f"GM{code[2:6]}" for code in PLACES],
            "gemeentenaam": [name for name, _, _ in PLACES.values()],
            "water": [water for _, water, _ in PLACES.values()],
            "aantal_inwoners": [400 if water == "NEE" else -99997 for _, water, _ in PLACES.values()],
            "oppervlakte_land_in_ha": [100 if water == "NEE" else 0 for _, water, _ in PLACES.values()],
            "jaar": YEAR,
        },
        geometry=[square(*place) for _, _, place in PLACES.values()],
        crs="EPSG:28992",
    )
    wijken = _dissolved(buurten, "wijk").assign(wijknaam=lambda rows: "Wijk " + rows["wijkcode"].str[-2:])
    gemeenten = _dissolved(buurten, "gemeente")
    found = {"gemeenten": gemeenten, "wijken": wijken, "buurten": buurten}
    if kind == "features":
        return found
    return {f"wijkenbuurten:{name}": rows.rename(columns=_camel) for name, rows in found.items()}


def _dissolved(buurten: gpd.GeoDataFrame, level: str) -> gpd.GeoDataFrame:
    columns = [*({"wijk": ["wijkcode"], "gemeente": []}[level]), "gemeentecode", "gemeentenaam", "water", "jaar"]
    return buurten[[*columns, "geometry"]].dissolve(columns, as_index=False)


def _camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(word.capitalize() for word in rest)


def settings(kind: str) -> dict[str, Any]:
    """Return the settings of the areas, asked of a service."""

    def layer(level: str, **other: Any) -> dict[str, Any]:
        plural = f"{level.removesuffix('e')}en"
        collection = f"wijkenbuurten:{plural}" if kind == "wfs" else plural
        return {
            "file": f"{plural}_{YEAR}.geojson", "level": level, "code": f"{level}code", "name": f"{level}naam",
            "pdok": {**QUERIES[kind], "collection": collection}, **_WHAT, **other,
        }  # fmt: skip

    buurt = layer("buurt", land_ha="oppervlakte_land_in_ha")
    return {"from": "services", "gemeenten": layer("gemeente"), "layers": [buurt, layer("wijk")]}


def write_project(root: Path, areas: dict[str, Any]) -> RegionFiles:
    """Write the tiny region with these settings of its areas."""
    tiny_region.write_region(root)
    tiny_region.write_settings(root, {**tiny_region.settings(), "areas": areas})
    return RegionFiles(root, tiny_region.REGION)


def ask_at(root: Path, server: Server, attempts: int = 3) -> None:
    """Let the settings name a server on this machine for both services, and little patience."""
    path = root / "config/services.yaml"
    content = yaml.safe_load(path.read_text(encoding="utf-8"))
    for service in ("pdok", "pdok_api"):
        content["services"][service]["address"] = server.address
    content["web"] = {
        "connect_seconds": 0.5, "read_seconds": 0.3, "attempts": attempts, "first_pause_seconds": 0.01,
        "longest_pause_seconds": 0.02,
    }  # fmt: skip
    path.write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")


def with_ear(rows: gpd.GeoDataFrame, code: str, side_m: float) -> gpd.GeoDataFrame:
    """Return rows of which one, by any code, crosses itself at its north-western corner in a loop of this size."""
    shapes = rows.geometry.copy()
    place = rows.index[rows.iloc[:, 0] == code][0]
    west, south, east, north = shapes[place].bounds
    corners = [(west, south), (east, south), (east, north), (west, north)]
    loop = [(west, north + side_m), (west + side_m, north + side_m), (west - side_m, north), (west, north - side_m)]
    shapes[place] = shapely.Polygon([*corners, *loop])
    return rows.set_geometry(shapes)


def moved(rows: gpd.GeoDataFrame, **changes: Any) -> gpd.GeoDataFrame:
    """Return rows with other values in all of a column."""
    return gpd.GeoDataFrame(pd.DataFrame(rows).assign(**changes), geometry="geometry", crs=rows.crs)


EDGES = (ORIGIN_X, ORIGIN_Y, ORIGIN_X + 2 * SIDE_M, ORIGIN_Y + 2 * SIDE_M)
"""The box of the gemeente of the region."""
