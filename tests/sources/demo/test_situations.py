"""What the invented region shows of walking with a rollator or wheelchair, and of dorpen that are small together."""

from collections import Counter, defaultdict
from itertools import combinations
from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import shapely

from pipeline.config.params import DemoSettings
from pipeline.settings_files import read_sections
from pipeline.sources.demo import DemoRegion, generate
from pipeline.sources.demo.districts import DISTRICTS
from tests.sources.demo.walking import Tags, Walk
from tests.stage_runs import PROJECT

TOGETHER = ("Kleihuizen", "Zavelhoek", "Dijkmeen")
TOO_SMALL = 25
KAMPEN_SURFACE_SHARE = {
    "unclassified": 0.40,
    "cycleway": 0.84,
    "residential": 0.31,
    "service": 0.17,
    "footway": 0.44,
    "tertiary": 0.58,
    "path": 0.41,
    "track": 0.40,
    "living_street": 0.23,
}
"""Share of length with a surface, Kampen, January 2023."""


@pytest.fixture(scope="module")
def walk(folder: Path) -> Walk:
    return Walk(folder / "markerwaard.osm.pbf")


@pytest.fixture(scope="module")
def shipped() -> DemoRegion:
    settings: DemoSettings = read_sections(PROJECT / "config", ["demo"], "markerwaard")["demo"]
    return generate(settings)


def _centre(region: DemoRegion, name: str) -> tuple[float, float]:
    return region.municipalities[0].plan.place(name).centre


def _no_steps(tags: Tags) -> bool:
    return tags["highway"] != "steps"


def _known_surface(tags: Tags) -> bool:
    return tags["highway"] != "footway" or "surface" in tags


def test_dike_stairs_are_the_short_way_to_the_meeting_place(walk: Walk, region: DemoRegion) -> None:
    (stairs,) = walk.named("Dijktrap")
    assert stairs.tags["highway"] == "steps"
    buildings = region.municipalities[0].buildings
    dorp = shapely.Point(_centre(region, "Dijkmeen"))
    gemaal = min(buildings.loc[buildings["facility"] >= 0, "geometry"], key=dorp.distance).centroid
    start, stop = walk.nearest((dorp.x, dorp.y)), walk.nearest((gemaal.x, gemaal.y))
    on_foot = walk.distance_m(start, stop)
    assert on_foot < 400
    assert walk.distance_m(start, stop, _no_steps) > on_foot + 500


def test_footways_without_surface_are_the_short_way_in_oost(walk: Walk) -> None:
    for name in ("Waterleliepad", "Krabbescheerpad", "Rietlandenpad", "Burgemeesterspad"):
        ways = walk.named(name)
        assert ways
        assert not any("surface" in way.tags for way in ways)
    start, stop = walk.ends("Waterleliepad")
    assert walk.distance_m(start, stop, _known_surface) > walk.distance_m(start, stop) + 100


def test_no_footpath_in_the_unsurveyed_buurten_has_a_surface(walk: Walk, region: DemoRegion) -> None:
    land = region.municipalities[0].buurten
    bare = shapely.union_all(land.loc[land["buurtnaam"].isin(["De Rietlanden", "De Waterlelie"]), "geometry"])
    inside = bare.buffer(-30)
    paths = [
        way.tags
        for way in walk.ways
        if way.tags["highway"] == "footway" and "footway" not in way.tags and inside.contains(way.line)
    ]
    assert len(paths) > 20
    assert not any("surface" in tags for tags in paths)


def test_steep_footbridge_is_the_short_way_over_the_canal(walk: Walk) -> None:
    (deck,) = [way.tags for way in walk.named("Krabbebrug") if "bridge" in way.tags]
    assert deck["incline"] == "10%"
    start, stop = walk.ends("Krabbebrug")
    on_foot = walk.distance_m(start, stop)
    assert on_foot < 150
    assert walk.distance_m(start, stop, lambda tags: tags.get("incline") != "10%") > on_foot + 500


def test_kissing_gates_close_the_path_over_the_railway(walk: Walk) -> None:
    gates = {node for node, tags in walk.node_tags.items() if tags.get("barrier") == "kissing_gate"}
    assert len(gates) == 2
    assert gates <= {node for way in walk.named("Spoorpad") for node in way.node_ids}
    start, stop = walk.ends("Spoorpad")
    on_foot = walk.distance_m(start, stop)
    through_gates = walk.distance_m(start, stop, node=lambda tags: tags.get("barrier") != "kissing_gate")
    assert on_foot < 600
    assert through_gates > on_foot + 200


def test_grass_path_is_the_only_direct_way_to_the_stop(walk: Walk, region: DemoRegion) -> None:
    path = walk.named("Kerkenpad")
    assert {way.tags["surface"] for way in path} == {"grass"}
    x, y = _centre(region, "Kleihuizen")
    start, stop = walk.nearest((x, y)), walk.nearest((x - 275, y))
    on_foot = walk.distance_m(start, stop)
    assert on_foot < 400
    assert walk.distance_m(start, stop, lambda tags: tags.get("surface") != "grass") > on_foot + 1_000


def test_kerbs_stand_on_footways_that_cross_the_avenue_and_nowhere_else(walk: Walk) -> None:
    carriageway = walk.named("Burgemeester Van Gouwenlaan")
    assert {way.tags["foot"] for way in carriageway if way.tags["highway"] == "tertiary"} == {"use_sidepath"}
    kerbs = {node: tags["kerb"] for node, tags in walk.node_tags.items() if "kerb" in tags}
    assert Counter(kerbs.values()) == {"raised": 10, "lowered": 6, "flush": 2}
    unknown = {n for n, tags in walk.node_tags.items() if tags.get("barrier") == "kerb" and "kerb" not in tags}
    assert len(unknown) == 2
    used = {way.tags.get("footway") for way in walk.ways if (kerbs.keys() | unknown) & set(way.node_ids)}
    assert used == {"crossing"}


def test_a_raised_kerb_makes_a_way_round(walk: Walk) -> None:
    raised = {node for node, tags in walk.node_tags.items() if tags.get("kerb") == "raised"}
    halves = [way for way in walk.walked if raised & set(way.node_ids)]
    detours = []
    for one, other in combinations(halves, 2):
        middle = set(one.node_ids) & set(other.node_ids)
        if middle:
            start, stop = ((set(half.node_ids) - middle - raised).pop() for half in (one, other))
            detours.append(walk.distance_m(start, stop, node=lambda tags: tags.get("kerb") != "raised"))
    assert len(detours) == 5
    assert max(detours) > 150


def test_as_much_surface_is_noted_as_mappers_do(walk: Walk) -> None:
    length: defaultdict[str, float] = defaultdict(float)
    noted: defaultdict[str, float] = defaultdict(float)
    for way in walk.ways:
        length[way.tags["highway"]] += way.line.length
        noted[way.tags["highway"]] += way.line.length * ("surface" in way.tags)
    share = {kind: noted[kind] / length[kind] for kind in KAMPEN_SURFACE_SHARE}
    assert share == pytest.approx(KAMPEN_SURFACE_SHARE, abs=0.1)


def test_what_walkers_meet_at_nodes_is_as_rare_as_in_reality(walk: Walk) -> None:
    barriers = Counter(tags["barrier"] for tags in walk.node_tags.values() if "barrier" in tags)
    assert barriers["bollard"] > barriers["gate"] > barriers["cycle_barrier"] > 0
    assert barriers["cattle_grid"] > 0
    inclines = Counter(way.tags["incline"] for way in walk.ways if "incline" in way.tags)
    assert set(inclines) == {"up", "10%"}
    assert inclines.total() < 0.02 * len(walk.ways)


def test_three_dorpen_are_small_and_near_each_other(walk: Walk, shipped: DemoRegion) -> None:
    places = [walk.nearest(_centre(shipped, name)) for name in TOGETHER]
    by_road = [
        walk.distance_m(one, other, lambda tags: tags["highway"] not in ("path", "steps"))
        for one, other in combinations(places, 2)
    ]
    assert max(by_road) < 5_000
    people = shipped.municipalities[0].people
    district = {d.name: index for index, d in enumerate(DISTRICTS)}
    very_old = [int((people["age"] >= 75)[people["district"] == district[name]].sum()) for name in TOGETHER]
    assert sum(count < TOO_SMALL + 5 for count in very_old) == 2
    assert sum(very_old) > 3 * TOO_SMALL


def test_small_dorpen_share_a_wijk_and_a_postcode(shipped: DemoRegion) -> None:
    land: gpd.GeoDataFrame = shipped.municipalities[0].buurten
    rows = land[land["buurtnaam"].isin(TOGETHER)]
    assert len(rows) == len(TOGETHER)
    assert rows["wijknaam"].unique().tolist() == ["Zuidhoek"]
    addresses = shipped.municipalities[0].addresses
    postcodes = addresses.loc[addresses["city"].isin(TOGETHER), "postcode"].str[:4]
    assert np.unique(postcodes).tolist() == ["1488"]
