"""A run of a region under other settings, in a temporary folder: only the stages that these settings change."""

import importlib
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from rich.console import Console

from pipeline.commands.freshness import GOALS
from pipeline.commands.other_settings import Sections, present_sections, write_sections
from pipeline.errors import WoonzorgError
from pipeline.model.basis import SOURCE_SECTIONS
from pipeline.settings_files import read_sections
from pipeline.sources.fetching import Mode
from pipeline.stages.graph import WiredStage, files_from_outside, leading_to, read_graph, resting_on
from pipeline.stages.run import CONFIG, sections_of
from pipeline.tables import RegionFiles


@contextmanager
def trial(files: RegionFiles, sections: Sections, origin: str) -> Iterator[RegionFiles]:
    """Yield the results of a region under `sections`; they are gone when the body ends.

    What the settings do not change is linked from the results in `files`, which stay as they are.

    Parameters
    ----------
    sections
        Every section of the settings.
    origin
        Where they come from, to be named in faults.

    Raises
    ------
    WoonzorgError
        If the settings have faults or a stage fails.
    """
    present = present_sections(files.root / CONFIG, files.region)
    changed = {name for name, value in sections.items() if value != present[name]}
    with tempfile.TemporaryDirectory(prefix="woonzorg-") as folder:
        scratch = RegionFiles(Path(folder), files.region)
        write_sections(sections, files.root / CONFIG, scratch.root / CONFIG, files.region, origin)
        try:
            _run(files, scratch, changed)
        except WoonzorgError as error:
            shown = [fault.replace(f"{scratch.root.as_posix()}/", "") for fault in error.faults]
            raise WoonzorgError([f"{origin}: {fault}" for fault in shown]) from None
        yield scratch


def _run(files: RegionFiles, scratch: RegionFiles, changed: set[str]) -> None:
    graph = read_graph(files.region)
    wanted = leading_to(graph, GOALS)
    readers = [name for name in wanted if changed & _decisive(name)]
    rerun = [name for name in resting_on(graph, readers) if name in wanted]
    _link_inputs(files.root, scratch.root, graph, wanted, rerun)
    with Console(stderr=True).status("") as status:
        for name in rerun:
            status.update(f"Proefberekening: {name}")
            stage = stage_of(name)
            offline = {"mode": Mode.OFFLINE} if name.startswith("fetch_") else {}
            stage(scratch, **read_sections(scratch.root / CONFIG, sections_of(stage), files.region), **offline)


def _decisive(name: str) -> set[str]:
    """Return the sections for which a stage runs again: snapshots stay, unless the settings of the source change.

    Others that a fetch reads say how it is asked, and how far around.
    """
    sections = set(sections_of(stage_of(name)))
    return sections.intersection(SOURCE_SECTIONS) if name.startswith("fetch_") else sections


def stage_of(name: str) -> Callable[..., None]:
    """Return the function of a stage."""
    stage: Callable[..., None] = getattr(importlib.import_module(f"pipeline.stages.{name}"), name)
    return stage


def _link_inputs(root: Path, target: Path, graph: dict[str, WiredStage], wanted: list[str], rerun: list[str]) -> None:
    """Link what the stages that do not run have made, and what the others read from outside."""
    kept = [out for name in wanted if name not in rerun for out in graph[name].outs]
    outside = [path for path in files_from_outside(graph, rerun) if not path.startswith("pipeline/")]
    for path in [*kept, *outside]:
        if (root / path).exists() and not (target / path).exists():
            (target / path).parent.mkdir(parents=True, exist_ok=True)
            _link((root / path).resolve(), target / path)


def _link(source: Path, target: Path) -> None:
    try:
        target.symlink_to(source, target_is_directory=source.is_dir())
    except OSError:  # Windows asks for a right that few users have
        copy = shutil.copytree if source.is_dir() else shutil.copyfile
        copy(source, target)
