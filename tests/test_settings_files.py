"""Settings: every fault of every file at once, with file, key and remedy."""

import shutil
from pathlib import Path

import pytest
import yaml
from pydantic import ValidationError

from pipeline.config.region import CompletenessSettings
from pipeline.config.target_groups import Norm, Rate, essential_categories
from pipeline.errors import SettingsError
from pipeline.settings_files import SECTIONS, check_all, read_sections
from tests.stage_runs import PROJECT


@pytest.fixture
def config(tmp_path: Path) -> Path:
    return Path(shutil.copytree(PROJECT / "config", tmp_path / "config"))


def change(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def faults(config: Path) -> str:
    with pytest.raises(SettingsError) as caught:
        check_all(config)
    return "\n".join(caught.value.faults)


@pytest.mark.parametrize("region", ["kampen", "markerwaard"])
def test_shipped_settings_are_in_order(config: Path, region: str) -> None:
    change(config / "params.yaml", "regions: [markerwaard]", f"regions: [{region}]")
    assert check_all(config) == [region]
    assert set(read_sections(config, SECTIONS, region)) == set(SECTIONS)


def test_settings_are_frozen(config: Path) -> None:
    units = read_sections(config, ["units"])["units"]
    with pytest.raises(ValidationError, match="frozen"):
        units.dorp_max_inhabitants = 1


def test_all_faults_of_all_files_come_at_once(config: Path) -> None:
    change(config / "params.yaml", "connect_max_m: 150", "connect_max_m: -1")
    change(config / "params.yaml", "dorp_max_inhabitants: 5000", "dorp_max_inhabitants: 50000")
    change(config / "facilities.yaml", "is_essential: true", "is_esential: true")
    change(config / "target_groups.yaml", "norms: gewoon", "norms: gewon")
    change(config / "regions/markerwaard.yaml", "base_level: buurt", "base_level: straat")
    found = faults(config)
    for part in (
        "params.yaml: network.connect_max_m",
        "params.yaml: units: ",
        "dorp_max_inhabitants mag niet groter zijn",
        "facilities.yaml: facilities.categories.supermarket.is_essential: ontbreekt",
        "is_esential: onbekende sleutel",
        "target_groups.yaml: target_groups: ",
        "regions/markerwaard.yaml: region.base_level",
    ):
        assert part in found
    assert len(found.splitlines()) == 6


@pytest.mark.parametrize(
    ("file", "old", "new", "expected"),
    [
        ("params.yaml", "regions: [markerwaard]", "regions: [nergens]", "nergens.yaml: bestand ontbreekt"),
        ("params.yaml", "regions: [markerwaard]", "regions: []", "regions: is te kort of leeg"),
        ("params.yaml", "regions: [markerwaard]", "regions: [../markerwaard]", "regions.0: heeft niet de vorm"),
        ("gemeenten.yaml", "ended: {GM0457: Weesp}", "ended: {Weesp: Weesp}", "mergers"),
        (
            "params.yaml",
            "share_beyond: 0.50",
            "share_beyond: 0.50\n  share_beyond: 0.6",
            "dubbele sleutel share_beyond",
        ),
        ("params.yaml", "units:", "unitz:", "unitz: onbekende sectie"),
        ("params.yaml", "units:", "unitz:", "sectie units ontbreekt"),
        ("params.yaml", "units:", "units: [", "geen geldige YAML"),
        (
            "params.yaml",
            "[supermarket, meeting_place]",
            "[supermarkt]",
            "categorie supermarkt staat niet in facilities",
        ),
        (
            "target_groups.yaml",
            "essential: [supermarket",
            "essential: [super",
            "categorie super staat niet in facilities",
        ),
        ("target_groups.yaml", "low: 0.33", "low: 0.53", "low <= value <= high"),
        ("target_groups.yaml", "comfort_m: 500", "comfort_m: 900", "comfort_m < norm_m < uiterst_m"),
        ("facilities.yaml", "      weight_visits_per_year: 52\n", "", "weight_visits_per_year nodig"),
        ("regions/markerwaard.yaml", '"2024-01-01"', "2024-01-01", "zet de waarde tussen aanhalingstekens"),
        (
            "regions/markerwaard.yaml",
            "meeting_place: {judgement",
            "buurthuis: {judgement",
            "onbekende categorie buurthuis",
        ),
        ("regions/markerwaard.yaml", "gp: &huisarts", "huisarts: &huisarts", "figures.reference: onbekende categorie"),
        (
            "regions/markerwaard.yaml",
            "mean_km: apotheek",
            "mean: apotheek",
            "figures.reference.1.columns.pharmacy.mean",
        ),
        (
            "params.yaml",
            "    gp: {count",
            "    huisarts: {count",
            "completeness_limits: categorie huisarts staat niet in",
        ),
        ("params.yaml", "few_share: 0.75", "few_share: 0", "completeness_limits.few_share: moet groter zijn dan 0"),
        ("regions/markerwaard.yaml", "GM9901", "9901", "region.gemeenten"),
        ("regions/markerwaard.yaml", 'as_of: "2026-11-22"', 'as_of: "vandaag"', "local_checks.as_of"),
        ("regions/markerwaard.yaml", "local_checks:", "lokaal:", "sectie local_checks ontbreekt"),
        ("params.yaml", "  max_m: 5000", "  max_m: 0", "clusters.max_m"),
        ("profiles.yaml", "  on_foot:", "  te_voet:", "on_foot ontbreekt of stelt eisen"),
        ("profiles.yaml", "limit: {tag: width, at_least: 0.9}", "limit: {tag: width}", "geef óf at_least óf at_most"),
        ("profiles.yaml", "otherwise: unknown", "otherwise: onbekend", "profiles.rollator.ways.1.otherwise"),
        ("target_groups.yaml", "profile: rollator", "profile: rolator", "profile: rolator staat niet in profiles.yaml"),
        ("target_groups.yaml", "reference_norms: gewoon", "reference_norms: gewon", "gewon staat niet bij norms"),
        ("target_groups.yaml", "reference_m_per_s: 1.33", "reference_m_per_s: 0.9", "mag niet onder een snelheid"),
        ("target_groups.yaml", "{age: 70,", "{age: 60,", "speeds moet oplopen in leeftijd"),
        ("target_groups.yaml", "walking_age: 75", "walking_age: 175", "groups.age_65_plus.walking_age"),
    ],
)
def test_a_mistake_is_named(config: Path, file: str, old: str, new: str, expected: str) -> None:
    change(config / file, old, new)
    assert expected in faults(config)


def test_a_file_that_is_no_text_is_named(config: Path) -> None:
    (config / "facilities.yaml").write_bytes(b"\xff\xfe\x00")
    assert "facilities.yaml: geen geldige YAML" in faults(config)


def test_a_new_category_and_group_need_no_code(config: Path) -> None:
    facilities = yaml.safe_load((config / "facilities.yaml").read_text(encoding="utf-8"))
    facilities["facilities"]["categories"]["physiotherapist"] = {
        "label": "Fysiotherapeut", "plural": "Fysiotherapeuten", "match": [{"healthcare": "physiotherapist"}],
        "is_essential": False,
    }  # fmt: skip
    (config / "facilities.yaml").write_text(yaml.safe_dump(facilities), encoding="utf-8")
    groups = yaml.safe_load((config / "target_groups.yaml").read_text(encoding="utf-8"))
    groups["target_groups"]["groups"]["everyone_again"] = {
        "label": "Iedereen", "terms": [{"count": "inhabitants"}], "profile": "on_foot", "norms": "gewoon",
        "min_count": 25,
    }  # fmt: skip
    (config / "target_groups.yaml").write_text(yaml.safe_dump(groups), encoding="utf-8")
    assert check_all(config) == ["markerwaard"]


def test_essential_categories_follow_the_group(config: Path) -> None:
    read = read_sections(config, ["facilities", "target_groups"])
    categories, groups = read["facilities"].categories, read["target_groups"].groups
    assert essential_categories(groups["dementia"], categories) == ["supermarket", "meeting_place"]
    everyday = ["supermarket", "stop", "gp", "pharmacy", "meeting_place"]
    assert essential_categories(groups["age_75_plus"], categories) == everyday


def test_the_norms_are_those_of_the_design(config: Path) -> None:
    norms = read_sections(config, ["target_groups"])["target_groups"].norms
    assert norms["gewoon"]["stop"] == Norm(comfort_m=350, norm_m=500, uiterst_m=800)
    assert norms["kort"]["gp"] == Norm(comfort_m=400, norm_m=750, uiterst_m=1500)
    assert set(norms["dementie"]) == {"supermarket", "meeting_place"}


def test_an_overrule_of_completeness_needs_a_reason() -> None:
    assert CompletenessSettings.model_validate({}).overrules == {}
    for reason in ({}, {"reason": ""}):
        with pytest.raises(ValidationError, match="reason"):
            CompletenessSettings.model_validate({"overrules": {"stop": {"judgement": "complete", **reason}}})


def test_a_rate_keeps_its_source() -> None:
    with pytest.raises(ValidationError, match="source"):
        Rate.model_validate(
            {"value": 0.1, "low": 0.1, "high": 0.1, "what": "x", "year": "2020", "population_base": "all"}
        )


# --- Registers of facilities -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        (
            "Inloop: meeting_place",
            "Inloop: kapper",
            "voorzieningen_gemeente.xlsx: categories: onbekende categorie kapper",
        ),
        ("Inloop: meeting_place", "dorpshuis: meeting_place", "categories noemt dorpshuis meer dan eens"),
        ("        longitude: Lengtegraad\n", "", "latitude en longitude horen bij elkaar"),
        ("        house_number: Huisnr.\n", "", "postcode en house_number horen bij elkaar"),
        (
            "        latitude: Breedtegraad",
            "        x: X\n        y: Y\n        latitude: Breedtegraad",
            "geef óf latitude",
        ),
        ("voorzieningen_gemeente.xlsx", "voorzieningen.xls", "heeft niet de vorm"),
        ("voorzieningen_gemeente.xlsx", "voorzieningen.csv", "sheet kan niet bij een CSV"),
        ("voorzieningen_gemeente.xlsx", "voorzieningen.gpkg", "heading_row kan niet bij een GeoPackage"),
        ('      reference_date: "2024-03-01"\n', "", "reference_date: ontbreekt"),
        ("geocoder: false", "geocoder: misschien", "facility_registers.geocoder: moet true of false zijn"),
    ],
)
def test_a_register_that_cannot_be_read_is_named(old: str, new: str, says: str, config: Path) -> None:
    change(config / "regions/markerwaard.yaml", old, new)
    assert says in faults(config)


def test_a_register_must_say_where_facilities_are(config: Path) -> None:
    path = config / "regions/markerwaard.yaml"
    text = path.read_text(encoding="utf-8")
    begin, end = text.index("        latitude:"), text.index("        capacity:")
    path.write_text(text[:begin] + text[end:], encoding="utf-8")
    assert "columns zegt niet waar een voorziening is" in faults(config)
    path.write_text(text[:begin] + "        addition: Toev.\n" + text[end:], encoding="utf-8")
    assert "addition hoort bij postcode" in faults(config)


def test_a_register_stands_there_once(config: Path) -> None:
    path = config / "regions/markerwaard.yaml"
    content = yaml.safe_load(path.read_text(encoding="utf-8"))
    content["facility_registers"]["files"] *= 2
    path.write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")
    assert "files noemt voorzieningen_gemeente.xlsx meer dan eens" in faults(config)


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("    bench: 10 ", "    kapper: 10 ", "categorie kapper staat niet in facilities.yaml"),
        ("  perhaps_alike: 0.6", "  perhaps_alike: 0.9", "perhaps_alike mag niet groter zijn dan alike"),
        ("  look_within_m: 500", "  look_within_m: 100", "distance_m mag niet groter zijn dan look_within_m"),
    ],
)
def test_distances_and_likenesses_must_fit(old: str, new: str, says: str, config: Path) -> None:
    change(config / "params.yaml", old, new)
    assert says in faults(config)
