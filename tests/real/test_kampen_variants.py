"""Kampen under local checks and under an actieradius by age; and its clusters of small dorpen."""

import shutil
from pathlib import Path

import pandas as pd
import pytest

from pipeline import contracts
from pipeline.tables import RegionFiles
from tests.real.rows import row
from tests.stage_runs import run_stages, stage_names

pytestmark = pytest.mark.real

WILSUM = {"unit_code": "GM0166-wilsum", "target_group": "age_75_plus"}
NONE_IN_WILSUM = "".join(
    f"none_within,{category},Wilsum,,,,,1500,dorpsraad,2026-10-01,rondgang,2027-10-01\n"
    for category in ("supermarket", "gp", "pharmacy")
)


def copied(kampen: RegionFiles, folder: Path) -> Path:
    root = folder / "project"
    shutil.copytree(kampen.root, root)
    return root


# --- Clusters --------------------------------------------------------------------------------------------------------

VILLAGES = {"GM0166-zalk", "GM0166-kamperveen", "GM0166-s-heerenbroek"}


def test_the_three_villages_are_judged_together_where_each_is_too_small(kampen: RegionFiles) -> None:
    clusters = kampen.read(contracts.CLUSTERS)
    villages = clusters[clusters["unit_code"].isin(VILLAGES)]
    assert set(villages["cluster_name"]) == {"Zalk, Kamperveen en 's-Heerenbroek samen"}
    together = villages.groupby("target_group")["unit_code"].agg(set).to_dict()
    assert all(units == VILLAGES for units in together.values())
    assert "age_75_plus_alone" in together
    # Of 75 and over only 's-Heerenbroek is too small: it stays alone.
    assert not {"all_inhabitants", "age_65_plus", "age_75_plus", "age_80_plus"} & set(together)


def test_the_three_villages_have_the_people_of_all_three(kampen: RegionFiles) -> None:
    units = kampen.read(contracts.UNIT_DEMAND)
    alone = units[units["unit_code"].isin(VILLAGES) & (units["target_group"] == "age_75_plus_alone")]
    assert len(alone) == 3
    code = "+".join(sorted(VILLAGES))
    both = row(kampen.read(contracts.CLUSTER_DEMAND), {"unit_code": code, "target_group": "age_75_plus_alone"})
    assert both["people_low"] == pytest.approx(alone["people_low"].sum())
    assert alone["people_low"].max() < 25 <= both["people_low"]
    verdict = row(kampen.read(contracts.VERDICT_TABLE), {"unit_code": code, "target_group": "age_75_plus_alone"})
    assert verdict["verdict"] == "undetermined"  # their addresses lie for the most part outside the extract
    assert verdict["is_provisional"]


# --- Wilsum with a local check ---------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def checked(kampen: RegionFiles, tmp_path_factory: pytest.TempPathFactory) -> RegionFiles:
    """Run with checks that Wilsum has no supermarket, GP or pharmacy within 1,500 m, also outside the extract."""
    root = copied(kampen, tmp_path_factory.mktemp("wilsum"))
    path = root / "config/regions/kampen.checks.csv"
    path.write_text(path.read_text(encoding="utf-8") + NONE_IN_WILSUM, encoding="utf-8")
    names = stage_names()
    return run_stages(root, "kampen", names[names.index("apply_local_checks") :])


def test_without_checks_wilsum_is_undetermined_and_with_them_a_severe_witte_vlek(
    kampen: RegionFiles, checked: RegionFiles
) -> None:
    before, after = (row(files.read(contracts.VERDICT_TABLE), WILSUM) for files in (kampen, checked))
    assert before["verdict"] == "undetermined"
    assert after[["verdict", "is_provisional", "provisional_verdict"]].tolist() == ["severe", False, "severe"]
    assert before["severity_low"] < after["severity_low"] <= after["severity_high"] <= before["severity_high"]


def test_what_was_checked_in_wilsum_is_beyond_for_certain_as_far_as_was_checked(checked: RegionFiles) -> None:
    judged = checked.read(contracts.CATEGORY_VERDICTS)
    by_category = {code: row(judged, {**WILSUM, "category": code}) for code in ("supermarket", "gp", "pharmacy")}
    assert {code: one["reach"] for code, one in by_category.items()} == dict.fromkeys(by_category, "beyond")
    assert {one["completeness"] for one in by_category.values()} == {"complete"}
    # The outermost norm of a supermarket is 1,500 m, that of a GP and a pharmacy 3,000 m: farther than was checked.
    outer = {code: one["uiterst_reach"] for code, one in by_category.items()}
    assert outer == {"supermarket": "beyond", "gp": "undecided", "pharmacy": "undecided"}
    assert checked.read(contracts.CHECK_FINDINGS).empty


def test_checks_in_wilsum_change_nothing_elsewhere(kampen: RegionFiles, checked: RegionFiles) -> None:
    for contract in (contracts.VERDICT_TABLE, contracts.CATEGORY_VERDICTS, contracts.REACH_DISTANCES):
        before, after = (files.read(contract) for files in (kampen, checked))
        elsewhere = before["unit_code"] != WILSUM["unit_code"]
        pd.testing.assert_frame_equal(before[elsewhere], after[elsewhere])
        if contract is not contracts.REACH_DISTANCES:
            assert not before[~elsewhere].equals(after[~elsewhere])


# --- The actieradius by age ------------------------------------------------------------------------------------------


def test_an_actieradius_by_age_changes_22_verdicts_in_7_units(kampen: RegionFiles, tmp_path: Path) -> None:
    root = copied(kampen, tmp_path)
    path = root / "config/target_groups.yaml"
    text = path.read_text(encoding="utf-8")
    assert "method: fixed" in text
    path.write_text(text.replace("method: fixed", "method: by_age"), encoding="utf-8")
    by_age = run_stages(root, "kampen", ["summarise_reach", "flag_witte_vlekken"]).read(contracts.VERDICT_TABLE)
    fixed = kampen.read(contracts.VERDICT_TABLE)
    assert by_age["unit_code"].equals(fixed["unit_code"])
    changed = by_age[by_age["verdict"] != fixed["verdict"]]
    assert len(changed) == 22
    assert changed["unit_code"].nunique() == 7
    assert changed["target_group"].value_counts().to_dict() == {
        "age_65_plus": 6, "age_75_plus": 7, "age_75_plus_alone": 6, "limited_mobility": 3,
    }  # fmt: skip
    # Who walks at the speed of everyone, or without one of their own, is judged as before.
    assert not {"all_inhabitants", "wheelchair"} & set(changed["target_group"])
    # Centre of Kampen, 75 and over: 500, 800, 1,500 m become 240, 390, 730 m.
    centre = {"unit_code": "8261", "target_group": "age_75_plus"}
    assert [row(table, centre)["verdict"] for table in (fixed, by_age)] == ["none", "attention"]
