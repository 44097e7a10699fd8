"""In what two bases differ: files by their bytes, settings by key, code by file."""

import copy
import json
from typing import Any

import pytest

from pipeline.model.basis import differences, differing_kinds, sections_of_data

SIDES = ("before", "after")


def basis(**other: Any) -> dict[str, Any]:
    return {
        "sources": [
            {"file": "cijfers.csv", "what": "Cijfers", "reference_date": "2023-01-01", "sha256": "a"},
            {"file": "kaart.osm.pbf", "what": "Straten", "reference_date": "2023-01-01", "sha256": "b"},
        ],
        "inputs": {"config/regions/proef.checks.csv": "c"},
        "settings": {
            "witte_vlekken": {"share_beyond": 0.5, "anchor_categories": ["supermarket"]},
            "figures": {"tables": [{"file": "cijfers.csv", "year": 2023}]},
        },
        "code": {"pipeline/model/reach.py": "d"},
    } | other


def changed(path: list[Any], value: Any) -> dict[str, Any]:
    """Return a basis in which one value is another."""
    made = copy.deepcopy(basis())
    inside: Any = made
    for part in path[:-1]:
        inside = inside[part]
    inside[path[-1]] = value
    return made


def rows(before: dict[str, Any], after: dict[str, Any]) -> list[tuple[str, str, Any, Any]]:
    return [
        (one["kind"], one["key"], *(json.loads(one[side]) if isinstance(one[side], str) else None for side in SIDES))
        for one in differences(before, after).to_dict("records")
    ]


def test_the_same_basis_does_not_differ() -> None:
    assert rows(basis(), basis()) == []
    assert differing_kinds(basis(), basis()) == []


@pytest.mark.parametrize(
    ("path", "value", "expected"),
    [
        (["settings", "witte_vlekken", "share_beyond"], 0.4, ("settings", "witte_vlekken.share_beyond", 0.5, 0.4)),
        (
            ["settings", "witte_vlekken", "anchor_categories"],
            ["stop"],
            ("settings", "witte_vlekken.anchor_categories", ["supermarket"], ["stop"]),
        ),
        (["settings", "witte_vlekken", "min_beyond"], 2, ("settings", "witte_vlekken.min_beyond", None, 2)),
        (
            ["settings", "figures", "tables", 0, "year"],
            2024,
            ("settings", "figures.tables.0.year", 2023, 2024),
        ),
        (["code", "pipeline/model/reach.py"], "e", ("code", "pipeline/model/reach.py", "d", "e")),
        (["code", "pipeline/model/new.py"], "f", ("code", "pipeline/model/new.py", None, "f")),
        (
            ["inputs", "config/regions/proef.checks.csv"],
            "g",
            ("data", "config/regions/proef.checks.csv", "c", "g"),
        ),
    ],
)
def test_one_difference_is_named_by_kind_and_key(path: list[Any], value: Any, expected: tuple[Any, ...]) -> None:
    assert rows(basis(), changed(path, value)) == [expected]


def test_a_list_of_another_length_differs_as_a_whole() -> None:
    tables = [{"file": "cijfers.csv", "year": 2023}, {"file": "meer.csv", "year": 2022}]
    ((kind, key, before, after),) = rows(basis(), changed(["settings", "figures", "tables"], tables))
    assert (kind, key, len(before), len(after)) == ("settings", "figures.tables", 1, 2)


def test_a_file_differs_by_its_bytes_and_not_by_what_is_said_of_it() -> None:
    ((kind, key, before, after),) = rows(basis(), changed(["sources", 0, "sha256"], "z"))
    assert (kind, key, before["sha256"], after["sha256"]) == ("data", "cijfers.csv", "a", "z")
    assert rows(basis(), changed(["sources", 0, "reference_date"], "2024-01-01")) == []


def test_a_file_under_another_name_is_one_lost_and_one_found() -> None:
    found = rows(basis(), changed(["sources", 0, "file"], "nieuw.csv"))
    assert [(key, before is None, after is None) for _, key, before, after in found] == [
        ("cijfers.csv", False, True),
        ("nieuw.csv", True, False),
    ]


def test_how_sources_are_read_goes_with_the_data_when_a_source_differs() -> None:
    after = changed(["settings", "figures", "tables", 0, "year"], 2024)
    after["sources"][0]["sha256"] = "z"
    after["settings"]["witte_vlekken"]["share_beyond"] = 0.4
    assert [(kind, key) for kind, key, *_ in rows(basis(), after)] == [
        ("data", "cijfers.csv"),
        ("data", "figures.tables.0.year"),
        ("settings", "witte_vlekken.share_beyond"),
    ]
    assert "figures" in sections_of_data(basis(), after)
    assert sections_of_data(basis(), basis()) == ()


def test_kinds_come_in_a_fixed_order() -> None:
    after = changed(["code", "pipeline/model/reach.py"], "e")
    after["sources"][1]["sha256"] = "z"
    after["settings"]["witte_vlekken"]["share_beyond"] = 0.4
    assert differing_kinds(basis(), after) == ["data", "settings", "code"]
