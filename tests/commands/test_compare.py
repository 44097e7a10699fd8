"""Comparing: other settings, other data and other code are each found as the cause, and nothing of the user changes."""

import csv
import functools
import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from pipeline.commands import trial
from pipeline.stages.baselines import freeze
from pipeline.tables import RegionFiles
from tests import register_files
from tests.commands.conftest import EAST, Woonzorg, write_osm
from tests.stage_runs import hashes, run_stages
from tests.tiny_region import REGION

FAR = {"norm_m": 3000, "uiterst_m": 4000}
FAR_NORM = {"target_groups": {"norms": {"gewoon": {"supermarket": FAR, "stop": FAR}}}}


@pytest.fixture
def files(town: Path) -> RegionFiles:
    return RegionFiles(town, REGION)


def write(path: Path, content: dict[str, Any]) -> str:
    path.write_text(yaml.safe_dump(content), encoding="utf-8")
    return path.name


def change_settings(town: Path, old: str, new: str) -> None:
    path = town / "config/params.yaml"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def change_code(files: RegionFiles, name: str) -> None:
    """Let a baseline say that it was made by other code."""
    path = files.baselines / name / "basis.json"
    basis = json.loads(path.read_text(encoding="utf-8"))
    basis["code"]["pipeline/model/reach.py"] = "0" * 64
    path.write_text(json.dumps(basis), encoding="utf-8")


def csv_rows(path: Path) -> list[dict[str, str]]:
    text = path.read_text(encoding="utf-8-sig")
    return list(csv.DictReader(io.StringIO(text, newline=""), delimiter=";"))


def test_another_threshold_changes_verdicts_and_is_named(town: Path, woonzorg: Woonzorg) -> None:
    name = write(town / "ruim.yaml", {"witte_vlekken": {"share_beyond": 0.99}})
    run = woonzorg("compare", REGION, "--with", name)
    assert run.exit_code == 0, run.output
    assert "Oorzaak van elke verandering: instellingen." in run.stdout
    assert "meer dan 50 % → 99 % van de groep" in run.stdout
    assert "witte_vlekken.share_beyond" in run.stdout
    assert "nu → met ruim.yaml" in run.stdout
    assert "Vierkant (FICTIEF)" in run.stdout


def test_another_norm_names_the_category_with_its_shares(town: Path, woonzorg: Woonzorg) -> None:
    name = write(town / "ver.yaml", FAR_NORM)
    run = woonzorg("compare", REGION, "--with", name, "--csv", "uit.csv")
    assert run.exit_code == 0, run.output
    rows = csv_rows(town / "uit.csv")
    (east,) = [row for row in rows if row["Gebied"] == "Oost" and row["Doelgroep"] == "75-plus"]
    assert "Supermarkt: eerst 83–100 % verder dan 800 m, daarna 0–17 % verder dan 3 km; " in east["Waardoor"]
    assert "was buiten bereik, wordt binnen bereik." in east["Waardoor"]
    assert (east["Oordeel (nu)"], east["Oordeel (met ver.yaml)"]) == ("witte vlek", "aandacht")
    assert {row["Oorzaak"] for row in rows} == {"instellingen"}
    assert "80-plus" not in {row["Doelgroep"] for row in rows}


def test_nothing_of_the_user_is_touched(town: Path, woonzorg: Woonzorg) -> None:
    name = write(town / "alles.yaml", {"network": {"connect_max_m": 140}} | FAR_NORM)
    before = hashes(town)
    run = woonzorg("compare", REGION, "--with", name)
    assert run.exit_code == 0, run.output
    assert hashes(town) == before


@pytest.mark.parametrize(
    ("sections", "ran"),
    [
        ({"map": {"simplify_m": 7}}, []),
        (
            {"witte_vlekken": {"share_beyond": 0.4}},
            ["flag_witte_vlekken", "check_results", "record_basis"],
        ),
        (
            {"network": {"connect_max_m": 140}},
            ["read_timetables", "extract_facilities", "conflate_facilities", "apply_local_checks", "build_network",
             "judge_completeness", "form_clusters",
             "compute_reach", "summarise_reach", "flag_witte_vlekken", "check_results", "record_basis"],
        ),
    ],
)  # fmt: skip
def test_only_stages_that_the_settings_change_run(
    sections: dict[str, Any], ran: list[str], town: Path, woonzorg: Woonzorg, monkeypatch: pytest.MonkeyPatch
) -> None:
    found: list[str] = []
    original = trial.stage_of

    def noting(name: str) -> Callable[..., None]:
        stage = original(name)

        @functools.wraps(stage)
        def run(*args: Any, **kwargs: Any) -> None:
            found.append(name)
            stage(*args, **kwargs)

        return run

    monkeypatch.setattr(trial, "stage_of", noting)
    run = woonzorg("compare", REGION, "--with", write(town / "x.yaml", sections))
    assert run.exit_code == 0, run.output
    assert found == ran


def test_settings_that_cannot_change_a_verdict_change_nothing(town: Path, woonzorg: Woonzorg) -> None:
    run = woonzorg("compare", REGION, "--with", write(town / "kaart.yaml", {"map": {"simplify_m": 7}}))
    assert run.stdout.splitlines()[1:] == [
        "Geen enkel oordeel is veranderd.",
        "Bestanden, instellingen en code waarop de oordelen rusten, zijn gelijk.",
    ]


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("wit: {share_beyond: 1}\nloop: 3\n", ["x.yaml: loop: onbekende sectie", "x.yaml: wit: onbekende sectie"]),
        (
            "witte_vlekken: {share_beyond: 2, min_beyonds: 1}\nregion: {base_level: dorp}\n",
            [
                "x.yaml, samen met config/params.yaml: witte_vlekken.share_beyond: mag hoogstens 1",
                "witte_vlekken.min_beyonds: onbekende sleutel",
                f"x.yaml, samen met config/regions/{REGION}.yaml: region.base_level: moet een van deze zijn",
            ],
        ),
        ("completeness: {overrules: {bakker: {judgement: complete, reason: x}}}\n", ["onbekende categorie bakker"]),
        ("witte_vlekken: 3\n", ["witte_vlekken: moet een blok met sleutels zijn"]),
        ("witte_vlekken: {share_beyond: 0.4, share_beyond: 0.5}\n", ["dubbele sleutel share_beyond"]),
        ("", ["x.yaml: is leeg"]),
        ("osm: {file: weg.osm.pbf}\n", ["x.yaml: data/raw/vierkant/incoming/weg.osm.pbf: bestand ontbreekt"]),
    ],
)
def test_every_fault_in_the_other_settings_is_named_at_once(
    content: str, expected: list[str], town: Path, woonzorg: Woonzorg
) -> None:
    (town / "x.yaml").write_text(content, encoding="utf-8")
    run = woonzorg("compare", REGION, "--with", "x.yaml")
    assert run.exit_code == 1
    assert len(run.stderr.splitlines()) == len(expected)
    for part in expected:
        assert part in run.stderr
    assert "/tmp" not in run.stderr
    assert run.stdout == ""


def test_a_list_replaces_a_list_and_the_rest_of_a_section_stays(town: Path, woonzorg: Woonzorg) -> None:
    content = {"witte_vlekken": {"anchor_categories": ["stop"]}, "target_groups": {"groups": {"dementia": {
        "essential": ["supermarket", "stop"]}}, "norms": {"dementie": {"stop": {
            "comfort_m": 200, "norm_m": 400, "uiterst_m": 600}}}}}  # fmt: skip
    run = woonzorg("compare", REGION, "--with", write(town / "x.yaml", content))
    assert run.exit_code == 0, run.output
    assert "supermarkt en ontmoetingsplek → halte openbaar vervoer" in run.stdout
    assert "share_beyond" not in run.stdout


@pytest.mark.parametrize("arguments", [[], ["een", "twee", "drie"], ["een", "--with", "x.yaml"]])
def test_a_comparison_of_nothing_or_of_too_much_says_what_can_be_compared(
    arguments: list[str], files: RegionFiles, woonzorg: Woonzorg
) -> None:
    freeze(files, "een")
    run = woonzorg("compare", REGION, *arguments)
    assert run.exit_code == 1
    assert "kies één vergelijking" in run.stderr
    assert "een)" in run.stderr


def test_an_unknown_region_or_baseline_is_a_fault(town: Path, woonzorg: Woonzorg) -> None:
    assert "regions/nergens.yaml" in woonzorg("compare", "nergens", "--with", write(town / "x.yaml", FAR_NORM)).stderr
    assert "bestaat niet" in woonzorg("compare", REGION, "nooit").stderr


def test_the_same_state_has_not_changed(files: RegionFiles, woonzorg: Woonzorg) -> None:
    freeze(files, "toen")
    freeze(files, "later")
    for names in (["toen"], ["toen", "later"]):
        run = woonzorg("compare", REGION, *names)
        assert "Geen enkel oordeel is veranderd." in run.stdout, run.output


def test_another_file_is_named_as_the_cause(town: Path, files: RegionFiles, woonzorg: Woonzorg) -> None:
    freeze(files, "toen")
    write_osm(files.incoming / "vierkant.osm.pbf", more_in_the_east=True)
    run_stages(town, REGION)
    run = woonzorg("compare", REGION, "toen", "--csv", "uit.csv")
    assert run.exit_code == 0, run.output
    assert "Oorzaak van elke verandering: gegevens." in run.stdout
    rows = csv_rows(town / "uit.csv")
    assert {row["Gebied"] for row in rows} == {"Oost", "Oost en West samen"}
    why = {row["Doelgroep"]: row["Waardoor"] for row in rows}
    assert "Supermarkt: eerst 83–100 %, daarna 31–69 % verder dan 800 m; was buiten bereik, wordt" in why["75-plus"]
    assert all("mediaan eerst" in text for text in why.values())
    assert {row["Wat er verschilt"] for row in rows} == {
        "Gegevens: Getekende vierkanten (vierkant.osm.pbf): gewijzigd, met dezelfde peildatum 2024-01-01."
    }


def test_a_register_that_came_with_its_settings_is_named_as_the_cause(
    town: Path, files: RegionFiles, woonzorg: Woonzorg
) -> None:
    freeze(files, "toen")
    _bring_register(files)
    run_stages(town, REGION)
    run = woonzorg("compare", REGION, "toen", "--csv", "uit.csv")
    assert run.exit_code == 0, run.output
    assert {row["Oorzaak"] for row in csv_rows(town / "uit.csv")} == {"gegevens"}


def _bring_register(files: RegionFiles) -> None:
    """Put down a register that has a supermarket in the east, and name it in the settings."""
    x, y = EAST
    rows = [("Naam", "Soort", "X", "Y"), ("Buurtsuper", "Super", f"{x:.0f}", f"{y:.0f}")]
    register_files.write(files.incoming / "winkels.csv", rows[1:], rows[0])
    columns = {"name": "Naam", "category": "Soort", "x": "X", "y": "Y"}
    path = files.root / f"config/regions/{REGION}.yaml"
    settings = yaml.safe_load(path.read_text(encoding="utf-8"))
    settings["facility_registers"]["files"] = [
        {"file": "winkels.csv", "columns": columns, "categories": {"Super": "supermarket"}, **register_files.TOLD}
    ]
    path.write_text(yaml.safe_dump(settings), encoding="utf-8")


def test_other_code_is_named_as_the_cause(town: Path, files: RegionFiles, woonzorg: Woonzorg) -> None:
    change_settings(town, "share_beyond: 0.50", "share_beyond: 0.99")
    run_stages(town, REGION, ["flag_witte_vlekken", "check_results", "record_basis"])
    freeze(files, "toen")
    change_settings(town, "share_beyond: 0.99", "share_beyond: 0.50")
    run_stages(town, REGION, ["flag_witte_vlekken", "check_results", "record_basis"])
    basis = json.loads(files.basis.read_text(encoding="utf-8"))
    (files.baselines / "toen/basis.json").write_text(json.dumps(basis), encoding="utf-8")
    change_code(files, "toen")
    run = woonzorg("compare", REGION, "toen")
    assert "Oorzaak van elke verandering: code." in run.stdout, run.output
    assert "1 bestand met de rekenwijze (pipeline/model/reach.py)" in run.stdout


def causes(folder: Path, woonzorg: Woonzorg, *names: str) -> dict[tuple[str, str], str]:
    run = woonzorg("compare", REGION, *names, "--csv", "uit.csv")
    assert run.exit_code == 0, run.output
    found = {(row["Gebied"], row["Doelgroep"]): row["Oorzaak"] for row in csv_rows(folder / "uit.csv")}
    (folder / "uit.csv").unlink()
    return found


def test_data_and_settings_are_told_apart_by_a_run_of_the_old_settings(changed: Path, woonzorg: Woonzorg) -> None:
    before = hashes(changed)
    found = causes(changed, woonzorg, "toen")
    assert found["Oost", "75-plus"] == "gegevens"
    assert found["West", "80-plus"] == "instellingen"
    assert hashes(changed) == before


def test_two_baselines_are_told_apart_when_one_is_of_the_present_data(changed: Path, woonzorg: Woonzorg) -> None:
    freeze(RegionFiles(changed, REGION), "later")
    forth, back = causes(changed, woonzorg, "toen", "later"), causes(changed, woonzorg, "later", "toen")
    assert forth == back
    assert forth["Oost", "75-plus"] == "gegevens"
    assert forth["West", "80-plus"] == "instellingen"


def test_what_remains_of_three_kinds_is_data_or_code(changed: Path, woonzorg: Woonzorg) -> None:
    change_code(RegionFiles(changed, REGION), "toen")
    found = causes(changed, woonzorg, "toen")
    assert found["Oost", "75-plus"] == "gegevens of code"
    assert found["West", "80-plus"] == "instellingen"


def test_what_cannot_be_told_apart_is_said(changed: Path, woonzorg: Woonzorg) -> None:
    files = RegionFiles(changed, REGION)
    freeze(files, "later")
    for name in ("toen", "later"):
        change_code(files, name)
    assert set(causes(changed, woonzorg, "toen", "later").values()) == {"gegevens of instellingen"}
    assert "niet die van toen of later" in woonzorg("compare", REGION, "toen", "later").stdout


def test_frozen_settings_that_no_longer_fit_leave_the_causes_together(changed: Path, woonzorg: Woonzorg) -> None:
    path = RegionFiles(changed, REGION).baselines / "toen/basis.json"
    basis = json.loads(path.read_text(encoding="utf-8"))
    basis["settings"]["network"]["old_key"] = 1
    path.write_text(json.dumps(basis), encoding="utf-8")
    assert set(causes(changed, woonzorg, "toen").values()) == {"gegevens of instellingen"}
    run = woonzorg("compare", REGION, "toen")
    assert "instellingen van toen, samen met config/params.yaml: network.old_key: onbekende sleutel" in run.stdout


def test_a_table_that_cannot_be_written_is_a_fault(town: Path, woonzorg: Woonzorg) -> None:
    (town / "map").write_text("geen map", encoding="utf-8")
    name = write(town / "x.yaml", {"map": {"simplify_m": 7}})
    run = woonzorg("compare", REGION, "--with", name, "--csv", "map/uit.csv")
    assert run.exit_code == 1
    assert "map/uit.csv: niet te schrijven" in run.stderr


def test_names_of_units_are_no_markup(town: Path, files: RegionFiles, woonzorg: Woonzorg) -> None:
    name = write(town / "x.yaml", {"region": {"unit_names": {"BU00010000": "[red]Rood[/red]"}}} | FAR_NORM)
    run = woonzorg("compare", REGION, "--with", name)
    assert "[red]Rood[/red]" in run.stdout, run.output
