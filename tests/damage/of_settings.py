"""Damages of settings: every key of every file removed, misspelt, and given values that it cannot have."""

import copy
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel

from pipeline import settings_files
from pipeline.errors import SettingsError
from pipeline.settings_files import PARAMS, SECTIONS, check_all
from tests.damage.case import Outcome
from tests.stage_runs import PROJECT

Place = tuple[str | int, ...]
REGIONS = ("markerwaard", "kampen")
GONE = object()
"""In place of a value: the key is taken away."""

HUGE = 10**12
WRONG_TYPES: dict[type, tuple[object, ...]] = {
    bool: ("misschien", 2, [True], {"a": True}, None),
    int: ("veel", True, [5], {"a": 5}, None),
    float: ("veel", True, [5], {"a": 5}, None),
    str: (12.5, True, {"a": "b"}, None),
    list: ("x", 3, None),
    dict: ("x", 3, ["x"], None),
}


@dataclass(frozen=True)
class SettingsCase:
    """A damage to one key: taken away, spelt as `new_key`, or given `value`."""

    file: str
    place: Place
    damage: str
    value: Any = GONE
    new_key: str | None = None

    def __str__(self) -> str:
        return f"{self.file}, {shown(self.place)}: {self.damage}"


def shown(place: Place) -> str:
    """Return a place as messages write it."""
    return ".".join(map(str, place))


def files() -> list[str]:
    """Return every settings file."""
    return [PARAMS, "facilities.yaml", "target_groups.yaml", *(f"regions/{one}.yaml" for one in REGIONS)]


def content_of(file: str) -> dict[str, Any]:
    """Read a settings file as it is shipped; both regions are to be run."""
    content: dict[str, Any] = yaml.safe_load((PROJECT / "config" / file).read_text(encoding="utf-8"))
    return {**content, "regions": list(REGIONS)} if file == PARAMS else content


def settings_cases() -> Iterator[SettingsCase]:
    """Yield every damage of every key."""
    for file in files():
        for place, value in _places(content_of(file)):
            if isinstance(place[-1], str):
                yield SettingsCase(file, place, "removed")
                yield SettingsCase(file, place, "misspelt", value, new_key=f"{place[-1]}q")
            for wrong in WRONG_TYPES.get(type(value), ()):
                yield SettingsCase(file, place, f"given {wrong!r}", wrong)
            if isinstance(value, int | float) and not isinstance(value, bool):
                yield SettingsCase(file, place, "negative", -1)
                yield SettingsCase(file, place, "huge", HUGE)


def _places(value: object, at: Place = ()) -> Iterator[tuple[Place, object]]:
    inside: list[tuple[str | int, object]] = []
    if isinstance(value, dict):
        inside = list(value.items())
    elif isinstance(value, list):
        inside = list(enumerate(value))
    for key, one in inside:
        yield (*at, key), one
        yield from _places(one, (*at, key))


def damaged(case: SettingsCase) -> dict[str, Any]:
    """Return the content of the file with the damage in it."""
    content = copy.deepcopy(content_of(case.file)) if case.file not in _CONTENT else copy.deepcopy(_CONTENT[case.file])
    holder: Any = content
    for key in case.place[:-1]:
        holder = holder[key]
    if case.new_key is not None:
        holder[case.new_key] = holder.pop(case.place[-1])
    elif case.value is GONE:
        del holder[case.place[-1]]
    else:
        holder[case.place[-1]] = case.value
    return content


_CONTENT = {file: content_of(file) for file in files()}


class Checker:
    """Checks settings with one file damaged, without writing and parsing YAML each time."""

    def __init__(self) -> None:
        self.sound = self._sections(_CONTENT)

    def run(self, case: SettingsCase) -> tuple[Outcome, tuple[str, ...]]:
        """Return what the check of all settings says of a damage, and its messages."""
        contents = {**_CONTENT, case.file: damaged(case)}
        try:
            self._check(contents)
        except SettingsError as error:
            return Outcome.FAULT, error.faults
        return (Outcome.SAME if self._sections(contents) == self.sound else Outcome.CHOICE), ()

    def _check(self, contents: dict[str, dict[str, Any]]) -> None:
        real = settings_files.read_yaml
        settings_files.read_yaml = lambda path: contents[path.relative_to("config").as_posix()]
        try:
            check_all(Path("config"))
        finally:
            settings_files.read_yaml = real

    def _sections(self, contents: dict[str, dict[str, Any]]) -> dict[tuple[str, str], Any]:
        real = settings_files.read_yaml
        settings_files.read_yaml = lambda path: contents[path.relative_to("config").as_posix()]
        try:
            return {
                (region, name): settings_files.read_sections(Path("config"), [name], region)[name]
                for region in REGIONS
                for name in SECTIONS
            }
        finally:
            settings_files.read_yaml = real


def is_named(case: SettingsCase, sections: dict[tuple[str, str], Any]) -> bool:
    """Say whether a key is one that the pipeline names, and no name that the user chose (a category, a column)."""
    region = (
        case.file.removeprefix("regions/").removesuffix(".yaml") if case.file.startswith("regions/") else REGIONS[0]
    )
    if len(case.place) == 1:
        return True
    owner: Any = sections[region, str(case.place[0])]
    for key in case.place[1:-1]:
        owner = getattr(owner, _attribute(owner, str(key))) if isinstance(owner, BaseModel) else owner[key]
    return isinstance(owner, BaseModel)


def is_required(case: SettingsCase, sections: dict[tuple[str, str], Any]) -> bool:
    raise NotImplementedError


def _attribute(owner: BaseModel, key: str) -> str:
    return next(name for name, field in type(owner).model_fields.items() if key in (name, field.alias))
