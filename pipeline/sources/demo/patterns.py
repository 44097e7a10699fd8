"""How Dutch streets fill a piece of land: parallel rows, the curls of a bloemkoolwijk, an old core, halls."""

from collections import defaultdict
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import shapely
from numpy.random import Generator
from numpy.typing import NDArray
from shapely.geometry import LineString, Polygon

SAMPLE_M = 14.0
SHORTEST_M = 22.0
OVERSHOOT_M = 1.0
CURL_STEP_M = 14.0
CURL_CLEARANCE_M = 44.0
CURL_JOIN_M = 40.0


@dataclass(frozen=True)
class Pattern:
    """How streets lie in a face: distance between rows and between cross streets (m), bend and wobble (m)."""

    row_m: float
    cross_m: float
    bend: float
    wobble_m: float
    gap_share: float


PATTERNS = {
    "prewar": Pattern(58, 130, 0.10, 9, 0.05),
    "postwar": Pattern(62, 175, 0.05, 2, 0.12),
    "flats": Pattern(78, 210, 0.05, 3, 0.12),
    "new": Pattern(56, 150, 0.22, 4, 0.08),
    "industrial": Pattern(135, 260, 0.04, 2, 0.10),
    "dorp": Pattern(66, 165, 0.20, 13, 0.12),
}


def street_lines(area: Polygon, character: str, *, angle: float, rng: Generator) -> list[LineString]:
    """Streets for one piece of land (EPSG:28992), not yet cut to it at junctions.

    `angle` is the direction of its rows in radians, east = 0. A bloemkoolwijk ignores it.
    """
    if character == "bloemkool":
        lines = _curls(area, rng)
    elif character in PATTERNS:
        lines = _rows(area, PATTERNS[character], angle, rng)
    else:
        return []
    return _clipped(lines, area)


def core_lines(area: Polygon, centre: tuple[float, float], rng: Generator) -> list[LineString]:
    """Draw the streets of an old town: crooked ones from the quay outwards, and arcs around it with gaps."""
    origin = np.array(centre)
    wobble = _Wobble(rng, amplitude_m=9, shortest_m=140, longest_m=420)
    lines = []
    for degrees in np.cumsum(rng.uniform(9, 17, 18)) - 125:
        start, stop = rng.choice([90, 150, 215]), rng.choice([330, 420, 520], p=[0.3, 0.3, 0.4])
        r = np.arange(start, stop, SAMPLE_M)
        drift = np.radians(degrees + rng.uniform(-9, 9) * (r - start) / 300)
        lines.append(wobble.line(origin + np.column_stack([r * np.cos(drift), r * np.sin(drift)])))
    for radius_m in (92, 145, 205, 268, 330, 395, 448):
        start = -118 + rng.uniform(0, 18)
        while start < 112:
            stop = start + rng.uniform(40, 95)
            arc = np.radians(np.arange(start, stop, np.degrees(SAMPLE_M / radius_m)))
            r = radius_m + rng.uniform(-16, 16) + 0.04 * radius_m * np.sin(3 * arc)
            if len(arc) > 2:
                lines.append(wobble.line(origin + np.column_stack([r * np.cos(arc), r * np.sin(arc)])))
            start = stop + rng.choice([0, 12, 25])
    return _clipped(lines, area)


def _clipped(lines: list[LineString], area: Polygon) -> list[LineString]:
    reach = area.buffer(OVERSHOOT_M, join_style="mitre")
    clipped = shapely.get_parts(shapely.intersection(np.array(lines, dtype=object), reach))
    return [line for line in clipped if isinstance(line, LineString) and line.length > SHORTEST_M]


class _Wobble:
    """A smooth displacement of the plane that bends neighbouring streets alike."""

    def __init__(self, rng: Generator, *, amplitude_m: float, shortest_m: float, longest_m: float) -> None:
        self._amplitude_m = amplitude_m
        turn, length = rng.uniform(0, 2 * np.pi, 6), rng.uniform(shortest_m, longest_m, 6)
        self._waves = np.column_stack([np.cos(turn), np.sin(turn)]) * (2 * np.pi / length)[:, None]
        self._phase = rng.uniform(0, 2 * np.pi, 6)

    def line(self, points: NDArray[np.float64]) -> LineString:
        swing = np.sin(points @ self._waves.T + self._phase)
        shift = np.column_stack([swing[:, :3].sum(axis=1), swing[:, 3:].sum(axis=1)])
        return LineString(points + self._amplitude_m * shift / 1.5)


def _rows(area: Polygon, pattern: Pattern, angle: float, rng: Generator) -> list[LineString]:
    centre = np.array(area.centroid.coords[0])
    half_m = float(np.hypot(*(np.array(area.bounds[2:]) - np.array(area.bounds[:2])))) / 2 + 60
    turn = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
    wobble = _Wobble(rng, amplitude_m=pattern.wobble_m, shortest_m=180, longest_m=600)
    bend = pattern.bend * rng.choice([-1.0, 1.0]) * rng.uniform(0.5, 1.2)

    def on_map(u: NDArray[np.float64], v: NDArray[np.float64]) -> LineString:
        return wobble.line(np.column_stack([u, v + bend * u**2 / half_m]) @ turn + centre)

    rows = np.arange(-half_m, half_m, pattern.row_m) + rng.uniform(-0.12, 0.12) * pattern.row_m
    lines = []
    for low, high in pairwise(rows):
        crossings = np.cumsum(rng.uniform(0.55, 1.5, int(3 * half_m / pattern.cross_m) + 2)) * pattern.cross_m - half_m
        crossings = crossings[crossings < half_m]
        breaks = [-half_m, *crossings, half_m]
        for start, stop in pairwise(breaks):
            if rng.random() > pattern.gap_share:
                u = np.linspace(start, stop, max(int((stop - start) / SAMPLE_M), 2))
                lines.append(on_map(u, np.full(len(u), low)))
        for u_m in crossings:
            lean = rng.uniform(-12, 12)
            v = np.linspace(low - 2.5, high + 2.5, 6)
            lines.append(on_map(u_m + lean * (v - low) / pattern.row_m, v))
    return lines


def _curls(area: Polygon, rng: Generator) -> list[LineString]:
    """Grow winding streets that branch, meet or end in a court."""
    shapely.prepare(area)
    grown = _Grown()
    queue = _entries(area, rng)
    lines = []
    while queue:
        start, heading, side = queue.pop(0)
        points, headings = _grow(area, grown, start, heading, side, rng)
        if len(points) < 3:
            continue
        lines.append(LineString(points))
        grown.add(points)
        for step in range(3, len(points) - 1, 5):
            branch_side = 1 if rng.random() < 0.5 else -1
            queue.append((points[step], headings[step] + branch_side * rng.uniform(1.25, 1.85), branch_side))
            if rng.random() < 0.5:
                queue.append((points[step - 1], headings[step] - branch_side * rng.uniform(1.25, 1.85), -branch_side))
    return lines


def _entries(area: Polygon, rng: Generator) -> list[tuple[NDArray[np.float64], float, int]]:
    """Places on the edge where a street of a bloemkoolwijk starts, heading inwards."""
    edge = area.exterior
    spots = np.cumsum(rng.uniform(90, 170, int(edge.length / 90) + 1))
    entries = []
    for spot in spots[spots < edge.length]:
        here = np.array(edge.interpolate(spot).coords[0])
        along = np.array(edge.interpolate((spot + 5) % edge.length).coords[0]) - here
        inward = np.arctan2(along[1], along[0]) + (np.pi / 2 if edge.is_ccw else -np.pi / 2)
        entries.append((here, float(inward + rng.uniform(-0.3, 0.3)), int(rng.choice([-1, 1]))))
    return entries


class _Grown:
    """Points of streets already grown, found by a coarse grid."""

    def __init__(self) -> None:
        self._cells: defaultdict[tuple[int, int], list[NDArray[np.float64]]] = defaultdict(list)

    def add(self, points: list[NDArray[np.float64]]) -> None:
        for p in points:
            self._cells[int(p[0] // CURL_CLEARANCE_M), int(p[1] // CURL_CLEARANCE_M)].append(p)

    def nearest(self, point: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        i, j = int(point[0] // CURL_CLEARANCE_M), int(point[1] // CURL_CLEARANCE_M)
        near = [q for a in (i - 1, i, i + 1) for b in (j - 1, j, j + 1) for q in self._cells.get((a, b), ())]
        if not near:
            return np.inf, point
        gaps = np.hypot(*(np.array(near) - point).T)
        return float(gaps.min()), near[int(gaps.argmin())]


def _grow(
    area: Polygon, grown: _Grown, start: NDArray[np.float64], heading: float, side: int, rng: Generator
) -> tuple[list[NDArray[np.float64]], list[float]]:
    points, headings = [start], [heading]
    curl = side * rng.choice([0.02, 0.08, 0.15])
    steps = int(rng.integers(6, 24))
    for step in range(steps):
        heading += curl + rng.normal(0, 0.025)
        point = points[-1] + CURL_STEP_M * np.array([np.cos(heading), np.sin(heading)])
        if not shapely.contains_xy(area, point[0], point[1]):
            if step >= 2 and rng.random() < 0.8:
                points.append(point)
                headings.append(heading)
            break
        if step >= 2:
            gap_m, other = grown.nearest(point)
            if gap_m < CURL_JOIN_M:
                if rng.random() < 0.7:
                    points.append(other)
                    headings.append(heading)
                break
        points.append(point)
        headings.append(heading)
    return points, headings
