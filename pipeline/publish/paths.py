"""With what a target group walks, and what is known of the paths that it needs."""

from collections.abc import Iterable
from dataclasses import dataclass

from pipeline.config.profiles import ON_FOOT
from pipeline.publish.places import Unit
from pipeline.publish.results import Results
from pipeline.publish.table_rows import rows_of


@dataclass(frozen=True)
class Aid:
    """What a group walks with, and what it then cannot pass, both in words."""

    label: str
    barred: tuple[str, ...]


@dataclass(frozen=True)
class Paths:
    """The walking network of a unit for a profile; shares are None where it has none."""

    length_km: float
    barred_share: float | None
    unknown_share: float | None


def aid_of(results: Results, group_code: str) -> Aid | None:
    """Return what a group walks with; None for a group on foot, which can pass everything."""
    code = results.target_groups.groups[group_code].profile
    if code == ON_FOOT:
        return None
    profile = results.profiles[code]
    barred = dict.fromkeys(one.what for one in (*profile.ways, *profile.nodes))
    return Aid(profile.label, tuple(barred))


def read_paths(results: Results) -> dict[tuple[str, ...], Paths]:
    """Return the paths by unit code and profile."""
    return rows_of(results.unit_paths, ("unit_code", "profile"), Paths)


def paths_of(unit: Unit, profile: str, paths: dict[tuple[str, ...], Paths]) -> Paths | None:
    """Return the paths of a unit, or of the units of a cluster together; None for a profile that has none."""
    found = [paths[code, profile] for code in unit.codes if (code, profile) in paths]
    length = sum(one.length_km for one in found)
    if not found:
        return None
    return Paths(
        length,
        _mean(((one.barred_share, one.length_km) for one in found), length),
        _mean(((one.unknown_share, one.length_km) for one in found), length),
    )


def _mean(shares: Iterable[tuple[float | None, float]], length: float) -> float | None:
    return sum(share * part for share, part in shares if share is not None) / length if length > 0 else None
