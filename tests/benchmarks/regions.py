"""Regions to measure on: Kampen from its real files, or any number of invented gemeenten, laid out as a user would."""

import os
import shutil
from pathlib import Path

import yaml

from pipeline.config.params import DemoSettings
from pipeline.settings_files import read_sections
from pipeline.sources import demo
from pipeline.sources.local_checks import COLUMNS
from tests.stage_runs import PROJECT

KAMPEN, SAMPLE = "kampen", "markerwaard"
REAL_DATA = "WOONZORG_REAL_DATA"
_LARGE_MB = 200


def real_data() -> Path | None:
    """Return the folder with the real data of Kampen, if it is there."""
    folder = Path(os.environ.get(REAL_DATA, PROJECT.parent / "shared" / "kampen"))
    return folder if (folder / "kampen.osm.pbf").is_file() else None


def lay_out_kampen(root: Path, data: Path) -> None:
    """Make a project folder with the settings, and Kampen's files where a user puts them."""
    shutil.copytree(PROJECT / "config", root / "config")
    shutil.copytree(data, _incoming(root, KAMPEN))


def lay_out_sample(root: Path, demo_settings: DemoSettings) -> None:
    """Make a project folder with the settings, and files of the invented gemeenten where a user puts files."""
    shutil.copytree(PROJECT / "config", root / "config")
    incoming = _incoming(root, SAMPLE)
    incoming.mkdir(parents=True)
    region = demo.generate(demo_settings)
    for write in (demo.write_areas, demo.write_figures, demo.write_osm, demo.write_timetable):
        write(region, incoming)
    gemeenten = {str(code): f"Markerwaard {code}" for one in region.municipalities for code in
                 one.buurten["gemeentecode"].unique()}  # fmt: skip
    path = root / "config/regions" / f"{SAMPLE}.yaml"
    settings = yaml.safe_load(path.read_text(encoding="utf-8"))
    settings["region"]["gemeenten"] = gemeenten
    _allow_large_map(root / "config/params.yaml")
    for section in ("areas", "figures", "osm", "timetables"):
        settings[section]["from"] = "file"
    path.write_text(yaml.safe_dump(settings, allow_unicode=True, sort_keys=False), encoding="utf-8")
    # The checks of the sample region name facilities that stand in each of the gemeenten.
    path.with_suffix(".checks.csv").write_text(",".join(COLUMNS) + "\n", encoding="utf-8")


def _allow_large_map(path: Path) -> None:
    """Lift the limit on the size of the map: one of forty gemeenten is not made to be mailed."""
    params = yaml.safe_load(path.read_text(encoding="utf-8"))
    params["map"]["max_file_mb"] = _LARGE_MB
    path.write_text(yaml.safe_dump(params, allow_unicode=True, sort_keys=False), encoding="utf-8")


def sample_settings(municipalities: int) -> DemoSettings:
    """Return the settings of the sample region for a number of gemeenten."""
    settings: DemoSettings = read_sections(PROJECT / "config", ["demo"])["demo"]
    return settings.model_copy(update={"municipalities": municipalities})


def _incoming(root: Path, region: str) -> Path:
    return root / "data/raw" / region / "incoming"
