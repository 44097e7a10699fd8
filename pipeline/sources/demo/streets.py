"""The street network: main roads and local streets, noded where they meet, with the tags that matter on foot."""

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.random import Generator
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components
from shapely import STRtree
from shapely.geometry import LineString, Polygon
from shapely.ops import split, substring

from pipeline.sources.demo.districts import CRS, DISTRICTS, parts_of
from pipeline.sources.demo.footways import FOOT_KINDS
from pipeline.sources.demo.layout import OUTSIDE_PLACE, Plan
from pipeline.sources.demo.patterns import core_lines, street_lines

BARRIER_M = 26.0
EDGE_STREET_M = 14.0
DANGLE_M = 16.0
DEAD_END_SHARE = 0.45
ALONG_M = 24.0
SNAP_M = 0.1
SLIVER_M = 0.01
SMALLEST_PATCH_M2 = 8_000
LARGEST_PATCH_M2 = {"prewar": 70_000.0, "postwar": 90_000.0, "flats": 110_000.0, "new": 80_000.0}
OUTSIDE_INDEX = len(DISTRICTS)


@dataclass(frozen=True)
class Drawn:
    """A street as drawn, before it is cut at junctions."""

    line: LineString
    kind: str
    name: str
    district: int


def make_streets(plan: Plan, faces: gpd.GeoDataFrame, rng: Generator) -> gpd.GeoDataFrame:
    """Draw all streets and cut them at their junctions.

    Returns
    -------
    One row per stretch between junctions (EPSG:28992): `kind`, `name` (empty: to be named), `street` (which drawn
    street it belongs to), `district` (index into `DISTRICTS`, -1 for main roads), `is_bridge`. Ends that meet are
    equal.
    """
    drawn = [Drawn(r.line, r.kind, r.name, -1) for r in plan.roads if r.kind != "trunk"]
    water = plan.water()
    barrier = _barriers(plan, water)
    main = shapely.union_all([d.line for d in drawn if d.kind not in FOOT_KINDS])
    alongside = shapely.buffer(main, ALONG_M, quad_segs=2)
    for face, district in zip(parts_of(faces.geometry.to_numpy()), faces["district"], strict=True):
        drawn += _local_streets(plan, face, int(district), barrier, alongside, rng)
    lines = street_lines(plan.place(OUTSIDE_PLACE).kern, "dorp", angle=0.2, rng=rng)
    drawn += [Drawn(line, "residential", "", OUTSIDE_INDEX) for line in lines]
    noded = _node(drawn)
    streets = _mark_bridges(_prune(noded, rng), water)
    middle = shapely.line_interpolate_point(streets.geometry.to_numpy(), 0.5, normalized=True)
    in_park = shapely.intersects(shapely.union_all(plan.parks), middle)
    is_local = streets["kind"].isin(["residential", "living_street"])
    return streets.assign(kind=streets["kind"].mask(is_local & in_park, "park"))


def _barriers(plan: Plan, water: shapely.Geometry) -> shapely.Geometry:
    rings = [r.line.buffer(18) for r in plan.roads if r.kind == "ring_road"]
    trunk = [r.line.buffer(30) for r in plan.roads if r.kind == "trunk"]
    return shapely.union_all(
        [shapely.buffer(water, EDGE_STREET_M), shapely.buffer(plan.railway, BARRIER_M), *rings, *trunk]
    )


def _local_streets(
    plan: Plan, face: Polygon, district: int, barrier: shapely.Geometry, alongside: shapely.Geometry, rng: Generator
) -> list[Drawn]:
    character = DISTRICTS[district].character
    if character in ("farm", "planned"):
        return []
    room = shapely.difference(face, barrier)
    near_main = shapely.intersection(alongside, face)
    drawn: list[Drawn] = []
    patches = [patch for part in parts_of(room) for patch in _split(part, LARGEST_PATCH_M2.get(character, np.inf), rng)]
    seams = _seams(patches)
    drawn += [Drawn(seam, "collector", "", district) for seam in seams]
    near_main = shapely.union_all([near_main, *shapely.buffer(seams, ALONG_M)])
    for part in patches:
        if part.area < SMALLEST_PATCH_M2:
            continue
        if character == "core":
            square = (plan.offset[0] + 8_640, plan.offset[1] + 14_515)
            lines = core_lines(part, square, rng)
        else:
            lines = street_lines(part, character, angle=_row_angle(part, rng), rng=rng)
        kind = {"bloemkool": "living_street", "industrial": "industrial"}.get(character, "residential")
        drawn += [Drawn(line, kind, "", district) for line in lines]
        drawn += [Drawn(line, kind, "", district) for line in _edge_streets(part, near_main, rng)]
    return [d for d in drawn if d.kind == "collector" or not _runs_along(d.line, near_main)]


def _split(area: Polygon, largest_m2: float, rng: Generator) -> list[Polygon]:
    """Halve a large piece of land by a curved street across it, so that its parts get their own direction."""
    if area.area < largest_m2:
        return [area]
    box = shapely.get_coordinates(shapely.minimum_rotated_rectangle(area))
    sides = np.diff(box, axis=0)[:2]
    lengths = np.hypot(*sides.T)
    along = sides[lengths.argmax()] / lengths.max()
    across = np.array([-along[1], along[0]])
    u = np.linspace(-lengths.max(), lengths.max(), 40)
    bow = rng.uniform(-40, 40) * (u / lengths.min()) ** 2 + rng.uniform(8, 16) * np.sin(u / rng.uniform(60, 110))
    lean = np.tan(rng.uniform(-0.5, 0.5))
    middle = np.array(area.representative_point().coords[0])
    seam = LineString(middle + u[:, None] * across + (bow + lean * u)[:, None] * along)
    halves = [part for part in split(area, seam).geoms if isinstance(part, Polygon)]
    return [patch for half in halves for patch in (_split(half, largest_m2, rng) if len(halves) > 1 else [half])]


def _seams(patches: list[Polygon]) -> list[LineString]:
    """Draw the streets between the patches of one piece of land."""
    shared = [
        shapely.line_merge(shapely.intersection(one.boundary, other.boundary))
        for n, one in enumerate(patches)
        for other in patches[n + 1 :]
    ]
    return [
        s for line in shared for s in shapely.get_parts(line) if isinstance(s, LineString) and s.length > EDGE_STREET_M
    ]


def _row_angle(area: Polygon, rng: Generator) -> float:
    """Rows lie along the longest side of the land, with a twist."""
    box = shapely.get_coordinates(shapely.minimum_rotated_rectangle(area))
    sides = np.diff(box, axis=0)[:2]
    long_side = sides[np.argmax(np.hypot(*sides.T))]
    quarter = np.pi / 2 if rng.random() < 0.3 else 0
    return float(np.arctan2(long_side[1], long_side[0]) + quarter + rng.normal(0, 0.22))


def _edge_streets(area: Polygon, near_main: shapely.Geometry, rng: Generator) -> list[LineString]:
    """Streets along canal, railway or the fields, with stretches left out."""
    edge = shapely.difference(area.buffer(-EDGE_STREET_M).boundary, shapely.buffer(near_main, 12))
    edge = shapely.simplify(edge, 4)
    kept: list[shapely.Geometry] = []
    for part in shapely.get_parts(shapely.line_merge(edge)):
        start = 0.0
        while start < part.length - 60:
            stop = min(start + rng.uniform(130, 380), part.length)
            if rng.random() < 0.72:
                kept.append(substring(part, start, stop))
            start = stop
    return [line for line in kept if isinstance(line, LineString) and line.length > 40]


def _runs_along(line: LineString, near_main: shapely.Geometry) -> bool:
    return line.length > 40 and shapely.intersection(line, near_main).length > 0.7 * line.length


def _node(drawn: list[Drawn]) -> gpd.GeoDataFrame:
    lines = np.array([d.line for d in drawn], dtype=object)
    pieces = shapely.get_parts(shapely.union_all(lines, grid_size=SNAP_M))
    tree = STRtree(lines)
    middle = shapely.line_interpolate_point(pieces, 0.5, normalized=True)
    piece, source = tree.query(middle, predicate="dwithin", distance=0.5)
    first = pd.Series(source).groupby(piece).min().reindex(range(len(pieces)))
    kept = first.dropna().astype(int)
    return gpd.GeoDataFrame(
        {
            "street": kept.to_numpy(),
            "kind": [drawn[i].kind for i in kept],
            "name": [drawn[i].name for i in kept],
            "district": [drawn[i].district for i in kept],
        },
        geometry=pieces[kept.index],
        crs=CRS,
    )


def ends_of(lines: gpd.GeoSeries) -> tuple[np.ndarray, np.ndarray, int]:
    """Give the ends of lines a number: index of the first and of the last point of each, and how many there are."""
    first = shapely.get_coordinates(shapely.get_point(lines.to_numpy(), 0))
    last = shapely.get_coordinates(shapely.get_point(lines.to_numpy(), -1))
    _, index = np.unique(np.round(np.vstack([first, last]), 3), axis=0, return_inverse=True)
    index = index.ravel()
    return index[: len(lines)], index[len(lines) :], int(index.max()) + 1


def _prune(streets: gpd.GeoDataFrame, rng: Generator) -> gpd.GeoDataFrame:
    """Drop stubs that stick out at junctions and most dead ends, then everything cut off from the main network."""
    for spared_share in (0.0, DEAD_END_SHARE, 1.0, 1.0):
        start, stop, count = ends_of(streets.geometry)
        degree = np.bincount(np.concatenate([start, stop]), minlength=count)
        is_end = (degree[start] == 1) | (degree[stop] == 1)
        is_local = streets["kind"].isin(["residential", "living_street"]).to_numpy()
        is_short = streets.length.to_numpy() < DANGLE_M
        unwanted = is_end & is_local & (rng.random(len(streets)) > spared_share) & (spared_share > 0)
        streets = streets[~(is_end & is_short) & ~unwanted]
    start, stop, count = ends_of(streets.geometry)
    graph = coo_matrix((np.ones(len(start)), (start, stop)), shape=(count, count))
    _, label = connected_components(graph, directed=False)
    connected: gpd.GeoDataFrame = streets[label[start] == np.bincount(label).argmax()].reset_index(drop=True)
    return connected


def _mark_bridges(streets: gpd.GeoDataFrame, water: shapely.Geometry) -> gpd.GeoDataFrame:
    """Cut stretches over water into bridge and banks."""
    wet = shapely.intersects(streets.geometry.to_numpy(), water) & (streets["kind"] != "dike").to_numpy()
    crossing, under = streets[wet], shapely.buffer(water, 4)
    banks = crossing.geometry.difference(under)
    decks = crossing.geometry.intersection(under)
    cut = pd.concat(
        [
            crossing.set_geometry(banks).explode().assign(is_bridge=False),
            crossing.set_geometry(decks).explode().assign(is_bridge=True),
        ]
    )
    # Only slivers of this cut may go: a stretch of a few centimetres elsewhere can be all that joins two streets.
    return pd.concat([streets[~wet].assign(is_bridge=False), cut[cut.length > SLIVER_M]]).reset_index(drop=True)
