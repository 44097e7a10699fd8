"""OpenStreetMap from a ``.osm.pbf`` extract: addresses, buildings, places, ways, tagged objects, background.

Coordinates come out in EPSG:28992, in metres.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import osmium
import osmium.filter
import osmium.geom
import pandas as pd
import shapely
from pyproj import Transformer

from pipeline.config.facilities import Category
from pipeline.config.params import BackgroundLayer
from pipeline.config.values import TagRule
from pipeline.contracts import CRS
from pipeline.errors import SourceError, raise_faults
from pipeline.sources.osm_files import readable
from pipeline.tag_rules import Tags, keys_of, matches_any

Floats = npt.NDArray[np.float64]

_DECIMALS = 3

_TO_RD = Transformer.from_crs("EPSG:4326", CRS, always_xy=True)
_ORDER = "nwr"
_PLACES = ("city", "town", "village", "hamlet")
_WATER = {"natural": ["water"], "waterway": ["riverbank", "dock"], "landuse": ["basin", "reservoir"]}
_WATER_RULES: Sequence[TagRule] = [{key: list(values)} for key, values in _WATER.items()]
READ_ALWAYS: Sequence[TagRule] = [
    {"addr:housenumber": "*"},
    {"building": "*"},
    {"place": list(_PLACES)},
    *_WATER_RULES,
]
"""What is read whatever the settings say."""

_WKB = osmium.geom.WKBFactory()


@dataclass(frozen=True)
class Ways:
    """Ways as runs of nodes: way i has the nodes ``node_ids[starts[i]:starts[i + 1]]``.

    `cut_ids` are the nodes at which a way goes on to a node that the extract lacks.
    """

    tags: list[Tags]
    starts: npt.NDArray[np.int64]
    node_ids: npt.NDArray[np.int64]
    x_m: npt.NDArray[np.float64]
    y_m: npt.NDArray[np.float64]
    cut_ids: npt.NDArray[np.int64]


def _processor(pbf: Path, keys: Iterable[str], *, with_areas: bool = False) -> Any:
    # The filter for areas comes first: only these are assembled into polygons.
    key_filter = osmium.filter.KeyFilter(*keys)
    if with_areas:
        return osmium.FileProcessor(str(pbf)).with_areas(key_filter).with_filter(key_filter)
    return osmium.FileProcessor(str(pbf)).with_locations().with_filter(key_filter)


def check_extract(pbf: Path) -> None:
    """Read the extract from end to end.

    Raises
    ------
    SourceError
        If it is damaged, not in order, or holds no nodes or no streets.
    """
    counts, streets, last, is_in_order = dict.fromkeys(_ORDER, 0), 0, (0, False, 0), True
    with readable(pbf):
        for one in osmium.FileProcessor(str(pbf)):
            kind = one.type_str()
            counts[kind] += 1
            place = (_ORDER.index(kind), one.id > 0, abs(one.id))
            is_in_order &= place > last
            last = place
            streets += kind == "w" and "highway" in one.tags
    missing = {
        "bevat geen gegevens; zet er een volledige kopie neer": any(counts.values()),
        "bevat geen knopen (node); zet er een volledig uittreksel neer": counts["n"],
        "staat niet op volgorde van soort en nummer; zet het op volgorde met `osmium sort`": is_in_order,
        "bevat geen straten (geen way met highway); zet er een volledig uittreksel neer": streets,
    }
    raise_faults(SourceError, [f"{pbf.name}: {fault}." for fault, is_right in missing.items() if not is_right][:1])


def read_extract(pbf: Path) -> shapely.Polygon:
    """Return the area that the extract covers: the box in its header, else the box around its nodes.

    Returns
    -------
    Polygon in EPSG:28992; its straight sides follow the meridians and parallels to within a metre.
    """
    with readable(pbf):
        box = _header_box(pbf)
        if not box.valid():
            for node in osmium.FileProcessor(str(pbf), osmium.osm.NODE):
                if isinstance(node, osmium.osm.Node):
                    box.extend(node.location)
    return _polygon_of_box(box)


def read_header_extract(pbf: Path) -> shapely.Polygon | None:
    """Return the area that the extract says to cover, without reading what it holds; None where it does not say.

    Raises
    ------
    SourceError
        If the file does not begin as an extract.
    """
    with readable(pbf):
        box = _header_box(pbf)
    return _polygon_of_box(box) if box.valid() else None


def _header_box(pbf: Path) -> Any:
    header = osmium.io.Reader(str(pbf), osmium.osm.osm_entity_bits.NOTHING)
    box = header.header().box()
    header.close()
    return box


def _polygon_of_box(box: Any) -> shapely.Polygon:
    corners = shapely.box(box.bottom_left.lon, box.bottom_left.lat, box.top_right.lon, box.top_right.lat)
    polygon: shapely.Polygon = shapely.transform(shapely.segmentize(corners, 0.002), _to_rd)
    return polygon


def _to_rd(lon_lat: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    return np.column_stack(_rd(lon_lat[:, 0], lon_lat[:, 1]))


def _rd(lon: Floats, lat: Floats) -> tuple[Floats, Floats]:
    """Return EPSG:28992 to the millimetre: finer is noise, and differs between machines."""
    x, y = _TO_RD.transform(lon, lat)
    return np.round(x, _DECIMALS), np.round(y, _DECIMALS)


def _frame(rows: dict[str, list[Any]], geometry: Sequence[Any]) -> gpd.GeoDataFrame:
    shapes: Any = shapely.transform(np.asarray(geometry, dtype=object), _to_rd) if len(geometry) else []
    return gpd.GeoDataFrame(
        {name: pd.Series(values, dtype=None if name == "tags" else "str") for name, values in rows.items()},
        geometry=gpd.GeoSeries(shapes, crs=CRS),
        crs=CRS,
    )


def _point_of(one: Any) -> shapely.Geometry | None:
    """Return the node, or the middle of a way's nodes; None where the extract lacks them."""
    if one.is_node():
        return shapely.Point(one.location.lon, one.location.lat) if one.location.valid() else None
    known = [(node.lon, node.lat) for node in one.nodes if node.location.valid()]
    return shapely.MultiPoint(known).centroid if known else None


def read_addresses(pbf: Path) -> gpd.GeoDataFrame:
    """Read all addresses, each once: a shop mapped at an address that is there already is no second one.

    Returns
    -------
    osm_id (``n1``, ``w2``), postcode_code (four digits), woonplaats_name, geometry (point). Missing where not tagged.
    """
    rows: dict[str, list[Any]] = {"osm_id": [], "postcode_code": [], "woonplaats_name": [], "address": []}
    points: list[shapely.Geometry] = []
    with readable(pbf):
        for one in _processor(pbf, ["addr:housenumber"]):
            if one.is_relation() or "addr:housenumber" not in one.tags:
                continue
            point = _point_of(one)
            if point is None:
                continue
            rows["osm_id"].append(f"{one.type_str()}{one.id}")
            rows["postcode_code"].append(one.tags.get("addr:postcode"))
            rows["woonplaats_name"].append(one.tags.get("addr:city"))
            rows["address"].append(_whole_address(one))
            points.append(point)
    frame = _frame(rows, points)
    frame = frame[frame["address"].isna() | ~frame["address"].duplicated()].drop(columns="address")
    frame = frame.reset_index(drop=True)
    digits = frame["postcode_code"].str.strip().str[:4]
    frame["postcode_code"] = digits.where(digits.str.match(r"^[1-9]\d{3}$") == True).astype("str")  # noqa: E712
    return frame


def _whole_address(one: Any) -> str | None:
    """Return the address as one text, or None where it is not whole: two of those may be two homes."""
    parts = [one.tags.get(key) for key in ("addr:postcode", "addr:street", "addr:housenumber")]
    return None if None in parts else "/".join([*parts, one.tags.get("addr:unit", "")])


def read_numbered_addresses(pbf: Path) -> pd.DataFrame:
    """Read where the addresses with a postcode are: postcode, house_number, addition (as tagged), x_m, y_m.

    Addresses come in the order of the extract, also those that are mapped more than once.
    """
    rows: dict[str, list[Any]] = {"postcode": [], "house_number": [], "addition": []}
    points: list[shapely.Geometry] = []
    with readable(pbf):
        for one in _processor(pbf, ["addr:housenumber"]):
            if one.is_relation() or not {"addr:housenumber", "addr:postcode"} <= {tag.k for tag in one.tags}:
                continue
            point = _point_of(one)
            if point is not None:
                for name, key in zip(rows, ("addr:postcode", "addr:housenumber", "addr:unit"), strict=True):
                    rows[name].append(one.tags.get(key, ""))
                points.append(point)
    frame = _frame(rows, points)
    return pd.DataFrame(frame.drop(columns="geometry")).assign(x_m=frame.geometry.x, y_m=frame.geometry.y)


def read_buildings(pbf: Path) -> gpd.GeoDataFrame:
    """Read all building areas: osm_id, building (value of the tag), geometry (polygon, mended where it crosses itself).

    A building whose outline does not close is left out.
    """
    rows: dict[str, list[Any]] = {"osm_id": [], "building": []}
    shapes: list[shapely.Geometry] = []
    with readable(pbf):
        for one in _processor(pbf, ["building"], with_areas=True):
            shape = _polygon_of(one) if one.is_area() else None
            if shape is not None:
                rows["osm_id"].append(_area_id(one))
                rows["building"].append(one.tags["building"])
                shapes.append(shape)
    return _frame(rows, shapes)


def _polygon_of(area: Any) -> shapely.Geometry | None:
    """Return the polygon, mended where it crosses itself; None where its lines do not even close."""
    try:
        return shapely.make_valid(shapely.from_wkb(_WKB.create_multipolygon(area)))
    except RuntimeError:
        return None


def _area_id(area: Any) -> str:
    return f"{'w' if area.from_way() else 'r'}{area.orig_id()}"


def read_places(pbf: Path) -> gpd.GeoDataFrame:
    """Read the nodes of towns, villages and hamlets: osm_id, place, place_name, geometry (point)."""
    rows: dict[str, list[Any]] = {"osm_id": [], "place": [], "place_name": []}
    points = []
    with readable(pbf):
        for one in _processor(pbf, ["place"]):
            if one.is_node() and one.tags.get("place") in _PLACES and "name" in one.tags:
                rows["osm_id"].append(f"n{one.id}")
                rows["place"].append(one.tags["place"])
                rows["place_name"].append(one.tags["name"])
                points.append(shapely.Point(one.location.lon, one.location.lat))
    return _frame(rows, points)


def read_water(pbf: Path) -> gpd.GeoSeries:
    """Read the polygons of water."""
    tagged = read_tagged(pbf, _WATER)
    is_water = np.array([any(tags.get(key) in values for key, values in _WATER.items()) for tags in tagged["tags"]])
    is_polygon = tagged.geom_type.isin(["Polygon", "MultiPolygon"])
    return gpd.GeoSeries(tagged.geometry[is_water & is_polygon], crs=CRS)


def read_tagged(pbf: Path, keys: Iterable[str]) -> gpd.GeoDataFrame:
    """Read all objects with any of `keys`: osm_id, tags (dict), geometry.

    Nodes are points, closed ways and multipolygons areas, open ways lines.
    """
    wanted = sorted(set(keys))
    found: dict[str, tuple[Tags, shapely.Geometry]] = {}
    with readable(pbf):
        for one in _processor(pbf, wanted, with_areas=True):
            if one.is_relation():
                continue
            shape = _shape_of(one)
            if shape is not None:
                key = _area_id(one) if one.is_area() else f"{one.type_str()}{one.id}"
                found[key] = (dict(one.tags), shape)
    names = sorted(found)
    return _frame({"osm_id": list(names), "tags": [found[n][0] for n in names]}, [found[n][1] for n in names])


def _shape_of(one: Any) -> shapely.Geometry | None:
    if one.is_area():
        return _polygon_of(one)
    if one.is_node():
        return _point_of(one)
    known = [(node.lon, node.lat) for node in one.nodes if node.location.valid()]
    return shapely.LineString(known) if len(known) > 1 else None


def read_ways(pbf: Path, keys: Iterable[str]) -> Ways:
    """Read all ways with any of `keys`. A node that the extract lacks is left out of its way, which is cut there."""
    tags: list[Tags] = []
    starts, ids, lons, lats = [0], [], [], []
    cut_ids: set[int] = set()
    with readable(pbf):
        for one in _processor(pbf, keys):
            if not one.is_way():
                continue
            runs = _runs(one.nodes)
            cut_ids |= _cut_ids(runs)
            for run in (run for run in runs if len(run) > 1):
                tags.append(dict(one.tags))
                ids += [node[0] for node in run]
                lons += [node[1] for node in run]
                lats += [node[2] for node in run]
                starts.append(len(ids))
    x, y = _rd(np.array(lons, dtype=np.float64), np.array(lats, dtype=np.float64))
    return Ways(
        tags,
        np.array(starts, dtype=np.int64),
        np.array(ids, dtype=np.int64),
        x,
        y,
        np.array(sorted(cut_ids), dtype=np.int64),
    )


def _runs(nodes: Any) -> list[list[tuple[int, float, float]]]:
    """Split the nodes of a way where the extract lacks one; a run may be empty or a single node."""
    runs: list[list[tuple[int, float, float]]] = [[]]
    for node in nodes:
        if node.location.valid():
            runs[-1].append((node.ref, node.location.lon, node.location.lat))
        else:
            runs.append([])
    return runs


def _cut_ids(runs: list[list[tuple[int, float, float]]]) -> set[int]:
    """Return the nodes beside a gap."""
    return {run[-1][0] for run in runs[:-1] if run} | {run[0][0] for run in runs[1:] if run}


def read_facilities(pbf: Path, categories: Mapping[str, Category]) -> gpd.GeoDataFrame:
    """Read the objects of every category: category, osm_id, facility_name (missing: not named), geometry of any type.

    An object of several categories comes once for each.
    """
    tagged = read_tagged(pbf, keys_of(rule for one in categories.values() for rule in one.match))
    pieces = []
    for code, one in categories.items():
        belongs = np.array(
            [matches_any(tags, one.match) and not matches_any(tags, one.exclude) for tags in tagged["tags"]], dtype=bool
        )
        rows = tagged[belongs]
        pieces.append(rows.assign(category=code, facility_name=[tags.get("name") for tags in rows["tags"]]))
    found = pd.concat(pieces, ignore_index=True).astype({"category": "str", "facility_name": "str"})
    return gpd.GeoDataFrame(found[["category", "osm_id", "facility_name", "geometry"]], geometry="geometry", crs=CRS)


def read_background(pbf: Path, layers: Sequence[BackgroundLayer]) -> gpd.GeoDataFrame:
    """Read the objects of the background: feature_id, layer, rank, feature_name (missing: not named), geometry.

    An object belongs to the first layer of which a rule fits.
    """
    tagged = read_tagged(pbf, keys_of(rule for one in layers for rule in one.match))
    first = [next((one for one in layers if matches_any(tags, one.match)), None) for tags in tagged["tags"]]
    is_used = [one is not None for one in first]
    used = tagged[is_used]
    found = [one for one in first if one is not None]
    frame = pd.DataFrame({
        "feature_id": used["osm_id"].astype("str"),
        "layer": pd.Series([one.layer for one in found], index=used.index, dtype="str"),
        "rank": pd.Series([one.rank for one in found], index=used.index, dtype="int64"),
        "feature_name": pd.Series([tags.get("name") for tags in used["tags"]], index=used.index, dtype="str"),
    })  # fmt: skip
    return gpd.GeoDataFrame(frame, geometry=used.geometry, crs=CRS)


def read_walkable(pbf: Path, walkable: Sequence[TagRule], not_walkable: Sequence[TagRule]) -> Ways:
    """Read the ways that fit a rule of `walkable` and none of `not_walkable`."""
    return _read_fitting(pbf, walkable, not_walkable, "die te voet kan")


def read_drivable(pbf: Path, drivable: Sequence[TagRule], not_drivable: Sequence[TagRule]) -> Ways:
    """Read the ways that fit a rule of `drivable` and none of `not_drivable`; one-way streets are no different."""
    return _read_fitting(pbf, drivable, not_drivable, "voor auto's")


def _read_fitting(pbf: Path, wanted: Sequence[TagRule], unwanted: Sequence[TagRule], what: str) -> Ways:
    ways = read_ways(pbf, keys_of(wanted))
    kept = [
        index for index, tags in enumerate(ways.tags) if matches_any(tags, wanted) and not matches_any(tags, unwanted)
    ]
    if not kept:
        raise SourceError(f"{pbf.name}: bevat geen weg {what}; zet er een volledig uittreksel neer.")
    nodes = np.concatenate([np.arange(ways.starts[index], ways.starts[index + 1]) for index in kept])
    size = np.diff(ways.starts)[kept]
    starts = np.concatenate([[0], np.cumsum(size)])
    return Ways(
        [ways.tags[i] for i in kept], starts, ways.node_ids[nodes], ways.x_m[nodes], ways.y_m[nodes], ways.cut_ids
    )


def read_obstacles(pbf: Path, keys: Iterable[str]) -> tuple[npt.NDArray[np.int64], list[Tags]]:
    """Read the nodes with any of `keys`: their ids, and all tags of each."""
    ids, tags, wanted = [], [], list(keys)
    if not wanted:
        return np.array([], dtype=np.int64), []
    with readable(pbf):
        for one in osmium.FileProcessor(str(pbf), osmium.osm.NODE).with_filter(osmium.filter.KeyFilter(*wanted)):
            ids.append(one.id)
            tags.append(dict(one.tags))
    return np.array(ids, dtype=np.int64), tags
