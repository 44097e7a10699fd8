"""What calls at stops on the reference days of a feed."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import gtfs_kit
import pandas as pd

from pipeline.config.params import StopServiceSettings
from pipeline.errors import SourceError, raise_faults
from pipeline.sources.csv_rows import show_rows
from pipeline.sources.timetables.feed_files import REMEDY

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_DUTCH = ("maandag", "dinsdag", "woensdag", "donderdag", "vrijdag", "zaterdag", "zondag")
_FOR_ALL = ("", "0", "3")
"""How one boards or alights without ordering the vehicle beforehand: as usual, or by telling the driver."""
_HOUR_SECONDS = 3600
_DAY_SECONDS = 24 * _HOUR_SECONDS


def read_calls(
    file: str,
    tables: Mapping[str, pd.DataFrame],
    trips: pd.DataFrame,
    stop_times: pd.DataFrame,
    settings: StopServiceSettings,
) -> pd.DataFrame:
    """Return a row per vehicle that stops on a reference day in the hours of the settings.

    Trips that run every so many minutes (frequencies) are written out; times that are left out lie evenly between those
    given; after 24:00 it is the next day.

    Parameters
    ----------
    file
        Name of the feed, for messages.
    tables
        routes, calendar, calendar_dates, frequencies, as text.
    trips, stop_times
        Of the trips that call near the region.

    Raises
    ------
    SourceError
        If a trip begins or ends without a time, or nothing runs here on a day that is asked for.
    """
    times = _in_order(stop_times)
    _require_ends(file, times)
    feed = _expanded(tables, trips, times)
    times = _with_seconds(feed.stop_times)
    services = feed.trips.set_index("trip_id")["service_id"]
    days = reference_days(file, feed, settings.days, settings.normal_day_share)
    times["service_id"] = times["trip_id"].map(services)
    calls = pd.concat([_on_day(number, day, times, feed, settings) for number, day in enumerate(days)])
    lines = _line_names(tables["routes"])
    route = feed.trips.set_index("trip_id")["route_id"].map(lines)
    return calls.assign(line_name=calls["trip_id"].map(route)).drop(columns=["trip_id", "service_id", "seconds"])


def _expanded(tables: Mapping[str, pd.DataFrame], trips: pd.DataFrame, times: pd.DataFrame) -> Any:
    """Return the feed as gtfs-kit has it, each departure of its frequencies a trip of its own."""
    services, known = trips["service_id"], {}
    for name, numbers in (("calendar", WEEKDAYS), ("calendar_dates", ("exception_type",))):
        if name in tables:
            rows = tables[name][tables[name]["service_id"].isin(services)]
            known[name] = rows.astype(dict.fromkeys(numbers, "int64"))
    if "frequencies" in tables:
        known["frequencies"] = tables["frequencies"].astype({"headway_secs": "int64"})
    return gtfs_kit.Feed("m", trips=trips, stop_times=times, **known).expand_frequencies()


def _in_order(stop_times: pd.DataFrame) -> pd.DataFrame:
    """Return the times in the order of the trips, one time per call (missing: left out)."""
    time = stop_times["departure_time"].where(stop_times["departure_time"] != "", stop_times["arrival_time"])
    time = time.where(time != "")
    number = stop_times["stop_sequence"].astype("int64")
    times = stop_times.assign(departure_time=time, arrival_time=time, stop_sequence=number)
    return times.sort_values(["trip_id", "stop_sequence"], kind="stable", ignore_index=True)


def _require_ends(file: str, times: pd.DataFrame) -> None:
    is_end = ~times["trip_id"].duplicated() | ~times["trip_id"].duplicated(keep="last")
    timeless = times.loc[is_end & times["departure_time"].isna(), "trip_id"].drop_duplicates()
    raise_faults(SourceError, [
        f"{file}, stop_times.txt: rit {show_rows(timeless)} begint of eindigt zonder tijd; {REMEDY}."
    ] if len(timeless) else [])  # fmt: skip


def _with_seconds(stop_times: pd.DataFrame) -> pd.DataFrame:
    """Return the times in the order of the trips: seconds, the stop before and after, the first and the last one."""
    ordered = stop_times.sort_values(["trip_id", "stop_sequence"], kind="stable", ignore_index=True)
    by_trip = ordered.groupby("trip_id", sort=False)["stop_id"]
    parts = ordered["departure_time"].str.split(":", expand=True).astype("float64")
    seconds = parts[0] * _HOUR_SECONDS + parts[1] * 60 + parts[2]
    return pd.DataFrame({
        "trip_id": ordered["trip_id"],
        "stop_id": ordered["stop_id"],
        "previous_id": by_trip.shift(1),
        "next_id": by_trip.shift(-1),
        "first_id": by_trip.transform("first"),
        "last_id": by_trip.transform("last"),
        "can_board": ordered["pickup_type"].isin(_FOR_ALL),
        "can_alight": ordered["drop_off_type"].isin(_FOR_ALL),
        "seconds": seconds.interpolate(),
    })  # fmt: skip


def reference_days(file: str, feed: Any, weekdays: Sequence[str], normal_share: float) -> list[str]:
    """Return per weekday the first date (yyyymmdd) on which at least `normal_share` runs of what the busiest one has.

    Raises
    ------
    SourceError
        If nothing runs on any date of a weekday.
    """
    trips = feed.trips["service_id"].value_counts()
    running = {day: int(trips.reindex(feed.get_active_services(day)).sum()) for day in feed.get_dates()}
    chosen, idle = [], []
    for weekday in weekdays:
        number = WEEKDAYS.index(weekday)
        counts = {day: count for day, count in running.items() if _date(day).weekday() == number}
        busiest = max(counts.values(), default=0)
        if busiest == 0:
            idle.append(_DUTCH[number])
            continue
        chosen.append(next(day for day, count in counts.items() if count >= normal_share * busiest))
    raise_faults(SourceError, [
        f"{file}: er rijdt hier niets op {', '.join(idle)}; neem een dienstregeling die ten minste een week geldt."
    ] if idle else [])  # fmt: skip
    return chosen


def _date(day: str) -> datetime:
    return datetime.strptime(day, "%Y%m%d")


def _on_day(number: int, day: str, times: pd.DataFrame, feed: Any, settings: StopServiceSettings) -> pd.DataFrame:
    """Return the calls on a day in the hours of the settings, also those of trips that began the day before."""
    before = (_date(day) - timedelta(days=1)).strftime("%Y%m%d")
    found = []
    for date, shift in ((day, 0), (before, _DAY_SECONDS)):
        rows = times[times["service_id"].isin(feed.get_active_services(date))]
        hour = ((rows["seconds"] - shift) // _HOUR_SECONDS).astype("int64")
        found.append(rows.assign(day=number, hour=hour)[hour.between(settings.from_hour, settings.to_hour - 1)])
    return pd.concat(found, ignore_index=True)


def _line_names(routes: pd.DataFrame) -> pd.Series:
    """Return the name of each route by its id: the short one, else the long one, else the id."""
    short, long = (routes[name].where(routes[name] != "") for name in ("route_short_name", "route_long_name"))
    return pd.Series(short.fillna(long).fillna(routes["route_id"]).to_numpy(), index=routes["route_id"])
