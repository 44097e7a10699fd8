"""The map from services: the same tables whichever way it comes, nothing twice, and nothing lost when they fail."""

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import osmium
import pandas as pd
import pytest
import yaml
from osmium.osm.mutable import Node

from pipeline.contracts import BACKGROUND, DWELLINGS, EDGES, MAPPED_FACILITIES, NODES, Contract
from pipeline.errors import SourceError
from pipeline.settings_files import read_sections
from pipeline.sources import osm_cut
from pipeline.sources.fetching import Mode
from pipeline.sources.osm_cut import Box
from pipeline.sources.snapshots import read_provenance
from pipeline.stages.fetch_osm import fetch_osm
from pipeline.stages.run import sections_of
from pipeline.stages.services import DOWNLOADS
from pipeline.tables import RegionFiles
from tests import tiny_region
from tests.services.live_osm import (
    EXTRACTS,
    MOMENT,
    OVERPASS,
    PATH,
    as_geofabrik,
    fetch,
    map_services,
    set_osm,
    set_services,
)
from tests.services.overpass import Map
from tests.services.server import FAULTS, Fault, Server, running
from tests.stage_runs import PROJECT, hashes, run_stages
from tests.tiny_region import REGION

WAYS = {"overpass": OVERPASS, "extracts": EXTRACTS}
TABLES = (NODES, EDGES, DWELLINGS, MAPPED_FACILITIES, BACKGROUND)
UP_TO_TABLES = ["build_areas", "extract_facilities", "extract_background", "build_network"]
FILES: dict[str, bytes] = {}


@pytest.fixture(scope="module")
def tiny_map(finished_tiny_region: Path) -> Path:
    return finished_tiny_region / "data/raw" / REGION / "incoming/vierkant.osm.pbf"


@pytest.fixture
def server(tiny_map: Path) -> Iterator[Server]:
    FILES.clear()
    FILES.update(as_geofabrik(tiny_map.read_bytes()))
    with running(map_services(FILES, Map(tiny_map))) as one:
        yield one


@pytest.fixture
def root(tiny: Path, server: Server) -> Path:
    """Return the tiny region, finished, of which the map was put down by the user; the services are set."""
    set_services(tiny, server.address)
    return tiny


def snapshot(root: Path) -> Path:
    return RegionFiles(root, REGION).snapshot("osm")


def tables(root: Path, region: str) -> dict[str, pd.DataFrame]:
    files = run_stages(root, region, UP_TO_TABLES)
    return {contract.name: files.read(contract) for contract in TABLES}


def require_equal(found: dict[str, pd.DataFrame], wanted: dict[str, pd.DataFrame]) -> None:
    for contract in TABLES:
        _require_rows(contract, wanted)
        assert found[contract.name].equals(wanted[contract.name]), contract.name


def _require_rows(contract: Contract, frames: dict[str, pd.DataFrame]) -> None:
    assert len(frames[contract.name]) > (0 if contract is BACKGROUND else 1), f"{contract.name}: nothing to compare"


# --- Both ways give the same -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("way", WAYS)
def test_a_service_gives_the_tables_of_the_file_that_it_has(way: str, root: Path) -> None:
    from_file = tables(root, REGION)
    fetch(root, **{**WAYS[way], "reference_date": "2020-01-01"})
    require_equal(tables(root, REGION), from_file)


def test_halves_from_either_side_of_a_border_give_the_tables_of_the_whole(root: Path, tmp_path: Path) -> None:
    from_file = tables(root, REGION)
    middle = osm_cut.box_around(tiny_region.square(0, 0)).east
    paths = [PATH.replace("vierkant", name) for name in ("west", "oost")]
    whole = Path(root, "data/raw", REGION, "incoming/vierkant.osm.pbf")
    for path, box in zip(paths, (Box(0, 50, middle, 54), Box(middle, 50, 9, 54)), strict=True):
        half = tmp_path / Path(path).name
        osm_cut.cut([whole], box, half, MOMENT)
        FILES.update(as_geofabrik(half.read_bytes(), path))
    fetch(root, extracts=[{"service": "geofabrik", "path": path} for path in paths])
    require_equal(tables(root, REGION), from_file)


# --- What is recorded, and when a service is asked -------------------------------------------------------------------


@pytest.mark.parametrize("way", WAYS)
def test_the_record_tells_the_day_of_the_map_and_what_was_asked(way: str, root: Path, server: Server) -> None:
    days = {"overpass": "2025-03-01", "extracts": "2020-01-01"}
    (record,) = read_provenance(fetch(root, **{**WAYS[way], "reference_date": "2020-01-01"}).snapshot("osm"))
    assert record["reference_date"] == days[way]
    assert record["rows"] > 100
    assert record["request"]["box"]["west"] < record["request"]["box"]["east"]
    assert server.address in str(record["request"])


@pytest.mark.parametrize("way", WAYS)
def test_an_unchanged_request_is_not_made_again(way: str, root: Path, server: Server) -> None:
    osm = {**WAYS[way], "reference_date": "2020-01-01"}
    before = hashes(fetch(root, **osm).snapshot("osm"))
    asked = len(server.questions)
    assert hashes(fetch(root, **osm).snapshot("osm")) == before
    assert len(server.questions) == asked


@pytest.mark.parametrize(("way", "is_asked"), [("overpass", True), ("extracts", False)])
def test_a_new_layer_is_asked_of_overpass_and_is_in_an_extract_already(
    way: str, is_asked: bool, root: Path, server: Server
) -> None:
    osm = {**WAYS[way], "reference_date": "2020-01-01"}
    fetch(root, **osm)
    asked = len(server.questions)
    path = root / "config/facilities.yaml"
    settings = yaml.safe_load(path.read_text(encoding="utf-8"))
    settings["facilities"]["categories"]["bench"]["match"].append({"leisure": "picnic_table"})
    path.write_text(yaml.safe_dump(settings, allow_unicode=True), encoding="utf-8")
    fetch(root, **osm)
    assert (len(server.questions) > asked) == is_asked
    if is_asked:
        assert 'node["leisure"="picnic_table"]' in server.questions[-1].query["data"]


def test_no_more_is_fetched_than_the_region_with_its_buffer(root: Path, server: Server) -> None:
    (record,) = read_provenance(fetch(root, **OVERPASS).snapshot("osm"))
    box = record["request"]["box"]
    # 2 km of region and 5 km of buffer to either side; a degree is 111 km high there.
    assert (box["north"] - box["south"]) * 111.2 == pytest.approx(12, abs=0.4)


@pytest.mark.parametrize("way", WAYS)
def test_offline_asks_nothing_and_says_what_is_missing(way: str, root: Path, server: Server) -> None:
    before = hashes(snapshot(root))
    set_osm(root, **WAYS[way])
    with pytest.raises(SourceError, match="haal het op zonder --offline"):
        again(root, Mode.OFFLINE)
    assert (server.questions, hashes(snapshot(root))) == ([], before)


def again(root: Path, mode: Mode) -> None:
    fetch_osm(RegionFiles(root, REGION), **read_sections(root / "config", sections_of(fetch_osm), REGION), mode=mode)


# --- What goes wrong -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("way", WAYS)
def test_a_service_that_fails_for_good_leaves_what_was_there(way: str, root: Path, server: Server) -> None:
    osm: dict[str, Any] = {**WAYS[way], "reference_date": "2020-01-01"}
    before = hashes(fetch(root, **osm).snapshot("osm").parent)
    for fault in FAULTS.values():
        server.always = fault
        with pytest.raises(SourceError) as caught:
            again(root, Mode.FORCE)
        assert len(caught.value.faults) == 1
        assert hashes(snapshot(root).parent) == before
    server.always = None
    again(root, Mode.FORCE)
    del before[str(snapshot(root) / "provenance.json")]  # of another moment now
    after = hashes(snapshot(root).parent)
    assert {name: after[name] for name in before} == before


@pytest.mark.parametrize("stop", [signal.SIGKILL, signal.SIGINT])
def test_a_download_that_is_stopped_goes_on_and_equals_an_undisturbed_one(
    stop: signal.Signals, root: Path, server: Server, tiny_map: Path, tmp_path: Path
) -> None:
    FILES.update(as_geofabrik(with_noise(tiny_map, tmp_path / "ruis.osm.pbf")))
    set_services(root, server.address, read_seconds=60)
    set_osm(root, **EXTRACTS, reference_date="2020-01-01")
    before = hashes(snapshot(root))
    server.faults.extend([None, None, Fault(cut=0.5, silent_seconds=60)])
    command = [sys.executable, "-m", "pipeline.stages.fetch_osm", REGION]
    environment = os.environ | {"PYTHONPATH": str(PROJECT)}
    with subprocess.Popen(command, cwd=root, env=environment, stderr=subprocess.DEVNULL) as run:
        wait_for_a_part(root / DOWNLOADS)
        run.send_signal(stop)
    assert run.returncode != 0
    assert hashes(snapshot(root)) == before
    again(root, Mode.MISSING)
    assert int(server.questions[-1].headers["range"].removeprefix("bytes=").removesuffix("-")) > 10_000
    resumed = (snapshot(root) / "vierkant.osm.pbf").read_bytes()
    again(root, Mode.FORCE)
    assert "range" not in server.questions[-1].headers
    assert (snapshot(root) / "vierkant.osm.pbf").read_bytes() == resumed


def with_noise(pbf: Path, target: Path) -> bytes:
    """Return an extract with nodes added that make it larger than a piece of a download."""
    rng = random.Random(1932)
    with osmium.SimpleWriter(str(target)) as writer:
        for node in osmium.FileProcessor(str(pbf), osmium.osm.NODE):
            writer.add(node)
        for number in range(3000):
            tags = {"note": rng.randbytes(16).hex()}
            writer.add_node(Node(id=1_000_000 + number, location=(6.0, 52.5), tags=tags))
        for way in osmium.FileProcessor(str(pbf), osmium.osm.WAY):
            writer.add(way)
    return target.read_bytes()


def wait_for_a_part(folder: Path) -> None:
    until = time.monotonic() + 120
    while not any(one.stat().st_size for one in folder.glob("*") if not one.suffix):
        assert time.monotonic() < until, "nothing came"
        time.sleep(0.05)


def test_areas_that_are_not_there_yet_are_a_message(root: Path) -> None:
    set_osm(root, **OVERPASS)
    for path in RegionFiles(root, REGION).snapshot("areas").iterdir():
        path.unlink()
    with pytest.raises(SourceError, match=r"gebieden\.gpkg"):
        again(root, Mode.MISSING)
