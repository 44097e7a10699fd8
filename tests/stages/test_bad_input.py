"""Bad input gives one clear message per fault, all of a source at once, and leaves earlier outputs as they were."""

import sqlite3
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import pytest
import shapely

from pipeline.errors import SourceError, WoonzorgError
from tests import tiny_region
from tests.stage_runs import hashes, run_stages, stage_names
from tests.tiny_region import REGION

Damage = Callable[[Path], None]


def rewrite(name: str, change: Callable[[str], str]) -> Damage:
    """Return a damage that changes the text of a file."""

    def damage(incoming: Path) -> None:
        path = incoming / name
        path.write_text(change(path.read_text(encoding="utf-8")), encoding="utf-8")

    return damage


def replace(name: str, old: str, new: str) -> Damage:
    def change(text: str) -> str:
        assert old in text
        return text.replace(old, new, 1)

    return rewrite(name, change)


def redraw(change: Callable[[gpd.GeoDataFrame], gpd.GeoDataFrame]) -> Damage:
    """Return a damage that changes the layer of buurten."""

    def damage(incoming: Path) -> None:
        buurten, wijken = tiny_region.areas()
        (incoming / "gebieden.gpkg").unlink()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about the damage itself
            change(buurten).to_file(incoming / "gebieden.gpkg", layer="buurten")
        wijken.to_file(incoming / "gebieden.gpkg", layer="wijken")

    return damage


def with_shape(index: int, shape: shapely.Geometry | None) -> Damage:
    def change(buurten: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
        shapes = buurten.geometry.to_numpy().copy()
        shapes[index] = shape
        return buurten.set_geometry(gpd.GeoSeries(shapes, crs=buurten.crs))

    return redraw(change)


def without_crs(buurten: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(buurten.drop(columns="geometry"), geometry=buurten.geometry.to_numpy())


def swap_axes(buurten: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    return buurten.set_geometry(
        gpd.GeoSeries(shapely.transform(buurten.geometry.to_numpy(), lambda xy: xy[:, ::-1] * 5), crs=buurten.crs)
    )


def no_streets(incoming: Path) -> None:
    osm = tiny_region._Osm()
    tiny_region._add_homes(osm, tiny_region.ORIGIN_X, tiny_region.ORIGIN_Y)
    tiny_region.write_objects(incoming / "vierkant.osm.pbf", osm, 1000)


def write(name: str, content: bytes) -> Damage:
    def damage(incoming: Path) -> None:
        (incoming / name).write_bytes(content)

    return damage


def remove(name: str) -> Damage:
    return lambda incoming: (incoming / name).unlink()


def truncate(name: str, share: float) -> Damage:
    def damage(incoming: Path) -> None:
        content = (incoming / name).read_bytes()
        (incoming / name).write_bytes(content[: int(len(content) * share)])

    return damage


def without_layer(incoming: Path) -> None:
    with sqlite3.connect(incoming / "gebieden.gpkg") as database:
        database.execute("DELETE FROM gpkg_contents WHERE table_name = 'wijken'")
    database.close()


BOW_TIE = shapely.Polygon([(200000, 500000), (201000, 501000), (201000, 500000), (200000, 501000)])
DAMAGES: dict[str, tuple[Damage, list[str]]] = {
    "areas missing": (remove("gebieden.gpkg"), ["gebieden.gpkg: bestand ontbreekt"]),
    "areas empty": (write("gebieden.gpkg", b""), ["bestand is leeg"]),
    "areas truncated": (truncate("gebieden.gpkg", 0.3), ["gebieden.gpkg", "niet leesbaar"]),
    "areas no GeoPackage": (write("gebieden.gpkg", b"geen kaart"), ["niet leesbaar"]),
    "areas without a layer": (without_layer, ["laag wijken"]),
    "areas without CRS": (redraw(without_crs), ["coördinatenstelsel ontbreekt"]),
    "areas in a wrong CRS": (
        redraw(lambda one: one.set_crs("EPSG:4326", allow_override=True)),
        ["ligt buiten Nederland"],
    ),
    "areas with axes swapped": (redraw(swap_axes), ["ligt buiten Nederland", "volgorde van x en y"]),
    "areas crossing themselves": (with_shape(0, BOW_TIE), ["ongeldige geometrie", "BU00010000"]),
    "areas empty geometry": (with_shape(1, shapely.Polygon()), ["geen geometrie", "BU00010001"]),
    "areas null geometry": (with_shape(1, None), ["geen geometrie", "BU00010001"]),
    "areas as lines": (with_shape(2, shapely.LineString([(200000, 500000), (201000, 500000)])), ["geen vlak"]),
    "areas column renamed": (redraw(lambda one: one.rename(columns={"code": "cod"})), ["kolom code ontbreekt"]),
    "areas code twice": (redraw(lambda one: one.assign(code="BU00010000")), ["komt meer dan eens voor", "BU00010000"]),
    "areas code malformed": (
        redraw(lambda one: one.assign(code=["BU1", *one["code"][1:]])),
        ["zonder geldige code", "BU1"],
    ),
    "figures missing": (remove("cijfers.csv"), ["cijfers.csv: bestand ontbreekt"]),
    "figures empty": (write("cijfers.csv", b""), ["bestand is leeg"]),
    "figures only a heading": (rewrite("cijfers.csv", lambda text: text.splitlines()[0]), ["bevat geen rijen"]),
    "figures wrong encoding": (
        write("cijfers.csv", "code,inhabitants\nBé,1".encode("utf-16")),
        ["niet leesbaar als CSV"],
    ),
    "figures column renamed": (replace("cijfers.csv", "homes", "woningen"), ["kolom homes ontbreekt"]),
    "figures column twice": (
        rewrite("cijfers.csv", lambda text: "\n".join(f"{row},{row.rsplit(',')[-1]}" for row in text.split())),
        ["kolom homes komt meer dan eens voor"],
    ),
    "figures text for a number": (
        replace("cijfers.csv", "400", "veel"),
        ["rij 2, kolom inhabitants: 'veel' is geen getal"],
    ),
    "figures decimal comma": (replace("cijfers.csv", "400", '"400,5"'), ["rij 2", "punt als decimaalteken"]),
    "figures negative": (replace("cijfers.csv", "400", "-5"), ["rij 2", "is negatief"]),
    "figures infinite": (replace("cijfers.csv", "400", "inf"), ["rij 2", "oneindig"]),
    "figures code twice": (replace("cijfers.csv", "BU00010001", "BU00010000"), ["rij 3", "komt meer dan eens voor"]),
    "figures code malformed": (replace("cijfers.csv", "BU00010001", "Noord"), ["rij 3", "'Noord' is geen code"]),
    "ages key missing": (rewrite("leeftijd.csv", lambda text: text.replace("80_84", "80-84")), ["'80_84' ontbreekt"]),
    "ages row twice": (replace("leeftijd.csv", "70_74", "65_69"), ["65_69 komt meer dan eens voor"]),
    "rates column renamed": (
        replace("gezondheid.csv", "BeperkingInBewegen_23", "Beperking_23"),
        ["BeperkingInBewegen ontbreekt"],
    ),
    "figures with a thousands separator": (replace("cijfers.csv", "400", "1.4"), ["rij 2", "geen heel aantal"]),
    "figures with a field too many": (replace("cijfers.csv", "400", "400,7"), ["rij 2: 5 velden in plaats van 4"]),
    "figures with semicolons": (rewrite("cijfers.csv", lambda text: text.replace(",", ";")), ["ander scheidingsteken"]),
    "rates above hundred": (replace("gezondheid.csv", "20.0", "120"), ["rij 2", "meer dan 100 procent"]),
    "osm missing": (remove("vierkant.osm.pbf"), ["vierkant.osm.pbf: bestand ontbreekt"]),
    "osm truncated": (truncate("vierkant.osm.pbf", 0.6), ["vierkant.osm.pbf", "niet volledig leesbaar"]),
    "osm no PBF": (write("vierkant.osm.pbf", b"<osm/>"), ["niet volledig leesbaar"]),
    "osm without streets": (no_streets, ["bevat geen straten"]),
}


@pytest.mark.parametrize("name", DAMAGES)
def test_a_fault_is_named_and_earlier_outputs_stay(name: str, tiny: Path) -> None:
    damage, expected = DAMAGES[name]
    incoming = tiny / "data/raw" / REGION / "incoming"
    damage(incoming)
    kept = [
        tiny / "data/processed",
        tiny / "maps",
        *(tiny / "data/raw" / REGION / one for one in ("areas", "figures", "osm")),
    ]
    before = hashes(*kept)
    with pytest.raises(WoonzorgError) as caught:
        run_stages(tiny, REGION)
    message = "\n".join(caught.value.faults)
    for part in expected:
        assert part in message
    assert "Traceback" not in message
    assert hashes(*kept) == before


def test_all_faults_of_a_table_come_at_once(tiny: Path) -> None:
    incoming = tiny / "data/raw" / REGION / "incoming"
    replace("cijfers.csv", "BU00010000,400,100,20", "Noord,veel,-1,20")(incoming)
    replace("leeftijd.csv", "40", "x")(incoming)
    with pytest.raises(SourceError) as caught:
        run_stages(tiny, REGION, ["fetch_figures"])
    assert len(caught.value.faults) == 4


def test_all_missing_files_are_named_at_once(tiny: Path) -> None:
    incoming = tiny / "data/raw" / REGION / "incoming"
    for path in incoming.glob("*.csv"):
        path.unlink()
    with pytest.raises(SourceError) as caught:
        run_stages(tiny, REGION, ["fetch_figures"])
    assert len(caught.value.faults) == 3


def test_an_extract_of_elsewhere_is_refused_and_results_stay(tiny: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    incoming = tiny / "data/raw" / REGION / "incoming"
    monkeypatch.setattr(tiny_region, "ORIGIN_X", tiny_region.ORIGIN_X - 50_000)
    tiny_region.write_osm(incoming / "vierkant.osm.pbf")
    before = hashes(tiny / "data/processed", tiny / "maps")
    with pytest.raises(SourceError, match="overlappen niet"):
        run_stages(tiny, REGION)
    assert hashes(tiny / "data/processed", tiny / "maps") == before


def test_harmless_damage_gives_the_same_results(tiny: Path) -> None:
    incoming = tiny / "data/raw" / REGION / "incoming"
    before = hashes(tiny / "data/processed")
    rewrite("cijfers.csv", lambda text: text.replace("BU0001", " bu0001").replace("400", "400.0 "))(incoming)
    (incoming / "cijfers.csv").write_bytes(b"\xef\xbb\xbf" + (incoming / "cijfers.csv").read_bytes())
    files = run_stages(tiny, REGION, [name for name in stage_names() if name != "publish_map"])
    after = hashes(tiny / "data/processed")
    # The record of what results rest on holds the sha256 of each source: it alone tells that the file is another.
    assert {name for name in after if after[name] != before[name]} == {str(files.basis)}


def test_secret_and_missing_figures_become_unknown(tiny: Path) -> None:
    incoming = tiny / "data/raw" / REGION / "incoming"
    replace("cijfers.csv", "BU00010000,400,100,20", "BU00010000,-99997,.,")(incoming)
    files = run_stages(tiny, REGION, ["fetch_figures", "build_figures"])
    figures = pd.read_parquet(files.processed("figures.parquet")).set_index(["area_code", "variable"])
    for variable in ("inhabitants", "inhabitants_65_plus", "homes"):
        assert figures["value"].isna()["BU00010000", variable]


def reset(change: Callable[[dict[str, Any]], None]) -> Callable[[Path], None]:
    """Return a damage to the settings of the region."""

    def damage(root: Path) -> None:
        content = tiny_region.settings()
        change(content)
        tiny_region.write_settings(root, content)

    return damage


def without_wijken(content: dict[str, Any]) -> None:
    content["areas"]["layers"].pop()


def streets_alone(root: Path) -> None:
    osm = tiny_region._Osm()
    tiny_region._add_streets(osm)
    tiny_region.write_objects(root / "data/raw" / REGION / "incoming/vierkant.osm.pbf", osm, 1000)


def one_short_street(root: Path) -> None:
    osm = tiny_region._Osm()
    x, y = tiny_region.ORIGIN_X, tiny_region.ORIGIN_Y
    osm.way([(x + 400, y + 500), (x + 500, y + 500)], {"highway": "residential"})
    tiny_region._add_homes(osm, x, y + 500)
    tiny_region.write_objects(root / "data/raw" / REGION / "incoming/vierkant.osm.pbf", osm, 8000)


MISFITS: dict[str, tuple[Callable[[Path], None], str]] = {
    "another gemeente": (
        reset(lambda one: one["region"].update(gemeenten={"GM0002": "Elders"})),
        "geen enkel gebied ligt in GM0002",
    ),
    "a filter that leaves nothing": (
        reset(lambda one: one["areas"]["layers"][0].update(where={"naam": ["niets"]})),
        "geen gebieden met",
    ),
    "no layer of wijken": (reset(without_wijken), "een laag met level wijk ontbreekt"),
    "no layer of base areas": (
        reset(lambda one: one["region"].update(base_level="postcode")),
        "een laag met level postcode ontbreekt",
    ),
    "a name for an area that is none": (
        reset(lambda one: one["region"].update(unit_names={"BU00019999": "Nergens"})),
        "BU00019999 is geen gebied",
    ),
    "two names with one code": (
        reset(lambda one: one["region"].update(unit_names={"BU00010000": "!!", "BU00010001": "??"})),
        "geven dezelfde code",
    ),
    "an extract without addresses": (streets_alone, "geen enkele woning gevonden"),
}


@pytest.mark.parametrize("name", MISFITS)
def test_files_and_settings_that_do_not_fit_each_other_leave_the_results(name: str, tiny: Path) -> None:
    misfit, expected = MISFITS[name]
    misfit(tiny)
    before = hashes(tiny / "data/processed", tiny / "maps")
    with pytest.raises(WoonzorgError) as caught:
        run_stages(tiny, REGION)
    assert expected in "\n".join(caught.value.faults)
    assert hashes(tiny / "data/processed", tiny / "maps") == before


def test_an_extract_with_one_short_street_is_refused_and_the_maps_stay(tiny: Path) -> None:
    one_short_street(tiny)
    before = hashes(tiny / "maps", *(tiny / "data/processed" / REGION).glob("network_*"))
    with pytest.raises(SourceError, match="geen samenhangend loopnetwerk"):
        run_stages(tiny, REGION)
    assert hashes(tiny / "maps", *(tiny / "data/processed" / REGION).glob("network_*")) == before
