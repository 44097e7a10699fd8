"""The timetable of the invented gemeente as a GTFS feed.

It has what real feeds have: times left out, holidays, trips past midnight, names of its own, a stop without
coordinates, a byte order mark.
"""

import csv
import io
import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from pyproj import Transformer

from pipeline.sources.demo.bus_stops import StopPair, bus_stops, stations
from pipeline.sources.demo.layout import Plan
from pipeline.sources.demo.region import DemoRegion

FILE_NAME = "dienstregeling.zip"
FIXED_DATE = (2024, 1, 1, 0, 0, 0)
NOT_SERVED = "Hoornseweg 40"
"""A stop on the map where nothing calls any more, and that the timetable lacks."""
RENAMED = {"Slikhoekerweg 21": "Gemaal Vrouwe Josina"}
"""A stop that the timetable calls otherwise than the map."""

_METRES_PER_MINUTE = 500
_DAY_MINUTES = 24 * 60
_NEW_YEAR = "20240101"

Row = Sequence[str | int | float]


@dataclass(frozen=True)
class _Line:
    """A bus line: roads and dorp stops that it follows in order, and how many minutes lie between two buses.

    `service` is the calendar; `is_headway` says that only the interval is told, not each trip.
    """

    name: str
    along: tuple[str, ...]
    every_minutes: int
    service: str = "werkdag"
    hours: tuple[int, int] = (6, 23)
    is_headway: bool = False


_LINES = (
    _Line("1", ("Stadsring",), 15, is_headway=True),
    _Line("2", ("Burgemeester Van Gouwenlaan",), 30),
    _Line("11", ("Hoornse Laan", "Hoornseweg"), 60),
    _Line("12", ("Stationslaan", "Hoofdweg"), 30, hours=(6, 25)),
    _Line("13", ("Slikhoeker Laan", "Slikhoekerweg", "Slikhoek, Dorpsplein"), 60),
    _Line("14", ("Kerkweg", "Gouwekerk, Dorpsplein"), 60),
    _Line("15", ("Gouweweg",), 120),
    _Line("16", ("Trintelveld, Dorpsplein", "Trintelweg"), 120),
    _Line("17", ("Slikhoek, Dorpsplein", "Zavelhoek, Dorpsplein", "Kleihuizen, Kerkenpad"), 60),
    _Line("18", ("Koogweg", "Noorderkoog, Dorpsplein"), 120),
    _Line("601", ("Vogelweg", "Trintelveld, Dorpsplein"), 60, "school", (7, 9)),
)
_HEADINGS = {
    "agency": ("agency_id", "agency_name", "agency_url", "agency_timezone"),
    "stops": ("stop_id", "stop_code", "stop_name", "stop_lat", "stop_lon", "location_type", "parent_station"),
    "routes": ("route_id", "agency_id", "route_short_name", "route_long_name", "route_type"),
    "trips": ("route_id", "service_id", "trip_id", "direction_id", "trip_headsign"),
    "stop_times": ("trip_id", "stop_sequence", "stop_id", "arrival_time", "departure_time", "pickup_type",
                   "drop_off_type"),
    "calendar": ("service_id", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday",
                 "start_date", "end_date"),
    "calendar_dates": ("service_id", "date", "exception_type"),
    "frequencies": ("trip_id", "start_time", "end_time", "headway_secs", "exact_times"),
}  # fmt: skip


def write_timetable(region: DemoRegion, folder: Path) -> None:
    """Write `dienstregeling.zip` into `folder`: bus and train on the same bytes for the same region."""
    rows: dict[str, list[Row]] = {name: [] for name in _HEADINGS}
    rows["agency"].append(("MW", "Markerwaards Vervoer", "https://voorbeeld.invalid", "Europe/Amsterdam"))
    _add_calendar(rows)
    for municipality in region.municipalities:
        _add_network(rows, municipality.plan)
    with zipfile.ZipFile(folder / FILE_NAME, "w") as feed:
        for name, of_table in rows.items():
            text = _as_csv([_HEADINGS[name], *of_table])
            encoding = "utf-8-sig" if name == "stops" else "utf-8"
            # Stored as it is: what a compression gives differs between machines.
            feed.writestr(zipfile.ZipInfo(f"{name}.txt", FIXED_DATE), text.encode(encoding))


def _as_csv(rows: Iterable[Row]) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="\r\n").writerows(rows)
    return text.getvalue()


def _add_calendar(rows: dict[str, list[Row]]) -> None:
    year = (_NEW_YEAR, "20241214")
    rows["calendar"] += [
        ("werkdag", 1, 1, 1, 1, 1, 0, 0, *year),
        ("school", 1, 1, 1, 1, 1, 0, 0, *year),
        ("zondag", 0, 0, 0, 0, 0, 0, 1, *year),
        ("vervallen", 0, 0, 0, 0, 0, 0, 0, *year),
    ]
    rows["calendar_dates"] += [
        ("werkdag", _NEW_YEAR, 2), ("school", _NEW_YEAR, 2), ("zondag", _NEW_YEAR, 1),
        *(("school", f"202401{day:02}", 2) for day in range(2, 6)),
    ]  # fmt: skip


def _add_network(rows: dict[str, list[Row]], plan: Plan) -> None:
    mark = f"{plan.number}:"
    pairs = [pair for pair in bus_stops(plan) if pair.name != NOT_SERVED]
    for number, pair in enumerate(pairs):
        _add_stop(rows, f"{mark}{number:03}", pair)
    rows["stops"].append((f"{mark}depot", "", "Remise", "", "", 0, ""))
    ids = {pair.name: (f"{mark}{number:03}h", f"{mark}{number:03}t") for number, pair in enumerate(pairs)}
    for line in _LINES:
        served = [pair for name in line.along for pair in pairs if name in (pair.road, pair.name)]
        if len(served) > 1:
            _add_line(rows, mark, line, served, ids)
    _add_trains(rows, mark, plan)


def _add_stop(rows: dict[str, list[Row]], code: str, pair: StopPair) -> None:
    """Add both platforms of a stop; in the dorpen they belong to a station, elsewhere only their name is the same."""
    name = RENAMED.get(pair.name, f"Markerstad, {pair.name}" if pair.road else pair.name)
    station = "" if pair.road else f"{code}s"
    for platform, (x, y) in zip("ht", pair.platforms, strict=True):
        rows["stops"].append((f"{code}{platform}", f"{code}{platform}", name, *_degrees(x, y), 0, station))
    if station:
        rows["stops"].append((station, "", name, *_degrees(*np.mean(pair.platforms, axis=0).tolist()), 1, ""))


_TO_WGS84 = Transformer.from_crs(28992, 4326, always_xy=True)


def _degrees(x: float, y: float) -> tuple[float, float]:
    lon, lat = _TO_WGS84.transform(x, y)
    return round(lat, 6), round(lon, 6)


def _add_line(
    rows: dict[str, list[Row]], mark: str, line: _Line, served: Sequence[StopPair], ids: dict[str, tuple[str, str]]
) -> None:
    route = f"{mark}{line.name}"
    rows["routes"].append((route, "MW", line.name, f"{served[0].name} - {served[-1].name}", 3))
    minutes = _minutes_along(served)
    for direction, (platform, run) in enumerate(((0, minutes), (1, [minutes[-1] - one for one in minutes][::-1]))):
        stops = [ids[pair.name][platform] for pair in (served if direction == 0 else reversed(served))]
        starts = range(line.hours[0] * 60 + 10 * direction, line.hours[1] * 60, line.every_minutes)
        for number, start in enumerate(starts[:1] if line.is_headway else starts):
            trip = f"{route}:{direction}:{number}"
            rows["trips"].append((route, line.service, trip, direction, served[-1 if direction == 0 else 0].name))
            rows["stop_times"] += _calls(trip, stops, [start + one for one in run])
            if line.is_headway:
                end = _clock(line.hours[1] * 60)
                rows["frequencies"].append((trip, _clock(start), end, line.every_minutes * 60, 1))


def _minutes_along(served: Sequence[StopPair]) -> list[int]:
    spots = np.array([pair.platforms[0] for pair in served])
    away_m = np.hypot(*np.diff(spots, axis=0).T)
    return [0, *np.cumsum(np.maximum(1, np.rint(away_m / _METRES_PER_MINUTE))).astype(int).tolist()]


def _calls(trip: str, stops: Sequence[str], minutes: Sequence[int]) -> list[Row]:
    """Return the calls of a trip; only at every third stop a time is given, and at the last one nobody boards."""
    last = len(stops) - 1
    calls: list[Row] = []
    for number, (stop, minute) in enumerate(zip(stops, minutes, strict=True)):
        time = _clock(minute) if number % 3 == 0 or number == last else ""
        calls.append((trip, number * 10 + 1, stop, time, time, int(number == last), int(number == 0)))
    return calls


def _clock(minute: int) -> str:
    return f"{minute // 60:02}:{minute % 60:02}:00"


def _add_trains(rows: dict[str, list[Row]], mark: str, plan: Plan) -> None:
    route, stops = f"{mark}S", []
    rows["routes"].append((route, "MW", "", "Sprinter Markerstad - Gouwekerk", 2))
    for name, x, y in stations(plan):
        code = f"{mark}{name}"
        rows["stops"].append((code, "", f"{name}, Station", *_degrees(x, y), 1, ""))
        # The platform stands where its station is: it has no coordinates of its own.
        rows["stops"].append((f"{code}:1", "", f"{name}, Station", "", "", 0, code))
        stops.append(f"{code}:1")
    for direction, order in enumerate((stops, stops[::-1])):
        for number, start in enumerate(range(6 * 60 + 5, _DAY_MINUTES, 30)):
            trip = f"{route}:{direction}:{number}"
            rows["trips"].append((route, "werkdag", trip, direction, ""))
            rows["stop_times"] += _calls(trip, order, [start, start + 6])
