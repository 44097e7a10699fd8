"""The invented region: the same twice, of the asked size, and importing nothing of ours but settings and errors."""

import ast
from pathlib import Path

import numpy as np
import shapely
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

import pipeline.sources.demo as demo
from pipeline.config.params import DemoSettings
from pipeline.sources.demo import DemoRegion, generate, write_areas, write_figures, write_osm
from pipeline.sources.demo.buildings import HOMES
from pipeline.sources.demo.facilities import FACILITIES
from pipeline.sources.demo.streets import ends_of

ALLOWED_IMPORTS = ("pipeline.config", "pipeline.errors", "pipeline.sources.demo", "pipeline.sources.osm_files")


def test_two_runs_give_the_same_bytes(region: DemoRegion, folder: Path, tmp_path: Path) -> None:
    settings = DemoSettings(seed=region.seed, municipalities=1, addresses=4_000)
    again = generate(settings)
    for write in (write_areas, write_figures, write_osm):
        write(again, tmp_path)
    written = sorted(path.name for path in folder.iterdir())
    assert written == sorted(path.name for path in tmp_path.iterdir())
    assert [name for name in written if (folder / name).read_bytes() != (tmp_path / name).read_bytes()] == []


def test_two_municipalities_are_not_alike(two: DemoRegion) -> None:
    first, second = two.municipalities
    assert len(first.streets) != len(second.streets)


def test_address_count_is_about_the_asked_one(region: DemoRegion) -> None:
    assert 3_800 <= len(region.municipalities[0].addresses) <= 4_200


def test_municipalities_stand_apart_with_their_own_codes(two: DemoRegion) -> None:
    assert [m.buurten["gemeentecode"].unique().tolist() for m in two.municipalities] == [["GM9901"], ["GM9902"]]
    first, second = (shapely.union_all(m.buurten.geometry.to_numpy()) for m in two.municipalities)
    assert not shapely.intersects(first, second)
    postcodes = [set(m.addresses["postcode"].str[:4]) for m in two.municipalities]
    assert not postcodes[0] & postcodes[1]


def test_streets_are_one_network(region: DemoRegion) -> None:
    streets = region.municipalities[0].streets
    start, stop, count = ends_of(streets.geometry)
    graph = coo_matrix((np.ones(len(start)), (start, stop)), shape=(count, count))
    assert connected_components(graph, directed=False)[0] == 1


def test_every_home_has_a_buurt_and_every_facility_a_building(region: DemoRegion) -> None:
    m = region.municipalities[0]
    homes = m.addresses[m.addresses["is_home"] & (m.addresses["city"] != "Oosteroever")]
    land = shapely.union_all(m.buurten.loc[m.buurten["water"] == "NEE"].geometry.to_numpy())
    shapely.prepare(land)
    assert shapely.contains_xy(land, homes[["x", "y"]].to_numpy()).all()
    assert set(m.buildings["facility"]) == set(range(-1, len(FACILITIES)))


def test_no_building_stands_in_another_or_in_the_water(region: DemoRegion) -> None:
    m = region.municipalities[0]
    footprints = m.buildings.geometry.to_numpy()
    inner = shapely.buffer(footprints, -0.3, join_style="mitre")
    one, other = shapely.STRtree(inner).query(inner, predicate="intersects")
    assert (one == other).all()
    assert not shapely.intersects(m.plan.water(), footprints).any()


def test_there_are_five_dorpen_of_different_size(region: DemoRegion) -> None:
    addresses = region.municipalities[0].addresses
    sizes = addresses.groupby("city").size().drop(["Markerstad", "Oosteroever"])
    assert len(sizes) >= 5
    assert sizes.max() > 4 * sizes.min()


def test_old_people_do_not_live_everywhere_alike(region: DemoRegion) -> None:
    people = region.municipalities[0].people
    share = (people["age"] >= 65).groupby(people["district"]).mean()
    assert share.max() > 3 * share.min()
    assert 0.17 < (people["age"] >= 65).mean() < 0.27
    assert 0.38 < (people["age"] >= 75).sum() / (people["age"] >= 65).sum() < 0.52


def test_house_numbers_differ_within_a_street(region: DemoRegion) -> None:
    addresses = region.municipalities[0].addresses
    assert not addresses.duplicated(["city", "street", "number"]).any()


def test_homes_are_homes(region: DemoRegion) -> None:
    m = region.municipalities[0]
    uses = m.buildings["use"].to_numpy()[m.addresses.loc[m.addresses["is_home"], "building"]]
    assert set(uses) <= set(HOMES)


def test_generator_imports_only_settings_and_errors_of_ours() -> None:
    assert demo.__file__ is not None
    imported = [
        name
        for path in sorted(Path(demo.__file__).parent.glob("*.py"))
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        for name in _modules(node)
    ]
    ours = [name for name in imported if name.split(".")[0] == "pipeline"]
    assert [name for name in ours if not name.startswith(ALLOWED_IMPORTS)] == []


def _modules(node: ast.AST) -> list[str]:
    if isinstance(node, ast.ImportFrom):
        assert node.level == 0
        return [node.module or ""]
    return [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
