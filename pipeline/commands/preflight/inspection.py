"""Look at everything that can be told before a run."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from pipeline.commands.dvc_process import changed_stages
from pipeline.commands.preflight.findings import Findings
from pipeline.commands.preflight.forecast import Forecast, forecast_run, inputs_of, read_note
from pipeline.commands.preflight.machine import check_room, check_writable, free_bytes
from pipeline.commands.preflight.region import inspect_region
from pipeline.commands.preflight.source_files import Source, sources_of
from pipeline.commands.preflight.wiring import DVC_FILE, Stage, read_stages, unmade_deps, with_downstream, with_upstream
from pipeline.errors import collected
from pipeline.settings_files import PARAMS, SECTIONS, check_all, read_sections
from pipeline.stages.run import CONFIG
from pipeline.tables import RegionFiles


@dataclass(frozen=True)
class Surroundings:
    """What differs between machines and days: the date, the room on a disk, and what DVC says has changed."""

    today: date
    free_bytes: Callable[[Path], int] = free_bytes
    changed_stages: Callable[[Path], Collection[str]] = changed_stages


@dataclass(frozen=True)
class Inspection:
    """What was found before a run.

    Attributes
    ----------
    regions
        Each region, in the order of the settings, with what was found about it.
    project
        What was found about settings, wiring and this machine.
    stages
        The stages that the run is about, changed or not.
    forecast
        What the run costs; None where that cannot be told.
    """

    regions: Mapping[str, Findings]
    project: Findings
    stages: Sequence[Stage]
    forecast: Forecast | None

    @property
    def faults(self) -> list[str]:
        """Every fault, those of a region after its name."""
        of_regions = [f"{region}: {fault}" for region, found in self.regions.items() for fault in found.faults]
        return [*self.project.faults, *of_regions]

    @property
    def remarks(self) -> list[str]:
        """Every remark, those of a region after its name."""
        of_regions = [f"{region}: {remark}" for region, found in self.regions.items() for remark in found.remarks]
        return [*of_regions, *self.project.remarks]


@dataclass(frozen=True)
class _Region:
    files: RegionFiles
    sections: Mapping[str, Any]
    sources: Sequence[Source]


def inspect_project(
    root: Path, surroundings: Surroundings, *, region: str | None = None, targets: Sequence[str] = ()
) -> Inspection:
    """Look at the project below `root` before a run.

    Parameters
    ----------
    region
        The region to look at; without, all that the run is about.
    targets
        The stages that the run is limited to, with all that they rest on; without, all.
    """
    project = Findings("Deze computer")
    if not (root / DVC_FILE).is_file():
        project.faults.append(f"{DVC_FILE} ontbreekt hier; voer de opdracht uit in de map van het project.")
        return Inspection({}, project, [], None)
    with project.collected():
        check_all(root / CONFIG)
    listed = _lenient(root, ["regions"], None, []).get("regions", [])
    chosen = [region] if region is not None else _regions_of(targets, listed)
    regions = [_read_region(root, one, listed, project) for one in chosen]
    stages: list[Stage] = []
    with project.collected():
        stages = with_upstream(read_stages(root, chosen), targets)
    _check_deps(root, stages, project)
    check_writable(root, project)
    found = {
        one.files.region: inspect_region(one.files, one.sections, one.sources, surroundings.today) for one in regions
    }
    forecast = None
    if not project.faults:
        with project.collected():
            forecast = _forecast(root, stages, regions, listed, surroundings)
            check_room(forecast.disk_bytes, surroundings.free_bytes(root), project)
    return Inspection(found, project, stages, forecast)


def _lenient(root: Path, names: Sequence[str], region: str | None, faults: list[str]) -> dict[str, Any]:
    """Read the sections that can be read; the faults of the others are added to `faults`."""
    sections: dict[str, Any] = {}
    for name in names:
        with collected(faults):
            sections |= read_sections(root / CONFIG, [name], region)
    return sections


def _read_region(root: Path, region: str, listed: Sequence[str], project: Findings) -> _Region:
    """Read the settings of a region; of one that is not listed, nobody else reports the faults."""
    faults: list[str] = []
    sections = _lenient(root, list(SECTIONS), region, faults)
    if region not in listed:
        project.faults += [fault for fault in dict.fromkeys(faults) if fault not in project.faults]
        project.remarks.append(f"{region} staat niet bij regions in config/{PARAMS}; een run slaat deze regio over.")
    return _Region(RegionFiles(root, region), sections, sources_of(sections))


def _regions_of(targets: Sequence[str], listed: Sequence[str]) -> list[str]:
    """Return the regions that `targets` name; all of them where one names none, as that means every region."""
    named = {target.partition("@")[2] for target in targets}
    return [region for region in listed if region in named and "" not in named] or list(listed)


def _check_deps(root: Path, stages: Sequence[Stage], found: Findings) -> None:
    for dep in unmade_deps(stages):
        if not (root / dep).exists():
            remedy = f"zet het terug (git checkout -- {dep}) of maak het aan" if dep.suffix else "maak deze map aan"
            found.faults.append(f"{dep}: ontbreekt, en zonder draait DVC niet; {remedy}.")


def _forecast(
    root: Path, stages: Sequence[Stage], regions: Sequence[_Region], listed: Sequence[str], surroundings: Surroundings
) -> Forecast:
    """Forecast the run.

    Raises
    ------
    WoonzorgError
        If DVC cannot tell what would run.
    """
    changed = set(surroundings.changed_stages(root))
    # DVC knows nothing of a region that is not in the settings yet: all of it will run.
    changed |= {stage.name for stage in stages if stage.region is not None and stage.region not in listed}
    to_run = with_downstream(stages, changed)
    names = {stage.name for stage in to_run}
    cost = regions[0].sections["preflight"].cost
    inputs = {one.files.region: inputs_of(one.files, one.sources, one.sections["demo"], names, cost) for one in regions}
    notes = {stage.name: note for stage in to_run if (note := read_note(root, stage.name)) is not None}
    return forecast_run(to_run, inputs, notes, cost)
