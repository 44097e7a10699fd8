"""Why a unit has its verdict, in plain Dutch: the one source of the sentences on map, table and command line."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from pipeline.errors import WoonzorgError
from pipeline.publish.category_sentences import CategoryLine, category_line, deciding_data
from pipeline.publish.check_sentences import check_sentences
from pipeline.publish.cluster_sentences import together_with
from pipeline.publish.dutch_numbers import number, people_bounds, persons
from pipeline.publish.facts import Count, GroupFacts, read_facts
from pipeline.publish.labels import (
    ESTIMATE,
    FICTIONAL,
    FICTIONAL_SENTENCE,
    NO_DATA,
    UNIT_KIND,
    in_sentence,
    sentence,
    verdict_label,
)
from pipeline.publish.path_sentences import demands_sentence, paths_sentence, unknown_paths
from pipeline.publish.places import read_places
from pipeline.publish.results import Results
from pipeline.publish.verdict_sentences import Rules, rules_of, undecided, verdict_sentences


@dataclass(frozen=True)
class Explanation:
    """The verdict of one unit or cluster for one target group, with its reasons as sentences.

    Attributes
    ----------
    count
        The number of people with its interval, short.
    counts
        Sentences about that number.
    demands, paths
        With what the group walks, and what is known of the paths there; empty for a group on foot.
    unknown_paths
        The unknown part of the paths, short.
    conclusion
        Why the verdict is what it is, and what would change it.
    checks
        What local checks found that matters here.
    decides
        The data that would decide what is undecided; empty where nothing is.
    together_with, together
        With which units a unit that is too small is judged together ('samen met Zalk'), and what comes of it.
    """

    unit_code: str
    unit_name: str
    unit_kind: str
    group_code: str
    group_label: str
    verdict: str
    is_provisional: bool
    verdict_label: str
    count: str
    counts: tuple[str, ...]
    demands: str
    paths: str
    unknown_paths: str
    conclusion: tuple[str, ...]
    checks: tuple[str, ...]
    categories: tuple[CategoryLine, ...]
    decides: tuple[str, ...]
    together_with: str
    together: "Explanation | None"

    @property
    def summary(self) -> str:
        """The verdict in a line, for a unit that is judged together with others with theirs."""
        if self.together is None:
            return self.verdict_label
        return f"{self.verdict_label}; {self.together_with}: {self.together.verdict_label}"

    @property
    def lines(self) -> list[str]:
        """The whole explanation, a line per statement, all but the first indented by a space."""
        head = f"{self.unit_name} ({self.unit_kind}) – {self.group_label}: {self.summary}"
        return [head, *(f" {line}" for line in self._body())]

    def _body(self) -> list[str]:
        body = [" ".join(self.counts), *self._on_paths(), *self.conclusion, *self.checks]
        if self.together is not None:
            body.append(f"{self.together.unit_name}:")
            body += [f" {line}" for line in self.together._body()]
            body.append(f"{self.unit_name} alleen:")
        body += [line.sentence for line in self.categories]
        return [*body, *(f"Wat dit zou beslissen: {in_sentence(text)}" for text in self.decides)]

    def _on_paths(self) -> list[str]:
        return [" ".join((self.demands, self.paths))] if self.demands else []


def explain(results: Results, code: str) -> list[str]:
    """Explain the verdicts of a unit or cluster for every target group it has one for, as lines of plain Dutch.

    Parameters
    ----------
    code
        A code as `find_unit` returns it.
    """
    facts, rules = read_facts(results), rules_of(results)
    lines = [f"{results.region.label} is {FICTIONAL}: {FICTIONAL_SENTENCE}.", ""] if results.region.is_fictional else []
    for key in facts:
        if key[0] == code:
            lines += [*_explain(facts, key, rules).lines, ""]
    return lines[:-1]


def explain_all(results: Results) -> dict[tuple[str, str], Explanation]:
    """Explain every unit and cluster for its target groups, in the order of `read_facts`, by code and group code."""
    facts, rules = read_facts(results), rules_of(results)
    return {key: _explain(facts, key, rules) for key in facts}


def find_unit(results: Results, text: str) -> str:
    """Find a unit or cluster by its code or, whatever the case, its name; a cluster by its units in any order.

    Raises
    ------
    WoonzorgError
        If none or several fit; with the units and clusters to choose from.
    """
    places = read_places(results)
    names = {code: one.unit_name for code, one in {**places.units, **places.clusters}.items()}
    wanted = text.strip().casefold()
    by_code = [code for code in names if code.casefold() == wanted]
    by_name = [code for code, name in names.items() if name.casefold() == wanted]
    by_members = [code for code in places.clusters if _words(names[code]) == _words(text)]
    fitting = by_code or by_name or by_members
    if len(fitting) == 1:
        return fitting[0]
    choices = ", ".join(f"{names[code]} ({code})" for code in fitting or names)
    problem = f"'{text}' past op meer dan één gebied" if fitting else f"gebied '{text}' bestaat niet"
    raise WoonzorgError(f"{results.region.label}: {problem}; kies een code of naam uit: {choices}.")


def _words(name: str) -> list[str]:
    """Return the names of units in that of a cluster: 'Zalk, Kamperveen en Mastenbroek samen'."""
    return sorted(re.split(r", | en ", name.strip().casefold().removesuffix(" samen")))


def _explain(facts: Mapping[tuple[str, str], GroupFacts], key: tuple[str, str], rules: Rules) -> Explanation:
    one = facts[key]
    cluster_key = None if one.cluster_code is None else (one.cluster_code, one.group_code)
    cluster = None if cluster_key is None else facts[cluster_key]
    judgement = one.judgement
    return Explanation(
        unit_code=one.unit.unit_code,
        unit_name=one.unit.unit_name,
        unit_kind=UNIT_KIND[one.unit.unit_kind],
        group_code=one.group_code,
        group_label=one.group_label,
        verdict=judgement.verdict,
        is_provisional=judgement.is_provisional,
        verdict_label=verdict_label(judgement.verdict, judgement.is_provisional),
        count=count_text(one.count),
        counts=tuple(_counts(one)),
        demands=demands_sentence(one.aid),
        paths=paths_sentence(one.aid, one.paths),
        unknown_paths=unknown_paths(one.aid, one.paths),
        conclusion=verdict_sentences(one, cluster, rules),
        checks=check_sentences(one.checks, one.unit),
        categories=tuple(category_line(category, rules.share_beyond, one.aid) for category in one.categories),
        decides=tuple(deciding_data(undecided(one), one.aid, one.paths)) if judgement.verdict != "too_small" else (),
        together_with=together_with(one, cluster) if cluster is not None else "",
        together=_explain(facts, cluster_key, rules) if cluster_key is not None else None,
    )


def count_text(count: Count) -> str:
    """Write a number of people with its interval, marked where it is an estimate."""
    if count.people is None:
        return NO_DATA
    people = number(count.people)
    bounds = people_bounds(count.shown_low, count.shown_high)
    remarks = [bounds] if bounds != people else []
    if count.is_estimate:
        remarks.append(ESTIMATE)
    return f"{persons(people)} ({'; '.join(remarks)})" if remarks else persons(people)


def _counts(facts: GroupFacts) -> list[str]:
    count = facts.count
    if count.people is None:
        return [f"Hoeveel mensen van deze groep hier wonen is onbekend ({NO_DATA})."]
    found = [f"{count_text(count)}."]
    worst = people_bounds(count.people_low, count.people_high)
    if worst != people_bounds(count.shown_low, count.shown_high):
        found.append(f"Het oordeel rekent met de ruimste marge: {worst}.")
    if count.not_placed_people is not None and count.not_placed_people >= 0.5:
        found.append(f"Van {persons(number(count.not_placed_people))} is de woning niet bekend.")
    if facts.group_note:
        found.append(sentence(facts.group_note))
    return found
