"""Damages of settings: every key of every file removed, misspelt, and given values that it cannot have."""

import copy
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from pipeline import settings_files
from pipeline.errors import SettingsError
from pipeline.settings_files import PARAMS, SECTIONS, check_all, read_sections
from tests import tiny_region
from tests.damage.case import Outcome
from tests.stage_runs import PROJECT

Place = tuple[str | int, ...]
Contents = Mapping[str, dict[str, Any]]
CONFIG = Path("config")
REGIONS = ("markerwaard", "kampen", tiny_region.REGION)
FILES = (
    PARAMS,
    "profiles.yaml",
    "facilities.yaml",
    "target_groups.yaml",
    "services.yaml",
    "gemeenten.yaml",
    *(f"regions/{one}.yaml" for one in REGIONS),
)
GONE = object()
"""In place of a value: the key is taken away."""

HUGE = 10**12
WITHOUT_LARGEST = {"demo.seed"}
"""Numbers that may be as large as anyone likes."""

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
        return f"{self.file}, {self.key}: {self.damage}"

    @property
    def key(self) -> str:
        """The place as messages write it."""
        return ".".join(map(str, self.place))

    @property
    def region(self) -> str:
        """The region of the file; of a file for all regions any will do."""
        return next((one for one in REGIONS if one in self.file), REGIONS[0])


def content_of(file: str) -> dict[str, Any]:
    """Return a settings file as it is shipped, with all regions to be run."""
    if tiny_region.REGION in file:
        return tiny_region.settings()
    content: dict[str, Any] = yaml.safe_load((PROJECT / "config" / file).read_text(encoding="utf-8"))
    return {**content, "regions": list(REGIONS)} if file == PARAMS else content


SOUND: Contents = {file: content_of(file) for file in FILES}
"""Every settings file, whole."""


def settings_cases(file: str) -> Iterator[SettingsCase]:
    """Yield every damage of every key of a file."""
    for place, value in _places(SOUND[file]):
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
    content = copy.deepcopy(SOUND[case.file])
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


def check(case: SettingsCase) -> tuple[Outcome, tuple[str, ...]]:
    """Return what the check of all settings says of a damage, and its messages; nothing is written or parsed."""
    contents = {**SOUND, case.file: damaged(case)}
    try:
        with _read_from(contents):
            check_all(CONFIG)
    except SettingsError as error:
        return Outcome.FAULT, error.faults
    return (Outcome.SAME if sections(contents, case) == sections(SOUND, case) else Outcome.CHOICE), ()


def sections(contents: Contents, case: SettingsCase) -> dict[str, Any]:
    """Return the sections of the damaged file, as the stages get them."""
    with _read_from(contents):
        return read_sections(CONFIG, [one for one in SECTIONS if one in SOUND[case.file]], case.region)


@contextmanager
def _read_from(contents: Contents) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(settings_files, "read_yaml", lambda path: contents[path.relative_to(CONFIG).as_posix()])
        yield


def may_be_a_choice(case: SettingsCase) -> bool:
    """Say whether a damaged key may be what somebody wants: a name or text of their own, or something left out."""
    if case.damage == "negative":
        return False
    if case.place == ("timetables",):
        return case.value is None
    if case.damage == "huge":
        return case.key in WITHOUT_LARGEST
    field = _field(case)
    if field is None:
        return len(case.place) > 1
    return not field.is_required() and (case.damage == "removed" or case.value is None)


def _field(case: SettingsCase) -> FieldInfo | None:
    """Return the field of the settings that a key is, or None where users choose the names (categories, columns...)."""
    if len(case.place) == 1:
        return None
    owner = sections(SOUND, case)[str(case.place[0])]
    for key in case.place[1:-1]:
        owner = getattr(owner, _attribute(owner, str(key))) if isinstance(owner, BaseModel) else owner[key]
    return type(owner).model_fields[_attribute(owner, str(case.place[-1]))] if isinstance(owner, BaseModel) else None


def _attribute(owner: BaseModel, key: str) -> str:
    return next(name for name, field in type(owner).model_fields.items() if key in (name, field.alias))
