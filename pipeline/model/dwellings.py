"""Addresses: in which areas they lie and which of them are dwellings."""

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from pipeline.config.params import DwellingSettings
from pipeline.model.crs import require_rd

_NO_HOME, _POSSIBLE_HOME, _HOME = 0, 1, 2


def covering_code(points: gpd.GeoSeries, areas: gpd.GeoDataFrame) -> pd.Series:
    """Return the code of the area that each point lies in; missing where in none.

    Parameters
    ----------
    points
        Points in EPSG:28992, any unique index.
    areas
        area_code and polygons in EPSG:28992. Where a point lies on a shared border, the lowest code counts.
    """
    require_rd(points, areas.geometry)
    ordered = areas.sort_values("area_code")
    point, area = shapely.STRtree(ordered.geometry.to_numpy()).query(points.to_numpy(), predicate="intersects")
    first = pd.Series(area).groupby(point).min()
    codes = pd.Series(pd.NA, index=points.index, dtype="str")
    codes.iloc[first.index.to_numpy()] = ordered["area_code"].to_numpy()[first.to_numpy()]
    return codes


def locate_addresses(addresses: gpd.GeoDataFrame, areas: gpd.GeoDataFrame, *, base_level: str) -> gpd.GeoDataFrame:
    """Add to each address the buurt, wijk, postcode and base area that it lies in.

    A postcode is that of the address itself, else of the polygon; a postcode that is no area of the region puts the
    address outside it. A wijk follows from the code of the buurt, else from the polygon.

    Returns
    -------
    The addresses with buurt_code, wijk_code, postcode_code, base_code; missing where in no such area.
    """
    level = {name: areas[areas["area_level"] == name] for name in ("buurt", "wijk", "postcode")}
    located = addresses.copy()
    located["buurt_code"] = covering_code(addresses.geometry, level["buurt"])
    wijk_by_polygon = covering_code(addresses.geometry, level["wijk"])
    located["wijk_code"] = wijk_of_buurt(located["buurt_code"]).fillna(wijk_by_polygon)
    postcode_by_polygon = covering_code(addresses.geometry, level["postcode"])
    located["postcode_code"] = addresses["postcode_code"].fillna(postcode_by_polygon)
    base = located[f"{base_level}_code"]
    located["base_code"] = base.where(base.isin(level[base_level]["area_code"]))
    return located


def wijk_of_buurt(buurt_codes: pd.Series) -> pd.Series:
    """Return the wijk codes that CBS buurt codes contain (BU01660003 lies in WK016600); missing stays missing."""
    return ("WK" + buurt_codes.str[2:8]).astype("str")


def building_kind(
    points: gpd.GeoSeries, buildings: gpd.GeoDataFrame, settings: DwellingSettings
) -> npt.NDArray[np.int64]:
    """Return for each point: 2 in a building tagged as home, 1 in one that may be a home, 0 otherwise."""
    require_rd(points, buildings.geometry)
    kind = np.where(
        buildings["building"].isin(settings.home_buildings),
        _HOME,
        np.where(buildings["building"].isin(settings.possible_home_buildings), _POSSIBLE_HOME, _NO_HOME),
    )
    point, building = shapely.STRtree(buildings.geometry.to_numpy()).query(points.to_numpy(), predicate="intersects")
    best = np.zeros(len(points), dtype=np.int64)
    np.maximum.at(best, point, kind[building])
    return best


def select_dwellings(
    located: gpd.GeoDataFrame, kind: npt.NDArray[np.int64], homes: pd.Series, settings: DwellingSettings
) -> gpd.GeoDataFrame:
    """Return the addresses that are dwellings.

    Parameters
    ----------
    located
        Addresses with base_code.
    kind
        Of the building that each stands in, as `building_kind` gives.
    homes
        CBS homes by base_code; missing is unknown.
    settings
        `enough_homes_share`: where buildings tagged as home give less than this share of the CBS homes, buildings
        that may be homes count too.
    """
    inside = located["base_code"].notna().to_numpy()
    tagged = located.loc[inside & (kind == _HOME)].groupby("base_code").size()
    known = homes.dropna()
    too_few = known.index[tagged.reindex(known.index, fill_value=0) < settings.enough_homes_share * known]
    possible = (kind == _POSSIBLE_HOME) & located["base_code"].isin(too_few).to_numpy()
    chosen: gpd.GeoDataFrame = located.loc[inside & ((kind == _HOME) | possible)]
    return chosen


def cell_codes(dwellings: pd.DataFrame) -> pd.Series:
    """Return the key of the dwellings for which every figure is read from the same areas."""
    codes = dwellings[["base_code", "buurt_code", "postcode_code", "wijk_code"]].fillna("-").astype("str")
    return codes["base_code"] + "/" + codes["buurt_code"] + "/" + codes["postcode_code"] + "/" + codes["wijk_code"]


def dwellings_of_units(dwellings: gpd.GeoDataFrame, base: pd.DataFrame) -> gpd.GeoDataFrame:
    """Return the dwellings in the region's base areas, with their cell, unit and gemeente (`contracts.DWELLINGS`)."""
    codes = base[["base_code", "unit_code", "gemeente_code"]]
    frame = dwellings.merge(codes, on="base_code", validate="many_to_one").rename(columns={"osm_id": "dwelling_id"})
    return frame.assign(cell_code=cell_codes(frame))
