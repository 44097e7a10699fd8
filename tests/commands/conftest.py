"""Finished regions in folders where commands can be run, and surroundings that never differ."""

import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
import yaml
from typer.testing import CliRunner, Result

from pipeline.__main__ import app
from pipeline.commands.preflight.inspection import Surroundings
from pipeline.config.params import PreflightSettings
from pipeline.settings_files import read_sections
from pipeline.stages.baselines import freeze
from pipeline.tables import RegionFiles
from tests import tiny_region
from tests.stage_runs import PROJECT, run_stages
from tests.tiny_region import BUURTEN, ORIGIN_X, ORIGIN_Y, SIDE_M

TODAY = date(2025, 1, 1)


@pytest.fixture
def project(tiny: Path) -> Path:
    """Return a copy of the finished tiny region with all that DVC wants beside it."""
    for name in ("dvc.yaml", ".dvcignore"):
        shutil.copy(PROJECT / name, tiny / name)
    shutil.copytree(PROJECT / "pipeline", tiny / "pipeline", ignore=shutil.ignore_patterns("__pycache__"))
    (tiny / "data/baselines" / tiny_region.REGION).mkdir(parents=True, exist_ok=True)
    return tiny


@pytest.fixture
def surroundings() -> Surroundings:
    """Return a day, a roomy disk, and a DVC that finds nothing changed."""
    return Surroundings(TODAY, free_bytes=lambda _: 10**12, changed_stages=lambda _: set())


@pytest.fixture(scope="session")
def settings() -> PreflightSettings:
    """Return the settings as shipped."""
    found: PreflightSettings = read_sections(PROJECT / "config", ["preflight"])["preflight"]
    return found


Woonzorg = Callable[..., Result]
EAST = (ORIGIN_X + 1.5 * SIDE_M, ORIGIN_Y + SIDE_M / 2)


def write_osm(path: Path, *, more_in_the_east: bool = False) -> None:
    """Write the extract of the tiny region, each buurt with a street of its own, so that no address is there twice.

    In the east there are no facilities, or a supermarket and a stop.
    """
    osm = tiny_region._Osm()
    tiny_region._add_streets(osm)
    for code, (column, row) in BUURTEN.items():
        first = len(osm.points)
        tiny_region._add_homes(osm, ORIGIN_X + column * SIDE_M, ORIGIN_Y + row * SIDE_M + SIDE_M / 2)
        for *_, tags in osm.points[first:]:
            tags.update({"addr:street": code} if tags else {})
    for index, tags in enumerate(tiny_region.FACILITIES.values()):
        osm.point(ORIGIN_X + 300 + 10 * index, ORIGIN_Y + SIDE_M / 2, tags)
    if more_in_the_east:
        osm.point(*EAST, {"shop": "supermarket", "name": "Buurtsuper"})
        osm.point(*EAST, {"highway": "bus_stop", "name": "Oost"})
    tiny_region.write_objects(path, osm, 8000)


@pytest.fixture(scope="session")
def finished_town(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder in which the region was run once; not to be changed."""
    root = tmp_path_factory.mktemp("town")
    tiny_region.write_region(root)
    write_osm(root / "data/raw" / tiny_region.REGION / "incoming/vierkant.osm.pbf")
    run_stages(root, tiny_region.REGION)
    return root


@pytest.fixture(scope="session")
def changed_town(finished_town: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder in which the region was frozen as "toen", then run with other data and settings."""
    root = tmp_path_factory.mktemp("changed") / "town"
    shutil.copytree(finished_town, root)
    files = RegionFiles(root, tiny_region.REGION)
    freeze(files, "toen")
    write_osm(files.incoming / "vierkant.osm.pbf", more_in_the_east=True)
    path = root / "config/target_groups.yaml"
    settings = yaml.safe_load(path.read_text(encoding="utf-8"))
    settings["target_groups"]["groups"]["age_80_plus"]["min_count"] = 1000
    path.write_text(yaml.safe_dump(settings), encoding="utf-8")
    run_stages(root, tiny_region.REGION)
    return root


@pytest.fixture
def town(finished_town: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a copy of the finished region, with commands run in it; what DVC knows of it is not asked."""
    return _working_copy(finished_town, tmp_path, monkeypatch)


@pytest.fixture
def changed(changed_town: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a copy of the changed region, with commands run in it."""
    return _working_copy(changed_town, tmp_path, monkeypatch)


def _working_copy(finished: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    root = tmp_path / "project"
    shutil.copytree(finished, root)
    monkeypatch.chdir(root)
    monkeypatch.setenv("COLUMNS", "300")
    for command in ("baseline", "compare"):
        monkeypatch.setattr(f"pipeline.commands.{command}.require_current", lambda _: None)
    return root


@pytest.fixture
def woonzorg() -> Woonzorg:
    """Return a function that runs ``woonzorg`` with arguments."""

    def run(*arguments: str) -> Result:
        return CliRunner().invoke(app, list(arguments))

    return run
