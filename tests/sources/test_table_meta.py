"""Columns of one name are told apart by their group; year and units are those of the table."""

from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from pipeline.errors import SourceError
from pipeline.sources.table_meta import TableMeta, find_column, meta_name, read_meta, write_meta

PROPERTIES: list[dict[str, Any]] = [
    {"ID": 0, "ParentID": None, "Type": "GeoDetail", "Key": "WijkenEnBuurten", "Title": "Wijken en buurten"},
    {"ID": 1, "ParentID": None, "Type": "TopicGroup", "Key": "", "Title": "Gezondheid"},
    {"ID": 2, "ParentID": 1, "Type": "TopicGroup", "Key": "", "Title": "Huisarts"},
    {"ID": 3, "ParentID": 1, "Type": "TopicGroup", "Key": "", "Title": "Apotheek"},
    {"ID": 4, "ParentID": 2, "Type": "Topic", "Key": "Binnen1Km_1", "Title": "Binnen 1 km", "Unit": "aantal"},
    {"ID": 5, "ParentID": 3, "Type": "Topic", "Key": "Binnen1Km_5", "Title": "Binnen 1 km", "Unit": "aantal"},
    {"ID": 6, "ParentID": None, "Type": "Topic", "Key": "Afstand_9", "Title": "Afstand", "Unit": "km"},
]
META = TableMeta({"Identifier": "85830NED"}, PROPERTIES, {}, 2023, "")
RAW = pd.DataFrame(columns=["WijkenEnBuurten", "Binnen1Km_1", "Binnen1Km_5", "Afstand_9"])


@pytest.mark.parametrize(("group", "column"), [("Huisarts", "Binnen1Km_1"), ("Apotheek", "Binnen1Km_5")])
def test_a_stem_that_repeats_is_found_by_its_group(group: str, column: str) -> None:
    assert find_column(RAW, "Binnen1Km", "t.csv", META, group=group) == column


def test_a_stem_of_its_own_needs_no_group() -> None:
    assert find_column(RAW, "Afstand", "t.csv", META) == "Afstand_9"
    assert find_column(RAW, "Binnen1Km_5", "t.csv", META) == "Binnen1Km_5"


@pytest.mark.parametrize(
    ("group", "problem"),
    [
        (None, r"komt meer dan eens voor \(wel aanwezig: Binnen1Km_1 \(Huisarts < Gezondheid\), Binnen1Km_5 \("),
        ("Gezondheid", "komt in groep Gezondheid meer dan eens voor"),
        ("Tandarts", "ontbreekt in groep Tandarts"),
    ],
)
def test_what_fits_not_or_more_than_once_is_named_with_the_groups(group: str | None, problem: str) -> None:
    with pytest.raises(SourceError, match=f"t.csv: kolom Binnen1Km {problem}"):
        find_column(RAW, "Binnen1Km", "t.csv", META, group=group)


def test_a_column_that_is_not_there_is_named() -> None:
    with pytest.raises(SourceError, match="kolom Tandarts ontbreekt"):
        find_column(RAW, "Tandarts", "t.csv", META)
    with pytest.raises(SourceError, match=r"ontbreekt in groep Gezondheid \(wel aanwezig: geen\)"):
        find_column(RAW, "Tandarts", "t.csv", META, group="Gezondheid")


def test_groups_of_a_file_of_the_user_are_not_known() -> None:
    with pytest.raises(SourceError, match="groepen staan niet in een los bestand"):
        find_column(RAW, "Binnen1Km", "t.csv", None, group="Huisarts")
    with pytest.raises(SourceError, match="komt meer dan eens voor"):
        find_column(RAW, "Binnen1Km", "t.csv", None)


def test_units_groups_and_dimensions_are_those_of_the_table() -> None:
    assert (META.unit_of("Afstand_9"), META.unit_of("WijkenEnBuurten"), META.unit_of("x")) == ("km", "", "")
    assert META.groups_of("Binnen1Km_1") == ["Huisarts", "Gezondheid"]
    assert META.dimension_keys == ["WijkenEnBuurten"]


@pytest.mark.parametrize(("written", "unit"), [("x 1 000", "thousand"), ("× 1000", "thousand"), ("Aantal", "count")])
def test_a_unit_is_known_however_it_is_written(written: str, unit: str) -> None:
    meta = TableMeta({}, [{"Type": "Topic", "Key": "Afstand_9", "Unit": written}], {}, 2023, "")
    assert find_column(RAW, "Afstand", "t.csv", meta, unit=unit) == "Afstand_9"
    for other in {"count", "thousand", "percent", "kilometre"} - {unit}:
        with pytest.raises(SourceError, match=f"kolom Afstand is in '{written}', en de instelling verwacht"):
            find_column(RAW, "Afstand", "t.csv", meta, unit=other)


def test_groups_that_hold_each_other_end() -> None:
    round_ = [{**PROPERTIES[1], "ParentID": 2}, *PROPERTIES[2:]]
    assert TableMeta({}, round_, {}, 2023, "").groups_of("Binnen1Km_1") == ["Huisarts", "Gezondheid"]


def test_it_is_read_as_it_was_written(tmp_path: Path) -> None:
    assert read_meta(tmp_path, "t.csv") is None
    path = tmp_path / meta_name("t.csv")
    write_meta(META, path)
    assert read_meta(tmp_path, "t.csv") == META
    for content in ("{", "[]", '{"infos": {}}'):
        path.write_text(content, encoding="utf-8")
        with pytest.raises(SourceError, match=r"t.csv.meta.json: is beschadigd"):
            read_meta(tmp_path, "t.csv")
