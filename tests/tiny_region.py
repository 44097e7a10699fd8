"""A tiny region of four square buurten, written in the raw formats, in which everything can be worked out by hand.

Buurten are squares of 1,000 m: two wijken side by side (west and east), each with a southern and a northern buurt.
Streets form a grid of 250 m. There are 20 homes along the middle street of each buurt. A facility of every essential
category stands in the south-west.
"""

import csv
import json
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import geopandas as gpd
import osmium
import shapely
import yaml
from pyproj import Transformer

from pipeline.sources.local_checks import COLUMNS
from pipeline.tables import RegionFiles

PROJECT = Path(__file__).parents[1]
REGION = "vierkant"
ORIGIN_X, ORIGIN_Y, SIDE_M, BLOCK_M = 200_000.0, 500_000.0, 1000.0, 250.0
BUURTEN = {"BU00010000": (0, 0), "BU00010001": (0, 1), "BU00010100": (1, 0), "BU00010101": (1, 1)}
HOMES = 20
POSTCODES = (1000, 1001)
"""Of the wijk in the west and of that in the east: numbers in the file, as real ones have them."""
FACILITIES = {
    "supermarket": {"shop": "supermarket", "name": "Super"},
    "stop": {"highway": "bus_stop", "name": "Halte"},
    "gp": {"amenity": "doctors", "name": "Huisarts"},
    "pharmacy": {"amenity": "pharmacy", "name": "Apotheek"},
    "meeting_place": {"amenity": "community_centre", "name": "Dorpshuis"},
}
AGES = ("65_69", "70_74", "75_79", "80_84", "85_89", "90_94", "95_plus")
_TO_DEGREES = Transformer.from_crs("EPSG:28992", "EPSG:4326", always_xy=True)
_SOURCE = {"what": "Getekende vierkanten", "holder": "Test", "licence": "CC0", "reference_date": "2024-01-01"}


def write_region(root: Path) -> None:
    """Write settings and incoming files of the tiny region below `root`."""
    shutil.copytree(PROJECT / "config", root / "config")
    params = (root / "config/params.yaml").read_text(encoding="utf-8")
    write_settings(root, settings())
    write_checks(root)
    params = params.replace("regions: [markerwaard]", f"regions: [{REGION}]")
    # Otherwise the whole region were one dorp.
    params = params.replace("dorp_max_inhabitants: 5000", "dorp_max_inhabitants: 100")
    (root / "config/params.yaml").write_text(params, encoding="utf-8")
    incoming = root / "data/raw" / REGION / "incoming"
    incoming.mkdir(parents=True)
    RegionFiles(root, REGION).registers.mkdir()
    write_areas(incoming)
    write_figures(incoming)
    write_osm(incoming / "vierkant.osm.pbf")


def settings() -> dict[str, Any]:
    """Return the settings of the region, to be changed by a test before they are written."""
    layer = {"file": "gebieden.gpkg", "code": "code", "name": "naam", **_SOURCE}
    postcodes = {"file": "postcodes.geojson", "level": "postcode", "code": "postcode", "woonplaats": "plaats"}
    counts = {name: {"column": name, "rounding": 5} for name in ("inhabitants", "inhabitants_65_plus", "homes")}
    shares = {"mobility_limited_share": {"column": "BeperkingInBewegen", "unit": "percent", "rounding": 0.1}}
    return {
        "region": {
            "label": "Vierkant",
            "is_fictional": True,
            "gemeenten": {"GM0001": "Vierkant"},
            "base_level": "buurt",
        },
        "areas": {
            "from": "file",
            "layers": [
                {**layer, "level": "buurt", "layer": "buurten"},
                {**layer, "level": "wijk", "layer": "wijken"},
                {**postcodes, **_SOURCE},
            ],
        },
        "figures": {
            "from": "file",
            "tables": [
                {"file": "cijfers.csv", "year": 2024, "code": "code", "columns": counts, **_SOURCE},
                {
                    "file": "leeftijd.csv", "year": 2023, "code": "code", "key": "leeftijd", "value": "inwoners",
                    "rounding": 5, "keys": {age: f"age_{age}" for age in AGES}, **_SOURCE,
                },
                {"file": "gezondheid.csv", "year": 2022, "code": "WijkenEnBuurten", "columns": shares, **_SOURCE},
            ],
            "reference": [
                {
                    "file": "gemeente.csv", "year": 2024, "code": "gemeente", "rounding": 0.1, **_SOURCE,
                    "columns": {
                        "gp": {"mean_km": "afstand_huisarts", "within_3_km": "huisartsen_binnen_3_km"},
                        "supermarket": {"mean_km": "afstand_supermarkt"},
                    },
                },
            ],
        },
        "osm": {"from": "file", "file": "vierkant.osm.pbf", **_SOURCE},
        "timetables": None,
        "facility_registers": {"files": []},
        "completeness": {
            "overrules": {
                category: {"judgement": "complete", "reason": "alles is getekend"}
                for category in ("pharmacy", "meeting_place")
            },
        },
        "local_checks": {"as_of": "2025-01-01"},
    }  # fmt: skip


def write_settings(root: Path, content: dict[str, Any]) -> None:
    """Write the settings of the region."""
    path = root / "config/regions" / f"{REGION}.yaml"
    path.write_text(yaml.safe_dump(content, allow_unicode=True, sort_keys=False), encoding="utf-8")


def write_checks(root: Path, rows: Sequence[dict[str, str]] = ()) -> None:
    """Write the local checks of the region: rows of columns that are not empty."""
    with RegionFiles(root, REGION).local_checks.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, COLUMNS, restval="")
        writer.writeheader()
        writer.writerows(rows)


def square(column: int, row: int) -> shapely.Polygon:
    """Return the square of a buurt."""
    x, y = ORIGIN_X + column * SIDE_M, ORIGIN_Y + row * SIDE_M
    return shapely.box(x, y, x + SIDE_M, y + SIDE_M)


def areas() -> tuple[gpd.GeoDataFrame, gpd.GeoDataFrame]:
    """Return buurten and wijken."""
    squares = [square(*place) for place in BUURTEN.values()]
    names = [f"Buurt {code[-4:]}" for code in BUURTEN]
    buurten = gpd.GeoDataFrame({"code": list(BUURTEN), "naam": names}, geometry=squares, crs="EPSG:28992")
    wijken = gpd.GeoDataFrame(
        {"code": ["WK000100", "WK000101"], "naam": ["West", "Oost"]},
        geometry=[shapely.union_all(squares[:2]), shapely.union_all(squares[2:])],
        crs="EPSG:28992",
    )
    return buurten, wijken


def write_areas(folder: Path) -> None:
    """Write buurten and wijken as a GeoPackage, and two postcodes as GeoJSON."""
    buurten, wijken = areas()
    buurten.to_file(folder / "gebieden.gpkg", layer="buurten")
    wijken.to_file(folder / "gebieden.gpkg", layer="wijken")
    features = [
        {
            "type": "Feature",
            "properties": {"postcode": code, "plaats": "Vierkant"},
            "geometry": shapely.geometry.mapping(shape),
        }
        for code, shape in zip(POSTCODES, wijken.geometry, strict=True)
    ]
    crs = {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::28992"}}
    text = json.dumps({"type": "FeatureCollection", "crs": crs, "features": features})
    (folder / "postcodes.geojson").write_text(text, encoding="utf-8")


def write_figures(folder: Path) -> None:
    """Write the figures: per buurt 400 people in 20 homes, of whom 100 are 65 or over and 40 are 75 or over."""
    counts = [{"code": code, "inhabitants": 400, "inhabitants_65_plus": 100, "homes": 20} for code in BUURTEN]
    write_csv(folder / "cijfers.csv", counts)
    people = dict(zip(AGES, (40, 20, 20, 10, 5, 5, 0), strict=True))
    ages = [{"code": code, "leeftijd": age, "inwoners": people[age]} for code in BUURTEN for age in AGES]
    write_csv(folder / "leeftijd.csv", ages)
    shares = [{"WijkenEnBuurten": f"{code}  ", "BeperkingInBewegen_23": "  20.0"} for code in BUURTEN]
    shares[1]["BeperkingInBewegen_23"] = "     ."
    shares.append({"WijkenEnBuurten": "WK000100  ", "BeperkingInBewegen_23": "  25.0"})
    write_csv(folder / "gezondheid.csv", shares)
    distances = {"afstand_huisarts": "1.3", "afstand_supermarkt": "1.3", "huisartsen_binnen_3_km": "1.0"}
    write_csv(folder / "gemeente.csv", [{"gemeente": code, **distances} for code in ("GM0001", "GM0002")])


def write_csv(path: Path, rows: list[dict[str, Any]]) -> None:
    """Write rows as CSV."""
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


class _Osm:
    """Objects of an extract, numbered as they come."""

    def __init__(self) -> None:
        self.nodes: dict[tuple[float, float], int] = {}
        self.points: list[tuple[int, float, float, dict[str, str]]] = []
        self.ways: list[tuple[list[int], dict[str, str]]] = []

    def node(self, x: float, y: float) -> int:
        """Return the node at a place, made when there is none yet."""
        if (x, y) not in self.nodes:
            self.nodes[x, y] = self.point(x, y, {})
        return self.nodes[x, y]

    def point(self, x: float, y: float, tags: dict[str, str]) -> int:
        """Add a node of its own."""
        self.points.append((len(self.points) + 1, x, y, tags))
        return len(self.points)

    def way(self, places: list[tuple[float, float]], tags: dict[str, str]) -> None:
        """Add a way over places."""
        self.ways.append(([self.node(*place) for place in places], tags))


def write_osm(path: Path, facilities: dict[str, dict[str, str]] | None = None, margin_m: float = 8000) -> None:
    """Write streets, homes and facilities; the extract's box lies `margin_m` around the buurten."""
    osm = _Osm()
    _add_streets(osm)
    for column, row in BUURTEN.values():
        _add_homes(osm, ORIGIN_X + column * SIDE_M, ORIGIN_Y + row * SIDE_M + SIDE_M / 2)
    for index, tags in enumerate((FACILITIES if facilities is None else facilities).values()):
        osm.point(ORIGIN_X + 300 + 10 * index, ORIGIN_Y + SIDE_M / 2, tags)
    write_objects(path, osm, margin_m)


def write_objects(path: Path, osm: _Osm, margin_m: float) -> None:
    """Write the objects as PBF, with the box of the extract in its header."""
    header = osmium.io.Header()
    low = _TO_DEGREES.transform(ORIGIN_X - margin_m, ORIGIN_Y - margin_m)
    high = _TO_DEGREES.transform(ORIGIN_X + 2 * SIDE_M + margin_m, ORIGIN_Y + 2 * SIDE_M + margin_m)
    header.add_box(osmium.osm.Box(osmium.osm.Location(*low), osmium.osm.Location(*high)))
    with osmium.SimpleWriter(str(path), header=header, overwrite=True) as writer:
        for number, x, y, tags in osm.points:
            writer.add_node(
                osmium.osm.mutable.Node(id=number, version=1, location=_TO_DEGREES.transform(x, y), tags=tags)
            )
        for number, (nodes, tags) in enumerate(osm.ways, start=1):
            writer.add_way(osmium.osm.mutable.Way(id=number, version=1, nodes=nodes, tags=tags))


def _add_streets(osm: _Osm) -> None:
    steps = [index * BLOCK_M for index in range(int(2 * SIDE_M / BLOCK_M) + 1)]
    for step in steps:
        osm.way([(ORIGIN_X + other, ORIGIN_Y + step) for other in steps], {"highway": "residential"})
        osm.way([(ORIGIN_X + step, ORIGIN_Y + other) for other in steps], {"highway": "residential"})


def _add_homes(osm: _Osm, x: float, y: float) -> None:
    """Add homes of 8 m by 8 m along the northern side of a street, their addresses 10 m from it."""
    postcode = POSTCODES[x >= ORIGIN_X + SIDE_M]
    for number in range(HOMES):
        left = x + 100 + number * 40
        corners = [(left, y + 6), (left + 8, y + 6), (left + 8, y + 14), (left, y + 14), (left, y + 6)]
        osm.way(corners, {"building": "house", "ref:bag": "1"})
        osm.point(left + 4, y + 10, {"addr:housenumber": str(number + 1), "addr:street": f"Straat {x:.0f} {y:.0f}",
                                     "addr:postcode": f"{postcode}AA", "addr:city": "Vierkant"})  # fmt: skip
