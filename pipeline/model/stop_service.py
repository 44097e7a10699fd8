"""Which stops have a departure often enough, out and back, and which stops on the map these are.

A place is served in an hour as often as something leaves it for a next stop (or the end of a line) and something comes
in from there, whichever is less. So the last stop of a line needs departures one way alone, a line that only passes one
way does not count, and lines that run along the same street count together.
"""

import geopandas as gpd
import numpy as np
import pandas as pd

from pipeline.config.facilities import FacilitySettings
from pipeline.config.params import StopServiceSettings
from pipeline.contracts import CRS, STOP_SERVICES
from pipeline.model.completeness import Judgement
from pipeline.model.stop_places import place_ids

UNKNOWN_TIMETABLE = "de dienstregeling is niet bekend"
KNOWN_TIMETABLE = "de haltes staan in de dienstregeling"

_KEY = ["place_id", "way", "day", "hour"]


def stop_services(stops: gpd.GeoDataFrame, calls: pd.DataFrame, settings: StopServiceSettings) -> gpd.GeoDataFrame:
    """Return how often each stop is served, as `contracts.STOP_SERVICES` has it.

    Parameters
    ----------
    stops
        stop_id, stop_name, station_id, is_near (in the surroundings: only these are returned), geometry, as
        `model.stop_places.place_ids` takes them.
    calls
        A row per vehicle that stops in the hours of the settings on the reference days: day (0 and up), hour, stop_id,
        previous_id and next_id (missing: the trip begins, ends here), first_id and last_id of its trip, line_name,
        can_board, can_alight.
    """
    place_of = place_ids(stops, match_m=settings.match_m)
    place = dict(zip(stops["stop_id"], place_of, strict=True))
    ends = ["previous_id", "next_id", "first_id", "last_id"]
    placed = calls.assign(place_id=calls["stop_id"].map(place), **{name: calls[name].map(place) for name in ends})
    lowest = _lowest_hours(placed, settings)
    lines = placed.drop_duplicates(["place_id", "line_name"]).sort_values("line_name", key=_as_numbers)
    names = lines.groupby("place_id")["line_name"].agg(", ".join)
    found = stops.assign(place_id=place_of)[stops["is_near"]]
    count = found["place_id"].map(lowest).fillna(0).astype("int64")
    return found.assign(
        lowest_hour_count=count,
        is_hourly=count >= settings.at_least_per_hour,
        line_names=found["place_id"].map(names).astype("str"),
    )[list(STOP_SERVICES.columns)]


def _as_numbers(names: pd.Series) -> pd.Series:
    """Return names such that line 4 sorts before line 11."""
    return names.str.rjust(names.str.len().max())


def _lowest_hours(calls: pd.DataFrame, settings: StopServiceSettings) -> pd.Series:
    """Return per place the departures in its thinnest hour, along the way that is served best out and back."""
    out, back = calls[calls["can_board"]], calls[calls["can_alight"]]
    senses = {
        "out": [(out, _neighbour(out, "next_id")), (out, _line_end(out, "next_id", "last_id"))],
        "back": [(back, _neighbour(back, "previous_id")), (back, _line_end(back, "previous_id", "first_id"))],
    }
    size = len(settings.days) * (settings.to_hour - settings.from_hour)
    thinnest = {
        sense: pd.concat([_thinnest(rows.assign(way=way).dropna(subset="way"), size) for rows, way in ways])
        for sense, ways in senses.items()
    }
    both: pd.Series = pd.concat(thinnest, axis=1).dropna().min(axis=1).groupby("place_id").max()
    return both


def _line_end(calls: pd.DataFrame, neighbour: str, end: str) -> pd.Series:
    """Return the line and the end that calls go to (come from); missing where they end (begin) here."""
    return (calls["line_name"] + "\0" + calls[end]).where(calls[neighbour].notna())


def _neighbour(calls: pd.DataFrame, neighbour: str) -> pd.Series:
    """Return the next (previous) place; missing where that is another platform of the same."""
    return calls[neighbour].where(calls[neighbour] != calls["place_id"])


def _thinnest(calls: pd.DataFrame, size: int) -> pd.Series:
    """Return per place and way the calls in the hour with the fewest, of the `size` hours on all days together."""
    by_hour = calls.groupby(_KEY).size().groupby(["place_id", "way"])
    return by_hour.min().where(by_hour.size() == size, 0)


def with_service(
    mapped: gpd.GeoDataFrame, services: gpd.GeoDataFrame, category: str | None, settings: StopServiceSettings
) -> gpd.GeoDataFrame:
    """Return the facilities with their service, and with the served stops of the timetable that the map lacks.

    A facility of `category` is the stop of the timetable within `match_m` that fits its name best, then the nearest;
    within `same_spot_m` names may differ. Facilities of other categories get no service.

    Parameters
    ----------
    mapped
        Facilities of the map: facility_id, category, facility_name, osm_ids, geometry.
    services
        `contracts.STOP_SERVICES`; empty without a timetable, and then every service is unknown.
    category
        What stops of the timetable are; None if no category needs a timetable.
    """
    is_stop = mapped["category"] == category
    place = pd.Series(pd.NA, index=mapped.index, dtype="str")
    place[is_stop] = _places_at(mapped[is_stop], services, settings)
    of_place = services.groupby("place_id").agg(is_hourly=("is_hourly", "first"), ids=("stop_id", " ".join))
    known = place.map(of_place["is_hourly"].map({True: "hourly", False: "less"}))
    frame = mapped.assign(
        service=known.where(known.notna() | ~is_stop, "unknown").astype("str"),
        timetable_ids=place.map(of_place["ids"]).astype("str"),
    )
    if category is None:
        return frame
    lacking = services[services["is_hourly"] & ~services["place_id"].isin(place)]
    added = _as_facilities(lacking, category, of_place["ids"])
    return gpd.GeoDataFrame(pd.concat([frame, added], ignore_index=True), geometry="geometry", crs=CRS)


def _places_at(stops: gpd.GeoDataFrame, services: gpd.GeoDataFrame, settings: StopServiceSettings) -> pd.Series:
    """Return for each stop of the map the place of the timetable that it is; missing where there is none."""
    one, other = services.sindex.query(stops.geometry, "dwithin", distance=settings.match_m)
    mapped, scheduled = stops.iloc[one].reset_index(), services.iloc[other].reset_index(drop=True)
    pairs = pd.DataFrame({
        "index": mapped["index"],
        "place_id": scheduled["place_id"],
        "away_m": mapped.geometry.distance(scheduled.geometry),
        "likeness": [
            likeness(*names) for names in zip(mapped["facility_name"], scheduled["stop_name"], strict=True)
        ],
    })  # fmt: skip
    fitting = pairs[(pairs["likeness"] > 0) | (pairs["away_m"] <= settings.same_spot_m)]
    best = fitting.sort_values(["likeness", "away_m", "place_id"], ascending=[False, True, True])
    return best.drop_duplicates("index").set_index("index")["place_id"].reindex(stops.index)


def likeness(name: str | float, other: str | float) -> int:
    """Return how well two names fit: 2 the same words, 1 one of them says more or has no name, 0 different.

    Examples
    --------
    >>> likeness("Kampen, Station", "station kampen"), likeness("Station", "Kampen, Station"), likeness("Kerk", "Markt")
    (2, 1, 0)
    """
    one, two = _words(name), _words(other)
    if one == two and one:
        return 2
    return int(one <= two or two <= one)


def _words(name: str | float) -> set[str]:
    if not isinstance(name, str):
        return set()
    return set("".join(sign if sign.isalnum() else " " for sign in name.casefold()).split())


def _as_facilities(lacking: gpd.GeoDataFrame, category: str, ids: pd.Series) -> gpd.GeoDataFrame:
    """Return a facility per place, at the first of its stops."""
    first = lacking.sort_values("stop_id").drop_duplicates("place_id")
    return gpd.GeoDataFrame(
        {
            "facility_id": category + "-gtfs-" + first["stop_id"],
            "category": pd.Series(category, first.index, "str"),
            "facility_name": first["stop_name"],
            "osm_ids": pd.Series(pd.NA, first.index, "str"),
            "service": pd.Series("hourly", first.index, "str"),
            "timetable_ids": first["place_id"].map(ids),
            "geometry": first.geometry,
        },
        geometry="geometry",
        crs=CRS,
    )


def counted(facilities: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return the facilities that count for the norms: all but those of which a timetable says too little leaves."""
    return facilities[np.asarray(facilities["service"] != "less")]


def completeness_by_timetable(facilities: FacilitySettings, *, has_timetable: bool) -> dict[str, Judgement]:
    """Return what is known of the completeness of the category that needs a timetable: with one all stops are known."""
    code = facilities.stop_category
    if code is None:
        return {}
    return {code: Judgement("complete", KNOWN_TIMETABLE) if has_timetable else Judgement("doubtful", UNKNOWN_TIMETABLE)}
