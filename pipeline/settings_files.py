"""Read the settings in ``config/``: every mistake is reported at once, with file, key and remedy.

A *section* is a top-level key of a settings file. A stage names the sections that it reads as arguments
(`SECTIONS` maps the argument to its file and type), so DVC can rerun it when just those change.
"""

from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Any

import yaml
from pydantic import AfterValidator, Field, TypeAdapter, ValidationError

from pipeline.config.completeness import CompletenessLimits
from pipeline.config.facilities import FacilitySettings
from pipeline.config.gemeenten import GemeenteTables, Mergers, OsmAround
from pipeline.config.params import (
    BackgroundSettings,
    BundleSettings,
    ClusterSettings,
    DemoSettings,
    DwellingSettings,
    LimitSettings,
    MapSettings,
    NetworkSettings,
    PreflightSettings,
    StopServiceSettings,
    UnitSettings,
    WitteVlekSettings,
)
from pipeline.config.profiles import Profile, Profiles
from pipeline.config.region import CompletenessSettings, LocalCheckSettings, RegionSettings
from pipeline.config.registers import ConflationSettings, RegisterSettings
from pipeline.config.services import OverpassSettings, Services, WebSettings
from pipeline.config.sources import AreaSettings, FigureSettings, OsmSettings, TimetableSettings
from pipeline.config.target_groups import TargetGroupSettings, essential_categories
from pipeline.config.values import RegionName
from pipeline.errors import SettingsError, collected, raise_faults

BASE_FIGURES = ("inhabitants", "homes")
"""Figures that units and dwellings rest on, in every region."""

_ALIKE = 0.9
"""How alike two names are (0-1) of which one is probably the other misspelt."""


def _all_different(regions: list[str]) -> list[str]:
    if len(set(regions)) < len(regions):
        raise ValueError("een regio staat er meer dan eens in")
    return regions


PARAMS = "params.yaml"
REGION = "regions/{region}.yaml"
SECTIONS: Mapping[str, tuple[str, Any]] = {
    "regions": (PARAMS, Annotated[list[RegionName], Field(min_length=1), AfterValidator(_all_different)]),
    "units": (PARAMS, UnitSettings),
    "dwellings": (PARAMS, DwellingSettings),
    "network": (PARAMS, NetworkSettings),
    "clusters": (PARAMS, ClusterSettings),
    "stop_service": (PARAMS, StopServiceSettings),
    "conflation": (PARAMS, ConflationSettings),
    "limits": (PARAMS, LimitSettings),
    "witte_vlekken": (PARAMS, WitteVlekSettings),
    "map": (PARAMS, MapSettings),
    "background": (PARAMS, BackgroundSettings),
    "demo": (PARAMS, DemoSettings),
    "profiles": ("profiles.yaml", Profiles),
    "facilities": ("facilities.yaml", FacilitySettings),
    "target_groups": ("target_groups.yaml", TargetGroupSettings),
    "region": (REGION, RegionSettings),
    "areas": (REGION, AreaSettings),
    "figures": (REGION, FigureSettings),
    "osm": (REGION, OsmSettings),
    # Without a feed its value is empty. The section itself must be there: DVC fails on one that is not.
    "timetables": (REGION, TimetableSettings | None),
    "facility_registers": (REGION, RegisterSettings),
    "completeness": (REGION, CompletenessSettings),
    "completeness_limits": (PARAMS, CompletenessLimits),
    "local_checks": (REGION, LocalCheckSettings),
    "preflight": (PARAMS, PreflightSettings),
    "bundles": (PARAMS, BundleSettings),
    "gemeente_tables": ("gemeenten.yaml", GemeenteTables),
    "osm_around": ("gemeenten.yaml", OsmAround),
    "mergers": ("gemeenten.yaml", Mergers),
    "web": ("services.yaml", WebSettings),
    "services": ("services.yaml", Services),
    "overpass": ("services.yaml", OverpassSettings),
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


def read_yaml(path: Path) -> dict[str, Any]:
    """Read a settings file as plain values by section.

    Raises
    ------
    SettingsError
        If it is missing, no YAML, names a key twice or holds no sections.
    """
    try:
        content = yaml.load(path.read_text(encoding="utf-8"), Loader=_UniqueKeyLoader)
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
    "greater_than": "moet groter zijn dan {gt}; verbeter de waarde",
    "greater_than_equal": "moet ten minste {ge} zijn; verbeter de waarde",
    "less_than": "moet kleiner zijn dan {lt}; verbeter de waarde",
    "less_than_equal": "mag hoogstens {le} zijn; verbeter de waarde",
    "finite_number": "moet een eindig getal zijn; verbeter de waarde",
    "literal_error": "moet een van deze zijn: {expected}; verbeter de waarde",
    "string_pattern_mismatch": "heeft niet de vorm {pattern}; verbeter de waarde",
    "string_too_short": "is leeg; vul deze in",
    "float_parsing": "moet een getal zijn; verbeter de waarde",
    "float_type": "moet een getal zijn; verbeter de waarde",
    "int_parsing": "moet een heel getal zijn; verbeter de waarde",
    "int_type": "moet een heel getal zijn; verbeter de waarde",
    "int_from_float": "moet een heel getal zijn; verbeter de waarde",
    "bool_parsing": "moet true of false zijn; verbeter de waarde",
    "bool_type": "moet true of false zijn; verbeter de waarde",
    "list_type": "moet een lijst zijn; verbeter de waarde",
    "dict_type": "moet een blok met sleutels zijn; verbeter de waarde",
    "model_type": "moet een blok met sleutels zijn; verbeter de waarde",
    "value_error": "{error}; verbeter de waarde",
    "string_type": "moet tekst zijn; zet de waarde tussen aanhalingstekens",
    "too_short": "is te kort of leeg; geef ten minste één waarde",
}


def _fault(path: Path, section: str, error: Mapping[str, Any]) -> str:
    place = ".".join(str(part) for part in (section, *error["loc"]) if not str(part).startswith("function-"))
    reason = _DUTCH.get(error["type"], "is geen mogelijke waarde; verbeter deze").format(**error.get("ctx", {}))
    value = error["input"]
    shown = f" (nu: {value!r})" if isinstance(value, str | int | float | bool) else ""
    return f"{path.as_posix()}: {place}: {reason}{shown}."


def _section_path(config: Path, section: str, region: str | None) -> Path:
    return config / SECTIONS[section][0].format(region=region)


def _parse(config: Path, section: str, region: str | None, files: dict[Path, dict[str, Any]]) -> Any:
    path = _section_path(config, section, region)
    if path not in files:
        files[path] = read_yaml(path)
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
        with collected(faults):
            sections[name] = _parse(config, name, region, files)
    raise_faults(SettingsError, dict.fromkeys(faults))
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
        place = _section_path(config, "region", region).as_posix()
        if "facilities" in shared:
            faults += _unknown_categories_of_region(place, of_region, shared["facilities"])
        if "figures" in of_region and "target_groups" in shared:
            faults += _misnamed_figures(place, of_region["figures"], shared["target_groups"])
    if "facilities" in shared and "target_groups" in shared:
        faults += _unknown_categories(config, shared)
    if "profiles" in shared and "target_groups" in shared:
        faults += _unknown_profiles(config, shared["profiles"], shared["target_groups"])
    raise_faults(SettingsError, dict.fromkeys(faults))
    return regions


def _collect(faults: list[str], config: Path, names: list[str], region: str | None) -> dict[str, Any]:
    sections: dict[str, Any] = {}
    for name in names:
        with collected(faults):
            sections |= read_sections(config, [name], region)
    return sections


def _unknown_sections(path: Path, config: Path, region: str | None) -> list[str]:
    try:
        keys = set(read_yaml(path))
    except SettingsError:
        return []
    known = {name for name in SECTIONS if _section_path(config, name, region) == path}
    return [
        f"{path.as_posix()}: {key}: onbekende sectie; verwijder deze of verbeter de spelling."
        for key in sorted(map(str, keys - known))
    ]


def _unknown_categories_of_region(place: str, of_region: Mapping[str, Any], facilities: FacilitySettings) -> list[str]:
    named: dict[str, list[str]] = {}
    if "completeness" in of_region:
        named["completeness.overrules"] = list(of_region["completeness"].overrules)
    if "figures" in of_region:
        named["figures.reference"] = [code for one in of_region["figures"].reference for code in one.columns]
    if "facility_registers" in of_region:
        for register in of_region["facility_registers"].files:
            codes = [one for one in register.categories.values() if one is not None]
            named[f"facility_registers.files: {register.file}: categories"] = codes
    return [
        f"{place}: {key}: onbekende categorie {code}; verbeter de spelling of voeg deze toe aan facilities.yaml."
        for key, codes in named.items()
        for code in codes
        if code not in facilities.categories
    ]


def _misnamed_figures(place: str, figures: FigureSettings, target_groups: TargetGroupSettings) -> list[str]:
    """Return a fault for each figure that everything rests on and no table gives, or that is misspelt or no share."""
    terms = [term for group in target_groups.groups.values() for term in group.terms]
    counts = {*BASE_FIGURES, *(name for term in terms for name in (term.count, *term.part, *term.of))}
    shares = {term.rate_figure.figure for term in terms if term.rate_figure is not None}
    columns = {name: column for table in figures.tables for name, column in table.columns.items()}
    given = [*columns, *(name for table in figures.tables for name in table.keys.values())]
    given_shares = {name for name, one in columns.items() if one.unit == "percent" and one.percent_of is None}
    missing = sorted((counts | shares) - set(given))
    problems = {
        "geen tabel geeft {}; voeg het toe of verbeter de spelling": [one for one in BASE_FIGURES if one in missing],
        "geen doelgroep gebruikt {}, terwijl een naam die erop lijkt ontbreekt; verbeter de spelling":
            [one for one in given if one not in counts | shares and get_close_matches(one, missing, cutoff=_ALIKE)],
        "{} is geen aandeel, maar een doelgroep gebruikt het zo; geef unit percent":
            [one for one in given if one in shares - given_shares],
        "{} is een aandeel, maar een doelgroep gebruikt het als aantal; geef percent_of of unit count":
            [one for one in given if one in counts & given_shares],
    }  # fmt: skip
    return [f"{place}: figures.tables: {text.format(name)}." for text, names in problems.items() for name in names]


def _unknown_categories(config: Path, shared: Mapping[str, Any]) -> list[str]:
    categories = shared["facilities"].categories
    groups: TargetGroupSettings = shared["target_groups"]
    named = {f"target_groups.yaml: norms.{name}": list(norms) for name, norms in groups.norms.items()}
    named |= {f"target_groups.yaml: groups.{name}.essential": g.essential or [] for name, g in groups.groups.items()}
    if "conflation" in shared:
        named["params.yaml: conflation.distance_by_category"] = list(shared["conflation"].distance_by_category)
    if "witte_vlekken" in shared:
        named["params.yaml: witte_vlekken.anchor_categories"] = shared["witte_vlekken"].anchor_categories
    if "completeness_limits" in shared:
        limits = shared["completeness_limits"]
        named["params.yaml: completeness_limits"] = sorted({*limits.not_compared, *limits.national})
    faults = [
        f"{(config / place).as_posix()}: categorie {code} staat niet in facilities.yaml; voeg deze toe of verbeter."
        for place, codes in named.items()
        for code in codes
        if code not in categories
    ]
    place = (config / "target_groups.yaml").as_posix()
    for name, group in groups.groups.items():
        essential = essential_categories(group, categories)
        missing = [code for code in essential if code not in groups.norms_of(name)]
        faults += [f"{place}: norms.{group.norms}.{code} ontbreekt voor {name}; vul deze in." for code in missing]
        if "witte_vlekken" in shared and not _can_be_a_witte_vlek(essential, shared["witte_vlekken"]):
            faults.append(
                f"{place}: groups.{name}: met deze essentiële categorieën kan nooit een witte vlek ontstaan; vul "
                "essential aan of verlaag min_beyond."
            )
    return faults


def _unknown_profiles(config: Path, profiles: Mapping[str, Profile], groups: TargetGroupSettings) -> list[str]:
    place = (config / "target_groups.yaml").as_posix()
    return [
        f"{place}: groups.{code}.profile: {group.profile} staat niet in profiles.yaml; kies uit {', '.join(profiles)}."
        for code, group in groups.groups.items()
        if group.profile not in profiles
    ]


def _can_be_a_witte_vlek(essential: list[str], settings: WitteVlekSettings) -> bool:
    return len(essential) >= settings.min_beyond and bool(set(essential) & set(settings.anchor_categories))
