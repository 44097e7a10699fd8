"""The regions whose files are damaged: a tiny one, the sample region from files, and the real data of Kampen."""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import yaml

from pipeline.config.params import DemoSettings
from pipeline.config.sources import AreaSettings, FigureSettings, OsmSettings, SourceFile, TimetableSettings
from pipeline.sources import demo
from pipeline.sources.local_checks import COLUMNS
from tests import tiny_region
from tests.damage import of_bytes, of_extracts, of_layers, of_tables
from tests.damage.case import Case, Damage, refused
from tests.stage_runs import PROJECT, stage_names

TINY, SAMPLE, KAMPEN = tiny_region.REGION, "markerwaard", "kampen"
REGIONS = (TINY, SAMPLE, KAMPEN)
SAMPLE_SIZE = DemoSettings(seed=1932, municipalities=1, addresses=2500)


READING = ["fetch_areas", "fetch_figures", "fetch_osm", "fetch_timetables", "fetch_registers", "build_figures"]
"""Stages that read what comes from outside and need nothing else."""

DISTANCES = [
    "build_areas",
    "read_timetables",
    "extract_facilities",
    "conflate_facilities",
    "apply_local_checks",
    "extract_background",
    "build_network",
    "compute_reach",
]
"""Stages that see the extract, and those that need no more than what these write."""


def stages_of(region: str) -> list[str]:
    """Return the stages that a region's damages run through: for the tiny region all, for larger ones a part."""
    return {TINY: stage_names(), SAMPLE: READING + DISTANCES, KAMPEN: READING}[region]


def settings_of(region: str) -> dict[str, Any]:
    """Return the settings of a region with all its files coming in from outside."""
    if region == TINY:
        return tiny_region.settings()
    path = PROJECT / "config/regions" / f"{region}.yaml"
    content: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    for section in ("areas", "figures", "osm", "timetables", "facility_registers"):
        if content[section] is not None:
            content[section]["from"] = "file"
    return content


@dataclass(frozen=True)
class Sources:
    """What a region is read from."""

    areas: AreaSettings
    figures: FigureSettings
    osm: OsmSettings
    timetable: TimetableSettings | None

    @property
    def of_stage(self) -> dict[str, list[SourceFile]]:
        """The files of each fetch stage."""
        return {
            "fetch_areas": list(self.areas.layers), "fetch_figures": list(self.figures.files), "fetch_osm": [self.osm],
            "fetch_timetables": [self.timetable] if self.timetable else [],
        }  # fmt: skip


def sources_of(region: str) -> Sources:
    """Return the sources of a region, as its settings name them."""
    content = settings_of(region)
    return Sources(
        AreaSettings.model_validate(content["areas"]),
        FigureSettings.model_validate(content["figures"]),
        OsmSettings.model_validate(content["osm"]),
        TimetableSettings.model_validate(content["timetables"]) if content["timetables"] else None,
    )


def write_inputs(region: str, root: Path, real_data: Path | None) -> None:
    """Write settings and incoming files of a region below `root`."""
    incoming = root / "data/raw" / region / "incoming"
    if region == TINY:
        tiny_region.write_region(root)
        return
    shutil.copytree(PROJECT / "config", root / "config")
    # Not all places are there that the checks of the sample region are about.
    (root / "config/regions" / f"{region}.checks.csv").write_text(",".join(COLUMNS) + "\n", encoding="utf-8")
    text = yaml.safe_dump(settings_of(region), allow_unicode=True, sort_keys=False)
    (root / "config/regions" / f"{region}.yaml").write_text(text, encoding="utf-8")
    if region == KAMPEN:
        assert real_data is not None
        shutil.copytree(real_data, incoming)
        return
    incoming.mkdir(parents=True)
    made = demo.generate(SAMPLE_SIZE)
    writers = (demo.write_areas, demo.write_figures, demo.write_osm, demo.write_timetable, demo.write_registers)
    for write in writers:
        write(made, incoming)


def cases(region: str) -> Iterator[Case]:
    """Yield every damage of every incoming file of a region."""
    sources = sources_of(region)
    found = _damages(sources)
    if region == TINY:
        found[sources.osm.file] += of_extracts.bare_flips()
    for file, damages in found.items():
        for damage in damages:
            if damage.shows_at is None or damage.shows_at in stages_of(region):
                yield Case(region, file, damage)


def _damages(sources: Sources) -> dict[str, list[Damage]]:
    found: dict[str, list[Damage]] = {}
    layers = sources.areas.layers
    for layer in layers:
        if layer.file not in found:
            found[layer.file] = list(of_bytes.damages(_must_be_refused))
        names = [one.layer for one in layers if one.file == layer.file and one.layer]
        prefix = f"layer {layer.layer}, " if layer.layer else ""
        found[layer.file] += [replace(one, name=prefix + one.name) for one in of_layers.layer_damages(layer, names)]
    for table in sources.figures.tables:
        found[table.file] = [*of_bytes.damages(of_tables.cut_off), *of_tables.figure_damages(table)]
    for reference in (one for one in sources.figures.reference if one.file not in found):
        found[reference.file] = [*of_bytes.damages(of_tables.cut_off), *of_tables.reference_damages(reference)]
    found[sources.osm.file] = [*of_bytes.damages(_must_be_refused), *of_extracts.extract_damages()]
    if sources.timetable is not None:
        found[sources.timetable.file] = list(of_bytes.damages(_must_be_refused))
    return found


def _must_be_refused(name: str, inflict: Any) -> Damage:
    return refused(name, inflict, faults=None)
