"""The data inside the map page: every text that its script shows, worked out beforehand."""

import json
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

import pandas as pd

from pipeline.publish.dutch_numbers import rate
from pipeline.publish.explain import Explanation, explain_all
from pipeline.publish.facts import GroupFacts, read_facts
from pipeline.publish.labels import in_sentence
from pipeline.publish.map_choices import THEMES, build_choices
from pipeline.publish.map_layers import facility_order, label_points, point_style
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
    choices = build_choices(results, facts_of, explained)
    data = {
        "words": WORDS,
        "defaultGroup": results.default_group,
        "themes": [{"code": code, "label": label} for code, label in THEMES.items()],
        "groups": [{"code": code, "label": group.label, "note": group.note or ""} for code, group in groups.items()],
        "categories": _categories(results),
        "units": [{"name": one.unit_name, "kind": one.unit_kind} for one in explained[0]],
        "choices": {key: asdict(choice) for key, choice in choices.items()},
        "facts": {
            group: [_unit_facts(*pair) for pair in zip(of_group, texts, strict=True)]
            for group, of_group, texts in zip(groups, facts_of, explained, strict=True)
        },
        "facilities": {code: _facility_names(results, code) for code in results.categories},
        "names": label_points(results, unit_codes),
    }
    return json.dumps(data, ensure_ascii=False, separators=(",", ":"), allow_nan=False)


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
        "count": explanation.count,
        "counts": explanation.counts[1:],
        "conclusion": explanation.conclusion,
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


def _facility_names(results: Results, category: str) -> list[str]:
    """Name every facility; one without a name is called by its category."""
    unnamed = f"{in_sentence(results.categories[category].label)} {WORDS['none_named']}"
    names = facility_order(results, category)["facility_name"]
    return [unnamed if pd.isna(name) else str(name) for name in names]
