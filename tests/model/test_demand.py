"""Demand: figures meet on the dwelling, nothing is lost, and intervals hold what rounding and rates allow."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.config.target_groups import TargetGroup
from pipeline.contracts import DEMAND, UNIT_DEMAND
from pipeline.model.demand import estimate_demand, is_estimate, summarise_demand
from pipeline.settings_files import read_sections
from pipeline.tables import check_table
from tests.model.builders import (
    CONFIG,
    base_area,
    base_areas,
    dwelling_rows,
    dwellings,
    figures,
    group,
    rate,
    rate_figure,
    units,
)

OLDER = "inhabitants_65_plus"
SHARE_75 = {"count": OLDER, "part": ["age_75"], "of": ["age_65", "age_75"]}
LIMITED = {"count": OLDER, "rate_figure": rate_figure("limited_share")}
Figures = Mapping[tuple[str, str], Any]


def estimate(homes: gpd.GeoDataFrame, base: gpd.GeoDataFrame, known: Figures, *terms: Mapping[str, Any]) -> pd.Series:
    """Return the people of a group of `terms` by cell."""
    demand = estimate_demand(homes, base, figures(known), {"g": group(*terms)})
    check_table(DEMAND, demand)
    return demand.set_index("cell_code")["people"]


@pytest.fixture
def homes() -> gpd.GeoDataFrame:
    """Make a buurt of 100 dwellings: 60 in one postcode area and 40 in another."""
    return dwellings(*(
        dwelling_rows(count, base="BU00010001", buurt="BU00010001", wijk="WK000100", postcode=postcode)
        for postcode, count in (("1001", 60), ("1002", 40))
    ))  # fmt: skip


@pytest.fixture
def base() -> gpd.GeoDataFrame:
    return base_areas(base_area("BU00010001", homes_count=100.0, dwelling_count=100))


def summarise(known: pd.DataFrame, groups: Mapping[str, TargetGroup], *codes: str, land_km2: float = 1.0) -> Any:
    """Return what becomes of figures in a unit of base areas of one dwelling each."""
    homes = dwellings(*(dwelling_rows(1, base=code, postcode=code) for code in codes))
    counted = known[known["variable"] == "inhabitants"].set_index("area_code")["value"]
    area = base_areas(
        *(base_area(code, homes_count=1.0, dwelling_count=1, inhabitants_count=counted.get(code)) for code in codes)
    )
    summary = summarise_demand(
        estimate_demand(homes, area, known, groups), units("U1", land_km2=land_km2), groups, area
    )
    check_table(UNIT_DEMAND, summary)
    return summary


WEST, EAST = "BU00010001/BU00010001/1001/WK000100", "BU00010001/BU00010001/1002/WK000100"
REST = "BU00010001/not placed"


# --- Figures meet on the dwelling ------------------------------------------------------------------------------------


def test_a_share_per_postcode_refines_a_count_per_buurt(homes: gpd.GeoDataFrame, base: gpd.GeoDataFrame) -> None:
    ages = {("1001", "age_65"): 50, ("1001", "age_75"): 50, ("1002", "age_65"): 75, ("1002", "age_75"): 25}
    people = estimate(homes, base, {("BU00010001", OLDER): 200, **ages}, SHARE_75)
    # 200 people over 100 dwellings: 120 in the west of whom a half is over 75, 80 in the east of whom a quarter is.
    assert people[[WEST, EAST]].tolist() == pytest.approx([60, 20])


def test_a_rate_falls_back_from_buurt_to_postcode_to_wijk_to_gemeente(
    homes: gpd.GeoDataFrame, base: gpd.GeoDataFrame
) -> None:
    known: dict[tuple[str, str], float | None] = {("BU00010001", OLDER): 200, ("GM0001", "limited_share"): 0.1}
    by_level = [estimate(homes, base, known, LIMITED).sum()]
    for area, share in (("WK000100", 0.2), ("1001", 0.3), ("BU00010001", 0.4)):
        known[area, "limited_share"] = share
        by_level.append(estimate(homes, base, known, LIMITED).sum())
    # Of 200 people: a tenth, a fifth; 0.3 of the 120 in postcode 1001 and 0.2 of the other 80; 0.4 of all.
    assert by_level == pytest.approx([20, 40, 52, 80])


def test_a_secret_rate_falls_back_to_the_larger_area(homes: gpd.GeoDataFrame, base: gpd.GeoDataFrame) -> None:
    rates = {("BU00010001", "limited_share"): None, ("WK000100", "limited_share"): 0.25}
    assert estimate(homes, base, {("BU00010001", OLDER): 200, **rates}, LIMITED).sum() == pytest.approx(50)


def test_terms_add_up_each_with_its_own_rate(homes: gpd.GeoDataFrame, base: gpd.GeoDataFrame) -> None:
    ages = {("WK000100", "age_65"): 60, ("WK000100", "age_75"): 40}
    younger = {"count": OLDER, "part": ["age_65"], "of": ["age_65", "age_75"], "rates": [rate(0.1, 0.1, 0.1)]}
    older = {**SHARE_75, "rates": [rate(0.5, 0.5, 0.5), rate(0.5, 0.5, 0.5)]}
    # Of 200: 120 x 0.1 and 80 x 0.5 x 0.5.
    assert estimate(homes, base, {("BU00010001", OLDER): 200, **ages}, younger, older).sum() == pytest.approx(32)


# --- Placed and not placed -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cbs_homes", "found", "placed", "not_placed"),
    [
        (100, 100, 240, 0),
        (120, 90, 180, 60),  # two people a home; thirty homes were not found
        (80, 100, 240, 0),  # more dwellings than homes: the same people over more dwellings
        (None, 100, 240, 0),  # homes unknown: the dwellings found
        (100, 0, 0, 240),
        (0, 0, 0, 240),  # people without homes or dwellings are not lost
        (None, 0, 0, 240),
    ],
)
def test_people_without_a_dwelling_are_not_placed(
    cbs_homes: float | None, found: int, placed: float, not_placed: float
) -> None:
    area = base_areas(base_area("1001", homes_count=cbs_homes, dwelling_count=found), base_area("1002"))
    homes = dwellings(dwelling_rows(found, base="1001", postcode="1001"), dwelling_rows(1, base="1002"))
    demand = estimate_demand(homes, area, figures({("1001", "inhabitants"): 240}), {"g": group()})
    by_placed = demand[demand["base_code"] == "1001"].groupby("is_placed")["people"].sum()
    assert by_placed.reindex([True, False], fill_value=0).tolist() == pytest.approx([placed, not_placed])


@pytest.mark.parametrize(
    ("rates", "people"),
    [
        ({"WK000100": 0.25}, 25),  # that of the wijk
        ({"1001": 0.1, "1002": 0.2}, 14),  # none is known of the whole: the mean over 60 dwellings and 40
        ({"1001": 0.1}, 10),  # the mean over the dwellings of which it is known
    ],
)
def test_people_not_placed_get_the_rate_of_their_base_area(
    homes: gpd.GeoDataFrame, rates: dict[str, float], people: float
) -> None:
    area = base_areas(base_area("BU00010001", homes_count=200.0, dwelling_count=100))
    known = {("BU00010001", OLDER): 200, **{(code, "limited_share"): share for code, share in rates.items()}}
    assert estimate(homes, area, known, LIMITED)[REST] == pytest.approx(people)


# --- Unknown, and none -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "known",
    [
        {("BU00010001", OLDER): None, ("WK000100", "limited_share"): 0.2},
        {("BU00010001", OLDER): 200, ("WK000100", "limited_share"): None},
        {("BU00010001", OLDER): 200},
        {},
    ],
    ids=["secret count", "secret rate", "no rate", "no figures"],
)
def test_unknown_stays_unknown(homes: gpd.GeoDataFrame, base: gpd.GeoDataFrame, known: Figures) -> None:
    assert estimate(homes, base, known, LIMITED)[[WEST, EAST]].isna().all()


def test_unknown_in_a_part_makes_the_unit_unknown() -> None:
    known = figures({("1001", "inhabitants"): 10, ("1002", "inhabitants"): None})
    unit = summarise(known, {"g": group()}, "1001", "1002").iloc[0]
    assert unit[["people", "people_low", "people_high", "shown_low", "people_per_km2"]].isna().all()


def test_nobody_is_nobody_even_where_rates_are_unknown(homes: gpd.GeoDataFrame, base: gpd.GeoDataFrame) -> None:
    demand = estimate_demand(homes, base, figures({("BU00010001", OLDER): 0}), {"g": group(LIMITED)})
    assert (demand[["people", "people_low", "people_high"]] == 0).all(axis=None)


@pytest.mark.parametrize("terms", [(), (LIMITED,)], ids=["a count", "a rate that is unknown"])
def test_a_rounded_zero_may_be_a_few_people(
    homes: gpd.GeoDataFrame, base: gpd.GeoDataFrame, terms: tuple[Mapping[str, Any], ...]
) -> None:
    known = figures({("BU00010001", variable): (0, 0, 2.5) for variable in ("inhabitants", OLDER)})
    demand = estimate_demand(homes, base, known, {"g": group(*terms)})
    assert demand[["people", "people_low", "people_high"]].sum().tolist() == pytest.approx([0, 0, 2.5])


# --- Intervals -------------------------------------------------------------------------------------------------------


def test_verdicts_rest_on_the_worst_case_and_what_is_shown_is_narrower() -> None:
    rounded = figures({(code, "inhabitants"): (100, 97.5, 102.5) for code in ("1001", "1002")})
    groups = {"all": group(), "some": group({"count": "inhabitants", "rates": [rate(0.3, 0.25, 0.35)]})}
    summary = summarise(rounded, groups, "1001", "1002")
    everyone, some = (summary.set_index("target_group").loc[code] for code in groups)
    assert everyone[["people_low", "people_high"]].tolist() == pytest.approx([195, 205])
    # Two independent errors of 2.5: the root of 2 x 2.5 squared is 3.5355.
    assert everyone[["shown_low", "shown_high"]].tolist() == pytest.approx([196.4645, 203.5355], abs=1e-4)
    # 195 x 0.25 and 205 x 0.35.
    assert some[["people_low", "people", "people_high"]].tolist() == pytest.approx([48.75, 60, 71.75])
    # Rounding, at the central rate, is 0.3 x 3.5355 = 1.0607; the rate alone takes 195 x 0.3 = 58.5 down to 48.75.
    assert some["shown_low"] == pytest.approx(60 - 1.0607 - 9.75, abs=1e-4)
    assert (everyone["is_estimate"], some["is_estimate"]) == (False, True)


def test_the_margin_of_a_figure_widens_the_worst_case_around_its_rounding() -> None:
    known = figures({("1001", OLDER): 100, ("1001", "limited_share"): (0.3, 0.25, 0.35)})
    groups = {"g": group({"count": OLDER, "rate_figure": rate_figure("limited_share", 0.8, 1.2)})}
    row = summarise(known, groups, "1001").iloc[0]
    assert row[["people_low", "people", "people_high"]].tolist() == pytest.approx(
        [100 * 0.25 * 0.8, 30, 100 * 0.35 * 1.2]
    )


def test_densities_are_unknown_without_land_or_inhabitants() -> None:
    unit = summarise(figures({("1001", "inhabitants"): 0}), {"g": group()}, "1001", land_km2=0).iloc[0]
    assert unit[["people_per_km2", "people_per_1000"]].isna().all()
    assert unit["people"] == 0


def test_densities_are_per_km2_of_land_and_per_1000_inhabitants() -> None:
    known = figures({("1001", "inhabitants"): 500, ("1001", OLDER): 100})
    unit = summarise(known, {"g": group({"count": OLDER})}, "1001", land_km2=0.5).iloc[0]
    assert (unit["people_per_km2"], unit["people_per_1000"]) == (200, 200)


# --- The groups of the settings --------------------------------------------------------------------------------------

GROUPS: dict[str, TargetGroup] = read_sections(CONFIG, ["target_groups"])["target_groups"].groups
AGES = ["age_65_69", "age_70_74", "age_75_79", "age_80_84", "age_85_89", "age_90_94", "age_95_plus"]
SOME = {code: GROUPS[code] for code in ("all_inhabitants", "walking_aid", "limited_mobility")}
"""A count, a share of ages with rates, and a rate that is itself a figure."""

few = settings(max_examples=8)


def test_dementia_of_the_settings_is_the_sum_over_its_age_classes() -> None:
    ages = {("1001", age): 100.0 for age in AGES}
    row = summarise(figures({("1001", OLDER): 700.0, **ages}), GROUPS, "1001").set_index("target_group").loc["dementia"]
    # A hundred people in each class, at the rates of the Rotterdam study (domain.md), low bound 0.87 ** 3 of these.
    measured = 0.9 + 2.1 + 6.1 + 17.6 + 31.7 + 40.7 + 43.2
    assert row["people"] == pytest.approx(measured)
    assert row["people_high"] == pytest.approx(measured)
    assert row["people_low"] == pytest.approx(measured * 0.87**3, rel=0.01)


def test_which_groups_of_the_settings_are_estimates() -> None:
    counted = [code for code, one in GROUPS.items() if not is_estimate(one)]
    assert counted == ["all_inhabitants", "age_65_plus"]


# --- Properties ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Region:
    """Some buurten with their dwellings and rounded figures, and the exact figures behind these."""

    homes: gpd.GeoDataFrame
    base: gpd.GeoDataFrame
    rounded: pd.DataFrame
    exact: pd.DataFrame


@st.composite
def regions(draw: st.DrawFn) -> Region:
    random = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    codes = [f"BU0001000{number}" for number in range(draw(st.integers(1, 4)))]
    rows: list[list[dict[str, Any]]] = []
    base: list[dict[str, Any]] = []
    rounded: dict[tuple[str, str], tuple[float, float, float]] = {}
    exact: dict[tuple[str, str], float] = {}
    for code in codes:
        found = draw(st.integers(0 if rows else 1, 12))
        unit = draw(st.sampled_from(["U1", "U2"]))
        split = draw(st.integers(0, found))
        for postcode, count in (("1001", split), ("1002", found - split)):
            rows.append(dwelling_rows(count, base=code, buurt=code, postcode=postcode, wijk="WK000100", unit=unit))
        homes = draw(st.none() | st.integers(0, 15).map(float))
        base.append(base_area(code, unit_code=unit, homes_count=homes, dwelling_count=found, inhabitants_count=900.0))
        for name in ("inhabitants", OLDER):
            rounded[code, name], exact[code, name] = _rounded(random, 5, 400)
    for area in ("1001", "1002", *codes):
        for name in AGES:
            rounded[area, name], exact[area, name] = _rounded(random, 5, 100)
    for area in (*codes[:1], "WK000100"):
        rounded[area, "mobility_limited_share"], exact[area, "mobility_limited_share"] = _rounded(random, 0.001, 1)
    return Region(dwellings(*rows), base_areas(*base), figures(rounded), figures(exact))


def _rounded(random: np.random.Generator, step: float, highest: float) -> tuple[tuple[float, float, float], float]:
    """Return a figure as CBS rounds it, with its interval, and a true value within that."""
    value = step * round(float(random.uniform(0, highest)) / step)
    low, high = max(value - step / 2, 0.0), min(value + step / 2, max(highest, value))
    return (value, low, high), float(random.uniform(low, high))


@few
@given(regions())
def test_placed_and_not_placed_are_together_the_figure(region: Region) -> None:
    demand = estimate_demand(region.homes, region.base, region.rounded, {"g": group()})
    counted = region.rounded[region.rounded["variable"] == "inhabitants"].set_index("area_code")
    together = demand.groupby("base_code")[["people", "people_low", "people_high"]].sum()
    np.testing.assert_allclose(together, counted.loc[together.index, ["value", "low", "high"]], atol=1e-6)
    assert (demand["people"] >= -1e-9).all()


@few
@given(regions())
def test_a_figure_changed_within_its_rounding_stays_within_the_interval(region: Region) -> None:
    published = estimate_demand(region.homes, region.base, region.rounded, SOME)
    true = estimate_demand(region.homes, region.base, region.exact, SOME)
    known = published["people"].notna() & true["people"].notna()
    assert known.any()
    slack = 1e-6
    for frame in (published, true):
        people = frame.loc[known, "people"]
        assert (published.loc[known, "people_low"] <= people + slack).all()
        assert (people <= published.loc[known, "people_high"] + slack).all()
        assert (published.loc[known, "rounding_low"] <= people + slack).all()
        assert (people <= published.loc[known, "rounding_high"] + slack).all()


@few
@given(regions())
def test_what_is_shown_lies_within_the_worst_case_and_around_the_estimate(region: Region) -> None:
    demand = estimate_demand(region.homes, region.base, region.rounded, SOME)
    summary = summarise_demand(demand, units("U1", "U2"), SOME, region.base).dropna(subset="people")
    steps = ["people_low", "shown_low", "people", "shown_high", "people_high"]
    assert (np.diff(summary[steps].to_numpy(), axis=1) >= -1e-6).all()


@few
@given(regions())
def test_buurten_sum_to_their_wijk(region: Region) -> None:
    demand = estimate_demand(region.homes, region.base, region.rounded, SOME)
    per_buurt = demand.assign(unit_code=demand["base_code"])
    codes = region.base["base_code"].tolist()
    separate = summarise_demand(per_buurt, units(*codes), SOME, region.base.assign(unit_code=codes))
    together = summarise_demand(demand.assign(unit_code="W"), units("W"), SOME, region.base.assign(unit_code="W"))
    names = ["people", "people_low", "people_high", "not_placed_people"]
    summed = separate.groupby("target_group")[names].sum(min_count=len(codes))  # unknown in one is unknown in all
    whole = together.set_index("target_group").loc[summed.index, names]
    np.testing.assert_allclose(summed, whole, atol=1e-6)


@few
@given(regions(), st.integers(0, 2**32 - 1))
def test_row_order_does_not_matter(region: Region, seed: int) -> None:
    def summary(homes: Any, base: Any, known: pd.DataFrame) -> pd.DataFrame:
        demand = estimate_demand(homes, base, known, SOME).sort_values(["cell_code", "target_group"])
        return summarise_demand(demand, units("U1", "U2"), SOME, base)

    shuffled = [frame.sample(frac=1, random_state=seed) for frame in (region.homes, region.base, region.rounded)]
    pd.testing.assert_frame_equal(
        summary(region.homes, region.base, region.rounded), summary(*shuffled), check_exact=False, rtol=1e-12
    )


def test_homes_and_figures_per_area_widen_what_shares_rest_on_and_national_rates_do_not(
    homes: gpd.GeoDataFrame,
) -> None:
    base = base_areas(base_area("BU00010001", homes_count=200.0, dwelling_count=100))
    known = pd.DataFrame({
        "area_code": "BU00010001", "variable": [OLDER, "homes"], "value": [200.0, 200.0], "low": [200.0, 160.0],
        "high": [200.0, 250.0], "year": 2024, "source": "test",
    })  # fmt: skip
    groups = {"g": group({"count": OLDER, "rates": [rate(0.5, 0.25, 1.0)]})}
    demand = estimate_demand(homes, base, known, groups)
    not_placed, placed = (
        demand.groupby("is_placed")[["people", "people_low", "weight_low", "weight_high"]].sum().to_numpy().tolist()
    )
    # Half of the 200 people live in the 100 dwellings found, if there are 200 homes; of each, half belong to the group.
    assert placed == pytest.approx([50, 25, 200 * 100 / 250 / 2, 200 * 100 / 160 / 2])
    assert not_placed == pytest.approx([50, 25, 200 * 60 / 160 / 2, 200 * 150 / 250 / 2])
