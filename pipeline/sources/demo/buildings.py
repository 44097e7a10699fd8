"""Buildings along the streets: terraces, semis, villas, flats, shops, halls and farms, none through another."""

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.random import Generator
from numpy.typing import NDArray
from shapely import STRtree

from pipeline.sources.demo.districts import CRS, DISTRICTS, OUTSIDE
from pipeline.sources.demo.footways import BESIDE_KINDS
from pipeline.sources.demo.layout import Plan

Row = tuple[str, float, float, float, float, float, float, int, float]
"""Lot, position, start x and y, direction x and y, front, units, depth."""
CORNER_M = 9.0
STREET_GAP_M = 2.2
TOUCH_M = 0.25
BUSY_STREET_SHOPS = 0.16


@dataclass(frozen=True)
class Lot:
    """What stands along a street: front and depth of one unit, distance to the street, units in a row, gap (m)."""

    use: str
    front_m: tuple[float, float]
    depth_m: tuple[float, float]
    setback_m: tuple[float, float]
    units: tuple[int, int]
    gap_m: tuple[float, float]


LOTS = {
    "terrace": Lot("house", (5.2, 6.0), (8.5, 10.5), (6.5, 9), (4, 9), (3, 8)),
    "old terrace": Lot("house", (4.6, 6.8), (9, 13), (4.6, 5.4), (2, 9), (0.0, 2.5)),
    "semi": Lot("semi", (6.2, 7.4), (9, 11), (8, 11), (2, 2), (5, 8)),
    "villa": Lot("detached", (9, 13), (9, 12), (9, 14), (1, 1), (7, 13)),
    "slab": Lot("apartments", (34, 58), (11, 13), (9, 13), (1, 1), (14, 26)),
    "block": Lot("apartments", (17, 27), (12, 15), (6, 9), (1, 1), (6, 12)),
    "shop": Lot("retail", (6, 10), (11, 17), (4.6, 5.2), (2, 6), (0.0, 2)),
    "hall": Lot("industrial", (22, 48), (28, 46), (12, 16), (1, 1), (9, 20)),
    "farm": Lot("farm", (11, 15), (10, 14), (22, 38), (1, 1), (300, 640)),
}
MIXES = {
    "core": {"old terrace": 0.76, "block": 0.05, "shop": 0.19},
    "prewar": {"old terrace": 0.39, "terrace": 0.33, "semi": 0.18, "block": 0.05, "shop": 0.05},
    "postwar": {"terrace": 0.73, "semi": 0.13, "slab": 0.10, "villa": 0.02, "shop": 0.02},
    "flats": {"slab": 0.24, "terrace": 0.70, "semi": 0.06},
    "bloemkool": {"terrace": 0.64, "semi": 0.25, "villa": 0.11},
    "new": {"terrace": 0.58, "semi": 0.24, "villa": 0.12, "block": 0.06},
    "dorp": {"terrace": 0.25, "semi": 0.39, "villa": 0.33, "shop": 0.03},
    "industrial": {"hall": 1.0},
    "farm": {"farm": 1.0},
    "shopping": {"shop": 0.75, "old terrace": 0.25},
}
BUILT_ALONG = (
    "residential",
    "living_street",
    "industrial",
    "quay",
    "collector",
    "tertiary",
    "avenue",
    "shopping",
    "polder",
    "dike",
)
FLOORS = {"slab": (4, 9), "block": (3, 5)}
HOMES = ("house", "semi", "detached", "apartments", "farm")


def make_buildings(
    plan: Plan, streets: gpd.GeoDataFrame, land: gpd.GeoDataFrame, sites: gpd.GeoDataFrame, rng: Generator
) -> gpd.GeoDataFrame:
    """Stand buildings along both sides of every street, facilities first.

    Parameters
    ----------
    streets : stretches of `make_streets`
    land : buurten, with `district`
    sites : buildings of facilities, with `facility`, `street`, `piece`, `position_m`, `side`

    Returns
    -------
    One row per building (EPSG:28992): `use`, `lot`, `district`, `unit_count` (addresses that it holds), `piece` (row of
    `streets`), `position_m` along it, `side` (1 left, -1 right), `facility` (-1 for none).
    """
    candidates = pd.concat([sites, _candidates(streets, land, rng)], ignore_index=True)
    candidates = _settled(gpd.GeoDataFrame(candidates, geometry="geometry", crs=CRS), land)
    free = _clear_of_streets(plan, streets, candidates)
    return _without_overlaps(candidates[free].reset_index(drop=True))


def _settled(candidates: gpd.GeoDataFrame, land: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Give each building the buurt that it stands in, and leave out homes in a buurt where nobody lives."""
    building, area = STRtree(land.geometry.to_numpy()).query(
        shapely.centroid(candidates.geometry.to_numpy()), predicate="intersects"
    )
    district = candidates["district"].to_numpy().copy()
    found = land["district"].to_numpy()[area]
    district[building[found >= 0]] = found[found >= 0]
    empty = [i for i, d in enumerate(DISTRICTS) if d.ages == "none"]
    misplaced = np.isin(district, empty) & candidates["use"].isin(HOMES)
    return candidates.assign(district=district)[~misplaced]


def _candidates(streets: gpd.GeoDataFrame, land: gpd.GeoDataFrame, rng: Generator) -> gpd.GeoDataFrame:
    sides = []
    usable = streets[streets["kind"].isin(BUILT_ALONG) & ~streets["is_bridge"]]
    where = _district_beside(usable, land)
    for piece, line, kind in zip(usable.index, usable.geometry, usable["kind"], strict=True):
        for side in (1, -1):
            district = where[piece, side]
            if district < 0:
                continue
            character = OUTSIDE.character if district == len(DISTRICTS) else DISTRICTS[district].character
            if not _is_built(kind, character, line.length, rng):
                continue
            mix = MIXES["shopping" if kind == "shopping" else character]
            if kind in ("tertiary", "avenue", "collector") and character != "farm":
                mix = {**mix, "shop": BUSY_STREET_SHOPS}
            for row in _rows_beside(shapely.get_coordinates(line), side, mix, rng):
                sides.append((piece, side, district, *row))
    return _as_polygons(sides, rng)


def _is_built(kind: str, character: str, length_m: float, rng: Generator) -> bool:
    if character in ("planned",) or (character == "farm" and kind not in ("polder", "dike", "tertiary")):
        return False
    if kind == "dike" and character not in ("dorp", "core"):
        return character == "farm" and rng.random() < 0.15
    if character == "farm":
        return length_m > 250
    return length_m > 24


def _district_beside(streets: gpd.GeoDataFrame, land: gpd.GeoDataFrame) -> dict[tuple[int, int], int]:
    """Find the district on either side of each stretch, looked up 20 m from its middle; -1 for none."""
    lines = streets.geometry.to_numpy()
    middle = shapely.line_interpolate_point(lines, 0.5, normalized=True)
    ahead = shapely.line_interpolate_point(lines, shapely.length(lines) / 2 + 1)
    m, a = shapely.get_coordinates(middle), shapely.get_coordinates(ahead)
    along = (a - m) / np.maximum(np.hypot(*(a - m).T), 1e-6)[:, None]
    found: dict[tuple[int, int], int] = {}
    tree = STRtree(land.geometry.to_numpy())
    outside = streets["district"].to_numpy() == len(DISTRICTS)
    for side in (1, -1):
        spots = shapely.points(m + 20 * side * np.column_stack([-along[:, 1], along[:, 0]]))
        spot, area = tree.query(spots, predicate="intersects")
        district = np.full(len(lines), -1)
        district[spot] = land["district"].to_numpy()[area]
        district[outside] = len(DISTRICTS)
        found.update({(piece, side): int(d) for piece, d in zip(streets.index, district, strict=True)})
    return found


def _rows_beside(points: NDArray[np.float64], side: int, mix: dict[str, float], rng: Generator) -> list[Row]:
    """Rows of units along one side of a stretch."""
    legs = np.diff(points, axis=0)
    reached = np.concatenate([[0], np.cumsum(np.hypot(*legs.T))])
    names, shares = list(mix), np.cumsum(list(mix.values())) / sum(mix.values())
    position = CORNER_M + rng.uniform(0, 4)
    if names == ["farm"]:
        position += rng.uniform(20, 300)
    rows: list[Row] = []
    while position < reached[-1] - CORNER_M:
        lot = LOTS[names[min(int(np.searchsorted(shares, rng.random())), len(names) - 1)]]
        name = next(n for n, known in LOTS.items() if known is lot)
        front, depth, setback = rng.uniform(*lot.front_m), rng.uniform(*lot.depth_m), rng.uniform(*lot.setback_m)
        units = min(
            int(rng.integers(lot.units[0], lot.units[1] + 1)), int((reached[-1] - CORNER_M - position) // front)
        )
        if units < 1:
            break
        stop = position + units * front
        (x0, x1), (y0, y1) = (np.interp((position, stop), reached, axis).tolist() for axis in points.T)
        chord = float(np.hypot(x1 - x0, y1 - y0))
        if chord < 1:
            break
        dx, dy = (x1 - x0) / chord, (y1 - y0) / chord
        x, y = x0 - side * dy * setback, y0 + side * dx * setback
        rows.append((name, position, x, y, dx, dy, chord / units, units, depth))
        position = stop + rng.uniform(*lot.gap_m)
    return rows


def _as_polygons(rows: list[tuple[int, int, int, *Row]], rng: Generator) -> gpd.GeoDataFrame:
    columns = ["piece", "side", "district", "lot", "position_m", "x", "y", "dx", "dy", "front_m", "units", "depth_m"]
    table = pd.DataFrame(rows, columns=columns)
    table["row"] = np.arange(len(table))
    table = table.loc[table.index.repeat(table["units"])].reset_index(drop=True)
    nth = table.groupby("row").cumcount().to_numpy()
    along = table[["dx", "dy"]].to_numpy()
    across = np.column_stack([-along[:, 1], along[:, 0]]) * table["side"].to_numpy()[:, None]
    front, depth = table["front_m"].to_numpy(), table["depth_m"].to_numpy()
    near = table[["x", "y"]].to_numpy() + along * (nth * front)[:, None]
    far = near + along * front[:, None]
    back = across * depth[:, None]
    corners = np.round(np.stack([near, far, far + back, near + back, near], axis=1), 2)
    floors = np.array([rng.integers(*FLOORS.get(lot, (1, 2))) for lot in table["lot"]])
    flats = np.maximum((front / 7.5).astype(int), 2) * floors
    is_flat = table["lot"].isin(list(FLOORS))
    return gpd.GeoDataFrame(
        {
            "use": table["lot"].map({name: lot.use for name, lot in LOTS.items()}),
            "lot": table["lot"],
            "district": table["district"],
            "unit_count": np.where(
                is_flat, flats, np.where(table["lot"] == "hall", rng.integers(2, 11, len(table)), 1)
            ),
            "piece": table["piece"],
            "row": table["row"],
            "position_m": table["position_m"] + (nth + 0.5) * front,
            "side": table["side"],
            "facility": -1,
        },
        geometry=shapely.polygons(corners),
        crs=CRS,
    )


def _clear_of_streets(plan: Plan, streets: gpd.GeoDataFrame, candidates: gpd.GeoDataFrame) -> NDArray[np.bool_]:
    footprints = candidates.geometry.to_numpy()
    trunk = [r.line.buffer(20) for r in plan.roads if r.kind == "trunk"]
    rails = [shapely.buffer(line, 12) for line in (plan.railway, plan.dam_railway)]
    closed = shapely.union_all([shapely.buffer(plan.water(), 4), *rails, *trunk, *plan.parks])
    shapely.prepare(closed)
    free = ~shapely.intersects(closed, footprints)
    apart = streets[~streets["kind"].isin(BESIDE_KINDS)]
    hit, _ = STRtree(apart.geometry.to_numpy()).query(footprints, predicate="dwithin", distance=STREET_GAP_M)
    free[hit] = False
    return free


def _without_overlaps(candidates: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Keep the first of any that overlap; neighbours in a row may share a wall."""
    footprints = candidates.geometry.to_numpy()
    inner = shapely.buffer(footprints, -TOUCH_M, join_style="mitre")
    one, other = STRtree(inner).query(inner, predicate="intersects")
    later = one < other
    kept = np.ones(len(candidates), dtype=bool)
    for first, second in sorted(zip(one[later].tolist(), other[later].tolist(), strict=True)):
        if kept[first]:
            kept[second] = False
    return candidates[kept].reset_index(drop=True)
