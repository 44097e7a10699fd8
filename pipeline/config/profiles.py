"""``profiles.yaml``: with what someone walks, and what that rules out."""

from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from pipeline.config.values import Code, Section, TagRule

ON_FOOT = "on_foot"
"""The profile without demands: the walking network itself."""


class NumberLimit(Section):
    """A limit to a number in an OSM tag; the sign of the number does not count (a slope is as steep going down)."""

    tag: str = Field(min_length=1)
    at_least: float | None = Field(default=None, ge=0, le=100)
    at_most: float | None = Field(default=None, ge=0, le=100)

    @model_validator(mode="after")
    def _one_bound(self) -> Self:
        if (self.at_least is None) == (self.at_most is None):
            raise ValueError("geef óf at_least óf at_most")
        return self


class Criterion(Section):
    """One demand on a way or a node, decided by the first that fits: limit, barred, passable, unknown, otherwise.

    A limit to a tag that holds no number, and that no rule fits, is unknown.
    """

    what: str = Field(min_length=1)
    source: str
    limit: NumberLimit | None = None
    barred: list[TagRule] = []
    passable: list[TagRule] = []
    unknown: list[TagRule] = []
    otherwise: Literal["passable", "unknown"]


class Profile(Section):
    """With what someone walks, and which ways and nodes that rules out. Where `waived` fits, no criterion counts."""

    label: str = Field(min_length=1)
    waived: list[TagRule] = []
    ways: list[Criterion] = []
    nodes: list[Criterion] = []

    @model_validator(mode="after")
    def _bare_nodes_are_passable(self) -> Self:
        if any(one.otherwise != "passable" for one in self.nodes):
            raise ValueError("otherwise moet bij nodes passable zijn: een punt zonder kenmerken is geen obstakel")
        return self


def _has_on_foot(profiles: dict[str, Profile]) -> dict[str, Profile]:
    plain = profiles.get(ON_FOOT)
    if plain is None or plain.ways or plain.nodes:
        raise ValueError(f"{ON_FOOT} ontbreekt of stelt eisen; het is het loopnetwerk zelf")
    return profiles


Profiles = Annotated[dict[Code, Profile], AfterValidator(_has_on_foot)]
