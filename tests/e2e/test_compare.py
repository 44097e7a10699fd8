"""Freezing and comparing beside real DVC, which knows whether results are of the present settings."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.conftest import Project
from tests.stage_runs import hashes

REGION = "markerwaard"


@pytest.fixture
def baseline(project: Project) -> Iterator[Path]:
    """Freeze the results, and remove the baseline afterwards."""
    run = project.woonzorg("baseline", REGION, "nul")
    assert run.returncode == 0, run.stderr
    folder = project.root / "data/baselines" / REGION / "nul"
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


def set_region(project: Project, old: str, new: str) -> None:
    path = project.root / "config/regions" / f"{REGION}.yaml"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def state(project: Project) -> dict[str, str]:
    """Return the hash of every file of the project but those that DVC keeps for itself."""
    own = project.root / ".dvc/tmp"
    return {name: digest for name, digest in hashes(project.root).items() if not Path(name).is_relative_to(own)}


def test_results_that_are_up_to_date_are_frozen_and_compared(project: Project, baseline: Path) -> None:
    assert (baseline / "verdicts.parquet").is_file()
    run = project.woonzorg("compare", REGION, "nul")
    assert run.returncode == 0, run.stderr
    assert "Geen enkel oordeel is veranderd." in run.stdout


def test_other_settings_are_tried_without_a_trace(project: Project, tmp_path: Path) -> None:
    other = tmp_path / "streng.yaml"
    other.write_text("target_groups: {norms: {gewoon: {supermarket: {norm_m: 501}}}}", encoding="utf-8")
    before = state(project)
    run = project.woonzorg("compare", REGION, "--with", str(other))
    assert run.returncode == 0, run.stderr
    assert "norm voor supermarkt: 800 m → 501 m" in run.stdout
    assert "oordelen zijn anders" in run.stdout
    assert state(project) == before


def test_results_that_are_out_of_date_are_refused_and_say_what_to_run(project: Project, baseline: Path) -> None:
    project.set_params("share_beyond: 0.50", "share_beyond: 0.60")
    runs = [project.woonzorg("baseline", REGION, "een"), project.woonzorg("compare", REGION, "nul")]
    project.set_params("share_beyond: 0.60", "share_beyond: 0.50")
    for run in runs:
        assert run.returncode == 1
        assert "verouderd of nog niet gemaakt: " in run.stderr
        assert "flag_witte_vlekken" in run.stderr
        assert "build_network" not in run.stderr
        assert "draai eerst `dvc repro`" in run.stderr
    assert not (baseline.parent / "een").exists()


def test_a_region_that_is_not_run_is_refused(project: Project) -> None:
    run = project.woonzorg("baseline", "kampen", "nul")
    assert run.returncode == 1
    assert "regio kampen staat niet bij regions (markerwaard)" in run.stderr


def test_the_index_page_follows_the_baseline_that_the_settings_name(project: Project, baseline: Path) -> None:
    index = project.root / "maps" / REGION / "index.html"
    before = index.read_text(encoding="utf-8")
    publish = ("repro", "--single-item", f"publish_map@{REGION}")
    set_region(project, "base_level: buurt", "base_level: buurt\n  baseline: nul")
    with_baseline = project.dvc(*publish)
    page = index.read_text(encoding="utf-8")
    set_region(project, "baseline: nul", "baseline: weg")
    without = project.dvc(*publish)
    kept = index.read_text(encoding="utf-8")
    set_region(project, "base_level: buurt\n  baseline: weg", "base_level: buurt")
    shutil.rmtree(baseline)
    restored = project.dvc(*publish)
    assert with_baseline.returncode == 0, with_baseline.stderr
    assert "Wat is er veranderd sinds nul" in page
    assert "Geen enkel oordeel is veranderd." in page
    assert without.returncode != 0
    assert f"data/baselines/{REGION}/weg: deze vastgelegde stand bestaat niet (wel: nul)" in without.stderr
    assert "Traceback" not in without.stderr
    assert kept == page
    assert restored.returncode == 0
    assert index.read_text(encoding="utf-8") == before
