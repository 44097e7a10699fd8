"""``woonzorg sources``: every snapshot in a table, and what is the matter with it."""

import hashlib
import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
import yaml

from pipeline.commands.holdings import Outlook, holdings
from pipeline.commands.preflight.source_files import sources_of
from pipeline.config.params import SourceAges
from pipeline.settings_files import read_sections
from pipeline.tables import RegionFiles
from tests import tiny_region
from tests.commands.conftest import Woonzorg
from tests.commands.live import FILE, taking
from tests.services.files import file_handler
from tests.services.server import Server, running
from tests.stage_runs import hashes
from tests.tiny_region import REGION

YOUNG = SourceAges(areas=99, figures=99, osm=99, timetables=1, facility_registers=2)


@pytest.fixture
def region(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a folder with settings and incoming files, as the working folder."""
    tiny_region.write_region(tmp_path)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "160")
    params = tmp_path / "config/params.yaml"
    content = yaml.safe_load(params.read_text(encoding="utf-8"))
    content["preflight"]["max_age_years"] = YOUNG.model_dump()
    params.write_text(yaml.safe_dump(content), encoding="utf-8")
    return tmp_path


@pytest.fixture
def live(region: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    """Return a service that gives one of the tables."""
    content = (region / "data/raw" / REGION / "incoming" / FILE).read_bytes()
    with running(file_handler({f"/{FILE}": content})) as server:
        monkeypatch.setattr("pipeline.stages.fetch_figures.take_snapshot", taking(server.address))
        yield server


def remarks(output: str) -> list[str]:
    return [line.removeprefix("LET OP ") for line in output.splitlines() if line.startswith("LET OP ")]


def test_what_was_not_fetched_yet_is_told(region: Path, woonzorg: Woonzorg) -> None:
    result = woonzorg("sources", REGION)
    assert result.exit_code == 0, result.output
    assert remarks(result.stdout)[0] == f"gebieden.gpkg: is nog niet opgehaald; draai woonzorg fetch {REGION}."
    assert len(remarks(result.stdout)) == 7
    assert result.stdout.count("niet aanwezig") == 7


def test_a_snapshot_is_shown_whole(region: Path, live: Server, woonzorg: Woonzorg) -> None:
    woonzorg("fetch", REGION)
    before = hashes(region)
    result = woonzorg("sources", REGION)
    assert result.exit_code == 0, result.output
    assert remarks(result.stdout) == []
    assert "Er is niets op te merken." in result.stdout
    lines = result.stdout.splitlines()
    place = next(number for number, line in enumerate(lines) if FILE in line)
    shown = " ".join(lines[place : place + 3])
    record = next(
        one
        for one in json.loads((region / "data/raw" / REGION / "figures/provenance.json").read_text(encoding="utf-8"))
        if one["file"] == FILE
    )
    for text in ("Getekende vierkanten (cijfers)", "Test, CC0", "proef, 83502NED", "peildatum 01-01-2024 (", "4 rijen"):
        assert text in shown
    assert f"sha256 {record['sha256'][:8]}" in shown
    moment = record["retrieved_at"]
    assert f"opgehaald {moment[8:10]}-{moment[5:7]}-{moment[:4]} {moment[11:16]} UTC" in shown
    assert hashes(region) == before, "looking changes nothing"
    assert len(live.questions) == 1


def test_other_settings_and_harm_are_told(
    region: Path, live: Server, woonzorg: Woonzorg, monkeypatch: pytest.MonkeyPatch
) -> None:
    woonzorg("fetch", REGION)
    monkeypatch.setattr("pipeline.stages.fetch_figures.take_snapshot", taking(live.address, filter="GM0001"))
    folder = region / "data/raw" / REGION
    (folder / "figures" / FILE).write_text("geknoei", encoding="utf-8")
    (folder / "incoming/cijfers.csv").write_text("anders", encoding="utf-8")
    fetch = f"draai woonzorg fetch {REGION}."
    assert remarks(woonzorg("sources", REGION).stdout) == [
        f"cijfers.csv: in data/raw/{REGION}/incoming staat een ander bestand; neem het over: {fetch}",
        f"{FILE}: hoort bij andere instellingen dan die van nu; {fetch}",
        f"{FILE}: is sinds het ophalen veranderd of beschadigd (sha256 klopt niet); {fetch}",
    ]


def test_what_a_later_release_changed_is_told(region: Path, live: Server, woonzorg: Woonzorg) -> None:
    woonzorg("fetch", REGION)
    folder = region / "data/raw" / REGION / "figures"
    report = folder / f"{FILE}.verschillen.csv"
    report.write_text("soort\n", encoding="utf-8")
    records = json.loads((folder / "provenance.json").read_text(encoding="utf-8"))
    for one in records:
        if one["file"] == FILE:
            one["beside"] = {report.name: hashlib.sha256(report.read_bytes()).hexdigest()}
    (folder / "provenance.json").write_text(json.dumps(records), encoding="utf-8")
    assert remarks(woonzorg("sources", REGION).stdout) == [
        f"{FILE}: is bij de dienst gewijzigd sinds de keer ervoor; de verschillen staan in "
        f"data/raw/{REGION}/figures/{FILE}.verschillen.csv."
    ]


def test_what_will_be_asked_is_shown_before(live: Server, woonzorg: Woonzorg) -> None:
    assert "proef, 83502NED" in woonzorg("sources", REGION).stdout
    assert live.questions == []


def test_a_file_that_the_settings_no_longer_name_is_told(region: Path, woonzorg: Woonzorg) -> None:
    woonzorg("fetch", REGION)
    settings = tiny_region.settings()
    del settings["figures"]["reference"]
    tiny_region.write_settings(region, settings)
    assert remarks(woonzorg("sources", REGION).stdout) == [
        f"gemeente.csv: staat niet meer in de instellingen; draai woonzorg fetch {REGION} om het weg te laten."
    ]


def test_age_is_that_of_the_snapshot(region: Path, woonzorg: Woonzorg) -> None:
    woonzorg("fetch", REGION)
    sections = read_sections(region / "config", ["areas", "figures", "osm"], REGION)
    ages = SourceAges(areas=2, figures=4, osm=4, timetables=1, facility_registers=2)
    outlook = Outlook({}, ages, date(2026, 6, 1))
    held = holdings(RegionFiles(region, REGION), sources_of(sections), outlook)
    told = {one.record["file"]: one.remarks for one in held if one.remarks}
    assert told == {
        file: ("is 2 jaar en 4 maanden oud; kijk of er een nieuwere uitgave is.",)
        for file in ("gebieden.gpkg", "postcodes.geojson")
    }
    assert {one.days for one in held} == {(date(2026, 6, 1) - date(2024, 1, 1)).days}


def test_a_merger_between_the_years_of_two_sources_is_told(region: Path, woonzorg: Woonzorg) -> None:
    woonzorg("fetch", REGION)
    settings = tiny_region.settings()
    settings["region"]["gemeenten"] = {"GM1960": "West Betuwe"}
    settings["figures"]["tables"][2]["year"] = 2018
    tiny_region.write_settings(region, settings)
    (told,) = remarks(woonzorg("sources", REGION).stdout)
    assert told.startswith(
        "West Betuwe (GM1960): in deze omvang pas sinds 2019, met het gebied van Geldermalsen (GM0236)"
    )
    assert "Nog met de oude indeling: gezondheid.csv (2018); neem een uitgave vanaf 2019" in told
