"""Plain Dutch about how complete the facilities are on the map, and on which figures that rests."""

from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.contracts import MEASURES
from pipeline.publish.dutch_numbers import number, share
from pipeline.publish.labels import COMPLETENESS, in_sentence, listing, sentence
from pipeline.publish.results import Results
from pipeline.publish.table_rows import rows_of

_WITHIN = {"within_1_km": "binnen 1 km", "within_3_km": "binnen 3 km", "within_5_km": "binnen 5 km"}
_WHY_UNKNOWN = {
    "edge": "voor te veel inwoners ligt de rand van de kaartuitsnede te dichtbij",
    "uncovered": "de kaart heeft voor te veel inwoners geen woning",
}
_NOT_SAID = {"edge": "niet te vergelijken: rand van de kaart", "uncovered": "niet te vergelijken: woningen ontbreken",
             "none": "niet te vergelijken"}  # fmt: skip


@dataclass(frozen=True)
class _Judged:
    """A row of completeness."""

    judgement: str
    basis: str
    measured: str
    reason: str | None
    mapped_count: int
    expected_count: float | None


@dataclass(frozen=True)
class _Measured:
    """A row of completeness by measure; None is not known."""

    measure: str
    ours: float | None
    cbs: float
    outcome: str
    cause: str
    few_people_share: float | None
    year: int


@dataclass(frozen=True)
class MeasureLine:
    """One measure in short texts for a table."""

    what: str
    ours: str
    cbs: str
    outcome: str


@dataclass(frozen=True)
class CompletenessLine:
    """What is said of a category: how complete it is, why, and measure by measure."""

    label: str
    state: str
    reason: str
    measures: tuple[MeasureLine, ...]


def completeness_lines(results: Results) -> list[CompletenessLine]:
    """Say of every category how complete it is on the map, why, and what we and CBS count."""
    judged, measured = _read(results)
    return [
        CompletenessLine(
            category.label,
            _state(judged[code]),
            _reason(judged[code], measured[code], in_sentence(category.plural)),
            tuple(map(_line, measured[code])),
        )
        for code, category in results.categories.items()
    ]


def doubts(results: Results) -> dict[str, str]:
    """Return by category why facilities may be missing from the map; those that are complete are not in it."""
    judged, measured = _read(results)
    return {
        code: _reason(judged[code], measured[code], in_sentence(category.plural))
        for code, category in results.categories.items()
        if judged[code].judgement != "complete"
    }


def _read(results: Results) -> tuple[dict[str, _Judged], dict[str, list[_Measured]]]:
    judged = {key[0]: one for key, one in rows_of(results.completeness, ("category",), _Judged).items()}
    by_measure = rows_of(results.completeness_measures, ("category", "measure"), _Measured)
    measured = {
        code: [by_measure[code, one] for one in MEASURES if (code, one) in by_measure] for code in results.categories
    }
    return judged, measured


def _state(judged: _Judged) -> str:
    state = COMPLETENESS[judged.judgement]
    if judged.basis == "overrule":
        return f"{state} (zo ingesteld; de cijfers: {COMPLETENESS[judged.measured]})"
    return state


def _reason(judged: _Judged, measured: Sequence[_Measured], plural: str) -> str:
    match judged.basis:
        case "overrule" | "known":
            return sentence(str(judged.reason))
        case "cbs":
            return _by_cbs(judged, measured)
        case "density":
            return (
                f"Op de kaart staan {judged.mapped_count} {plural}; bij de landelijke dichtheid zijn er ongeveer "
                f"{number(judged.expected_count)} te verwachten."
            )
    return _unknown(measured, plural)


def _by_cbs(judged: _Judged, measured: Sequence[_Measured]) -> str:
    wanted = "too_few" if judged.measured == "doubtful" else "enough"
    chosen = [one for one in measured if one.outcome == wanted]
    found = "minder dan het CBS telt" if wanted == "too_few" else "niet minder dan het CBS telt"
    parts = [f"{_what(one)} {_value(one.ours, one)} tegen {_value(one.cbs, one)} volgens het CBS" for one in chosen]
    where = [one.few_people_share for one in chosen if one.few_people_share is not None]
    local = f", voor {share(max(where))} van de inwoners" if wanted == "too_few" and where and max(where) < 1 else ""
    return f"De kaart heeft er {found}{local}: {listing(parts)} ({chosen[0].year})."


def _unknown(measured: Sequence[_Measured], plural: str) -> str:
    if not measured:
        return f"Of er {plural} op de kaart ontbreken is niet te beoordelen: er zijn geen cijfers van het CBS."
    causes = [one.cause for one in measured]
    why = _WHY_UNKNOWN.get(max(causes, key=causes.count), "te weinig inwoners zijn te vergelijken")
    first = measured[0]
    return (
        f"Of er {plural} op de kaart ontbreken is niet te beoordelen, want {why} ({_what(first)} "
        f"{_value(first.ours, first)}; het CBS telt {_value(first.cbs, first)})."
    )


def _what(one: _Measured) -> str:
    return "over de autoweg gemiddeld" if one.measure == "mean_km" else f"{_WITHIN[one.measure]} gemiddeld"


def _value(value: float | None, one: _Measured) -> str:
    if value is None:
        return "geen enkele te bereiken"
    return f"{number(value, 1)} km" if one.measure == "mean_km" else number(value, 1)


def _line(one: _Measured) -> MeasureLine:
    what = "afstand over de autoweg" if one.measure == "mean_km" else f"aantal {_WITHIN[one.measure]}"
    outcome = {"enough": "niet te weinig", "too_few": "te weinig"}.get(one.outcome, _NOT_SAID[one.cause])
    return MeasureLine(what, _value(one.ours, one), _value(one.cbs, one), outcome)
