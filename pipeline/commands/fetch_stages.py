"""The stages that fetch: one per source, each with the folder of its snapshot."""

import importlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipeline.commands.stage_words import in_words
from pipeline.settings_files import read_sections
from pipeline.sources.fetching import LookedError, Mode
from pipeline.stages.graph import read_graph
from pipeline.stages.run import CONFIG, sections_of
from pipeline.tables import RegionFiles

FETCHES = "fetch_"
"""How the names of these stages begin."""


@dataclass(frozen=True)
class FetchStage:
    """A stage that fetches for one region.

    Parameters
    ----------
    folders
        Its snapshots.
    needs
        Snapshots of other sources that it reads, as to know where the region lies.
    """

    name: str
    files: RegionFiles
    folders: tuple[Path, ...]
    needs: tuple[Path, ...] = ()

    @property
    def words(self) -> str:
        """What it does, in the analyst's words."""
        return in_words(self.name)

    def run(self, mode: Mode) -> None:
        """Take the snapshot anew as far as `mode` wants.

        Raises
        ------
        WoonzorgError
            With every fault of settings, services and files; the earlier snapshot is still there.
        """
        stage, sections = self._stage()
        stage(self.files, **sections, mode=mode)

    def requests(self) -> Mapping[str, Any]:
        """Return what would be asked for each file that services give, by the settings of now; nothing is asked.

        Raises
        ------
        WoonzorgError
            If it cannot be told, as when it rests on a snapshot that is missing.
        """
        stage, sections = self._stage()
        if any(getattr(section, "origin", None) == "demo" for section in sections.values()):
            return {}
        try:
            stage(self.files, **sections, mode=Mode.LOOK)
        except LookedError as looked:
            return looked.requests
        return {}

    def _stage(self) -> tuple[Callable[..., None], Mapping[str, Any]]:
        stage = getattr(importlib.import_module(f"pipeline.stages.{self.name}"), self.name)
        return stage, read_sections(self.files.root / CONFIG, sections_of(stage), self.files.region)


def fetch_stages(files: RegionFiles) -> list[FetchStage]:
    """Return the stages that fetch for a region, in an order in which they can be run."""
    graph = {name: stage for name, stage in read_graph(files.region).items() if name.startswith(FETCHES)}
    outs = {out for stage in graph.values() for out in stage.outs}
    return [
        FetchStage(
            name,
            files,
            tuple(files.root / out for out in stage.outs),
            tuple(files.root / dep for dep in stage.deps if dep in outs),
        )
        for name, stage in graph.items()
    ]


def snapshot_folders(files: RegionFiles) -> list[Path]:
    """Return the folders of all snapshots of a region, there or not."""
    return [folder for stage in fetch_stages(files) for folder in stage.folders]
