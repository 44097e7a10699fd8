"""The hand-drawn main roads of the invented polder: of the town, of the polder, on the dike and over the dams."""

from dataclasses import dataclass

import shapely
from shapely.geometry import LineString, Polygon

from pipeline.sources.demo.pen import SINGEL_RADIUS_M, Pen

RING_ROAD_RADIUS_M = 1_850.0
AVENUE = "Burgemeester Van Gouwenlaan"
AVENUE_RADIUS_M = 1_080.0
AVENUE_DEGREES = (-23.6, 108.0)
"""The busy street of the town, which has a footway of its own on either side."""


@dataclass(frozen=True)
class Road:
    """A main road of the plan; coordinates in EPSG:28992, metres."""

    name: str
    kind: str
    line: LineString
    has_bus: bool = False


def draw_roads(pen: Pen, dike: Polygon) -> tuple[Road, ...]:
    """Draw all main roads, those within the dike cut at it."""
    inside = [*_town_roads(pen), *_polder_roads(pen)]
    ring = shapely.get_coordinates(dike.exterior)
    third = len(ring) // 3
    dikes = [
        Road(name, "dike", LineString(ring[start : stop + 1]))
        for name, start, stop in (
            ("Noorderdijk", 0, third),
            ("Oosterdijk", third, 2 * third),
            ("Zuiderdijk", 2 * third, len(ring)),
        )
    ]
    outside = [
        Road(r.name, r.kind, part) if r.kind == "dam" else r
        for r in _dam_roads(pen)
        for part in shapely.get_parts(shapely.difference(r.line, shapely.buffer(dike, -1)))[-1:]
    ]
    return (*cut_at(dike, inside), *dikes, *outside)


def cut_at(dike: Polygon, roads: list[Road]) -> list[Road]:
    """Give the parts of roads within the dike."""
    return [
        Road(r.name, r.kind, part, r.has_bus) for r in roads for part in lines_of(shapely.intersection(r.line, dike))
    ]


def lines_of(geometry: shapely.Geometry) -> list[LineString]:
    """List the lines that a geometry is made of."""
    return [part for part in shapely.get_parts(geometry) if isinstance(part, LineString)]


# fmt: off
def _town_roads(pen: Pen) -> list[Road]:
    return [
        Road("Stadsring", "ring_road", pen.ring(RING_ROAD_RADIUS_M, -108, 104), True),
        Road(AVENUE, "avenue", pen.ring(AVENUE_RADIUS_M, *AVENUE_DEGREES), True),
        Road("Admiraal Krabbelaan", "tertiary", pen.ring(1_080, -110, -29.5)),
        Road("Noordersingel", "quay", pen.ring(SINGEL_RADIUS_M + 44, -22.5, 112)),
        Road("Zuidersingel", "quay", pen.ring(SINGEL_RADIUS_M + 44, -115, -28.5)),
        Road("Binnensingel", "quay", pen.ring(SINGEL_RADIUS_M - 32, -115, 112)),
        Road("Havenkade", "quay", pen.curve(((8.38, 14.39), (8.6, 14.41), pen.town_km(150, -20), pen.town_km(150, 5),
                                             pen.town_km(150, 25), (8.59, 14.63), (8.38, 14.66)), step_m=15)),
        Road("Noordstraat", "shopping", pen.radial((141, 25), (300, 42), (480, 52))),
        Road("Hoornse Laan", "tertiary", pen.radial((480, 52), (800, 53), (1_080, 50), (1_500, 46), (1_860, 49)), True),
        Road("Breestraat", "shopping", pen.radial((141, 5), (300, 10), (480, 7))),
        Road("Stationslaan", "tertiary", pen.radial((480, 7), (760, 9), (1_080, 14), (1_450, 10), (1_860, 12)), True),
        Road("Zuidstraat", "shopping", pen.radial((141, -20), (300, -42), (480, -54))),
        Road("Slikhoeker Laan", "tertiary", pen.radial((480, -54), (800, -57), (1_080, -54), (1_500, -58),
                                                        (1_860, -55)), True),
        Road("Lijsterlaan", "collector", pen.radial((540, 74), (1_080, 71), (1_450, 75), (1_860, 72))),
        Road("Rietlandenweg", "collector", pen.radial((540, -9), (800, -5), (1_080, -9), (1_450, -4), (1_860, -8))),
        Road("Kolkweg", "collector", pen.radial((1_080, 30), (1_400, 33), (1_700, 34), (1_860, 38))),
        Road("Evertsenweg", "collector", pen.radial((540, -38), (1_080, -41), (1_450, -38), (1_860, -41))),
        Road("Nieuwlandse Dreef", "collector", pen.radial((540, -74), (1_080, -72), (1_450, -76), (1_860, -73))),
    ]
# fmt: on


# fmt: off
def _polder_roads(pen: Pen) -> list[Road]:
    def polder(name: str, *points_km: tuple[float, float], kind: str = "polder", has_bus: bool = False) -> Road:
        return Road(name, kind, pen.straight(points_km), has_bus)

    return [
        polder("Slikweg", (11.95, 8.5), (11.8, 10.7), (11.55, 13.0), (11.3, 15.6), (11.05, 18.75)),
        polder("Koogweg", (11.05, 18.75), (10.85, 20.75), (10.8, 21.6), (10.78, 23.0), has_bus=True),
        polder("Middenweg", (14.1, 8.5), (13.85, 10.75), (13.6, 13.6), (13.25, 17.1)),
        polder("Trintelweg", (13.25, 17.1), (13.0, 19.3), (12.8, 22.8), has_bus=True),
        polder("Kleiweg", (14.09, 12.285), (14.05, 11.53)),
        polder("Onderdijk", (14.045, 9.08), (13.72, 9.04), (13.6, 9.03)),
        polder("Rietweg", (16.95, 8.5), (16.8, 10.7), (16.35, 13.3), (16.1, 14.4)),
        polder("Kerkweg", (16.1, 14.4), (15.75, 15.4), (15.6, 16.2), (15.45, 17.0), has_bus=True),
        polder("Gouwerdwarsweg", (15.45, 17.0), (15.3, 18.2), (15.2, 19.0), (15.0, 21.5)),
        polder("Oosterweg", (18.2, 9.9), (17.9, 12.6), (17.6, 15.0), (17.3, 17.4), (17.2, 19.6)),
        polder("Slikhoekerweg", pen.town_km(1_860, -55), (10.6, 11.75), (11.8, 10.7), has_bus=True),
        polder("Zuidermeentweg", (11.8, 10.7), (13.85, 10.75), (16.8, 10.7), (19.0, 10.6)),
        polder("Leeghwaterweg", (11.6, 12.4), (13.7, 12.3), (16.5, 12.1), (19.5, 12.0)),
        polder("Hoofdweg", pen.town_km(1_860, 12), (11.4, 14.75), (13.5, 14.6), (16.1, 14.4), (17.7, 14.3),
               (19.5, 14.2), kind="tertiary", has_bus=True),
        polder("Gouweweg", (13.3, 16.4), (15.6, 16.2), (17.45, 16.1), has_bus=True),
        polder("Hoornseweg", pen.town_km(1_860, 49), (11.15, 17.0), (13.25, 17.1), (15.45, 17.0), (17.4, 16.9),
               (19.2, 16.8), has_bus=True),
        polder("Vogelweg", (8.2, 18.8), (11.05, 18.75), (13.0, 19.3), (15.2, 19.0), (18.2, 18.6), has_bus=True),
        polder("Meeuwentocht", (9.0, 20.9), (10.85, 20.75), (12.9, 20.9), (15.8, 20.4)),
    ]
# fmt: on


# fmt: off
def _dam_roads(pen: Pen) -> tuple[Road, ...]:
    return (
        Road("N399", "trunk", pen.curve((pen.town_km(1_850, 20), (11.5, 15.2), (13.0, 15.25), (16.0, 15.0),
                                         (19.2, 14.62), (22.0, 14.4), (25.6, 14.32), (30.0, 14.3)))),
        Road("Oosterdam", "dam", pen.curve(((19.164, 14.2), (19.5, 14.2), (22.0, 14.12), (25.6, 14.1), (30.0, 14.05)))),
        Road("Noorderdam", "dam", pen.curve(((10.78, 22.0), (10.8, 22.3), (10.9, 23.2), (11.3, 24.4)))),
    )
# fmt: on
