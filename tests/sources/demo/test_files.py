"""The files of the invented region, read back with the libraries that read real ones."""

import csv
from collections import Counter
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import geopandas as gpd
import numpy as np
import osmium
import pandas as pd
import pyogrio
import pytest
import shapely
from pyproj import Transformer
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

OSM = "markerwaard.osm.pbf"
DAMS = ("Noorderdam", "Oosterdam")
NOT_WALKED = ("trunk",)
WANTED_TAGS = (
    ("highway", "steps"),
    ("highway", "track"),
    ("highway", "living_street"),
    ("highway", "pedestrian"),
    ("foot", "no"),
    ("access", "private"),
    ("bridge", "yes"),
    ("kerb", "raised"),
    ("surface", "ground"),
    ("railway", "station"),
    ("natural", "water"),
    ("landuse", "forest"),
    ("amenity", "bench"),
    ("healthcare", "sample_collection"),
    ("social_facility:for", "refugee"),
    ("place", "village"),
    ("shop", "supermarket"),
)
SECRET_FIGURE = -99997


@pytest.fixture(scope="module")
def layers(folder: Path) -> dict[str, gpd.GeoDataFrame]:
    path = folder / "gebieden_2024.gpkg"
    return {name: gpd.read_file(path, layer=name) for name, _ in pyogrio.list_layers(path)}


@pytest.fixture(scope="module")
def key_figures(folder: Path) -> pd.DataFrame:
    return pd.read_csv(folder / "kerncijfers_buurten_2024.csv")


def _nodes(folder: Path) -> Iterator[osmium.osm.Node]:
    return (o for o in osmium.FileProcessor(str(folder / OSM)) if isinstance(o, osmium.osm.Node))


def _ways(folder: Path) -> Iterator[osmium.osm.Way]:
    located = osmium.FileProcessor(str(folder / OSM)).with_locations()
    return (o for o in located if isinstance(o, osmium.osm.Way))


def _tags(folder: Path) -> list[dict[str, str]]:
    processor = osmium.FileProcessor(str(folder / OSM))
    return [dict(o.tags) for o in processor if not isinstance(o, osmium.osm.Changeset)]


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_areas_have_the_layers_and_columns_of_the_cbs(layers: dict[str, gpd.GeoDataFrame]) -> None:
    assert list(layers) == ["gemeenten", "wijken", "buurten"]
    assert {str(layer.crs) for layer in layers.values()} == {"EPSG:28992"}
    assert list(layers["wijken"].columns[:-1]) == ["wijkcode", "wijknaam", "gemeentecode", "gemeentenaam", "water"]
    assert layers["buurten"]["buurtcode"].is_unique
    assert layers["buurten"]["buurtcode"].str.fullmatch(r"BU9901\d{4}").all()
    assert layers["buurten"]["water"].value_counts()["JA"] == 1


def test_buurten_tile_their_wijken_and_the_wijken_their_gemeente(layers: dict[str, gpd.GeoDataFrame]) -> None:
    buurten, wijken, gemeenten = layers["buurten"], layers["wijken"], layers["gemeenten"]
    assert all(layer.geometry.is_valid.all() for layer in layers.values())
    per_wijk = buurten.area.groupby(buurten["wijkcode"]).sum()
    assert np.allclose(per_wijk.sort_index(), wijken.set_index("wijkcode").area.sort_index(), rtol=1e-6)
    assert np.isclose(wijken.area.sum(), gemeenten.area.sum(), rtol=1e-6)
    assert np.isclose(shapely.union_all(buurten.geometry.to_numpy()).area, buurten.area.sum(), rtol=1e-6)


def test_key_figures_name_every_buurt_and_mark_what_is_secret(
    key_figures: pd.DataFrame, layers: dict[str, gpd.GeoDataFrame]
) -> None:
    assert set(key_figures["buurtcode"]) == set(layers["buurten"]["buurtcode"])
    land = key_figures[key_figures["water"] == "NEE"]
    secret = land[land["aantal_inwoners"] == SECRET_FIGURE]
    assert secret["buurtnaam"].to_list() == ["Buitengebied Noorderkoog"]
    partly = (land["percentage_personen_65_jaar_en_ouder"] == SECRET_FIGURE) & (land["aantal_inwoners"] > 0)
    assert land.loc[partly, "buurtnaam"].to_list() == ["Buitengebied Slikhoek"]
    empty = land[land["aantal_inwoners"] == 0]
    assert len(empty) == 2
    shown = land.drop(secret.index)
    assert (shown[["aantal_inwoners", "woningvoorraad", "aantal_huishoudens"]] % 5 == 0).all(axis=None)


def test_ages_add_up_to_their_postcode_and_sex(folder: Path) -> None:
    rows = _rows(folder / "bevolking_pc4_leeftijd_2023.csv")
    assert {len(row["Geslacht"]) for row in rows} == {8}
    assert {len(row["Leeftijd"]) for row in rows} == {8}
    assert {len(row["Postcode"]) for row in rows} == {8}
    total = [r for r in rows if r["Geslacht"].strip() == "T001038"]
    per_postcode: Counter[str] = Counter()
    for row in total:
        sign = -1 if row["Leeftijd"].strip() == "10000" else 1
        per_postcode[row["Postcode"]] += sign * int(row["Bevolking_1"])
    assert len(per_postcode) == 11
    assert max(abs(gap) for gap in per_postcode.values()) <= 2.5 * 21
    assert any(row["Bevolking_1"].strip() == "." for row in rows)


def test_health_rows_cover_gemeente_wijken_and_buurten(folder: Path) -> None:
    rows = _rows(folder / "gezondheid_65plus_2022.csv")
    assert Counter(row["SoortRegio_2"].strip() for row in rows) == {"Gemeente": 1, "Wijk": 12, "Buurt": 31}
    assert all(len(row["WijkenEnBuurten"]) == 10 for row in rows)
    shown = [row["BeperkingInBewegen_23"].strip() for row in rows]
    assert "." in shown
    assert all(5 < float(value) < 60 for value in shown if value != ".")


def test_gemeente_has_the_car_distances_of_the_cbs(folder: Path) -> None:
    (row,) = _rows(folder / "gemeente_2024.csv")
    assert float(row["grote_supermarkt_gemiddelde_afstand_in_km"]) > 0
    assert row["gemeentecode"] == "GM9901"


def test_osm_ids_are_sorted_and_the_box_is_in_the_header(folder: Path) -> None:
    for ids in ([n.id for n in _nodes(folder)], [w.id for w in _ways(folder)]):
        assert ids == sorted(set(ids))
    with osmium.io.Reader(str(folder / OSM)) as reader:
        box = reader.header().box()
    places = np.array([(n.location.lon, n.location.lat) for n in _nodes(folder)])
    assert box.valid()
    assert (places.min(axis=0) >= (box.bottom_left.lon, box.bottom_left.lat)).all()
    assert (places.max(axis=0) <= (box.top_right.lon, box.top_right.lat)).all()


def test_walking_graph_hangs_together(folder: Path) -> None:
    legs = [
        leg
        for way in _ways(folder)
        if way.tags.get("highway", "trunk") not in NOT_WALKED
        for leg in pairwise(node.ref for node in way.nodes)
    ]
    nodes, index = np.unique(np.array(legs), return_inverse=True)
    start, stop = index.reshape(-1, 2).T
    graph = coo_matrix((np.ones(len(start)), (start, stop)), shape=(len(nodes), len(nodes)))
    _, label = connected_components(graph, directed=False)
    assert np.bincount(label).max() >= 0.98 * len(nodes)


def test_osm_holds_what_walkers_meet(folder: Path) -> None:
    found = Counter(pair for tags in _tags(folder) for pair in tags.items())
    assert [pair for pair in WANTED_TAGS if not found[pair]] == []


def test_osm_has_the_defects_of_real_files(folder: Path) -> None:
    nodes = {node.id for node in _nodes(folder)}
    assert sum(node.ref not in nodes for way in _ways(folder) for node in way.nodes) == 1
    addresses = [dict(node.tags) for node in _nodes(folder) if "addr:housenumber" in node.tags]
    assert sum("addr:postcode" not in tags for tags in addresses) == 1
    assert max(Counter(tuple(sorted(tags.items())) for tags in addresses).values()) == 2
    outlines = [shapely.Polygon([(n.lon, n.lat) for n in way.nodes]) for way in _ways(folder) if "building" in way.tags]
    assert sum(not outline.is_valid for outline in outlines) == 2


def test_a_way_leaves_the_extract_near_one_dorp_only(folder: Path) -> None:
    dams = [n.location for way in _ways(folder) if way.tags.get("name") in DAMS for n in way.nodes]
    exits = [max(dams, key=lambda p: p.lat), max(dams, key=lambda p: p.lon)]
    homes: dict[str, list[osmium.osm.Location]] = {}
    for node in _nodes(folder):
        if "addr:city" in node.tags:
            homes.setdefault(node.tags["addr:city"], []).append(node.location)
    nearest_m = {city: shapely.distance(_on_rd(places), _on_rd(exits)) for city, places in homes.items()}
    assert nearest_m.pop("Noorderkoog") < 1_000
    assert min(nearest_m.values()) > 1_500


def _on_rd(places: list[osmium.osm.Location]) -> shapely.Geometry:
    to_rd = Transformer.from_crs(4326, 28992, always_xy=True)
    return shapely.MultiPoint(np.column_stack(to_rd.transform([p.lon for p in places], [p.lat for p in places])))
