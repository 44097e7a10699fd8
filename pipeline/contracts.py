"""The tables between stages: columns, kinds, keys, CRS, and what a missing value means.

Every table is in EPSG:28992 (metres). A count or distance that is missing is *unknown*; zero is zero.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import pandas as pd
import pandera.pandas as pa

CRS = "EPSG:28992"
"""Coordinate reference system of every table and computation (Amersfoort / RD New, metres)."""

Kind = Literal["code", "choice", "text", "count", "whole", "share", "metres", "number", "flag", "point", "polygon"]
"""A *choice* is a code out of few, of which a large table keeps each only once."""

_DTYPES = {
    "code": "str", "choice": "category", "text": "str", "count": "float64", "whole": "int64", "share": "float64",
    "metres": "float64", "number": "float64", "flag": "bool",
}  # fmt: skip
_CHECKS = {
    "count": [pa.Check.ge(0)],
    "whole": [pa.Check.ge(0)],
    "share": [pa.Check.in_range(0, 1)],
    "metres": [pa.Check.ge(0)],
}


@dataclass(frozen=True)
class Column:
    """A column: its kind, what it means, and what a missing value means (None: never missing)."""

    kind: Kind
    meaning: str
    missing: str | None = None
    one_of: tuple[str, ...] = ()


@dataclass(frozen=True)
class Contract:
    """A table: its name (also its file name), key and columns.

    A *restricted* table holds rows per dwelling: it stays on the machine that made it.
    """

    name: str
    key: tuple[str, ...]
    columns: dict[str, Column]
    is_restricted: bool = False

    @property
    def geometry(self) -> Kind | None:
        """The kind of the geometry column, if there is one."""
        return self.columns["geometry"].kind if "geometry" in self.columns else None

    def empty(self) -> pd.DataFrame:
        """Return the table without rows and without geometry, each column of its kind."""
        return pd.DataFrame(
            {name: pd.Series(dtype=_DTYPES[one.kind]) for name, one in self.columns.items() if name != "geometry"}
        )

    @cached_property
    def schema(self) -> pa.DataFrameSchema:
        """The pandera schema of all columns but the geometry."""
        return pa.DataFrameSchema(
            {name: _pandera_column(one) for name, one in self.columns.items() if name != "geometry"},
            unique=list(self.key),
            strict=True,
            ordered=True,
        )


def _pandera_column(column: Column) -> pa.Column:
    checks = list(_CHECKS.get(column.kind, []))
    if column.one_of:
        checks.append(pa.Check.isin(column.one_of))
    return pa.Column(_DTYPES[column.kind], checks, nullable=column.missing is not None)


_UNIT = Column("code", "unit that results are reported on")
_GROUP = Column("code", "target group, key of target_groups.yaml")
_CATEGORY = Column("code", "category of facilities, key of facilities.yaml")
_BASE = Column("code", "base area: CBS buurt or four-digit postcode")
_PROFILE = Column("code", "with what the group walks, key of profiles.yaml")
_CHECK = Column("text", "row of the file with local checks")
_WALK = "over the walking network, the way to and from it counted"

UNIT_KINDS = ("dorp", "wijk", "base_area")
REACH = ("within", "beyond", "undecided", "no_norm")
VERDICTS = ("too_small", "severe", "witte_vlek", "attention", "undetermined", "none")
DISTANCE_KINDS = ("comfort", "norm", "uiterst")
CAUSES = ("none", "edge", "not_connected", "not_placed", "paths", "figure", "margin", "combined")
LIMITS = ("barred", "unknown")
SERVICES = ("hourly", "less", "unknown")
CHECK_KINDS = ("exists", "gone", "moved", "none_within", "complete", "incomplete")
COMPLETENESS_KINDS = ("complete", "doubtful", "unknown")
COMPLETENESS_BASES = ("overrule", "known", "cbs", "density", "none")
NOT_COMPARED = ("uncovered", "edge")
MEASURES = ("mean_km", "within_1_km", "within_3_km", "within_5_km")
FINDINGS = ("expired", "no_such_facility", "already_known", "newer_source_shows_it", "newer_source_lacks_it",
            "newer_source_has_it_elsewhere", "nearer_one_known")  # fmt: skip
ORIGINS = ("osm", "timetable", "register", "both", "check")
CERTAINTIES = ("confirmed", "probable", "single", "place_uncertain")
CONFLATED = ("merged", "added", "left_apart", "no_place", "outside", "not_ours")
CONFLATED_WHY = ("same_name", "nearly_same_name", "no_name", "none_near", "other_name", "too_far", "taken",
                 "no_address", "unknown_address", "outside_extract", "left_out")  # fmt: skip
PLACE_SOURCES = ("register", "map", "locatieserver", "none")
PLACE_MATCHES = ("coordinates", "exact", "number", "postcode", "none")

FIGURES = Contract(
    "figures",
    ("area_code", "variable"),
    {
        "area_code": Column("code", "area of any level"),
        "variable": Column("code", "what the figure counts"),
        "value": Column("number", "the figure as published (shares 0-1)", "unknown or secret"),
        "low": Column("number", "lowest value that rounds to it", "unknown or secret"),
        "high": Column("number", "highest value that rounds to it", "unknown or secret"),
        "year": Column("whole", "reference year"),
        "source": Column("text", "file that it comes from"),
    },
)
FIGURE_COMPARISON = Contract(
    "figure_comparison",
    ("area_code", "variable"),
    {
        "area_code": Column("code", "area of any level for which two sources give the same figure of the same year"),
        "variable": Column("code", "what the figure counts"),
        "year": Column("whole", "reference year of both"),
        "value": Column("number", "the figure that is used"),
        "low": Column("number", "lowest value that rounds to it"),
        "high": Column("number", "highest value that rounds to it"),
        "source": Column("text", "file that it comes from"),
        "second_value": Column("number", "the figure that comes with the boundary of the area"),
        "second_low": Column("number", "lowest value that rounds to it"),
        "second_high": Column("number", "highest value that rounds to it"),
        "second_source": Column("text", "file with the boundary"),
        "is_different": Column("flag", "no value rounds to both"),
    },
)
AREAS = Contract(
    "areas",
    ("area_code",),
    {
        "area_code": Column("code", "BU, WK or four-digit postcode"),
        "area_level": Column("code", "buurt, wijk or postcode"),
        "area_name": Column("text", "name in the source", "the source names none"),
        "gemeente_code": Column("code", "gemeente in which it lies", "a postcode area; see base_areas"),
        "woonplaats_name": Column("text", "place name in the source", "the source names none"),
        "land_km2": Column("number", "land area in the source", "not in the source"),
        "geometry": Column("polygon", "boundary"),
    },
)
BASE_AREAS = Contract(
    "base_areas",
    ("base_code",),
    {
        "base_code": _BASE,
        "base_name": Column("text", "name shown"),
        "gemeente_code": Column("code", "gemeente"),
        "wijk_code": Column("code", "wijk that holds most of its dwellings, else most of its land"),
        "wijk_share": Column("share", "share of its dwellings (land where none) in that wijk; under 1 it is split"),
        "woonplaats_name": Column(
            "text", "woonplaats of most of its addresses, else in the source, else nearest place", "no place known"
        ),
        "woonplaats_source": Column(
            "code", "how the woonplaats is known", one_of=("addresses", "source", "place_node", "unknown")
        ),
        "unit_code": _UNIT,
        "inhabitants_count": Column("count", "CBS inhabitants", "unknown or secret"),
        "homes_count": Column("count", "CBS homes", "unknown or secret"),
        "address_count": Column("whole", "addresses in the extract"),
        "dwelling_count": Column("whole", "addresses that count as dwellings"),
        "dwelling_ratio": Column("number", "dwellings / CBS homes", "no CBS homes known, or none"),
        "is_weak": Column("flag", "the ratio is out of bounds, or unknown while people live there"),
        "land_km2": Column("number", "land: of the source, else polygon less OSM water"),
        "geometry": Column("polygon", "boundary"),
    },
)
UNITS = Contract(
    "units",
    ("unit_code",),
    {
        "unit_code": _UNIT,
        "unit_name": Column("text", "name shown"),
        "unit_kind": Column("code", "what it is", one_of=UNIT_KINDS),
        "gemeente_code": Column("code", "gemeente"),
        "gemeente_name": Column("text", "its name"),
        "base_count": Column("whole", "base areas in it"),
        "dwelling_count": Column("whole", "dwellings found"),
        "homes_count": Column("count", "CBS homes", "unknown or secret in a part of it"),
        "is_weak": Column("flag", "a base area in it is weak"),
        "land_km2": Column("number", "land"),
        "geometry": Column("polygon", "boundary"),
    },
)
DWELLINGS = Contract(
    "dwellings",
    ("dwelling_id",),
    {
        "dwelling_id": Column("code", "OSM object of the address"),
        "cell_code": Column("code", "key of demand: dwellings for which every figure is read from the same areas"),
        "base_code": _BASE,
        "unit_code": _UNIT,
        "buurt_code": Column("code", "buurt it stands in", "in no buurt of the source"),
        "postcode_code": Column("code", "four-digit postcode", "not in the address, and in no postcode area"),
        "wijk_code": Column("code", "wijk it stands in", "in no wijk of the source"),
        "gemeente_code": Column("code", "gemeente"),
        "geometry": Column("point", "the address"),
    },
    is_restricted=True,
)
STOP_SERVICES = Contract(
    "stop_services",
    ("stop_id",),
    {
        "stop_id": Column("code", "stop or platform of the timetable"),
        "place_id": Column("code", "its stops together, as one who walks there sees them: named after one of them"),
        "stop_name": Column("text", "name in the timetable, to be escaped wherever shown", "not named"),
        "lowest_hour_count": Column("whole", "departures of the place in its thinnest hour, out or back"),
        "is_hourly": Column("flag", "these are as many as `stop_service` asks"),
        "line_names": Column("text", "lines that call at the place, to be escaped", "none on the reference days"),
        "geometry": Column("point", "where it is"),
    },
)
_FACILITY_COLUMNS = {
    "facility_id": Column("code", "category and OSM object, row of a register, stop of the timetable, or local check"),
    "category": _CATEGORY,
    "facility_name": Column("text", "name as mapped, to be escaped wherever shown", "not named"),
    "osm_ids": Column("text", "all OSM objects it was merged from", "not on the map of OpenStreetMap"),
    "service": Column(
        "code",
        "whether it is served as often as `stop_service` asks each way",
        "of a category that needs no timetable, or known by a register or local check alone",
        one_of=SERVICES,
    ),
    "timetable_ids": Column("text", "the stops of the timetable that it stands for", "none is known"),
    "geometry": Column("point", "where it is; the centroid of a building"),
}
MAPPED_FACILITIES = Contract("mapped_facilities", ("facility_id",), _FACILITY_COLUMNS)
_KNOWN_COLUMNS = {
    **_FACILITY_COLUMNS,
    "origin": Column("code", "OpenStreetMap, a register, both, or a local check alone", one_of=ORIGINS),
    "registers": Column("text", "rows of registers that have it, to be escaped wherever shown", "in no register"),
    "certainty": Column(
        "code", "two sources agree, probably so, one source, or the place is that of its postcode", one_of=CERTAINTIES
    ),
    "source_date": Column("text", "day of which the latest source that has it tells", "known by a local check alone"),
    "capacity": Column("count", "how many people it holds, as a register says", "no register says"),
    "geometry": _FACILITY_COLUMNS["geometry"],
}
KNOWN_FACILITIES = Contract("known_facilities", ("facility_id",), _KNOWN_COLUMNS)
CONFLATION = Contract(
    "conflation",
    ("register", "row"),
    {
        "register": Column("code", "file of the register"),
        "row": Column("whole", "row of the file"),
        "register_name": Column("text", "name there, to be escaped wherever shown", "not named"),
        "word": Column("text", "what it is called there, to be escaped wherever shown"),
        "category": Column("code", "category of facilities, key of facilities.yaml", "the settings leave it out"),
        "what": Column("code", "what became of it", one_of=CONFLATED),
        "why": Column("code", "the reason", one_of=CONFLATED_WHY),
        "facility_id": Column("code", "the facility that it is now", "it is none"),
        "other_id": Column("code", "known facility it was merged with or left apart from", "none came near"),
        "other_name": Column("text", "its name, to be escaped wherever shown", "none came near, or not named"),
        "distance_m": Column("metres", "between the two, as the crow flies", "none came near"),
        "name_similarity": Column("share", "between the two names", "none came near, or one tells but its kind"),
        "place_source": Column("code", "how its place is known", one_of=PLACE_SOURCES),
        "place_match": Column("code", "how well the address fits", one_of=PLACE_MATCHES),
        "place_found": Column("text", "address as the Locatieserver has it, to be escaped", "not asked there"),
    },
)
FACILITIES = Contract(
    "facilities",
    ("facility_id",),
    {
        **_KNOWN_COLUMNS,
        "check_id": Column("text", "local check that says it is there", "no check says so"),
        "geometry": _FACILITY_COLUMNS["geometry"],
    },
)
LOCAL_CHECKS = Contract(
    "local_checks",
    ("check_id",),
    {
        "check_id": _CHECK,
        "check": Column("code", "what was found on the spot", one_of=CHECK_KINDS),
        "category": _CATEGORY,
        "unit_code": Column("code", "unit that it is about", "about a facility, not a unit"),
        "facility_id": Column("code", "facility that it is about, as mapped", "about none that is mapped"),
        "facility_name": Column("text", "its name, to be escaped wherever shown", "not named"),
        "x_m": Column("number", "where it is, EPSG:28992", "about no place"),
        "y_m": Column("number", "where it is, EPSG:28992", "about no place"),
        "within_m": Column("metres", "none within this walk of any home in the unit", "says nothing on distance"),
        "role": Column("text", "who found it, as a role; to be escaped"),
        "date": Column("text", "when, as year-month-day"),
        "source": Column("text", "how it is known; to be escaped"),
        "expires": Column("text", "last day that it counts, as year-month-day"),
        "is_applied": Column("flag", "counts in this run: it had not expired, and what it is about was found"),
    },
)
CHECK_FINDINGS = Contract(
    "check_findings",
    ("check_id", "finding"),
    {
        "check_id": _CHECK,
        "finding": Column("code", "what must be said of the check", one_of=FINDINGS),
        "facility_name": Column("text", "the facility in question, to be escaped", "not named, or about none"),
        "distance_m": Column("metres", "how near it is", "says nothing on distance"),
    },
)
NODES = Contract(
    "network_nodes",
    ("node_id",),
    {
        "node_id": Column("whole", "OSM node"),
        "x_m": Column("number", "EPSG:28992"),
        "y_m": Column("number", "EPSG:28992"),
        "is_exit": Column("flag", "a dead end so near the edge of the extract that the way may go on beyond it"),
    },
)
EDGES = Contract(
    "network_edges",
    ("from_id", "to_id"),
    {
        "from_id": Column("whole", "OSM node, the lower id"),
        "to_id": Column("whole", "OSM node, the higher id"),
        "length_m": Column("metres", "length"),
    },
)
EDGE_LIMITS = Contract(
    "network_edge_limits",
    ("profile", "from_id", "to_id"),
    {
        "profile": _PROFILE,
        "from_id": Column("whole", "OSM node, the lower id"),
        "to_id": Column("whole", "OSM node, the higher id"),
        "limit": Column("code", "cannot be passed, or it is not mapped whether; edges not here can", one_of=LIMITS),
    },
)
NODE_LIMITS = Contract(
    "network_node_limits",
    ("profile", "node_id"),
    {
        "profile": _PROFILE,
        "node_id": Column("whole", "OSM node"),
        "limit": Column("code", "cannot be passed, or it is not mapped whether; nodes not here can", one_of=LIMITS),
    },
)
UNIT_PATHS = Contract(
    "unit_paths",
    ("unit_code", "profile"),
    {
        "unit_code": _UNIT,
        "profile": _PROFILE,
        "length_km": Column("number", "walking network in the unit, by the middle of each edge"),
        "barred_share": Column("share", "of that length that cannot be passed", "no network in the unit"),
        "unknown_share": Column("share", "of that length of which it is not mapped", "no network in the unit"),
    },
)
DEMAND = Contract(
    "demand",
    ("cell_code", "target_group"),
    {
        "cell_code": Column("code", "dwellings that share all figures, or the people of a base area not placed"),
        "target_group": _GROUP,
        "base_code": _BASE,
        "unit_code": _UNIT,
        "is_placed": Column("flag", "on dwellings; otherwise not placed"),
        "dwelling_count": Column("whole", "dwellings in the cell"),
        "people": Column("count", "best estimate", "unknown"),
        "people_low": Column("count", "worst case over rounding and rates", "unknown"),
        "people_high": Column("count", "worst case over rounding and rates", "unknown"),
        "rounding_low": Column("count", "over rounding alone, to show", "unknown"),
        "rounding_high": Column("count", "over rounding alone, to show", "unknown"),
        "weight_low": Column("count", "for shares: without national rates, with the rounding of CBS homes", "unknown"),
        "weight_high": Column("count", "for shares: without national rates, with the rounding of CBS homes", "unknown"),
    },
)
_DEMAND_COLUMNS = {
    "unit_code": _UNIT,
    "target_group": _GROUP,
    "people": Column("count", "best estimate", "unknown in a part of the unit"),
    "people_low": Column("count", "worst-case sum; verdicts rest on it", "unknown"),
    "people_high": Column("count", "worst-case sum", "unknown"),
    "shown_low": Column("count", "interval to show: rounding by root of summed squares", "unknown"),
    "shown_high": Column("count", "the same", "unknown"),
    "not_placed_people": Column("count", "people not placed on a dwelling", "unknown"),
    "people_per_km2": Column("number", "per km2 of land", "unknown, or no land"),
    "people_per_1000": Column("number", "per 1,000 inhabitants", "unknown, or no inhabitants"),
    "is_estimate": Column("flag", "rests on rates or a model, not on a count alone"),
}
UNIT_DEMAND = Contract("unit_demand", ("unit_code", "target_group"), _DEMAND_COLUMNS)
CLUSTER_DEMAND = Contract("cluster_demand", ("unit_code", "target_group"), _DEMAND_COLUMNS)
CLUSTERS = Contract(
    "clusters",
    ("target_group", "unit_code"),
    {
        "target_group": _GROUP,
        "unit_code": Column("code", "unit that is too small for this group by itself"),
        "cluster_code": Column("code", "the units judged together; stands for unit_code in tables of results"),
        "cluster_name": Column("text", "their names"),
    },
)
ACCESS = Contract(
    "dwelling_access",
    ("profile", "dwelling_id"),
    {
        "profile": Column("choice", "with what one walks, key of profiles.yaml"),
        "dwelling_id": Column("code", "dwelling"),
        "is_connected": Column("flag", "joined to the network"),
        "exit_m": Column("metres", f"to the nearest exit of the extract, {_WALK}", "no exit can be walked to"),
    },
    is_restricted=True,
)
UNJOINED_FACILITIES = Contract(
    "unjoined_facilities",
    ("facility_id",),
    {
        "facility_id": Column("code", "a facility too far from the network to be walked to"),
        "category": _CATEGORY,
        "geometry": Column("point", "where it is"),
    },
)
_MEASURE = Column("code", "what CBS publishes: km over car roads to the nearest, or how many within so many km",
                  one_of=MEASURES)  # fmt: skip
COMPLETENESS = Contract(
    "completeness",
    ("category",),
    {
        "category": _CATEGORY,
        "judgement": Column("code", "how complete it is on the map; verdicts rest on it", one_of=COMPLETENESS_KINDS),
        "basis": Column("code", "on what the judgement rests", one_of=COMPLETENESS_BASES),
        "measured": Column("code", "what the figures alone say", one_of=COMPLETENESS_KINDS),
        "reason": Column("text", "why, if not by figures; to be escaped", "judged by figures, or not at all"),
        "mapped_count": Column("whole", "facilities in the areas of the region that CBS would count too"),
        "expected_count": Column(
            "number", "as many as people placed there have at the national density", "no national number"
        ),
    },
)
COMPLETENESS_MEASURES = Contract(
    "completeness_measures",
    ("category", "measure"),
    {
        "category": _CATEGORY,
        "measure": _MEASURE,
        "area_level": Column(
            "code", "smallest level of area with figures", one_of=("buurt", "postcode", "wijk", "gemeente")
        ),
        "ours": Column("number", "mean over the people compared (over all, if none can be)", "none can be driven to"),
        "cbs": Column("number", "CBS's mean over the same people"),
        "difference": Column("number", "ours less CBS's", "none can be driven to"),
        "judged_people_share": Column("share", "share of all people placed of whom it can be compared"),
        "few_people_share": Column("share", "share of these who live where there are too few", "none can be compared"),
        "outcome": Column("code", "what it says of the category", one_of=("enough", "too_few", "unknown")),
        "cause": Column("code", "why it cannot be compared for most others", one_of=("none", *NOT_COMPARED)),
        "year": Column("whole", "reference year"),
        "source": Column("text", "file that the figures come from"),
    },
)
COMPLETENESS_AREAS = Contract(
    "completeness_areas",
    ("category", "measure", "area_code"),
    {
        "category": _CATEGORY,
        "measure": _MEASURE,
        "area_code": Column("code", "area of the smallest level with figures"),
        "people": Column("count", "inhabitants placed on dwellings there"),
        "ours": Column("number", "km or facilities, mean over these people", "none can be driven to"),
        "cbs": Column("number", "the same by CBS"),
        "covered_share": Column("share", "dwellings on the map / CBS homes, at most 1", "CBS homes unknown"),
        "reached_share": Column("share", "share of the people for whom all that counts lies in the extract"),
        "outcome": Column("code", "what it says", one_of=("enough", "too_few", *NOT_COMPARED)),
        "year": Column("whole", "reference year"),
        "source": Column("text", "file that the figure comes from"),
    },
)
DISTANCES = Contract(
    "distances",
    ("category", "profile", "dwelling_id"),
    {
        "category": Column("choice", "category of facilities, key of facilities.yaml"),
        "profile": Column("choice", "with what one walks, key of profiles.yaml"),
        "dwelling_id": Column("code", "dwelling"),
        "nearest_m": Column("metres", f"to the nearest facility, {_WALK}", "none can be walked to, or not connected"),
        "nearest_high_m": Column("metres", "the same if no way can be passed of which that is unknown", "none then"),
        "second_m": Column("metres", "to the second nearest", "no second one can be walked to"),
        "nearest_id": Column("choice", "the nearest facility", "none can be walked to"),
        "second_id": Column("choice", "the second nearest", "no second one can be walked to"),
    },
    is_restricted=True,
)
REACH_DISTANCES = Contract(
    "reach_distances",
    ("unit_code", "target_group", "category"),
    {
        "unit_code": _UNIT,
        "target_group": _GROUP,
        "category": _CATEGORY,
        "median_m": Column("metres", "half of them live within it", "nobody, or half not placed or reaching none"),
        "median_high_m": Column("metres", "the same if no way can be passed of which that is unknown", "as median_m"),
        "p90_m": Column("metres", "90 % of them live within it", "nobody, or a tenth not placed or reaching none"),
        "is_upper_bound": Column("flag", "the median may be clearly lower: exits of the extract, people not placed"),
        "facility_id": Column("code", "the facility nearest to most of them", "none can be walked to"),
    },
)
REACH_SHARES = Contract(
    "reach_shares",
    ("unit_code", "target_group", "category", "distance_kind"),
    {
        "unit_code": _UNIT,
        "target_group": _GROUP,
        "category": _CATEGORY,
        "distance_kind": Column("code", "which of the three norms", one_of=DISTANCE_KINDS),
        "distance_m": Column("metres", "the norm"),
        "share_low": Column("share", "share of the group certainly beyond", "unknown"),
        "share_high": Column("share", "with those possibly beyond and the uncovered", "unknown"),
        "people_low": Column("count", "people certainly beyond", "unknown"),
        "people_high": Column("count", "with those possibly beyond and the uncovered", "unknown"),
        "edge_share": Column("share", "possibly beyond: something nearer may lie outside the extract", "unknown"),
        "not_connected_share": Column("share", "possibly beyond: not joined to the network", "unknown"),
        "not_placed_share": Column("share", "possibly beyond: not placed on a dwelling", "unknown"),
        "paths_share": Column("share", "possibly beyond: not mapped whether paths can be passed", "unknown"),
    },
)
CATEGORY_VERDICTS = Contract(
    "category_verdicts",
    ("unit_code", "target_group", "category"),
    {
        "unit_code": _UNIT,
        "target_group": _GROUP,
        "category": _CATEGORY,
        "is_essential": Column("flag", "counts towards the verdict of the unit"),
        "completeness": Column("code", "of the category here, as far as the norm reaches", one_of=COMPLETENESS_KINDS),
        "reach": Column("code", "at the norm", one_of=REACH),
        "uiterst_reach": Column("code", "at the outermost norm", one_of=REACH),
        "is_provisional": Column("flag", "beyond, but facilities may be missing from the data"),
        "is_uiterst_provisional": Column("flag", "the same at the outermost norm"),
        "undecided_cause": Column("code", "what would decide it", one_of=CAUSES),
    },
)
VERDICT_TABLE = Contract(
    "verdicts",
    ("unit_code", "target_group"),
    {
        "unit_code": _UNIT,
        "target_group": _GROUP,
        "verdict": Column("code", "what holds", one_of=VERDICTS),
        "is_provisional": Column("flag", "onder voorbehoud: weak area, or beyonds that may not hold would change it"),
        "provisional_verdict": Column("code", "if every beyond holds", one_of=VERDICTS),
        "worst_verdict": Column("code", "if, besides, everything undecided turns out beyond", one_of=VERDICTS),
        "severity_low": Column("number", "visits a year out of reach, certain", "unknown"),
        "severity_high": Column("number", "visits a year out of reach, at most", "unknown"),
    },
)
CHECKS = Contract(
    "checks",
    ("check",),
    {
        "check": Column("code", "what was checked"),
        "is_passed": Column("flag", "whether it holds"),
        "row_count": Column("whole", "rows looked at"),
        "fault_count": Column("whole", "rows that break it"),
        "detail": Column("text", "up to five offenders"),
    },
)
BACKGROUND = Contract(
    "background",
    ("feature_id",),
    {
        "feature_id": Column("code", "OSM object"),
        "layer": Column("code", "what it is", one_of=("water", "built_up", "green", "road", "railway", "place")),
        "rank": Column("whole", "importance: 1 is shown first"),
        "feature_name": Column("text", "name as mapped, to be escaped wherever shown", "not named"),
        "geometry": Column("polygon", "shape, of any type"),
    },
)

ALL: dict[str, Contract] = {
    one.name: one
    for one in (
        FIGURES, FIGURE_COMPARISON, AREAS, BASE_AREAS, UNITS, DWELLINGS, STOP_SERVICES, MAPPED_FACILITIES,
        KNOWN_FACILITIES, CONFLATION, FACILITIES, LOCAL_CHECKS, CHECK_FINDINGS, NODES, EDGES, EDGE_LIMITS, NODE_LIMITS,
        UNIT_PATHS, DEMAND, UNIT_DEMAND, CLUSTER_DEMAND, CLUSTERS, ACCESS, UNJOINED_FACILITIES, COMPLETENESS,
        COMPLETENESS_MEASURES, COMPLETENESS_AREAS, DISTANCES, REACH_DISTANCES, REACH_SHARES, CATEGORY_VERDICTS,
        VERDICT_TABLE, CHECKS, BACKGROUND,
    )
}  # fmt: skip
"""Every table by name."""
