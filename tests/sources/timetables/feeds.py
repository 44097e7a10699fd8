"""Feeds made by hand: stops A, B and C, each 1,000 m farther east, with a platform on either side of the road.

Vehicles that go east stop at the platforms Ah, Bh and Ch, those that come back at At, Bt and Ct, 10 m farther north.
They run on weekdays in January 2024, ten minutes from stop to stop.
"""

import csv
import io
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import shapely
from pyproj import Transformer

from pipeline.config.params import StopServiceSettings, Weekday
from pipeline.model.stop_service import stop_services
from pipeline.sources.timetables import read_timetable

Row = dict[str, Any]
Tables = dict[str, list[Row]]

X, Y, STEP_M, ACROSS_M = 200_000.0, 500_000.0, 1_000.0, 10.0
AROUND = shapely.box(X - 500, Y - 500, X + 2_500, Y + 500)
MINUTES = 10
WEEKDAYS: tuple[Weekday, ...] = ("monday", "tuesday", "wednesday", "thursday", "friday")
WEEK = (*WEEKDAYS, "saturday", "sunday")
SETTINGS = StopServiceSettings(
    from_hour=9, to_hour=17, at_least_per_hour=1, days=list(WEEKDAYS), normal_day_share=0.9, match_m=150, same_spot_m=20
)
ALL_DAY = range(7, 20)
"""Hours in which a vehicle leaves, unless a test says otherwise."""

_TO_DEGREES = Transformer.from_crs("EPSG:28992", "EPSG:4326", always_xy=True)


def stop(stop_id: str, x_m: float, y_m: float = 0.0, name: str | None = None, **more: Any) -> Row:
    """Make a stop, so many metres from the first one."""
    lon, lat = _TO_DEGREES.transform(X + x_m, Y + y_m)
    named = stop_id[0] if name is None else name
    return {"stop_id": stop_id, "stop_name": named, "stop_lat": f"{lat:.6f}", "stop_lon": f"{lon:.6f}", **more}


def trips(
    line: str, stops: Sequence[str], hours: Iterable[int] = ALL_DAY, minute: int = 5, service: str = "week", **call: Any
) -> Tables:
    """Make a trip of a line along these stops in each of the hours; `call` are more columns of its times."""
    made: Tables = {"trips": [], "stop_times": []}
    for hour in hours:
        trip = f"{line} {'-'.join(stops)} {hour}:{minute}"
        made["trips"].append({"route_id": line, "service_id": service, "trip_id": trip})
        for number, stop_id in enumerate(stops):
            at = hour * 60 + minute + MINUTES * number
            time = f"{at // 60:02}:{at % 60:02}:00"
            row = {"trip_id": trip, "stop_id": stop_id, "stop_sequence": number, "departure_time": time, **call}
            made["stop_times"].append(row)
    return made


def service(name: str = "week", days: Iterable[str] = WEEKDAYS, start: str = "20240101", end: str = "20240131") -> Row:
    """Make a row of the calendar."""
    runs = {str(day): int(day in set(days)) for day in WEEK}
    return {"service_id": name, **runs, "start_date": start, "end_date": end}


def feed(*parts: Tables, **changed: list[Row]) -> Tables:
    """Put a feed together: the stops A, B and C, one line for each that has trips, the calendar, and these parts."""
    tables: Tables = {
        "stops": [stop(f"{name}{side}", STEP_M * number, ACROSS_M * (side == "t"))
                  for number, name in enumerate("ABC") for side in "ht"],
        "routes": [], "trips": [], "stop_times": [], "calendar": [service()],
    }  # fmt: skip
    for part in parts:
        for name, rows in part.items():
            tables[name] = tables.get(name, []) + rows
    lines = dict.fromkeys(row["route_id"] for row in tables["trips"])
    tables["routes"] = [{"route_id": line, "route_short_name": line} for line in lines]
    return tables | changed


def there_and_back(line: str = "1", hours: Iterable[int] = ALL_DAY, minute: int = 5) -> Tables:
    """Make a line from A over B to C and back."""
    there, back = (trips(line, stops, list(hours), minute) for stops in (("Ah", "Bh", "Ch"), ("Ct", "Bt", "At")))
    return {name: there[name] + back[name] for name in there}


def as_csv(rows: Sequence[Row]) -> str:
    """Write rows as CSV; columns are those of all rows together."""
    text = io.StringIO()
    writer = csv.DictWriter(text, list(dict.fromkeys(name for row in rows for name in row)), restval="")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def write(path: Path, tables: Tables, instead: Mapping[str, bytes | None] | None = None, folder: str = "") -> Path:
    """Write a feed; `instead` has the bytes of files that are otherwise, None for one that is missing."""
    files = {f"{name}.txt": as_csv(rows).encode() for name, rows in tables.items()}
    with zipfile.ZipFile(path, "w") as feed_file:
        for name, content in {**files, **(instead or {})}.items():
            if content is not None:
                feed_file.writestr(f"{folder}{name}", content)
    return path


def lowest_of(path: Path, settings: StopServiceSettings = SETTINGS) -> dict[str, int]:
    """Return the departures in the thinnest hour per stop of a feed."""
    found = read_timetable(path, AROUND, settings)
    services = stop_services(found.stops, found.calls, settings)
    return dict(zip(services["stop_id"], services["lowest_hour_count"].tolist(), strict=True))
