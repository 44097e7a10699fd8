"""Plain Dutch about units that are too small by themselves and are judged together with their neighbours."""

import math

from pipeline.publish.dutch_numbers import number
from pipeline.publish.facts import GroupFacts
from pipeline.publish.labels import verdict_label


def together_with(unit: GroupFacts, cluster: GroupFacts) -> str:
    """Name the units that a unit is judged together with: 'samen met Kamperveen en Zalk'."""
    return f"samen met {cluster.unit.neighbours(unit.unit.unit_code)}"


def too_small(facts: GroupFacts, cluster: GroupFacts | None) -> str:
    """Say that there are too few people to judge, and what comes of judging the unit with its neighbours."""
    few = f"het kunnen er maar {_least(facts)} zijn, minder dan {facts.min_count}"
    if facts.unit.members:
        return f"Ook samen te klein om te beoordelen: {few}."
    if cluster is None:
        return f"Te klein om te beoordelen: {few}."
    together = together_with(facts, cluster)
    if cluster.judgement.verdict == "too_small":
        return f"Te klein om te beoordelen, ook {together}: {few}, en samen maar {_least(cluster)}."
    verdict = verdict_label(cluster.judgement.verdict, cluster.judgement.is_provisional)
    return f"Te klein om alleen te beoordelen ({few}); {together}: {verdict}."


def _least(facts: GroupFacts) -> str:
    return number(math.floor(facts.count.people_low or 0))
