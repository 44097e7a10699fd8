"""The stops of the invented gemeente: in pairs along the bus roads and in the dorpen, and the stations."""

from dataclasses import dataclass

import numpy as np
import shapely

from pipeline.sources.demo.facilities import Tags, spot_of
from pipeline.sources.demo.layout import Plan

STOP_SPACING_TOWN_M = 420.0
STOP_SPACING_POLDER_M = 1_900.0
STOP_OFFSET_M = 3.5
STATIONS = {"Markerstad": 0.0, "Gouwekerk": 5_420.0}
"""Metres along the railway, by name."""

NOT_MAPPED = "Stationslaan 6"
"""The stop that the map lacks."""

_BUS_STOP: Tags = {"highway": "bus_stop", "public_transport": "platform", "bus": "yes"}
_STATION: Tags = {"railway": "station", "public_transport": "station", "train": "yes"}
_EAST, _NORTH = (1.0, 0.0), (0.0, 1.0)
_DORP_STOPS = (
    ("Gouwekerk", "Dorpsplein", (0.0, 0.0), _EAST),
    ("Trintelveld", "Dorpsplein", (0.0, 0.0), _EAST),
    ("Noorderkoog", "Dorpsplein", (0.0, 0.0), _EAST),
    ("Slikhoek", "Dorpsplein", (0.0, 0.0), _EAST),
    ("Zavelhoek", "Dorpsplein", (0.0, 0.0), _EAST),
    ("Kleihuizen", "Kerkenpad", (-275.0, 0.0), _NORTH),
)
"""Place, name, spot as of a facility, and the direction of the road there."""


@dataclass(frozen=True)
class StopPair:
    """A stop as one who walks there sees it: its platforms (x, y in EPSG:28992), and the road it is on, if any.

    The first platform is for vehicles that follow the road as it is drawn, the second for those that come back.
    """

    name: str
    road: str
    platforms: tuple[tuple[float, float], tuple[float, float]]


def bus_stops(plan: Plan) -> list[StopPair]:
    """Give all bus stops, those of a road in its order."""
    return [*_road_stops(plan), *_dorp_stops(plan)]


def _road_stops(plan: Plan) -> list[StopPair]:
    town = next(p for p in plan.places if p.kind == "town")
    stops = []
    for road in (r for r in plan.roads if r.has_bus):
        at = 160.0
        while at < road.line.length - 30:
            x, y = road.line.interpolate(at).coords[0]
            in_town = np.hypot(x - town.centre[0], y - town.centre[1]) < town.radius_m * 1.05
            right, left = (road.line.offset_curve(side * STOP_OFFSET_M).interpolate(at + 8 * side) for side in (-1, 1))
            platforms = (right.x, right.y), (left.x, left.y)
            stops.append(StopPair(f"{road.name} {int(at // 100) + 1}", road.name, platforms))
            at += STOP_SPACING_TOWN_M if in_town else STOP_SPACING_POLDER_M
    return stops


def _dorp_stops(plan: Plan) -> list[StopPair]:
    stops = []
    for place_name, name, spot, (dx, dy) in _DORP_STOPS:
        x, y = spot_of(plan, place_name, spot)
        first, second = (
            (x + along_m * dx - across_m * dy, y + along_m * dy + across_m * dx)
            for along_m, across_m in ((22, 4.5), (-26, -4.5))
        )
        stops.append(StopPair(f"{place_name}, {name}", "", (first, second)))
    return stops


def stations(plan: Plan) -> list[tuple[str, float, float]]:
    """Give the stations: name, x, y (EPSG:28992)."""
    spots = shapely.line_interpolate_point([plan.railway], list(STATIONS.values()))
    return [(name, x, y) for name, (x, y) in zip(STATIONS, shapely.get_coordinates(spots).tolist(), strict=True)]


def map_stops(plan: Plan) -> list[tuple[float, float, Tags]]:
    """Give the stops and stations as they are mapped: x, y (EPSG:28992) and tags."""
    mapped = [
        (x, y, {**_BUS_STOP, "name": stop.name})
        for stop in bus_stops(plan)
        if stop.name != NOT_MAPPED
        for x, y in stop.platforms
    ]
    return mapped + [(x, y, {**_STATION, "name": name}) for name, x, y in stations(plan)]
