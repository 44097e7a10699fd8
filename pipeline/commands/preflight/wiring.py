"""Which stage makes what from what, as ``dvc.yaml`` has it."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

import yaml

from pipeline.errors import SettingsError

DVC_FILE = "dvc.yaml"
_REGION_KEY = "${item.region}"


@dataclass(frozen=True)
class Stage:
    """A stage: its name for DVC (``build_areas@kampen``), its region if it has one, and paths below the project."""

    name: str
    region: str | None
    deps: tuple[PurePosixPath, ...]
    outs: tuple[PurePosixPath, ...]

    @property
    def action(self) -> str:
        """The name without the region."""
        return self.name.partition("@")[0]

    def reads_from(self, other: "Stage") -> bool:
        """Say whether a dep lies in an out of `other`, or the other way round."""
        return any(_overlap(dep, out) for dep in self.deps for out in other.outs)


def _overlap(one: PurePosixPath, other: PurePosixPath) -> bool:
    return one.is_relative_to(other) or other.is_relative_to(one)


def read_stages(root: Path, regions: Sequence[str]) -> list[Stage]:
    """Read the stages of `regions`, in the order of ``dvc.yaml``.

    Raises
    ------
    SettingsError
        If the file is missing or damaged.
    """
    path = root / DVC_FILE
    try:
        wired: dict[str, dict[str, Any]] = yaml.safe_load(path.read_text(encoding="utf-8"))["stages"]
        return [
            _stage(name, one, region)
            for name, one in wired.items()
            for region in (regions if "matrix" in one else [None])
        ]
    except (OSError, yaml.YAMLError, UnicodeDecodeError, KeyError, TypeError, AttributeError):
        raise SettingsError(f"{DVC_FILE} is beschadigd; zet het terug met `git checkout {DVC_FILE}`.") from None


def _stage(name: str, wired: dict[str, Any], region: str | None) -> Stage:
    outs = [out for kind in ("outs", "metrics", "plots") for out in wired.get(kind, [])]
    return Stage(
        name if region is None else f"{name}@{region}",
        region,
        tuple(_path(dep, region) for dep in wired.get("deps", [])),
        tuple(_path(out, region) for out in outs),
    )


def _path(entry: str | dict[str, Any], region: str | None) -> PurePosixPath:
    text = entry if isinstance(entry, str) else next(iter(entry))
    return PurePosixPath(text if region is None else text.replace(_REGION_KEY, region))


def unmade_deps(stages: Sequence[Stage]) -> list[PurePosixPath]:
    """Return each dep that no stage makes, once: it has to be there before a run."""
    outs = [out for stage in stages for out in stage.outs]
    deps = dict.fromkeys(dep for stage in stages for dep in stage.deps)
    return [dep for dep in deps if not any(_overlap(dep, out) for out in outs)]


def with_downstream(stages: Sequence[Stage], changed: Collection[str]) -> list[Stage]:
    """Return the stages that are `changed` or read, directly or not, what one of these makes; in the given order."""
    reached = {stage.name for stage in stages if stage.name in changed}
    while True:
        new = {
            stage.name
            for stage in stages
            if stage.name not in reached and any(stage.reads_from(one) for one in stages if one.name in reached)
        }
        if not new:
            return [stage for stage in stages if stage.name in reached]
        reached |= new


def with_upstream(stages: Sequence[Stage], targets: Iterable[str]) -> list[Stage]:
    """Return the stages that `targets` name (with or without a region) and all that these rest on; all without any.

    Raises
    ------
    SettingsError
        For each target that is no stage; with the names to choose from.
    """
    wanted = list(targets) or [stage.name for stage in stages]
    known = {name for stage in stages for name in (stage.name, stage.action)}
    unknown = [target for target in wanted if target not in known]
    if unknown:
        choices = ", ".join(stage.name for stage in stages)
        raise SettingsError([f"stap '{target}' bestaat niet; kies uit: {choices}." for target in unknown])
    reached = {stage.name for stage in stages if stage.name in wanted or stage.action in wanted}
    while True:
        found = [stage for stage in stages if stage.name in reached]
        new = {stage.name for stage in stages if any(one.reads_from(stage) for one in found)} - reached
        if not new:
            return found
        reached |= new
