"""``facilities.yaml``: categories of facilities."""

from typing import Self

from pydantic import Field, model_validator

from pipeline.config.values import Code, Metres, Section, TagRule


class Category(Section):
    """A category of facilities: which OSM objects belong to it and what it weighs.

    One that needs a timetable counts only where a timetable does not say that its service is too thin.
    """

    label: str = Field(min_length=1)
    plural: str = Field(min_length=1)
    match: list[TagRule] = Field(min_length=1)
    exclude: list[TagRule] = []
    is_essential: bool
    needs_timetable: bool = False
    weight_visits_per_year: float | None = Field(default=None, gt=0, le=10_000)
    weight_source: str | None = None

    @model_validator(mode="after")
    def _essential_has_weight(self) -> Self:
        if self.is_essential and self.weight_visits_per_year is None:
            raise ValueError("een essentiële categorie heeft weight_visits_per_year nodig")
        return self


class FacilitySettings(Section):
    """How facilities are told apart, and all categories."""

    same_place_m: Metres
    categories: dict[Code, Category] = Field(min_length=1)

    @model_validator(mode="after")
    def _one_timetable(self) -> Self:
        found = [code for code, one in self.categories.items() if one.needs_timetable]
        if len(found) > 1:
            raise ValueError(
                f"needs_timetable staat bij {', '.join(found)}; haltes van een dienstregeling horen bij één categorie"
            )
        return self

    @property
    def stop_category(self) -> str | None:
        """The category that stops of a timetable belong to, if there is one."""
        return next((code for code, one in self.categories.items() if one.needs_timetable), None)
