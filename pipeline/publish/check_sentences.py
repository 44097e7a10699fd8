"""Plain Dutch about local checks: what was found, by whom, whether it counts, and what must be done about it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from pipeline.publish.check_facts import Finding, LocalCheck, read_checks, read_findings
from pipeline.publish.dutch_numbers import UNKNOWN, date, distance, number
from pipeline.publish.labels import in_sentence, listing, sentence
from pipeline.publish.places import Unit, read_places
from pipeline.publish.results import Results

_OUTSIDE = "buiten de gebieden van deze kaart"

_LOOK_AGAIN = (
    "de controle telt tot en met {expires}. Kijk opnieuw, en zet de nieuwe datums in {row} of verwijder die rij."
)
_FINDING = {
    "expired": "De {by} over {subject} verliep op {expires} en telt niet meer mee. Kijk opnieuw, en zet de nieuwe "
    "datums in {row} of verwijder die rij.",
    "no_such_facility": "{subject} staat niet op de kaart, dus deze {by} doet niets. Verbeter de naam in {row} of "
    "verwijder die rij.",
    "already_known": "{subject} van de {by} staat op die plek ook op de kaart zelf. Is dat dezelfde, dan kan {row} "
    "weg.",
    "newer_source_shows_it": f"De kaart is nieuwer dan de {{by}} en toont {{subject}} wel; {_LOOK_AGAIN}",
    "newer_source_lacks_it": f"De kaart is nieuwer dan de {{by}} en toont {{subject}} niet; {_LOOK_AGAIN}",
    "newer_source_has_it_elsewhere": "De kaart is nieuwer dan de {by} en toont {subject} {away} verderop; "
    + _LOOK_AGAIN,
    "nearer_one_known": "Volgens de {by} zijn er in {place} binnen {within} geen andere {plural} dan op de kaart "
    "staan. Daar staat er een op {away} lopen: {name}; die telt mee. Is die er niet meer, zet dan in {file} "
    "een rij 'gone'.",
}


@dataclass(frozen=True)
class CheckLine:
    """One or more checks that say the same, in the cells of a table; `found` follows on 'volgens de controle'."""

    where: str
    found: str
    role: str
    date: str
    source: str
    expires: str
    status: str


def authority(check: LocalCheck) -> str:
    """Say who found it and when."""
    return f"lokale controle ({check.role}, {date(check.date)})"


def check_sentences(checks: Iterable[LocalCheck], unit: Unit) -> tuple[str, ...]:
    """Say what checks found that matter for a unit or cluster; those that say the same in one sentence."""
    return tuple(
        sentence(f"volgens {authority(same[0])} {_clause(same, _place(same[0], unit))}") for same in _merged(checks)
    )


def check_lines(results: Results) -> list[CheckLine]:
    """List all local checks of a region, also those that do not count."""
    findings = read_findings(results)
    expired = {one.check_id for one in findings if one.finding == "expired"}
    checks = read_checks(results, read_places(results)).values()
    return [
        CheckLine(
            listing(same[0].unit_names) or (_OUTSIDE if same[0].is_applied else UNKNOWN),
            _clause(same, ""),
            same[0].role,
            date(same[0].date),
            same[0].source,
            date(same[0].expires),
            _status(same[0], is_expired=same[0].check_id in expired),
        )
        for same in _merged(checks)
    ]


def finding_sentences(results: Results) -> list[str]:
    """Say where checks and sources contradict each other or a check says nothing any more, and what to do."""
    checks, file = read_checks(results, read_places(results)), f"{results.region_code}.checks.csv"
    return [_finding_sentence(one, checks[one.check_id], file) for one in read_findings(results)]


def removed_facilities(results: Results, category: str) -> list[str]:
    """Name the facilities of a category that are not on the map because a check says that they are gone."""
    checks = read_checks(results, read_places(results)).values()
    return [
        f"{_name(one)}: er niet meer volgens {authority(one)}"
        for one in checks
        if one.is_applied and one.check == "gone" and one.category == category
    ]


def _merged(checks: Iterable[LocalCheck]) -> list[list[LocalCheck]]:
    """Put checks together that differ in nothing but their category; one on a facility stays by itself."""
    found: dict[tuple[object, ...], list[LocalCheck]] = {}
    for one in checks:
        by_itself = one.check_id if one.unit_code is None else None
        key = (one.check, one.unit_code, one.within_m, one.role, one.date, one.source, one.expires, by_itself)
        found.setdefault(key, []).append(one)
    return list(found.values())


def _place(check: LocalCheck, unit: Unit) -> str:
    return f"in {listing(check.unit_names)} " if unit.members and check.unit_code is not None else ""


def _clause(same: Sequence[LocalCheck], place: str) -> str:
    """Say what was found, as it follows on 'volgens deze controle'."""
    first = same[0]
    label = in_sentence(first.label)
    plurals = [in_sentence(one.plural) for one in same]
    match first.check:
        case "none_within":
            return f"zijn er {place}binnen {number(first.within_m)} m geen andere {listing(plurals, last='of')}"
        case "complete":
            around = f"en tot {number(first.within_m)} m eromheen"
            return f"staan alle {listing(plurals)} {place or 'hier '}{around} op de kaart"
        case "incomplete":
            return f"ontbreken er {place or 'hier '}{listing(plurals)} op de kaart"
        case "exists":
            return f"is er een {label}: {first.facility_name}"
        case "moved":
            return f"zit {_name(first)} ({label}) op een andere plek dan op de kaart stond"
    return f"is {_name(first)} ({label}) er niet meer"


def _name(check: LocalCheck) -> str:
    return check.facility_name or f"{in_sentence(check.label)} zonder naam"


def _status(check: LocalCheck, *, is_expired: bool) -> str:
    if check.is_applied:
        return "ja"
    return "nee, verlopen" if is_expired else "nee, staat niet op de kaart"


def _finding_sentence(found: Finding, check: LocalCheck, file: str) -> str:
    within = "" if check.within_m is None else f"{number(check.within_m)} m"
    text = _FINDING[found.finding].format(
        by=authority(check), subject=_subject(check), name=found.facility_name or "één zonder naam",
        plural=in_sentence(check.plural), place=listing(check.unit_names), within=within,
        away=distance(found.distance_m), expires=date(check.expires), row=f"rij {check.check_id} van {file}", file=file,
    )  # fmt: skip
    return sentence(text)


def _subject(check: LocalCheck) -> str:
    if check.unit_code is None:
        return f"{_name(check)} ({in_sentence(check.label)})"
    return f"{in_sentence(check.plural)} in {listing(check.unit_names)}"
