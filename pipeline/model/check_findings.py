"""Where local checks and sources contradict each other, or a check no longer says anything."""

from collections.abc import Sequence

import geopandas as gpd
import pandas as pd
import shapely

from pipeline.config.profiles import ON_FOOT
from pipeline.contracts import CHECK_FINDINGS
from pipeline.model.local_checks import stands_there

_Finding = tuple[str, str | None, float | None]


def find_contradictions(
    checks: pd.DataFrame,
    mapped: gpd.GeoDataFrame,
    nearest: pd.DataFrame,
    *,
    source_date: str,
    as_of: str,
    same_place_m: float,
) -> pd.DataFrame:
    """Return what must be said of checks, as `contracts.CHECK_FINDINGS` has it.

    Parameters
    ----------
    checks, mapped
        `contracts.LOCAL_CHECKS` and `contracts.KNOWN_FACILITIES`.
    nearest
        unit_code, category, nearest_m, facility_name: the nearest known facility to any home of each unit.
    source_date
        Day of which the map tells: only a later map can contradict that there is a facility. That one is gone or moved
        can only be contradicted by a later source that has it.
    as_of
        As in `resolve_checks`.
    same_place_m
        Nearer than this two places are the same.
    """
    left = checks["is_applied"] & checks["check"].isin(["gone", "moved"])
    still_there = mapped[~mapped["facility_id"].isin(checks.loc[left, "facility_id"])]
    rows = [
        (check["check_id"], finding, name, distance_m)
        for _, check in checks.iterrows()
        for finding, name, distance_m in _findings_of(
            check, still_there if check["check"] == "exists" else mapped, nearest, source_date, as_of, same_place_m
        )
    ]
    frame = pd.DataFrame(rows, columns=list(CHECK_FINDINGS.columns))
    return frame.astype({"check_id": "str", "finding": "str", "facility_name": "str", "distance_m": "float64"})


def _findings_of(
    one: pd.Series, mapped: gpd.GeoDataFrame, nearest: pd.DataFrame, source_date: str, as_of: str, same_place_m: float
) -> Sequence[_Finding]:
    if one["expires"] < as_of:
        return [("expired", _name(one), None)]
    is_newer = source_date > one["date"]
    match one["check"]:
        case "exists":
            return _of_existing(one, mapped, same_place_m, is_newer=is_newer)
        case "gone" | "moved":
            return _of_mapped(one, mapped, same_place_m)
        case "none_within":
            return _of_absence(one, nearest)
    return []


def _of_existing(
    one: pd.Series, mapped: gpd.GeoDataFrame, same_place_m: float, *, is_newer: bool
) -> Sequence[_Finding]:
    if stands_there(one, mapped, same_place_m) is not None:
        return [("already_known", _name(one), None)]
    return [("newer_source_lacks_it", _name(one), None)] if is_newer else []


def _of_mapped(one: pd.Series, mapped: gpd.GeoDataFrame, same_place_m: float) -> Sequence[_Finding]:
    if pd.isna(one["facility_id"]):
        return [("no_such_facility", _name(one), None)]
    there = mapped.set_index("facility_id").loc[one["facility_id"]]
    if there["source_date"] <= one["date"]:
        return []
    if one["check"] == "gone":
        return [("newer_source_shows_it", _name(one), None)]
    away = there["geometry"].distance(shapely.Point(one["x_m"], one["y_m"]))
    return [("newer_source_has_it_elsewhere", _name(one), round(away, 2))] if away > same_place_m else []


def _of_absence(one: pd.Series, nearest: pd.DataFrame) -> Sequence[_Finding]:
    known = nearest[(nearest["unit_code"] == one["unit_code"]) & (nearest["category"] == one["category"])]
    found = known[known["nearest_m"] <= one["within_m"]]
    return [("nearer_one_known", row.facility_name, row.nearest_m) for row in found.itertuples()]


def _name(one: pd.Series) -> str | None:
    return None if pd.isna(one["facility_name"]) else str(one["facility_name"])


def nearest_to_units(distances: pd.DataFrame, dwellings: pd.DataFrame, facilities: pd.DataFrame) -> pd.DataFrame:
    """Return unit_code, category, nearest_m, facility_name: the facility nearest on foot to any home of each unit."""
    on_foot = distances[(distances["profile"] == ON_FOOT) & distances["nearest_m"].notna()]
    rows = on_foot.merge(dwellings[["dwelling_id", "unit_code"]], on="dwelling_id")
    rows = rows.astype({"category": "str", "nearest_id": "str"}).sort_values(["unit_code", "category", "nearest_m"])
    first = rows.drop_duplicates(["unit_code", "category"])
    names = facilities.set_index("facility_id")["facility_name"]
    return first.assign(facility_name=first["nearest_id"].map(names))[
        ["unit_code", "category", "nearest_m", "facility_name"]
    ]
