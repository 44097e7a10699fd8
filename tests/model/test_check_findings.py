"""What must be said of local checks: each finding, and when there is none."""

from typing import Any

import pandas as pd
import pytest
import shapely

from pipeline.contracts import CHECK_FINDINGS, DISTANCES, FACILITIES, FINDINGS, KNOWN_FACILITIES, LOCAL_CHECKS
from pipeline.model.check_findings import find_contradictions, nearest_to_units
from pipeline.tables import check_table
from tests.model.builders import dwelling_rows, dwellings, table

TODAY, CHECKED_ON, BEFORE, AFTER = "2026-11-22", "2026-10-01", "2026-09-30", "2026-10-02"
KNOWN = table(KNOWN_FACILITIES, [
    {"facility_id": "gp-n1", "category": "gp", "facility_name": "Praktijk", "osm_ids": "n1",
     "geometry": shapely.Point(0, 0)},
    {"facility_id": "stop-n2", "category": "stop", "osm_ids": "n2", "geometry": shapely.Point(500, 0)},
])  # fmt: skip
NEAREST = pd.DataFrame({
    "unit_code": ["U1", "U1", "U2"], "category": ["gp", "stop", "gp"], "nearest_m": [700.0, 50.0, 90.0],
    "facility_name": ["Praktijk", None, "Praktijk"],
})  # fmt: skip
Found = list[tuple[str, str | None, float | None]]


def check(kind: str, **values: Any) -> dict[str, Any]:
    return {"check_id": "2", "check": kind, "category": "gp", "date": CHECKED_ON, "expires": "2027-10-01",
            "is_applied": True, **values}  # fmt: skip


def find(*rows: dict[str, Any], source_date: str = AFTER) -> Found:
    """Return finding, facility name and distance; all sources are of one day."""
    known = KNOWN.assign(source_date=source_date)
    found = find_contradictions(
        table(LOCAL_CHECKS, rows), known, NEAREST, source_date=source_date, as_of=TODAY, same_place_m=50
    )
    check_table(CHECK_FINDINGS, found)
    named = found.astype("object").where(found.notna(), None)
    return [(str(one), name, away) for one, name, away in named.iloc[:, 1:].itertuples(index=False, name=None)]


EXISTS = {"facility_name": "Praktijk", "y_m": 0.0}
OF_GP = {"facility_id": "gp-n1", "facility_name": "Praktijk"}


@pytest.mark.parametrize(
    ("row", "newer", "older"),
    [
        (
            check("exists", x_m=50.0, **EXISTS),
            [("already_known", "Praktijk", None)],
            [("already_known", "Praktijk", None)],
        ),
        (check("exists", x_m=50.1, **EXISTS), [("newer_source_lacks_it", "Praktijk", None)], []),
        (check("exists", x_m=500.0, **EXISTS), [("newer_source_lacks_it", "Praktijk", None)], []),  # that is a stop
        (check("exists", x_m=0.0, category="pharmacy", **EXISTS), [("newer_source_lacks_it", "Praktijk", None)], []),
        (check("gone", **OF_GP), [("newer_source_shows_it", "Praktijk", None)], []),
        (check("moved", x_m=51.0, y_m=0.0, **OF_GP), [("newer_source_has_it_elsewhere", "Praktijk", 51.0)], []),
        (check("moved", x_m=50.0, y_m=0.0, **OF_GP), [], []),
        (check("gone", facility_name="n77"), [("no_such_facility", "n77", None)], [("no_such_facility", "n77", None)]),
        (
            check("moved", facility_name="n77", x_m=0.0, y_m=0.0),
            [("no_such_facility", "n77", None)],
            [("no_such_facility", "n77", None)],
        ),
        (check("complete", unit_code="U1"), [], []),
        (check("incomplete", unit_code="U1"), [], []),
    ],
)
def test_only_a_source_of_a_later_day_contradicts_what_is_there(
    row: dict[str, Any], newer: Found, older: Found
) -> None:
    assert find(row, source_date=AFTER) == newer
    assert find(row, source_date=BEFORE) == older
    assert find(row, source_date=CHECKED_ON) == older  # of the same day is not later


@pytest.mark.parametrize(("within_m", "expected"), [(700.0, [("nearer_one_known", "Praktijk", 700.0)]), (699.9, [])])
def test_a_known_facility_that_is_nearer_contradicts_that_there_is_none(within_m: float, expected: Found) -> None:
    assert find(check("none_within", unit_code="U1", within_m=within_m)) == expected


def test_a_nearer_one_may_have_no_name_and_a_unit_none_at_all() -> None:
    assert find(check("none_within", unit_code="U1", category="stop", within_m=100.0)) == [
        ("nearer_one_known", None, 50.0)
    ]
    assert find(check("none_within", unit_code="U2", category="stop", within_m=9000.0)) == []


@pytest.mark.parametrize("kind", ["exists", "gone", "moved", "none_within", "complete", "incomplete"])
def test_of_a_check_that_expired_nothing_else_is_said(kind: str) -> None:
    place = {"x_m": 900.0, "y_m": 0.0, "within_m": 9000.0, "unit_code": "U1", **OF_GP}
    assert find(check(kind, expires="2026-11-21", **place)) == [("expired", "Praktijk", None)]
    assert ("expired", "Praktijk", None) not in find(check(kind, expires=TODAY, **place))


def test_every_finding_can_be_found() -> None:
    rows = [
        check("gone", expires="2026-01-01", **OF_GP), check("gone", facility_name="n77"),
        check("exists", x_m=900.0, **EXISTS), check("gone", **OF_GP),
        check("moved", x_m=900.0, y_m=0.0, **OF_GP), check("none_within", unit_code="U1", within_m=9000.0),
    ]  # fmt: skip
    found = find(*({**row, "check_id": str(number)} for number, row in enumerate(rows)))
    found += find(check("exists", x_m=0.0, **EXISTS))
    assert {finding for finding, _, _ in found} == set(FINDINGS)


def test_without_checks_nothing_is_said() -> None:
    assert find() == []


def test_the_nearest_to_a_unit_is_that_of_the_home_nearest_to_any_on_foot() -> None:
    living = dwellings(
        dwelling_rows(2, base="B", unit="U1"),
        dwelling_rows(1, base="C", unit="U2"),
        dwelling_rows(1, base="D", unit="U3"),
    )
    rows = [
        ("gp", "on_foot", 700.0, "gp-n1"), ("gp", "on_foot", 300.0, "gp-n2"), ("gp", "on_foot", 90.0, "gp-n1"),
        ("gp", "on_foot", None, None), ("gp", "rollator", 10.0, "gp-n1"), ("stop", "on_foot", 5.0, "stop-n3"),
    ]  # fmt: skip
    ids = [*living["dwelling_id"], living["dwelling_id"][0], living["dwelling_id"][0]]
    distances = table(DISTANCES, [
        {"category": category, "profile": profile, "dwelling_id": one, "nearest_m": nearest_m, "nearest_id": nearest_id}
        for (category, profile, nearest_m, nearest_id), one in zip(rows, ids, strict=True)
    ])  # fmt: skip
    facilities = table(FACILITIES, [
        {"facility_id": "gp-n1", "facility_name": "Een"}, {"facility_id": "gp-n2", "facility_name": "Twee"},
        {"facility_id": "stop-n3"},
    ])  # fmt: skip
    found = nearest_to_units(distances, living, facilities)
    named = found.astype("object").where(found.notna(), None)
    assert named.to_numpy().tolist() == [
        ["U1", "gp", 300.0, "Twee"], ["U1", "stop", 5.0, None], ["U2", "gp", 90.0, "Een"],
    ]  # fmt: skip


def test_one_that_takes_the_place_of_another_that_is_gone_is_not_known_already() -> None:
    gone, new = check("gone", **OF_GP), {**check("exists", x_m=0.0, **EXISTS), "check_id": "3"}
    assert find(gone, new, source_date=CHECKED_ON) == []
