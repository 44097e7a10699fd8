"""Local checks: what someone on the spot found, by whom, and for which units it matters."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

import shapely

from pipeline.publish.places import Places
from pipeline.publish.results import Results
from pipeline.publish.table_rows import rows_of


@dataclass(frozen=True)
class LocalCheck:
    """A row of local checks, with the words for its category and unit.

    `unit_names` has the unit that it is about, or those in which its facility stood or stands.
    """

    check_id: str
    check: str
    category: str
    unit_code: str | None
    facility_id: str | None
    facility_name: str | None
    x_m: float | None
    y_m: float | None
    within_m: float | None
    role: str
    date: str
    source: str
    expires: str
    is_applied: bool
    label: str = ""
    plural: str = ""
    unit_codes: tuple[str, ...] = ()
    unit_names: tuple[str, ...] = ()


@dataclass(frozen=True)
class Finding:
    """What must be said of a check."""

    check_id: str
    finding: str
    facility_name: str | None
    distance_m: float | None


def read_checks(results: Results, places: Places) -> dict[str, LocalCheck]:
    """Return the local checks by their row, in the order of the file."""
    checks = sorted(rows_of(results.local_checks, ("check_id",), LocalCheck).values(), key=_row)
    return {one.check_id: _in_words(one, results, places) for one in checks}


def read_findings(results: Results) -> list[Finding]:
    """Return what must be said of checks, in the order of their file."""
    return sorted(rows_of(results.check_findings, ("check_id", "finding"), Finding).values(), key=_row)


def checks_of_facilities(results: Results) -> dict[str, str]:
    """Return the check that says a facility is there, by facility; most have none."""
    confirmed = results.facilities.dropna(subset=["check_id"])
    return dict(zip(confirmed["facility_id"], confirmed["check_id"], strict=True))


def checks_of_unit(checks: Mapping[str, LocalCheck], codes: Iterable[str], also: Iterable[str]) -> list[LocalCheck]:
    """Return the checks that count and are about one of these units, or are named in `also`."""
    of_units, named = set(codes), set(also)
    return [
        one for one in checks.values()
        if one.is_applied and (one.check_id in named or of_units.intersection(one.unit_codes))
    ]  # fmt: skip


def _row(one: LocalCheck | Finding) -> tuple[int, str]:
    return len(one.check_id), one.check_id


def _in_words(check: LocalCheck, results: Results, places: Places) -> LocalCheck:
    category = results.categories[check.category]
    codes = (check.unit_code,) if check.unit_code else _units_at(check, results)
    return replace(
        check,
        label=category.label,
        plural=category.plural,
        unit_codes=codes,
        unit_names=tuple(places.units[code].unit_name for code in codes),
    )


def _units_at(check: LocalCheck, results: Results) -> tuple[str, ...]:
    """Return the units in which the facility of the check stood or stands."""
    rows = {int(row) for point in _places_of(check, results) for row in results.units.sindex.query(point, "intersects")}
    return tuple(sorted(str(results.units["unit_code"].iloc[row]) for row in rows))


def _places_of(check: LocalCheck, results: Results) -> Iterator[shapely.Point]:
    known = results.known_facilities
    yield from known.loc[known["facility_id"] == check.facility_id, "geometry"]
    if check.x_m is not None and check.y_m is not None:
        yield shapely.Point(check.x_m, check.y_m)
