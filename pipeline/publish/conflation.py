"""What became of the rows of registers, in words: merged with the map, added, left apart, or nowhere to be placed."""

from collections import Counter
from dataclasses import dataclass

from pipeline.publish.dutch_numbers import number, share
from pipeline.publish.labels import in_sentence, listing, sentence
from pipeline.publish.results import Results
from pipeline.publish.spreadsheet import csv_text
from pipeline.publish.table_rows import known, rows_of

_WHAT = {
    "merged": "samengevoegd",
    "added": "toegevoegd",
    "left_apart": "apart gelaten",
    "no_place": "niet geplaatst",
    "outside": "buiten de kaart",
    "not_ours": "weggelaten",
}
_COUNTED = {
    "merged": "{} samengevoegd met een voorziening die al bekend was",
    "added": "{} toegevoegd",
    "left_apart": "{} toegevoegd maar apart gelaten van een die erop lijkt of dichtbij staat (kijk deze na)",
    "no_place": "{} nergens te plaatsen en dus niet meegeteld",
    "outside": "{} buiten de kaartuitsnede en dus niet meegeteld",
    "not_ours": "{} weggelaten volgens de instellingen",
}
_WHY = {
    "same_name": "zelfde naam als {other}, {away}",
    "nearly_same_name": "zelfde plek en bijna dezelfde naam als {other}, {away}; waarschijnlijk dezelfde",
    "none_near": "geen bekende {kind} in de buurt",
    "other_name": "{other} staat {away}, maar heet anders",
    "too_far": "{other} heet zo, maar staat {away}; een van beide kan verkeerd geplaatst zijn",
    "taken": "{other} staat {away}, maar is al samengevoegd met een andere rij",
    "no_address": "zonder coördinaten en zonder volledig adres; vul een van beide aan in het register",
    "unknown_address": "adres staat niet op de kaart; vul coördinaten in, of zet geocoder aan",
    "outside_extract": "ligt buiten de kaartuitsnede",
    "left_out": "deze soort staat met null in de instellingen",
}
_NO_NAME = {
    "merged": "zelfde plek als {other}, {away}, waarvan een van beide geen eigen naam heeft; waarschijnlijk dezelfde",
    "left_apart": "{other} staat {away}, maar een van beide heeft geen eigen naam om te vergelijken",
}
_PLACE = {
    "coordinates": "coördinaten in het register",
    "exact": "volledig adres",
    "number": "adres zonder de toevoeging",
    "postcode": "midden van de postcode",
    "none": "onbekend",
}
_FOUND_AT = {"map": " op de kaart", "locatieserver": " bij de Locatieserver"}
_ORIGIN = {"osm": "OpenStreetMap", "both": "de kaart en een register", "register": "register"}
_CERTAINTY = {
    "confirmed": "zeker",
    "probable": "waarschijnlijk dezelfde",
    "single": "één bron",
    "place_uncertain": "plaats onzeker (midden van de postcode)",
}


@dataclass(frozen=True)
class _Row:
    """A row of `contracts.CONFLATION`."""

    register: str
    row: int
    register_name: str | None
    word: str
    category: str | None
    what: str
    why: str
    facility_id: str | None
    other_id: str | None
    other_name: str | None
    distance_m: float | None
    name_similarity: float | None
    place_source: str
    place_match: str
    place_found: str | None


@dataclass(frozen=True)
class ConflationLine:
    """What became of a row of a register, in the cells of a table; the code is empty where it is no facility."""

    name: str
    kind: str
    what: str
    why: str
    place: str
    row: str
    facility_id: str


def conflation_lines(results: Results) -> list[ConflationLine]:
    """Tell of every row of the registers: what needs a look first, in the order of the files."""
    rows = sorted(_rows(results), key=lambda one: _LOOK_FIRST.index(one.what))
    return [
        ConflationLine(
            one.register_name or "zonder naam", _kind(one, results), _WHAT[one.what], _why(one, results), _place(one),
            f"{one.register}, rij {one.row}", one.facility_id or "",
        )
        for one in rows
    ]  # fmt: skip


_LOOK_FIRST = ("left_apart", "no_place", "outside", "merged", "added", "not_ours")


def conflation_counts(results: Results) -> str:
    """Count what became of the rows, in a sentence."""
    counts = Counter(one.what for one in _rows(results))
    told = [text.format(counts[what]) for what, text in _COUNTED.items() if counts[what]]
    return sentence(f"{counts.total()} rijen: {listing(told)}") if told else ""


def conflation_csv(results: Results) -> str:
    """Write a row per row of the registers, in the manner of `witte_vlekken_csv`; a heading alone without registers."""
    return csv_text(_COLUMNS, [dict(zip(_COLUMNS, _cells(one, results), strict=True)) for one in _rows(results)])


_COLUMNS = ["Register", "Rij", "Naam in het register", "Soort in het register", "Categorie", "Wat ermee is gedaan",
            "Waarom", "Code van de voorziening", "Vergeleken met", "Code daarvan", "Afstand (m)",
            "Gelijkenis van de namen (0-1)", "Plaats", "Gevonden adres"]  # fmt: skip


def _cells(one: _Row, results: Results) -> list[str]:
    away = "" if one.distance_m is None else f"{one.distance_m:.0f}"
    alike = "" if one.name_similarity is None else f"{one.name_similarity:.2f}".replace(".", ",")
    return [
        one.register, str(one.row), one.register_name or "", one.word, one.category or "", _WHAT[one.what],
        _why(one, results), one.facility_id or "", one.other_name or "", one.other_id or "", away, alike, _place(one),
        one.place_found or "",
    ]  # fmt: skip


def sources_of_facilities(results: Results) -> dict[str, str]:
    """Say where each facility is known from, how sure that is and what it holds; none of the map alone."""
    found = results.facilities[results.facilities["registers"].notna()]
    return {
        str(row["facility_id"]): _source(row["origin"], row["registers"], row["certainty"], known(row["capacity"]))
        for row in found.to_dict("records")
    }


def _source(origin: str, registers: str, certainty: str, capacity: float | None) -> str:
    holds = "" if capacity is None else f"; capaciteit {number(capacity)}"
    return f"Bron: {_ORIGIN[origin]} ({registers}); {_CERTAINTY[certainty]}{holds}"


def _rows(results: Results) -> list[_Row]:
    found = rows_of(results.conflation, ("register", "row"), _Row).values()
    return sorted(found, key=lambda one: (one.register, one.row))


def _kind(one: _Row, results: Results) -> str:
    return one.word if one.category is None else results.categories[one.category].label


def _why(one: _Row, results: Results) -> str:
    text = _NO_NAME[one.what] if one.why == "no_name" else _WHY[one.why]
    alike = "" if one.name_similarity is None else f" (namen voor {share(one.name_similarity)} gelijk)"
    away = "" if one.distance_m is None else f"{number(one.distance_m)} m verderop{alike}"
    kind = in_sentence(_kind(one, results))
    return text.format(other=one.other_name or f"een {kind} zonder naam", away=away, kind=kind)


def _place(one: _Row) -> str:
    if one.what == "not_ours":
        return ""
    found = f" ({one.place_found})" if one.place_found else ""
    return f"{_PLACE[one.place_match]}{_FOUND_AT.get(one.place_source, '')}{found}"
