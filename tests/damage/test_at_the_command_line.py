"""Some of the damages as an analyst meets them: exit status 1, the messages on standard error, no traceback."""

import os
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.damage.case import Case
from tests.damage.regions import TINY, cases
from tests.stage_runs import PROJECT, hashes

CHOSEN = {
    "gebieden.gpkg: layer buurten, axes swapped": ("fetch_areas", "areas"),
    "postcodes.geojson: 64 bits flipped, seed 7": ("fetch_areas", "areas"),
    "cijfers.csv: Latin-1": ("fetch_figures", "figures"),
    "leeftijd.csv: inwoners all with a decimal comma": ("build_figures", "figures"),
    "vierkant.osm.pbf: cut off at 6/11": ("fetch_osm", "osm"),
    "vierkant.osm.pbf: without addresses": ("build_areas", "osm"),
}
"""Damages, the stage that meets them, and the snapshot that is damaged where the stage reads that."""


def run(root: Path, module: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run a stage as DVC does."""
    return subprocess.run(
        [sys.executable, "-m", f"pipeline.stages.{module}", *arguments],
        cwd=root, env={**os.environ, "PYTHONPATH": str(PROJECT)}, capture_output=True, text=True, check=False,
    )  # fmt: skip


def meet(case: Case, root: Path) -> subprocess.CompletedProcess[str]:
    """Inflict a damage on what its stage reads, run that, and assert that nothing else on the disk has changed."""
    stage, snapshot = CHOSEN[f"{case.file}: {case.damage.name}"]
    folder = "incoming" if stage.startswith("fetch") else snapshot
    case.damage.inflict(root / "data/raw" / TINY / folder / case.file)
    before = hashes(root / "data", root / "maps")
    done = run(root, stage, TINY)
    assert hashes(root / "data", root / "maps") == before
    return done


@pytest.fixture(scope="module")
def told(
    finished_tiny_region: Path, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, subprocess.CompletedProcess[str]]:
    """Return what each of the chosen said; they run side by side, for most of the time goes into starting Python."""
    named = {f"{case.file}: {case.damage.name}": case for case in cases(TINY)}
    roots = [Path(shutil.copytree(finished_tiny_region, tmp_path_factory.mktemp("told") / "project")) for _ in CHOSEN]
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        return dict(zip(CHOSEN, pool.map(meet, [named[name] for name in CHOSEN], roots), strict=True))


def assert_clear(done: subprocess.CompletedProcess[str], start: str) -> None:
    assert done.returncode == 1
    assert done.stdout == ""
    lines = done.stderr.splitlines()
    assert lines
    for line in lines:
        assert line.startswith(start), done.stderr
        assert line.endswith("."), done.stderr


@pytest.mark.parametrize("name", CHOSEN)
def test_a_damage_gives_its_messages_and_nothing_else(
    name: str, told: dict[str, subprocess.CompletedProcess[str]]
) -> None:
    assert_clear(told[name], f"FOUT {TINY}: ")


def test_wrong_settings_and_regions_give_one_line(finished_tiny_region: Path, tmp_path: Path) -> None:
    root = Path(shutil.copytree(finished_tiny_region, tmp_path / "project"))
    assert_clear(run(root, "build_figures", "nergens"), "FOUT nergens: config/regions/nergens.yaml: bestand ontbreekt")
    assert_clear(run(root, "build_figures"), "FOUT: noem één regio")
    params = root / "config/params.yaml"
    params.write_text(params.read_text(encoding="utf-8").replace("share_beyond", "share_beyondq"), encoding="utf-8")
    assert_clear(run(root, "check_settings"), "FOUT config/params.yaml: witte_vlekken.share_beyond")
