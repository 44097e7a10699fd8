"""Base areas: the wijk, gemeente and woonplaats they lie in, their homes, land and name."""

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from pipeline.config.params import DwellingSettings
from pipeline.config.region import RegionSettings
from pipeline.errors import SourceError, raise_faults
from pipeline.model.dwellings import wijk_of_buurt
from pipeline.model.tally import largest

_M2_PER_KM2 = 1_000_000


def figure_by_area(figures: pd.DataFrame, variable: str) -> pd.Series:
    """Return the values of one figure by area code; missing is unknown."""
    return figures[figures["variable"] == variable].set_index("area_code")["value"]


def require_overlap(extract: shapely.Polygon, areas: gpd.GeoDataFrame, region: RegionSettings) -> None:
    """Raise SourceError if there are no areas of the base level, or the extract of the map holds no part of any."""
    areas = areas[areas["area_level"] == region.base_level]
    if areas.empty:
        raise SourceError(f"areas: een laag met level {region.base_level} ontbreekt; voeg deze toe.")
    if not areas.geometry.intersects(extract).any():
        raise SourceError(
            "het OpenStreetMap-uittreksel en de gebieden overlappen niet; neem een uittreksel van deze regio, of "
            "controleer het coördinatenstelsel van de gebieden."
        )


def areas_of_region(areas: gpd.GeoDataFrame, region: RegionSettings) -> gpd.GeoDataFrame:
    """Return all areas that may be of the region: of its gemeenten, and postcodes that touch these.

    Raises
    ------
    SourceError
        If there is no area of its gemeenten.
    """
    own = areas[areas["gemeente_code"].isin(list(region.gemeenten))]
    if own.empty:
        gemeenten = ", ".join(region.gemeenten)
        raise SourceError(f"geen enkel gebied ligt in {gemeenten}; verbeter gemeenten of de lagen in areas.")
    postcodes = areas[(areas["area_level"] == "postcode") & (region.base_level == "postcode")]
    touching = postcodes[postcodes.intersects(own.geometry.union_all())]
    return gpd.GeoDataFrame(pd.concat([own, touching]), geometry="geometry", crs=areas.crs)


def locate_base_areas(
    areas: gpd.GeoDataFrame,
    located: pd.DataFrame,
    dwellings: pd.DataFrame,
    places: gpd.GeoDataFrame,
    region: RegionSettings,
) -> gpd.GeoDataFrame:
    """Return the base areas of the region with their wijk, gemeente and woonplaats.

    A base area whose wijk is unknown or lies in another gemeente is not of the region.

    Parameters
    ----------
    areas
        Every area, as `contracts.AREAS` has it.
    located, dwellings
        All addresses, and those that are dwellings, with the codes of their areas.
    places
        Place nodes: osm_id, place_name, geometry.
    region
        Settings.

    Returns
    -------
    base_code, area_name, gemeente_code, wijk_code, wijk_name, wijk_share, woonplaats_name, woonplaats_source, land_km2
    (as the source gives it), geometry.
    """
    base = areas[areas["area_level"] == region.base_level].reset_index(drop=True)
    wijken = areas[areas["area_level"] == "wijk"]
    codes = base["area_code"]
    wijk = assign_wijk(base, dwellings, wijken).reindex(codes).reset_index(drop=True)
    place = assign_woonplaats(base, located, places).reindex(codes).reset_index(drop=True)
    found = base[["area_name", "land_km2", "geometry"]].assign(
        base_code=codes,
        gemeente_code=("GM" + wijk["wijk_code"].str[2:6]).astype("str"),
        wijk_name=wijk["wijk_code"].map(wijken.set_index("area_code")["area_name"]),
        **wijk,
        **place,
    )
    return found[found["gemeente_code"].isin(list(region.gemeenten))].reset_index(drop=True)


def count_base_areas(
    base: gpd.GeoDataFrame,
    located: pd.DataFrame,
    dwellings: pd.DataFrame,
    figures: pd.DataFrame,
    settings: DwellingSettings,
) -> gpd.GeoDataFrame:
    """Return base areas with their inhabitants and homes (missing is unknown), addresses and dwellings, and is_weak."""
    codes = base["base_code"]
    homes = codes.map(figure_by_area(figures, "homes")).astype("float64")
    inhabitants = codes.map(figure_by_area(figures, "inhabitants")).astype("float64")
    addresses, found = (
        codes.map(rows.groupby("base_code").size()).fillna(0).astype("int64") for rows in (located, dwellings)
    )
    ratio = dwelling_ratio(found, homes)
    return base.assign(
        inhabitants_count=inhabitants,
        homes_count=homes,
        address_count=addresses,
        dwelling_count=found,
        dwelling_ratio=ratio,
        is_weak=is_weak(ratio, homes, inhabitants, settings),
    )


def require_usable(base: gpd.GeoDataFrame, region: RegionSettings) -> None:
    """Raise SourceError if there is nothing to compute: no base areas, no dwellings, or a wijk without a name."""
    gemeenten = ", ".join(region.gemeenten)
    faults = []
    if base.empty:
        faults.append(f"geen enkel gebied ligt in {gemeenten}; verbeter gemeenten of de lagen in areas.")
    elif not base["dwelling_count"].sum():
        faults.append(
            f"geen enkele woning gevonden in {gemeenten}; neem een OpenStreetMap-uittreksel met adressen en gebouwen."
        )
    unnamed = sorted(base.loc[base["wijk_name"].isna(), "wijk_code"].unique())
    faults += [f"wijk {code} ontbreekt in de laag met wijken; neem een volledig bestand." for code in unnamed]
    unknown = sorted(set(region.unit_names) - set(base["base_code"]))
    faults += [f"region.unit_names: {code} is geen gebied van deze regio; verbeter de code." for code in unknown]
    raise_faults(SourceError, faults)


def name_base_areas(
    base: gpd.GeoDataFrame, dwellings: pd.DataFrame, areas: gpd.GeoDataFrame, *, name_share: float
) -> pd.Series:
    """Return the name in the source; a postcode without one is named after the buurt of most of its homes.

    Where no buurt is known to hold `name_share` of the CBS homes, it is named after its woonplaats.
    """
    most = largest(dwellings.groupby(["base_code", "buurt_code"]).size())
    codes = base["base_code"]
    buurt_name = codes.map(most["value"]).map(areas.set_index("area_code")["area_name"])
    holds_enough = codes.map(most["size"]) >= name_share * base["homes_count"]
    named = buurt_name.where(holds_enough).fillna(base["woonplaats_name"]).astype("str") + " (" + codes + ")"
    return base["area_name"].fillna(named).fillna(codes)


def assign_wijk(base: gpd.GeoDataFrame, dwellings: pd.DataFrame, wijken: gpd.GeoDataFrame) -> pd.DataFrame:
    """Return wijk_code and wijk_share by base area code.

    A buurt lies in the wijk of its code. A postcode area belongs to the wijk that holds most of its dwellings, else the
    largest part of its land; wijk_share says how much of it that is. Missing where most lies in no wijk at all.

    Parameters
    ----------
    base
        area_code, area_level and polygon of each base area.
    dwellings
        base_code and wijk_code of each dwelling.
    wijken
        area_code and polygon of each wijk, of neighbouring gemeenten too.
    """
    codes = base["area_code"]
    if (base["area_level"] == "buurt").all():
        return pd.DataFrame({"wijk_code": wijk_of_buurt(codes).to_numpy(), "wijk_share": 1.0}, index=pd.Index(codes))
    by_dwellings = _largest_share(dwellings.fillna({"wijk_code": ""}).groupby(["base_code", "wijk_code"]).size())
    by_land = _largest_share(_land_by_wijk(base, wijken))
    found = [one[one["wijk_code"] != ""] for one in (by_dwellings, by_land)]
    return found[0].combine_first(found[1]).reindex(codes)


def _land_by_wijk(base: gpd.GeoDataFrame, wijken: gpd.GeoDataFrame) -> pd.Series:
    """Return the land (m2) by base area and wijk; what lies in no wijk comes under an empty code."""
    polygons, wijk_polygons = base.geometry.to_numpy(), wijken.geometry.to_numpy()
    here, there = shapely.STRtree(wijk_polygons).query(polygons, predicate="intersects")
    covered = shapely.area(shapely.intersection(polygons[here], wijk_polygons[there]))
    rest = shapely.area(polygons) - np.bincount(here, weights=covered, minlength=len(polygons))
    codes = base["area_code"].to_numpy()
    base_codes = np.concatenate([codes[here], codes])
    wijk_codes = np.concatenate([wijken["area_code"].to_numpy()[there], np.full(len(codes), "", dtype=object)])
    return pd.Series(np.concatenate([covered, np.maximum(rest, 0)]), index=[base_codes, wijk_codes])


def _largest_share(size: pd.Series) -> pd.DataFrame:
    """Return per base area the wijk with the largest size (lowest code among equals) and its share."""
    most = largest(size)
    return pd.DataFrame({"wijk_code": most["value"], "wijk_share": most["size"] / size.groupby(level=0).sum()})


def assign_woonplaats(base: gpd.GeoDataFrame, located: pd.DataFrame, places: gpd.GeoDataFrame) -> pd.DataFrame:
    """Return woonplaats_name and woonplaats_source by base area code.

    The woonplaats of most of its addresses, else the place name in the source, else the nearest place node.
    """
    known = located.dropna(subset=["base_code", "woonplaats_name"])
    most = largest(known.groupby(["base_code", "woonplaats_name"]).size())["value"]
    frame = pd.DataFrame(index=pd.Index(base["area_code"]))
    frame["woonplaats_name"] = most.reindex(frame.index).astype("str")
    frame["woonplaats_source"] = np.where(frame["woonplaats_name"].notna(), "addresses", "unknown")
    _fill(frame, base.set_index("area_code")["woonplaats_name"], "source")
    if len(places):
        ordered = places.sort_values("osm_id")
        nearest = shapely.STRtree(ordered.geometry.to_numpy()).nearest(base.geometry.representative_point().to_numpy())
        _fill(frame, pd.Series(ordered["place_name"].to_numpy()[nearest], index=frame.index), "place_node")
    return frame


def _fill(frame: pd.DataFrame, names: pd.Series, source: str) -> None:
    missing = frame["woonplaats_name"].isna() & names.notna()
    frame.loc[missing, "woonplaats_name"] = names[missing]
    frame.loc[missing, "woonplaats_source"] = source


def land_km2(base: gpd.GeoDataFrame, water: gpd.GeoSeries) -> pd.Series:
    """Return the land (km2) of each base area: as the source gives it, else the polygon less the water in it."""
    wet = shapely.union_all(water.to_numpy()) if len(water) else shapely.Polygon()
    dry = shapely.area(base.geometry.to_numpy()) - shapely.area(shapely.intersection(base.geometry.to_numpy(), wet))
    return base["land_km2"].fillna(pd.Series(dry / _M2_PER_KM2, index=base.index))


def dwelling_ratio(dwelling_count: pd.Series, homes: pd.Series) -> pd.Series:
    """Return dwellings found / CBS homes; missing where homes are unknown or none."""
    return dwelling_count / homes.where(homes > 0)


def is_weak(ratio: pd.Series, homes: pd.Series, inhabitants: pd.Series, settings: DwellingSettings) -> pd.Series:
    """Say which base areas are weak: the ratio is out of bounds, or there is none where people may live."""
    out_of_bounds = (ratio < settings.weak_ratio_low) | (ratio > settings.weak_ratio_high)
    return out_of_bounds | (~(homes > 0) & ~(inhabitants == 0))
