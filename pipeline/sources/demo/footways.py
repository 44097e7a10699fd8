"""Hand-drawn ways for those on foot, placed so that it matters who walks them.

Each cuts somebody off: a flight of steps, a steep bridge and a path through the grass those with a rollator, gates and
high kerbs those in a wheelchair, and where no surface is noted nobody can tell.
"""

import shapely
from shapely.geometry import LineString, Point, Polygon

from pipeline.sources.demo.pen import Pen
from pipeline.sources.demo.roads import (
    AVENUE,
    AVENUE_DEGREES,
    AVENUE_RADIUS_M,
    RING_ROAD_RADIUS_M,
    Road,
    cut_at,
    lines_of,
)

SITUATION_KINDS = ("raised_crossing", "lowered_crossing", "steep_bridge", "gated_path", "grass_path", "steps")
"""What stops some and not others."""
FOOT_KINDS = ("cycleway", "sidewalk", "bare_footway", "paved_footway", *SITUATION_KINDS)
"""They bound no buurt, turn no streets and have no houses along them."""
BESIDE_KINDS = ("sidewalk", "raised_crossing", "lowered_crossing")
"""So near the street that houses do not mind them."""

SIDEWALK_M = 4.2
KERB_M = 2.6
CROSSING_REACH_M = 4.9
RAISED_DEGREES = (22, 42, 61, 84, 97)
LOWERED_DEGREES = (AVENUE_DEGREES[0], -17, 2, 36, 76)
GATE_M = 7.0
CYCLEWAY_ROADS = ("Hoofdweg", "Hoornseweg")
CYCLEWAY_M = 7.0
RING_CYCLEWAY_M = 12.0


def draw_footways(pen: Pen, dike: Polygon, rails: LineString, roads: tuple[Road, ...]) -> tuple[Road, ...]:
    """Draw the ways for those on foot; the nodes that stop people are corners of theirs (see `way_nodes`)."""
    ways = [*_town_ways(pen, rails), *_dorp_ways(pen), *_avenue_ways(pen), *_cycleways(pen, roads)]
    return tuple(cut_at(dike, ways))


def _town_ways(pen: Pen, rails: LineString) -> list[Road]:
    return [
        Road("Krabbebrug", "steep_bridge", pen.ring(AVENUE_RADIUS_M, AVENUE_DEGREES[0] + 0.05, -30)),
        Road("Spoorpad", "gated_path", _gated(pen.chord((1_450, 33.7), (1_450, 9.5)), rails)),
        Road("Waterleliepad", "bare_footway", pen.radial((1_640, -20), (1_500, -14), (1_420, -8), (1_390, 0),
                                                          (1_420, 9.5))),
        Road("Burgemeesterspad", "bare_footway", pen.radial((830, -23), (835, -10), (830, 8))),
        Road("Krabbescheerpad", "bare_footway", pen.radial((1_076, -16), (1_300, -15), (1_500, -15), (1_700, -13))),
        Road("Rietlandenpad", "bare_footway", pen.radial((1_076, 5), (1_250, 3), (1_400, 1), (1_550, 3), (1_720, 4))),
    ]  # fmt: skip


def _dorp_ways(pen: Pen) -> list[Road]:
    foot_of_dike = (13.69, 8.836)
    return [
        Road("Kerkenpad", "grass_path", pen.straight(((13.77, 11.6), (14.06, 11.6)))),
        Road("Gemaalpad", "paved_footway", pen.straight(((13.705, 9.07), foot_of_dike))),
        Road("Dijktrap", "steps", pen.straight((foot_of_dike, (13.688, 8.79)))),
    ]


def _avenue_ways(pen: Pen) -> list[Road]:
    """Footways on either side of a busy street, and where these cross it, with a corner at each kerb."""
    sides = [pen.ring(AVENUE_RADIUS_M + side * SIDEWALK_M, *AVENUE_DEGREES) for side in (1, -1)]
    offsets_m = (-CROSSING_REACH_M, -KERB_M, KERB_M, CROSSING_REACH_M)
    crossings = [
        Road("", kind, LineString(pen.points(tuple(pen.town_km(AVENUE_RADIUS_M + m, degrees) for m in offsets_m))))
        for kind, where in (("raised_crossing", RAISED_DEGREES), ("lowered_crossing", LOWERED_DEGREES))
        for degrees in where
    ]
    return [*(Road(AVENUE, "sidewalk", line) for line in sides), *crossings]


def _cycleways(pen: Pen, roads: tuple[Road, ...]) -> list[Road]:
    ring = Road("Stadsring", "cycleway", pen.ring(RING_ROAD_RADIUS_M - RING_CYCLEWAY_M, -108, 104))
    beside = [
        Road(r.name, "cycleway", part)
        for r in roads
        if r.name in CYCLEWAY_ROADS
        for part in lines_of(r.line.offset_curve(CYCLEWAY_M))
    ]
    return [ring, *beside]


def _gated(path: LineString, rails: LineString) -> LineString:
    """Add a corner on either side of the railway."""
    at = path.project(Point(shapely.get_coordinates(shapely.intersection(path, rails))[0]))
    corners = [path.interpolate(at + side * GATE_M).coords[0] for side in (-1, 1)]
    return LineString([path.coords[0], *corners, path.coords[-1]])
