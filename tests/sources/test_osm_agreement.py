"""Overpass, a cut extract and osmnx see the same in the same small part of the sample region."""

import socket
from collections.abc import Iterator
from pathlib import Path

import geopandas as gpd
import numpy as np
import osmium
import osmnx
import pytest
import shapely

from pipeline.config.services import OverpassSettings
from pipeline.contracts import BACKGROUND, DWELLINGS, EDGES, MAPPED_FACILITIES, NODES
from pipeline.model.network import edges_of_ways, unique_edges
from pipeline.settings_files import read_sections
from pipeline.sources import overpass
from pipeline.sources.osm.tagged import read_facilities
from pipeline.sources.osm.ways import read_walkable
from pipeline.sources.osm_cut import Box, covered, cut
from pipeline.sources.web import Web
from pipeline.stages.fetch_osm import asked
from pipeline.tables import RegionFiles
from pipeline.tag_rules import values_of
from tests.services.overpass import Map, Overpass
from tests.services.server import Server, impatient, running, services_at
from tests.stage_runs import PROJECT, run_stages

REGION = "markerwaard"
MOMENT = "2025-03-01T20:21:22Z"
SECTIONS = read_sections(PROJECT / "config", ["network", "facilities", "background"])
TABLES = (NODES, EDGES, DWELLINGS, MAPPED_FACILITIES, BACKGROUND)


@pytest.fixture(scope="module")
def region(tmp_path_factory: pytest.TempPathFactory) -> RegionFiles:
    """Return the sample region, up to where the map is read."""
    root = tmp_path_factory.mktemp("markerwaard")
    (root / "config").symlink_to(PROJECT / "config")
    return run_stages(root, REGION, ["fetch_areas", "fetch_figures", "fetch_osm", "fetch_timetables", "build_figures"])


@pytest.fixture(scope="module")
def whole(region: RegionFiles, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the map of the whole sample region."""
    pbf = region.snapshot("osm") / f"{REGION}.osm.pbf"
    return pbf.rename(tmp_path_factory.mktemp("kaart") / pbf.name)


@pytest.fixture(scope="module")
def box(whole: Path) -> Box:
    """Return a part in the middle, with town and country."""
    box = covered([whole], Box(-180, -90, 180, 90))
    assert box is not None
    wide, high = box.east - box.west, box.north - box.south
    return Box(box.west + 0.3 * wide, box.south + 0.3 * high, box.east - 0.3 * wide, box.north - 0.3 * high)


@pytest.fixture(scope="module")
def server(whole: Path) -> Iterator[Server]:
    with running(Overpass({MOMENT: Map(whole)})) as one:
        yield one


@pytest.fixture(scope="module")
def ways(whole: Path, box: Box, server: Server, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Return the same part, cut out of the map, and as Overpass gives it."""
    folder = tmp_path_factory.mktemp("uitsnede")
    found = {name: folder / f"{name}.osm.pbf" for name in ("cut", "overpass")}
    cut([whole], box, found["cut"], MOMENT)
    question = overpass.Question("overpass", asked(**SECTIONS), box, None)
    patient = impatient().model_copy(update={"read_seconds": 60.0})
    web = Web(patient, services_at(overpass=server.address), lambda _: None)
    overpass.fetch(web, question, OverpassSettings(tile_km=4, memory_mb=512), found["overpass"])
    return found


def test_the_tables_are_the_same(ways: dict[str, Path], region: RegionFiles) -> None:
    found = {}
    for name, pbf in ways.items():
        (region.snapshot("osm") / f"{REGION}.osm.pbf").write_bytes(pbf.read_bytes())
        run_stages(
            region.root,
            REGION,
            [
                "build_areas",
                "read_timetables",
                "extract_facilities",
                "extract_background",
                "build_network",
            ],
        )
        found[name] = {contract.name: region.read(contract) for contract in TABLES}
    for contract in TABLES:
        assert len(found["cut"][contract.name]) > 5
        assert found["overpass"][contract.name].equals(found["cut"][contract.name]), contract.name


# --- osmnx as reference: another client, the same service ------------------------------------------------------------


@pytest.fixture
def polygon(box: Box, server: Server, monkeypatch: pytest.MonkeyPatch) -> shapely.Polygon:
    """Return the box, and let osmnx ask the service on this machine."""
    monkeypatch.setattr(socket, "getaddrinfo", socket.getaddrinfo)  # osmnx replaces it for good
    monkeypatch.setattr(osmnx.settings, "overpass_url", f"{server.address}/api")
    monkeypatch.setattr(osmnx.settings, "use_cache", False)
    monkeypatch.setattr(osmnx.settings, "doh_url_template", None)
    return shapely.box(box.west, box.south, box.east, box.north)


def test_osmnx_finds_the_same_walking_network(ways: dict[str, Path], polygon: shapely.Polygon, box: Box) -> None:
    # The rules of the settings in its words; a way without access may be walked where foot says so.
    highways = "|".join(SECTIONS["network"].walkable[0]["highway"])
    on_foot = f'["highway"~"^({highways})$"]["foot"!~"^(no|private|use_sidepath)$"]["area"!~"^yes$"]'
    graph = osmnx.graph_from_polygon(
        polygon, custom_filter=[f'{on_foot}["access"!~"^(no|private)$"]', f'{on_foot}["foot"]'],
        simplify=False, retain_all=True,
    )  # fmt: skip
    there = {frozenset(pair): data["length"] for *pair, data in graph.edges(data=True)}
    read = read_walkable(ways["overpass"], SECTIONS["network"].walkable[:1], SECTIONS["network"].not_walkable)
    edges = unique_edges(edges_of_ways(read.starts, read.node_ids, read.x_m, read.y_m)[1])
    inside = ids_inside(ways["overpass"], box)
    ours = {frozenset(pair): length for *pair, length in edges.itertuples(index=False) if inside.issuperset(pair)}
    assert len(there) > 500
    assert there.keys() == ours.keys()
    # osmnx measures on a sphere, we in the plane of the Dutch grid.
    lengths = np.array([[ours[pair], there[pair]] for pair in there])
    np.testing.assert_allclose(lengths[:, 0], lengths[:, 1], rtol=0.005, atol=0.01)


def ids_inside(pbf: Path, box: Box) -> set[int]:
    nodes = osmium.FileProcessor(str(pbf), osmium.osm.NODE)
    places = ((one.id, one.lon, one.lat) for one in nodes if isinstance(one, osmium.osm.Node))
    return {number for number, x, y in places if box.west <= x <= box.east and box.south <= y <= box.north}


def test_osmnx_finds_the_same_facilities(ways: dict[str, Path], polygon: shapely.Polygon) -> None:
    categories = {
        code: one
        for code, one in SECTIONS["facilities"].categories.items()
        if not one.exclude and all(len(rule) == 1 for rule in one.match)
    }
    tags: dict[str, bool | str | list[str]] = {}
    for key, values in values_of([rule for one in categories.values() for rule in one.match]).items():
        tags[key] = values
    letters = {"node": "n", "way": "w", "relation": "r"}
    there = {f"{letters[kind]}{number}" for kind, number in osmnx.features_from_polygon(polygon, tags).index}
    found = read_facilities(ways["overpass"], categories)
    inside = gpd.GeoSeries(found.geometry, crs="EPSG:28992").to_crs("EPSG:4326").intersects(polygon)
    assert len(there) > 10
    assert there == set(found.loc[inside, "osm_id"])
