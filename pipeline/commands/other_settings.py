"""Settings that differ from those in ``config/``: merged, written elsewhere and held against the same rules."""

import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from pipeline.errors import SettingsError, WoonzorgError
from pipeline.settings_files import SECTIONS, check_all, read_sections, read_yaml
from pipeline.stages.record_basis import as_written

Sections = dict[str, Any]
"""Sections of the settings by name, as plain values."""


def present_sections(config: Path, region: str) -> Sections:
    """Return every section in folder `config` as it was written."""
    sections = read_sections(config, SECTIONS, region)
    return {name: as_written(name, one) for name, one in sections.items()}


def merged_with_file(present: Sections, path: Path) -> Sections:
    """Return `present` with the settings in `path` laid over it; a list replaces a list.

    Raises
    ------
    SettingsError
        If the file is missing, no YAML, or has a section that does not exist.
    """
    other = read_yaml(path)
    unknown = sorted(map(str, set(other) - set(SECTIONS)))
    if unknown:
        raise SettingsError(
            [f"{path.as_posix()}: {key}: onbekende sectie; verwijder deze of verbeter de spelling." for key in unknown]
        )
    return {name: _merged(value, other[name]) if name in other else value for name, value in present.items()}


def _merged(value: Any, other: Any) -> Any:
    if not isinstance(value, Mapping) or not isinstance(other, Mapping):
        return other
    return {**value, **{key: _merged(value.get(key), one) for key, one in other.items()}}


def write_sections(sections: Sections, present: Path, target: Path, region: str, origin: str) -> None:
    """Write `sections` as a folder of settings in `target`, beside whatever else the folder `present` holds.

    Raises
    ------
    SettingsError
        With every fault in them; `origin` says where they come from.
    """
    shutil.copytree(present, target)
    files: dict[Path, Sections] = {}
    for name, (file, _) in SECTIONS.items():
        files.setdefault(target / file.format(region=region), {})[name] = sections[name]
    for path, content in files.items():
        path.write_text(yaml.safe_dump(content, allow_unicode=True, sort_keys=False), encoding="utf-8")
    try:
        check_all(target)
    except WoonzorgError as error:
        place = target.as_posix()
        raise SettingsError(
            [f"{origin}, samen met {one.replace(place, present.as_posix())}" for one in error.faults]
        ) from None
