"""What counts as a departure every hour, out and back: a feed made by hand for each rule."""

from pathlib import Path
from typing import Any

import pytest

from tests.sources.timetables.feeds import (
    ALL_DAY,
    SETTINGS,
    WEEK,
    Tables,
    feed,
    lowest_of,
    service,
    stop,
    there_and_back,
    trips,
    write,
)

EVEN, ODD = range(8, 20, 2), range(7, 20, 2)


def lowest(tmp_path: Path, *parts: Tables, **changed: Any) -> dict[str, int]:
    return lowest_of(write(tmp_path / "feed.zip", feed(*parts, **changed)))


def places(counts: dict[str, int]) -> str:
    """Write the count of each of A, B and C, whose platforms must have the same."""
    assert all(counts[f"{name}h"] == counts[f"{name}t"] for name in "ABC")
    return " ".join(str(counts[f"{name}h"]) for name in "ABC")


def test_a_line_there_and_back_serves_its_stops_and_both_its_ends(tmp_path: Path) -> None:
    assert places(lowest(tmp_path, there_and_back())) == "1 1 1"


def test_departures_are_counted_in_the_thinnest_hour(tmp_path: Path) -> None:
    assert places(lowest(tmp_path, there_and_back(), there_and_back(hours=range(7, 15), minute=35))) == "1 1 1"
    assert places(lowest(tmp_path, there_and_back(), there_and_back(minute=35))) == "2 2 2"


def test_every_two_hours_is_not_every_hour(tmp_path: Path) -> None:
    assert places(lowest(tmp_path, there_and_back(hours=EVEN))) == "0 0 0"


@pytest.mark.parametrize(("gone", "expected"), [(8, "1 1 1"), (9, "0 0 0"), (16, "0 0 0"), (17, "1 1 1")])
def test_only_the_hours_of_the_settings_count(gone: int, expected: str, tmp_path: Path) -> None:
    hours = [hour for hour in ALL_DAY if hour != gone]
    assert places(lowest(tmp_path, there_and_back(hours=hours))) == expected


def test_one_day_a_week_without_it_is_too_little(tmp_path: Path) -> None:
    calendar = [service(days=["monday", "tuesday", "wednesday", "thursday"]), service("friday", ["friday"])]
    only_friday_morning = trips("9", ("Ah", "Bh", "Ch"), [9], service="friday")
    assert places(lowest(tmp_path, there_and_back(), only_friday_morning, calendar=calendar)) == "0 0 0"


def test_a_line_that_never_comes_back_does_not_count(tmp_path: Path) -> None:
    assert places(lowest(tmp_path, trips("1", ("Ah", "Bh", "Ch")))) == "0 0 0"


def test_a_line_that_goes_round_in_one_direction_counts(tmp_path: Path) -> None:
    assert places(lowest(tmp_path, trips("1", ("Ah", "Bh", "Ct", "At")))) == "1 1 1"


def test_lines_along_the_same_street_count_together(tmp_path: Path) -> None:
    further = {"stops": [stop("Dh", 2_000, 400, "D"), stop("Eh", 2_000, -400, "E")]}
    one = [trips("1", stops, EVEN) for stops in (("Ah", "Bh", "Dh"), ("Dh", "Bt", "At"))]
    other = [trips("2", stops, ODD) for stops in (("Ah", "Bh", "Eh"), ("Eh", "Bt", "At"))]
    counts = lowest(tmp_path, further, *one, *other)
    assert (counts["Ah"], counts["Bh"], counts["Dh"], counts["Eh"]) == (1, 1, 0, 0)


def test_a_line_that_comes_back_through_another_street_counts_where_it_stops_both_ways(tmp_path: Path) -> None:
    other_street = {"stops": [stop("Dh", 1_000, 400, "D")]}
    counts = lowest(tmp_path, other_street, trips("1", ("Ah", "Bh", "Ch")), trips("1", ("Ct", "Dh", "At")))
    assert (counts["Ah"], counts["Bh"], counts["Ch"], counts["Dh"]) == (1, 0, 1, 0)


def test_a_line_with_few_trips_does_not_spoil_a_stop_that_others_serve(tmp_path: Path) -> None:
    school = {"stops": [stop("Dh", 1_000, 400, "D")]}
    assert places(lowest(tmp_path, school, there_and_back(), trips("601", ("Bh", "Dh"), [8]))) == "1 1 1"


def test_platforms_of_one_name_farther_apart_than_match_m_are_two_stops(tmp_path: Path) -> None:
    def apart(metres: float) -> int:
        moved = [stop("Bt", 1_000, metres), *(one for one in feed()["stops"] if one["stop_id"] != "Bt")]
        return lowest(tmp_path, there_and_back(), stops=moved)["Bh"]

    assert (apart(149), apart(151)) == (1, 0)


def test_platforms_of_different_names_are_one_stop_if_they_have_one_station(tmp_path: Path) -> None:
    station = stop("S", 1_000, 300, "Plein", location_type=1)
    platforms = [stop("Bh", 1_000, 0, "Perron 1", parent_station="S"),
                 stop("Bt", 1_000, 600, "Perron 2", parent_station="S")]  # fmt: skip
    others = [one for one in feed()["stops"] if one["stop_id"][0] != "B"]
    counts = lowest(tmp_path, there_and_back(), stops=[*others, station, *platforms])
    # The second platform lies beyond the surroundings, and yet what leaves from it counts.
    assert (counts["Bh"], counts["S"], "Bt" in counts) == (1, 1, False)


def test_a_stop_to_which_a_vehicle_must_be_ordered_is_no_stop(tmp_path: Path) -> None:
    def back_by(**call: Any) -> int:
        there = trips("1", ("Ah", "Bh", "Ch"))
        return lowest(tmp_path, there, trips("1", ("Ct", "Bt", "At"), **call))["Bh"]

    assert [back_by(pickup_type=kind, drop_off_type=kind) for kind in ("", 0, 3, 1, 2)] == [1, 1, 1, 0, 0]


def test_trips_told_by_their_interval_are_written_out(tmp_path: Path) -> None:
    once = there_and_back(hours=[6])
    every = [{"trip_id": row["trip_id"], "start_time": "06:05:00", "end_time": "19:00:00", "headway_secs": 1200}
             for row in once["trips"]]  # fmt: skip
    assert places(lowest(tmp_path, once, frequencies=every)) == "3 3 3"


def test_after_24_hours_it_is_the_next_day(tmp_path: Path) -> None:
    late = there_and_back(hours=range(24 + 7, 24 + 20))
    assert places(lowest(tmp_path, late, calendar=[service(days=WEEK, start="20231231")])) == "1 1 1"
    assert places(lowest(tmp_path, late, there_and_back(hours=[9]), calendar=[service()])) == "0 0 0"


def test_times_that_are_left_out_lie_between_those_given(tmp_path: Path) -> None:
    tables = feed(there_and_back(minute=55))
    in_between = [row for row in tables["stop_times"] if row["stop_id"][0] == "B"]
    for row in in_between:
        row["departure_time"] = ""
    counts = lowest_of(write(tmp_path / "feed.zip", tables), SETTINGS.model_copy(update={"from_hour": 8}))
    # From A at 7:55 and from C at 7:55, so at B at 8:05.
    assert places(counts) == "1 1 1"


def test_a_public_holiday_is_not_the_day_that_counts(tmp_path: Path) -> None:
    new_year = [{"service_id": "week", "date": "20240101", "exception_type": 2},
                {"service_id": "sunday", "date": "20240101", "exception_type": 1}]  # fmt: skip
    calendar = [service(), service("sunday", ["sunday"])]
    sunday = there_and_back("1", [12], 40)
    for row in sunday["trips"]:
        row["service_id"] = "sunday"
    parts = (there_and_back(), sunday)
    assert places(lowest(tmp_path, *parts, calendar=calendar, calendar_dates=new_year)) == "1 1 1"


def test_weeks_for_which_not_all_lines_are_known_do_not_count(tmp_path: Path) -> None:
    calendar = [service(start="20240115"), service("early", start="20240101")]
    early = trips("9", ("Ah", "Bh"), [12], service="early")
    assert places(lowest(tmp_path, there_and_back(), early, calendar=calendar)) == "1 1 1"


def test_a_calendar_of_dates_alone_is_a_calendar(tmp_path: Path) -> None:
    dates = [{"service_id": "week", "date": f"202401{day:02}", "exception_type": 1} for day in range(8, 13)]
    tables = feed(there_and_back(), calendar_dates=dates)
    del tables["calendar"]
    assert places(lowest_of(write(tmp_path / "feed.zip", tables))) == "1 1 1"
