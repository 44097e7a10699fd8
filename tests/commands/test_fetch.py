"""``woonzorg fetch``: what is asked, kept and told; and nothing is lost by a fault or by Ctrl-C."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from filelock import FileLock

from pipeline.commands.fetch_stages import fetch_stages
from pipeline.commands.undoing import undone_if_interrupted
from pipeline.sources.snapshots import records_by_file
from pipeline.tables import RegionFiles
from tests import tiny_region
from tests.commands.conftest import Woonzorg
from tests.commands.live import FILE, snapshot, taking
from tests.services.files import file_handler
from tests.services.server import FAULTS, Fault, Server, running
from tests.stage_runs import PROJECT, hashes
from tests.tiny_region import REGION


@pytest.fixture
def region(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a folder with settings and incoming files, as the working folder."""
    tiny_region.write_region(tmp_path)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "200")
    return tmp_path


@pytest.fixture
def server(region: Path) -> Iterator[Server]:
    content = (region / "data/raw" / REGION / "incoming" / FILE).read_bytes()
    with running(file_handler({f"/{FILE}": content})) as one:
        yield one


@pytest.fixture
def live(server: Server, monkeypatch: pytest.MonkeyPatch) -> Server:
    """Return a service that gives one of the tables."""
    monkeypatch.setattr("pipeline.stages.fetch_figures.take_snapshot", taking(server.address))
    return server


def done(output: str) -> dict[str, str]:
    """Return what the table says was done with each file."""
    rows = [[cell.strip() for cell in line.split("│")[1:-1]] for line in output.splitlines() if line.startswith("│")]
    return {row[0]: row[2] for row in rows}


def test_files_of_the_user_are_taken_over_and_told(region: Path, woonzorg: Woonzorg) -> None:
    result = woonzorg("fetch", REGION)
    assert result.exit_code == 0, result.output
    assert "cijfers overnemen" in result.stdout
    assert set(done(result.stdout).values()) == {"overgenomen uit incoming"}
    assert len(done(result.stdout)) == 7
    assert set(done(woonzorg("fetch", REGION).stdout).values()) == {"overgenomen, ongewijzigd"}


def test_a_service_is_asked_once_unless_the_user_wants_it_again(live: Server, woonzorg: Woonzorg) -> None:
    first = woonzorg("fetch", REGION)
    assert done(first.stdout)[FILE] == "opgehaald"
    row = next(line for line in first.stdout.splitlines() if f"│ {FILE}" in line)
    assert [cell.strip() for cell in row.split("│")[4:6]] == ["4", "01-01-2024"]
    assert done(woonzorg("fetch", REGION).stdout)[FILE] == "behouden"
    assert done(woonzorg("fetch", REGION, "--offline").stdout)[FILE] == "behouden"
    assert len(live.questions) == 1
    assert done(woonzorg("fetch", REGION, "--force").stdout)[FILE] == "opgehaald"
    assert len(live.questions) == 2


def test_another_licence_is_noted_without_asking_again(region: Path, live: Server, woonzorg: Woonzorg) -> None:
    woonzorg("fetch", REGION)
    path = region / f"config/regions/{REGION}.yaml"
    settings = yaml.safe_load(path.read_text(encoding="utf-8"))
    next(one for one in settings["figures"]["tables"] if one["file"] == FILE)["licence"] = "CC BY 4.0"
    path.write_text(yaml.safe_dump(settings), encoding="utf-8")
    assert done(woonzorg("fetch", REGION).stdout)[FILE] == "behouden"
    assert len(live.questions) == 1
    assert records_by_file(region / "data/raw" / REGION / "figures")[FILE]["licence"] == "CC BY 4.0"


def test_offline_says_what_is_missing_and_asks_nothing(region: Path, live: Server, woonzorg: Woonzorg) -> None:
    result = woonzorg("fetch", REGION, "--offline")
    assert result.exit_code == 1
    assert live.questions == []
    (fault,) = result.stderr.splitlines()
    assert fault.startswith(f"FOUT cijfers overnemen: {FILE} (Getekende vierkanten): staat niet in de momentopname")
    assert not (region / "data/raw" / REGION / "figures").exists()


def test_faults_of_all_sources_come_together_and_what_failed_is_as_it_was(
    region: Path, live: Server, woonzorg: Woonzorg
) -> None:
    woonzorg("fetch", REGION)
    before = snapshot(region, "figures")
    incoming = region / "data/raw" / REGION / "incoming"
    (incoming / "vierkant.osm.pbf").unlink()
    tiny_region.write_areas(incoming)
    live.always = FAULTS["500"]
    result = woonzorg("fetch", REGION, "--force")
    assert result.exit_code == 1
    faults = result.stderr.splitlines()
    assert [fault.split(":")[0] for fault in faults] == ["FOUT cijfers overnemen", "FOUT OpenStreetMap overnemen"]
    assert "de dienst antwoordt 500, ook na 3 pogingen" in faults[0]
    assert snapshot(region, "figures") == before
    assert done(result.stdout)[FILE] == "mislukt; de eerdere blijft"
    assert done(result.stdout)["gebieden.gpkg"].startswith("overgenomen")


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_that_passes_gives_the_same_table_and_one_that_stays_changes_nothing(
    fault: str, region: Path, live: Server, woonzorg: Woonzorg
) -> None:
    live.faults.append(FAULTS[fault])
    result = woonzorg("fetch", REGION)
    assert result.exit_code == 0, result.output
    assert "opnieuw over" in result.stdout
    assert snapshot(region, "figures")[FILE] == (region / "data/raw" / REGION / "incoming" / FILE).read_bytes()
    before = hashes(region / "data/raw")
    live.always = FAULTS[fault]
    result = woonzorg("fetch", REGION, "--force")
    assert result.exit_code == 1
    assert len(result.stderr.splitlines()) == 1
    assert hashes(region / "data/raw") == before


def test_a_full_disk_is_one_message(region: Path, woonzorg: Woonzorg, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("pipeline.stages.fetch_osm.take_snapshot", full)
    result = woonzorg("fetch", REGION)
    assert result.exit_code == 1
    line, waiting = result.stderr.splitlines()
    assert "registers van voorzieningen overnemen: kan pas" in waiting
    assert "No space left on device" in line
    assert "De eerdere momentopname staat er nog." in line
    assert not list((region / "data/raw" / REGION).glob(".*"))


def test_ctrl_c_leaves_everything_as_it_was(region: Path, woonzorg: Woonzorg, monkeypatch: pytest.MonkeyPatch) -> None:
    woonzorg("fetch", REGION)
    before = hashes(region / "data/raw")
    incoming = region / "data/raw" / REGION / "incoming"
    tiny_region.write_csv(incoming / "gezondheid.csv", [{"WijkenEnBuurten": "GM0001", "BeperkingInBewegen": "1.0"}])
    changed = hashes(incoming)

    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("pipeline.stages.fetch_osm.take_snapshot", interrupted)
    result = woonzorg("fetch", REGION)
    assert result.exit_code == 130
    assert result.stderr.splitlines() == [
        "Afgebroken. Alle momentopnamen zijn zoals ze waren; een begonnen download gaat de volgende keer verder."
    ]
    assert hashes(region / "data/raw") == {**before, **changed}


@pytest.mark.skipif(sys.platform == "win32", reason="Ctrl-C cannot be sent to a process on Windows")
def test_a_real_ctrl_c_in_mid_download(region: Path, server: Server) -> None:
    server.always = Fault(cut=0.5, silent_seconds=60)
    command = [sys.executable, "-m", "tests.commands.interrupted_fetch", server.address, "fetch", REGION]
    environment = {**os.environ, "PYTHONPATH": str(PROJECT), "PYTHONUNBUFFERED": "1"}
    with subprocess.Popen(
        command, cwd=region, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        until = time.monotonic() + 60
        while not server.questions and time.monotonic() < until and process.poll() is None:
            time.sleep(0.02)
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=60)
    assert process.returncode == 130, errors
    assert errors.startswith("Afgebroken.")
    assert "Traceback" not in errors
    assert {path.name for path in (region / "data/raw" / REGION).iterdir()} == {"incoming", "registers"}


def test_folders_go_back_also_where_there_was_none(tmp_path: Path) -> None:
    old, new = tmp_path / "old", tmp_path / "new"
    old.mkdir()
    (old / "a").write_text("1")

    def change() -> None:
        with undone_if_interrupted([old, new]):
            (old / "a").unlink()
            (old / "b").write_text("2")
            new.mkdir()
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        change()
    assert [path.name for path in tmp_path.iterdir()] == ["old"]
    assert {path.name: path.read_text() for path in old.iterdir()} == {"a": "1"}


def test_two_at_once_is_one_message(region: Path, woonzorg: Woonzorg) -> None:
    (region / ".woonzorg").mkdir()
    with FileLock(region / f".woonzorg/snapshots-{REGION}.lock"):
        result = woonzorg("fetch", REGION)
    assert result.exit_code == 1
    assert "worden al door een andere opdracht opgehaald" in result.stderr
    assert not (region / "data/raw" / REGION / "areas").exists()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("fetch", "elders"), "regio 'elders' bestaat niet; kies uit:"),
        (("fetch", "../vierkant"), "regio '../vierkant' bestaat niet"),
        (("fetch", REGION, "--force", "--offline"), "--force en --offline gaan niet samen"),
    ],
)
def test_what_cannot_be_meant_is_told(
    arguments: tuple[str, ...], message: str, region: Path, woonzorg: Woonzorg
) -> None:
    result = woonzorg(*arguments)
    assert result.exit_code == 1
    assert message in result.stderr


def test_every_stage_that_fetches_can_be_told_when_to_ask(region: Path) -> None:
    files = RegionFiles(region, REGION)
    stages = fetch_stages(files)
    assert {"fetch_areas", "fetch_figures", "fetch_osm"} <= {stage.name for stage in stages}
    for stage in stages:
        assert stage.requests() == {}
        assert not any(folder.exists() for folder in stage.folders), "looking writes nothing"


DAMAGED = ('[{"file": "a"', '[{"file": "a"}]', '{"file": "a"}', "[1]")


@pytest.mark.parametrize("text", DAMAGED)
def test_a_damaged_record_is_no_record(text: str, tmp_path: Path) -> None:
    (tmp_path / "provenance.json").write_text(text, encoding="utf-8")
    assert records_by_file(tmp_path) == {}


@pytest.mark.parametrize("text", DAMAGED)
def test_a_damaged_record_is_told_and_not_bundled(text: str, region: Path, woonzorg: Woonzorg) -> None:
    assert woonzorg("fetch", REGION).exit_code == 0
    (region / "data/raw" / REGION / "figures/provenance.json").write_text(text, encoding="utf-8")
    told = woonzorg("sources", REGION)
    assert (told.exit_code, "is nog niet opgehaald" in told.output) == (0, True)
    bundled = woonzorg("bundle", REGION)
    assert bundled.exit_code == 1
    assert "figures/provenance.json: is beschadigd" in bundled.stderr


def test_a_source_that_rests_on_another_waits_for_it(region: Path, woonzorg: Woonzorg) -> None:
    (region / "data/raw" / REGION / "incoming/gebieden.gpkg").unlink()
    faults = woonzorg("fetch", REGION).stderr.splitlines()
    assert len(faults) == 3
    assert "gebieden.gpkg: bestand ontbreekt" in faults[0]
    assert "registers van voorzieningen overnemen: kan pas" in faults[2]
    assert faults[1] == (
        "FOUT OpenStreetMap overnemen: kan pas als er een momentopname is van grenzen; los eerst die fout op."
    )
