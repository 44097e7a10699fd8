"""Turns what is drawn in kilometres, or by direction and distance in the town, into EPSG:28992."""

import numpy as np
from numpy.typing import NDArray
from scipy.interpolate import CubicSpline
from shapely.geometry import LineString, Polygon

Coordinates = NDArray[np.float64]

TOWN_CENTRE_KM = (8.55, 14.5)
SINGEL_RADIUS_M = 520.0


class Pen:
    """Turns kilometres on the drawing into EPSG:28992 metres."""

    def __init__(self, offset: tuple[float, float]) -> None:
        self._offset = np.array(offset)

    def points(self, points_km: tuple[tuple[float, float], ...]) -> Coordinates:
        """Give points of the drawing in EPSG:28992."""
        return np.asarray(np.asarray(points_km, dtype=float) * 1_000 + self._offset)

    def polygon(self, points_km: tuple[tuple[float, float], ...]) -> Polygon:
        """Draw an area with straight sides."""
        return Polygon(self.points(points_km))

    def curve(
        self, points_km: tuple[tuple[float, float], ...], *, closed: bool = False, step_m: float = 40
    ) -> LineString:
        """Draw a smooth line through points, with a corner every `step_m` or so."""
        points = self.points((*points_km, points_km[0]) if closed else points_km)
        along = np.concatenate([[0], np.cumsum(np.hypot(*np.diff(points, axis=0).T) ** 0.7)])
        spline = CubicSpline(along, points, bc_type="periodic" if closed else "natural")
        length = float(np.hypot(*np.diff(points, axis=0).T).sum())
        return LineString(spline(np.linspace(0, along[-1], max(int(length / step_m), 4))))

    def straight(self, points_km: tuple[tuple[float, float], ...]) -> LineString:
        """Draw a polder road: straight from bend to bend."""
        return LineString(self.points(points_km)).segmentize(60)

    def chord(self, start: tuple[float, float], stop: tuple[float, float]) -> LineString:
        """Draw a straight line between two points of the town, each a radius and a direction."""
        return LineString(self.points((self.town_km(*start), self.town_km(*stop))))

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
        """Draw part of a ring of the town, between two directions in degrees."""
        return self.curve(tuple(self.town_km(radius_m, d) for d in np.linspace(start, stop, 15)), step_m=30)

    def blob(self, centre_km: tuple[float, float], radius_m: float) -> Polygon:
        """Draw a rounded, uneven piece of green."""
        turn = np.linspace(0, 2 * np.pi, 17)[:-1]
        radius = radius_m * (1 + 0.2 * np.sin(2 * turn + radius_m) + 0.1 * np.sin(3 * turn))
        x, y = self.points((centre_km,))[0]
        return Polygon(np.column_stack([x + radius * np.cos(turn), y + radius * np.sin(turn)]))

    def radial(self, *stops: tuple[float, float]) -> LineString:
        """Draw a smooth line through points of the town, each a radius and a direction."""
        return self.curve(tuple(self.town_km(r, d) for r, d in stops), step_m=30)


def ring_stretch(degrees: float) -> float:
    """How much farther than its nominal radius a ring of the town lies in a direction (1 = as far)."""
    angle = np.radians(degrees)
    return float(1 + 0.05 * np.sin(2 * angle + 0.7) + 0.025 * np.sin(5 * angle))


def drawn_radius_m(nominal_m: float) -> float:
    """Give the radius at which a ring is drawn: beyond the Singel the parts of the town lie closer together."""
    return nominal_m if nominal_m < SINGEL_RADIUS_M else SINGEL_RADIUS_M + 0.82 * (nominal_m - SINGEL_RADIUS_M)
