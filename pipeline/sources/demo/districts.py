"""The buurten of the invented gemeente: character, inhabitants, and the faces of the plan that they are made of."""

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry import Polygon

from pipeline.sources.demo.footways import FOOT_KINDS
from pipeline.sources.demo.layout import OUTSIDE_PLACE, Plan
from pipeline.sources.demo.pen import TOWN_CENTRE_KM, drawn_radius_m, ring_stretch

CRS = "EPSG:28992"


@dataclass(frozen=True)
class District:
    """One buurt: codes, what its streets and homes look like, and which ages live there."""

    wijk: int
    buurt: int
    wijk_name: str
    name: str
    character: str
    ages: str
    postcode: int
    sector: tuple[float, float, float, float] | None = None
    place: str = "Markerstad"


_TOWN = (
    District(0, 0, "Binnenstad", "Havenkwartier", "core", "mixed", 1490, (0, 520, 8, 180)),
    District(0, 1, "Binnenstad", "Sint Joriskwartier", "core", "old", 1490, (0, 520, -180, 8)),
    District(1, 0, "Noord", "Singelkwartier", "prewar", "mixed", 1491, (520, 1_080, 52, 180)),
    District(1, 1, "Noord", "Vogelbuurt", "postwar", "old", 1491, (1_080, 1_850, 47, 73)),
    District(1, 2, "Noord", "Dijkzicht", "flats", "flats", 1491, (1_080, 1_850, 73, 180)),
    District(1, 3, "Noord", "Stationsbuurt", "postwar", "mixed", 1491, (520, 1_080, 9, 52)),
    District(1, 4, "Noord", "Kolkzijde", "bloemkool", "mixed", 1491, (1_080, 1_850, 26, 47)),
    District(2, 0, "Oost", "Burgemeestersbuurt", "postwar", "old", 1492, (520, 1_080, -26, 9)),
    District(2, 1, "Oost", "De Rietlanden", "bloemkool", "mixed", 1492, (1_080, 1_850, -7, 12)),
    District(2, 2, "Oost", "De Waterlelie", "bloemkool", "mixed", 1492, (1_080, 1_850, -26, -7)),
    District(2, 3, "Oost", "Bedrijventerrein De Kolk", "industrial", "none", 1492, (1_080, 1_850, 12, 26)),
    District(3, 0, "Overvaart", "Zeeheldenbuurt", "postwar", "old", 1493, (520, 1_080, -56, -26)),
    District(3, 1, "Overvaart", "Evertsenkwartier", "bloemkool", "mixed", 1493, (1_080, 1_850, -40, -26)),
    District(3, 2, "Overvaart", "Tromppark", "postwar", "mixed", 1493, (1_080, 1_850, -57, -40)),
    District(4, 0, "Nieuwland", "Nieuwland-Noord", "new", "young", 1494, (520, 1_080, -180, -56)),
    District(4, 1, "Nieuwland", "Nieuwland-Oost", "new", "young", 1494, (1_080, 1_850, -74.5, -57)),
    District(
        4, 2, "Nieuwland", "Nieuwland-West (in voorbereiding)", "planned", "none", 1494, (1_080, 1_850, -180, -74.5)
    ),
    District(5, 0, "Buitengebied Markerstad", "Buitengebied Markerstad", "farm", "dorp", 1494),
)
_DORPEN = (
    ("Gouwekerk", 1495, "dorp"),
    ("Trintelveld", 1496, "dorp"),
    ("Rietmeen", 1497, "ageing"),
    ("Noorderkoog", 1498, "ageing"),
    ("Slikhoek", 1499, "dorp"),
)
_GEHUCHTEN = ("Kleihuizen", "Zavelhoek", "Dijkmeen")
"""Near each other, with one postcode and wijk for all, and for most groups too small to be judged each for itself."""
DISTRICTS = (
    _TOWN
    + tuple(
        District(6 + i, part, name, f"{part_name} {name}", character, ages, postcode, None, name)
        for i, (name, postcode, ages) in enumerate(_DORPEN)
        for part, (part_name, character) in enumerate((("Kern", "dorp"), ("Buitengebied", "farm")))
    )
    + tuple(
        District(6 + len(_DORPEN), i, "Zuidhoek", name, "dorp", "aged", 1488, None, name)
        for i, name in enumerate(_GEHUCHTEN)
    )
)
OUTSIDE = District(90, 0, OUTSIDE_PLACE, OUTSIDE_PLACE, "dorp", "dorp", 1489, None, OUTSIDE_PLACE)
SECRET = ("Buitengebied Noorderkoog",)
PARTLY_SECRET = ("Buitengebied Slikhoek",)
WEAK = ("Nieuwland-Oost",)
UNCUT_KINDS = ("quay", "dam", "trunk", *FOOT_KINDS)
"""Roads that bound no buurt."""
SPLIT_POSTCODE = "Stationsbuurt"
"""A buurt whose eastern half has the postcode of the wijk next to it."""


def make_faces(plan: Plan) -> gpd.GeoDataFrame:
    """Cut the polder along main roads, canals, railway and the edges of the dorpen.

    Returns
    -------
    One row per face: `geometry` (EPSG:28992) and `district` (index into `DISTRICTS`). The faces tile the land
    within the dike without gaps or overlaps.
    """
    cuts: list[shapely.Geometry] = [r.line for r in plan.roads if r.kind not in UNCUT_KINDS]
    cuts += [c.line for c in plan.canals] + [*shapely.get_parts(plan.railway), *plan.border_lines]
    cuts += [p.kern.exterior for p in plan.dorpen()]
    noded = shapely.union_all([*(shapely.intersection(c, plan.dike) for c in cuts), plan.dike.exterior], grid_size=0.01)
    faces = shapely.get_parts(shapely.polygonize(shapely.get_parts(noded)))
    centres = shapely.get_coordinates(shapely.point_on_surface(faces))
    districts = [_district_of(plan, x, y) for x, y in centres]
    return gpd.GeoDataFrame({"district": districts}, geometry=faces, crs=CRS)


def _district_of(plan: Plan, x: float, y: float) -> int:
    town = np.array(plan.offset) + np.array(TOWN_CENTRE_KM) * 1_000
    degrees = float(np.degrees(np.arctan2(y - town[1], x - town[0])))
    radius_m = float(np.hypot(x - town[0], y - town[1]) / ring_stretch(degrees))
    for index, district in enumerate(_TOWN):
        if district.sector is None:
            continue
        low_m, high_m, start, stop = district.sector
        if drawn_radius_m(low_m) <= radius_m < drawn_radius_m(high_m) and start <= degrees < stop:
            return index
    for place in plan.dorpen():
        if shapely.contains_xy(place.kern, x, y):
            return _district_in(place.name, "dorp")
    farmed = [p for p in plan.places if p.kind != "hamlet"]
    reach_m = [np.hypot(x - p.centre[0], y - p.centre[1]) - (p.radius_m if p.kind == "town" else 0) for p in farmed]
    return _district_in(farmed[int(np.argmin(reach_m))].name, "farm")


def _district_in(place: str, character: str) -> int:
    return next(i for i, d in enumerate(DISTRICTS) if d.place == place and d.character == character)


def make_buurten(plan: Plan, faces: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Dissolve the faces into buurten and add the open water outside the dike as the buurt with `water` JA.

    Returns
    -------
    In EPSG:28992, with the columns of the CBS geodata; areas in hectares.
    """
    code = 9901 + plan.number
    merged = faces.dissolve("district").sort_index()
    rows = [DISTRICTS[i] for i in merged.index]
    lake = shapely.difference(
        plan.border, shapely.union_all(merged.geometry.to_numpy(), grid_size=0.01), grid_size=0.01
    )
    geometry = [*merged.geometry, lake]
    names = [d.name + plan.suffix if d.name != d.wijk_name else d.name for d in rows]
    table = gpd.GeoDataFrame(
        {
            "district": [*merged.index, -1],
            "buurtcode": [*(f"BU{code}{d.wijk:02}{d.buurt:02}" for d in rows), f"BU{code}9997"],
            "buurtnaam": [*names, "Markermeer"],
            "wijkcode": [*(f"WK{code}{d.wijk:02}" for d in rows), f"WK{code}99"],
            "wijknaam": [*(d.wijk_name + plan.suffix for d in rows), "Markermeer"],
            "gemeentecode": f"GM{code}",
            "gemeentenaam": "Markerwaard" + plan.suffix,
            "water": ["NEE"] * len(rows) + ["JA"],
        },
        geometry=geometry,
        crs=CRS,
    )
    return _with_areas(plan, table)


def _with_areas(plan: Plan, table: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    total_ha = (table.area / 10_000).round().astype(int)
    canals_ha = (table.intersection(plan.water()).area / 10_000).round().astype(int)
    water_ha = canals_ha.where(table["water"] == "NEE", total_ha)
    return table.assign(
        oppervlakte_totaal_in_ha=total_ha,
        oppervlakte_land_in_ha=total_ha - water_ha,
        oppervlakte_water_in_ha=water_ha,
    )


def parts_of(geometry: shapely.Geometry | NDArray[np.object_]) -> list[Polygon]:
    """List the polygons of an area."""
    return [p for p in shapely.get_parts(geometry) if isinstance(p, Polygon)]
