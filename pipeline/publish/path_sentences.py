"""Plain Dutch about what a group walks with, and the paths of which it is not known whether that will do."""

from collections.abc import Sequence

from pipeline.publish.dutch_numbers import UNKNOWN, distance, distance_range, number, share
from pipeline.publish.facts import CategoryFacts, Walk
from pipeline.publish.labels import NOT_APPLICABLE, UPPER_BOUND, in_sentence, listing, sentence
from pipeline.publish.paths import Aid, Paths


def demands(aid: Aid) -> str:
    """Say what a group walks with and what it then cannot pass.

    Examples
    --------
    >>> demands(Aid("met een rollator", ("trappen", "onverharde paden", "steile hellingen")))
    'met een rollator: geen trappen, onverharde paden of steile hellingen'
    """
    return f"{aid.label}: geen {listing(aid.barred, last='of')}" if aid.barred else aid.label


def demands_sentence(aid: Aid | None) -> str:
    """Say for the reader of one group how it was reckoned; nothing for a group on foot."""
    return sentence(f"gerekend {demands(aid)}") if aid else ""


def paths_sentence(aid: Aid | None, paths: Paths | None) -> str:
    """Say of how much path in an area it is unknown whether it can be passed; nothing for a group on foot."""
    if aid is None or paths is None:
        return ""
    if paths.unknown_share is None or paths.barred_share is None:
        return "In dit gebied staan geen paden op de kaart."
    barred = f"; {share(paths.barred_share)} kan niet" if paths.barred_share else ""
    return (
        f"Paden in dit gebied ({_length(paths)}): van {share(paths.unknown_share)} is niet bekend of het {aid.label} "
        f"kan{barred}."
    )


def unknown_paths(aid: Aid | None, paths: Paths | None) -> str:
    """Write for a table which part of the paths in an area is unknown."""
    if aid is None or paths is None:
        return NOT_APPLICABLE
    return UNKNOWN if paths.unknown_share is None else f"{share(paths.unknown_share)} van {_length(paths)}"


def _length(paths: Paths) -> str:
    return f"{number(paths.length_km, 0 if paths.length_km >= 10 else 1)} km"


def median_text(walk: Walk | None) -> str:
    """Write the median walking distance.

    'Hoogstens' where it may be clearly shorter; a range, or 'of meer', where it depends on paths that are unknown.
    """
    if walk is None or walk.median_m is None:
        return UNKNOWN
    if walk.median_high_m is None:
        return UNKNOWN if walk.is_upper_bound else f"{distance(walk.median_m)} of meer"
    text = distance_range(walk.median_m, walk.median_high_m)
    return f"{UPPER_BOUND} {text}" if walk.is_upper_bound else text


def unknown_paths_clause(aid: Aid, paths_share: float) -> str:
    """Say why a share is a range, as a subordinate clause."""
    return f"van een deel van de paden niet bekend is of het {aid.label} kan (dat scheelt {share(paths_share)})"


def deciding_paths(undecided: Sequence[CategoryFacts], aid: Aid, paths: Paths | None) -> str:
    """Say what must be known of paths to decide these categories."""
    towards = listing([in_sentence(one.label) for one in undecided], last="of")
    text = f"of de paden naar {towards} {aid.label} te gebruiken zijn (geen {listing(aid.barred, last='of')})"
    if paths is None or not paths.unknown_share:
        return text
    return f"{text}; nu niet bekend van {share(paths.unknown_share)} van de padlengte in dit gebied"
