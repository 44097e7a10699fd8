"""The table of verdicts as a CSV file that Dutch Excel opens by a double click."""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence

from pipeline.publish.changes import ChangeReport, VerdictText
from pipeline.publish.dutch_numbers import UNKNOWN
from pipeline.publish.explain import Explanation, explain_all
from pipeline.publish.facts import CategoryFacts, GroupFacts, read_facts
from pipeline.publish.labels import (
    FICTIONAL,
    NOT_APPLICABLE,
    NOT_JUDGED,
    REACH,
    VERDICT,
    sentence,
    verdict_label,
)
from pipeline.publish.results import Results

BYTE_ORDER_MARK = "\ufeff"
"""Tells Excel that the file is UTF-8."""

_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def witte_vlekken_csv(results: Results) -> str:
    """Write a row per unit and target group, and per cluster: verdict, people, distances, shares and reasons.

    Semicolons, decimal commas and a byte order mark, as Dutch Excel expects; what is unknown reads 'onbekend'.
    """
    facts, explanations = read_facts(results), explain_all(results)
    region = f"{results.region.label} ({FICTIONAL})" if results.region.is_fictional else results.region.label
    rows = [{"Regio": region, **_row(facts[key], explanations[key])} for key in facts]
    columns = list(dict.fromkeys(column for row in rows for column in row))
    ordered = [column for column in columns if column not in _LAST] + _LAST
    return csv_text(ordered, rows)


def changes_csv(report: ChangeReport) -> str:
    """Write a row per changed verdict, in the manner of `witte_vlekken_csv`."""
    before, after = (_change_columns(label) for label in (report.before_label, report.after_label))
    columns = ["Regio", "Code", "Gebied", "Doelgroep", *before, *after, *_CHANGE_COLUMNS]
    differences = " ".join(sentence(f"{kind}: {'; '.join(lines)}") for kind, lines in report.differences)
    rows = []
    for line in report.lines:
        cells = [report.region, line.unit_code, line.unit_name, line.group_label]
        cells += [*_verdict_cells(line.before), *_verdict_cells(line.after), _yes(line.is_only_reservation)]
        rows.append(dict(zip(columns, [*cells, " ".join(line.reasons), line.cause, differences], strict=True)))
    return csv_text(columns, rows)


_CHANGE_COLUMNS = ["Alleen het voorbehoud is anders", "Waardoor", "Oorzaak", "Wat er verschilt"]


def _change_columns(label: str) -> list[str]:
    names = ("Oordeel", "Onder voorbehoud", "Oordeel als er niets op de kaart ontbreekt")
    return [f"{name} ({label})" for name in names]


def _verdict_cells(verdict: VerdictText) -> list[str]:
    return [verdict.label, _yes(verdict.is_provisional), verdict.possible or verdict.label]


def csv_text(columns: Sequence[str], rows: Iterable[Mapping[str, str]]) -> str:
    """Write rows with semicolons and a byte order mark; no cell is a formula."""
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, columns, restval="", delimiter=";", lineterminator="\r\n")
    writer.writeheader()
    writer.writerows({column: _safe(value) for column, value in row.items()} for row in rows)
    return BYTE_ORDER_MARK + text.getvalue()


_LAST = ["Redenen", "Lokale controles", "Wat zou beslissen"]


def _safe(value: str) -> str:
    """Keep a spreadsheet from reading text as a formula."""
    return f"'{value}" if value.startswith(_FORMULA_STARTS) else value


def _decimal(value: float | None, decimals: int = 0) -> str:
    return UNKNOWN if value is None else f"{value:.{decimals}f}".replace(".", ",")


def _yes(value: bool) -> str:
    return "ja" if value else "nee"


def _row(facts: GroupFacts, explanation: Explanation) -> dict[str, str]:
    count, judgement = facts.count, facts.judgement
    is_judged = judgement.verdict != "too_small"
    row = {
        "Code": facts.unit.unit_code,
        "Gebied": facts.unit.unit_name,
        "Soort": explanation.unit_kind,
        "Gebieden in cluster": ", ".join(one.unit_name for one in facts.unit.members) or NOT_APPLICABLE,
        "Gemeente": facts.unit.gemeente_name,
        "Doelgroep": facts.group_label,
        "Oordeel": VERDICT[judgement.verdict],
        "Onder voorbehoud": _yes(judgement.is_provisional),
        "Oordeel als er niets op de kaart ontbreekt": VERDICT[judgement.provisional_verdict],
        "Zwaarst mogelijke oordeel": VERDICT[judgement.worst_verdict] if is_judged else NOT_JUDGED,
        **_together_cells(explanation),
        "Mensen": _decimal(count.people),
        "Mensen, laag": _decimal(count.shown_low),
        "Mensen, hoog": _decimal(count.shown_high),
        "Mensen, ruimste marge laag": _decimal(count.people_low, 1),
        "Mensen, ruimste marge hoog": _decimal(count.people_high, 1),
        "Schatting": _yes(count.is_estimate),
        "Mensen zonder bekende woning": _decimal(count.not_placed_people, 1),
        "Mensen per km2": _decimal(count.people_per_km2, 1),
        "Mensen per 1.000 inwoners": _decimal(count.people_per_1000, 1),
        "Ernst laag (bezoeken per jaar)": _decimal(judgement.severity_low) if is_judged else NOT_JUDGED,
        "Ernst hoog (bezoeken per jaar)": _decimal(judgement.severity_high) if is_judged else NOT_JUDGED,
    }
    row |= _path_cells(facts)
    for category in facts.categories:
        row |= _category_cells(category, facts.aid is not None)
    reasons = (
        *explanation.counts, explanation.demands, explanation.paths, *explanation.conclusion,
        *(line.sentence for line in explanation.categories),
    )  # fmt: skip
    told = (" ".join(filter(None, reasons)), " ".join(explanation.checks), " ".join(explanation.decides))
    return row | dict(zip(_LAST, told, strict=True))


def _together_cells(explanation: Explanation) -> dict[str, str]:
    """Return in which cluster a unit that is too small is judged, and what comes of it."""
    cluster = explanation.together
    return {
        "Samen beoordeeld als": NOT_APPLICABLE if cluster is None else cluster.unit_name,
        "Oordeel samen": NOT_APPLICABLE if cluster is None else verdict_label(cluster.verdict, cluster.is_provisional),
    }


def _path_cells(facts: GroupFacts) -> dict[str, str]:
    columns = ("Paden (km)", "Paden: aandeel dat niet kan", "Paden: aandeel waarvan dat niet bekend is")
    if facts.aid is None or facts.paths is None:
        return {"Loopt": "te voet", **dict.fromkeys(columns, NOT_APPLICABLE)}
    paths = facts.paths
    cells = (_decimal(paths.length_km, 1), _decimal(paths.barred_share, 3), _decimal(paths.unknown_share, 3))
    return {"Loopt": facts.aid.label, **dict(zip(columns, cells, strict=True))}


def _category_cells(facts: CategoryFacts, has_aid: bool) -> dict[str, str]:
    label, walk, norm = facts.label, facts.walk, facts.beyond.get("norm")
    cells = {
        f"{label}: mediaan (m)": _decimal(walk.median_m if walk else None),
        f"{label}: mediaan als onbekende paden niet kunnen (m)": _with_aid(
            walk.median_high_m if walk else None, has_aid
        ),
        f"{label}: mediaan is bovengrens": _yes(walk is not None and walk.is_upper_bound),
        f"{label}: 90 % woont binnen (m)": _decimal(walk.p90_m if walk else None),
    }
    if norm is not None:
        cells |= {
            f"{label}: norm (m)": _decimal(norm.distance_m),
            f"{label}: aandeel verder dan norm, zeker": _decimal(norm.share_low, 3),
            f"{label}: aandeel verder dan norm, hoogstens": _decimal(norm.share_high, 3),
            f"{label}: aandeel dat afhangt van onbekende paden": _with_aid(norm.paths_share, has_aid, 3),
        }
    return cells | {f"{label}: bereik": REACH[facts.judgement.reach]}


def _with_aid(value: float | None, has_aid: bool, decimals: int = 0) -> str:
    return _decimal(value, decimals) if has_aid else NOT_APPLICABLE
