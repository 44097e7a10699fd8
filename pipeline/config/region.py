"""``regions/<region>.yaml``: the region itself, and what its users know about it."""

from typing import Annotated, Literal

from pydantic import Field

from pipeline.config.values import Code, Completeness, GemeenteCode, Section

BASELINE_NAME = r"^[a-z0-9][a-z0-9-]*$"
"""Names of frozen results: a folder of that name is made of it."""


class RegionSettings(Section):
    """What region this is, what its base areas are, and what the user decides about units.

    `unit_names` puts base areas in a unit of another name; `clusters` lists units (by name or code) that are judged
    together when they are small, however far apart.
    """

    label: str = Field(min_length=1)
    is_fictional: bool
    gemeenten: dict[GemeenteCode, str] = Field(min_length=1)
    base_level: Literal["buurt", "postcode"]
    unit_names: dict[str, str] = {}
    clusters: list[Annotated[list[str], Field(min_length=2)]] = []
    baseline: Annotated[str, Field(pattern=BASELINE_NAME)] | None = None


class LocalCheckSettings(Section):
    """The day on which local checks are taken to stand: one that expired before it no longer counts."""

    as_of: Annotated[str, Field(pattern=r"^\d{4}-\d{2}-\d{2}$")]


class Overrule(Section):
    """How complete a category is according to the user, whatever the figures say, and on what that rests."""

    judgement: Completeness
    reason: str = Field(min_length=1)


class CompletenessSettings(Section):
    """Where the user overrules the judgement on how complete a category of facilities is on the map."""

    overrules: dict[Code, Overrule] = {}
