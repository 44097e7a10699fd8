"""What both pages tell about a run: its name, sources, norms and settings."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from pipeline.config.profiles import Criterion, Profile
from pipeline.publish.check_sentences import check_lines, finding_sentences
from pipeline.publish.completeness import completeness_lines
from pipeline.publish.dutch_numbers import norm_distance, share
from pipeline.publish.labels import (
    FICTIONAL,
    FICTIONAL_SENTENCE,
    OVERLAP,
    OWN_JUDGEMENT,
    in_sentence,
    listing,
)
from pipeline.publish.norm_tables import norm_explanation, norm_tables
from pipeline.publish.path_sentences import demands
from pipeline.publish.paths import aid_of
from pipeline.publish.results import Results
from pipeline.publish.second_source import second_source


@dataclass(frozen=True)
class ProfileTable:
    """What a group walks with: its groups, what it cannot pass, and per demand the answer without data and its source.

    `waived` says when no demand counts; empty where that is never so.
    """

    groups: str
    demands: str
    waived: str
    rows: tuple[tuple[str, str, str], ...]


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
        "second_source": second_source(results),
        "norms": norm_tables(results),
        "norm_explanation": norm_explanation(results),
        "own_judgement": OWN_JUDGEMENT,
        "profiles": _profile_tables(results),
        "local_checks": check_lines(results),
        "findings": finding_sentences(results),
        "overlap": OVERLAP,
        "rules": _rule_sentences(results),
        "completeness": completeness_lines(results),
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


def _profile_tables(results: Results) -> list[ProfileTable]:
    """Describe the profiles in use, but for that on foot."""
    groups: dict[str, list[str]] = {}
    for code, group in results.target_groups.groups.items():
        groups.setdefault(group.profile, []).append(code)
    tables = []
    for name, codes in groups.items():
        aid, profile = aid_of(results, codes[0]), results.profiles[name]
        if aid is not None:
            labels = [results.target_groups.groups[code].label for code in codes]
            tables.append(ProfileTable(listing(labels), f"{demands(aid)}.", _waived(profile), _demand_rows(profile)))
    return tables


def _demand_rows(profile: Profile) -> tuple[tuple[str, str, str], ...]:
    """Return what each demand rules out, the answer without data and the source; once where two are the same."""
    rows = [
        (one.what[:1].upper() + one.what[1:], _without_data(one), one.source) for one in (*profile.ways, *profile.nodes)
    ]
    return tuple(dict.fromkeys(rows))


def _without_data(criterion: Criterion) -> str:
    if criterion.otherwise == "unknown":
        return "is onbekend: met en zonder doorgerekend"
    doubt = ", behalve waar de kaart twijfel laat: met en zonder doorgerekend" if criterion.unknown else ""
    return f"telt als begaanbaar{doubt}"


def _waived(profile: Profile) -> str:
    tags = [
        f"{key}={listing([value] if isinstance(value, str) else value, last='of')}"
        for rule in profile.waived
        for key, value in rule.items()
    ]
    return (
        f"Zegt de kaart dat een weg of punt geschikt is ({listing(tags)}), dan telt geen van deze eisen."
        if tags
        else ""
    )


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
        f"{listing([str(one) for one in small], last='of')} mensen, naar gelang de groep. Gebieden die te klein zijn "
        "en dicht bij elkaar liggen of in de instellingen bij elkaar staan, worden ook samen beoordeeld.",
        "Afstanden zijn gelopen over het wegennet, van de woning tot de dichtstbijzijnde voorziening. "
        "Hoogstens: buiten de kaartuitsnede kan er één dichterbij zijn.",
        "Wie met een hulpmiddel loopt, kan niet over elke weg. Van een weg waarvan de kaart niet zegt of hij kan, is "
        "het antwoord twee keer berekend: met en zonder die weg. Dat verschil is een marge in afstanden en aandelen.",
        "Een lokale controle gaat voor op de kaart: wat iemand ter plaatse vaststelde telt, met wie het was en "
        "wanneer, tot de controle verloopt.",
        "Onder voorbehoud: voorzieningen kunnen op de kaart ontbreken, of het aantal gevonden woningen past niet bij "
        "dat van CBS.",
    ]
