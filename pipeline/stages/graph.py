"""The stages of one region as ``dvc.yaml`` wires them: what each reads and makes, and so which depends on which."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

import yaml

PROJECT = Path(__file__).parents[2]
"""The folder that holds ``dvc.yaml`` and the code that is running."""


@dataclass(frozen=True)
class WiredStage:
    """A stage: paths that it reads and makes, relative to the project, for one region."""

    deps: tuple[str, ...]
    outs: tuple[str, ...]


def read_graph(region: str) -> dict[str, WiredStage]:
    """Return the stages of `region` by name, in the order of ``dvc.yaml``, which is an order that can be run."""
    stages = yaml.safe_load((PROJECT / "dvc.yaml").read_text(encoding="utf-8"))["stages"]
    return {name: _wired(stage, region) for name, stage in stages.items() if "matrix" in stage}


def _wired(stage: Mapping[str, Any], region: str) -> WiredStage:
    outs = [path for kind in ("outs", "metrics") for one in stage.get(kind, []) for path in one]
    deps, outs = ([path.replace("${item.region}", region) for path in paths] for paths in (stage["deps"], outs))
    return WiredStage(tuple(deps), tuple(outs))


def leading_to(graph: Mapping[str, WiredStage], goals: Iterable[str]) -> list[str]:
    """Return `goals` and every stage that they rest on, in an order that can be run."""
    wanted = set(goals)
    for name in reversed(list(graph)):
        if any(depends_on(graph[later], graph[name]) for later in wanted):
            wanted.add(name)
    return [name for name in graph if name in wanted]


def resting_on(graph: Mapping[str, WiredStage], names: Iterable[str]) -> list[str]:
    """Return `names` and every stage that rests on them, in an order that can be run."""
    wanted = set(names)
    for name, stage in graph.items():
        if any(depends_on(stage, graph[earlier]) for earlier in wanted):
            wanted.add(name)
    return [name for name in graph if name in wanted]


def depends_on(stage: WiredStage, other: WiredStage) -> bool:
    """Say whether `stage` reads something that `other` makes."""
    return any(_overlap(dep, out) for dep in stage.deps for out in other.outs)


def files_from_outside(graph: Mapping[str, WiredStage], names: Iterable[str]) -> list[str]:
    """Return the deps of the named stages that no stage makes, code among them."""
    made = [out for stage in graph.values() for out in stage.outs]
    deps = dict.fromkeys(dep for name in names for dep in graph[name].deps)
    return [dep for dep in deps if not any(_overlap(dep, out) for out in made)]


def _overlap(one: str, other: str) -> bool:
    """Say whether two paths are the same, or one lies in the other."""
    left, right = PurePosixPath(one), PurePosixPath(other)
    return left.is_relative_to(right) or right.is_relative_to(left)
