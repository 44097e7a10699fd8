"""The map of verdicts: what colours a unit, also one that is judged together with its neighbours."""

from collections.abc import Sequence

from pipeline.publish.choice import Choice, legend
from pipeline.publish.explain import Explanation
from pipeline.publish.labels import PROVISIONAL, TOGETHER, VERDICT

VERDICT_FILLS = {
    "none": "#fff3d6",
    "attention": "#fdbb6b",
    "witte_vlek": "#e8502f",
    "severe": "#7f0000",
    "undetermined": "url(#pattern-undetermined)",
    "too_small": "url(#pattern-too-small)",
}
"""Light to dark, so that they stay apart in greyscale; what is not known is a pattern, never a colour."""

_TOGETHER = "+"
"""Behind a verdict: that of a cluster, drawn in a unit that is too small by itself."""


def verdict_choice(explained: Sequence[Explanation], norms: str) -> Choice:
    """Build the choice of verdicts for one target group; `norms` says in words what it was judged by."""
    drawn = [_drawn(one) for one in explained]
    keys = [one.verdict + ("" if one is unit else _TOGETHER) for one, unit in zip(drawn, explained, strict=True)]
    together = [code for code in VERDICT if code + _TOGETHER in keys]
    order = [*VERDICT, *(code + _TOGETHER for code in together)]
    of = [order.index(key) for key in keys]
    return Choice(
        f"Witte vlekken: {explained[0].group_label}",
        f"Waar essentiële voorzieningen voor deze groep te ver lopen zijn. Norm (eigen oordeel): {norms}.",
        legend(
            [*VERDICT.values(), *(f"{VERDICT[code]}, {TOGETHER}" for code in together)],
            [*(VERDICT_FILLS[code] for code in VERDICT), *(together_fill(code) for code in together)],
            of,
        ),
        tuple(of),
        tuple(one.is_provisional for one in drawn),
        PROVISIONAL,
        tuple(one.summary for one in explained),
    )


def _drawn(one: Explanation) -> Explanation:
    """Return whose verdict colours a unit: that of its cluster if it has one that could be judged."""
    return one if one.together is None or one.together.verdict == "too_small" else one.together


def together_fill(verdict: str) -> str:
    """Return the fill of a unit that is too small by itself, with the verdict of its cluster."""
    return f"url(#pattern-together-{verdict.replace('_', '-')})"
