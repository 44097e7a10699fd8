"""Local checks of every kind and clusters through all stages of the tiny region, down to what people read."""

import shutil
from pathlib import Path
from typing import Any

import pytest
import yaml
from pyproj import Transformer

from pipeline import contracts
from pipeline.errors import SourceError
from pipeline.tables import RegionFiles
from tests import tiny_region
from tests.stage_runs import hashes, run_stages, stage_names
from tests.tiny_region import ORIGIN_X, ORIGIN_Y, REGION

WEST, EAST, BOTH = "WK000100", "WK000101", "WK000100+WK000101"
_TO_DEGREES = Transformer.from_crs("EPSG:28992", "EPSG:4326", always_xy=True)


def from_stage(first: str) -> list[str]:
    names = stage_names()
    return names[names.index(first) :]


def copied(finished: Path, factory: pytest.TempPathFactory, name: str) -> Path:
    root = factory.mktemp(name) / "project"
    shutil.copytree(finished, root)
    return root


def row(table: Any, **key: str) -> Any:
    for column, value in key.items():
        table = table[table[column] == value]
    assert len(table) == 1
    return table.iloc[0]


# --- Local checks ----------------------------------------------------------------------------------------------------


def check(kind: str, category: str, *, x: float | None = None, y: float = 0.0, **values: str) -> dict[str, str]:
    """Make the row of a check, valid and of a later day than the map; x and y in metres from the origin."""
    found = {"check": kind, "category": category, "role": "wijkraad", "source": "rondgang"}
    if x is not None:
        longitude, latitude = _TO_DEGREES.transform(ORIGIN_X + x, ORIGIN_Y + y)
        found |= {"latitude": f"{latitude:.7f}", "longitude": f"{longitude:.7f}"}
    return {**found, "date": "2024-06-01", "expires": "2026-06-01", **values}


CHECKS = {
    "2": check("exists", "supermarket", x=1500, y=500, name="Buurtsuper"),
    "3": check("exists", "gp", x=330, y=500, name="huisarts"),  # the map has one 10 m from there
    "4": check("gone", "pharmacy", facility="Apotheek", date="2023-06-01"),  # older than the map, which shows it
    "5": check("moved", "meeting_place", x=1500, y=1500, facility="Dorpshuis"),
    "6": check("none_within", "stop", unit="Oost", within_m="800"),
    "7": check("none_within", "stop", unit=WEST, within_m="200"),  # the map has one nearer
    "8": check("complete", "gp", unit="Oost", within_m="3000"),
    "9": check("incomplete", "supermarket", unit="West"),
    "10": check("gone", "gp", facility="Opgeheven"),
    "11": check("gone", "supermarket", facility="Super", expires="2024-12-31"),
}


@pytest.fixture(scope="module")
def checked(finished_tiny_region: Path, tmp_path_factory: pytest.TempPathFactory) -> RegionFiles:
    root = copied(finished_tiny_region, tmp_path_factory, "checked")
    tiny_region.write_checks(root, list(CHECKS.values()))
    return run_stages(root, REGION, from_stage("apply_local_checks"))


@pytest.fixture(scope="module")
def unchecked(finished_tiny_region: Path) -> RegionFiles:
    return RegionFiles(finished_tiny_region, REGION)


def test_checks_name_what_the_map_and_the_units_have(checked: RegionFiles) -> None:
    found = checked.read(contracts.LOCAL_CHECKS).set_index("check_id")
    assert set(found.index) == set(CHECKS)
    assert set(found.index[~found["is_applied"]]) == {"10", "11"}
    assert found["unit_code"].dropna().to_dict() == {"6": EAST, "7": WEST, "8": EAST, "9": WEST}
    assert found.loc["5", "facility_id"].startswith("meeting_place-n")


def test_facilities_are_added_confirmed_moved_and_removed(checked: RegionFiles, unchecked: RegionFiles) -> None:
    found = checked.read(contracts.FACILITIES)
    by_name = found.assign(x=found.geometry.x - ORIGIN_X, y=found.geometry.y - ORIGIN_Y).set_index("facility_name")
    assert set(by_name.index) == {"Super", "Buurtsuper", "Halte", "Huisarts", "Dorpshuis"}
    assert by_name["check_id"].dropna().to_dict() == {"Buurtsuper": "2", "Huisarts": "3", "Dorpshuis": "5"}
    assert by_name.loc["Buurtsuper", ["x", "y"]].tolist() == pytest.approx([1500, 500], abs=0.05)
    assert by_name.loc["Dorpshuis", ["x", "y"]].tolist() == pytest.approx([1500, 1500], abs=0.05)
    assert unchecked.read(contracts.FACILITIES)["check_id"].isna().all()


def test_walks_go_to_the_facilities_that_the_checks_leave(checked: RegionFiles, unchecked: RegionFiles) -> None:
    # In the east half of the homes stand along y = 500 from x = 1104 to 1864, the others 1,000 m north of these. The
    # new supermarket is at x = 1500: the farthest of the nearer half walk 396 m along the street and 10 m to it.
    before, after = (
        row(
            files.read(contracts.REACH_DISTANCES),
            unit_code=EAST,
            target_group="all_inhabitants",
            category="supermarket",
        )
        for files in (unchecked, checked)
    )
    assert (before["median_m"], after["median_m"]) == pytest.approx((1564 + 10, 396 + 10), abs=0.5)
    assert after["facility_id"] == "supermarket-check-2"
    none = row(
        checked.read(contracts.REACH_DISTANCES), unit_code=EAST, target_group="all_inhabitants", category="pharmacy"
    )
    assert none[["median_m", "facility_id"]].isna().all()


def test_completeness_of_the_checks_reaches_the_verdicts(checked: RegionFiles) -> None:
    judged = checked.read(contracts.CATEGORY_VERDICTS)
    everyone = judged[judged["target_group"] == "all_inhabitants"].set_index(["unit_code", "category"])
    assert everyone.loc[(WEST, "supermarket"), "completeness"] == "doubtful"
    assert everyone.loc[(EAST, "supermarket"), "completeness"] == "complete"
    # In a cluster with the west it is doubtful too.
    alone = judged[judged["target_group"] == "age_75_plus_alone"].set_index(["unit_code", "category"])
    assert alone.loc[(BOTH, "supermarket"), "completeness"] == "doubtful"


def test_what_contradicts_the_map_is_found(checked: RegionFiles, unchecked: RegionFiles) -> None:
    found = checked.read(contracts.CHECK_FINDINGS).set_index("check_id")["finding"]
    assert found.to_dict() == {
        "3": "already_known", "4": "newer_source_shows_it", "7": "nearer_one_known", "10": "no_such_facility",
        "11": "expired",
    }  # fmt: skip
    assert unchecked.read(contracts.CHECK_FINDINGS).empty


def test_what_people_read_shows_every_check_with_its_source(checked: RegionFiles) -> None:
    text = checked.published("index.html").read_text(encoding="utf-8")
    for part in ("Buurtsuper", "Apotheek", "Dorpshuis", "Opgeheven", "wijkraad", "rondgang"):
        assert part in text


def test_the_same_checks_give_the_same_bytes(checked: RegionFiles) -> None:
    before = hashes(checked.root / "data/processed", checked.root / "maps")
    run_stages(checked.root, REGION, from_stage("apply_local_checks"))
    assert hashes(checked.root / "data/processed", checked.root / "maps") == before


def test_without_its_checks_the_region_is_what_it_was(tiny: Path) -> None:
    before = hashes(tiny / "data/processed", tiny / "maps")
    tiny_region.write_checks(tiny, [CHECKS["4"], CHECKS["9"]])
    run_stages(tiny, REGION, ["apply_local_checks", "flag_witte_vlekken"])
    assert len(set(hashes(tiny / "data/processed").items()) - set(before.items())) == 4
    tiny_region.write_checks(tiny)
    run_stages(tiny, REGION, from_stage("apply_local_checks"))
    assert hashes(tiny / "data/processed", tiny / "maps") == before


def test_checks_that_cannot_be_used_are_all_named_and_leave_the_results(tiny: Path) -> None:
    before = hashes(tiny / "data/processed", tiny / "maps")
    unknown = check("complete", "gp", unit="Zuid", within_m="3000")
    tiny_region.write_checks(
        tiny, [check("gone", "gp", facility="n1"), unknown, check("incomplete", "stop", unit="Noord")]
    )
    with pytest.raises(SourceError) as caught:
        run_stages(tiny, REGION, from_stage("apply_local_checks"))
    assert [one.partition(";")[0] for one in caught.value.faults] == [
        "vierkant.checks.csv, rij 3, kolom unit: 'Zuid' is geen gebied van deze regio",
        "vierkant.checks.csv, rij 4, kolom unit: 'Noord' is geen gebied van deze regio",
    ]
    assert hashes(tiny / "data/processed", tiny / "maps") == before


# --- Clusters --------------------------------------------------------------------------------------------------------

ALONE = "age_75_plus_alone"
"""29 people (low bound 18) in each of the two wijken, of which 25 are needed for a verdict."""


def test_two_small_wijken_a_kilometre_apart_are_judged_together(unchecked: RegionFiles) -> None:
    clusters = unchecked.read(contracts.CLUSTERS)
    assert set(clusters["cluster_code"]) == {BOTH}
    assert set(clusters["cluster_name"]) == {"Oost en West samen"}
    assert "all_inhabitants" not in set(clusters["target_group"])
    assert {"age_75_plus_alone", "wheelchair"} <= set(clusters["target_group"])
    verdicts = unchecked.read(contracts.VERDICT_TABLE)
    alone = verdicts[verdicts["target_group"] == ALONE].set_index("unit_code")["verdict"]
    assert alone.to_dict() == {WEST: "too_small", EAST: "too_small", BOTH: "witte_vlek"}


def test_a_cluster_is_the_sum_of_its_units_in_every_table(unchecked: RegionFiles) -> None:
    units = unchecked.read(contracts.UNIT_DEMAND)
    units = units[units["target_group"] == ALONE]
    together = row(unchecked.read(contracts.CLUSTER_DEMAND), unit_code=BOTH, target_group=ALONE)
    for column in ("people", "people_low", "people_high", "not_placed_people"):
        assert together[column] == pytest.approx(units[column].sum())
    assert together["people_per_km2"] == pytest.approx(units["people"].sum() / 4)
    shares = unchecked.read(contracts.REACH_SHARES)
    key = {"target_group": ALONE, "category": "gp", "distance_kind": "norm"}
    west, east, both = (row(shares, unit_code=code, **key) for code in (WEST, EAST, BOTH))
    assert both["people_low"] == pytest.approx(west["people_low"] + east["people_low"])
    assert both["people_high"] == pytest.approx(west["people_high"] + east["people_high"])


def test_the_median_of_a_cluster_is_that_of_all_its_homes(unchecked: RegionFiles) -> None:
    # To the GP at (320, 500): the homes of the south-west are within 554 m. Of the 80 homes the 40th is the last of
    # those and of the north-west and south-east that are nearest; all have as many people.
    distances = unchecked.read(contracts.DISTANCES)
    gp = distances[(distances["category"] == "gp") & (distances["profile"] == "on_foot")]["nearest_m"].sort_values()
    both = row(unchecked.read(contracts.REACH_DISTANCES), unit_code=BOTH, target_group=ALONE, category="gp")
    assert len(gp) == 80
    assert both["median_m"] == gp.iloc[39]
    assert both["p90_m"] == gp.iloc[71]


def write_params(root: Path, max_m: float) -> None:
    path = root / "config/params.yaml"
    params = yaml.safe_load(path.read_text(encoding="utf-8"))
    params["clusters"]["max_m"] = max_m
    path.write_text(yaml.safe_dump(params), encoding="utf-8")


def test_farther_apart_than_the_settings_say_nothing_is_judged_together(tiny: Path) -> None:
    write_params(tiny, 999)  # the middles of the wijken are 1,000 m apart
    files = run_stages(tiny, REGION, from_stage("form_clusters"))
    assert files.read(contracts.CLUSTERS).empty
    assert files.read(contracts.CLUSTER_DEMAND).empty
    assert BOTH not in set(files.read(contracts.VERDICT_TABLE)["unit_code"])
    write_params(tiny, 1000)
    assert set(run_stages(tiny, REGION, ["form_clusters"]).read(contracts.CLUSTERS)["cluster_code"]) == {BOTH}


def test_the_settings_may_put_units_together_that_lie_farther_apart(tiny: Path) -> None:
    write_params(tiny, 10)
    content = tiny_region.settings()
    content["region"]["clusters"] = [["West", EAST]]
    tiny_region.write_settings(tiny, content)
    files = run_stages(tiny, REGION, from_stage("form_clusters"))
    assert set(files.read(contracts.CLUSTERS)["cluster_name"]) == {"West en Oost samen"}
    content["region"]["clusters"] = [["West", "Zuid"], [WEST, "Noord"]]
    tiny_region.write_settings(tiny, content)
    before = hashes(tiny / "data/processed")
    with pytest.raises(SourceError) as caught:
        run_stages(tiny, REGION, from_stage("form_clusters"))
    assert len(caught.value.faults) == 3  # Zuid, Noord, and West twice
    assert hashes(tiny / "data/processed") == before
