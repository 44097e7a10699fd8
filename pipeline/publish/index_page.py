"""The page that a reader opens first: key figures, verdicts per target group, and where everything comes from."""

from typing import Any

import pandas as pd

from pipeline.publish.about import about
from pipeline.publish.changes import describe
from pipeline.publish.conflation import conflation_counts, conflation_lines
from pipeline.publish.dutch_numbers import distance, number, share
from pipeline.publish.explain import Explanation, explain_all
from pipeline.publish.labels import CHECK_RESULT, UNIT_KIND, VERDICT, check_label
from pipeline.publish.map_page import render_template
from pipeline.publish.offline_page import asset, seal
from pipeline.publish.places import CLUSTER
from pipeline.publish.results import Results


def build_index(results: Results) -> str:
    """Build the index page of a region; it stands beside ``kaart.html`` and ``witte_vlekken.csv``."""
    explanations = explain_all(results)
    of_default = [one for (_, group), one in explanations.items() if group == results.default_group]
    context = about(results) | {
        "style": asset("index_page.css"),
        "key_figures": _key_figures(results),
        "verdict_labels": list(VERDICT.values()),
        "verdict_counts": _verdict_counts(results, explanations),
        "default_group": results.target_groups.groups[results.default_group].label,
        "standing_out": sorted(
            (one for one in of_default if one.verdict not in ("none", "too_small") or one.is_provisional),
            key=lambda one: _BY_WEIGHT.index(one.verdict),
        ),
        "since": describe(results.since_baseline) if results.since_baseline else None,
        "clusters": [one for one in explanations.values() if one.unit_kind == UNIT_KIND[CLUSTER]],
        "conflation": conflation_lines(results),
        "conflation_counts": conflation_counts(results),
        "distances": _distances(results),
        "reference": results.metrics["reference"],
        "splits": _splits(results),
        "checks": [
            (check_label(str(one["check"])), CHECK_RESULT[bool(one["is_passed"])], number(one["row_count"]))
            for one in results.checks.to_dict("records")
        ],
        "passed_count": int(results.checks["is_passed"].sum()),
    }
    return seal(render_template("index_page.html.jinja", context))


_BY_WEIGHT = ("severe", "witte_vlek", "attention", "undetermined", "none", "too_small")


def _key_figures(results: Results) -> list[tuple[str, str]]:
    metrics = results.metrics
    return [
        ("gebieden (wijken en dorpen)", number(metrics["unit_count"])),
        ("adressen", number(metrics["address_count"])),
        ("woningen", number(metrics["dwelling_count"])),
        ("van de inwoners op een woning geplaatst", share(metrics["people_placed_share"])),
        (
            "van de woningen in een gebied met cijfers (minst volledige bestand)",
            share(min(metrics["figures_matched_share"].values())),
        ),
        ("voorzieningen", number(len(results.facilities))),
        ("daarvan zonder bekende looproute", number(metrics["unjoined_facility_count"])),
        ("lokale controles die meetellen", number(metrics["local_check_count"])),
    ]


def _verdict_counts(
    results: Results, explanations: dict[tuple[str, str], Explanation]
) -> list[tuple[str, list[int], int]]:
    rows = []
    for code, group in results.target_groups.groups.items():
        of_group = [
            one for one in explanations.values()
            if one.group_code == code and one.unit_kind != UNIT_KIND[CLUSTER]
        ]  # fmt: skip
        counts = [sum(one.verdict == verdict for one in of_group) for verdict in VERDICT]
        rows.append((group.label, counts, sum(one.is_provisional for one in of_group)))
    return rows


def _distances(results: Results) -> list[dict[str, Any]]:
    mean = results.completeness_measures[results.completeness_measures["measure"] == "mean_km"]
    our_km = dict(zip(mean["category"], mean["ours"], strict=True))
    return [
        {
            "label": category.label,
            "walk": distance(found["mean_walk_m"]),
            "our_car": _km(our_km.get(code)),
            "car": _km(found["cbs_car_km"]),
        }
        for code, category in results.categories.items()
        if (found := results.metrics["distances"].get(code)) is not None
    ]


def _km(distance_km: float | None) -> str:
    return "geen cijfer" if distance_km is None or pd.isna(distance_km) else f"{number(distance_km, 1)} km"


def _splits(results: Results) -> list[tuple[str, str, str]]:
    """Return base areas that lie in several wijken: name, the wijk they count in, and how much of them lies there."""
    base = results.base_areas
    split = base[base["wijk_share"] < 1].sort_values(["wijk_share", "base_code"])
    return [
        (f"{name} ({code})" if code not in name else name, wijk, share(part))
        for code, name, wijk, part in split[["base_code", "base_name", "wijk_code", "wijk_share"]].itertuples(
            index=False
        )
    ]
