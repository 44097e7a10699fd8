"""What a run found, in a few lines: verdicts, what stands out, what is uncertain, and where the map is."""

import shlex
from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from pipeline.commands.stage_words import in_words
from pipeline.commands.wording import duration, names
from pipeline.publish.dutch_numbers import number, share
from pipeline.publish.labels import FICTIONAL, FICTIONAL_SENTENCE, PROVISIONAL, VERDICT, listing, sentence
from pipeline.publish.results import Results

_STANDING_OUT = ("severe", "witte_vlek")
_BY_WEIGHT = (*_STANDING_OUT, "attention", "undetermined", "none", "too_small")


def run_lines(seconds: Mapping[str, float], total_seconds: float) -> list[str]:
    """Say how long the run took and what it did."""
    took = f"Klaar in {duration(total_seconds)}"
    if not seconds:
        return [f"{took}: er was niets veranderd, dus niets hoefde opnieuw."]
    if len(seconds) == 1:
        return [f"{took}: 1 stap gedaan, {in_words(next(iter(seconds)))}."]
    longest = max(seconds, key=lambda stage: seconds[stage])
    slow = f"{in_words(longest)} duurde het langst: {duration(seconds[longest])}"
    return [f"{took}: {len(seconds)} stappen gedaan; {slow}."]


def region_lines(results: Results, page: Path) -> list[str]:
    """Say what the map of a region shows for the target group that it opens with."""
    region = results.region
    title = f"{region.label} ({FICTIONAL}: {FICTIONAL_SENTENCE})" if region.is_fictional else region.label
    group = results.target_groups.groups[results.default_group]
    verdicts = _named_verdicts(results)
    body = [f"{group.label}: {_counts(verdicts['verdict'])}"]
    body += [f"{VERDICT[one].capitalize()}: {_units(verdicts, verdicts['verdict'] == one)}" for one in _STANDING_OUT
             if (verdicts["verdict"] == one).any()] or ["Geen enkele witte vlek staat vast"]  # fmt: skip
    body += _uncertain(verdicts)
    placed = results.metrics["people_placed_share"]
    if placed is not None and placed < 1:
        body.append(f"Niet op een woning geplaatst: {share(1 - placed)} van de inwoners")
    return [
        title,
        *(f"  {sentence(line)}" for line in body),
        f"  Uitleg per gebied: woonzorg explain {results.region_code} {_first_to_explain(verdicts)}",
        f"  Kaart: {page}",
    ]


def _first_to_explain(verdicts: pd.DataFrame) -> str:
    """Return the unit of which the verdict asks most for an explanation, as it is typed on a command line."""
    order = verdicts["verdict"].map({verdict: place for place, verdict in enumerate(_BY_WEIGHT)})
    return shlex.quote(str(verdicts["unit_name"].iloc[int(order.to_numpy().argmin())]))


def _named_verdicts(results: Results) -> pd.DataFrame:
    of_group = results.verdicts[results.verdicts["target_group"] == results.default_group]
    named = of_group.merge(results.units[["unit_code", "unit_name"]], on="unit_code", validate="one_to_one")
    return named.sort_values(["unit_name", "unit_code"])


def _counts(verdicts: pd.Series) -> str:
    counts = verdicts.value_counts()
    return listing([f"{number(counts[code])} {label}" for code, label in VERDICT.items() if code in counts])


def _units(verdicts: pd.DataFrame, chosen: "pd.Series[bool]") -> str:
    return names(list(verdicts.loc[chosen, "unit_name"]))


def _uncertain(verdicts: pd.DataFrame) -> list[str]:
    found = {
        "Aandacht": verdicts["verdict"] == "attention",
        "Onbepaald": verdicts["verdict"] == "undetermined",
        PROVISIONAL.capitalize(): verdicts["is_provisional"],
    }
    return [f"{label}: {_units(verdicts, chosen)}" for label, chosen in found.items() if chosen.any()]
