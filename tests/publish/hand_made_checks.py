"""Facilities of the hand-made region, and what local checks say of them."""

from collections.abc import Iterable
from typing import Any

import geopandas as gpd
import pandas as pd
from shapely.geometry import Point

from pipeline import contracts
from tests.publish.frames import (
    HOSTILE_IMAGE,
    HOSTILE_SCRIPT,
    HOSTILE_TEMPLATE,
    HOSTILE_VECTOR,
    SOUTH,
    WEST,
    frame,
    spatial,
)

KNOWN = {
    "origin": "both", "registers": HOSTILE_SCRIPT, "certainty": "confirmed", "source_date": "2024-01-01",
    "capacity": 40.0,
}  # fmt: skip
"""What a register adds to a facility."""


def _facility_rows(categories: Iterable[str]) -> list[dict[str, Any]]:
    names = {"supermarket": HOSTILE_TEMPLATE, "stop": HOSTILE_SCRIPT, "gp": HOSTILE_IMAGE, "hospital": "Ziekenhuis"}
    return [
        {
            "facility_id": f"{category}/0", "category": category, "facility_name": names.get(category),
            "osm_ids": f"node/{i}", "geometry": Point(WEST + 30 + 80 * i, SOUTH + 60 + 20 * i),
            "check_id": "10" if category == "gp" else None, **KNOWN,
            "service": "less" if category == "stop" else None,
            "timetable_ids": HOSTILE_IMAGE if category == "stop" else None,
        }
        for i, category in enumerate(categories)
    ]  # fmt: skip


def facilities(categories: Iterable[str]) -> gpd.GeoDataFrame:
    return spatial(contracts.FACILITIES, _facility_rows(categories))


def known_facilities(categories: Iterable[str]) -> gpd.GeoDataFrame:
    gone = {
        "facility_id": "supermarket/9", "category": "supermarket", "facility_name": HOSTILE_VECTOR, "osm_ids": "node/9",
        "geometry": Point(WEST + 150, SOUTH + 50), **KNOWN,
    }  # fmt: skip
    return spatial(contracts.KNOWN_FACILITIES, [*_facility_rows(categories), gone])


def local_check(check_id: str, check: str, category: str, **other: Any) -> dict[str, Any]:
    """Return a row of local checks; `other` replaces columns."""
    empty = dict.fromkeys(("unit_code", "facility_id", "facility_name", "x_m", "y_m", "within_m"))
    told = {"role": "dorpsraad", "date": "2026-10-01", "source": "rondgang", "expires": "2027-10-01"}
    return {**empty, **told, "check_id": check_id, "check": check, "category": category, "is_applied": True, **other}


def local_checks() -> pd.DataFrame:
    hostile = {"role": HOSTILE_IMAGE, "source": HOSTILE_SCRIPT}
    return frame(contracts.LOCAL_CHECKS, [
        local_check("2", "none_within", "supermarket", unit_code="DP0003", within_m=1500.0, **hostile),
        local_check("3", "none_within", "gp", unit_code="DP0003", within_m=1500.0, **hostile),
        local_check("10", "exists", "gp", facility_name=HOSTILE_IMAGE, x_m=WEST + 190, y_m=SOUTH + 101),
        local_check("5", "gone", "supermarket", facility_id="supermarket/9", facility_name=HOSTILE_VECTOR),
        local_check("6", "gone", "stop", facility_name="Halte Weg", is_applied=False, expires="2026-10-02"),
        local_check("7", "moved", "stop", facility_name=HOSTILE_IMAGE, x_m=0.0, y_m=0.0, is_applied=False),
        local_check("8", "complete", "gp", unit_code="DP0006", within_m=1500.0),
    ])  # fmt: skip


def findings() -> pd.DataFrame:
    return frame(contracts.CHECK_FINDINGS, [
        {"check_id": "2", "finding": "nearer_one_known", "facility_name": HOSTILE_TEMPLATE, "distance_m": 1320.0},
        {"check_id": "6", "finding": "expired", "facility_name": "Halte Weg", "distance_m": None},
        {"check_id": "7", "finding": "no_such_facility", "facility_name": HOSTILE_IMAGE, "distance_m": None},
    ])  # fmt: skip
