"""Freezing results: whole or not at all, the same bytes for the same state, and nothing that must stay private."""

import html
import json
import os
import shutil
from pathlib import Path

import pytest

from pipeline import contracts
from pipeline.errors import SettingsError, WoonzorgError
from pipeline.stages import baselines
from pipeline.stages.baselines import FROZEN, freeze, read_baseline
from pipeline.tables import RegionFiles
from tests.commands.conftest import Woonzorg
from tests.stage_runs import hashes, run_stages
from tests.tiny_region import REGION


@pytest.fixture
def files(town: Path) -> RegionFiles:
    return RegionFiles(town, REGION)


def test_a_baseline_holds_tables_and_basis_and_says_where_it_is(files: RegionFiles, woonzorg: Woonzorg) -> None:
    run = woonzorg("baseline", REGION, "voorjaar-2024")
    assert run.exit_code == 0, run.output
    folder = files.baselines / "voorjaar-2024"
    assert f"data/baselines/{REGION}/voorjaar-2024" in run.stdout
    assert {one.name for one in folder.iterdir()} == {"basis.json", *(f"{one.name}.parquet" for one in FROZEN)}
    assert json.loads((folder / "basis.json").read_text(encoding="utf-8"))["settings"]["witte_vlekken"]


def test_two_baselines_of_one_state_are_the_same_bytes(files: RegionFiles, woonzorg: Woonzorg) -> None:
    for name in ("een", "twee"):
        assert woonzorg("baseline", REGION, name).exit_code == 0
    one, two = (list(hashes(files.baselines / name).values()) for name in ("een", "twee"))
    assert one == two


def test_no_table_with_a_row_per_dwelling_is_frozen(files: RegionFiles, monkeypatch: pytest.MonkeyPatch) -> None:
    assert not [one.name for one in FROZEN if one.is_restricted]
    monkeypatch.setattr(baselines, "FROZEN", (*FROZEN, contracts.DWELLINGS))
    with pytest.raises(WoonzorgError, match="rij per woning"):
        freeze(files, "naam")
    assert not files.baselines.exists()


def test_a_name_that_is_taken_is_refused_and_kept(files: RegionFiles, woonzorg: Woonzorg) -> None:
    woonzorg("baseline", REGION, "naam")
    before = hashes(files.baselines)
    run = woonzorg("baseline", REGION, "naam")
    assert run.exit_code == 1
    assert "bestaat al" in run.stderr
    assert "kies een andere naam" in run.stderr
    assert hashes(files.baselines) == before


@pytest.mark.parametrize("name", ["../weg", "Naam", "een naam", "-x", "a/b", "", "naam\n"])
def test_a_name_that_is_no_folder_name_is_refused(name: str, files: RegionFiles) -> None:
    with pytest.raises(WoonzorgError, match="kleine letters"):
        freeze(files, name)
    assert not files.baselines.exists()


def test_all_missing_results_are_named_at_once(files: RegionFiles, woonzorg: Woonzorg) -> None:
    for path in (files.basis, files.table(contracts.VERDICT_TABLE)):
        path.unlink()
    run = woonzorg("baseline", REGION, "naam")
    assert run.exit_code == 1
    assert [name in run.stderr for name in ("basis.json", "verdicts.parquet", "dvc repro")] == [True, True, True]
    assert not files.baselines.exists()


def test_a_failure_half_way_leaves_nothing(
    files: RegionFiles, woonzorg: Woonzorg, monkeypatch: pytest.MonkeyPatch
) -> None:
    copied = []

    def fill_the_disk(source: Path, target: Path) -> None:
        copied.append(source)
        if len(copied) > 3:
            raise OSError(28, os.strerror(28))
        target.write_bytes(source.read_bytes())

    monkeypatch.setattr(shutil, "copyfile", fill_the_disk)
    run = woonzorg("baseline", REGION, "naam")
    assert run.exit_code == 1
    assert "No space left" in run.stderr
    assert "controleer schijfruimte" in run.stderr
    assert [one for one in files.baselines.rglob("*")] == []


def test_damage_to_a_baseline_is_named_file_by_file(files: RegionFiles) -> None:
    folder = freeze(files, "naam")
    (folder / "verdicts.parquet").write_bytes(b"geen tabel")
    (folder / "units.parquet").unlink()
    (folder / "basis.json").write_text("{}", encoding="utf-8")
    shutil.copyfile(folder / "unit_demand.parquet", folder / "reach_shares.parquet")
    with pytest.raises(WoonzorgError) as caught:
        read_baseline(files, "naam")
    named = [fault.split(": ")[0].rsplit("/")[-1] for fault in caught.value.faults]
    assert sorted(named) == ["basis.json", "reach_shares.parquet", "units.parquet", "verdicts.parquet"]
    assert all("leg opnieuw vast" in fault for fault in caught.value.faults)


def test_a_baseline_that_does_not_exist_names_those_that_do(files: RegionFiles) -> None:
    freeze(files, "wel")
    with pytest.raises(WoonzorgError, match=r"niet \(wel: wel\).*woonzorg baseline"):
        read_baseline(files, "niet")


def publish(root: Path, name: str) -> str:
    """Publish with a baseline in the settings of the region; return the text of the index page."""
    path = root / "config/regions" / f"{REGION}.yaml"
    text = path.read_text(encoding="utf-8").replace("base_level: buurt", f"base_level: buurt\n  baseline: {name}")
    path.write_text(text, encoding="utf-8")
    files = run_stages(root, REGION, ["record_basis", "publish_map"])
    return html.unescape(files.published("index.html").read_text(encoding="utf-8"))


def test_the_index_page_tells_what_changed_since_the_baseline_and_of_which_kinds(changed: Path) -> None:
    page = publish(changed, "toen")
    assert "Wat is er veranderd sinds toen" in page
    assert "Oorzaak van de veranderingen: gegevens of instellingen" in page
    assert f"`woonzorg compare {REGION} toen` rekent dat per oordeel uit" in page
    assert "80-plus wordt beoordeeld vanaf 10 → 1000 mensen" in page
    assert "vierkant.osm.pbf" in page


def test_naming_a_baseline_is_no_difference_by_itself(files: RegionFiles, town: Path) -> None:
    freeze(files, "toen")
    basis = files.basis.read_bytes()
    page = publish(town, "toen")
    assert files.basis.read_bytes() == basis
    assert "Geen enkel oordeel is veranderd." in page
    assert "zijn gelijk" in page


def test_a_baseline_that_is_not_there_leaves_the_pages_as_they_were(files: RegionFiles, town: Path) -> None:
    before = hashes(town / "maps")
    with pytest.raises(WoonzorgError, match="weg: deze vastgelegde stand bestaat niet"):
        publish(town, "weg")
    assert hashes(town / "maps") == before


@pytest.mark.parametrize("name", ["Hoofd", "../weg"])
def test_a_name_in_the_settings_is_held_against_the_same_rule(name: str, town: Path) -> None:
    with pytest.raises(SettingsError, match=r"region\.baseline: heeft niet de vorm"):
        publish(town, name)
