"""Local checks: what they name, what they do to facilities and completeness, and which cannot both hold."""

from collections.abc import Mapping
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from pipeline.contracts import FACILITIES, KNOWN_FACILITIES, LOCAL_CHECKS
from pipeline.errors import SourceError
from pipeline.model.local_checks import apply_checks, completeness_by_unit, proved_m, resolve_checks
from pipeline.tables import check_table
from tests.model.builders import table

UNITS = pd.DataFrame({"unit_code": ["U1", "U2", "U3", "U4"], "unit_name": ["Wilsum", "Zalk", "Berg", "Berg"]})
AS_READ = ("check_id", "check", "category", "unit", "facility", "facility_name", "x_m", "y_m", "within_m", "role",
           "date", "source", "expires")  # fmt: skip
TODAY = "2026-11-22"


def mapped(*rows: tuple[str, str, str | None, float]) -> gpd.GeoDataFrame:
    """Make facilities: category, OSM objects, name, and place along the x axis (m)."""
    return gpd.GeoDataFrame(table(KNOWN_FACILITIES, [
        {"facility_id": f"{category}-{ids.split()[0]}", "category": category, "facility_name": name, "osm_ids": ids,
         "geometry": shapely.Point(x, 0)}
        for category, ids, name, x in rows
    ]))  # fmt: skip


MAPPED = mapped(
    ("gp", "n1 w1", "Praktijk West", 0),
    ("gp", "n2", "Praktijk Oost", 1000),
    ("stop", "n3", "Plein", 500),
    ("stop", "n4", "Plein", 520),
    ("stop", "n5", None, 900),
)


def read(*rows: Mapping[str, Any]) -> pd.DataFrame:
    """Make checks as they are read from a file; rows are numbered from 2."""
    who = {"role": "dorpsraad", "date": "2026-10-01", "source": "rondgang", "expires": "2027-10-01"}
    full = [{"check_id": str(number), "category": "gp", **who, **row} for number, row in enumerate(rows, start=2)]
    numbers = dict.fromkeys(["x_m", "y_m", "within_m"], "float64")
    texts = {name: "str" for name in AS_READ if name not in numbers}
    return pd.DataFrame(full, columns=list(AS_READ)).astype(numbers | texts)


def resolve(*rows: Mapping[str, Any], facilities: gpd.GeoDataFrame = MAPPED) -> pd.DataFrame:
    found = resolve_checks(read(*rows), UNITS, facilities, file="kampen.checks.csv", as_of=TODAY, same_place_m=50)
    check_table(LOCAL_CHECKS, found)
    return found


def faults(*rows: Mapping[str, Any]) -> list[str]:
    with pytest.raises(SourceError) as caught:
        resolve(*rows)
    return [one.removeprefix("kampen.checks.csv, ") for one in caught.value.faults]


def exists(x: float, name: str = "Nieuw", **values: Any) -> dict[str, Any]:
    return {"check": "exists", "facility_name": name, "x_m": x, "y_m": 0.0, **values}


def gone(facility: str, **values: Any) -> dict[str, Any]:
    return {"check": "gone", "facility": facility, **values}


def moved(facility: str, x: float, **values: Any) -> dict[str, Any]:
    return {"check": "moved", "facility": facility, "x_m": x, "y_m": 0.0, **values}


def of_unit(check: str, unit: str = "Wilsum", **values: Any) -> dict[str, Any]:
    return {"check": check, "unit": unit, **values}


# --- What a check names ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["Wilsum", "wilsum", "WILSUM", "U1", "u1"])
def test_a_unit_is_named_by_name_or_code_capitals_or_not(name: str) -> None:
    (code,) = resolve(of_unit("complete", name))["unit_code"]
    assert code == "U1"


@pytest.mark.parametrize("name", ["gp-n1", "n1", "w1", "Praktijk West", "praktijk west"])
def test_a_facility_is_named_by_id_osm_object_or_name(name: str) -> None:
    row = resolve(gone(name)).iloc[0]
    assert row[["facility_id", "facility_name", "is_applied"]].tolist() == ["gp-n1", "Praktijk West", True]


def test_a_facility_is_sought_in_its_category_alone() -> None:
    row = resolve(gone("n3", category="gp")).iloc[0]
    assert pd.isna(row["facility_id"])
    assert row[["facility_name", "is_applied"]].tolist() == ["n3", False]  # shown as it was named
    assert resolve(gone("n3", category="stop"))["facility_id"].tolist() == ["stop-n3"]


def test_a_category_of_which_the_map_has_none_is_no_trouble() -> None:
    row = resolve(gone("n1", category="hospital")).iloc[0]
    assert pd.isna(row["facility_id"])
    assert not row["is_applied"]
    assert resolve(gone("n1"), facilities=MAPPED.iloc[:0])["facility_id"].isna().all()


def test_what_names_nothing_or_several_comes_out_at_once() -> None:
    found = faults(
        of_unit("none_within", "Nergens", within_m=500.0),
        gone("Plein", category="stop"),
        of_unit("incomplete", "Berg"),
        moved("plein", 0.0, category="stop"),
    )
    assert found == [
        "rij 2, kolom unit: 'Nergens' is geen gebied van deze regio; geef een naam of code.",
        "rij 4, kolom unit: 'Berg' past op meer dan één gebied; geef een naam of code.",
        "rij 3, kolom facility: 'Plein' past op 2 voorzieningen; noem er één: stop-n3, stop-n4.",
        "rij 5, kolom facility: 'plein' past op 2 voorzieningen; noem er één: stop-n3, stop-n4.",
    ]


def test_a_check_about_a_facility_names_no_unit_and_the_other_way_round() -> None:
    found = resolve(gone("n1", unit="Wilsum"), of_unit("complete", facility="n1"), exists(5000.0))
    assert found["unit_code"].fillna("-").tolist() == ["-", "U1", "-"]
    assert found["facility_id"].fillna("-").tolist() == ["gp-n1", "-", "-"]


@pytest.mark.parametrize(("expires", "is_applied"), [("2026-11-22", True), ("2026-11-21", False)])
def test_a_check_counts_up_to_and_with_its_last_day(expires: str, is_applied: bool) -> None:
    assert resolve(gone("n1", expires=expires))["is_applied"].tolist() == [is_applied]


def test_without_checks_there_is_an_empty_table() -> None:
    assert resolve().empty


# --- Which cannot both hold ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("one", "other", "problem"),
    [
        (gone("n1"), moved("Praktijk West", 300.0), "gaan over dezelfde voorziening (gp-n1)"),
        (moved("n1", 300.0), moved("w1", 400.0), "gaan over dezelfde voorziening (gp-n1)"),
        (gone("n1"), gone("gp-n1"), "gaan over dezelfde voorziening (gp-n1)"),
        (exists(5000.0), exists(5050.0, "NIEUW"), "gaan over dezelfde voorziening (Nieuw)"),
        (of_unit("complete"), of_unit("incomplete", "u1"), "spreken elkaar tegen over gp in U1"),
    ],
)
def test_of_checks_that_cannot_both_hold_one_must_go(one: dict[str, Any], other: dict[str, Any], problem: str) -> None:
    assert faults(one, gone("n2"), other) == [f"rij 2 en 4: {problem}; laat er één over."]
    assert faults(other, one) == [f"rij 2 en 3: {problem}; laat er één over.".replace("(Nieuw)", "(NIEUW)")]
    # One that has expired does not count, so that it contradicts nothing.
    assert resolve({**one, "expires": "2026-11-01"}, other)["is_applied"].tolist() == [False, True]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (gone("n1"), moved("n2", 300.0)),
        (gone("n77"), moved("n77", 300.0)),  # of none that is mapped
        (exists(5000.0), exists(5050.1)),
        (exists(5000.0), exists(5000.0, "Andere praktijk")),
        (exists(5000.0), exists(5000.0, category="stop")),
        (gone("n1"), exists(0.0, "Opvolger")),
        (of_unit("complete"), of_unit("incomplete", "Zalk")),
        (of_unit("complete"), of_unit("incomplete", category="stop")),
        (of_unit("complete"), of_unit("complete", role="huisarts")),
        (of_unit("none_within", within_m=500.0), of_unit("none_within", within_m=900.0)),
        (of_unit("none_within", within_m=500.0), of_unit("incomplete")),  # there may be more, only farther away
    ],
)
def test_checks_that_can_both_hold_do(one: dict[str, Any], other: dict[str, Any]) -> None:
    assert len(resolve(one, other)) == 2


def test_of_three_checks_on_one_facility_all_are_named() -> None:
    assert faults(gone("n1"), moved("n1", 3.0), moved("n1", 9.0)) == [
        "rij 2 en 3 en 4: gaan over dezelfde voorziening (gp-n1); laat er één over."
    ]


# --- What they do to facilities --------------------------------------------------------------------------------------


def apply(*rows: Mapping[str, Any], facilities: gpd.GeoDataFrame = MAPPED) -> Any:
    """Return the facilities after checks, by id, with their place along the x axis."""
    found = apply_checks(facilities, resolve(*rows, facilities=facilities), same_place_m=50)
    check_table(FACILITIES, found)
    return found.assign(x=found.geometry.x).set_index("facility_id")


def test_without_checks_the_facilities_are_those_of_the_map() -> None:
    found = apply()
    assert found.index.tolist() == MAPPED["facility_id"].tolist()
    assert found["check_id"].isna().all()
    assert found["x"].tolist() == MAPPED.geometry.x.tolist()


def test_one_that_is_gone_is_left_out() -> None:
    assert apply(gone("n1")).index.tolist() == ["gp-n2", "stop-n3", "stop-n4", "stop-n5"]


def test_one_that_moved_stands_in_its_new_place() -> None:
    found = apply(gone("n5", category="stop"), moved("n2", 1400.0), moved("n1", 70.0))
    assert found.loc["gp-n2", ["x", "check_id", "facility_name"]].tolist() == [1400, "3", "Praktijk Oost"]
    assert found.loc["gp-n1", ["x", "check_id"]].tolist() == [70, "4"]
    assert found.loc["stop-n3", "x"] == 500


def test_one_that_exists_is_added() -> None:
    found = apply(exists(3000.0), exists(0.0, "Halte", category="stop"))
    new = found.loc["gp-check-2"]
    assert new[["category", "facility_name", "x", "check_id"]].tolist() == ["gp", "Nieuw", 3000, "2"]
    assert pd.isna(new["osm_ids"])
    assert found.loc["stop-check-3", "x"] == 0  # a GP that stands there is no stop
    assert len(found) == len(MAPPED) + 2


@pytest.mark.parametrize(("x", "is_known"), [(50.0, True), (50.1, False)])
def test_one_that_the_map_has_already_is_confirmed(x: float, is_known: bool) -> None:
    found = apply(exists(x, "praktijk west"))
    assert len(found) == len(MAPPED) + (not is_known)
    assert (found.loc["gp-n1", "check_id"] == "2") == is_known
    assert found.loc["gp-n1", "x"] == 0


def test_the_nearest_of_several_is_the_one_confirmed() -> None:
    found = apply(exists(515.0, "Plein", category="stop"))
    assert found["check_id"].fillna("-").tolist() == ["-", "-", "-", "2", "-"]


def test_two_checks_that_confirm_one_facility_add_none() -> None:
    found = apply(exists(890.0, "Nieuw Plein", category="stop"), exists(895.0, "Nieuwplein", category="stop"))
    assert len(found) == len(MAPPED)
    assert found.loc["stop-n5", "check_id"] == "2"  # the first


def test_another_name_on_the_same_spot_is_another_facility() -> None:
    found = apply(exists(10.0, "Praktijk Zuid"))
    assert found.loc["gp-check-2", "facility_name"] == "Praktijk Zuid"
    assert pd.isna(found.loc["gp-n1", "check_id"])


def test_one_without_a_name_on_the_map_is_the_one_that_stands_there() -> None:
    found = apply(exists(890.0, "Nieuw Plein", category="stop"))
    assert len(found) == len(MAPPED)
    assert found.loc["stop-n5", "check_id"] == "2"


def test_one_that_exists_where_another_is_gone_is_added() -> None:
    found = apply(gone("n1"), exists(0.0, "Opvolger"))
    assert "gp-n1" not in found.index
    assert found.loc["gp-check-3", "x"] == 0


def test_one_that_exists_where_another_moved_to_is_confirmed() -> None:
    found = apply(moved("n1", 3000.0), exists(3010.0, "Praktijk West"))
    assert len(found) == len(MAPPED)
    assert found.loc["gp-n1", ["x", "check_id"]].tolist() == [3000, "3"]


def test_checks_that_expired_or_name_nothing_change_nothing() -> None:
    expired = {"expires": "2026-01-01"}
    found = apply(gone("n1", **expired), moved("n2", 5.0, **expired), exists(3000.0, **expired), gone("n77"))
    pd.testing.assert_frame_equal(found, apply())


def test_checks_add_to_a_map_without_facilities() -> None:
    assert apply(exists(3000.0), facilities=MAPPED.iloc[:0])["x"].tolist() == [3000]


# --- What they prove -------------------------------------------------------------------------------------------------


def test_none_within_is_proved_per_unit_and_category_by_the_check_that_reaches_farthest() -> None:
    checks = resolve(
        of_unit("none_within", within_m=500.0),
        of_unit("none_within", within_m=1500.0),
        of_unit("none_within", within_m=2000.0, expires="2026-01-01"),
        of_unit("none_within", within_m=3000.0, category="stop"),
        of_unit("complete"),
    )
    units = pd.Series(["U1", "U2", "U1"])
    assert proved_m(checks, "gp", units).tolist() == [1500, 0, 1500]
    assert proved_m(checks, "stop", units).tolist() == [3000, 0, 3000]
    assert proved_m(checks, "pharmacy", units).tolist() == [0, 0, 0]


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ([of_unit("complete")], [("U1", "complete", np.inf)]),
        ([of_unit("incomplete")], [("U1", "doubtful", np.inf)]),
        ([of_unit("none_within", within_m=800.0)], [("U1", "complete", 800.0)]),
        (
            [of_unit("none_within", within_m=800.0), of_unit("none_within", within_m=900.0)],
            [("U1", "complete", 900.0)],
        ),
        ([of_unit("none_within", within_m=800.0), of_unit("complete")], [("U1", "complete", np.inf)]),
        ([of_unit("none_within", within_m=800.0), of_unit("incomplete")], [("U1", "doubtful", np.inf)]),
        ([of_unit("complete", expires="2026-01-01")], []),
        ([gone("n1"), exists(3000.0)], []),
        (
            [of_unit("complete"), of_unit("incomplete", "Zalk")],
            [("U1", "complete", np.inf), ("U2", "doubtful", np.inf)],
        ),
    ],
)
def test_completeness_holds_as_far_as_a_check_reaches_and_doubt_wins(
    rows: list[dict[str, Any]], expected: list[tuple[str, str, float]]
) -> None:
    found = completeness_by_unit(resolve(*rows))
    assert found["category"].eq("gp").all()
    assert list(found[["unit_code", "completeness", "within_m"]].itertuples(index=False, name=None)) == expected
