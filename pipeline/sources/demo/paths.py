"""What is walked beside the streets: alleys, steps, farm tracks, drives and the paths in the wood."""

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.random import Generator
from numpy.typing import NDArray
from shapely import STRtree
from shapely.geometry import LineString

from pipeline.sources.demo.districts import CRS
from pipeline.sources.demo.footways import SITUATION_KINDS
from pipeline.sources.demo.layout import Plan
from pipeline.sources.demo.streets import ends_of

ALLEY_REACH_M = 75.0
ALLEY_SHORTEST_M = 12.0
STEPS_REACH_M = 60.0
TRACK_COUNT = 70
STEPS_COUNT = 9
UNJOINED_KINDS = ("avenue", "ring_road", *SITUATION_KINDS)
"""No path ends on these: there one may not walk, or a path would lead round what stops people."""

Link = tuple[int, LineString]
"""The stretch that it starts from, and its line."""


def make_paths(plan: Plan, streets: gpd.GeoDataFrame, buildings: gpd.GeoDataFrame, rng: Generator) -> gpd.GeoDataFrame:
    """Paths from one vertex of a street to another, in the columns of `make_streets` (EPSG:28992)."""
    vertices, owner = shapely.get_coordinates(streets.geometry.to_numpy(), return_index=True)
    is_free = ~streets["kind"].isin(UNJOINED_KINDS).to_numpy()[owner]
    vertices, owner = vertices[is_free], owner[is_free]
    district = streets["district"].tolist()
    found = [("alley", district[piece], line) for piece, line in _alleys(plan, streets, buildings, vertices, owner)]
    found += [("steps", -1, line) for _, line in _steps(streets, buildings, vertices, owner)]
    found += [("track", -1, line) for line in _tracks(plan, streets, rng)]
    found += [("drive", -1, line) for line in _drives(streets, buildings)]
    found += [("wood", -1, line) for line in _wood_paths(plan, vertices)]
    kinds, districts, lines = zip(*found, strict=True)
    paths = {"street": -1, "kind": list(kinds), "name": "", "district": list(districts), "is_bridge": False}
    return gpd.GeoDataFrame(pd.DataFrame(paths), geometry=list(lines), crs=CRS)


def _alleys(
    plan: Plan, streets: gpd.GeoDataFrame, buildings: gpd.GeoDataFrame, vertices: NDArray[np.float64],
    owner: NDArray[np.int64],
) -> list[Link]:  # fmt: skip
    """Footpaths from dead ends to the next street, where no building or water stands between."""
    start, stop, count = ends_of(streets.geometry)
    degree = np.bincount(np.concatenate([start, stop]), minlength=count)
    ends = shapely.get_coordinates(shapely.get_point(streets.geometry.to_numpy(), 0))
    other_ends = shapely.get_coordinates(shapely.get_point(streets.geometry.to_numpy(), -1))
    dead = [(i, xy) for i, xy in enumerate(ends) if degree[start[i]] == 1]
    dead += [(i, xy) for i, xy in enumerate(other_ends) if degree[stop[i]] == 1]
    local = streets["kind"].isin(["residential", "living_street", "park", "quay"]).to_numpy()
    return _links([d for d in dead if local[d[0]]], streets, buildings, vertices, owner, ALLEY_REACH_M, plan.water())


def _steps(
    streets: gpd.GeoDataFrame, buildings: gpd.GeoDataFrame, vertices: NDArray[np.float64], owner: NDArray[np.int64]
) -> list[Link]:
    """Flights of steps from the dike down to a street."""
    on_dike = (streets["kind"] == "dike").to_numpy()[owner]
    starts = [(int(i), xy) for i, xy in zip(owner[on_dike], vertices[on_dike], strict=True)]
    return _links(starts, streets, buildings, vertices, owner, STEPS_REACH_M, shapely.Point())[:STEPS_COUNT]


def _links(
    starts: list[tuple[int, NDArray[np.float64]]], streets: gpd.GeoDataFrame, buildings: gpd.GeoDataFrame,
    vertices: NDArray[np.float64], owner: NDArray[np.int64], reach_m: float, water: shapely.Geometry,
) -> list[Link]:  # fmt: skip
    names = streets["name"].to_numpy()
    points = np.asarray(shapely.points(vertices))
    near, houses, ways = STRtree(points), STRtree(buildings.geometry.to_numpy()), STRtree(streets.geometry.to_numpy())
    links: list[Link] = []
    for piece, xy in starts:
        here = shapely.Point(xy)
        close = near.query(here, predicate="dwithin", distance=reach_m)
        close = close[names[owner[close]] != names[piece]]
        gaps = shapely.distance(here, points[close])
        for vertex in close[np.argsort(gaps, kind="stable")][:6]:
            line = LineString([xy, np.round((xy + vertices[vertex]) / 2, 2), vertices[vertex]])
            clear = line.length > ALLEY_SHORTEST_M and not houses.query(line, predicate="intersects").size
            if clear and not ways.query(line, predicate="crosses").size and not line.intersects(water):
                links.append((piece, line))
                break
    return links


def _tracks(plan: Plan, streets: gpd.GeoDataFrame, rng: Generator) -> list[LineString]:
    """Unpaved tracks from polder roads into the fields."""
    roads = streets[streets["kind"] == "polder"].geometry.to_numpy()
    avoid = shapely.union_all([plan.water(), plan.railway, *(p.kern for p in plan.places), *(
        r.line for r in plan.roads if r.kind == "trunk")])  # fmt: skip
    shapely.prepare(avoid)
    everything = STRtree(streets.geometry.to_numpy())
    tracks: list[LineString] = []
    for road in roads[rng.permutation(len(roads))]:
        points = np.asarray(road.coords)
        if len(points) < 5 or len(tracks) >= TRACK_COUNT:
            continue
        at = int(rng.integers(1, len(points) - 1))
        along = points[at + 1] - points[at - 1]
        across = np.array([-along[1], along[0]]) / np.hypot(*along) * rng.choice([-1, 1])
        steps = np.arange(0, rng.uniform(160, 520), 45)[:, None]
        line = LineString(points[at] + across * steps + rng.normal(0, 1.5, (len(steps), 2)) * (steps > 0))
        if not shapely.intersects(avoid, line) and not everything.query(line, predicate="crosses").size:
            tracks.append(line)
    return tracks


def _drives(streets: gpd.GeoDataFrame, buildings: gpd.GeoDataFrame) -> list[LineString]:
    """Draw a drive from the road to each farm."""
    farms = buildings[buildings["use"] == "farm"]
    lines = streets.geometry.to_numpy()[farms["piece"]]
    drives = []
    for line, house in zip(lines, farms.geometry, strict=True):
        corner = shapely.get_coordinates(house)[:2].mean(axis=0)
        points = shapely.get_coordinates(line)
        nearest = points[np.hypot(*(points - corner).T).argmin()]
        if np.hypot(*(nearest - corner)) < 90:
            drives.append(LineString([nearest, np.round(corner, 2)]))
    return drives


def _wood_paths(plan: Plan, vertices: NDArray[np.float64]) -> list[LineString]:
    """Draw a round through the wood from one vertex of the road beside it to another, and a path across."""
    middle = np.array(plan.wood.centroid.coords[0])

    def at_road(dy_m: float) -> NDArray[np.float64]:
        gaps = np.hypot(*(vertices - middle - np.array((340, dy_m))).T)
        return np.asarray(vertices[gaps.argmin()])

    turn = np.radians(np.linspace(35, 325, 16))
    rim = middle + 230 * np.column_stack([np.cos(turn), np.sin(turn)]) * (1 + 0.12 * np.sin(4 * turn))[:, None]
    rim = np.round(rim, 2)
    across = np.vstack([rim[2], middle + np.array((30, -20)), rim[10]])
    parts = ([at_road(220), *rim[:6]], rim[5:12], [*rim[11:], at_road(-220)], np.round(across, 2))
    return [LineString(part) for part in parts]
