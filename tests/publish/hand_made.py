"""A hand-made region of eight squares in which every verdict, an unknown figure and hostile names occur."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import geopandas as gpd
import pandas as pd
from shapely.geometry import LineString, Point, box

from pipeline import contracts
from pipeline.config import (
    Category,
    CompletenessSettings,
    MapSettings,
    RegionSettings,
    TargetGroupSettings,
    WitteVlekSettings,
)
from pipeline.contracts import CRS, Contract
from pipeline.publish.results import Results

HOSTILE_IMAGE = "<img src=x onerror=alert(1)>"
HOSTILE_TEMPLATE = "De `${1}` & ${alert(1)}"
HOSTILE_SCRIPT = "</script><script>alert(1)</script>"
HOSTILE_FORMULA = "=HYPERLINK(1)"
HOSTILE = (HOSTILE_IMAGE, HOSTILE_TEMPLATE, HOSTILE_SCRIPT, HOSTILE_FORMULA)

GROUPS = ("all_inhabitants", "age_75_plus")
_WEST, _SOUTH, _SIDE = 190_000.0, 507_000.0, 100.0


@dataclass(frozen=True)
class Reach:
    """Reach of one category: what the tables say of it."""

    reach: str
    low: float | None
    high: float | None
    median_m: float | None = 400.0
    edge: float = 0.0
    not_connected: float = 0.0
    not_placed: float = 0.0
    cause: str = "none"
    is_upper_bound: bool = False
    uiterst: str = "within"


WITHIN = Reach("within", 0.0, 0.0)
NEAR = Reach("within", 0.08, 0.08, 390.0)
EDGE = Reach("undecided", 0.15, 1.0, 5480.0, edge=0.85, cause="edge", is_upper_bound=True, uiterst="undecided")
UNPLACED = Reach("undecided", 0.3, 0.7, not_placed=0.4, cause="not_placed")
COMBINED = Reach("undecided", 0.3, 0.7, not_placed=0.2, not_connected=0.2, cause="combined")
UNKNOWN = Reach("undecided", None, None, None, cause="figure", uiterst="undecided")
BEYOND = Reach("beyond", 0.614, 0.614, 620.0)
FAR = Reach("beyond", 0.97, 0.98, 2_300.0, uiterst="beyond")


@dataclass(frozen=True)
class Square:
    """A unit: its verdicts for people of 75 and over, and what they rest on."""

    name: str
    kind: str
    verdict: str
    supermarket: Reach
    stop: Reach
    gp: Reach = WITHIN
    provisional_verdict: str | None = None
    worst_verdict: str | None = None
    people: float | None = 67.0
    is_weak: bool = False
    not_placed_people: float | None = 0.0
    more: Mapping[str, Any] = field(default_factory=dict)


SQUARES = {
    "WK000101": Square("Binnenstad", "wijk", "none", WITHIN, NEAR),
    "WK000102": Square("Oost", "base_area", "attention", WITHIN, BEYOND, worst_verdict="severe", gp=COMBINED),
    "WK000103": Square("Zuid", "wijk", "none", WITHIN, WITHIN, BEYOND, provisional_verdict="attention", is_weak=True),
    "DP0001": Square("Wilsum", "dorp", "undetermined", EDGE, UNPLACED, worst_verdict="severe", not_placed_people=26.8),
    "DP0002": Square(HOSTILE_IMAGE, "dorp", "witte_vlek", BEYOND, BEYOND),
    "DP0003": Square(HOSTILE_TEMPLATE, "dorp", "severe", FAR, FAR, BEYOND, provisional_verdict="severe"),
    "DP0004": Square(HOSTILE_FORMULA, "dorp", "too_small", WITHIN, BEYOND, people=12.0),
    "DP0005": Square("Geheim", "dorp", "undetermined", UNKNOWN, UNKNOWN, UNKNOWN, people=None, worst_verdict="severe"),
}

CATEGORIES = {
    "supermarket": Category(
        label="Supermarkt", plural="Supermarkten", match=[{"shop": "supermarket"}], is_essential=True,
        weight_visits_per_year=52,
    ),
    "stop": Category(
        label="Halte", plural="Haltes", match=[{"highway": "bus_stop"}], is_essential=True, weight_visits_per_year=52
    ),
    "gp": Category(
        label="Huisarts", plural="Huisartsen", match=[{"amenity": "doctors"}], is_essential=True,
        weight_visits_per_year=12,
    ),
    "hospital": Category(
        label="Ziekenhuis", plural="Ziekenhuizen", match=[{"amenity": "hospital"}], is_essential=False
    ),
    "bench": Category(label="Bankje", plural="Bankjes", match=[{"amenity": "bench"}], is_essential=False),
}  # fmt: skip
NORMS_M = {"supermarket": (500.0, 800.0, 1500.0), "stop": (350.0, 500.0, 800.0), "gp": (800.0, 1500.0, 3000.0)}


def target_groups() -> TargetGroupSettings:
    norms = {code: {"comfort_m": low, "norm_m": norm, "uiterst_m": high} for code, (low, norm, high) in NORMS_M.items()}
    common = {"terms": [{"count": "inhabitants"}], "profile": "on_foot", "norms": "gewoon", "min_count": 25}
    return TargetGroupSettings.model_validate({
        "norms": {"gewoon": norms},
        "groups": {
            "all_inhabitants": {"label": "Alle inwoners", **common},
            "age_75_plus": {"label": "75-plus", "note": "geschat met een landelijk aandeel", **common},
        },
    })  # fmt: skip


def _frame(contract: Contract, rows: list[dict[str, Any]]) -> pd.DataFrame:
    kinds = {"whole": "int64", "flag": "bool", "code": "str", "text": "str"}
    columns = {name: kinds.get(one.kind, "float64") for name, one in contract.columns.items() if name != "geometry"}
    frame = pd.DataFrame(rows, columns=list(columns)).astype(columns)
    return pd.DataFrame(contract.schema.validate(frame))


def _spatial(contract: Contract, rows: list[dict[str, Any]]) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(_frame(contract, rows), geometry=[row["geometry"] for row in rows], crs=CRS)


def _square(position: int) -> Any:
    west, south = _WEST + position % 4 * _SIDE, _SOUTH + position // 4 * _SIDE
    return box(west, south, west + _SIDE, south + _SIDE)


def _units() -> gpd.GeoDataFrame:
    return _spatial(contracts.UNITS, [
        {
            "unit_code": code, "unit_name": one.name, "unit_kind": one.kind, "gemeente_code": "GM0001",
            "gemeente_name": HOSTILE_SCRIPT, "base_count": 1, "dwelling_count": 217,
            "homes_count": 1102.0 if one.is_weak else 215.0, "is_weak": one.is_weak, "land_km2": 0.01,
            "geometry": _square(i),
        }
        for i, (code, one) in enumerate(SQUARES.items())
    ])  # fmt: skip


def _base_areas() -> gpd.GeoDataFrame:
    return _spatial(contracts.BASE_AREAS, [
        {
            "base_code": code.replace("WK", "BU"), "base_name": one.name, "gemeente_code": "GM0001",
            "wijk_code": "WK000101", "wijk_share": 1.0, "woonplaats_name": one.name, "woonplaats_source": "source",
            "unit_code": code, "inhabitants_count": 500.0, "homes_count": 215.0, "address_count": 230,
            "dwelling_count": 217, "dwelling_ratio": 1.01, "is_weak": one.is_weak, "land_km2": 0.01,
            "geometry": _square(i),
        }
        for i, (code, one) in enumerate(SQUARES.items())
    ])  # fmt: skip


def _unit_demand() -> pd.DataFrame:
    rows = []
    for number, (code, one) in enumerate(SQUARES.items()):
        for group in GROUPS:
            known = one.people is not None
            people = (one.people or 0) * (8 if group == "all_inhabitants" else 1)
            rows.append({
                "unit_code": code, "target_group": group,
                "people": people if known else None,
                "people_low": people * 0.8 if known else None, "people_high": people * 1.2 if known else None,
                "shown_low": people * 0.851 if known else None, "shown_high": people * 1.16 if known else None,
                "not_placed_people": one.not_placed_people if known else None,
                "people_per_km2": people * (number + 1) if known else None,
                "people_per_1000": 100.0 + number if known else None,
                "is_estimate": group == "age_75_plus",
            })  # fmt: skip
    return _frame(contracts.UNIT_DEMAND, rows)


def _reach_of(one: Square) -> dict[str, Reach]:
    return {"supermarket": one.supermarket, "stop": one.stop, "gp": one.gp}


def _distance_rows(code: str, group: str, one: Square) -> list[dict[str, Any]]:
    key = {"unit_code": code, "target_group": group}
    rows = [
        {
            **key, "category": category, "median_m": reach.median_m, "is_upper_bound": reach.is_upper_bound,
            "p90_m": None if reach.median_m is None else reach.median_m * 1.5, "facility_id": f"{category}/0",
        }
        for category, reach in _reach_of(one).items()
    ]  # fmt: skip
    for category, facility in (("hospital", "hospital/0"), ("bench", None)):
        median = None if facility is None else 6400.0
        rows.append({**key, "category": category, "median_m": median, "p90_m": median, "is_upper_bound": True,
                     "facility_id": facility})  # fmt: skip
    return rows


def _share_rows(code: str, group: str, one: Square) -> list[dict[str, Any]]:
    rows = []
    for category, reach in _reach_of(one).items():
        for kind, limit in zip(contracts.DISTANCE_KINDS, NORMS_M[category], strict=True):
            low, high = reach.low, reach.high
            people = one.people or 0
            rows.append({
                "unit_code": code, "target_group": group, "category": category, "distance_kind": kind,
                "distance_m": limit, "share_low": low, "share_high": high,
                "people_low": None if low is None else low * people,
                "people_high": None if high is None else high * people,
                "edge_share": None if low is None else reach.edge,
                "not_connected_share": None if low is None else reach.not_connected,
                "not_placed_share": None if low is None else reach.not_placed,
            })  # fmt: skip
    return rows


def _judgement_rows(code: str, group: str, one: Square) -> list[dict[str, Any]]:
    rows = []
    for category in CATEGORIES:
        reach = _reach_of(one).get(category, Reach("no_norm", None, None, uiterst="no_norm"))
        doubtful = category not in ("supermarket", "stop")
        rows.append({
            "unit_code": code, "target_group": group, "category": category,
            "is_essential": category in NORMS_M, "completeness": "doubtful" if doubtful else "complete",
            "reach": reach.reach, "uiterst_reach": reach.uiterst,
            "is_provisional": doubtful and reach.reach == "beyond", "undecided_cause": reach.cause,
        })  # fmt: skip
    return rows


def _verdict_row(code: str, group: str, one: Square) -> dict[str, Any]:
    provisional = one.provisional_verdict or one.verdict
    return {
        "unit_code": code, "target_group": group, "verdict": one.verdict,
        "is_provisional": one.is_weak or provisional != one.verdict,
        "provisional_verdict": provisional, "worst_verdict": one.worst_verdict or provisional,
        "severity_low": None if one.people is None else 0.0,
        "severity_high": None if one.people is None else 3484.0,
    }  # fmt: skip


def _facilities() -> gpd.GeoDataFrame:
    names = {"supermarket": HOSTILE_TEMPLATE, "stop": HOSTILE_SCRIPT, "gp": HOSTILE_IMAGE, "hospital": "Ziekenhuis"}
    rows = [
        {
            "facility_id": f"{category}/0", "category": category, "facility_name": names.get(category),
            "osm_ids": f"node/{i}", "geometry": Point(_WEST + 30 + 80 * i, _SOUTH + 60 + 20 * i),
        }
        for i, category in enumerate(CATEGORIES)
    ]  # fmt: skip
    return _spatial(contracts.FACILITIES, rows)


def _background() -> gpd.GeoDataFrame:
    shapes = [
        ("water", 1, None, box(_WEST, _SOUTH + 170, _WEST + 400, _SOUTH + 185)),
        ("green", 2, None, box(_WEST + 20, _SOUTH + 20, _WEST + 60, _SOUTH + 60)),
        ("built_up", 1, None, box(_WEST + 110, _SOUTH + 10, _WEST + 190, _SOUTH + 90)),
        ("road", 1, "Dorpsstraat", LineString([(_WEST, _SOUTH + 50), (_WEST + 400, _SOUTH + 55)])),
        ("road", 4, None, LineString([(_WEST + 150, _SOUTH), (_WEST + 150, _SOUTH + 200)])),
        ("railway", 1, None, LineString([(_WEST, _SOUTH + 140), (_WEST + 400, _SOUTH + 120)])),
        ("place", 1, HOSTILE_IMAGE + "!", Point(_WEST + 350, _SOUTH + 160)),
    ]
    return _spatial(contracts.BACKGROUND, [
        {"feature_id": f"way/{i}", "layer": layer, "rank": rank, "feature_name": name, "geometry": shape}
        for i, (layer, rank, name, shape) in enumerate(shapes)
    ])  # fmt: skip


def make_results(**other: Any) -> Results:
    """Make the results of the hand-made region; `other` replaces fields."""
    pairs = [(code, group, one) for code, one in SQUARES.items() for group in GROUPS]
    fields: dict[str, Any] = {
        "region_code": "proef",
        "region": RegionSettings(
            label=f"Proef {HOSTILE_SCRIPT}", is_fictional=True, gemeenten={"GM0001": HOSTILE_IMAGE}, base_level="buurt"
        ),
        "categories": CATEGORIES,
        "target_groups": target_groups(),
        "completeness": CompletenessSettings(
            default="doubtful", reason="met de hand gemaakt", categories={"supermarket": "complete", "stop": "complete"}
        ),
        "witte_vlekken": WitteVlekSettings(share_beyond=0.5, min_beyond=2, anchor_categories=["supermarket"]),
        "map": MapSettings(max_file_mb=15, simplify_m=1, density_classes=4),
        "units": _units(),
        "base_areas": _base_areas(),
        "facilities": _facilities(),
        "background": _background(),
        "unit_demand": _unit_demand(),
        "reach_distances": _frame(contracts.REACH_DISTANCES, [row for one in pairs for row in _distance_rows(*one)]),
        "reach_shares": _frame(contracts.REACH_SHARES, [row for one in pairs for row in _share_rows(*one)]),
        "category_verdicts": _frame(
            contracts.CATEGORY_VERDICTS, [row for one in pairs for row in _judgement_rows(*one)]
        ),
        "verdicts": _frame(contracts.VERDICT_TABLE, [_verdict_row(*one) for one in pairs]),
        "checks": _frame(
            contracts.CHECKS,
            [{"check": "keys_are_unique_units", "is_passed": True, "row_count": 16, "fault_count": 0, "detail": ""}],
        ),
        "provenance": [
            {"file": "cijfers.csv", "what": "Kerncijfers", "holder": HOSTILE_IMAGE, "licence": "CC BY 4.0",
             "reference_date": "2023-01-01", "sha256": "a" * 64},
            {"file": "proef.osm.pbf", "what": "Straten", "holder": "© OpenStreetMap-bijdragers", "licence": "ODbL 1.0",
             "reference_date": "2024-01-01", "sha256": "b" * 64, "generator_version": "1"},
        ],
        "metrics": {
            "distances": {
                "supermarket": {"mean_walk_m": 812.0, "cbs_car_km": 0.9},
                "gp": {"mean_walk_m": None, "cbs_car_km": None},
            },
            "reference": {"year": 2024, "what": "Gemiddelde afstand over de autoweg", "holder": "CBS"},
            "figures_matched_share": {"kerncijfers.csv": 1.0, "leeftijd.csv": 0.87},
            "people_placed_share": 0.943, "address_count": 1840, "dwelling_count": 1736, "unit_count": 8,
            "unjoined_facility_count": 1,
        },
    }  # fmt: skip
    return Results(**(fields | other))
