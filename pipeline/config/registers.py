"""Registers of facilities (``regions/<region>.yaml``), and when one of theirs is one on the map (``params.yaml``)."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from pipeline.config.sources import SourceFile
from pipeline.config.values import Code, Metres, Section, Share

Heading = Annotated[str, Field(min_length=1)]
"""The heading of a column, as the file has it; line breaks count as spaces."""

_PAIRS = (("latitude", "longitude"), ("x", "y"), ("postcode", "house_number"))
_LAYERED = ".gpkg"


class RegisterColumns(Section):
    """Which column of a register holds what: a place in degrees, in metres of EPSG:28992, or as an address."""

    name: Heading
    category: Heading
    latitude: Heading | None = None
    longitude: Heading | None = None
    x: Heading | None = None
    y: Heading | None = None
    postcode: Heading | None = None
    house_number: Heading | None = None
    addition: Heading | None = None
    capacity: Heading | None = None

    @model_validator(mode="after")
    def _pairs_are_whole(self) -> Self:
        for one, other in _PAIRS:
            if (getattr(self, one) is None) != (getattr(self, other) is None):
                raise ValueError(f"{one} en {other} horen bij elkaar; geef ze allebei of geen van beide")
        if self.latitude is not None and self.x is not None:
            raise ValueError("geef óf latitude en longitude, óf x en y")
        if self.addition is not None and self.postcode is None:
            raise ValueError("addition hoort bij postcode en house_number")
        return self

    @property
    def has_place(self) -> bool:
        """Whether any column tells where a facility is."""
        return any(getattr(self, one) is not None for one, _ in _PAIRS)


class FacilityRegister(SourceFile):
    """A register: CSV, XLSX or GeoPackage, its columns, and what its words for categories mean.

    `sheet` is the sheet of a workbook or the layer of a GeoPackage, by default the only one. `categories` gives a code
    of ``facilities.yaml`` per word, or null for a word whose rows are left out.
    """

    file: str = Field(pattern=r"^[^/\\]+\.(csv|xlsx|gpkg)$")
    reference_date: Annotated[str, Field(pattern=r"^\d{4}-\d{2}-\d{2}$")]
    sheet: str | None = None
    heading_row: int = Field(default=1, ge=1, le=1000)
    columns: RegisterColumns
    categories: dict[str, Code | None] = Field(min_length=1)

    @model_validator(mode="after")
    def _words_differ(self) -> Self:
        words = [as_word(word) for word in self.categories]
        twice = sorted({word for word in words if words.count(word) > 1})
        if twice:
            raise ValueError(f"categories noemt {', '.join(twice)} meer dan eens; hoofdletters maken geen verschil")
        return self

    @model_validator(mode="after")
    def _has_a_place(self) -> Self:
        if not self.columns.has_place and not self.file.endswith(_LAYERED):
            raise ValueError("columns zegt niet waar een voorziening is; geef coördinaten of postcode en house_number")
        return self

    @model_validator(mode="after")
    def _heading_fits_the_file(self) -> Self:
        if self.file.endswith(_LAYERED) and self.heading_row != 1:
            raise ValueError("heading_row kan niet bij een GeoPackage; die heeft geen kopregel")
        if self.file.endswith(".csv") and self.sheet is not None:
            raise ValueError("sheet kan niet bij een CSV; die heeft geen bladen")
        return self


def as_word(text: str) -> str:
    """Return the form in which words of a register are compared."""
    return " ".join(text.split()).casefold()


class RegisterSettings(Section):
    """The registers of a region, and whether addresses that the map lacks may be asked of the Locatieserver."""

    origin: Literal["demo", "file"] = Field(default="file", alias="from")
    geocoder: bool = False
    files: list[FacilityRegister] = []

    @model_validator(mode="after")
    def _files_differ(self) -> Self:
        names = [one.file for one in self.files]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise ValueError(f"files noemt {', '.join(twice)} meer dan eens")
        return self


class ConflationSettings(Section):
    """When a facility of a register is one that is known already."""

    distance_m: Metres
    distance_by_category: dict[Code, Metres] = {}
    near_m: Metres
    look_within_m: Metres
    alike: Share
    perhaps_alike: Share
    generic_words: list[str]

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.perhaps_alike > self.alike:
            raise ValueError("perhaps_alike mag niet groter zijn dan alike")
        if self.distance_m > self.look_within_m:
            raise ValueError("distance_m mag niet groter zijn dan look_within_m")
        return self

    def limit_m(self, category: str) -> float:
        """Return the distance beyond which two facilities of a category are never taken for one."""
        return self.distance_by_category.get(category, self.distance_m)
