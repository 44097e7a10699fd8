"""Units, and clusters of small units that are judged together."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from pipeline.publish.labels import listing
from pipeline.publish.results import Results
from pipeline.publish.table_rows import rows_of

CLUSTER = "cluster"
"""The kind of unit that a cluster is, besides `contracts.UNIT_KINDS`."""


@dataclass(frozen=True)
class Unit:
    """A unit, or a cluster with the units that it consists of; a missing number of homes is unknown."""

    unit_code: str
    unit_name: str
    unit_kind: str
    gemeente_name: str
    base_count: int
    dwelling_count: int
    homes_count: float | None
    is_weak: bool
    land_km2: float
    members: tuple["Unit", ...] = ()

    @property
    def codes(self) -> list[str]:
        """The codes of the units that it consists of."""
        return [one.unit_code for one in self.members] or [self.unit_code]

    def neighbours(self, unit_code: str) -> str:
        """Name the units of this cluster but the one with this code."""
        return listing([one.unit_name for one in self.members if one.unit_code != unit_code])


@dataclass(frozen=True)
class Places:
    """All units and clusters by code, in the order of their names; and which clusters there are per target group.

    `cluster_of` has the code of the cluster in which a unit is judged, by unit code and group code.
    """

    units: Mapping[str, Unit]
    clusters: Mapping[str, Unit]
    cluster_of: Mapping[tuple[str, str], str]


def read_places(results: Results) -> Places:
    """Read the units and clusters."""
    units = _by_name(unit for unit in rows_of(results.units, ("unit_code",), Unit).values())
    rows = results.clusters.to_dict("records")
    names = {str(row["cluster_code"]): str(row["cluster_name"]) for row in rows}
    members = {code: {str(row["unit_code"]) for row in rows if row["cluster_code"] == code} for code in names}
    clusters = _by_name(
        _together(code, name, [unit for unit in units.values() if unit.unit_code in members[code]])
        for code, name in names.items()
    )
    return Places(
        units, clusters,
        {(str(row["unit_code"]), str(row["target_group"])): str(row["cluster_code"]) for row in rows},
    )  # fmt: skip


def _together(code: str, name: str, members: list[Unit]) -> Unit:
    homes = [one.homes_count for one in members]
    return Unit(
        unit_code=code,
        unit_name=name,
        unit_kind=CLUSTER,
        gemeente_name=listing(list(dict.fromkeys(one.gemeente_name for one in members))),
        base_count=sum(one.base_count for one in members),
        dwelling_count=sum(one.dwelling_count for one in members),
        homes_count=None if None in homes else sum(one for one in homes if one is not None),
        is_weak=any(one.is_weak for one in members),
        land_km2=sum(one.land_km2 for one in members),
        members=tuple(members),
    )


def _by_name(units: Iterable[Unit]) -> dict[str, Unit]:
    ordered = sorted(units, key=lambda one: (one.unit_name.casefold().lstrip("'’"), one.unit_code))
    return {one.unit_code: one for one in ordered}
