"""A hand-made region of twelve squares: every verdict, an unknown figure, clusters, local checks and hostile names."""

from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import pandas as pd
from shapely.geometry import LineString, Point, box

from pipeline import contracts
from pipeline.config.facilities import Category
from pipeline.config.params import MapSettings, WitteVlekSettings
from pipeline.config.profiles import Profile
from pipeline.config.region import RegionSettings
from pipeline.config.target_groups import TargetGroupSettings
from pipeline.publish.results import Results
from tests.publish.frames import HOSTILE as HOSTILE
from tests.publish.frames import HOSTILE_FORMULA as HOSTILE_FORMULA
from tests.publish.frames import HOSTILE_IMAGE as HOSTILE_IMAGE
from tests.publish.frames import HOSTILE_SCRIPT as HOSTILE_SCRIPT
from tests.publish.frames import HOSTILE_TEMPLATE as HOSTILE_TEMPLATE
from tests.publish.frames import HOSTILE_VECTOR as HOSTILE_VECTOR
from tests.publish.frames import SIDE, SOUTH, WEST, frame, spatial
from tests.publish.hand_made_checks import facilities, findings, known_facilities, local_checks
from tests.publish.hand_made_registers import conflation

GROUPS = ("all_inhabitants", "age_75_plus", "walking_aid")


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
    paths: float = 0.0
    median_high_m: float | None = None
    cause: str = "none"
    is_upper_bound: bool = False
    uiterst: str = "within"
    is_uiterst_provisional: bool = False


WITHIN = Reach("within", 0.0, 0.0)
NEAR = Reach("within", 0.08, 0.08, 390.0)
EDGE = Reach("undecided", 0.15, 1.0, 5480.0, edge=0.85, cause="edge", is_upper_bound=True, uiterst="undecided")
UNPLACED = Reach("undecided", 0.3, 0.7, not_placed=0.4, cause="not_placed")
COMBINED = Reach("undecided", 0.3, 0.7, not_placed=0.2, not_connected=0.2, cause="combined")
UNKNOWN = Reach("undecided", None, None, None, cause="figure", uiterst="undecided")
BEYOND = Reach("beyond", 0.614, 0.614, 620.0)
FAR = Reach("beyond", 0.97, 0.98, 2_300.0, uiterst="beyond")
MAYBE_FAR = Reach("beyond", 0.9, 0.9, 2_300.0, uiterst="beyond", is_uiterst_provisional=True)
PATHS = Reach("undecided", 0.3, 0.7, 561.0, paths=0.4, median_high_m=598.0, cause="paths")
WIDER = Reach("beyond", 0.6, 0.8, 700.0, paths=0.2, is_upper_bound=True)


@dataclass(frozen=True)
class Square:
    """A unit or cluster: its verdicts, and what they rest on; a walking aid may make another of its supermarket.

    Categories in `complete` are so by a local check.
    """

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
    complete: tuple[str, ...] = ()
    with_aid: Reach | None = None
    verdict_with_aid: str | None = None


SQUARES = {
    "WK000101": Square("Binnenstad", "wijk", "none", WITHIN, NEAR, with_aid=PATHS, verdict_with_aid="undetermined"),
    "WK000102": Square(
        "Oost", "base_area", "attention", WITHIN, BEYOND, worst_verdict="severe", gp=COMBINED, with_aid=WIDER
    ),
    "WK000103": Square("Zuid", "wijk", "none", WITHIN, WITHIN, BEYOND, provisional_verdict="attention", is_weak=True),
    "DP0001": Square("Wilsum", "dorp", "undetermined", EDGE, UNPLACED, worst_verdict="severe", not_placed_people=26.8),
    "DP0002": Square(HOSTILE_IMAGE, "dorp", "witte_vlek", BEYOND, BEYOND),
    "DP0003": Square(
        HOSTILE_TEMPLATE, "dorp", "severe", FAR, MAYBE_FAR, BEYOND, provisional_verdict="severe", complete=("gp",)
    ),
    "DP0004": Square(HOSTILE_FORMULA, "dorp", "too_small", WITHIN, BEYOND, people=12.0),
    "DP0005": Square("Geheim", "dorp", "undetermined", UNKNOWN, UNKNOWN, UNKNOWN, people=None, worst_verdict="severe"),
    "DP0006": Square("Kleinzande", "dorp", "too_small", BEYOND, BEYOND, people=20.0),
    "DP0007": Square(HOSTILE_VECTOR, "dorp", "too_small", BEYOND, BEYOND, people=18.0),
    "DP0008": Square("Gehucht", "dorp", "too_small", WITHIN, BEYOND, people=5.0),
    "DP0009": Square("Oude Sluis", "dorp", "too_small", WITHIN, BEYOND, people=6.0),
}
CLUSTERS = {
    "DP0006+DP0007": Square(
        f"{HOSTILE_VECTOR} en Kleinzande samen", "cluster", "witte_vlek", BEYOND, MAYBE_FAR, people=38.0,
        provisional_verdict="severe", with_aid=PATHS, verdict_with_aid="undetermined",
    ),
    "DP0008+DP0009": Square("Gehucht en Oude Sluis samen", "cluster", "too_small", WITHIN, BEYOND, people=11.0),
}  # fmt: skip
"""Formed for the groups but all inhabitants."""

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


def target_groups(method: str = "fixed") -> TargetGroupSettings:
    norms = {code: {"comfort_m": low, "norm_m": norm, "uiterst_m": high} for code, (low, norm, high) in NORMS_M.items()}
    common = {"terms": [{"count": "inhabitants"}], "profile": "on_foot", "norms": "gewoon", "min_count": 25}
    return TargetGroupSettings.model_validate({
        "norms": {"gewoon": norms},
        "actieradius": {
            "method": method, "reference_norms": "gewoon", "reference_m_per_s": 1.3, "step_m": 10,
            "source": "loopsnelheden: met de hand gemaakt",
            "speeds": [{"age": 70, "men": 1.0, "women": 0.9}, {"age": 90, "men": 0.5, "women": 0.4}],
        },
        "groups": {
            "all_inhabitants": {"label": "Alle inwoners", **common},
            "age_75_plus": {
                "label": "75-plus", "note": "geschat met een landelijk aandeel", **common, "walking_age": 80
            },
            "walking_aid": {"label": "Met loophulpmiddel", **common, "profile": "rollator", "walking_age": 80},
        },
    })  # fmt: skip


PROFILES = {
    "on_foot": Profile(label="te voet"),
    "rollator": Profile.model_validate({
        "label": "met een rollator",
        "waived": [{"wheelchair": ["yes", "designated"]}],
        "ways": [
            {"what": "trappen", "source": HOSTILE_SCRIPT, "barred": [{"highway": "steps"}], "otherwise": "passable"},
            {"what": "onverharde paden", "source": "straten gelden als verhard", "otherwise": "unknown"},
        ],
        "nodes": [{"what": "trappen", "source": HOSTILE_SCRIPT, "otherwise": "passable"}],
    }),
}  # fmt: skip


def _square(position: int) -> Any:
    west, south = WEST + position % 4 * SIDE, SOUTH + position // 4 * SIDE
    return box(west, south, west + SIDE, south + SIDE)


def _units() -> gpd.GeoDataFrame:
    return spatial(contracts.UNITS, [
        {
            "unit_code": code, "unit_name": one.name, "unit_kind": one.kind, "gemeente_code": "GM0001",
            "gemeente_name": HOSTILE_SCRIPT, "base_count": 1, "dwelling_count": 217,
            "homes_count": 1102.0 if one.is_weak else 215.0, "is_weak": one.is_weak, "land_km2": 0.01,
            "geometry": _square(i),
        }
        for i, (code, one) in enumerate(SQUARES.items())
    ])  # fmt: skip


def _base_areas() -> gpd.GeoDataFrame:
    return spatial(contracts.BASE_AREAS, [
        {
            "base_code": code.replace("WK", "BU"), "base_name": one.name, "gemeente_code": "GM0001",
            "wijk_code": "WK000101", "wijk_share": 1.0, "woonplaats_name": one.name, "woonplaats_source": "source",
            "unit_code": code, "inhabitants_count": 500.0, "homes_count": 215.0, "address_count": 230,
            "dwelling_count": 217, "dwelling_ratio": 1.01, "is_weak": one.is_weak, "land_km2": 0.01,
            "geometry": _square(i),
        }
        for i, (code, one) in enumerate(SQUARES.items())
    ])  # fmt: skip


def _pairs() -> list[tuple[str, str, Square]]:
    """Return units for every group, and clusters for the groups that they are formed for."""
    return [
        *((code, group, one) for code, one in SQUARES.items() for group in GROUPS),
        *((code, group, one) for code, one in CLUSTERS.items() for group in GROUPS[1:]),
    ]


def _unit_demand() -> pd.DataFrame:
    rows = []
    for number, (code, group, one) in enumerate(_pairs()):
        known = one.people is not None
        people = (one.people or 0) * (8 if group == "all_inhabitants" else 1)
        rows.append({
            "unit_code": code, "target_group": group,
            "people": people if known else None,
            "people_low": people * 0.8 if known else None, "people_high": people * 1.2 if known else None,
            "shown_low": people * 0.851 if known else None, "shown_high": people * 1.16 if known else None,
            "not_placed_people": one.not_placed_people if known else None,
            "people_per_km2": people * (number // len(GROUPS) + 1) if known else None,
            "people_per_1000": 100.0 + number // len(GROUPS) if known else None,
            "is_estimate": group != "all_inhabitants",
        })  # fmt: skip
    return frame(contracts.UNIT_DEMAND, rows)


def _reach_of(one: Square, group: str) -> dict[str, Reach]:
    supermarket = one.with_aid if one.with_aid and group == "walking_aid" else one.supermarket
    return {"supermarket": supermarket, "stop": one.stop, "gp": one.gp}


def _distance_rows(code: str, group: str, one: Square) -> list[dict[str, Any]]:
    key = {"unit_code": code, "target_group": group}
    rows = [
        {
            **key, "category": category, "median_m": reach.median_m, "is_upper_bound": reach.is_upper_bound,
            "median_high_m": reach.median_high_m or reach.median_m,
            "p90_m": None if reach.median_m is None else reach.median_m * 1.5, "facility_id": f"{category}/0",
        }
        for category, reach in _reach_of(one, group).items()
    ]  # fmt: skip
    for category, facility in (("hospital", "hospital/0"), ("bench", None)):
        median = None if facility is None else 6400.0
        rows.append({**key, "category": category, **dict.fromkeys(("median_m", "median_high_m", "p90_m"), median),
                     "is_upper_bound": True,
                     "facility_id": facility})  # fmt: skip
    return rows


def _share_rows(code: str, group: str, one: Square) -> list[dict[str, Any]]:
    rows = []
    for category, reach in _reach_of(one, group).items():
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
                "paths_share": None if low is None else reach.paths,
            })  # fmt: skip
    return rows


def _judgement_rows(code: str, group: str, one: Square) -> list[dict[str, Any]]:
    rows = []
    for category in CATEGORIES:
        reach = _reach_of(one, group).get(category, Reach("no_norm", None, None, uiterst="no_norm"))
        doubtful = category not in ("supermarket", "stop", *one.complete)
        rows.append({
            "unit_code": code, "target_group": group, "category": category,
            "is_essential": category in NORMS_M, "completeness": "doubtful" if doubtful else "complete",
            "reach": reach.reach, "uiterst_reach": reach.uiterst,
            "is_provisional": doubtful and reach.reach == "beyond",
            "is_uiterst_provisional": reach.is_uiterst_provisional or (doubtful and reach.uiterst == "beyond"),
            "undecided_cause": reach.cause,
        })  # fmt: skip
    return rows


def _verdict_row(code: str, group: str, one: Square) -> dict[str, Any]:
    other = one.verdict_with_aid if group == "walking_aid" else None
    verdict = other or one.verdict
    provisional = other or one.provisional_verdict or verdict
    return {
        "unit_code": code, "target_group": group, "verdict": verdict,
        "is_provisional": one.is_weak or provisional != verdict,
        "provisional_verdict": provisional, "worst_verdict": one.worst_verdict or provisional,
        "severity_low": None if one.people is None else 0.0,
        "severity_high": None if one.people is None else 3484.0,
    }  # fmt: skip


def _clusters() -> pd.DataFrame:
    return frame(contracts.CLUSTERS, [
        {"target_group": group, "unit_code": unit, "cluster_code": code, "cluster_name": one.name}
        for code, one in CLUSTERS.items() for unit in code.split("+") for group in GROUPS[1:]
    ])  # fmt: skip


def _unit_paths() -> pd.DataFrame:
    lengths = dict.fromkeys(SQUARES, 38.0) | {"DP0006": 3.0, "DP0007": 1.0, "DP0009": 0.0}
    return frame(contracts.UNIT_PATHS, [
        {
            "unit_code": code, "profile": "rollator", "length_km": length,
            "barred_share": 0.002 if length else None,
            "unknown_share": {"DP0007": 0.6}.get(code, 0.27) if length else None,
        }
        for code, length in lengths.items()
    ])  # fmt: skip


def _completeness() -> pd.DataFrame:
    """Say that supermarkets are complete by figures, stops by what was set, that GPs are too few, the rest unknown."""
    says = {
        "supermarket": ("complete", "cbs", "complete", None),
        "stop": ("complete", "overrule", "unknown", HOSTILE_IMAGE),
        "gp": ("doubtful", "cbs", "doubtful", None),
    }
    return frame(contracts.COMPLETENESS, [
        dict(zip(("judgement", "basis", "measured", "reason"), says.get(code, ("unknown", "none", "unknown", None)),
                 strict=True)) | {"category": code, "mapped_count": 2, "expected_count": None}
        for code in CATEGORIES
    ])  # fmt: skip


def _completeness_measures() -> pd.DataFrame:
    rows = [
        ("supermarket", "mean_km", 0.85, 1.1, "enough", "none"), ("gp", "mean_km", 2.35, 1.5, "unknown", "edge"),
        ("gp", "within_1_km", 0.28, 1.0, "too_few", "none"), ("hospital", "mean_km", 2.3, 2.7, "unknown", "uncovered"),
    ]  # fmt: skip
    return frame(contracts.COMPLETENESS_MEASURES, [
        {
            "category": category, "measure": measure, "area_level": "gemeente", "ours": ours, "cbs": cbs,
            "difference": ours - cbs, "judged_people_share": 0.0 if outcome == "unknown" else 1.0,
            "few_people_share": None if outcome == "unknown" else float(outcome == "too_few"), "outcome": outcome,
            "cause": cause, "year": 2024, "source": "cijfers.csv",
        }
        for category, measure, ours, cbs, outcome, cause in rows
    ])  # fmt: skip


def _background() -> gpd.GeoDataFrame:
    shapes = [
        ("water", 1, None, box(WEST, SOUTH + 170, WEST + 400, SOUTH + 185)),
        ("green", 2, None, box(WEST + 20, SOUTH + 20, WEST + 60, SOUTH + 60)),
        ("built_up", 1, None, box(WEST + 110, SOUTH + 10, WEST + 190, SOUTH + 90)),
        ("road", 1, "Dorpsstraat", LineString([(WEST, SOUTH + 50), (WEST + 400, SOUTH + 55)])),
        ("road", 4, None, LineString([(WEST + 150, SOUTH), (WEST + 150, SOUTH + 200)])),
        ("railway", 1, None, LineString([(WEST, SOUTH + 140), (WEST + 400, SOUTH + 120)])),
        ("place", 1, HOSTILE_IMAGE + "!", Point(WEST + 350, SOUTH + 160)),
    ]
    return spatial(contracts.BACKGROUND, [
        {"feature_id": f"way/{i}", "layer": layer, "rank": rank, "feature_name": name, "geometry": shape}
        for i, (layer, rank, name, shape) in enumerate(shapes)
    ])  # fmt: skip


def make_results(**other: Any) -> Results:
    """Make the results of the hand-made region; `other` replaces fields."""
    pairs = _pairs()
    fields: dict[str, Any] = {
        "region_code": "proef",
        "region": RegionSettings(
            label=f"Proef {HOSTILE_SCRIPT}", is_fictional=True, gemeenten={"GM0001": HOSTILE_IMAGE}, base_level="buurt"
        ),
        "categories": CATEGORIES,
        "target_groups": target_groups(),
        "profiles": PROFILES,
        "witte_vlekken": WitteVlekSettings(share_beyond=0.5, min_beyond=2, anchor_categories=["supermarket"]),
        "map": MapSettings(max_file_mb=15, simplify_m=1, density_classes=4),
        "units": _units(),
        "base_areas": _base_areas(),
        "known_facilities": known_facilities(CATEGORIES),
        "conflation": conflation(),
        "facilities": facilities(CATEGORIES),
        "background": _background(),
        "local_checks": local_checks(),
        "check_findings": findings(),
        "unit_paths": _unit_paths(),
        "clusters": _clusters(),
        "unit_demand": _unit_demand(),
        "reach_distances": frame(contracts.REACH_DISTANCES, [row for one in pairs for row in _distance_rows(*one)]),
        "reach_shares": frame(contracts.REACH_SHARES, [row for one in pairs for row in _share_rows(*one)]),
        "category_verdicts": frame(
            contracts.CATEGORY_VERDICTS, [row for one in pairs for row in _judgement_rows(*one)]
        ),
        "verdicts": frame(contracts.VERDICT_TABLE, [_verdict_row(*one) for one in pairs]),
        "completeness": _completeness(),
        "completeness_measures": _completeness_measures(),
        "checks": frame(
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
            "reference": [{"year": 2024, "what": "Gemiddelde afstand over de autoweg", "holder": "CBS"}],
            "figures_matched_share": {"kerncijfers.csv": 1.0, "leeftijd.csv": 0.87},
            "people_placed_share": 0.943, "address_count": 1840, "dwelling_count": 1736, "unit_count": 12,
            "unjoined_facility_count": 1, "cluster_count": 2, "local_check_count": 5,
        },
    }  # fmt: skip
    return Results(**(fields | other))
