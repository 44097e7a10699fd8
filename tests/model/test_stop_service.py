"""Which stops of the map are which of the timetable, and what that makes of them."""

from collections.abc import Mapping
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from pipeline.config.facilities import FacilitySettings
from pipeline.config.params import StopServiceSettings
from pipeline.contracts import CRS, FACILITIES, MAPPED_FACILITIES, STOP_SERVICES
from pipeline.model.stop_places import place_ids
from pipeline.model.stop_service import completeness_by_timetable, counted, likeness, with_service
from pipeline.tables import check_table
from tests.model.builders import CATEGORIES, table

SETTINGS = StopServiceSettings(
    from_hour=9, to_hour=17, at_least_per_hour=1, days=["monday"], normal_day_share=0.9, match_m=100, same_spot_m=20
)
NO_TIMETABLE = gpd.GeoDataFrame(STOP_SERVICES.empty(), geometry=gpd.GeoSeries([], crs=CRS), crs=CRS)


def mapped(*stops: tuple[str | None, float], category: str = "stop") -> Any:
    """Make facilities of a name so many metres along a road, numbered from 0."""
    return table(MAPPED_FACILITIES, [
        {"facility_id": f"{category}-n{number}", "category": category, "osm_ids": f"n{number}",
         "facility_name": np.nan if name is None else name, "geometry": shapely.Point(x_m, 0)}
        for number, (name, x_m) in enumerate(stops)
    ])  # fmt: skip


def scheduled(*stops: tuple[str | None, float, int], together: bool = False) -> Any:
    """Make stops of the timetable: name, metres along the road, departures; each a place, or all of them one."""
    return table(STOP_SERVICES, [
        {"stop_id": f"s{number}", "place_id": "s0" if together else f"s{number}", "lowest_hour_count": count,
         "stop_name": np.nan if name is None else name, "is_hourly": count > 0, "geometry": shapely.Point(x_m, 0)}
        for number, (name, x_m, count) in enumerate(stops)
    ])  # fmt: skip


def served(facilities: Any, services: Any) -> list[str]:
    """Return the service of each facility, those added at the end."""
    found = with_service(facilities, services, "stop", SETTINGS)
    check_table(MAPPED_FACILITIES, found[list(MAPPED_FACILITIES.columns)])
    return [str(one) for one in found["service"]]


@pytest.mark.parametrize(("departures", "expected"), [(2, "hourly"), (1, "hourly"), (0, "less")])
def test_a_stop_has_the_service_of_the_stop_of_its_name(departures: int, expected: str) -> None:
    assert served(mapped(("Markt", 0)), scheduled(("Kampen, Markt", 90, departures))) == [expected]


def test_without_a_timetable_the_service_is_unknown() -> None:
    assert served(mapped(("Markt", 0), (None, 500)), NO_TIMETABLE) == ["unknown", "unknown"]


@pytest.mark.parametrize(("name", "away_m", "expected"), [
    ("Markt", 100, "less"), ("Markt", 101, "unknown"), ("Kerk", 20, "less"), ("Kerk", 21, "unknown"),
    (None, 100, "less"),
])  # fmt: skip
def test_a_stop_is_found_by_distance_and_name(name: str | None, away_m: float, expected: str) -> None:
    assert served(mapped(("Markt", 0)), scheduled((name, away_m, 0))) == [expected]


def test_a_stop_without_a_name_is_the_nearest_one() -> None:
    assert served(mapped((None, 0)), scheduled(("Kerk", 60, 0), ("Markt", -40, 1), ("Station", 90, 0))) == ["hourly"]


def test_the_name_that_fits_best_goes_before_the_nearest() -> None:
    near, exact = ("Markt Oost", 30.0, 0), ("Markt", 60.0, 1)
    assert served(mapped(("Markt", 0)), scheduled(near, exact)) == ["hourly"]


def test_both_sides_of_the_road_have_the_service_of_the_stop_as_a_whole() -> None:
    pair = scheduled(("Markt", 0, 1), ("Markt", 80, 1), together=True)
    found = with_service(mapped(("Markt", 0), ("Markt", 80)), pair, "stop", SETTINGS)
    assert found["service"].tolist() == ["hourly", "hourly"]
    assert found["timetable_ids"].tolist() == ["s0 s1", "s0 s1"]


def test_a_served_stop_that_the_map_lacks_is_added_and_says_so() -> None:
    services = scheduled(("Markt", 0, 1), ("Kerk", 500, 1), ("Brug", 900, 0))
    found = with_service(mapped(("Markt", 0)), services, "stop", SETTINGS)
    assert found["facility_id"].tolist() == ["stop-n0", "stop-gtfs-s1"]
    added = found.iloc[1]
    assert (added["facility_name"], added["service"], added["timetable_ids"]) == ("Kerk", "hourly", "s1")
    assert pd.isna(added["osm_ids"])
    assert added.geometry == shapely.Point(500, 0)


def test_both_platforms_of_a_stop_that_the_map_lacks_are_one_facility() -> None:
    found = with_service(mapped(), scheduled(("Kerk", 0, 1), ("Kerk", 30, 1), together=True), "stop", SETTINGS)
    assert found["timetable_ids"].tolist() == ["s0 s1"]


def test_other_categories_have_no_service() -> None:
    found = with_service(mapped(("Markt", 0), category="gp"), scheduled(("Markt", 0, 0)), "stop", SETTINGS)
    assert found["service"].isna().all()
    assert found["timetable_ids"].isna().all()
    assert len(with_service(mapped(("Markt", 0)), scheduled(("Markt", 0, 1)), None, SETTINGS)) == 1


def test_only_stops_with_too_little_service_do_not_count() -> None:
    rows: list[Mapping[str, Any]] = [
        {"facility_id": str(service), "category": "stop", "service": service}
        for service in ("hourly", "less", "unknown", np.nan)
    ]
    assert counted(table(FACILITIES, rows))["facility_id"].tolist() == ["hourly", "unknown", "nan"]


@pytest.mark.parametrize(("one", "other", "expected"), [
    ("Kampen, Station", "station kampen", 2), ("Station", "Kampen, Station", 1), ("Kerk", "Markt", 0),
    ("Breestraat 3", "Breestraat 5", 0), (np.nan, "Markt", 1), (np.nan, np.nan, 1), ("-", "Markt", 1),
])  # fmt: skip
def test_names_fit_by_their_words(one: str, other: str, expected: int) -> None:
    assert likeness(one, other) == likeness(other, one) == expected


def stops(*rows: tuple[str, str | None, str | None, float | None]) -> gpd.GeoDataFrame:
    columns = ["stop_id", "stop_name", "station_id"]
    frame = pd.DataFrame([row[:3] for row in rows], columns=columns, dtype="str")
    points: Any = [None if row[3] is None else shapely.Point(row[3], 0) for row in rows]
    return gpd.GeoDataFrame(frame, geometry=gpd.GeoSeries(points, crs=CRS))


def test_platforms_are_one_place_by_station_or_by_name_and_distance() -> None:
    found = place_ids(
        stops(
            ("e", "Markt", None, 0), ("d", "markt", None, 99), ("c", "Kerk", None, 0), ("b", None, None, 0),
            ("a", None, None, 0), ("k", "Plein 1", "S", 0), ("j", "Plein 2", "S", 900), ("h", "Plein 2", None, 950),
            ("i", "Markt", None, 5_000), ("g", "Nergens", None, None), ("f", "Nergens", None, None),
        ),
        match_m=100,
    )  # fmt: skip
    assert "".join(found) == "ddcbahhhigf"


def facilities(*, needs_timetable: bool) -> FacilitySettings:
    stop = CATEGORIES["stop"].model_copy(update={"needs_timetable": needs_timetable, "plural": "Haltes"})
    return FacilitySettings(same_place_m=50, categories={**CATEGORIES, "stop": stop})


@pytest.mark.parametrize(("has_timetable", "expected"), [(True, "complete"), (False, "doubtful")])
def test_stops_are_complete_with_a_timetable_and_doubtful_without(has_timetable: bool, expected: str) -> None:
    found = completeness_by_timetable(facilities(needs_timetable=True), has_timetable=has_timetable)
    assert {code: one.judgement for code, one in found.items()} == {"stop": expected}
    assert "dienstregeling" in found["stop"].reason


@pytest.mark.parametrize("has_timetable", [True, False])
def test_a_timetable_says_nothing_where_no_category_needs_one(has_timetable: bool) -> None:
    assert completeness_by_timetable(facilities(needs_timetable=False), has_timetable=has_timetable) == {}
