"""What differs beneath two sets of results, in plain Dutch: files, settings and code."""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pandas as pd

from pipeline.publish.comparison import Settings
from pipeline.publish.dutch_numbers import norm_distance, number, share
from pipeline.publish.labels import COMPLETENESS, in_sentence, listing

KIND = {"data": "gegevens", "settings": "instellingen", "code": "code"}
"""Kinds of cause."""

_FILES_SHOWN = 5
_LONGEST_VALUE = 60
_LOCAL_CHECKS = "Controles ter plaatse"
_OVERRULE = r"completeness\.overrules\.(\w+)(?:\.judgement)?"
_NORM = {"comfort_m": "comfortabele afstand", "norm_m": "norm", "uiterst_m": "uiterste afstand"}


def cause_label(cause: str) -> str:
    """Name a cause: kinds that are joined by ``|`` (one of these) and ``+`` (together).

    Examples
    --------
    >>> cause_label("settings+data|code")
    'instellingen én gegevens of code'
    """
    parts = [listing([KIND.get(kind, "onbekend") for kind in part.split("|")], last="of") for part in cause.split("+")]
    return " én ".join(parts)


def setting_of(settings: Settings, *path: str, default: Any = None) -> Any:
    """Return a value deep in settings, or `default` where any part of the way is missing."""
    found: Any = settings
    for part in path:
        if not isinstance(found, Mapping) or part not in found:
            return default
        found = found[part]
    return found


def label_of(path: Sequence[str], *sides: Settings) -> str:
    """Return the label of a target group or category in the first of the settings that knows it, else its code."""
    labels = [setting_of(settings, *path, "label") for settings in sides]
    return next((str(label) for label in labels if label is not None), path[-1])


def difference_sentences(differences: pd.DataFrame, before: Settings, after: Settings) -> dict[str, list[str]]:
    """Say per kind what differs, a line per file or setting; code in one line."""
    lines: dict[str, list[str]] = {}
    for row in differences.to_dict("records"):
        was, becomes = (None if pd.isna(row[side]) else json.loads(row[side]) for side in ("before", "after"))
        kind, key = str(row["kind"]), str(row["key"])
        if kind == "settings":
            lines.setdefault(kind, []).append(_setting(key, was, becomes, before, after))
        elif kind == "data":
            lines.setdefault(kind, []).append(_file(key, was, becomes))
        else:
            lines.setdefault(kind, []).append(key)
    if "code" in lines:
        lines["code"] = [_code(lines["code"])]
    return lines


def _code(files: list[str]) -> str:
    shown = listing(files) if len(files) <= _FILES_SHOWN else f"{', '.join(files[:_FILES_SHOWN])} en andere"
    return f"{number(len(files))} {'bestand' if len(files) == 1 else 'bestanden'} met de rekenwijze ({shown})"


def _file(key: str, was: Any, becomes: Any) -> str:
    record = becomes or was
    if not isinstance(record, Mapping) and "/" not in key:
        return f"hoe bestanden gelezen worden: {key}: {_value(was)} → {_value(becomes)}"
    what = record.get("what") if isinstance(record, Mapping) else _LOCAL_CHECKS if key.endswith(".checks.csv") else None
    name = f"{what} ({key})" if what else key
    if was is None or becomes is None:
        return f"{name}: {'nieuw' if was is None else 'niet meer gebruikt'}"
    dates = [one.get("reference_date") if isinstance(one, Mapping) else None for one in (was, becomes)]
    if None in dates:
        return f"{name}: gewijzigd"
    if dates[0] == dates[1]:
        return f"{name}: gewijzigd, met dezelfde peildatum {dates[0]}"
    return f"{name}: peildatum {dates[0]} → {dates[1]}"


def _setting(key: str, was: Any, becomes: Any, before: Settings, after: Settings) -> str:
    if re.fullmatch(_OVERRULE, key):
        was, becomes = _overrule(was), _overrule(becomes)
    for pattern, write in _KNOWN.items():
        found = re.fullmatch(pattern, key)
        if found and was is not None and becomes is not None:
            return f"{write(found.groups(), was, becomes, before, after)} ({key})"
    return f"{key}: {_value(was)} → {_value(becomes)}"


def _overrule(value: Any) -> str:
    """Say how complete a category is by what the user set: a whole overrule, its judgement, or nothing."""
    judgement = value.get("judgement") if isinstance(value, Mapping) else value
    return COMPLETENESS.get(str(judgement), "volgens de cijfers van het CBS")


def _value(value: Any) -> str:
    if value is None:
        return "niet ingevuld"
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= _LONGEST_VALUE else f"{text[:_LONGEST_VALUE]}…"


def _group(code: str, *sides: Settings) -> str:
    return label_of(["target_groups", "groups", code], *sides)


def _category(code: str, *sides: Settings) -> str:
    return in_sentence(label_of(["facilities", "categories", code], *sides))


def _categories(codes: Any, *sides: Settings) -> str:
    return listing([_category(str(code), *sides) for code in codes])


def _with_norms(name: str, settings: Settings) -> str:
    groups = setting_of(settings, "target_groups", "groups", default={})
    return listing([str(one.get("label", code)) for code, one in groups.items() if one.get("norms") == name])


_Write = Callable[[tuple[str, ...], Any, Any, Settings, Settings], str]
_KNOWN: Mapping[str, _Write] = {
    r"witte_vlekken\.share_beyond": lambda _, was, becomes, *__: (
        f"buiten bereik heet een voorziening als meer dan {share(was)} → {share(becomes)} van de groep verder dan de "
        "norm woont"
    ),
    r"witte_vlekken\.min_beyond": lambda _, was, becomes, *__: (
        f"voorzieningen buiten bereik die een witte vlek maken: {was} → {becomes}"
    ),
    r"witte_vlekken\.anchor_categories": lambda _, was, becomes, *sides: (
        f"een witte vlek vraagt ten minste één van: {_categories(was, *sides)} → {_categories(becomes, *sides)}"
    ),
    r"target_groups\.norms\.(\w+)\.(\w+)\.(\w+_m)": lambda parts, was, becomes, *sides: (
        f"{_NORM.get(parts[2], parts[2])} voor {_category(parts[1], *sides)}: {norm_distance(was)} → "
        f"{norm_distance(becomes)}, voor {_with_norms(parts[0], sides[1])}"
    ),
    r"target_groups\.groups\.(\w+)\.min_count": lambda parts, was, becomes, *sides: (
        f"{_group(parts[0], *sides)} wordt beoordeeld vanaf {was} → {becomes} mensen"
    ),
    r"target_groups\.groups\.(\w+)\.essential": lambda parts, was, becomes, *sides: (
        f"voor {_group(parts[0], *sides)} tellen mee: {_categories(was, *sides)} → {_categories(becomes, *sides)}"
    ),
    _OVERRULE: lambda parts, was, becomes, *sides: f"{_category(parts[0], *sides)}: {was} → {becomes}",
}
"""How settings that decide verdicts are told; any other is told by its key."""
