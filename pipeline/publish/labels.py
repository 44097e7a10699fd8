"""Dutch words for the codes in the tables."""

from collections.abc import Sequence

NOT_JUDGED = "niet beoordeeld"
"""Stands for what is not worked out of a unit that is too small."""

NOT_APPLICABLE = "niet van toepassing"
"""Stands for what a group on foot does not have."""

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
TOGETHER = "samen met buurgebieden"
NO_DATA = "geen gegevens"
ESTIMATE = "schatting"
UPPER_BOUND = "hoogstens"

REACH = {
    "within": "binnen bereik",
    "beyond": "buiten bereik",
    "undecided": "onbeslist",
    "no_norm": "geen norm",
}
FIGURE = {
    "inhabitants": "inwoners",
    "inhabitants_65_plus": "inwoners van 65 jaar en ouder",
    "homes": "woningen",
}
"""Figures that every region has; another is called what the settings call it."""

UNIT_KIND = {"dorp": "dorp", "wijk": "wijk", "base_area": "deel van een wijk", "cluster": "cluster"}
COMPLETENESS = {
    "complete": "volledig op de kaart",
    "doubtful": "mogelijk niet allemaal op de kaart",
    "unknown": "niet te beoordelen",
}
SERVICES = {
    "hourly": "vertrek vaak genoeg volgens de dienstregeling",
    "less": "te weinig vertrek volgens de dienstregeling; telt niet mee",
    "unknown": "dienstregeling niet bekend",
}
ONLY_IN_TIMETABLE = "ontbreekt op OpenStreetMap"
CHECK = {
    "placed_plus_not_placed_is_figure": "mensen op woningen en mensen zonder woning zijn samen het cijfer",
    "every_dwelling_has_access": "elke woning is verbonden of telt als niet verbonden",
    "every_dwelling_has_distances": "elke woning heeft afstanden",
    "every_unit_and_group_has_a_verdict": "elk gebied heeft een oordeel voor elke doelgroep",
    "distances_are_not_negative": "geen afstand is negatief",
    "second_nearest_is_not_nearer": "de op één na dichtstbijzijnde is niet dichterbij",
    "not_connected_has_no_distance": "een woning zonder verbinding heeft geen afstand",
    "an_aid_brings_nothing_surely_nearer": "met een rollator of rolstoel is niets zeker dichterbij dan te voet",
    "only_small_units_are_judged_together": "alleen gebieden die te klein zijn, worden samen beoordeeld",
    "people_low_is_not_above_high": "de ondergrens van een aantal ligt niet boven de bovengrens",
    "share_low_is_not_above_high": "de ondergrens van een aandeel ligt niet boven de bovengrens",
    "a_longer_norm_leaves_fewer_beyond": "een langere norm geeft geen lager bereik",
}
"""Checks; one that is not here is shown by its code."""

_UNIQUE_KEYS = "keys_are_unique_"
CHECK_RESULT = {True: "in orde", False: "niet in orde"}
FICTIONAL = "FICTIEF"
FICTIONAL_SENTENCE = "verzonnen gemeente, geen echte gegevens"
OVERLAP = "Doelgroepen overlappen elkaar: tel ze nooit bij elkaar op."
OWN_JUDGEMENT = (
    "De normen zijn een eigen oordeel om mee te beginnen, uitgaande van RIGO, PBL, CROW en OSO; "
    "ze zijn nergens vastgesteld."
)


def check_label(check: str) -> str:
    """Say what a check holds."""
    if check.startswith(_UNIQUE_KEYS):
        return f"geen rij staat dubbel in tabel {check.removeprefix(_UNIQUE_KEYS)}"
    return CHECK.get(check, check)


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
