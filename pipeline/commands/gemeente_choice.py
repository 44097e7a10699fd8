"""Which gemeenten a user means: by code, by name, or all of a provincie."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches

from pipeline.commands.mergers import how_it_went, merger_of
from pipeline.config.gemeenten import Merger
from pipeline.errors import WoonzorgError, raise_faults
from pipeline.publish.labels import listing
from pipeline.sources.gemeenten import Gemeente

_CODE = re.compile(r"GM\d{4}", re.IGNORECASE)
_ADDITION = re.compile(r"\s*\((gemeente|[A-Z]+h?\.?)\)$")
"""What CBS adds to a name that is also that of something else: Groningen (gemeente), Beek (L.), Bergen (NH.)."""
_SUGGESTED = 3
_ALIKE = 0.6
"""How alike (0-1) names must be to suggest one for the other."""

Ask = Callable[[], Sequence[Gemeente]]
"""Asks the service for all gemeenten."""


@dataclass(frozen=True)
class Choice:
    """Gemeenten by code, and the provincies that they lie in as far as these are known."""

    gemeenten: Mapping[str, str]
    provincies: tuple[str, ...]


def chosen(named: Sequence[str], provincie: str | None, mergers: Sequence[Merger], ask: Ask) -> Choice:
    """Return the gemeenten that are named, or all of `provincie`; the service is asked only for names.

    Raises
    ------
    WoonzorgError
        With every name that is not known, and names that are like it.
    """
    if provincie is None and all(_CODE.fullmatch(one) for one in named):
        codes = [one.upper() for one in named]
        raise_faults(WoonzorgError, [_unknown(one, [], mergers) for one in codes if merger_of(one, mergers)])
        return Choice({code: code for code in codes}, ())
    known = ask()
    found = _of_provincie(known, provincie) if provincie is not None else _named(known, named, mergers)
    return Choice(
        {one.code: _ADDITION.sub("", one.name) for one in found}, tuple(sorted({one.provincie for one in found}))
    )


def _of_provincie(known: Sequence[Gemeente], provincie: str) -> list[Gemeente]:
    provincies = sorted({one.provincie for one in known})
    if provincie.casefold() not in [one.casefold() for one in provincies]:
        raise WoonzorgError(f"provincie '{provincie}' is niet bekend; kies uit: {listing(provincies, 'of')}.")
    return _by_name([one for one in known if one.provincie.casefold() == provincie.casefold()])


def _named(known: Sequence[Gemeente], named: Sequence[str], mergers: Sequence[Merger]) -> list[Gemeente]:
    by_word: dict[str, list[Gemeente]] = {}
    for one in known:
        for word in {one.code.casefold(), one.name.casefold(), _short(one)}:
            by_word.setdefault(word, []).append(one)
    names = [_ADDITION.sub("", one.name) for one in known]
    faults: list[str] = []
    meant: dict[str, Gemeente] = {}
    for wanted in named:
        found = by_word.get(wanted.casefold(), [])
        if not found:
            faults.append(_unknown(wanted, names, mergers))
        elif len(found) > 1:
            choice = listing([f"{one.code} ({one.provincie})" for one in found], "of")
            faults.append(f"gemeente '{wanted}' is er meer dan eens; noem de code: {choice}.")
        else:
            meant[found[0].code] = found[0]
    raise_faults(WoonzorgError, faults)
    return _by_name(list(meant.values()))


def _short(gemeente: Gemeente) -> str:
    return _ADDITION.sub("", gemeente.name).casefold()


def _by_name(gemeenten: Sequence[Gemeente]) -> list[Gemeente]:
    return sorted(gemeenten, key=lambda one: _short(one))


def _unknown(wanted: str, names: Sequence[str], mergers: Sequence[Merger]) -> str:
    merger = merger_of(wanted, mergers)
    if merger is not None:
        return f"gemeente '{wanted}' bestaat sinds {merger.year} niet meer en is {how_it_went(merger)}; noem die."
    folded = {name.casefold(): name for name in names}
    alike = [folded[one] for one in get_close_matches(wanted.casefold(), folded, _SUGGESTED, _ALIKE)]
    return f"gemeente '{wanted}' is niet bekend" + (
        f"; bedoelt u {listing(alike, 'of')}?" if alike else "; controleer de naam of noem de code (GM0118)."
    )
