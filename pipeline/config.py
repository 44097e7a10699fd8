"""The settings as types: frozen, an unknown key or an impossible value is a fault."""

from collections.abc import Mapping
from itertools import pairwise
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

Share = Annotated[float, Field(ge=0, le=1)]
Metres = Annotated[float, Field(gt=0, le=500_000)]
"""Nothing that is measured here is longer than the Netherlands."""

People = Annotated[int, Field(ge=1, le=20_000_000)]
"""There are no more in the Netherlands."""

Code = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_]*$")]
TagValues = str | Annotated[list[str], Field(min_length=1)]
Level = Literal["buurt", "postcode", "wijk", "gemeente"]
Completeness = Literal["complete", "doubtful", "unknown"]

LEVELS: tuple[Level, ...] = ("buurt", "postcode", "wijk", "gemeente")
"""Levels of area, finest first: the order in which a rate is looked up for a dwelling."""

ALL_INHABITANTS = "all_inhabitants"
"""The target group that checks and mean distances rest on; every target_groups.yaml has it."""

ON_FOOT = "on_foot"
"""The profile without demands: the walking network itself."""

BASELINE_NAME = r"^[a-z0-9][a-z0-9-]*$"
"""Names of frozen results: a folder of that name is made of it."""


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


# --- params.yaml ---------------------------------------------------------------------------------------------------


class UnitSettings(Section):
    """How base areas become units (design: "the wijk, or for small villages the dorp")."""

    dorp_max_inhabitants: People
    unit_max_inhabitants: People
    name_share: Share

    @model_validator(mode="after")
    def _dorp_below_unit(self) -> Self:
        if self.dorp_max_inhabitants > self.unit_max_inhabitants:
            raise ValueError("dorp_max_inhabitants mag niet groter zijn dan unit_max_inhabitants")
        return self


class DwellingSettings(Section):
    """Which addresses count as dwellings, and when their number is too far from CBS's."""

    home_buildings: list[str] = Field(min_length=1)
    possible_home_buildings: list[str]
    enough_homes_share: Share
    weak_ratio_low: float = Field(gt=0, le=1)
    weak_ratio_high: float = Field(ge=1, le=100)


class NetworkSettings(Section):
    """Which ways can be walked, how addresses join them, and where the extract ends."""

    walkable: list[TagRule] = Field(min_length=1)
    not_walkable: list[TagRule]
    connect_max_m: Metres
    edge_m: Metres
    cut_m: Metres
    buffer_min_m: Metres
    buffer_factor: float = Field(ge=1, le=100)
    island_max_nodes: int = Field(ge=0, le=1_000_000)


class WitteVlekSettings(Section):
    """When a unit is a witte vlek for a target group."""

    share_beyond: Share
    min_beyond: int = Field(ge=1, le=100)
    anchor_categories: list[Code] = Field(min_length=1)


class MapSettings(Section):
    """Limits of the published map."""

    max_file_mb: float = Field(gt=0, le=1000)
    simplify_m: float = Field(ge=0, le=500_000)
    density_classes: int = Field(ge=3, le=7)


class LimitSettings(Section):
    """What is impossible: beyond it a file is at fault and nothing is computed."""

    largest_count: dict[Level, People]
    largest_km: float = Field(gt=0, le=500)
    land_of_polygon: float = Field(ge=1, le=100)
    matched_share: Share

    @model_validator(mode="after")
    def _every_level(self) -> Self:
        missing = [level for level in LEVELS if level not in self.largest_count]
        if missing:
            raise ValueError(f"largest_count: {', '.join(missing)} ontbreekt")
        return self


class BackgroundLayer(Section):
    """A layer of the background: which OSM objects, and how important."""

    layer: Literal["water", "built_up", "green", "road", "railway", "place"]
    rank: int = Field(ge=1, le=9)
    match: list[TagRule] = Field(min_length=1)


class BackgroundSettings(Section):
    """The light background of the map."""

    around_m: Metres
    simplify_m: Metres
    min_area_m2: float = Field(ge=0, le=1e9)
    layers: list[BackgroundLayer] = Field(min_length=1)


class DemoSettings(Section):
    """The invented municipality: seed and size."""

    seed: int = Field(ge=0)
    municipalities: int = Field(ge=1, le=1000)
    addresses: int = Field(ge=2000, le=1_000_000)


class ClusterSettings(Section):
    """When small neighbouring units are judged together: how far apart their middles may be over the network."""

    max_m: Metres


# --- profiles.yaml -------------------------------------------------------------------------------------------------


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
    """One demand on a way or a node, decided by the first that fits: limit, barred, passable, unknown, otherwise."""

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


# --- facilities.yaml and target_groups.yaml --------------------------------------------------------------------------


class Category(Section):
    """A category of facilities: which OSM objects belong to it and what it weighs."""

    label: str = Field(min_length=1)
    plural: str = Field(min_length=1)
    match: list[TagRule] = Field(min_length=1)
    exclude: list[TagRule] = []
    is_essential: bool
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


class Norm(Section):
    """Three walking distances, in metres."""

    comfort_m: Metres
    norm_m: Metres
    uiterst_m: Metres

    @model_validator(mode="after")
    def _ascending(self) -> Self:
        if not self.comfort_m < self.norm_m < self.uiterst_m:
            raise ValueError("comfort_m < norm_m < uiterst_m moet gelden")
        return self


def _scaled(norm: Norm, factor: float, step_m: float) -> Norm:
    """Return the norm times `factor`, each distance in whole steps and longer than the one before it."""
    comfort = max(round(norm.comfort_m * factor / step_m), 1)
    middle = max(round(norm.norm_m * factor / step_m), comfort + 1)
    outer = max(round(norm.uiterst_m * factor / step_m), middle + 1)
    return Norm(comfort_m=comfort * step_m, norm_m=middle * step_m, uiterst_m=outer * step_m)


class Rate(Section):
    """A factor from research: the share of a population to which something applies."""

    value: float = Field(gt=0, le=1)
    low: Share
    high: Share
    what: str
    source: str
    year: str
    population_base: Literal["home", "all"]

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if not self.low <= self.value <= self.high:
            raise ValueError("low <= value <= high moet gelden")
        return self


class RateFigure(Section):
    """A figure that is itself a share, read where the dwelling stands, with the margin of its source as factors."""

    figure: str
    low_factor: float = Field(gt=0, le=1)
    high_factor: float = Field(ge=1, le=100)
    what: str
    source: str
    population_base: Literal["home", "all"]


class Term(Section):
    """People = a count of the base area x a share read where the dwelling stands x rates.

    `part` and `of` name figures: the share is sum(part) / sum(of).
    """

    count: str
    part: list[str] = []
    of: list[str] = []
    rate_figure: RateFigure | None = None
    rates: list[Rate] = []

    @model_validator(mode="after")
    def _share_is_whole(self) -> Self:
        if bool(self.part) != bool(self.of) or not set(self.part) <= set(self.of):
            raise ValueError("part en of horen bij elkaar, en part moet een deel van of zijn")
        return self


class TargetGroup(Section):
    """A target group: how many people, how far they walk, what they need and when a count is too small to judge."""

    label: str = Field(min_length=1)
    note: str | None = None
    terms: list[Term] = Field(min_length=1)
    profile: Code
    norms: str
    walking_age: float | None = Field(default=None, gt=0, le=110)
    essential: Annotated[list[Code], Field(min_length=1)] | None = None
    min_count: People


class WalkingSpeed(Section):
    """Mean walking speed at an age, in metres a second."""

    age: float = Field(gt=0, le=110)
    men: float = Field(gt=0)
    women: float = Field(gt=0)


class Actieradius(Section):
    """How norms depend on the target group: by the fixed set that it names, or by the walking speed at its age.

    By age: the norms `reference_norms` x speed at the group's `walking_age` / `reference_m_per_s`, in steps of
    `step_m`. A group without walking_age walks at the reference speed.
    """

    method: Literal["fixed", "by_age"]
    reference_norms: Code
    reference_m_per_s: float = Field(gt=0, le=3)
    step_m: Metres
    speeds: list[WalkingSpeed] = Field(min_length=2)
    source: str

    @model_validator(mode="after")
    def _nobody_outruns_the_reference(self) -> Self:
        ages = [one.age for one in self.speeds]
        if ages != sorted(set(ages)):
            raise ValueError("speeds moet oplopen in leeftijd")
        if max(max(one.men, one.women) for one in self.speeds) > self.reference_m_per_s:
            raise ValueError("reference_m_per_s mag niet onder een snelheid van speeds liggen")
        return self

    def factor(self, age: float | None) -> float:
        """Return speed at `age` (mean of men and women, between the ages that are known) / the reference speed."""
        if age is None:
            return 1.0
        speeds = [(one.age, (one.men + one.women) / 2) for one in self.speeds]
        (first, fastest), (last, slowest) = speeds[0], speeds[-1]
        if not first < age < last:
            return (fastest if age <= first else slowest) / self.reference_m_per_s
        (young, fast), (old, slow) = next(pair for pair in pairwise(speeds) if pair[1][0] >= age)
        return (fast + (slow - fast) * (age - young) / (old - young)) / self.reference_m_per_s


class TargetGroupSettings(Section):
    """All target groups, the norms that they refer to by name, and how these depend on age."""

    norms: dict[Code, dict[Code, Norm]]
    actieradius: Actieradius
    groups: dict[Code, TargetGroup] = Field(min_length=1)

    @property
    def longest_norm_m(self) -> float:
        """The longest distance that any group is judged by, in metres."""
        return max((norm.uiterst_m for norms in self.norms.values() for norm in norms.values()), default=0.0)

    @property
    def profiles(self) -> list[str]:
        """The profiles that a group walks with, on foot first."""
        return list(dict.fromkeys([ON_FOOT, *(group.profile for group in self.groups.values())]))

    def norms_of(self, group: str) -> dict[str, Norm]:
        """Return the norms that `group` is judged by, per category of the set that it names."""
        one, method = self.groups[group], self.actieradius
        if method.method == "fixed":
            return self.norms[one.norms]
        factor, base = method.factor(one.walking_age), self.norms[method.reference_norms]
        return {category: _scaled(base[category], factor, method.step_m) for category in self.norms[one.norms]}

    @model_validator(mode="after")
    def _norms_exist(self) -> Self:
        if ALL_INHABITANTS not in self.groups:
            raise ValueError(f"groups.{ALL_INHABITANTS} ontbreekt; controles rusten erop")
        unknown = [f"{code}: {group.norms}" for code, group in self.groups.items() if group.norms not in self.norms]
        if self.actieradius.reference_norms not in self.norms:
            raise ValueError(f"actieradius.reference_norms {self.actieradius.reference_norms} staat niet bij norms")
        base = set(self.norms[self.actieradius.reference_norms])
        missing = sorted({code for norms in self.norms.values() for code in norms} - base)
        if missing:
            raise ValueError(f"norms.{self.actieradius.reference_norms} mist {', '.join(missing)}")
        if unknown:
            raise ValueError(f"onbekende normen bij {', '.join(unknown)}; kies uit {', '.join(self.norms)}")
        return self


# --- regions/<region>.yaml -------------------------------------------------------------------------------------------


class RegionSettings(Section):
    """What region this is, what its base areas are, and what the user decides about units.

    `unit_names` puts base areas in a unit of another name; `clusters` lists units (by name or code) that are judged
    together when they are small, however far apart.
    """

    label: str = Field(min_length=1)
    is_fictional: bool
    gemeenten: dict[Annotated[str, Field(pattern=r"^GM\d{4}$")], str] = Field(min_length=1)
    base_level: Literal["buurt", "postcode"]
    unit_names: dict[str, str] = {}
    clusters: list[Annotated[list[str], Field(min_length=2)]] = []
    baseline: Annotated[str, Field(pattern=BASELINE_NAME)] | None = None


class SourceFile(Section):
    """A file from outside and what must be told about it wherever its facts are shown."""

    file: str = Field(pattern=r"^[^/\\]+$")
    what: str
    holder: str
    licence: str
    # Text, in quotes: DVC cannot record a bare date.
    reference_date: Annotated[str, Field(pattern=r"^\d{4}-\d{2}-\d{2}$")]


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

    origin: Literal["demo", "file"] = Field(alias="from")
    layers: list[AreaLayer] = Field(min_length=1)

    @model_validator(mode="after")
    def _has_wijken(self) -> Self:
        if "wijk" not in {layer.level for layer in self.layers}:
            raise ValueError("een laag met level wijk ontbreekt; units worden van wijken gemaakt")
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

    origin: Literal["demo", "file"] = Field(alias="from")
    tables: list[FigureTable] = Field(min_length=1)
    reference: ReferenceTable | None = None

    @property
    def files(self) -> list[SourceFile]:
        """Every file that figures are read from."""
        return [*self.tables, *([self.reference] if self.reference else [])]


class OsmSettings(SourceFile):
    """Which OpenStreetMap extract is used."""

    origin: Literal["demo", "file"] = Field(alias="from")


class LocalCheckSettings(Section):
    """The day on which local checks are taken to stand: one that expired before it no longer counts."""

    as_of: Annotated[str, Field(pattern=r"^\d{4}-\d{2}-\d{2}$")]


class CompletenessSettings(Section):
    """How complete each category of facilities is in OpenStreetMap here, and on what that judgement rests."""

    default: Completeness
    reason: str
    categories: dict[Code, Completeness] = {}

    def of(self, category: str) -> Completeness:
        """Return the completeness of `category`."""
        return self.categories.get(category, self.default)


def essential_categories(group: TargetGroup, categories: Mapping[str, Category]) -> list[str]:
    """Return the categories that decide the verdict of `group`, in the order of the settings."""
    wanted = group.essential
    return [code for code, one in categories.items() if (one.is_essential if wanted is None else code in wanted)]


# --- params.yaml: before a run ---------------------------------------------------------------------------------------


class SourceAges(Section):
    """Years after which a source of each kind is called old."""

    areas: float = Field(gt=0, le=100)
    figures: float = Field(gt=0, le=100)
    osm: float = Field(gt=0, le=100)


class RunCost(Section):
    """What a run costs where nothing was measured yet on this machine: seconds, and megabytes of disk."""

    dvc_start_seconds: float = Field(ge=0, le=100_000)
    dvc_stage_seconds: float = Field(ge=0, le=100_000)
    stage_start_seconds: float = Field(ge=0, le=100_000)
    stage_seconds_per_mb: dict[Code, Annotated[float, Field(ge=0, le=100_000)]]
    demo_seconds_per_mb: float = Field(ge=0, le=100_000)
    demo_mb_per_1000_addresses: float = Field(gt=0, le=1000)
    disk_start_mb: float = Field(ge=0, le=100_000)
    disk_mb_per_mb: float = Field(ge=0, le=100_000)


class PreflightSettings(Section):
    """What is remarked on before a run, and what the run is forecast to cost."""

    max_age_years: SourceAges
    much_smaller_share: Share
    large_extract_mb: float = Field(gt=0, le=100_000)
    placed_share: Share
    cost: RunCost
