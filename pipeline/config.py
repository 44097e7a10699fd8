"""Typed, frozen settings, read from ``config/``; every mistake is reported at once.

A *section* is a top-level key of a settings file. A stage names the sections that it reads as arguments
(`SECTIONS` maps the argument to its file and type), so DVC can rerun it when just those change.
"""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, Self

import yaml
from pydantic import BaseModel, ConfigDict, Field, RootModel, TypeAdapter, ValidationError, model_validator

from pipeline.errors import SettingsError

Share = Annotated[float, Field(ge=0, le=1)]
Metres = Annotated[float, Field(gt=0)]
Code = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_]*$")]
TagRule = dict[str, str | list[str]]
Level = Literal["buurt", "postcode", "wijk", "gemeente"]
Completeness = Literal["complete", "doubtful", "unknown"]

LEVELS: tuple[Level, ...] = ("buurt", "postcode", "wijk", "gemeente")
"""Levels of area, finest first: the order in which a rate is looked up for a dwelling."""

ALL_INHABITANTS = "all_inhabitants"
"""The target group that checks and mean distances rest on; every target_groups.yaml has it."""


class Section(BaseModel):
    """Base of all settings: frozen, and a key that is not known is a fault."""

    model_config = ConfigDict(frozen=True, extra="forbid")


# --- params.yaml ---------------------------------------------------------------------------------------------------


class UnitSettings(Section):
    """How base areas become units (design: "the wijk, or for small villages the dorp")."""

    dorp_max_inhabitants: int = Field(gt=0)
    unit_max_inhabitants: int = Field(gt=0)

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
    weak_ratio_high: float = Field(ge=1)


class NetworkSettings(Section):
    """Which ways can be walked, how addresses join them, and where the extract ends."""

    walkable: list[TagRule] = Field(min_length=1)
    not_walkable: list[TagRule]
    connect_max_m: Metres
    edge_m: Metres
    buffer_min_m: Metres
    buffer_factor: float = Field(ge=1)
    island_max_nodes: int = Field(ge=0)


class WitteVlekSettings(Section):
    """When a unit is a witte vlek for a target group."""

    share_beyond: Share
    min_beyond: int = Field(ge=1)
    anchor_categories: list[Code] = Field(min_length=1)


class MapSettings(Section):
    """Limits of the published map."""

    max_file_mb: float = Field(gt=0)
    simplify_m: float = Field(ge=0)
    density_classes: int = Field(ge=3, le=7)


class BackgroundLayer(Section):
    """A layer of the background: which OSM objects, and how important."""

    layer: Literal["water", "built_up", "green", "road", "railway", "place"]
    rank: int = Field(ge=1, le=9)
    match: list[TagRule] = Field(min_length=1)


class BackgroundSettings(Section):
    """The light background of the map."""

    around_m: Metres
    simplify_m: Metres
    min_area_m2: float = Field(ge=0)
    layers: list[BackgroundLayer] = Field(min_length=1)


class DemoSettings(Section):
    """The invented municipality: seed and size."""

    seed: int = Field(ge=0)
    municipalities: int = Field(ge=1)
    addresses: int = Field(ge=2000)


# --- facilities.yaml and target_groups.yaml --------------------------------------------------------------------------


class Category(Section):
    """A category of facilities: which OSM objects belong to it and what it weighs."""

    label: str = Field(min_length=1)
    plural: str = Field(min_length=1)
    match: list[TagRule] = Field(min_length=1)
    exclude: list[TagRule] = []
    is_essential: bool
    weight_visits_per_year: float | None = Field(default=None, gt=0)
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


class Rate(Section):
    """A factor from research: the share of a population to which something applies."""

    value: Share
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


class Term(Section):
    """People = a count of the base area x a share read where the dwelling stands x rates.

    `part` and `of` name figures: the share is sum(part) / sum(of). `rate_figure` names a figure that is itself a share.
    """

    count: str
    part: list[str] = []
    of: list[str] = []
    rate_figure: str | None = None
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
    profile: Literal["on_foot"]
    norms: str
    essential: list[Code] | None = None
    min_count: int = Field(ge=1)


class TargetGroupSettings(Section):
    """All target groups, and the norms that they refer to by name."""

    norms: dict[Code, dict[Code, Norm]]
    groups: dict[Code, TargetGroup] = Field(min_length=1)

    @property
    def longest_norm_m(self) -> float:
        """The longest distance that any group is judged by, in metres."""
        return max((norm.uiterst_m for norms in self.norms.values() for norm in norms.values()), default=0.0)

    @model_validator(mode="after")
    def _norms_exist(self) -> Self:
        if ALL_INHABITANTS not in self.groups:
            raise ValueError(f"groups.{ALL_INHABITANTS} ontbreekt; controles rusten erop")
        unknown = [f"{code}: {group.norms}" for code, group in self.groups.items() if group.norms not in self.norms]
        if unknown:
            raise ValueError(f"onbekende normen bij {', '.join(unknown)}; kies uit {', '.join(self.norms)}")
        return self


# --- regions/<region>.yaml -------------------------------------------------------------------------------------------


class RegionSettings(Section):
    """What region this is, what its base areas are, and which of these the user puts in a unit of another name."""

    label: str = Field(min_length=1)
    is_fictional: bool
    gemeenten: dict[Annotated[str, Field(pattern=r"^GM\d{4}$")], str] = Field(min_length=1)
    base_level: Literal["buurt", "postcode"]
    unit_names: dict[str, str] = {}


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


class FigureColumn(Section):
    """How one column (or one key of a long table) becomes a figure."""

    column: str
    unit: Literal["count", "percent"] = "count"
    rounding: float = Field(gt=0)
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
    rounding: float | None = Field(default=None, gt=0)

    @model_validator(mode="after")
    def _wide_or_long(self) -> Self:
        long = (self.key, self.value, self.rounding)
        if bool(self.columns) == bool(self.keys) or (self.keys and None in long):
            raise ValueError("geef óf columns (brede tabel) óf key, value, keys en rounding (lange tabel)")
        return self


class ReferenceTable(SourceFile):
    """Mean car-road distances (km) that CBS publishes for the gemeente, to print beside ours."""

    year: int = Field(ge=1990, le=2100)
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


class CompletenessSettings(Section):
    """How complete each category of facilities is in OpenStreetMap here, and on what that judgement rests."""

    default: Completeness
    reason: str
    categories: dict[Code, Completeness] = {}

    def of(self, category: str) -> Completeness:
        """Return the completeness of `category`."""
        return self.categories.get(category, self.default)


# --- reading -------------------------------------------------------------------------------------------------------

PARAMS = "params.yaml"
REGION = "regions/{region}.yaml"
SECTIONS: Mapping[str, tuple[str, Any]] = {
    "regions": (PARAMS, Annotated[list[Code], Field(min_length=1)]),
    "units": (PARAMS, UnitSettings),
    "dwellings": (PARAMS, DwellingSettings),
    "network": (PARAMS, NetworkSettings),
    "witte_vlekken": (PARAMS, WitteVlekSettings),
    "map": (PARAMS, MapSettings),
    "background": (PARAMS, BackgroundSettings),
    "demo": (PARAMS, DemoSettings),
    "facilities": ("facilities.yaml", FacilitySettings),
    "target_groups": ("target_groups.yaml", TargetGroupSettings),
    "region": (REGION, RegionSettings),
    "areas": (REGION, AreaSettings),
    "figures": (REGION, FigureSettings),
    "osm": (REGION, OsmSettings),
    "completeness": (REGION, CompletenessSettings),
}
"""Every section: the file it stands in and its type."""


class _UniqueKeyLoader(yaml.SafeLoader):
    """Reads YAML; a key that stands twice in one mapping is a fault instead of silently the last one."""


def _unique_mapping(loader: yaml.SafeLoader, node: yaml.MappingNode) -> dict[Any, Any]:
    keys = [key.value for key, _ in node.value if isinstance(key, yaml.ScalarNode) and key.value != "<<"]
    twice = sorted({key for key in keys if keys.count(key) > 1})
    if twice:
        raise yaml.constructor.ConstructorError(None, None, f"dubbele sleutel {', '.join(twice)}", node.start_mark)
    loader.flatten_mapping(node)
    return loader.construct_mapping(node, deep=True)


_UniqueKeyLoader.add_constructor(yaml.resolver.BaseResolver.DEFAULT_MAPPING_TAG, _unique_mapping)


def _read_yaml(path: Path) -> dict[str, Any]:
    try:
        content = yaml.load(path.read_text(encoding="utf-8"), Loader=_UniqueKeyLoader)  # noqa: S506 (a SafeLoader)
    except OSError:
        raise SettingsError(f"{path.as_posix()}: bestand ontbreekt of is niet leesbaar; maak het aan.") from None
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        reason = " ".join(str(error).split())
        raise SettingsError(f"{path.as_posix()}: geen geldige YAML ({reason}); herstel het bestand.") from None
    if not isinstance(content, dict):
        raise SettingsError(f"{path.as_posix()}: is leeg of bevat geen secties; zie config/ van de voorbeeldregio.")
    return content


_DUTCH = {
    "extra_forbidden": "onbekende sleutel; verwijder deze of verbeter de spelling",
    "missing": "ontbreekt; vul deze in",
    "string_type": "moet tekst zijn; zet de waarde tussen aanhalingstekens",
    "too_short": "is te kort of leeg; geef ten minste één waarde",
}


def _fault(path: Path, section: str, error: Mapping[str, Any]) -> str:
    place = ".".join(str(part) for part in (section, *error["loc"]) if not str(part).startswith("function-"))
    reason = _DUTCH.get(error["type"], f"{error['msg']}; verbeter de waarde")
    value = error["input"]
    shown = f" (nu: {value!r})" if isinstance(value, str | int | float | bool) else ""
    return f"{path.as_posix()}: {place}: {reason}{shown}."


def _section_path(config: Path, section: str, region: str | None) -> Path:
    return config / SECTIONS[section][0].format(region=region)


def _parse(config: Path, section: str, region: str | None, files: dict[Path, dict[str, Any]]) -> Any:
    path = _section_path(config, section, region)
    if path not in files:
        files[path] = _read_yaml(path)
    kind = SECTIONS[section][1]
    if section not in files[path]:
        raise SettingsError(f"{path.as_posix()}: sectie {section} ontbreekt; vul deze in.")
    try:
        return TypeAdapter(kind).validate_python(files[path].get(section))
    except ValidationError as error:
        raise SettingsError([_fault(path, section, dict(one)) for one in error.errors()]) from None


def read_sections(config: Path, names: Iterable[str], region: str | None = None) -> dict[str, Any]:
    """Read the named sections of the settings in folder `config`.

    Parameters
    ----------
    config
        The folder ``config/``.
    names
        Keys of `SECTIONS`.
    region
        Which ``regions/<region>.yaml`` to read; needed for sections of a region.

    Raises
    ------
    SettingsError
        With every fault of every section: file, key, what is wrong, remedy.
    """
    files: dict[Path, dict[str, Any]] = {}
    sections: dict[str, Any] = {}
    faults: list[str] = []
    for name in names:
        try:
            sections[name] = _parse(config, name, region, files)
        except SettingsError as error:
            faults.extend(fault for fault in error.faults if fault not in faults)
    if faults:
        raise SettingsError(faults)
    return sections


def check_all(config: Path) -> list[str]:
    """Check every settings file and how they refer to each other; return the regions.

    Raises
    ------
    SettingsError
        With every fault of every file at once.
    """
    faults: list[str] = []
    shared = _collect(faults, config, [name for name, (file, _) in SECTIONS.items() if file != REGION], None)
    regions: list[str] = shared.get("regions", [])
    for file in sorted({_section_path(config, name, None) for name in SECTIONS if SECTIONS[name][0] != REGION}):
        faults += _unknown_sections(file, config, None)
    for region in regions:
        of_region = _collect(faults, config, [name for name, (file, _) in SECTIONS.items() if file == REGION], region)
        faults += _unknown_sections(_section_path(config, "region", region), config, region)
        if "facilities" in shared and "completeness" in of_region:
            unknown = set(of_region["completeness"].categories) - set(shared["facilities"].categories)
            faults += [f"config/regions/{region}.yaml: completeness: onbekende categorie {c}." for c in sorted(unknown)]
    if "facilities" in shared and "target_groups" in shared:
        faults += _unknown_categories(config, shared)
    if faults:
        raise SettingsError(list(dict.fromkeys(faults)))
    return regions


def _collect(faults: list[str], config: Path, names: list[str], region: str | None) -> dict[str, Any]:
    sections: dict[str, Any] = {}
    for name in names:
        try:
            sections |= read_sections(config, [name], region)
        except SettingsError as error:
            faults.extend(error.faults)
    return sections


def _unknown_sections(path: Path, config: Path, region: str | None) -> list[str]:
    try:
        keys = set(_read_yaml(path))
    except SettingsError:
        return []
    known = {name for name in SECTIONS if _section_path(config, name, region) == path}
    return [
        f"{path.as_posix()}: {key}: onbekende sectie; verwijder deze of verbeter de spelling."
        for key in sorted(map(str, keys - known))
    ]


def _unknown_categories(config: Path, shared: Mapping[str, Any]) -> list[str]:
    categories = shared["facilities"].categories
    groups: TargetGroupSettings = shared["target_groups"]
    named = {f"target_groups.yaml: norms.{name}": list(norms) for name, norms in groups.norms.items()}
    named |= {f"target_groups.yaml: groups.{name}.essential": g.essential or [] for name, g in groups.groups.items()}
    if "witte_vlekken" in shared:
        named["params.yaml: witte_vlekken.anchor_categories"] = shared["witte_vlekken"].anchor_categories
    faults = [
        f"{(config / place).as_posix()}: categorie {code} staat niet in facilities.yaml; voeg deze toe of verbeter."
        for place, codes in named.items()
        for code in codes
        if code not in categories
    ]
    for name, group in groups.groups.items():
        missing = [code for code in essential_categories(group, categories) if code not in groups.norms[group.norms]]
        faults += [f"{(config / 'target_groups.yaml').as_posix()}: norms.{group.norms}.{code} ontbreekt voor {name}."
                   for code in missing]
    return faults


def essential_categories(group: TargetGroup, categories: Mapping[str, Category]) -> list[str]:
    """Return the categories that decide the verdict of `group`, in the order of the settings."""
    wanted = group.essential
    return [code for code, one in categories.items() if (one.is_essential if wanted is None else code in wanted)]
