"""What two sets of results rest on, and in what that differs: data, settings or code.

A *basis* is what the stage record_basis writes: ``sources`` (a record per file from outside, with its sha256),
``inputs`` (sha256 of other files that were read), ``settings`` (sections as written) and ``code`` (sha256 per file).
"""

import json
from collections.abc import Iterator, Mapping
from typing import Any

import pandas as pd

Basis = Mapping[str, Any]

KINDS = ("data", "settings", "code")
SOURCE_SECTIONS = ("areas", "figures", "osm", "timetables", "facility_registers", "demo")
"""Sections that describe files from outside, and so what snapshots are made of: they go with the data."""


def differences(before: Basis, after: Basis) -> pd.DataFrame:
    """Return what differs between two bases, by kind.

    Returns
    -------
        ``kind`` (data, settings, code), ``key`` (file, or key of a setting with points between its parts), ``before``
        and ``after`` as JSON (missing: not there). A source section that differs counts as data when a file of the
        sources differs too.
    """
    settings = list(_changes(before["settings"], after["settings"]))
    with_data = [one for one in settings if one[0].split(".")[0] in sections_of_data(before, after)]
    found = {
        "data": [*_other_sources(before, after), *_changes(before["inputs"], after["inputs"]), *with_data],
        "settings": [one for one in settings if one not in with_data],
        "code": list(_changes(before["code"], after["code"])),
    }
    rows = [(kind, key, _json(was), _json(becomes)) for kind in KINDS for key, was, becomes in found[kind]]
    return pd.DataFrame(rows, columns=["kind", "key", "before", "after"], dtype="str")


def differing_kinds(before: Basis, after: Basis) -> list[str]:
    """Return which of `KINDS` differ."""
    found = set(differences(before, after)["kind"])
    return [kind for kind in KINDS if kind in found]


def sections_of_data(before: Basis, after: Basis) -> tuple[str, ...]:
    """Return the sections that go with the data: those that describe the sources, if any source differs."""
    return SOURCE_SECTIONS if _other_sources(before, after) else ()


def _other_sources(before: Basis, after: Basis) -> list[tuple[str, Any, Any]]:
    old, new = _sources(before), _sources(after)
    names = {**old, **new}
    return [(file, old.get(file), new.get(file)) for file in names if _digest(old, file) != _digest(new, file)]


def _sources(basis: Basis) -> dict[str, dict[str, str]]:
    return {record["file"]: record for record in basis["sources"]}


def _digest(sources: Mapping[str, dict[str, str]], file: str) -> str | None:
    return sources[file]["sha256"] if file in sources else None


def _changes(before: Any, after: Any, key: str = "") -> Iterator[tuple[str, Any, Any]]:
    """Yield each value that differs, by its dotted key; a list of as many blocks as before is walked by number."""
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        names = {**before, **after}
        parts = [(str(name), before.get(name), after.get(name)) for name in names]
    elif _are_blocks(before, after):
        parts = [(str(number), *pair) for number, pair in enumerate(zip(before, after, strict=True))]
    else:
        if before != after:
            yield key, before, after
        return
    for name, was, becomes in parts:
        yield from _changes(was, becomes, f"{key}.{name}" if key else name)


def _are_blocks(before: Any, after: Any) -> bool:
    return (
        isinstance(before, list)
        and isinstance(after, list)
        and len(before) == len(after)
        and all(isinstance(one, Mapping) for one in [*before, *after])
    )


def _json(value: Any) -> str | None:
    return None if value is None else json.dumps(value, ensure_ascii=False, sort_keys=True)
