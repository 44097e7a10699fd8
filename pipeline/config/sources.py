"""``regions/<region>.yaml``: where areas, figures and OpenStreetMap come from."""

from collections.abc import Sequence
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from pipeline.config.values import Code, Level, Section


class SourceFile(Section):
    """A file from outside and what must be told about it wherever its facts are shown."""

    file: str = Field(pattern=r"^[^/\\]+$")
    what: str
    holder: str
    licence: str
    # Text, in quotes: DVC cannot record a bare date. A service tells it itself.
    reference_date: Annotated[str, Field(pattern=r"^\d{4}-\d{2}-\d{2}$")] | None = None

    @property
    def is_live(self) -> bool:
        """Whether the settings say how a service gives it."""
        return False


Origin = Literal["demo", "file", "services"]
"""Made up, put down by the user, or asked of services as far as the settings say how."""


def _require_dates(origin: Origin, files: Sequence[SourceFile]) -> None:
    undated = [one.file for one in files if one.reference_date is None and not (origin == "services" and one.is_live)]
    if undated:
        raise ValueError(f"reference_date ontbreekt bij {', '.join(undated)}; alleen een dienst vermeldt deze zelf")


class AreaLayer(SourceFile):
    """Boundaries of one level of area."""

    level: Level
    layer: str | None = None
    code: str
    name: str | None = None
    woonplaats: str | None = None
    land_ha: str | None = None
    where: dict[str, list[str]] = {}


class AreaSettings(Section):
    """Where boundaries come from."""

    origin: Origin = Field(alias="from")
    layers: list[AreaLayer] = Field(min_length=1)

    @model_validator(mode="after")
    def _has_wijken(self) -> Self:
        if "wijk" not in {layer.level for layer in self.layers}:
            raise ValueError("een laag met level wijk ontbreekt; units worden van wijken gemaakt")
        _require_dates(self.origin, self.layers)
        return self


class FigureColumn(Section):
    """How one column (or one key of a long table) becomes a figure."""

    column: str
    unit: Literal["count", "percent"] = "count"
    rounding: float = Field(gt=0, le=1000)
    percent_of: str | None = None


class FigureTable(SourceFile):
    """A table of figures per area: wide (a column per figure) or long (a row per area and key)."""

    year: int = Field(ge=1990, le=2100)
    code: str
    separator: str = ","
    where: dict[str, str] = {}
    columns: dict[Code, FigureColumn] = {}
    key: str | None = None
    value: str | None = None
    keys: dict[str, Code] = {}
    rounding: float | None = Field(default=None, gt=0, le=1000)

    @model_validator(mode="after")
    def _wide_or_long(self) -> Self:
        long = (self.key, self.value, self.rounding)
        if bool(self.columns) == bool(self.keys) or (self.keys and None in long):
            raise ValueError("geef óf columns (brede tabel) óf key, value, keys en rounding (lange tabel)")
        return self

    @model_validator(mode="after")
    def _wholes_come_first(self) -> Self:
        seen: set[str] = set()
        for name, column in self.columns.items():
            if column.percent_of is not None and column.percent_of not in seen:
                raise ValueError(
                    f"columns.{name}.percent_of: {column.percent_of} moet een kolom zijn die erboven staat"
                )
            seen.add(name)
        return self


class ReferenceTable(SourceFile):
    """Mean car-road distances (km) that CBS publishes for the gemeente `gemeente`, to print beside ours."""

    year: int = Field(ge=1990, le=2100)
    code: str
    gemeente: Annotated[str, Field(pattern=r"^GM\d{4}$")]
    separator: str = ","
    columns_km: dict[Code, str] = Field(min_length=1)


class FigureSettings(Section):
    """Where figures come from."""

    origin: Origin = Field(alias="from")
    tables: list[FigureTable] = Field(min_length=1)
    reference: ReferenceTable | None = None

    @model_validator(mode="after")
    def _has_dates(self) -> Self:
        _require_dates(self.origin, self.files)
        return self

    @property
    def files(self) -> list[SourceFile]:
        """Every file that figures are read from."""
        return [*self.tables, *([self.reference] if self.reference else [])]


class OsmSettings(SourceFile):
    """Which OpenStreetMap extract is used."""

    origin: Origin = Field(alias="from")

    @model_validator(mode="after")
    def _has_date(self) -> Self:
        _require_dates(self.origin, [self])
        return self


class TimetableSettings(SourceFile):
    """Which GTFS feed (zip) says how often stops are served."""

    origin: Origin = Field(alias="from")

    @model_validator(mode="after")
    def _has_date(self) -> Self:
        _require_dates(self.origin, [self])
        return self
