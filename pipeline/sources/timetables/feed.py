"""Read a GTFS feed: the stops of a region, and what calls there on its reference days."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from pyproj import Transformer

from pipeline.config.params import StopServiceSettings
from pipeline.contracts import CRS
from pipeline.errors import SourceError, collected, raise_faults
from pipeline.sources.csv_rows import show_rows
from pipeline.sources.timetables.calls import read_calls
from pipeline.sources.timetables.feed_files import CALENDARS, FIRST_ROW, OPTIONAL, REMEDY, FeedFiles, opened_feed

_PLATFORMS = ("", "0")
_STATIONS = ("1",)
_DECIMALS = 3
_TO_RD = Transformer.from_crs("EPSG:4326", CRS, always_xy=True)


@dataclass(frozen=True)
class Timetable:
    """What a feed says of a region.

    Attributes
    ----------
    stops
        stop_id, stop_name, station_id (its parent station; missing: none), is_near (in the surroundings), geometry
        (EPSG:28992; missing where neither the stop nor its station has coordinates). Stations are stops as well.
    calls
        A row per vehicle that stops, as `model.stop_service.stop_services` takes them.
    """

    stops: gpd.GeoDataFrame
    calls: pd.DataFrame


def read_timetable(path: Path, around: shapely.Polygon, settings: StopServiceSettings) -> Timetable:
    """Read the stops of a feed, and all calls on the reference days of the trips that stop within `around`.

    Parameters
    ----------
    path
        The zip of the feed.
    around
        The surroundings of the region, in EPSG:28992.

    Raises
    ------
    SourceError
        With every fault of every file: missing, unreadable, a value that cannot be, an id that is unknown or there
        twice; or if the feed has nothing here, or no normal service on a day that is asked for.
    """
    with opened_feed(path) as feed:
        tables = _read_tables(feed)
        stops = _located(tables["stops"], around)
        if not stops["is_near"].any():
            raise SourceError(
                f"{path.name}: geen enkele halte ligt in of rond deze regio; neem de dienstregeling van deze streek."
            )
        near = set(stops.loc[stops["is_near"], "stop_id"])
        trips = tables["trips"]
        trips = trips[trips["trip_id"].isin(_trips_calling_at(near, feed, tables))]
        if trips.empty:
            raise SourceError(f"{path.name}: geen enkele rit stopt in of rond deze regio; neem een volledige feed.")
        stop_times = _stop_times_of(set(trips["trip_id"]), feed)
    return Timetable(stops, read_calls(path.name, tables, trips, stop_times, settings))


def check_feed(path: Path) -> None:
    """Look whether a feed is whole: every file that is read is there, can be unpacked and fits the others.

    Raises
    ------
    SourceError
        With every fault.
    """
    with opened_feed(path) as feed:
        feed.check_whole()
        _trips_calling_at(set(), feed, _read_tables(feed))


def _read_tables(feed: FeedFiles) -> dict[str, pd.DataFrame]:
    """Read all tables but the times, and hold them against each other."""
    tables: dict[str, pd.DataFrame] = {}
    faults = [] if any(feed.has(name) for name in CALENDARS) else [
        f"{feed.file('calendar')}: ontbreekt, en calendar_dates.txt ook; {REMEDY}."
    ]  # fmt: skip
    if not feed.has("stop_times"):
        faults.append(f"{feed.file('stop_times')}: ontbreekt; {REMEDY}.")
    optional = [name for name in OPTIONAL if feed.has(name)]
    for name in ("stops", "routes", "trips", *optional):
        with collected(faults):
            tables[name] = feed.read(name)
            faults += feed.faults(name, tables[name])
    raise_faults(SourceError, faults)
    raise_faults(SourceError, _id_faults(feed, tables))
    return tables


def _id_faults(feed: FeedFiles, tables: Mapping[str, pd.DataFrame]) -> list[str]:
    faults = [
        fault
        for table, column in (("stops", "stop_id"), ("routes", "route_id"), ("trips", "trip_id"))
        for fault in _faults_of(feed, table, column, tables[table][column].duplicated(), tables, "staat er al eerder")
    ]
    services = pd.concat([tables[name]["service_id"] for name in CALENDARS if name in tables])
    stations = pd.concat([tables["stops"]["stop_id"], pd.Series([""])])
    known = {
        ("trips", "route_id", "routes.txt"): tables["routes"]["route_id"],
        ("trips", "service_id", "calendar.txt of calendar_dates.txt"): services,
        ("stops", "parent_station", "stops.txt"): stations,
        ("frequencies", "trip_id", "trips.txt"): tables["trips"]["trip_id"],
    }
    return faults + [
        fault
        for (table, column, file), ids in known.items()
        if table in tables
        for fault in _faults_of(
            feed, table, column, ~tables[table][column].isin(ids), tables, f"staat niet in {file}"
        )
    ]  # fmt: skip


def _faults_of(
    feed: FeedFiles, table: str, column: str, is_wrong: pd.Series, tables: Mapping[str, pd.DataFrame], problem: str
) -> list[str]:
    """Return one fault for the rows in which the id in a column is wrong; none where there are none."""
    wrong = tables[table].loc[is_wrong, column]
    if wrong.empty:
        return []
    rows = show_rows(wrong.index + FIRST_ROW)
    return [f"{feed.file(table)}, rij {rows}, kolom {column}: '{wrong.iloc[0]}' {problem}; {REMEDY}."]


def _located(stops: pd.DataFrame, around: shapely.Polygon) -> gpd.GeoDataFrame:
    """Return platforms and stations with their place: a platform without coordinates stands where its station does."""
    used = stops[stops["location_type"].isin([*_PLATFORMS, *_STATIONS])].reset_index(drop=True)
    parent = used["parent_station"].where(used["parent_station"] != "")
    is_station = used["location_type"].isin(_STATIONS)
    by_id = used.set_index("stop_id")
    degrees = {
        name: pd.to_numeric(used[name]).fillna(pd.to_numeric(parent.map(by_id[name]))).to_numpy(dtype=np.float64)
        for name in ("stop_lon", "stop_lat")
    }
    x, y = (np.round(one, _DECIMALS) for one in _TO_RD.transform(degrees["stop_lon"], degrees["stop_lat"]))
    is_placed = np.isfinite(x) & np.isfinite(y)
    points = np.full(len(used), None, dtype=object)
    points[is_placed] = shapely.points(x[is_placed], y[is_placed])
    frame = pd.DataFrame({
        "stop_id": used["stop_id"],
        "stop_name": used["stop_name"].where(used["stop_name"] != ""),
        "station_id": parent.where(~is_station, used["stop_id"]),
        "is_near": shapely.intersects(points, around),
    })  # fmt: skip
    return gpd.GeoDataFrame(frame, geometry=gpd.GeoSeries(points, crs=CRS), crs=CRS)


def _trips_calling_at(near: set[str], feed: FeedFiles, tables: Mapping[str, pd.DataFrame]) -> set[str]:
    """Return the trips that call at any of these stops; no row may name a trip or stop that is not there."""
    known = {"trip_id": set(tables["trips"]["trip_id"]), "stop_id": set(tables["stops"]["stop_id"])}
    unknown: dict[str, list[int]] = {column: [] for column in known}
    first: dict[str, str] = {}
    found: set[str] = set()
    for piece in feed.read_pieces("stop_times", list(known)):
        found |= set(piece.loc[piece["stop_id"].isin(near), "trip_id"])
        for column, ids in known.items():
            wrong = piece.loc[~piece[column].isin(ids), column]
            unknown[column] += (wrong.index + FIRST_ROW).tolist()
            if len(wrong):
                first.setdefault(column, str(wrong.iloc[0]))
    raise_faults(SourceError, [
        f"{feed.file('stop_times')}, rij {show_rows(rows)}, kolom {column}: '{first[column]}' staat niet in "
        f"{'trips' if column == 'trip_id' else 'stops'}.txt; {REMEDY}."
        for column, rows in unknown.items() if rows
    ])  # fmt: skip
    return found


def _stop_times_of(trips: set[str], feed: FeedFiles) -> pd.DataFrame:
    """Return the times of these trips."""
    pieces = [piece[piece["trip_id"].isin(trips)] for piece in feed.read_pieces("stop_times")]
    times = pd.concat(pieces)
    raise_faults(SourceError, feed.faults("stop_times", times))
    return times.reset_index(drop=True)
