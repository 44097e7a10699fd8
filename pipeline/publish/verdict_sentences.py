"""Plain Dutch about a verdict: why it is what it is, what would change it, and how heavy it weighs."""

from dataclasses import dataclass

from pipeline.publish.cluster_sentences import too_small
from pipeline.publish.dutch_numbers import number, people_bounds, share
from pipeline.publish.facts import CategoryFacts, GroupFacts
from pipeline.publish.labels import PROVISIONAL, VERDICT, in_sentence, listing
from pipeline.publish.places import Unit
from pipeline.publish.results import Results


@dataclass(frozen=True)
class Rules:
    """When a category is out of reach and what makes a witte vlek, as sentences need it."""

    share_beyond: float
    min_beyond: int
    anchors: tuple[str, ...]


def rules_of(results: Results) -> Rules:
    """Return the rules by which a region was judged."""
    settings = results.witte_vlekken
    anchors = tuple(in_sentence(results.categories[code].label) for code in settings.anchor_categories)
    return Rules(settings.share_beyond, settings.min_beyond, anchors)


def verdict_sentences(facts: GroupFacts, cluster: GroupFacts | None, rules: Rules) -> tuple[str, ...]:
    """Say why the verdict is what it is; `cluster` is that in which the unit is judged because it is too small."""
    if facts.judgement.verdict == "too_small":
        return (too_small(facts, cluster),)
    return (*_conclusion(facts, rules), *_reservations(facts), *_severity(facts))


def undecided(facts: GroupFacts) -> list[CategoryFacts]:
    """Return the essential categories of which it is not known whether they are within reach."""
    return _essential(facts, "undecided")


def _essential(facts: GroupFacts, reach: str) -> list[CategoryFacts]:
    return [one for one in facts.categories if one.judgement.is_essential and one.judgement.reach == reach]


def _names(categories: list[CategoryFacts]) -> str:
    return listing([in_sentence(one.label) for one in categories])


def _conclusion(facts: GroupFacts, rules: Rules) -> list[str]:
    limit = share(rules.share_beyond)
    verdict = facts.judgement.verdict
    if verdict == "undetermined":
        return [_undetermined(facts)]
    beyond = [one for one in _essential(facts, "beyond") if not one.judgement.is_provisional]
    if verdict == "none" and not _essential(facts, "beyond") and not undecided(facts):
        return [f"Elke essentiële voorziening is binnen bereik: hoogstens {limit} woont verder dan de norm."]
    if verdict == "none":
        return [f"Van geen enkele essentiële voorziening staat vast dat meer dan {limit} verder dan de norm woont."]
    found = [f"Voor meer dan {limit} verder dan de norm: {_names(beyond)}."]
    needed = f"{rules.min_beyond} essentiële voorzieningen, waaronder {listing(rules.anchors, last='of')}"
    if verdict == "attention":
        return [*found, f"Voor een witte vlek is meer nodig: {needed}."]
    found.append(f"Dat maakt het een witte vlek ({needed}).")
    if verdict == "severe":
        found.append(
            f"Zwaar, want zelfs verder dan de uiterste afstand: {_names([*filter(_is_certainly_far, beyond)])}."
        )
    return found


def _is_far(category: CategoryFacts) -> bool:
    return category.judgement.uiterst_reach == "beyond"


def _is_certainly_far(category: CategoryFacts) -> bool:
    return _is_far(category) and not category.judgement.is_uiterst_provisional


def _undetermined(facts: GroupFacts) -> str:
    open_ones = undecided(facts)
    if not open_ones:
        return "Nog niet te zeggen: over afstanden is hier niets bekend."
    text = f"Nog niet te zeggen; onbeslist: {_names(open_ones)}."
    worst = facts.judgement.worst_verdict
    return f"{text} Het kan nog uitkomen op {VERDICT[worst]}." if worst != "undetermined" else text


def _reservations(facts: GroupFacts) -> list[str]:
    judgement, found = facts.judgement, []
    doubtful = [one for one in _essential(facts, "beyond") if one.judgement.is_provisional]
    too_far = [
        one for one in _essential(facts, "beyond")
        if _is_far(one) and not _is_certainly_far(one) and not one.judgement.is_provisional
    ]  # fmt: skip
    becomes = _becomes("Ontbreekt er niets", judgement.provisional_verdict, judgement.verdict)
    if doubtful:
        found.append(
            f"{PROVISIONAL.capitalize()}: {_names(doubtful)} {_lie(doubtful)} volgens de kaart verder dan de norm, "
            f"maar op de kaart kan er een ontbreken.{'' if too_far else becomes}"
        )
    if too_far:
        found.append(
            f"{PROVISIONAL.capitalize()}: {_names(too_far)} {_lie(too_far)} volgens de kaart ook verder dan de "
            f"uiterste afstand, maar zo ver weg kan er op de kaart een ontbreken.{becomes}"
        )
    if judgement.is_provisional and facts.unit.is_weak:
        found.append(_weak(facts.unit))
    if judgement.verdict != "undetermined" and undecided(facts):
        worst = _becomes("Valt alles wat onbeslist is tegen", judgement.worst_verdict, judgement.verdict)
        found += [worst.strip()] if worst else []
    return found


def _lie(categories: list[CategoryFacts]) -> str:
    return "ligt" if len(categories) == 1 else "liggen"


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
    if facts.judgement.verdict == "none" or low is None or high is None or high < 0.5:
        return []
    return [f"Ernst: {people_bounds(low, high)} bezoeken per jaar buiten bereik."]
