"""The hand-drawn plan of the invented polder: dike, main roads, canals, railway and the places along them."""

from dataclasses import dataclass

import numpy as np
import shapely
from shapely.geometry import LineString, Polygon

from pipeline.sources.demo.footways import draw_footways
from pipeline.sources.demo.pen import SINGEL_RADIUS_M, TOWN_CENTRE_KM, Pen
from pipeline.sources.demo.roads import Road, draw_roads

ORIGIN_RD_M = (140_000.0, 500_000.0)
SHIFT_M = 24_000.0
MUNICIPALITIES_PER_ROW = 10
TO_THE_EAST, TO_THE_NORTH = 5, 4
"""Columns to the east and rows to the north, Markerwaard's included; the others lie west and south, in the country."""

OUTSIDE_PLACE = "Oosteroever"
"""The hamlet across the dam: mapped, but in no gemeente."""
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


_RAILS_KM = ((13.0, 15.75), (15.6, 15.62), (17.6, 15.2), (19.3, 14.75), (22.0, 14.5), (25.6, 14.45), (30.0, 14.4))
"""Where the railway goes beyond the town."""
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

    def place(self, name: str) -> Place:
        """Give the place of that name."""
        return next(p for p in self.places if p.name == name)

    def dorpen(self) -> list[Place]:
        """Give the villages and hamlets of the gemeente."""
        return [p for p in self.places if p.kind != "town" and p.name != OUTSIDE_PLACE]

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
    pen = Pen(offset)
    dike = Polygon(pen.curve(_DIKE_KM, closed=True).coords)
    rails = pen.curve((pen.town_km(1_120, 26), pen.town_km(1_850, 26), *_RAILS_KM))
    roads = draw_roads(pen, dike)
    return Plan(
        number=number,
        offset=offset,
        dike=dike,
        border=Polygon(pen.curve(_BORDER_KM, closed=True).coords),
        roads=(*roads, *draw_footways(pen, dike, rails, roads)),
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


# fmt: off
def _canals(pen: Pen, dike: Polygon) -> tuple[Canal, ...]:
    drawn = (
        Canal("Singel", pen.ring(SINGEL_RADIUS_M, -115, 112), 18),
        Canal("Hoofdvaart", pen.curve((pen.town_km(520, -25), pen.town_km(1_100, -27), pen.town_km(1_850, -24),
                                       (13.0, 13.5), (16.0, 13.3), (19.5, 13.1))), 30),
        Canal("Dwarsvaart", pen.straight(((14.4, 13.4), (14.15, 16.0), (13.95, 19.0), (13.7, 22.5))), 20),
    )
    return tuple(Canal(c.name, shapely.intersection(c.line, dike), c.width_m) for c in drawn)
# fmt: on


def _places(pen: Pen) -> tuple[Place, ...]:
    drawn = (
        ("Markerstad", "town", TOWN_CENTRE_KM, 1_610, 11_000),
        ("Gouwekerk", "village", (15.6, 16.2), 410, 1_100),
        ("Trintelveld", "village", (13.0, 19.3), 350, 700),
        ("Rietmeen", "village", (16.8, 10.7), 270, 450),
        ("Noorderkoog", "village", (10.8, 21.7), 200, 250),
        ("Slikhoek", "village", (11.8, 10.7), 165, 120),
        (OUTSIDE_PLACE, "hamlet", (25.6, 14.1), 220, 40),
        ("Kleihuizen", "hamlet", (14.05, 11.6), 120, 66),
        ("Zavelhoek", "hamlet", (13.85, 10.75), 120, 74),
        ("Dijkmeen", "hamlet", (13.72, 9.015), 155, 125),
    )
    places = []
    for index, (name, kind, centre_km, radius_m, dwellings) in enumerate(drawn):
        turn = np.linspace(0, 2 * np.pi, 25)[:-1]
        radius = radius_m * (1 + 0.24 * np.sin(2 * turn + index) + 0.15 * np.sin(3 * turn + 2.1 * index))
        x, y = pen.points((centre_km,))[0]
        kern = Polygon(np.column_stack([x + radius * np.cos(turn), y + radius * np.sin(turn)]))
        places.append(Place(name, kind, (float(x), float(y)), radius_m, dwellings, kern))
    return tuple(places)
