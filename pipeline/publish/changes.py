"""What changed between two sets of results, in plain Dutch: the one source of the words on page, table and screen."""

from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from pipeline.publish.cause_sentences import (
    KIND,
    cause_label,
    difference_sentences,
    label_of,
    setting_of,
)
from pipeline.publish.change_sentences import VerdictSide, category_sentence, category_side, people_sentences
from pipeline.publish.comparison import SIDES, Comparison, Side
from pipeline.publish.dutch_numbers import number
from pipeline.publish.labels import FICTIONAL, PROVISIONAL, VERDICT, listing

UNCHANGED = "Geen enkel oordeel is veranderd."
ABSENT = "geen oordeel"


@dataclass(frozen=True)
class VerdictText:
    """A verdict in words, with its reservation and what it may become by that."""

    label: str
    is_provisional: bool
    possible: str | None

    def __str__(self) -> str:
        text = f"{self.label}, {PROVISIONAL}" if self.is_provisional else self.label
        return f"{text} (misschien {self.possible})" if self.possible else text


@dataclass(frozen=True)
class ChangeLine:
    """One changed verdict in words."""

    unit_code: str
    unit_name: str
    group_label: str
    before: VerdictText
    after: VerdictText
    is_only_reservation: bool
    reasons: tuple[str, ...]
    cause: str


@dataclass(frozen=True)
class ChangeReport:
    """A comparison in words.

    Attributes
    ----------
    summary
        How many verdicts changed, and which units and groups appeared or vanished.
    cause
        What caused the changes, as far as that can be told; empty where nothing changed though something differs.
    differences
        What differs, as (kind, lines).
    has_one_cause
        Every change has the same cause.
    lines
        The changes, by unit and group.
    """

    region: str
    before_label: str
    after_label: str
    summary: tuple[str, ...]
    cause: str
    differences: tuple[tuple[str, tuple[str, ...]], ...]
    has_one_cause: bool
    lines: tuple[ChangeLine, ...]


def describe(comparison: Comparison) -> ChangeReport:
    """Put a comparison into words."""
    differing = difference_sentences(comparison.differences, *(comparison.settings[side] for side in SIDES))
    region = setting_of(comparison.settings["after"], "region", default={})
    return ChangeReport(
        region=f"{region.get('label')} ({FICTIONAL})" if region.get("is_fictional") else str(region.get("label")),
        before_label=comparison.before_label,
        after_label=comparison.after_label,
        summary=tuple(_summary(comparison)),
        cause=_cause(comparison, list(differing)),
        differences=tuple((KIND[kind], tuple(texts)) for kind, texts in differing.items()),
        has_one_cause=comparison.changes["cause"].nunique() < 2,
        lines=tuple(_lines(comparison)),
    )


def _cause(comparison: Comparison, kinds: list[str]) -> str:
    if comparison.changes.empty:
        return "" if kinds else "Bestanden, instellingen en code waarop de oordelen rusten, zijn gelijk."
    if not kinds:
        return (
            "Oorzaak onbekend: bestanden, instellingen en code zijn gelijk; misschien verschillen de versies van "
            "Python-pakketten."
        )
    if len(kinds) == 1:
        return f"Oorzaak van elke verandering: {cause_label(kinds[0])}."
    counts = comparison.changes["cause"].value_counts()
    parts = [f"{cause_label(str(cause))} ({number(int(count))})" for cause, count in counts.items()]
    text = f"Oorzaak van de veranderingen: {'; '.join(parts)}."
    return f"{text} {comparison.note}" if comparison.note else text


def _summary(comparison: Comparison) -> list[str]:
    changes = comparison.changes
    changed = changes[~changes["status"].isin(_NAMED_ONCE)]
    found = [UNCHANGED] if changed.empty else _counts(comparison, changed)
    for status, (text, column) in _NAMED_ONCE.items():
        codes = changes.loc[changes["status"] == status, column].drop_duplicates()
        name = _unit if column == "unit_code" else _group
        found += [f"{text}: {listing([name(comparison, code) for code in codes])}."] if len(codes) else []
    return found


_NAMED_ONCE = {
    "new_unit": ("Nieuwe gebieden, zonder vergelijking", "unit_code"),
    "lost_unit": ("Gebieden die er niet meer zijn", "unit_code"),
    "new_group": ("Nieuwe doelgroepen, zonder vergelijking", "target_group"),
    "lost_group": ("Doelgroepen die er niet meer zijn", "target_group"),
}
"""Units and groups that one side lacks are named, not listed verdict by verdict."""


def _counts(comparison: Comparison, changed: pd.DataFrame) -> list[str]:
    is_verdict = changed["verdict_before"] != changed["verdict_after"]
    moved, only = changed[is_verdict], int((~is_verdict).sum())
    compared = comparison.compared
    found = []
    if len(moved):
        verb = "oordeel is" if len(moved) == 1 else "oordelen zijn"
        per_group = moved["target_group"].value_counts()
        groups = [
            f"{per_group[code]} bij {_group(comparison, code)}" for code in _group_order(comparison, per_group.index)
        ]
        found += [
            f"{number(len(moved))} van de {number(len(compared))} {verb} anders, in "
            f"{number(moved['unit_code'].nunique())} van de {number(compared['unit_code'].nunique())} gebieden.",
            f"Gebieden met een ander oordeel: {'; '.join(groups)}.",
        ]
    if only:
        found.append(f"Alleen het voorbehoud is anders bij {number(only)} {'oordeel' if only == 1 else 'oordelen'}.")
    return found


def _lines(comparison: Comparison) -> list[ChangeLine]:
    listed = comparison.changes[~comparison.changes["status"].isin(_NAMED_ONCE)]
    order = {code: place for place, code in enumerate(_group_order(comparison, listed["target_group"].unique()))}
    rows = sorted(
        listed.to_dict("records"),
        key=lambda row: (*_by_name(_unit(comparison, row["unit_code"]), row["unit_code"]), order[row["target_group"]]),
    )
    return [_line(comparison, row) for row in rows]


def _line(comparison: Comparison, row: Mapping[Hashable, Any]) -> ChangeLine:
    before, after = _verdict_side(comparison, row, "before"), _verdict_side(comparison, row, "after")
    reasons = _reasons(comparison, row, before, after) if before and after else []
    return ChangeLine(
        unit_code=row["unit_code"],
        unit_name=_unit(comparison, row["unit_code"]),
        group_label=_group(comparison, row["target_group"]),
        before=_verdict_text(row, "before"),
        after=_verdict_text(row, "after"),
        is_only_reservation=row["verdict_before"] == row["verdict_after"],
        reasons=tuple(reasons),
        cause=cause_label(row["cause"]),
    )


def _verdict_text(row: Mapping[Hashable, Any], side: Side) -> VerdictText:
    verdict, possible = row[f"verdict_{side}"], row[f"provisional_verdict_{side}"]
    if pd.isna(verdict):
        return VerdictText(ABSENT, is_provisional=False, possible=None)
    is_provisional = bool(row[f"is_provisional_{side}"])
    return VerdictText(VERDICT[verdict], is_provisional, None if possible == verdict else VERDICT[possible])


def _verdict_side(comparison: Comparison, row: Mapping[Hashable, Any], side: Side) -> VerdictSide | None:
    if pd.isna(row[f"verdict_{side}"]):
        return None
    settings = comparison.settings[side]
    people, weak = row[f"people_low_{side}"], row[f"is_weak_{side}"]
    return VerdictSide(
        row[f"verdict_{side}"],
        None if pd.isna(people) else people,
        None if pd.isna(weak) else bool(weak),
        setting_of(settings, "target_groups", "groups", row["target_group"], "min_count"),
    )


def _reasons(comparison: Comparison, row: Mapping[Hashable, Any], before: VerdictSide, after: VerdictSide) -> list[str]:
    after_settings, before_settings = comparison.settings["after"], comparison.settings["before"]
    limits = tuple(setting_of(one, "witte_vlekken", "share_beyond") for one in (before_settings, after_settings))
    order = _codes(comparison, "facilities", "categories")
    here = comparison.categories
    here = here[(here["unit_code"] == row["unit_code"]) & (here["target_group"] == row["target_group"])]
    found = people_sentences(before, after)
    for one in sorted(here.to_dict("records"), key=lambda one: _place(order, one["category"])):
        label = label_of(["facilities", "categories", one["category"]], after_settings, before_settings)
        found.append(category_sentence(label, category_side(one, "before"), category_side(one, "after"), limits))
    return found or ["Dezelfde voorzieningen zijn buiten bereik; de regel voor het oordeel is anders."]


def _by_name(name: str, code: str) -> tuple[str, str]:
    return name.casefold().lstrip("'’"), code


def _unit(comparison: Comparison, code: str) -> str:
    return comparison.unit_names.get(code, code)


def _group(comparison: Comparison, code: str) -> str:
    return label_of(["target_groups", "groups", code], comparison.settings["after"], comparison.settings["before"])


def _group_order(comparison: Comparison, codes: Iterable[str]) -> list[str]:
    """Return codes of groups in the order of the settings; those that the settings do not know come last."""
    order = _codes(comparison, "target_groups", "groups")
    return sorted(codes, key=lambda code: _place(order, code))


def _codes(comparison: Comparison, *path: str) -> list[str]:
    return list(setting_of(comparison.settings["after"], *path, default={}))


def _place(order: list[str], code: str) -> tuple[int, str]:
    return (order.index(code) if code in order else len(order)), code
