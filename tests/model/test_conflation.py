"""Which rows of registers are facilities that are known, by distance and name; every row is accounted for."""

from collections.abc import Sequence
from itertools import permutations
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from pipeline.config.registers import ConflationSettings
from pipeline.contracts import CONFLATION, CRS, KNOWN_FACILITIES
from pipeline.errors import TableError
from pipeline.model.conflation import conflate, likeness, match_rows
from pipeline.tables import check_table
from tests.model.builders import table

SETTINGS = ConflationSettings(
    distance_m=100, distance_by_category={"stop": 20}, near_m=30, look_within_m=300, alike=0.85, perhaps_alike=0.6,
    generic_words=["huisarts", "praktijk", "de"],
)  # fmt: skip
EXTRACT = shapely.box(-1000, -1000, 1000, 1000)
DATES = {"een.csv": "2024-06-01", "twee.csv": "2020-01-01"}
Place = tuple[str | None, float]
"""Name, and metres east."""


def known(*places: Place, category: str = "gp") -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(table(KNOWN_FACILITIES, [
        {"facility_id": f"{category}-n{number}", "category": category, "facility_name": name, "osm_ids": f"n{number}",
         "origin": "osm", "certainty": "single", "source_date": "2023-01-01", "geometry": shapely.Point(x, 0)}
        for number, (name, x) in enumerate(places)
    ]))  # fmt: skip


def rows(*places: Place, register: str = "een.csv", **columns: Any) -> gpd.GeoDataFrame:
    frame = pd.DataFrame({
        "register": register, "row": range(2, 2 + len(places)), "row_id": [f"{i:02}" for i in range(len(places))],
        "name": pd.Series([name for name, _ in places], dtype="str"), "word": "Dokter", "category": "gp",
        "postcode": None, "house_number": None, "place_source": "register", "place_match": "coordinates",
        "place_found": None, "capacity": np.nan, **columns,
    })  # fmt: skip
    east = pd.Series([x for _, x in places], dtype="float64")
    points = gpd.GeoSeries.from_xy(east, east * 0, crs=CRS).where(east.notna())
    return gpd.GeoDataFrame(frame, geometry=points, crs=CRS)


def run(there: gpd.GeoDataFrame, *registers: gpd.GeoDataFrame) -> tuple[Any, Any]:
    """Return the facilities by id and what became of each row, held against their contracts."""
    together = gpd.GeoDataFrame(pd.concat(registers, ignore_index=True), geometry="geometry", crs=CRS)
    facilities, told = conflate(there, together, DATES, EXTRACT, SETTINGS)
    check_table(KNOWN_FACILITIES, facilities)
    check_table(CONFLATION, told)
    assert len(told) == len(together)
    return facilities.set_index("facility_id"), told.sort_values(["register", "row"]).reset_index(drop=True)


# --- One row and one facility -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("one", "other", "away", "what", "why", "certainty"),
    [
        ("Huisarts De Brug", "Praktijk de brug", 100, "merged", "same_name", "confirmed"),
        ("De Brug", "De Brug", 100.1, "left_apart", "too_far", "single"),
        ("De Brug", "De Brug", 300, "left_apart", "too_far", "single"),
        ("De Brug", "De Brug", 300.1, "added", "none_near", "single"),
        ("Zonneveld", "Zonnebloem", 30, "merged", "nearly_same_name", "probable"),
        ("Zonneveld", "Zonnebloem", 30.1, "left_apart", "other_name", "single"),
        ("Jansen", "De Brug", 5, "left_apart", "other_name", "single"),
        ("Jansen", "De Brug", 100.1, "added", "none_near", "single"),
        (None, "De Brug", 30, "merged", "no_name", "probable"),
        ("De Brug", None, 30, "merged", "no_name", "probable"),
        ("Huisarts", "De Brug", 30, "merged", "no_name", "probable"),
        (None, None, 30, "merged", "no_name", "probable"),
        (None, "De Brug", 30.1, "left_apart", "no_name", "single"),
        (None, "De Brug", 100.1, "added", "none_near", "single"),
    ],
)
def test_distance_and_name_decide(
    one: str | None, other: str | None, away: float, what: str, why: str, certainty: str
) -> None:
    facilities, told = run(known((other, 0)), rows((one, away)))
    line = told.loc[0]
    assert (line["what"], line["why"]) == (what, why)
    assert facilities.loc[line["facility_id"], "certainty"] == certainty
    assert len(facilities) == (1 if what == "merged" else 2)
    assert pd.isna(line["other_id"]) == (what == "added")
    np.testing.assert_equal(line["distance_m"], np.nan if what == "added" else away)


def test_another_category_is_never_the_same() -> None:
    _, told = run(known(("De Brug", 0), category="pharmacy"), rows(("De Brug", 0)))
    assert told["what"].tolist() == ["added"]


def test_a_category_can_have_a_distance_of_its_own() -> None:
    _, told = run(known(("Plein", 0), category="stop"), rows(("Plein", 21.0), category="stop"))
    assert told["why"].tolist() == ["too_far"]
    # Where that is less than near_m, it counts for half names too.
    _, told = run(known(("Plein", 0), category="stop"), rows((None, 21.0), category="stop"))
    assert told["what"].tolist() == ["added"]


@pytest.mark.parametrize(
    ("one", "other", "like"),
    [
        ("Huisarts Dé Brug!", "brug", 1.0),
        ("De Brug (Jansen & Co)", "de brug", 1.0),
        ("Kaap Stander", "Kaapstander", 0.9565),
        ("Huisarts", "Brug", float("nan")),
        ("", None, float("nan")),
        ("<b>Brug</b>", "brug", 1.0),
    ],
)
def test_names_are_compared_without_accents_signs_and_generic_words(one: str, other: str, like: float) -> None:
    for pair in ((one, other), (other, one)):
        np.testing.assert_equal(likeness(*pair, SETTINGS.generic_words), like)


# --- What a facility becomes ------------------------------------------------------------------------------------------


def test_what_is_merged_stays_where_the_map_has_it_and_takes_what_it_lacks() -> None:
    facilities, told = run(known((None, 0)), rows(("De Brug", 10), capacity=40.0))
    one = facilities.loc["gp-n0"]
    assert (one["facility_name"], one["origin"], one["registers"]) == ("De Brug", "both", "een.csv, rij 2")
    assert (one["source_date"], one["capacity"], one["geometry"].x) == ("2024-06-01", 40.0, 0.0)
    assert told.loc[0, "facility_id"] == told.loc[0, "other_id"] == "gp-n0"


def test_the_name_and_the_later_date_of_the_map_stay() -> None:
    facilities, _ = run(known(("De Brug", 0)), rows(("Brug", 10), register="twee.csv"))
    assert facilities.loc["gp-n0", ["facility_name", "source_date"]].tolist() == ["De Brug", "2023-01-01"]


def test_what_is_added_has_a_key_of_its_row_and_its_own_place() -> None:
    facilities, _ = run(known(), rows(("De Brug", 10), capacity=12.0))
    one = facilities.loc["gp-register-00"]
    assert (one["origin"], one["registers"], one["capacity"], one["geometry"].x) == (
        "register", "een.csv, rij 2", 12.0, 10.0,
    )  # fmt: skip
    assert one[["osm_ids", "service", "timetable_ids"]].isna().all()


def test_a_place_that_is_only_that_of_its_postcode_is_unsure_until_another_source_has_it() -> None:
    rough = rows(("De Brug", 10), place_match="postcode", place_source="locatieserver")
    facilities, _ = run(known(), rough)
    assert facilities["certainty"].tolist() == ["place_uncertain"]
    facilities, _ = run(known(), rough, rows(("De Brug", 12), register="twee.csv"))
    assert facilities["certainty"].tolist() == ["confirmed"]


def test_two_registers_agree_on_one_facility_and_the_rows_of_one_are_different_facilities() -> None:
    twice = rows(("De Brug", 10), ("De Brug", 12))
    facilities, told = run(known(), twice, rows(("De Brug", 11), register="twee.csv"))
    assert told["what"].tolist() == ["added", "added", "merged"]
    assert facilities["origin"].tolist() == ["register", "register"]
    assert facilities["certainty"].tolist() == ["confirmed", "single"]
    assert facilities["registers"].tolist() == ["een.csv, rij 2; twee.csv, rij 2", "een.csv, rij 3"]


def test_what_was_sure_stays_so() -> None:
    facilities, _ = run(known(("De Brug", 0)), rows(("De Brug", 1)), rows((None, 2), register="twee.csv"))
    assert facilities["certainty"].tolist() == ["confirmed"]


def test_every_row_that_becomes_no_facility_is_told_of() -> None:
    given = rows(("A", np.nan), ("B", np.nan), ("C", 1001), ("D", 1000), ("E", 0))
    given.loc[[1], ["postcode", "house_number"]] = ["1491AB", "12"]
    given.loc[[4], "category"] = None
    facilities, told = run(known(), given)
    assert list(zip(told["what"], told["why"], strict=True)) == [
        ("no_place", "no_address"), ("no_place", "unknown_address"), ("outside", "outside_extract"),
        ("added", "none_near"), ("not_ours", "left_out"),
    ]  # fmt: skip
    assert told["facility_id"].isna().tolist() == [True, True, True, False, True]
    assert len(facilities) == 1


def test_without_registers_the_facilities_are_those_of_the_map() -> None:
    there = known(("De Brug", 0))
    facilities, told = conflate(there, rows(), {}, EXTRACT, SETTINGS)
    assert told.empty
    assert facilities.equals(there)
    check_table(CONFLATION, told)


def test_another_coordinate_system_is_refused() -> None:
    with pytest.raises(TableError):
        conflate(known(("De Brug", 0)), rows(("De Brug", 0)).to_crs("EPSG:4326"), DATES, EXTRACT, SETTINGS)


# --- Many to many -----------------------------------------------------------------------------------------------------


def test_a_row_gives_way_where_both_can_be_paired() -> None:
    # The first is nearest to n0, but the second can only be that one.
    _, told = run(known(("Brug", 0), ("Brug", 90)), rows(("Brug", 10), ("Brug", -60)))
    assert told["facility_id"].tolist() == ["gp-n1", "gp-n0"]


def test_a_sure_pair_goes_before_two_doubtful_ones() -> None:
    # Without names all four are in one place; only the first row and n0 are named alike.
    _, told = run(known(("Brug", 0), (None, 25)), rows(("Brug", 1), (None, -20)))
    assert told["what"].tolist() == ["merged", "left_apart"]
    assert told["why"].tolist() == ["same_name", "taken"]
    assert told["other_id"].tolist() == ["gp-n0", "gp-n0"]


def test_a_row_left_apart_names_the_likeliest() -> None:
    _, told = run(known(("Plein", 10), ("Brug", 200)), rows(("Brug", 0)))
    assert told.loc[0, ["why", "other_name"]].tolist() == ["too_far", "Brug"]


@given(st.lists(st.integers(-150, 150), max_size=4), st.lists(st.integers(-150, 150), max_size=4), st.randoms())
def test_as_many_as_can_be_are_paired_as_near_as_can_be_in_any_order(
    ones: list[int], others: list[int], random: Any
) -> None:
    there, given_rows = known(*(("Brug", x) for x in others)), rows(*(("Brug", x) for x in ones))
    found = match_rows(given_rows, there, SETTINGS)
    merged = found[found["what"] == "merged"]
    assert not merged["row_id"].duplicated().any()
    assert not merged["facility_id"].duplicated().any()
    count, metres = _best_by_trying(ones, others)
    assert len(merged) == count
    assert merged["distance_m"].sum() == pytest.approx(metres)
    turned = match_rows(_shuffled(given_rows, random), _shuffled(there, random), SETTINGS)
    pd.testing.assert_frame_equal(_sorted(turned), _sorted(found))


def _best_by_trying(ones: Sequence[int], others: Sequence[int]) -> tuple[int, float]:
    few, many = sorted((ones, others), key=len)
    ways = [
        [abs(a - b) for a, b in zip(few, chosen, strict=True) if abs(a - b) <= SETTINGS.distance_m]
        for chosen in permutations(many, len(few))
    ]
    count = max(map(len, ways))
    return count, min(sum(way) for way in ways if len(way) == count)


def _shuffled(frame: gpd.GeoDataFrame, random: Any) -> gpd.GeoDataFrame:
    order = list(range(len(frame)))
    random.shuffle(order)
    return frame.iloc[order]


def _sorted(found: pd.DataFrame) -> pd.DataFrame:
    return found.sort_values(["row_id"]).reset_index(drop=True)
