"""Stage: record what the verdicts rest on (files, settings, code), so that a later comparison can name causes."""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

from pipeline.config.completeness import CompletenessLimits
from pipeline.config.facilities import FacilitySettings
from pipeline.config.params import (
    ClusterSettings,
    DemoSettings,
    DwellingSettings,
    LimitSettings,
    NetworkSettings,
    StopServiceSettings,
    UnitSettings,
    WitteVlekSettings,
)
from pipeline.config.profiles import Profiles
from pipeline.config.region import CompletenessSettings, LocalCheckSettings, RegionSettings
from pipeline.config.registers import ConflationSettings, RegisterSettings
from pipeline.config.sources import AreaSettings, FigureSettings, OsmSettings, TimetableSettings
from pipeline.config.target_groups import TargetGroupSettings
from pipeline.settings_files import SECTIONS
from pipeline.sources.snapshots import SNAPSHOTS, read_provenance, sha256_of
from pipeline.stages.graph import PROJECT, files_from_outside, leading_to, read_graph
from pipeline.stages.run import run
from pipeline.tables import RegionFiles, replaced_together

VERDICTS_STAGE = "flag_witte_vlekken"
_NO_CAUSE = {"region": {"baseline"}}
"""Keys that cannot change a verdict: what results are compared with."""


def record_basis(
    files: RegionFiles,
    *,
    region: RegionSettings,
    areas: AreaSettings,
    figures: FigureSettings,
    osm: OsmSettings,
    timetables: TimetableSettings | None,
    demo: DemoSettings,
    units: UnitSettings,
    dwellings: DwellingSettings,
    network: NetworkSettings,
    limits: LimitSettings,
    profiles: Profiles,
    facilities: FacilitySettings,
    target_groups: TargetGroupSettings,
    completeness: CompletenessSettings,
    completeness_limits: CompletenessLimits,
    local_checks: LocalCheckSettings,
    clusters: ClusterSettings,
    stop_service: StopServiceSettings,
    facility_registers: RegisterSettings,
    conflation: ConflationSettings,
    witte_vlekken: WitteVlekSettings,
) -> None:
    """Write the sources with their sha256, other files that were read, every section that matters, and the code."""
    sections = {name: value for name, value in locals().items() if name != "files"}
    graph = read_graph(files.region)
    outside = files_from_outside(graph, leading_to(graph, [VERDICTS_STAGE]))
    snapshots_of = [one.relative_to(files.root).as_posix() for one in (files.incoming, files.registers)]
    code = [path for path in outside if path.startswith("pipeline/")]
    others = [path for path in outside if path not in [*code, *snapshots_of]]
    basis = {
        "sources": [record for source in SNAPSHOTS for record in read_provenance(files.snapshot(source))],
        "inputs": _hashes(files.root, others),
        "settings": {name: as_written(name, section, _NO_CAUSE.get(name)) for name, section in sections.items()},
        "code": _hashes(PROJECT, code),
    }
    with replaced_together(files.basis) as temporary:
        text = json.dumps(basis, ensure_ascii=False, indent=1) + "\n"
        temporary[files.basis].write_text(text, encoding="utf-8", newline="\n")


def as_written(name: str, section: Any, exclude: set[str] | None = None) -> Any:
    """Return the section `name` as plain values, without keys that were left to their default."""
    kind = TypeAdapter(SECTIONS[name][1])
    return kind.dump_python(section, mode="json", by_alias=True, exclude_unset=True, exclude=exclude)


def _hashes(root: Path, paths: Iterable[str]) -> dict[str, str]:
    """Return the sha256 of every file, also of those in folders, by its path below `root`."""
    found = [file for path in paths for file in _files(root / path)]
    return {file.relative_to(root).as_posix(): sha256_of(file) for file in found}


def _files(path: Path) -> list[Path]:
    if path.is_dir():
        return sorted(one for one in path.rglob("*") if one.is_file())
    return [path] if path.is_file() else []


if __name__ == "__main__":
    run(record_basis)
