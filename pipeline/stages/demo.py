"""Snapshots of the sample region: invented, with a record of which generator made them."""

from collections.abc import Callable, Sequence
from pathlib import Path

from pipeline.config.params import DemoSettings
from pipeline.config.sources import SourceFile
from pipeline.sources.demo import GENERATOR_VERSION, DemoRegion, generate
from pipeline.sources.snapshots import write_provenance


def invent_snapshot(
    write: Callable[[DemoRegion, Path], None], demo: DemoSettings, files: Sequence[SourceFile], folder: Path
) -> None:
    """Make `folder`, let `write` fill it with `files` of the sample region, and record these."""
    folder.mkdir()
    write(generate(demo), folder)
    write_provenance(files, folder, GENERATOR_VERSION)
