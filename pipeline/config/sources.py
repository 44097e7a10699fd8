"""``regions/<region>.yaml``: where areas, figures and OpenStreetMap come from."""

from collections.abc import Sequence
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from pipeline.config.pdok import FeatureQuery
from pipeline.config.values import Code, Level, Measure, Section


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


class FigureColumn(Section):
    """How one column (or one key of a long table) becomes a figure.

    `group` is the title of a group of columns in the table of the CBS, to tell columns of one name apart. `rounding` is
    in the unit of the column.
    """

    column: str
    group: str | None = None
    unit: Literal["count", "thousand", "percent"] = "count"
    rounding: float = Field(gt=0, le=1000)
    percent_of: str | None = None


class AreaLayer(SourceFile):
    """Boundaries of one level of area.

    `pdok` says which service gives them; `figures` which attributes are a second source for figures of the same areas.
    """

    level: Level
    layer: str | None = None
    code: str
    name: str | None = None
    woonplaats: str | None = None
    land_ha: str | None = None
    where: dict[str, list[str]] = {}
    pdok: FeatureQuery | None = None
    figures: dict[Code, FigureColumn] = {}

    @property
    def is_live(self) -> bool:
        """Whether the settings say how a service gives it."""
        return self.pdok is not None

    @model_validator(mode="after")
    def _is_a_file_of_its_own(self) -> Self:
        if self.pdok and (self.layer or not self.file.endswith(".geojson")):
            raise ValueError("wat een dienst geeft wordt bewaard als GeoJSON; geef file op .geojson en laat layer weg")
        return self

    @model_validator(mode="after")
    def _figures_have_a_year(self) -> Self:
        if self.figures and not (self.pdok or self.reference_date):
            raise ValueError("figures: het jaar is onbekend; geef reference_date")
        return self

    @property
    def figure_table(self) -> "FigureTable | None":
        """The table that its attributes are of figures for its areas; None if they are no second source."""
        if not self.figures:
            return None
        year = self.pdok.year if self.pdok else int(str(self.reference_date)[:4])
        return FigureTable(
            **self.model_dump(include={"file", "what", "holder", "licence", "reference_date", "code"}),
            year=year,
            columns=self.figures,
        )


class AreaSettings(Section):
    """Where boundaries come from; `gemeenten` tell services where the region lies, and are not reported on."""

    origin: Origin = Field(alias="from")
    gemeenten: AreaLayer | None = None
    layers: list[AreaLayer] = Field(min_length=1)

    @property
    def files(self) -> list[AreaLayer]:
        """Every layer that is fetched; gemeenten only if services are asked."""
        return [*([self.gemeenten] if self.gemeenten and self.origin == "services" else []), *self.layers]

    @model_validator(mode="after")
    def _has_wijken(self) -> Self:
        if "wijk" not in {layer.level for layer in self.layers}:
            raise ValueError("een laag met level wijk ontbreekt; units worden van wijken gemaakt")
        _require_dates(self.origin, self.layers)
        return self

    @model_validator(mode="after")
    def _services_know_the_region(self) -> Self:
        live = [layer.file for layer in self.files if layer.is_live]
        if self.origin == "services" and live:
            if self.gemeenten is None or self.gemeenten.pdok is None or self.gemeenten.level != "gemeente":
                raise ValueError(
                    "gemeenten ontbreekt: een laag met level gemeente en een blok pdok, die zegt waar de regio ligt"
                )
            if len(set(live)) < len(live):
                raise ValueError("een dienst geeft elke laag in een eigen bestand; geef elke laag een eigen file")
        return self


class CbsTable(Section):
    """Which table of the CBS, or of others at the CBS, is asked for, and for which areas.

    `service` names it in services.yaml; `codes` are the beginnings of the codes of the areas (``PC826``), where they
    are not those of the region's gemeenten, wijken and buurten. What else the rows must be stands in ``where`` and
    ``keys``.
    """

    table: str = Field(pattern=r"^[0-9]{5}[A-Za-z]{3,}$")
    service: Code = "cbs"
    codes: list[Annotated[str, Field(pattern=r"^[A-Z]{2}[0-9A-Z]{0,8}$")]] = []


class FigureTable(SourceFile):
    """A table of figures per area: wide (a column per figure) or long (a row per area and key)."""

    # Left out, the table of the CBS says it.
    year: int | None = Field(default=None, ge=1990, le=2100)
    code: str
    cbs: CbsTable | None = None
    separator: str = ","
    where: dict[str, str] = {}
    columns: dict[Code, FigureColumn] = {}
    key: str | None = None
    value: str | None = None
    keys: dict[str, Code] = {}
    rounding: float | None = Field(default=None, gt=0, le=1000)

    @property
    def is_live(self) -> bool:
        """Whether the settings say which table of the CBS it is."""
        return self.cbs is not None

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
    """Distances over car roads and facilities near, as CBS publishes them per area: completeness is judged by them.

    `columns` names per category the column (its stem) of each measure that the table has, in km and in facilities.
    """

    year: int | None = Field(default=None, ge=1990, le=2100)
    code: str
    cbs: CbsTable | None = None
    separator: str = ","
    where: dict[str, str] = {}
    rounding: float = Field(gt=0, le=1)
    columns: dict[Code, Annotated[dict[Measure, str], Field(min_length=1)]] = Field(min_length=1)

    @property
    def is_live(self) -> bool:
        """Whether the settings say which table of the CBS it is."""
        return self.cbs is not None


class FigureSettings(Section):
    """Where figures come from."""

    origin: Origin = Field(alias="from")
    tables: list[FigureTable] = Field(min_length=1)
    reference: list[ReferenceTable] = []

    @model_validator(mode="after")
    def _has_dates(self) -> Self:
        _require_dates(self.origin, self.files)
        undated = [
            one.file for one in self.files if one.year is None and not (self.origin == "services" and one.is_live)
        ]
        if undated:
            raise ValueError(f"year ontbreekt bij {', '.join(undated)}; alleen een tabel van het CBS vermeldt dit zelf")
        return self

    @property
    def files(self) -> list[FigureTable | ReferenceTable]:
        """Every file that figures are read from, once, as the first that names it has it."""
        found: dict[str, FigureTable | ReferenceTable] = {}
        every: list[FigureTable | ReferenceTable] = [*self.tables, *self.reference]
        for one in every:
            found.setdefault(one.file, one)
        return list(found.values())


class Overpass(Section):
    """A service that answers questions about OpenStreetMap; `date` is the day asked for, else the answer is of now."""

    service: Code
    # Text, in quotes: DVC cannot record a bare date.
    date: Annotated[str, Field(pattern=r"^\d{4}-\d{2}-\d{2}$")] | None = None


class Extract(Section):
    """An extract of OpenStreetMap: `path` at a `service`, or a `file` that the user puts down."""

    service: Code | None = None
    path: Annotated[str, Field(pattern=r"^[^/?#\s][^?#\s]*\.osm\.pbf$")] | None = None
    file: Annotated[str, Field(pattern=r"^[^/\\]+\.osm\.pbf$")] | None = None

    @model_validator(mode="after")
    def _from_a_service_or_the_user(self) -> Self:
        if (self.service is None) != (self.path is None) or (self.path is None) == (self.file is None):
            raise ValueError("geef service en path, of file")
        return self


class OsmSettings(SourceFile):
    """Which OpenStreetMap extract is used; with origin ``services`` it is made of `overpass` or of `extracts`."""

    origin: Origin = Field(alias="from")
    overpass: Overpass | None = None
    extracts: list[Extract] = []

    @property
    def is_live(self) -> bool:
        """Whether the settings say how the extract is made."""
        return self.overpass is not None or bool(self.extracts)

    @model_validator(mode="after")
    def _has_one_way(self) -> Self:
        if self.overpass is not None and self.extracts:
            raise ValueError("geef overpass of extracts, niet allebei")
        if self.origin == "services" and not self.is_live:
            raise ValueError("met from: services is overpass of extracts nodig")
        _require_dates(self.origin, [self])
        return self


class Feed(Section):
    """A GTFS feed: `path` at a `service`."""

    service: Code
    path: Annotated[str, Field(pattern=r"^[^/?#\s][^?#\s]*\.zip$")]


class TimetableSettings(SourceFile):
    """Which GTFS feed (zip) says how often stops are served; with origin ``services`` it is `feed`."""

    origin: Origin = Field(alias="from")
    feed: Feed | None = None

    @property
    def is_live(self) -> bool:
        """Whether the settings say where the feed is."""
        return self.feed is not None

    @model_validator(mode="after")
    def _has_a_feed(self) -> Self:
        if self.origin == "services" and self.feed is None:
            raise ValueError("met from: services is feed nodig")
        return self

    @model_validator(mode="after")
    def _has_date(self) -> Self:
        _require_dates(self.origin, [self])
        return self
