"""What a later release changes is all found, and told with the first of each kind."""

import csv
from pathlib import Path

import pandas as pd

from pipeline.sources.cbs.differences import (
    Change,
    Kind,
    compare_tables,
    summary,
    write_changes,
)

BEFORE = pd.DataFrame(
    {
        "ID": ["0", "1", "2"],
        "Buurt": ["BU1", "BU2", "BU3"],
        "Inwoners_5": ["10", "20", ""],
        "Mannen_6": ["1", "2", "3"],
        "Oud_7": ["0", "0", "0"],
    },
    dtype="str",
)
AFTER = pd.DataFrame(
    {
        "ID": ["7", "8", "9"],
        "Buurt": ["BU4", "BU3", "BU2"],
        "Inwoners_6": ["40", "30", "20"],
        "Mannen_6": ["4", "3", ""],
        "Nieuw_9": ["1", "1", "1"],
    },
    dtype="str",
)


def test_rows_columns_and_values_are_told_apart() -> None:
    assert compare_tables(BEFORE, AFTER, ["Buurt"]) == [
        Change(Kind.COLUMN_RENAMED, column="Inwoners_6", before="Inwoners_5", after="Inwoners_6"),
        Change(Kind.COLUMN_REMOVED, column="Oud_7"),
        Change(Kind.COLUMN_ADDED, column="Nieuw_9"),
        Change(Kind.ROW_REMOVED, row="BU1"),
        Change(Kind.ROW_ADDED, row="BU4"),
        Change(Kind.VALUE_CHANGED, "BU2", "Mannen_6", "2", ""),
        Change(Kind.VALUE_CHANGED, "BU3", "Inwoners_6", "", "30"),
    ]


def test_the_same_rows_in_another_order_are_no_change() -> None:
    assert compare_tables(BEFORE, BEFORE.iloc[::-1].assign(ID=["7", "8", "9"]), ["Buurt"]) == []
    assert summary([]) == "geen verschillen"


def test_columns_of_one_stem_are_not_taken_for_each_other() -> None:
    after = BEFORE.rename(columns={"Inwoners_5": "Inwoners_8"}).assign(Inwoners_9="1")
    kinds = [change.kind for change in compare_tables(BEFORE, after, ["Buurt"])]
    assert kinds == [Kind.COLUMN_REMOVED, Kind.COLUMN_ADDED, Kind.COLUMN_ADDED]


def test_a_row_that_is_there_twice_is_a_row_more() -> None:
    after = pd.concat([BEFORE, BEFORE.head(1)], ignore_index=True)
    assert compare_tables(BEFORE, after, ["Buurt"]) == [Change(Kind.ROW_ADDED, row="BU1 #2")]


def test_the_summary_counts_and_gives_the_first() -> None:
    changes = compare_tables(BEFORE, AFTER, ["Buurt"])
    more = [Change(Kind.ROW_ADDED, row=f"BU{number}") for number in range(5, 9)]
    assert summary([*changes, *more]) == (
        "1 x kolom hernoemd (Inwoners_6: Inwoners_5 wordt Inwoners_6), 1 x kolom weg (Oud_7), "
        "1 x kolom erbij (Nieuw_9), "
        "1 x rij weg (BU1), 5 x rij erbij (BU4; BU5; BU6; …), "
        "2 x waarde gewijzigd (BU2, Mannen_6: 2 wordt leeg; BU3, Inwoners_6: leeg wordt 30)"
    )


def test_every_change_is_a_row_that_people_read(tmp_path: Path) -> None:
    write_changes(compare_tables(BEFORE, AFTER, ["Buurt"]), tmp_path / "verschillen.csv")
    with (tmp_path / "verschillen.csv").open(encoding="utf-8", newline="") as file:
        assert list(csv.reader(file)) == [
            ["soort", "rij", "kolom", "was", "wordt"],
            ["kolom hernoemd", "", "Inwoners_6", "Inwoners_5", "Inwoners_6"],
            ["kolom weg", "", "Oud_7", "", ""],
            ["kolom erbij", "", "Nieuw_9", "", ""],
            ["rij weg", "BU1", "", "", ""],
            ["rij erbij", "BU4", "", "", ""],
            ["waarde gewijzigd", "BU2", "Mannen_6", "2", ""],
            ["waarde gewijzigd", "BU3", "Inwoners_6", "", "30"],
        ]
