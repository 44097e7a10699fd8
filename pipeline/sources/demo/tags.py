"""The OpenStreetMap tags of buildings and of the facilities in them."""

import geopandas as gpd
import shapely
from numpy.random import Generator

from pipeline.sources.demo.districts import DISTRICTS
from pipeline.sources.demo.facilities import FACILITIES, Tags

_BUILDING = {"semi": "semidetached_house", "detached": "detached", "apartments": "apartments", "house": "house"}
_BUILT_YEARS = {"core": (1660, 1935), "prewar": (1908, 1942), "postwar": (1949, 1974), "flats": (1962, 1978),
                "bloemkool": (1974, 1989), "new": (2004, 2023), "dorp": (1925, 2012), "farm": (1932, 1990),
                "industrial": (1968, 2019), "planned": (2020, 2024)}  # fmt: skip
CORE_YES_SHARE = 0.22
PLAIN_YES_SHARE = 0.02


def tag_buildings(buildings: gpd.GeoDataFrame, number: int, rng: Generator) -> list[Tags]:
    """Tags for every building: use, BAG number and year built, some of them impossible as in real files."""
    draw = rng.random((len(buildings), 3))
    tagged = []
    for row, (use, district, facility, (first, second, third)) in enumerate(
        zip(buildings["use"], buildings["district"], buildings["facility"], draw, strict=True)
    ):
        character = DISTRICTS[district].character if district < len(DISTRICTS) else "dorp"
        tags = {"building": _BUILDING.get(use, use), "ref:bag": f"{9_901 + number:04}10{row:010}", "source": "BAG"}
        yes_share = CORE_YES_SHARE if character == "core" else PLAIN_YES_SHARE
        if facility < 0 and use in ("house", "retail") and first < yes_share:
            tags["building"] = "yes"
        if use in ("semi", "detached") and second < 0.7:
            tags["building"] = "house"
        tags["start_date"] = _start_date(_BUILT_YEARS[character], second, third)
        if facility >= 0 and FACILITIES[facility].form in ("building", "both"):
            tags |= _facility_tags(facility)
        tagged.append(tags)
    return tagged


def _facility_tags(facility: int) -> Tags:
    chosen = FACILITIES[facility]
    return {**chosen.tags, **({"name": chosen.name} if chosen.name else {})}


def facility_nodes(buildings: gpd.GeoDataFrame) -> list[tuple[float, float, Tags]]:
    """Nodes of the facilities that are mapped as one, inside their building: x, y (EPSG:28992) and tags."""
    rows = buildings[buildings["facility"] >= 0]
    return [
        (round(x + 1.5, 2), round(y - 1.0, 2), _facility_tags(f))
        for f, (x, y) in zip(rows["facility"], shapely.get_coordinates(rows.centroid.to_numpy()), strict=True)
        if FACILITIES[f].form in ("node", "both")
    ]


def relation_tags(facility: int, base: Tags) -> Tags:
    """Tags of a building that is a multipolygon with a courtyard."""
    return {**base, **_facility_tags(facility), "type": "multipolygon"}


def _start_date(years: tuple[int, int], second: float, third: float) -> str:
    if third < 0.0006:
        return "1005" if second < 0.5 else "9999"
    year = years[0] + int((years[1] - years[0] + 1) * second)
    return f"{year}-{1 + int(11 * third):02}-{1 + int(27 * second):02}" if third > 0.72 else str(year)
