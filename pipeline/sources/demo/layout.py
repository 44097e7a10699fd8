"""The hand-drawn plan of the invented polder: dike, main roads, canals, railway and the places along them."""

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.interpolate import CubicSpline
from shapely.geometry import LineString, Polygon

Coordinates = NDArray[np.float64]

ORIGIN_RD_M = (140_000.0, 500_000.0)
SHIFT_M = 24_000.0
MUNICIPALITIES_PER_ROW = 10
TO_THE_EAST, TO_THE_NORTH = 5, 4
"""Columns to the east and rows to the north, Markerwaard's included; the others lie west and south, in the country."""

TOWN_CENTRE_KM = (8.55, 14.5)
SINGEL_RADIUS_M = 520.0
RING_ROAD_RADIUS_M = 1_850.0
EXTRACT_KM = (4.4, 6.2, 28.6, 22.3)
"""West, south, east and north of the extract; its north side is so near to Noorderkoog that the edge matters there."""

# fmt: off
_DIKE_KM = (
    (8.45, 14.9), (8.3, 16.6), (8.7, 18.6), (9.3, 20.6), (10.3, 21.9), (11.9, 22.2), (13.8, 21.75), (15.6, 20.6),
    (17.3, 19.2), (18.6, 17.3), (19.2, 14.8), (19.0, 12.3), (18.2, 10.2), (16.6, 9.1), (14.4, 8.8), (12.2, 9.0),
    (10.3, 9.9), (9.0, 11.3), (8.5, 12.8), (8.4, 13.9),
)
# fmt: on
# fmt: off
_BORDER_KM = (
    (6.1, 14.3), (6.6, 18.2), (8.4, 22.6), (11.6, 24.5), (15.2, 23.2), (19.0, 20.1), (21.3, 16.0), (21.2, 11.6),
    (19.3, 8.2), (15.8, 7.1), (11.4, 7.2), (8.3, 9.2), (6.4, 11.8),
)
# fmt: on


_PARKS = (
    (790, 84, 75),
    (1_480, 66, 95),
    (800, 28, 70),
    (1_520, 3, 110),
    (1_300, -18, 80),
    (880, -44, 65),
    (1_560, -50, 85),
    (900, -80, 90),
    (1_540, 38, 90),
    (1_250, 88, 60),
)
"""Nominal radius (m), direction (degrees) and size (m) of the parks of the town."""


@dataclass(frozen=True)
class Road:
    """A main road of the plan; coordinates in EPSG:28992, metres."""

    name: str
    kind: str
    line: LineString
    has_bus: bool = False


@dataclass(frozen=True)
class Canal:
    """A canal: its centre line in EPSG:28992 and its width in metres."""

    name: str
    line: shapely.Geometry
    width_m: float


@dataclass(frozen=True)
class Place:
    """A town, dorp or hamlet: centre in EPSG:28992, radius of its built-up area and wanted number of dwellings."""

    name: str
    kind: str
    centre: tuple[float, float]
    radius_m: float
    dwelling_count: int
    kern: Polygon


@dataclass(frozen=True)
class Plan:
    """Everything drawn by hand for one gemeente, in EPSG:28992."""

    number: int
    offset: tuple[float, float]
    dike: Polygon
    border: Polygon
    roads: tuple[Road, ...]
    canals: tuple[Canal, ...]
    railway: shapely.Geometry
    dam_railway: shapely.Geometry
    basin: Polygon
    border_lines: tuple[LineString, ...]
    places: tuple[Place, ...]
    parks: tuple[Polygon, ...]
    wood: Polygon

    @property
    def suffix(self) -> str:
        """What tells the names of copies made for benchmarks apart; empty for the first gemeente."""
        return "" if self.number == 0 else f" {self.number + 1}"

    def water(self) -> shapely.Geometry:
        """Canals and harbour as one area."""
        return shapely.union_all(
            [shapely.buffer(c.line, c.width_m / 2, cap_style="flat") for c in self.canals] + [self.basin]
        )


def draw_plan(number: int) -> Plan:
    """Draw the plan of gemeente `number` (0 for Markerwaard itself; others stand beside it)."""
    row, column = divmod(number, MUNICIPALITIES_PER_ROW)
    column -= MUNICIPALITIES_PER_ROW if column >= TO_THE_EAST else 0
    row -= MUNICIPALITIES_PER_ROW if row >= TO_THE_NORTH else 0
    offset = (ORIGIN_RD_M[0] + column * SHIFT_M, ORIGIN_RD_M[1] + row * SHIFT_M)
    pen = _Pen(offset)
    dike = Polygon(pen.curve(_DIKE_KM, closed=True).coords)
    rails = pen.curve(
        (
            pen.town_km(1_120, 26),
            pen.town_km(1_850, 26),
            (13.0, 15.75),
            (15.6, 15.62),
            (17.6, 15.2),
            (19.3, 14.75),
            (22.0, 14.5),
            (25.6, 14.45),
            (30.0, 14.4),
        )
    )
    return Plan(
        number=number,
        offset=offset,
        dike=dike,
        border=Polygon(pen.curve(_BORDER_KM, closed=True).coords),
        roads=_roads(pen, dike),
        canals=_canals(pen, dike),
        railway=shapely.intersection(rails, dike),
        dam_railway=shapely.difference(rails, dike),
        basin=pen.polygon(((8.46, 14.43), (8.6, 14.45), (8.615, 14.53), (8.56, 14.6), (8.46, 14.58))),
        border_lines=(
            pen.ring(1_080, -32, -22),
            pen.straight((pen.town_km(1_050, 26), pen.town_km(1_130, 26))),
            pen.straight(((8.3, 14.52), pen.town_km(155, 5))),
        ),
        places=_places(pen),
        parks=tuple(pen.blob(pen.town_km(r, d), size) for r, d, size in _PARKS),
        wood=pen.blob((10.76, 17.9), 330),
    )


class _Pen:
    """Turns kilometres on the drawing into EPSG:28992 metres."""

    def __init__(self, offset: tuple[float, float]) -> None:
        self._offset = np.array(offset)

    def points(self, points_km: tuple[tuple[float, float], ...]) -> Coordinates:
        return np.asarray(np.asarray(points_km, dtype=float) * 1_000 + self._offset)

    def polygon(self, points_km: tuple[tuple[float, float], ...]) -> Polygon:
        return Polygon(self.points(points_km))

    def curve(
        self, points_km: tuple[tuple[float, float], ...], *, closed: bool = False, step_m: float = 40
    ) -> LineString:
        points = self.points((*points_km, points_km[0]) if closed else points_km)
        along = np.concatenate([[0], np.cumsum(np.hypot(*np.diff(points, axis=0).T) ** 0.7)])
        spline = CubicSpline(along, points, bc_type="periodic" if closed else "natural")
        length = float(np.hypot(*np.diff(points, axis=0).T).sum())
        return LineString(spline(np.linspace(0, along[-1], max(int(length / step_m), 4))))

    def straight(self, points_km: tuple[tuple[float, float], ...]) -> LineString:
        """Draw a polder road: straight from bend to bend."""
        return LineString(self.points(points_km)).segmentize(60)

    @staticmethod
    def town_km(radius_m: float, degrees: float) -> tuple[float, float]:
        """Give a point of the town, whose rings are not quite round."""
        radius_km = drawn_radius_m(radius_m) / 1_000 * ring_stretch(degrees)
        angle = np.radians(degrees)
        return (
            float(TOWN_CENTRE_KM[0] + radius_km * np.cos(angle)),
            float(TOWN_CENTRE_KM[1] + radius_km * np.sin(angle)),
        )

    def ring(self, radius_m: float, start: float, stop: float) -> LineString:
        return self.curve(tuple(self.town_km(radius_m, d) for d in np.linspace(start, stop, 15)), step_m=30)

    def blob(self, centre_km: tuple[float, float], radius_m: float) -> Polygon:
        """Draw a rounded, uneven piece of green."""
        turn = np.linspace(0, 2 * np.pi, 17)[:-1]
        radius = radius_m * (1 + 0.2 * np.sin(2 * turn + radius_m) + 0.1 * np.sin(3 * turn))
        x, y = self.points((centre_km,))[0]
        return Polygon(np.column_stack([x + radius * np.cos(turn), y + radius * np.sin(turn)]))

    def radial(self, *stops: tuple[float, float]) -> LineString:
        return self.curve(tuple(self.town_km(r, d) for r, d in stops), step_m=30)


def ring_stretch(degrees: float) -> float:
    """How much farther than its nominal radius a ring of the town lies in a direction (1 = as far)."""
    angle = np.radians(degrees)
    return float(1 + 0.05 * np.sin(2 * angle + 0.7) + 0.025 * np.sin(5 * angle))


def drawn_radius_m(nominal_m: float) -> float:
    """Give the radius at which a ring is drawn: beyond the Singel the parts of the town lie closer together."""
    return nominal_m if nominal_m < SINGEL_RADIUS_M else SINGEL_RADIUS_M + 0.82 * (nominal_m - SINGEL_RADIUS_M)


def _roads(pen: _Pen, dike: Polygon) -> tuple[Road, ...]:
    inside = [*_town_roads(pen), *_polder_roads(pen)]
    clipped = [
        Road(r.name, r.kind, part, r.has_bus)
        for r in inside
        for part in shapely.get_parts(shapely.intersection(r.line, dike))
    ]
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
    return (*clipped, *dikes, *outside)


# fmt: off
def _town_roads(pen: _Pen) -> list[Road]:
    return [
        Road("Stadsring", "ring_road", pen.ring(RING_ROAD_RADIUS_M, -108, 104), True),
        Road("Burgemeester Van Gouwenlaan", "tertiary", pen.ring(1_080, -24, 108), True),
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
        Road("Vaartbrug", "footbridge", pen.radial((562, -22.6), (562, -28.4))),
    ]
# fmt: on


# fmt: off
def _polder_roads(pen: _Pen) -> list[Road]:
    def polder(name: str, *points_km: tuple[float, float], kind: str = "polder", has_bus: bool = False) -> Road:
        return Road(name, kind, pen.straight(points_km), has_bus)

    return [
        polder("Slikweg", (11.95, 8.5), (11.8, 10.7), (11.55, 13.0), (11.3, 15.6), (11.05, 18.75)),
        polder("Koogweg", (11.05, 18.75), (10.85, 20.75), (10.8, 21.6), (10.78, 23.0), has_bus=True),
        polder("Middenweg", (14.1, 8.5), (13.85, 10.75), (13.6, 13.6), (13.25, 17.1)),
        polder("Trintelweg", (13.25, 17.1), (13.0, 19.3), (12.8, 22.8), has_bus=True),
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
def _dam_roads(pen: _Pen) -> tuple[Road, ...]:
    return (
        Road("N399", "trunk", pen.curve((pen.town_km(1_850, 20), (11.5, 15.2), (13.0, 15.25), (16.0, 15.0),
                                         (19.2, 14.62), (22.0, 14.4), (25.6, 14.32), (30.0, 14.3)))),
        Road("Oosterdam", "dam", pen.curve(((19.164, 14.2), (19.5, 14.2), (22.0, 14.12), (25.6, 14.1), (30.0, 14.05)))),
        Road("Noorderdam", "dam", pen.curve(((10.78, 22.0), (10.8, 22.3), (10.9, 23.2), (11.3, 24.4)))),
    )
# fmt: on


# fmt: off
def _canals(pen: _Pen, dike: Polygon) -> tuple[Canal, ...]:
    drawn = (
        Canal("Singel", pen.ring(SINGEL_RADIUS_M, -115, 112), 18),
        Canal("Hoofdvaart", pen.curve((pen.town_km(520, -25), pen.town_km(1_100, -27), pen.town_km(1_850, -24),
                                       (13.0, 13.5), (16.0, 13.3), (19.5, 13.1))), 30),
        Canal("Dwarsvaart", pen.straight(((14.4, 13.4), (14.15, 16.0), (13.95, 19.0), (13.7, 22.5))), 20),
    )
    return tuple(Canal(c.name, shapely.intersection(c.line, dike), c.width_m) for c in drawn)
# fmt: on


def _places(pen: _Pen) -> tuple[Place, ...]:
    drawn = (
        ("Markerstad", "town", TOWN_CENTRE_KM, 1_610, 11_000),
        ("Gouwekerk", "village", (15.6, 16.2), 410, 1_100),
        ("Trintelveld", "village", (13.0, 19.3), 350, 700),
        ("Rietmeen", "village", (16.8, 10.7), 270, 450),
        ("Noorderkoog", "village", (10.8, 21.7), 200, 250),
        ("Slikhoek", "village", (11.8, 10.7), 165, 120),
        ("Oosteroever", "hamlet", (25.6, 14.1), 220, 40),
    )
    places = []
    for index, (name, kind, centre_km, radius_m, dwellings) in enumerate(drawn):
        turn = np.linspace(0, 2 * np.pi, 25)[:-1]
        radius = radius_m * (1 + 0.24 * np.sin(2 * turn + index) + 0.15 * np.sin(3 * turn + 2.1 * index))
        x, y = pen.points((centre_km,))[0]
        kern = Polygon(np.column_stack([x + radius * np.cos(turn), y + radius * np.sin(turn)]))
        places.append(Place(name, kind, (float(x), float(y)), radius_m, dwellings, kern))
    return tuple(places)
