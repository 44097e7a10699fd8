"""Why a unit has its verdict, in plain Dutch: the one source of the sentences on map, table and command line."""

import math
from dataclasses import dataclass

from pipeline.errors import WoonzorgError
from pipeline.publish.category_sentences import CategoryLine, category_line, deciding_data
from pipeline.publish.dutch_numbers import number, people_bounds, persons, share
from pipeline.publish.facts import CategoryFacts, Count, GroupFacts, Unit, read_facts, read_units
from pipeline.publish.labels import (
    ESTIMATE,
    FICTIONAL,
    FICTIONAL_SENTENCE,
    NO_DATA,
    PROVISIONAL,
    UNIT_KIND,
    VERDICT,
    in_sentence,
    listing,
    sentence,
    verdict_label,
)
from pipeline.publish.results import Results


@dataclass(frozen=True)
class Explanation:
    """The verdict of one unit for one target group, with its reasons as sentences.

    Attributes
    ----------
    count
        The number of people with its interval, short.
    counts
        Sentences about that number.
    conclusion
        Why the verdict is what it is, and what would change it.
    decides
        The data that would decide what is undecided; empty where nothing is.
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
    conclusion: tuple[str, ...]
    categories: tuple[CategoryLine, ...]
    decides: tuple[str, ...]

    @property
    def lines(self) -> list[str]:
        """The whole explanation, a line per statement, all but the first indented by a space."""
        head = f"{self.unit_name} ({self.unit_kind}) – {self.group_label}: {self.verdict_label}"
        body = [" ".join(self.counts), *self.conclusion, *(line.sentence for line in self.categories)]
        body += [f"Wat dit zou beslissen: {in_sentence(text)}" for text in self.decides]
        return [head, *(f" {line}" for line in body)]


@dataclass(frozen=True)
class _Rules:
    share_beyond: float
    min_beyond: int
    anchors: tuple[str, ...]


def _rules(results: Results) -> _Rules:
    settings = results.witte_vlekken
    anchors = tuple(in_sentence(results.categories[code].label) for code in settings.anchor_categories)
    return _Rules(settings.share_beyond, settings.min_beyond, anchors)


def explain(results: Results, unit_code: str) -> list[str]:
    """Explain the verdicts of a unit for every target group, as lines of plain Dutch.

    Parameters
    ----------
    unit_code
        A code as `find_unit` returns it.
    """
    facts, rules = read_facts(results), _rules(results)
    lines = [f"{results.region.label} is {FICTIONAL}: {FICTIONAL_SENTENCE}.", ""] if results.region.is_fictional else []
    for group_code in results.target_groups.groups:
        lines += [*_explain_group(facts[unit_code, group_code], rules).lines, ""]
    return lines[:-1]


def explain_all(results: Results) -> dict[tuple[str, str], Explanation]:
    """Explain every unit (in the order of their names) and target group, by unit code and group code."""
    rules = _rules(results)
    return {key: _explain_group(facts, rules) for key, facts in read_facts(results).items()}


def find_unit(results: Results, text: str) -> str:
    """Find a unit by its code or, whatever the case, its name.

    Raises
    ------
    WoonzorgError
        If none or several fit; with the units to choose from.
    """
    units = read_units(results)
    wanted = text.strip().casefold()
    by_code = [code for code in units if code.casefold() == wanted]
    fitting = by_code or [code for code, unit in units.items() if unit.unit_name.casefold() == wanted]
    if len(fitting) == 1:
        return fitting[0]
    choices = ", ".join(f"{units[code].unit_name} ({code})" for code in fitting or units)
    problem = f"'{text}' past op meer dan één gebied" if fitting else f"gebied '{text}' bestaat niet"
    raise WoonzorgError(f"{results.region.label}: {problem}; kies een code of naam uit: {choices}.")


def _explain_group(facts: GroupFacts, rules: _Rules) -> Explanation:
    judgement = facts.judgement
    undecided = _essential(facts, "undecided")
    return Explanation(
        facts.unit.unit_code,
        facts.unit.unit_name,
        UNIT_KIND[facts.unit.unit_kind],
        facts.group_code,
        facts.group_label,
        judgement.verdict,
        judgement.is_provisional,
        verdict_label(judgement.verdict, judgement.is_provisional),
        count_text(facts.count),
        tuple(_counts(facts)),
        tuple([*_conclusion(facts, rules), *_reservations(facts), *_severity(facts)]),
        tuple(category_line(one, rules.share_beyond) for one in facts.categories),
        tuple(deciding_data(undecided)) if judgement.verdict != "too_small" else (),
    )


def _essential(facts: GroupFacts, reach: str) -> list[CategoryFacts]:
    return [one for one in facts.categories if one.judgement.is_essential and one.judgement.reach == reach]


def _certainly_beyond(facts: GroupFacts) -> list[CategoryFacts]:
    return [one for one in _essential(facts, "beyond") if not one.judgement.is_provisional]


def _names(categories: list[CategoryFacts]) -> str:
    return listing([in_sentence(one.label) for one in categories])


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


def _conclusion(facts: GroupFacts, rules: _Rules) -> list[str]:
    limit = share(rules.share_beyond)
    verdict = facts.judgement.verdict
    if verdict == "too_small":
        low = number(math.floor(facts.count.people_low or 0))
        return [f"Te klein om te beoordelen: het kunnen er maar {low} zijn, minder dan {facts.min_count}."]
    if verdict == "undetermined":
        return [_undetermined(facts)]
    beyond = _certainly_beyond(facts)
    if verdict == "none" and not _essential(facts, "beyond") and not _essential(facts, "undecided"):
        return [f"Elke essentiële voorziening is binnen bereik: hoogstens {limit} woont verder dan de norm."]
    if verdict == "none":
        return [f"Van geen enkele essentiële voorziening staat vast dat meer dan {limit} verder dan de norm woont."]
    found = [f"Voor meer dan {limit} verder dan de norm: {_names(beyond)}."]
    needed = f"{rules.min_beyond} essentiële voorzieningen, waaronder {listing(rules.anchors, last='of')}"
    if verdict == "attention":
        return [*found, f"Voor een witte vlek is meer nodig: {needed}."]
    found.append(f"Dat maakt het een witte vlek ({needed}).")
    if verdict == "severe":
        far = [one for one in beyond if one.judgement.uiterst_reach == "beyond"]
        found.append(f"Zwaar, want zelfs verder dan de uiterste afstand: {_names(far)}.")
    return found


def _undetermined(facts: GroupFacts) -> str:
    undecided = _essential(facts, "undecided")
    if not undecided:
        return "Nog niet te zeggen: over afstanden is hier niets bekend."
    text = f"Nog niet te zeggen; onbeslist: {_names(undecided)}."
    worst = facts.judgement.worst_verdict
    return f"{text} Het kan nog uitkomen op {VERDICT[worst]}." if worst != "undetermined" else text


def _reservations(facts: GroupFacts) -> list[str]:
    judgement, found = facts.judgement, []
    if judgement.verdict == "too_small":
        return []
    doubtful = [one for one in _essential(facts, "beyond") if one.judgement.is_provisional]
    if doubtful:
        verb = "ligt" if len(doubtful) == 1 else "liggen"
        becomes = _becomes("Ontbreekt er niets", judgement.provisional_verdict, judgement.verdict)
        found.append(
            f"{PROVISIONAL.capitalize()}: {_names(doubtful)} {verb} volgens de kaart verder dan de norm, maar op de "
            f"kaart kan er een ontbreken.{becomes}"
        )
    if judgement.is_provisional and facts.unit.is_weak:
        found.append(_weak(facts.unit))
    if judgement.verdict != "undetermined" and _essential(facts, "undecided"):
        worst = _becomes("Valt alles wat onbeslist is tegen", judgement.worst_verdict, judgement.verdict)
        found += [worst.strip()] if worst else []
    return found


def _becomes(condition: str, other: str, verdict: str) -> str:
    return f" {condition}, dan wordt het: {VERDICT[other]}." if other != verdict else ""


def _weak(unit: Unit) -> str:
    if unit.homes_count is None:
        return f"{PROVISIONAL.capitalize()}: het aantal woningen volgens CBS is niet in heel dit gebied bekend."
    where = "niet" if unit.base_count == 1 else "niet in elk deel van dit gebied"
    return (
        f"{PROVISIONAL.capitalize()}: het aantal gevonden woningen ({number(unit.dwelling_count)}) past {where} "
        f"bij het aantal volgens CBS ({number(unit.homes_count)})."
    )


def _severity(facts: GroupFacts) -> list[str]:
    low, high = facts.judgement.severity_low, facts.judgement.severity_high
    if facts.judgement.verdict in ("too_small", "none") or low is None or high is None or high < 0.5:
        return []
    return [f"Ernst: {people_bounds(low, high)} bezoeken per jaar buiten bereik."]
