"""The tables between stages: columns, kinds, keys, CRS, and what a missing value means.

Every table is in EPSG:28992 (metres). A count or distance that is missing is *unknown*; zero is zero.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import pandera.pandas as pa

CRS = "EPSG:28992"
"""Coordinate reference system of every table and computation (Amersfoort / RD New, metres)."""

Kind = Literal["code", "text", "count", "whole", "share", "metres", "number", "flag", "point", "polygon"]

_DTYPES = {
    "code": "str", "text": "str", "count": "float64", "whole": "int64", "share": "float64", "metres": "float64",
    "number": "float64", "flag": "bool",
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
_WALK = "over the walking network, the way to and from it counted"

UNIT_KINDS = ("dorp", "wijk", "base_area")
REACH = ("within", "beyond", "undecided", "no_norm")
VERDICTS = ("too_small", "severe", "witte_vlek", "attention", "undetermined", "none")
DISTANCE_KINDS = ("comfort", "norm", "uiterst")
CAUSES = ("none", "edge", "not_connected", "not_placed", "figure", "margin", "combined")

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
FACILITIES = Contract(
    "facilities",
    ("facility_id",),
    {
        "facility_id": Column("code", "category and OSM object"),
        "category": _CATEGORY,
        "facility_name": Column("text", "name as mapped, to be escaped wherever shown", "not named"),
        "osm_ids": Column("text", "all OSM objects it was merged from"),
        "geometry": Column("point", "where it is; the centroid of a building"),
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
UNIT_DEMAND = Contract(
    "unit_demand",
    ("unit_code", "target_group"),
    {
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
    },
)
ACCESS = Contract(
    "dwelling_access",
    ("dwelling_id",),
    {
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
DISTANCES = Contract(
    "distances",
    ("dwelling_id", "category"),
    {
        "dwelling_id": Column("code", "dwelling"),
        "category": _CATEGORY,
        "nearest_m": Column("metres", f"to the nearest facility, {_WALK}", "none can be walked to, or not connected"),
        "second_m": Column("metres", "to the second nearest", "no second one can be walked to"),
        "nearest_id": Column("code", "the nearest facility", "none can be walked to"),
        "second_id": Column("code", "the second nearest", "no second one can be walked to"),
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
        "completeness": Column("code", "of the category here", one_of=("complete", "doubtful", "unknown")),
        "reach": Column("code", "at the norm", one_of=REACH),
        "uiterst_reach": Column("code", "at the outermost norm", one_of=REACH),
        "is_provisional": Column("flag", "beyond, but facilities may be missing from the data"),
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
        FIGURES, AREAS, BASE_AREAS, UNITS, DWELLINGS, FACILITIES, NODES, EDGES, DEMAND, UNIT_DEMAND, ACCESS,
        UNJOINED_FACILITIES, DISTANCES, REACH_DISTANCES, REACH_SHARES, CATEGORY_VERDICTS, VERDICT_TABLE, CHECKS,
        BACKGROUND,
    )
}  # fmt: skip
"""Every table by name."""
