"""From a new region to a map, all of it asked of services; and again with everything that services do wrong."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from typer.testing import CliRunner, Result

from pipeline import contracts
from pipeline.__main__ import app
from pipeline.sources.snapshots import read_provenance
from pipeline.tables import RegionFiles
from tests.commands.live import list_region
from tests.services.live_region import EXTRACT, FEED, GEMEENTE, Services, live_region
from tests.services.server import FAULTS
from tests.stage_runs import PROJECT, hashes, run_stages, stage_names

REGION = "nieuw-land"
SOURCES = ("areas", "figures", "osm")


@pytest.fixture(scope="module")
def services(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Services]:
    with live_region(tmp_path_factory.mktemp("served")) as running:
        yield running


def woonzorg(root: Path, *arguments: str) -> Result:
    here = Path.cwd()
    os.chdir(root)
    try:
        return CliRunner().invoke(app, list(arguments))
    finally:
        os.chdir(here)


def new_project(root: Path, services: Services) -> Path:
    """Make a project with a new region whose services are here."""
    for name in ("config", "dvc.yaml"):
        copy = shutil.copytree if (PROJECT / name).is_dir() else shutil.copyfile
        copy(PROJECT / name, root / name)
    services.ask_here(root)
    made = woonzorg(root, "new-region", REGION, "--gemeenten", GEMEENTE)
    assert made.exit_code == 0, made.output
    list_region(root, REGION)
    return root


@pytest.fixture(scope="module")
def fetched(services: Services, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a project whose new region was fetched once; tests leave its snapshots as they found them."""
    root = new_project(tmp_path_factory.mktemp("project"), services)
    done = woonzorg(root, "fetch", REGION)
    assert done.exit_code == 0, done.output
    return root


def test_a_new_region_gets_its_map(fetched: Path, services: Services) -> None:
    asked = services.asked
    stages = [name for name in stage_names() if not name.startswith("fetch_")]
    files = run_stages(fetched, REGION, stages)
    assert services.asked == asked, "all was fetched before"
    verdicts = files.read(contracts.VERDICT_TABLE)
    assert set(verdicts["verdict"]) >= {"none", "undetermined"} or len(set(verdicts["verdict"])) > 2
    completeness = files.read(contracts.COMPLETENESS).set_index("category")
    assert completeness.loc[["gp", "supermarket"], "basis"].tolist() == ["cbs", "cbs"]
    assert completeness.loc[["gp", "supermarket"], "judgement"].tolist() == ["doubtful", "complete"]
    assert "kaart.html" in {path.name for path in files.published("kaart.html").parent.iterdir()}
    for source in SOURCES:
        for record in read_provenance(files.snapshot(source)):
            assert {"request", "retrieved_at", "rows", "reference_date", "licence"} <= set(record)


def test_nothing_is_asked_twice_and_offline_asks_nothing(fetched: Path, services: Services) -> None:
    asked, before = services.asked, hashes(fetched / "data/raw")
    for more in ([], ["--offline"]):
        assert woonzorg(fetched, "fetch", REGION, *more).exit_code == 0
    assert services.asked == asked
    assert hashes(fetched / "data/raw") == before


TIMETABLES = {
    "from": "services", "file": "gtfs-nl.zip", "what": "Dienstregelingen", "holder": "Vervoerders", "licence": "CC0",
    "feed": {"service": "timetables", "path": FEED},
}  # fmt: skip


def test_an_extract_and_overpass_give_the_same_tables_and_a_feed_gives_stops(
    fetched: Path, services: Services, tmp_path: Path
) -> None:
    root = new_project(tmp_path, services)
    path = root / f"config/regions/{REGION}.yaml"
    content = yaml.safe_load(path.read_text(encoding="utf-8"))
    content["osm"].pop("overpass")
    content["osm"]["extracts"] = [{"service": "geofabrik", "path": EXTRACT}]
    content["timetables"] = TIMETABLES
    path.write_text(yaml.safe_dump(content, allow_unicode=True, sort_keys=False), encoding="utf-8")
    done = woonzorg(root, "fetch", REGION)
    assert done.exit_code == 0, done.output
    stages = ["build_figures", "build_areas", "build_network"]
    other, first = run_stages(root, REGION, stages), run_stages(fetched, REGION, stages)
    for table in (contracts.NODES, contracts.EDGES, contracts.DWELLINGS):
        assert other.table(table).read_bytes() == first.table(table).read_bytes()
    stops = run_stages(root, REGION, ["read_timetables"]).read(contracts.STOP_SERVICES)
    assert stops["is_hourly"].any()
    assert not stops["is_hourly"].all()


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_that_passes_changes_nothing(name: str, fetched: Path, services: Services) -> None:
    before = {source: _content(fetched, source) for source in SOURCES}
    services.fail_once(FAULTS[name])
    done = woonzorg(fetched, "fetch", REGION, "--force")
    for server in services.servers.values():
        server.faults.clear()
    assert done.exit_code == 0, done.output
    assert {source: _content(fetched, source) for source in SOURCES} == before


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_that_stays_leaves_all_as_it_was(name: str, fetched: Path, services: Services) -> None:
    before = hashes(fetched / "data/raw")
    services.fail(FAULTS[name])
    try:
        done = woonzorg(fetched, "fetch", REGION, "--force")
    finally:
        services.fail(None)
    assert done.exit_code == 1
    assert "Traceback" not in done.output
    told = " ".join(done.output.split())
    for words in ("CBS Open data", "PDOK", "Overpass"):
        assert words in told
    assert "wat er eerder was opgehaald blijft staan" in told
    assert hashes(fetched / "data/raw") == before


def _content(root: Path, source: str) -> dict[str, str]:
    """Return the sha256 of what a snapshot holds, but for the record, which says when it was fetched."""
    folder = RegionFiles(root, REGION).snapshot(source)
    return {path: digest for path, digest in hashes(folder).items() if not path.endswith("provenance.json")}
