"""What both pages tell about a run: its name, sources, norms and settings."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from pipeline.publish.dutch_numbers import norm_distance, share
from pipeline.publish.labels import (
    COMPLETENESS,
    FICTIONAL,
    FICTIONAL_SENTENCE,
    OVERLAP,
    OWN_JUDGEMENT,
    in_sentence,
    listing,
)
from pipeline.publish.results import Results


@dataclass(frozen=True)
class NormTable:
    """A set of norms: the groups that it holds for, and per category its three distances."""

    groups: str
    rows: tuple[tuple[str, str, str, str], ...]


def about(results: Results) -> dict[str, Any]:
    """Gather what the templates of both pages show about a run."""
    heading = f"Woonzorgkaart {results.region.label}"
    if results.region.is_fictional:
        heading = f"{heading} ({FICTIONAL.lower()})"
    return {
        "heading": heading,
        "region": results.region.label,
        "gemeenten": listing(list(results.region.gemeenten.values())),
        "banner": f"{FICTIONAL}: {FICTIONAL_SENTENCE}" if results.region.is_fictional else None,
        "source_line": source_line(results),
        "sources": [_source_row(one) for one in results.provenance],
        "norms": _norm_tables(results),
        "own_judgement": OWN_JUDGEMENT,
        "overlap": OVERLAP,
        "rules": _rule_sentences(results),
        "completeness": [
            (category.label, COMPLETENESS[results.completeness.of(code)])
            for code, category in results.categories.items()
        ],
        "completeness_reason": results.completeness.reason,
    }


def source_line(results: Results) -> str:
    """Write holders with their years and licences in one line, for under the map."""
    years: dict[tuple[str, str], set[str]] = {}
    for one in results.provenance:
        years.setdefault((str(one["holder"]), str(one["licence"])), set()).add(str(one["reference_date"])[:4])
    return " · ".join(f"{holder} ({_span(found)}; {licence})" for (holder, licence), found in years.items())


def norm_line(results: Results, group_code: str) -> str:
    """Write the norms of a group in one line."""
    norms = results.norms_of(group_code)
    return ", ".join(
        f"{in_sentence(category.label)} {norm_distance(norms[code].norm_m)}"
        for code, category in results.categories.items()
        if code in norms
    )


def _span(years: Iterable[str]) -> str:
    ordered = sorted(years)
    return ordered[0] if len(ordered) == 1 else f"{ordered[0]}–{ordered[-1]}"


def _source_row(record: Any) -> dict[str, str]:
    version = record.get("generator_version")
    return {
        "what": str(record["what"]) + (f" (generator {version})" if version else ""),
        "holder": str(record["holder"]),
        "date": str(record["reference_date"]),
        "licence": str(record["licence"]),
        "file": str(record["file"]),
        "sha256": str(record["sha256"])[:12],
    }


def _norm_tables(results: Results) -> list[NormTable]:
    tables = []
    for name, norms in results.target_groups.norms.items():
        groups = [group.label for group in results.target_groups.groups.values() if group.norms == name]
        rows = [
            (
                category.label,
                norm_distance(norms[code].comfort_m),
                norm_distance(norms[code].norm_m),
                norm_distance(norms[code].uiterst_m),
            )
            for code, category in results.categories.items()
            if code in norms
        ]
        if groups:
            tables.append(NormTable(listing(groups), tuple(rows)))
    return tables


def _rule_sentences(results: Results) -> list[str]:
    settings = results.witte_vlekken
    limit = share(settings.share_beyond)
    anchors = [in_sentence(results.categories[code].label) for code in settings.anchor_categories]
    small = sorted({group.min_count for group in results.target_groups.groups.values()})
    return [
        f"Een voorziening is buiten bereik als zeker meer dan {limit} van de groep verder dan de norm loopt, en binnen "
        f"bereik als dat voor hoogstens {limit} mogelijk is; anders is het onbeslist.",
        f"Een witte vlek: ten minste {settings.min_beyond} essentiële voorzieningen buiten bereik, waaronder "
        f"{listing(anchors, last='of')}. Zwaar: minstens één daarvan ook verder dan de uiterste afstand. "
        "Aandacht: ten minste één essentiële voorziening buiten bereik.",
        "Te klein om te beoordelen: de ondergrens van het aantal ligt onder "
        f"{listing([str(one) for one in small], last='of')} mensen, naar gelang de groep.",
        "Afstanden zijn gelopen over het wegennet, van de woning tot de dichtstbijzijnde voorziening. "
        "Hoogstens: buiten de kaartuitsnede kan er één dichterbij zijn.",
        "Onder voorbehoud: voorzieningen kunnen op de kaart ontbreken, of het aantal gevonden woningen past niet bij "
        "dat van CBS.",
    ]
