"""Block ``pdok`` of a layer of areas: which features of which service it consists of."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from pipeline.config.values import Code, Section

AttributeName = Annotated[str, Field(pattern=r"^[A-Za-z_][A-Za-z0-9_]*$")]


class FeatureQuery(Section):
    """A feature type of a WFS (2.0.0), or a collection of an OGC API Features, that holds one kind of area of a year.

    `path` is below the address of the service. `gemeente` is the attribute with the code of the gemeente; None where
    areas cross gemeenten. `water` is the attribute that tells water (JA) from land (NEE); None where there is none.
    `where` asks for rows with these values, for a collection that holds several years.
    """

    service: Code
    kind: Literal["wfs", "features"]
    path: Annotated[str, Field(pattern=r"^[^\s?#/][^\s?#]*[^\s?#/]$")]
    collection: str = Field(min_length=1)
    year: int = Field(ge=1990, le=2100)
    gemeente: AttributeName | None = "gemeentecode"
    water: AttributeName | None = "water"
    where: dict[AttributeName, str] = {}
    # What PDOK gives at most in one answer.
    page_size: int = Field(default=1000, ge=1, le=10_000)

    @model_validator(mode="after")
    def _where_can_be_asked(self) -> Self:
        if self.where and self.kind == "wfs":
            raise ValueError("where kan alleen bij kind features; het jaar van een WFS staat in path")
        return self
