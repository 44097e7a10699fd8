"""How long a run will take, and how much room: from the last run on this machine, else from the size of the files."""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from pipeline.commands.preflight.source_files import Source
from pipeline.commands.preflight.wiring import Stage
from pipeline.commands.wording import BYTES_PER_MB
from pipeline.config.params import DemoSettings, RunCost
from pipeline.stages.run import DURATIONS
from pipeline.tables import RegionFiles


@dataclass(frozen=True)
class Note:
    """What was noted of a stage that ran on this machine."""

    seconds: float
    extract_bytes: int


@dataclass(frozen=True)
class Inputs:
    """The size of a region's extract, in MB, and which stages invent their source instead of copying it."""

    extract_mb: float
    inventing: Collection[str] = ()


@dataclass(frozen=True)
class Forecast:
    """What a run costs at most.

    Attributes
    ----------
    seconds
        Per stage that would run, in the order of ``dvc.yaml``.
    measured, reckoned
        The stages of a region of which the last run on this machine says how long they take, and those of which the
        size of the files must tell.
    start_seconds
        What DVC needs before the first stage.
    disk_bytes
        Room for what the run writes.
    """

    seconds: Mapping[str, float]
    measured: Collection[str]
    reckoned: Collection[str]
    start_seconds: float
    disk_bytes: float

    @property
    def total_seconds(self) -> float:
        """How long the whole run takes."""
        return self.start_seconds + sum(self.seconds.values())


def read_note(root: Path, stage: str) -> Note | None:
    """Return what was noted of a stage; None where nothing was, or the note is damaged."""
    try:
        note = json.loads((root / DURATIONS / f"{stage}.json").read_text(encoding="utf-8"))
        return Note(float(note["seconds"]), int(note["extract_bytes"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None


def inputs_of(
    files: RegionFiles, sources: Sequence[Source], demo: DemoSettings, to_run: Collection[str], cost: RunCost
) -> Inputs:
    """Return the size of the extract that the stages of a region will read.

    It is that of the file that the user brought, else of the snapshot; an extract that this run invents is as large
    as its addresses make it.
    """
    inventing = {f"fetch_{one.kind}@{files.region}" for one in sources if one.is_demo}
    invented_mb = demo.municipalities * demo.addresses / 1000 * cost.demo_mb_per_1000_addresses
    for source in (one for one in sources if one.kind == "osm"):
        folder = files.incoming if source.brought else files.snapshot("osm")
        path = folder / source.files[0].file
        if source.is_demo and (f"fetch_osm@{files.region}" in to_run or not path.is_file()):
            return Inputs(invented_mb, inventing)
        return Inputs(path.stat().st_size / BYTES_PER_MB if path.is_file() else 0.0, inventing)
    return Inputs(0.0, inventing)


def forecast_run(
    stages: Sequence[Stage],
    inputs: Mapping[str, Inputs],
    notes: Mapping[str, Note],
    cost: RunCost,
) -> Forecast:
    """Forecast a run of `stages`, with the inputs per region and the notes per stage."""
    seconds = {}
    for stage in stages:
        own = inputs.get(stage.region or "", Inputs(0.0))
        taken = _stage_seconds(stage, own, notes.get(stage.name), cost)
        seconds[stage.name] = cost.dvc_stage_seconds + taken
    running = {stage.region for stage in stages}
    sizes = [one.extract_mb for region, one in inputs.items() if region in running]
    disk_mb = sum(cost.disk_start_mb + cost.disk_mb_per_mb * size for size in sizes)
    of_regions = {stage.name for stage in stages if stage.region is not None}
    measured = of_regions & set(notes)
    return Forecast(seconds, measured, of_regions - measured, cost.dvc_start_seconds, disk_mb * BYTES_PER_MB)


def _stage_seconds(stage: Stage, inputs: Inputs, note: Note | None, cost: RunCost) -> float:
    if note is None:
        is_inventing = stage.name in inputs.inventing
        per_mb = cost.demo_seconds_per_mb if is_inventing else cost.stage_seconds_per_mb.get(stage.action, 0.0)
        return cost.stage_start_seconds + per_mb * inputs.extract_mb
    start = min(note.seconds, cost.stage_start_seconds)
    growth = inputs.extract_mb * BYTES_PER_MB / note.extract_bytes if note.extract_bytes else 1.0
    return start + (note.seconds - start) * growth
