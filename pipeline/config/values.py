"""What the settings are made of: kinds of value, and the base of every section."""

from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

Share = Annotated[float, Field(ge=0, le=1)]

Metres = Annotated[float, Field(gt=0, le=500_000)]
"""Nothing that is measured here is longer than the Netherlands."""

People = Annotated[int, Field(ge=1, le=20_000_000)]
"""There are no more in the Netherlands."""

Code = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_]*$")]

RegionName = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]*$")]
"""Files, folders and stages are named after a region."""

GemeenteCode = Annotated[str, Field(pattern=r"^GM\d{4}$")]

TagValues = str | Annotated[list[str], Field(min_length=1)]

Level = Literal["buurt", "postcode", "wijk", "gemeente"]

Completeness = Literal["complete", "doubtful", "unknown"]

Measure = Literal["mean_km", "within_1_km", "within_3_km", "within_5_km"]
"""What CBS publishes of a kind of facility: mean distance to the nearest, and how many there are within so many km."""

LEVELS: tuple[Level, ...] = ("buurt", "postcode", "wijk", "gemeente")
"""Levels of area, finest first: the order in which a rate is looked up for a dwelling."""


def must_be_there(value: str | list[str]) -> bool:
    """Say whether an object needs the tag at all for `value` of a rule to fit."""
    return "" not in ([value] if isinstance(value, str) else value)


def _has_a_real_key(rule: dict[str, str | list[str]]) -> dict[str, str | list[str]]:
    if not any(must_be_there(value) for value in rule.values()):
        raise ValueError("een regel moet ten minste één tag noemen die er moet zijn")
    return rule


TagRule = Annotated[dict[str, TagValues], AfterValidator(_has_a_real_key)]
"""OSM tags that must all fit: a value, one of a list, ``*`` for any value, an empty value for no such tag."""


class Section(BaseModel):
    """Base of all settings: frozen; a key that is not known is a fault, and so is text or a yes for a number."""

    model_config = ConfigDict(frozen=True, strict=True, extra="forbid", allow_inf_nan=False)
