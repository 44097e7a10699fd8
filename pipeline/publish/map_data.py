"""The data inside the map page: every text that its script shows, worked out beforehand."""

import json
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

import pandas as pd

from pipeline.publish.check_facts import checks_of_facilities, read_checks
from pipeline.publish.check_sentences import authority, removed_facilities
from pipeline.publish.conflation import sources_of_facilities
from pipeline.publish.dutch_numbers import rate
from pipeline.publish.explain import Explanation, explain_all
from pipeline.publish.facts import GroupFacts, read_facts
from pipeline.publish.labels import ONLY_IN_TIMETABLE, SERVICES, in_sentence, sentence
from pipeline.publish.map_choices import THEMES, build_choices
from pipeline.publish.map_layers import facility_order, label_points, point_style
from pipeline.publish.path_sentences import demands_sentence
from pipeline.publish.paths import aid_of
from pipeline.publish.places import Unit, read_places
from pipeline.publish.results import Results

_HIDDEN_AT_FIRST = "bench"
"""The category that is so numerous that the map opens without it."""

WORDS = {
    "none_named": "zonder naam",
    "unit_in_class": "gebied",
    "units_in_class": "gebieden",
    "group": "Doelgroep",
    "unknown": "onbekend",
    "close": "Sluiten",
    "verdict": "Oordeel",
    "reasons": "Waarom",
    "decides": "Wat dit zou beslissen",
    "facilities": "Voorzieningen",
    "checks": "Lokale controles",
    "checked": "volgens lokale controle",
    "only": "alleen",
    "cluster": "Gebieden die samen worden beoordeeld",
    "walk": "lopen (mediaan)",
    "beyond": "verder dan norm",
    "zoom_in": "Inzoomen",
    "zoom_out": "Uitzoomen",
}
"""The words that the script needs."""


def map_data(results: Results, unit_codes: Sequence[str]) -> str:
    """Write the data of the map as JSON, units numbered as in `unit_codes`."""
    facts, explanations = read_facts(results), explain_all(results)
    groups = results.target_groups.groups
    facts_of = [[facts[code, group] for code in unit_codes] for group in groups]
    explained = [[explanations[code, group] for code in unit_codes] for group in groups]
    clusters = {group: [code for code in read_places(results).clusters if (code, group) in facts] for group in groups}
    choices = build_choices(results, facts_of, explained)
    data = {
        "words": WORDS,
        "defaultGroup": results.default_group,
        "themes": [{"code": code, "label": label} for code, label in THEMES.items()],
        "groups": [_group(results, code) for code in groups],
        "categories": _categories(results),
        "units": [{"name": one.unit_name, "kind": one.unit_kind} for one in explained[0]],
        "choices": {key: asdict(choice) for key, choice in choices.items()},
        "facts": {
            group: [
                _unit_facts(*pair) | _together(pair[1], clusters[group]) for pair in zip(of_group, texts, strict=True)
            ]
            for group, of_group, texts in zip(groups, facts_of, explained, strict=True)
        },
        "clusters": {
            group: [
                _unit_facts(facts[code, group], explanations[code, group])
                | _cluster(facts[code, group].unit, explanations[code, group].unit_kind, unit_codes)
                for code in codes
            ]
            for group, codes in clusters.items()
        },
        "facilities": _facilities(results),
        "names": label_points(results, unit_codes),
    }
    return json.dumps(data, ensure_ascii=False, separators=(",", ":"), allow_nan=False)


def _group(results: Results, code: str) -> dict[str, str]:
    group = results.target_groups.groups[code]
    return {
        "code": code,
        "label": group.label,
        "note": group.note or "",
        "demands": demands_sentence(aid_of(results, code)),
    }


def _categories(results: Results) -> list[dict[str, Any]]:
    return [
        {
            "code": code,
            "label": category.label,
            "plural": category.plural,
            "isEssential": category.is_essential,
            "isShown": code != _HIDDEN_AT_FIRST,
            "style": point_style(position),
        }
        for position, (code, category) in enumerate(results.categories.items())
    ]


def _unit_facts(facts: GroupFacts, explanation: Explanation) -> dict[str, Any]:
    return {
        "verdict": explanation.verdict_label,
        "summary": explanation.summary,
        "count": explanation.count,
        "counts": explanation.counts[1:],
        "paths": explanation.paths,
        "unknownPaths": explanation.unknown_paths,
        "conclusion": explanation.conclusion,
        "checks": explanation.checks,
        "decides": explanation.decides,
        "perKm2": rate(facts.count.people_per_km2),
        "per1000": rate(facts.count.people_per_1000),
        "rows": [
            {
                "category": line.category,
                "isEssential": line.is_essential,
                "median": line.median,
                "share": line.share,
                "status": line.status,
                "sentence": line.sentence,
            }
            for line in explanation.categories
        ],
    }


def _together(explanation: Explanation, clusters: Sequence[str]) -> dict[str, Any]:
    """Return for a unit that is judged in a cluster the number of that cluster and its other units in words."""
    if explanation.together is None:
        return {}
    return {
        "together": clusters.index(explanation.together.unit_code),
        "togetherWith": sentence(explanation.together_with).removesuffix("."),
    }


def _cluster(cluster: Unit, kind: str, unit_codes: Sequence[str]) -> dict[str, Any]:
    return {"name": cluster.unit_name, "kind": kind, "units": [unit_codes.index(code) for code in cluster.codes]}


def _facilities(results: Results) -> dict[str, dict[str, Any]]:
    """Return per category the names of its facilities, what must be told of each by its number, and those gone."""
    checks, check_of = read_checks(results, read_places(results)), checks_of_facilities(results)
    sources = sources_of_facilities(results)
    found = {}
    for code in results.categories:
        ids = facility_order(results, code)["facility_id"]
        confirmed = {i: authority(checks[check_of[one]]) for i, one in enumerate(ids) if one in check_of}
        found[code] = {
            "names": _facility_names(results, code),
            "checks": {i: f"volgens {text}" for i, text in confirmed.items()},
            **_services(results, code),
            "sources": {i: text for i, one in enumerate(ids) if (text := sources.get(one))},
            "removed": removed_facilities(results, code),
        }
    return found


def _services(results: Results, category: str) -> dict[str, Any]:
    """Return what a timetable says of the facilities of a category, by their number, and which do not count."""
    ordered = facility_order(results, category).reset_index(drop=True)
    told = ordered["service"].map(SERVICES)
    is_added = ordered["osm_ids"].isna() & ordered["timetable_ids"].notna()
    told = told.where(~is_added, told + f"; {ONLY_IN_TIMETABLE}")
    return {
        "services": {int(str(i)): text for i, text in told.dropna().items()},
        "uncounted": ordered.index[ordered["service"] == "less"].tolist(),
    }


def _facility_names(results: Results, category: str) -> list[str]:
    """Name every facility; one without a name is called by its category."""
    unnamed = f"{in_sentence(results.categories[category].label)} {WORDS['none_named']}"
    names = facility_order(results, category)["facility_name"]
    return [unnamed if pd.isna(name) else str(name) for name in names]
