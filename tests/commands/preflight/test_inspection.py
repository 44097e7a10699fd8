"""Everything that can be told before a run, on a tiny region."""

import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from pipeline.commands.preflight.inspection import Inspection, Surroundings, inspect_project
from pipeline.errors import WoonzorgError
from pipeline.sources.snapshots import record_of, write_records
from pipeline.stages.run import DURATIONS
from tests import tiny_region
from tests.commands.preflight.test_source_files import named
from tests.stage_runs import stage_names
from tests.tiny_region import REGION

NEEDED = ("data/raw/markerwaard/incoming", "data/raw/markerwaard/registers", "data/baselines/markerwaard")
INCOMING = Path("data/raw") / REGION / "incoming"
Inspect = Callable[..., Inspection]


@pytest.fixture
def inspect(project: Path, surroundings: Surroundings, monkeypatch: pytest.MonkeyPatch) -> Inspect:
    monkeypatch.chdir(project)

    def inspected(**choices: object) -> Inspection:
        changes = {name: choices.pop(name) for name in ("free_bytes", "changed_stages") if name in choices}
        return inspect_project(Path(), replace(surroundings, **changes), **choices)  # type: ignore[arg-type]

    return inspected


def change(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def facts(inspection: Inspection) -> dict[str, str]:
    return dict(inspection.regions[REGION].facts)


def about_sources(inspection: Inspection) -> list[str]:
    """Return the remarks but for what the tiny region itself leaves unplaced, which these tests are not about."""
    results = ("van de inwoners is op een woning geplaatst", "het aantal gevonden woningen")
    return [remark for remark in inspection.remarks if not any(one in remark for one in results)]


def test_a_sound_region_has_no_faults_and_nothing_to_do(inspect: Inspect) -> None:
    found = inspect()
    assert found.faults == []
    assert about_sources(found) == []
    assert {subject: text for subject, text in facts(found).items() if subject != "Inwoners"} == {
        "Bestanden": "7 bestanden, 0,1 MB; gelijk aan de vorige run",
        "Peildatum grenzen": "01-01-2024",
        "Peildatum cijfers": "01-01-2024",
        "Peildatum OpenStreetMap": "01-01-2024",
        "Voorzieningen": "0 zonder weg in de buurt",
        "Uittreksel": "reikt ten minste 5 km buiten de regio",
    }
    assert found.forecast is not None
    assert found.forecast.seconds == {}


def test_looking_changes_nothing(project: Path, inspect: Inspect) -> None:
    before = {path: path.stat().st_mtime_ns for path in project.rglob("*")}
    inspect()
    assert {path: path.stat().st_mtime_ns for path in project.rglob("*")} == before


def test_faults_of_every_kind_come_at_once(project: Path, inspect: Inspect) -> None:
    change(project / "config/params.yaml", "share_beyond: 0.50", "share_beyond: 2")
    change(project / f"config/regions/{REGION}.yaml", "base_level: buurt", "base_level: straat")
    change(project / "config/target_groups.yaml", "low: 0.33", "low: 0.53")
    (project / INCOMING / "cijfers.csv").unlink()
    (project / INCOMING / "leeftijd.csv").write_bytes(b"")
    (project / INCOMING / "vierkant.osm.pbf").write_bytes(b"geen uittreksel")
    (project / "pipeline/tables.py").unlink()
    shutil.rmtree(project / "maps")
    (project / "maps").write_text("", encoding="utf-8")
    found = inspect()
    text = "\n".join(found.faults)
    for part in (
        "config/params.yaml: witte_vlekken.share_beyond: mag hoogstens 1.0 zijn",
        f"config/regions/{REGION}.yaml: region.base_level",
        "low <= value <= high",
        "pipeline/tables.py: ontbreekt",
        "maps/: hier kan niet geschreven worden",
        f"{REGION}: {INCOMING.as_posix()}/cijfers.csv: bestand ontbreekt",
        f"{REGION}: {INCOMING.as_posix()}/leeftijd.csv: bestand is leeg",
        f"{REGION}: vierkant.osm.pbf: niet volledig leesbaar",
    ):
        assert part in text
    assert len(found.faults) == 8
    assert found.forecast is None


def test_a_damaged_extract_and_damaged_areas_are_faults(project: Path, inspect: Inspect) -> None:
    shutil.rmtree(project / "data/processed")
    (project / INCOMING / "vierkant.osm.pbf").write_bytes(b"geen uittreksel")
    (project / INCOMING / "gebieden.gpkg").write_bytes(b"geen gebieden")
    text = "\n".join(inspect().faults)
    assert f"{REGION}: vierkant.osm.pbf: niet volledig leesbaar als OpenStreetMap-uittreksel" in text
    assert f"{REGION}: gebieden.gpkg: niet leesbaar" in text


def test_a_folder_that_dvc_wants_is_missed(project: Path, inspect: Inspect) -> None:
    shutil.rmtree(project / INCOMING)
    found = inspect().faults
    assert found[0] == f"{INCOMING.as_posix()}: ontbreekt, en zonder draait DVC niet; maak deze map aan."
    assert len(found) == 8, "and each of the seven files"


def test_before_the_first_run_the_files_tell_the_coverage(project: Path, inspect: Inspect) -> None:
    shutil.rmtree(project / "data/processed")
    for source in ("areas", "figures", "osm"):
        shutil.rmtree(project / "data/raw" / REGION / source)
    found = inspect()
    assert found.faults == []
    assert facts(found)["Uittreksel"] == "reikt ten minste 5 km buiten de regio"
    assert facts(found)["Bestanden"].endswith("nieuw of gewijzigd sinds de vorige run: alle")
    tiny_region.write_osm(project / INCOMING / "vierkant.osm.pbf", margin_m=1000)
    assert "buiten de regio; daarbuiten kan iets dichterbij liggen" in inspect().remarks[0]


def test_a_tight_extract_is_known_before_the_run_that_uses_it(project: Path, inspect: Inspect) -> None:
    tiny_region.write_osm(project / INCOMING / "vierkant.osm.pbf", margin_m=500)
    found = inspect()
    assert facts(found)["Bestanden"].endswith("gewijzigd sinds de vorige run: vierkant.osm.pbf")
    remarks = about_sources(found)
    # The box is drawn along meridians, so a corner comes a little nearer.
    assert remarks[0].startswith(f"{REGION}: het uittreksel van OpenStreetMap reikt maar 4")
    assert remarks[1].startswith(f"{REGION}: de meeste mensen wonen dichter bij de rand van het uittreksel dan 1,5 km")


def test_an_extract_without_bounds_is_said_to_have_none(project: Path, inspect: Inspect) -> None:
    import osmium

    source = project / INCOMING / "vierkant.osm.pbf"
    bare = project / "bare.osm.pbf"
    with osmium.SimpleWriter(str(bare)) as writer:
        for one in osmium.FileProcessor(str(source)):
            writer.add(one)
    bare.replace(source)
    assert "noemt zijn grenzen niet" in facts(inspect())["Uittreksel"]


def test_results_of_another_version_do_not_stop_the_check(project: Path, inspect: Inspect) -> None:
    (project / "data/processed" / REGION / "units.parquet").write_bytes(b"oud")
    found = inspect()
    assert found.faults == []
    assert "de vorige uitkomsten zijn niet te gebruiken" in found.remarks[0]
    assert facts(found)["Uittreksel"] == "reikt ten minste 5 km buiten de regio"


@pytest.mark.parametrize("text", ["", "{", "{}", "[]", "3"])
def test_figures_of_another_version_do_not_stop_the_check(text: str, project: Path, inspect: Inspect) -> None:
    (project / "data/processed" / REGION / "metrics.json").write_text(text, encoding="utf-8")
    found = inspect()
    assert found.faults == []
    assert "metrics.json: niet leesbaar" in found.remarks[0]


def test_the_forecast_follows_what_dvc_calls_changed(project: Path, inspect: Inspect) -> None:
    note = project / DURATIONS / f"flag_witte_vlekken@{REGION}.json"
    note.parent.mkdir(parents=True)
    size = (project / INCOMING / "vierkant.osm.pbf").stat().st_size
    note.write_text(json.dumps({"seconds": 100, "extract_bytes": size}), encoding="utf-8")
    forecast = inspect(changed_stages=lambda _: {f"flag_witte_vlekken@{REGION}"}).forecast
    assert forecast is not None
    assert list(forecast.seconds) == [
        f"{one}@{REGION}" for one in ("flag_witte_vlekken", "check_results", "publish_map")
    ]
    assert forecast.measured == {f"flag_witte_vlekken@{REGION}"}
    assert forecast.seconds[f"flag_witte_vlekken@{REGION}"] == pytest.approx(100.5)


def test_a_full_disk_and_a_dvc_that_cannot_tell_are_faults(inspect: Inspect) -> None:
    everything = {"changed_stages": lambda _: {f"fetch_osm@{REGION}"}}
    assert "te weinig schijfruimte" in inspect(free_bytes=lambda _: 1, **everything).faults[0]

    def busy(_: Path) -> set[str]:
        raise WoonzorgError("er draait al een run.")

    found = inspect(changed_stages=busy)
    assert found.faults == ["er draait al een run."]
    assert found.forecast is None


def test_a_region_that_the_settings_do_not_list_can_be_looked_at(project: Path, inspect: Inspect) -> None:
    found = inspect(region="markerwaard")
    assert list(found.regions) == ["markerwaard"]
    assert "data/raw/markerwaard/incoming: ontbreekt" in found.faults[0]
    for needed in NEEDED:
        (project / needed).mkdir(parents=True)
    found = inspect(region="markerwaard")
    assert found.faults == []
    assert found.remarks == ["markerwaard staat niet bij regions in config/params.yaml; een run slaat deze regio over."]
    assert found.forecast is not None
    assert len(found.forecast.seconds) == len(stage_names()), "all of it would run"


def test_a_region_that_does_not_exist_is_a_fault(inspect: Inspect) -> None:
    assert inspect(region="nergens").faults[0].startswith("config/regions/nergens.yaml: bestand ontbreekt")


def test_settings_of_an_unlisted_region_are_checked_once(project: Path, inspect: Inspect) -> None:
    for needed in NEEDED:
        (project / needed).mkdir(parents=True)
    change(project / "config/regions/markerwaard.yaml", "base_level: buurt", "base_level: straat")
    change(project / "config/params.yaml", "share_beyond: 0.50", "share_beyond: 2")
    found = inspect(region="markerwaard").faults
    assert [fault.split(":")[0] for fault in found] == ["config/params.yaml", "config/regions/markerwaard.yaml"]


def test_targets_choose_their_stages_and_regions(project: Path, inspect: Inspect) -> None:
    change(project / "config/params.yaml", f"regions: [{REGION}]", f"regions: [{REGION}, markerwaard]")
    for needed in NEEDED:
        (project / needed).mkdir(parents=True)
    found = inspect(targets=[f"build_figures@{REGION}"])
    assert list(found.regions) == [REGION]
    assert [stage.name for stage in found.stages] == [
        f"{name}@{REGION}" for name in ("fetch_areas", "fetch_figures", "build_figures")
    ]
    assert list(inspect(targets=["build_figures"]).regions) == [REGION, "markerwaard"]
    assert "stap 'kaart' bestaat niet; kies uit: check_settings" in inspect(targets=["kaart"]).faults[0]


def test_outside_the_project_the_folder_is_named(tmp_path: Path, surroundings: Surroundings) -> None:
    found = inspect_project(tmp_path / "elders", surroundings)
    assert found.faults == ["dvc.yaml ontbreekt hier; voer de opdracht uit in de map van het project."]


def test_the_record_of_a_snapshot_is_read_as_the_stage_writes_it(project: Path, inspect: Inspect) -> None:
    content = (project / INCOMING / "cijfers.csv").read_bytes()
    (project / INCOMING / "cijfers.csv").write_bytes(content[:-1] + b"!")
    assert facts(inspect())["Bestanden"].endswith("vorige run: cijfers.csv")
    folder = project / "data/raw" / REGION / "figures"
    (folder / "cijfers.csv").write_bytes(content[:-1] + b"!")
    files = [named(name) for name in ("cijfers.csv", "leeftijd.csv", "gezondheid.csv", "gemeente.csv")]
    write_records([record_of(file, folder) for file in files], folder)
    assert facts(inspect())["Bestanden"].endswith("gelijk aan de vorige run")
