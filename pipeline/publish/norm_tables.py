"""The norms of target groups, those with equal norms together, and where they come from."""

from dataclasses import dataclass

from pipeline.config.target_groups import Actieradius
from pipeline.publish.dutch_numbers import norm_distance, number, share
from pipeline.publish.labels import listing
from pipeline.publish.results import Results


@dataclass(frozen=True)
class NormTable:
    """Norms that are equal: the groups that they hold for, and per category its three distances."""

    groups: str
    rows: tuple[tuple[str, str, str, str], ...]


def norm_tables(results: Results) -> list[NormTable]:
    """Return the norms of all target groups, in the order of the groups."""
    groups: dict[tuple[tuple[str, str, str, str], ...], list[str]] = {}
    for code in results.target_groups.groups:
        groups.setdefault(_rows(results, code), []).append(_label(results, code))
    return [NormTable(listing(labels), rows) for rows, labels in groups.items()]


def norm_explanation(results: Results) -> str:
    """Say how norms follow from age; empty where they are fixed."""
    method = results.target_groups.actieradius
    if method.method == "fixed":
        return ""
    return (
        "De normen volgen uit de leeftijd van de groep: hoe langzamer iemand loopt, hoe korter de afstand. Zij zijn "
        "de gewone normen maal de loopsnelheid op de gemiddelde leeftijd van de groep, gedeeld door "
        f"{_speed(method.reference_m_per_s)}, afgerond op {norm_distance(method.step_m)}. Voor een groep zonder "
        f"leeftijd gelden de gewone normen. Bron: {method.source}."
    )


def _rows(results: Results, group_code: str) -> tuple[tuple[str, str, str, str], ...]:
    norms = results.norms_of(group_code)
    return tuple(
        (
            category.label,
            norm_distance(norms[code].comfort_m),
            norm_distance(norms[code].norm_m),
            norm_distance(norms[code].uiterst_m),
        )
        for code, category in results.categories.items()
        if code in norms
    )


def _label(results: Results, group_code: str) -> str:
    """Name a group, with the age and the speed that its norms follow from."""
    group, method = results.target_groups.groups[group_code], results.target_groups.actieradius
    if method.method == "fixed" or group.walking_age is None:
        return group.label
    return f"{group.label} ({number(group.walking_age)} jaar: {_pace(method, group.walking_age)})"


def _pace(method: Actieradius, age: float) -> str:
    factor = method.factor(age)
    return f"{_speed(factor * method.reference_m_per_s)}, {share(factor)}"


def _speed(m_per_s: float) -> str:
    return f"{number(m_per_s, 2)} m/s"
