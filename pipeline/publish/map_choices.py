"""What the map can show: for each choice the classes of its legend and the class of every unit."""

import math
from bisect import bisect_left
from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import pairwise

from pipeline.publish.about import norm_line
from pipeline.publish.choice import Choice, legend
from pipeline.publish.dutch_numbers import distance, norm_distance, rate, share
from pipeline.publish.explain import Explanation
from pipeline.publish.facts import CategoryFacts, GroupFacts, Walk
from pipeline.publish.labels import NO_DATA, PROVISIONAL, UPPER_BOUND, in_sentence
from pipeline.publish.path_sentences import median_text
from pipeline.publish.results import Results
from pipeline.publish.verdict_choice import VERDICT_FILLS, verdict_choice

THEMES = {
    "verdict": "Witte vlekken",
    "reach": "Bereik",
    "per_km2": "Dichtheid (per km²)",
    "per_1000": "Dichtheid (per 1.000 inwoners)",
}

NO_DATA_FILL = "url(#pattern-no-data)"
_RAMP = ("#edf8fb", "#bfd3e6", "#9ebcda", "#8c96c6", "#8c6bb1", "#88419d", "#6e016b")
"""ColorBrewer's BuPu: sequential and safe for colour-blind readers."""

_WALK_BREAKS_M = (250.0, 500.0, 1000.0, 2000.0, 5000.0)


def build_choices(
    results: Results, facts: Sequence[Sequence[GroupFacts]], explanations: Sequence[Sequence[Explanation]]
) -> dict[str, Choice]:
    """Build every choice, by theme, group and (for reach) category, joined by a bar.

    Parameters
    ----------
    facts, explanations
        Per target group (in the order of the settings), one per unit.
    """
    choices = {}
    for of_group, explained in zip(facts, explanations, strict=True):
        group = of_group[0].group_code
        choices[f"verdict|{group}"] = verdict_choice(explained, norm_line(results, group))
        choices[f"per_km2|{group}"] = _density_choice(
            results, of_group, "per km² land", lambda one: one.count.people_per_km2
        )
        choices[f"per_1000|{group}"] = _density_choice(
            results, of_group, "per 1.000 inwoners", lambda one: one.count.people_per_1000
        )
        for code in results.categories:
            choices[f"reach|{group}|{code}"] = _reach_choice(results, of_group, code)
    return choices


def _colours(count: int) -> list[str]:
    step = (len(_RAMP) - 1) / max(count - 1, 1)
    return [_RAMP[round(i * step)] for i in range(count)]


def _reach_choice(results: Results, of_group: Sequence[GroupFacts], code: str) -> Choice:
    found = [next((one for one in facts.categories if one.category == code), None) for facts in of_group]
    label = in_sentence(results.categories[code].label)
    title = f"{of_group[0].group_label}: lopen naar {label}"
    norms = results.norms_of(of_group[0].group_code)
    if code in norms:
        limit = norm_distance(norms[code].norm_m)
        choice = _share_choice(title, limit, found, results.witte_vlekken.share_beyond)
    else:
        choice = _walk_choice(title, found)
    return replace(choice, values=tuple(f"{results.categories[code].label}: {value}" for value in choice.values))


def _share_choice(title: str, limit: str, found: Sequence[CategoryFacts | None], share_beyond: float) -> Choice:
    breaks = sorted({0.10, 0.25, share_beyond, 0.75})
    of = [_share_class(one, breaks) for one in found]
    return Choice(
        f"{title}, verder dan {limit}",
        f"Aandeel van de groep dat zeker verder loopt dan {limit}, de norm (eigen oordeel). "
        f"Boven {share(share_beyond)}: buiten bereik. "
        "Onder voorbehoud: er kunnen er op de kaart ontbreken.",
        legend(
            [*_class_labels(breaks, share), "onbepaald", NO_DATA],
            [*_colours(len(breaks) + 1), VERDICT_FILLS["undetermined"], NO_DATA_FILL],
            of,
        ),
        tuple(of),
        tuple(one is not None and one.judgement.is_provisional for one in found),
        PROVISIONAL,
        tuple(_share_value(one, limit, share_beyond) for one in found),
    )


def _share_class(facts: CategoryFacts | None, breaks: Sequence[float]) -> int:
    norm = facts.beyond.get("norm") if facts else None
    if facts is None or norm is None or norm.share_low is None:
        return len(breaks) + 2
    if facts.judgement.reach == "undecided":
        return len(breaks) + 1
    return bisect_left(breaks, norm.share_low)


def _share_value(facts: CategoryFacts | None, limit: str, share_beyond: float) -> str:
    norm = facts.beyond.get("norm") if facts else None
    if norm is None or norm.share_low is None:
        return NO_DATA
    low, high = share(norm.share_low, share_beyond), share(norm.share_high, share_beyond)
    interval = low if low == high else f"zeker {low}, hoogstens {high}"
    return f"{interval} loopt verder dan {limit}"


def _walk_choice(title: str, found: Sequence[CategoryFacts | None]) -> Choice:
    walks = [one.walk if one else None for one in found]
    medians = [walk.median_high_m if walk else None for walk in walks]
    of = [len(_WALK_BREAKS_M) + 1 if one is None else bisect_left(_WALK_BREAKS_M, one) for one in medians]
    upper = [walk is not None and walk.median_high_m is not None and _may_be_less(walk) for walk in walks]
    return Choice(
        f"{title}, mediaan",
        "De helft van de groep loopt minder ver, de helft verder. Voor deze voorziening is geen norm gesteld. "
        "Hoogstens: buiten de kaartuitsnede kan er één dichterbij zijn, of een kortere weg waarvan niet bekend is of "
        "die kan.",
        legend(
            [*_class_labels(_WALK_BREAKS_M, norm_distance), NO_DATA],
            [*_colours(len(_WALK_BREAKS_M) + 1), NO_DATA_FILL],
            of,
        ),
        tuple(of),
        tuple(upper),
        UPPER_BOUND,
        tuple(NO_DATA if walk is None or walk.median_m is None else f"mediaan {median_text(walk)}" for walk in walks),
    )


def _may_be_less(walk: Walk) -> bool:
    return walk.is_upper_bound or distance(walk.median_m) != distance(walk.median_high_m)


def _density_choice(
    results: Results, of_group: Sequence[GroupFacts], unit: str, value_of: Callable[[GroupFacts], float | None]
) -> Choice:
    values = [value_of(facts) for facts in of_group]
    breaks = density_breaks([one for one in values if one is not None], results.map.density_classes)
    of = [len(breaks) + 1 if one is None else bisect_left(breaks, one) for one in values]
    return Choice(
        f"{of_group[0].group_label} {unit}",
        "Klassen met ongeveer evenveel gebieden. Om te bekijken en te vergelijken; een oordeel rust er niet op.",
        legend([*_class_labels(breaks, rate), NO_DATA], [*_colours(len(breaks) + 1), NO_DATA_FILL], of),
        tuple(of),
        tuple(False for _ in of),
        "",
        tuple(NO_DATA if one is None else f"{rate(one)} {unit}" for one in values),
    )


def density_breaks(values: Sequence[float], classes: int) -> list[float]:
    """Return round limits between classes that hold about equally many values; fewer where values coincide.

    Examples
    --------
    >>> density_breaks([1, 2, 3, 104, 205, 306], 3)
    [2.0, 100.0]
    """
    ordered = sorted(values)
    positions = [math.ceil(len(ordered) * i / classes) - 1 for i in range(1, classes)]
    rounded = {float(f"{ordered[place]:.2g}") for place in positions if ordered and place >= 0}
    return sorted(one for one in rounded if ordered[0] <= one < ordered[-1])


def _class_labels(breaks: Sequence[float], write: Callable[[float], str]) -> list[str]:
    if not breaks:
        return ["alle waarden"]
    between = [f"{write(low)} tot {write(high)}" for low, high in pairwise(breaks)]
    return [f"t/m {write(breaks[0])}", *between, f"meer dan {write(breaks[-1])}"]
