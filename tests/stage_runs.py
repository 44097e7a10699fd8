"""Run stages in a folder of the test's own, in the order of dvc.yaml."""

import hashlib
import importlib
import inspect
from collections.abc import Iterable
from pathlib import Path

import yaml

from pipeline.settings_files import read_sections
from pipeline.stages.run import sections_of
from pipeline.tables import RegionFiles

PROJECT = Path(__file__).parents[1]


def stage_names() -> list[str]:
    """Return the stages of a region, in the order of dvc.yaml, which is an order that can be run."""
    stages = yaml.safe_load((PROJECT / "dvc.yaml").read_text(encoding="utf-8"))["stages"]
    return [name for name, stage in stages.items() if "matrix" in stage]


def run_stages(root: Path, region: str, names: Iterable[str] | None = None) -> RegionFiles:
    """Run stages (all, unless named) of `region` below `root`, with the settings in ``root/config``."""
    files = RegionFiles(root, region)
    for name in stage_names() if names is None else names:
        stage = getattr(importlib.import_module(f"pipeline.stages.{name}"), name)
        assert "files" in inspect.signature(stage).parameters
        stage(files, **read_sections(root / "config", sections_of(stage), region))
    return files


def hashes(*folders: Path) -> dict[str, str]:
    """Return the sha256 of every file below the folders, also of hidden ones."""
    return {
        str(path): hashlib.sha256(path.read_bytes()).hexdigest()
        for folder in folders
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }
