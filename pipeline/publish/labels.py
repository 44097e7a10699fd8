"""Dutch words for the codes in the tables."""

from collections.abc import Sequence

VERDICT = {
    "none": "geen",
    "attention": "aandacht",
    "witte_vlek": "witte vlek",
    "severe": "zware witte vlek",
    "undetermined": "onbepaald",
    "too_small": "te klein",
}
"""Verdicts, in the order of a legend."""

PROVISIONAL = "onder voorbehoud"
NO_DATA = "geen gegevens"
ESTIMATE = "schatting"
UPPER_BOUND = "hoogstens"

REACH = {
    "within": "binnen bereik",
    "beyond": "buiten bereik",
    "undecided": "onbeslist",
    "no_norm": "geen norm",
}
UNIT_KIND = {"dorp": "dorp", "wijk": "wijk", "base_area": "deel van een wijk"}
COMPLETENESS = {
    "complete": "volledig op de kaart",
    "doubtful": "mogelijk niet allemaal op de kaart",
    "unknown": "niet bekeken",
}
DISTANCE_KIND = {"comfort": "comfort", "norm": "norm", "uiterst": "uiterst"}
CHECK_RESULT = {True: "in orde", False: "niet in orde"}
FICTIONAL = "FICTIEF"
FICTIONAL_SENTENCE = "verzonnen gemeente, geen echte gegevens"
OVERLAP = "Doelgroepen overlappen elkaar: tel ze nooit bij elkaar op."
OWN_JUDGEMENT = (
    "De normen zijn een eigen oordeel om mee te beginnen, uitgaande van RIGO, PBL, CROW en OSO; geen vastgestelde normen."
)


def verdict_label(verdict: str, is_provisional: bool) -> str:
    """Name a verdict, with its reservation."""
    return f"{VERDICT[verdict]}, {PROVISIONAL}" if is_provisional else VERDICT[verdict]


def in_sentence(label: str) -> str:
    """Write a label as a word within a sentence, but leave abbreviations as they are.

    Examples
    --------
    >>> in_sentence("Huisarts"), in_sentence("GGZ-instelling")
    ('huisarts', 'GGZ-instelling')
    """
    return label if label[1:2].isupper() else label[:1].lower() + label[1:]


def listing(words: Sequence[str], last: str = "en") -> str:
    """Join words as in a sentence.

    Examples
    --------
    >>> listing(["supermarkt", "halte", "huisarts"])
    'supermarkt, halte en huisarts'
    """
    if len(words) < 2:
        return "".join(words)
    return f"{', '.join(words[:-1])} {last} {words[-1]}"


def sentence(text: str) -> str:
    """Start with a capital and end with a full stop."""
    return text[:1].upper() + text[1:] + ("" if text.endswith(".") else ".")
