"""What lies between the streets on the map: water, fields, wood, parks, built-up land, railway and place names."""

import geopandas as gpd
import numpy as np
import shapely
from numpy.random import Generator

from pipeline.sources.demo.districts import DISTRICTS, parts_of
from pipeline.sources.demo.facilities import Tags
from pipeline.sources.demo.layout import EXTRACT_KM, OUTSIDE_PLACE, Place, Plan
from pipeline.sources.demo.roads import lines_of

SHORE_KM = ((25.1, 5.0), (24.9, 9.0), (25.2, 12.0), (24.8, 14.2), (25.0, 17.0), (24.7, 20.0), (25.2, 24.0))
PEOPLE_PER_DWELLING = 2.2
DITCH_SPACING_M = 420.0

Feature = tuple[shapely.Geometry, Tags]


def make_background(plan: Plan, land: gpd.GeoDataFrame, rng: Generator) -> list[Feature]:
    """Lines and areas (EPSG:28992) with their OSM tags; a polygon with a hole becomes a multipolygon relation."""
    features: list[Feature] = [(_lake(plan), {"natural": "water", "water": "lake", "name": "Markermeer"})]
    for canal in plan.canals:
        area = shapely.buffer(canal.line, canal.width_m / 2, cap_style="flat")
        features += [(part, {"natural": "water", "water": "canal"}) for part in parts_of(area)]
        features += [(part, {"waterway": "canal", "name": canal.name}) for part in lines_of(canal.line)]
    features.append((plan.basin, {"natural": "water", "water": "harbour", "name": "Oude Haven"}))
    features += [(park, {"leisure": "park", "name": f"Park {n + 1}"}) for n, park in enumerate(plan.parks)]
    features.append((plan.wood, {"landuse": "forest", "name": "Het Waardse Bos"}))
    features += _land_use(plan, land) + _ditches(plan, land, rng) + _railway(plan) + _trunk(plan)
    return features


def make_place_nodes(plan: Plan, land: gpd.GeoDataFrame) -> list[tuple[float, float, Tags]]:
    """Nodes with the names of town, dorpen, hamlet and the quarters of the town: x, y (EPSG:28992) and tags."""
    nodes = [
        (*p.centre, {"place": p.kind, "name": p.name + plan.suffix, "population": _population(p)}) for p in plan.places
    ]
    for district, geometry in zip(land["district"], land.geometry, strict=True):
        if district >= 0 and DISTRICTS[district].sector is not None:
            spot = geometry.representative_point()
            nodes.append((spot.x, spot.y, {"place": "neighbourhood", "name": DISTRICTS[district].name}))
    return nodes


def _population(place: Place) -> str:
    return str(10 * round(PEOPLE_PER_DWELLING * place.dwelling_count / 10))


def _lake(plan: Plan) -> shapely.Geometry:
    west, south, _, north = EXTRACT_KM
    margin_km = 0.02
    points = [(west + margin_km, south + margin_km), *((x, min(max(y, south + margin_km), north - margin_km))
              for x, y in SHORE_KM), (west + margin_km, north - margin_km)]  # fmt: skip
    shore = shapely.Polygon(np.array(points) * 1_000 + plan.offset)
    return max(parts_of(shapely.difference(shore, plan.dike)), key=lambda part: part.area)


def _land_use(plan: Plan, land: gpd.GeoDataFrame) -> list[Feature]:
    use = {"farm": "farmland", "industrial": "industrial", "planned": "construction"}
    wet = plan.water()
    features: list[Feature] = []
    for district, geometry in zip(land["district"], land.geometry, strict=True):
        if district < 0:
            continue
        tags = {"landuse": use.get(DISTRICTS[district].character, "residential")}
        dry = shapely.difference(geometry, shapely.union_all([wet, plan.wood]))
        features += [(part, tags) for part in parts_of(dry)]
    return [*features, (plan.place(OUTSIDE_PLACE).kern, {"landuse": "residential"})]


def _ditches(plan: Plan, land: gpd.GeoDataFrame, rng: Generator) -> list[Feature]:
    """Parcel ditches, straight and parallel as in a young polder."""
    farm = land[[d >= 0 and DISTRICTS[d].character == "farm" for d in land["district"]]]
    taken = shapely.union_all([shapely.buffer(plan.wood, 30), shapely.buffer(plan.water(), 20)])
    fields = shapely.difference(shapely.buffer(shapely.union_all(farm.geometry.to_numpy()), -60), taken)
    west, south, east, north = plan.dike.bounds
    starts = np.arange(west, east, DITCH_SPACING_M)
    starts = starts + rng.uniform(-60, 60, len(starts))
    lean = (north - south) * 0.09
    lines = shapely.linestrings([[(x + lean / 2, south), (x - lean / 2, north)] for x in starts])
    cut = shapely.get_parts(shapely.intersection(lines, fields))
    return [(line, {"waterway": "ditch"}) for line in cut if line.length > 250]


def _railway(plan: Plan) -> list[Feature]:
    tags = {"railway": "rail", "electrified": "contact_line", "gauge": "1435", "name": "Markerlijn"}
    return [(part, tags) for line in (plan.railway, plan.dam_railway) for part in lines_of(line)]


def _trunk(plan: Plan) -> list[Feature]:
    """Draw the road that nobody may walk; it passes over the polder roads."""
    tags = {"highway": "trunk", "ref": "N399", "foot": "no", "bicycle": "no", "motorroad": "yes", "surface": "asphalt",
            "maxspeed": "100"}  # fmt: skip
    crossing = shapely.union_all([r.line.buffer(18) for r in plan.roads if r.kind in ("polder", "dike")])
    features: list[Feature] = []
    for road in (r for r in plan.roads if r.kind == "trunk"):
        features += [(part, tags) for part in lines_of(shapely.difference(road.line, crossing))]
        over = {**tags, "bridge": "yes", "layer": "1"}
        features += [(part, over) for part in lines_of(shapely.intersection(road.line, crossing))]
    return features
