"""The invented region as an OpenStreetMap extract: a box cut from a larger map, with the faults of real extracts."""

from pathlib import Path

import numpy as np
import osmium
import pandas as pd
import shapely
from numpy.typing import NDArray
from osmium.osm.mutable import Node, Relation, Way
from pyproj import Transformer
from shapely.geometry import Polygon

from pipeline.sources.demo.facilities import FACILITIES, Tags
from pipeline.sources.demo.layout import EXTRACT_KM
from pipeline.sources.demo.region import DemoRegion, Municipality
from pipeline.sources.demo.tags import facility_nodes, relation_tags, tag_buildings
from pipeline.sources.demo.way_nodes import make_way_nodes
from pipeline.sources.demo.way_tags import tag_ways
from pipeline.sources.osm_files import writing

FILE_NAME = "markerwaard.osm.pbf"
TIMESTAMP = "2024-07-01T00:00:00Z"
FIRST_ID = 9_000_000_000
MISSING_NODE_ID = 8_999_999_999
CENTIMETRES = 100
COURTYARD_SHARE = 0.4
TWICE_GIVEN = 400
"""Row of the address that is given twice, and next to it the one that lacks its postcode."""
INVALID_BUILDINGS = (700, 2_400)

Box = tuple[float, float, float, float]


def write_osm(region: DemoRegion, folder: Path) -> None:
    """Write `markerwaard.osm.pbf` into `folder`: WGS84, nodes, ways and relations by id, ways cut at the box."""
    to_wgs84 = Transformer.from_crs(28992, 4326, always_xy=True)
    box = _box(region, to_wgs84)
    sheet = _Sheet()
    for number, municipality in enumerate(region.municipalities):
        _draw(sheet, municipality, np.random.default_rng([region.seed, number]))
    sheet.write(folder / FILE_NAME, box, to_wgs84)


def _box(region: DemoRegion, to_wgs84: Transformer) -> Box:
    """Give the extract's box in degrees: the drawing's, taken at the middle of each side."""
    corners = np.array(EXTRACT_KM) * 1_000
    offsets = np.array([m.plan.offset for m in region.municipalities])
    (west, south), (east, north) = offsets.min(axis=0) + corners[:2], offsets.max(axis=0) + corners[2:]
    middle_x, middle_y = (west + east) / 2, (south + north) / 2
    lon = to_wgs84.transform([west, east], [middle_y, middle_y])[0]
    lat = to_wgs84.transform([middle_x, middle_x], [south, north])[1]
    return round(lon[0], 4), round(lat[0], 4), round(lon[1], 4), round(lat[1], 4)


def _draw(sheet: "_Sheet", m: Municipality, rng: np.random.Generator) -> None:
    streets = pd.concat([m.streets, m.paths], ignore_index=True)
    sheet.add_lines(streets.geometry.to_numpy(), tag_ways(streets, rng))
    sheet.add_vertex_tags(make_way_nodes(m.streets, m.paths, rng))
    tags = tag_buildings(m.buildings, m.plan.number, rng)
    form = [FACILITIES[f].form if f >= 0 else "" for f in m.buildings["facility"]]
    outlines = m.buildings.geometry.to_numpy().copy()
    for broken in (r for r in INVALID_BUILDINGS if r < len(outlines)):
        outlines[broken] = _crossed(outlines[broken])
    plain = np.array([f != "relation" for f in form])
    sheet.add_lines(shapely.get_exterior_ring(outlines[plain]), [t for t, p in zip(tags, plain, strict=True) if p])
    facilities = m.buildings["facility"].tolist()
    for row in np.flatnonzero(~plain).tolist():
        sheet.add_area(_with_courtyard(outlines[row]), relation_tags(facilities[row], tags[row]))
    for geometry, feature_tags in m.background:
        if isinstance(geometry, Polygon):
            sheet.add_area(geometry, feature_tags)
        else:
            sheet.add_lines(np.array([geometry]), [feature_tags])
    sheet.add_points([*m.points, *facility_nodes(m.buildings), *_address_nodes(m.addresses)])


def _address_nodes(addresses: pd.DataFrame) -> list[tuple[float, float, Tags]]:
    nodes: list[tuple[float, float, Tags]] = [
        (x, y, {"addr:city": city, "addr:housenumber": number, "addr:postcode": postcode, "addr:street": street,
                "source": "BAG"})
        for x, y, street, number, postcode, city in addresses[
            ["x", "y", "street", "number", "postcode", "city"]].itertuples(index=False)
    ]  # fmt: skip
    if len(nodes) > TWICE_GIVEN + 1:
        del nodes[TWICE_GIVEN + 1][2]["addr:postcode"]
        x, y, tags = nodes[TWICE_GIVEN]
        nodes.append((x + 0.3, y, dict(tags)))
    return nodes


def _crossed(outline: Polygon) -> Polygon:
    a, b, c, d, _ = outline.exterior.coords
    return Polygon([a, c, b, d, a])


def _with_courtyard(outline: Polygon) -> Polygon:
    inner = shapely.affinity.scale(outline, COURTYARD_SHARE, COURTYARD_SHARE)
    return Polygon(outline.exterior, [inner.exterior])


class _Sheet:
    """Collects nodes, ways and relations; a corner that two lines of one call share is one node."""

    def __init__(self) -> None:
        self._xy: list[NDArray[np.float64]] = []
        self._tags: dict[int, Tags] = {}
        self._ways: list[tuple[NDArray[np.int64], Tags]] = []
        self._relations: list[tuple[list[tuple[int, str]], Tags]] = []
        self._count = 0
        self._vertex: dict[tuple[int, int], int] = {}

    def _add_nodes(self, xy: NDArray[np.float64]) -> int:
        first = self._count
        self._xy.append(xy)
        self._count += len(xy)
        return first

    def add_lines(self, lines: NDArray[np.object_], tags: list[Tags]) -> list[int]:
        """Add ways that share a node wherever they share a corner; gives their rows."""
        xy, owner = shapely.get_coordinates(lines, return_index=True)
        corners, node = np.unique(np.rint(xy * CENTIMETRES).astype(np.int64), axis=0, return_inverse=True)
        first = self._add_nodes(corners / CENTIMETRES)
        if len(lines) > 1:
            self._vertex = {(int(x), int(y)): first + i for i, (x, y) in enumerate(corners)}
        row = len(self._ways)
        parts = np.split(node.ravel() + first, np.flatnonzero(np.diff(owner)) + 1)
        self._ways += list(zip(parts, tags, strict=True))
        return list(range(row, len(self._ways)))

    def add_vertex_tags(self, points: list[tuple[float, float, Tags]]) -> None:
        """Tag corners of the lines added last."""
        for x, y, tags in points:
            self._tags[self._vertex[round(x * CENTIMETRES), round(y * CENTIMETRES)]] = tags

    def add_area(self, area: Polygon, tags: Tags) -> None:
        if not area.interiors and "type" not in tags:
            self.add_lines(np.array([area.exterior]), [tags])
            return
        rings = [("outer", area.exterior), *(("inner", ring) for ring in area.interiors)]
        members = [(self.add_lines(np.array([ring]), [{}])[0], role) for role, ring in rings]
        self._relations.append((members, {**tags, "type": "multipolygon"}))

    def add_points(self, points: list[tuple[float, float, Tags]]) -> None:
        first = self._add_nodes(np.array([p[:2] for p in points]))
        self._tags.update({first + i: tags for i, (_, _, tags) in enumerate(points)})

    def write(self, path: Path, box: Box, to_wgs84: Transformer) -> None:
        lon, lat = to_wgs84.transform(*np.vstack(self._xy).T)
        inside = (lon > box[0]) & (lon < box[2]) & (lat > box[1]) & (lat < box[3])
        header = osmium.io.Header()
        header.set("generator", "woonzorgkaart demo")
        header.add_box(osmium.osm.Box(*box))
        path.unlink(missing_ok=True)
        with writing(path, header) as writer:
            self._write_nodes(writer, lon, lat, inside)
            kept = self._write_ways(writer, inside)
            self._write_relations(writer, kept)

    def _write_nodes(
        self, writer: osmium.SimpleWriter, lon: NDArray[np.float64], lat: NDArray[np.float64], inside: NDArray[np.bool_]
    ) -> None:
        places = np.column_stack([lon, lat]).round(7).tolist()
        for i in np.flatnonzero(inside).tolist():
            writer.add_node(
                Node(id=FIRST_ID + i, version=1, timestamp=TIMESTAMP, location=places[i], tags=self._tags.get(i))
            )

    def _write_ways(self, writer: osmium.SimpleWriter, inside: NDArray[np.bool_]) -> set[int]:
        kept = set()
        for row, (nodes, tags) in enumerate(self._ways):
            refs = (nodes[inside[nodes]] + FIRST_ID).tolist()
            if len(refs) < 2:
                continue
            if row == 1:
                refs.append(MISSING_NODE_ID)
            kept.add(row)
            writer.add_way(Way(id=FIRST_ID + row, version=1, timestamp=TIMESTAMP, nodes=refs, tags=tags))
        return kept

    def _write_relations(self, writer: osmium.SimpleWriter, kept: set[int]) -> None:
        for row, (members, tags) in enumerate(self._relations):
            whole = [("w", FIRST_ID + way, role) for way, role in members if way in kept]
            if whole:
                writer.add_relation(
                    Relation(id=FIRST_ID + row, version=1, timestamp=TIMESTAMP, members=whole, tags=tags)
                )
