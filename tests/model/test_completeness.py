"""Completeness: too few is doubtful, too many never; what cannot be compared is unknown; an overrule wins."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.config.completeness import CompletenessLimits
from pipeline.contracts import COMPLETENESS, COMPLETENESS_AREAS, COMPLETENESS_MEASURES
from pipeline.errors import SourceError
from pipeline.model.car_distances import drive
from pipeline.model.completeness import (
    RADIUS_M,
    Judgement,
    compare_areas,
    covered_shares,
    judge,
    require_areas,
    summarise_measures,
)
from pipeline.model.judgements import describe, judgements_of
from pipeline.tables import check_table
from tests.model.builders import base_area, base_areas, dwelling_rows, dwellings, network_of, points

PEOPLE = 10.0
"""In each home."""

LIMITS = CompletenessLimits(
    covered_share=0.95, reached_share=0.95, few_share=0.75, far_factor=1.33, few_people_share=0.1,
    judged_people_share=0.5, expected_few_share=0.5, expected_min_count=3,
    national={"gp": {"count": 1, "inhabitants": 40, "source": "test", "year": 2020}},  # type: ignore[dict-item]
)  # fmt: skip


@dataclass(frozen=True)
class Judged:
    """The three tables of a road with homes and facilities."""

    areas: pd.DataFrame
    measures: pd.DataFrame
    categories: pd.DataFrame

    def area(self, code: str) -> Any:
        """Return the row of the only measure for an area."""
        return self.areas.set_index("area_code").loc[code]

    @property
    def measure(self) -> Any:
        """The row of the only measure."""
        assert len(self.measures) == 1
        return self.measures.iloc[0]

    @property
    def gp(self) -> Any:
        """The judgement on GPs."""
        return self.categories.set_index("category").loc["gp"]


def reference(values: Mapping[tuple[str, str], float | None]) -> pd.DataFrame:
    """Make figures of CBS by (area, measure), rounded to 0.1."""
    rows = [
        {"area_code": area, "category": "gp", "measure": measure, "value": value,
         "low": None if value is None else max(value - 0.05, 0), "high": None if value is None else value + 0.05,
         "year": 2024, "source": "cbs.csv"}
        for (area, measure), value in values.items()
    ]  # fmt: skip
    columns = ["area_code", "category", "measure", "value", "low", "high", "year", "source"]
    return pd.DataFrame(rows, columns=columns).astype({"value": "float64", "low": "float64", "high": "float64"})


def judged(
    values: Mapping[tuple[str, str], float | None],
    *,
    homes: Mapping[str, Sequence[float]],
    gps: Sequence[float],
    cbs_homes: Mapping[str, float | None] | None = None,
    exit_km: float | None = None,
    known: Mapping[str, Judgement] | None = None,
    overrules: Mapping[str, Judgement] | None = None,
) -> Judged:
    """Judge GPs along a straight road of 40 km from west to east; homes by buurt and GPs are km from its start.

    The road ends at the edge of the extract at `exit_km`, which is in the west.
    """
    start = 0.0 if exit_km is None else exit_km
    road = network_of([(start * 1000, 0.0), (40_000.0, 0.0)], [(0, 1)], exits=[] if exit_km is None else [0])
    living = dwellings(*(
        dwelling_rows(len(at), base=buurt, buurt=buurt, wijk="WK000100", at=[(km * 1000, 0.0) for km in at])
        for buurt, at in homes.items()
    ))  # fmt: skip
    counts = {buurt: float(len(at)) for buurt, at in homes.items()} | dict(cbs_homes or {})
    base = base_areas(
        *(base_area(one, dwelling_count=len(homes[one]), homes_count=count) for one, count in counts.items())
    )
    access, drives = drive(
        road, living.geometry.to_numpy(), points([(km * 1000, 0.0) for km in gps]),
        {"gp": np.ones(len(gps), dtype=bool)}, list(RADIUS_M.values()), connect_max_m=150,
    )  # fmt: skip
    people = np.full(len(living), PEOPLE)
    areas = compare_areas(reference(values), living, people, access, drives, covered_shares(base), LIMITS)
    measures = summarise_measures(areas, people.sum(), LIMITS)
    found = judge(
        measures, pd.Series({"gp": len(gps), "bench": 0}), people.sum(), LIMITS, known=known or {},
        overrules=overrules or {},
    )  # fmt: skip
    for contract, frame in ((COMPLETENESS_AREAS, areas), (COMPLETENESS_MEASURES, measures), (COMPLETENESS, found)):
        check_table(contract, frame)
    return Judged(areas, measures, found)


TOWN = {"BU00010000": [20.0, 20.2, 20.4, 20.6]}
GEMEENTE = "GM0001"


# --- Too few, and too many -------------------------------------------------------------------------------------------


def test_fewer_than_cbs_counts_is_doubtful_and_shows_both_figures() -> None:
    found = judged({(GEMEENTE, "within_1_km"): 4.0}, homes=TOWN, gps=[20.1, 20.3])
    assert found.gp[["judgement", "basis", "mapped_count"]].tolist() == ["doubtful", "cbs", 2]
    assert found.measure[["ours", "cbs", "difference", "outcome"]].tolist() == [2.0, 4.0, -2.0, "too_few"]
    assert judgements_of(found.categories) == {"gp": "doubtful", "bench": "unknown"}
    told: Any = describe(found.categories, found.measures)["gp"]
    assert told["within_1_km"] == {
        "ours": 2.0, "cbs": 4.0, "difference": -2.0, "judged_people_share": 1.0, "outcome": "too_few"
    }  # fmt: skip


def test_more_than_cbs_counts_is_complete() -> None:
    found = judged({(GEMEENTE, "within_1_km"): 1.0}, homes=TOWN, gps=[20.0, 20.1, 20.2, 20.3, 20.4])
    assert found.gp["judgement"] == "complete"
    assert found.measure["difference"] == 4.0


@pytest.mark.parametrize(("cbs", "outcome"), [(2.0, "enough"), (2.7, "enough"), (2.8, "too_few")])
def test_the_limit_of_a_number_allows_for_rounding(cbs: float, outcome: str) -> None:
    """Two beside CBS's 2.7: it may be 2.65, of which 75 % is 1.99."""
    assert judged({(GEMEENTE, "within_3_km"): cbs}, homes=TOWN, gps=[20.0, 20.3]).measure["outcome"] == outcome


@pytest.mark.parametrize(("cbs", "outcome"), [(3.0, "enough"), (1.5, "enough"), (1.4, "too_few")])
def test_farther_than_cbs_measures_is_too_few(cbs: float, outcome: str) -> None:
    """Two km beside CBS's 1.5: it may be 1.55, and 1.33 times that is 2.06."""
    homes = {"BU00010000": [20.0, 20.0]}
    found = judged({(GEMEENTE, "mean_km"): cbs}, homes=homes, gps=[22.0])
    assert found.measure[["ours", "outcome"]].tolist() == [2.0, outcome]


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.integers(0, 400), min_size=1, max_size=8),
    st.lists(st.integers(0, 400), min_size=1, max_size=3),
    st.sampled_from(list(RADIUS_M)),
    st.integers(0, 60),
)
def test_a_facility_more_never_makes_a_category_doubtful(
    gps: list[int], more: list[int], measure: str, tenths: int
) -> None:
    values = {(GEMEENTE, measure): tenths / 10, (GEMEENTE, "mean_km"): 2.0}
    before, after = (
        judged(values, homes=TOWN, gps=[one / 10 for one in some]).gp["judgement"] for some in (gps, [*gps, *more])
    )
    assert before != "complete" or after == "complete"


def test_one_measure_that_finds_too_few_is_enough_to_doubt() -> None:
    values = {(GEMEENTE, "mean_km"): 0.3, (GEMEENTE, "within_5_km"): 9.0}
    found = judged(values, homes=TOWN, gps=[20.3])
    assert dict(zip(found.measures["measure"], found.measures["outcome"], strict=True)) == {
        "mean_km": "enough", "within_5_km": "too_few",
    }  # fmt: skip
    assert found.gp["judgement"] == "doubtful"


# --- What cannot be compared -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cbs_homes", "outcome"), [(4.0, "too_few"), (4.2, "too_few"), (4.3, "uncovered"), (None, "uncovered")]
)
def test_an_area_whose_homes_the_map_lacks_is_not_compared(cbs_homes: float | None, outcome: str) -> None:
    found = judged({(GEMEENTE, "within_1_km"): 4.0}, homes=TOWN, gps=[20.3], cbs_homes={"BU00010000": cbs_homes})
    assert found.area(GEMEENTE)["outcome"] == outcome
    if outcome == "uncovered":
        assert found.measure[["outcome", "cause", "judged_people_share"]].tolist() == ["unknown", "uncovered", 0.0]
        assert found.gp[["judgement", "basis"]].tolist() == ["unknown", "none"]


@pytest.mark.parametrize(
    ("measure", "outcome"), [("within_1_km", "too_few"), ("within_3_km", "edge"), ("within_5_km", "edge")]
)
def test_within_a_radius_that_reaches_over_the_edge_nothing_is_known(measure: str, outcome: str) -> None:
    """The road ends 2 km west of the first home: within 3 km there may be more."""
    found = judged({(GEMEENTE, measure): 4.0}, homes=TOWN, gps=[20.3], exit_km=18.0)
    assert found.area(GEMEENTE)["outcome"] == outcome
    assert found.gp["judgement"] == ("doubtful" if outcome == "too_few" else "unknown")


def test_a_distance_is_compared_where_nothing_nearer_can_lie_outside() -> None:
    near = judged({(GEMEENTE, "mean_km"): 0.2}, homes=TOWN, gps=[21.5], exit_km=18.0)
    assert near.measure["outcome"] == "too_few"
    unsure = judged({(GEMEENTE, "mean_km"): 2.2}, homes=TOWN, gps=[29.0], exit_km=18.0)
    assert unsure.measure[["outcome", "cause"]].tolist() == ["unknown", "edge"]


def test_a_distance_that_is_too_far_even_to_the_edge_is_too_far() -> None:
    found = judged({(GEMEENTE, "mean_km"): 1.0}, homes=TOWN, gps=[29.0], exit_km=18.0)
    assert found.area(GEMEENTE)["reached_share"] == 0.0
    assert found.gp["judgement"] == "doubtful"


def test_no_facility_at_all_is_too_few_where_cbs_has_a_distance() -> None:
    found = judged({(GEMEENTE, "mean_km"): 1.0}, homes=TOWN, gps=[])
    assert np.isnan(found.measure["ours"])
    assert found.gp["judgement"] == "doubtful"


def test_homes_that_no_car_reaches_are_not_compared() -> None:
    homes = {"BU00010000": [20.0, 60.0]}  # the road ends at 40 km
    found = judged({(GEMEENTE, "within_5_km"): 1.0}, homes=homes, gps=[20.0])
    assert found.area(GEMEENTE)[["reached_share", "outcome"]].tolist() == [0.5, "edge"]


# --- Areas -----------------------------------------------------------------------------------------------------------

VILLAGES = {"BU00010000": [20.0] * 18, "BU00010001": [30.0] * 2}


def test_the_smallest_level_with_figures_for_most_people_counts() -> None:
    values: dict[tuple[str, str], float | None] = {(GEMEENTE, "within_1_km"): 9.0, ("BU00010000", "within_1_km"): 1.0}
    found = judged(values, homes=VILLAGES, gps=[20.0])
    assert found.measure[["area_level", "judged_people_share", "outcome"]].tolist() == ["buurt", 0.9, "enough"]
    few = judged({**values, ("BU00010001", "within_1_km"): 1.0, ("BU00010000", "within_1_km"): None}, homes=VILLAGES,
                 gps=[20.0])  # fmt: skip
    assert few.measure["area_level"] == "gemeente"


@pytest.mark.parametrize(("in_village", "judgement"), [(2, "complete"), (3, "doubtful")])
def test_too_few_for_a_tenth_of_the_people_is_no_reason_to_doubt_the_category(in_village: int, judgement: str) -> None:
    homes = {"BU00010000": [20.0] * (20 - in_village), "BU00010001": [30.0] * in_village}
    values = {(buurt, "within_1_km"): 1.0 for buurt in homes}
    found = judged(values, homes=homes, gps=[20.0])
    assert found.area("BU00010001")["outcome"] == "too_few"
    assert found.measure["few_people_share"] == pytest.approx(in_village / 20)
    assert found.gp["judgement"] == judgement


def test_a_measure_of_too_few_people_says_nothing() -> None:
    values = {(buurt, "within_1_km"): 1.0 for buurt in VILLAGES}
    found = judged(values, homes=VILLAGES, gps=[20.0, 30.0], cbs_homes={"BU00010000": 30.0})
    assert found.measure[["outcome", "cause"]].tolist() == ["unknown", "uncovered"]
    assert found.measure["judged_people_share"] == pytest.approx(0.1)


def test_homes_of_the_map_are_held_against_cbs_at_every_level() -> None:
    base = base_areas(
        base_area("BU1", dwelling_count=50, homes_count=40.0),
        base_area("BU2", dwelling_count=30, homes_count=60.0),
        base_area("BU3", dwelling_count=9, homes_count=None),
    )
    assert covered_shares(base).to_dict() == {"BU1": 1.0, "BU2": 0.5, "WK000100": 0.8, "GM0001": 0.8}


def test_figures_of_another_region_are_refused() -> None:
    living = dwellings(dwelling_rows(1, base="BU00010000", buurt="BU00010000"))
    require_areas(reference({(GEMEENTE, "mean_km"): 1.0, ("GM0002", "mean_km"): 1.0}), living)
    with pytest.raises(SourceError, match=r"cbs\.csv: geen rij voor een gebied van deze regio"):
        require_areas(reference({("GM0002", "mean_km"): 1.0}), living)


# --- The national density, what is known otherwise, and overrules -----------------------------------------------------


@pytest.mark.parametrize(
    ("homes", "gps", "judgement", "basis"),
    [
        (16, 1, "doubtful", "density"),  # 160 people: 4 are expected
        (16, 2, "unknown", "none"),  # half of that is not too few, and proves nothing
        (11, 1, "unknown", "none"),  # 2.75 are expected: too few to say anything
    ],
)
def test_without_figures_of_cbs_density_can_only_cast_doubt(homes: int, gps: int, judgement: str, basis: str) -> None:
    found = judged({}, homes={"BU00010000": [20.0] * homes}, gps=[20.0] * gps)
    assert found.gp[["judgement", "basis", "expected_count"]].tolist() == [judgement, basis, homes * PEOPLE / 40]


def test_figures_of_cbs_go_before_the_national_density() -> None:
    found = judged({(GEMEENTE, "within_1_km"): 1.0}, homes={"BU00010000": [20.0] * 16}, gps=[20.0])
    assert found.gp[["judgement", "basis"]].tolist() == ["complete", "cbs"]


def test_an_overrule_wins_and_what_the_figures_say_stays_to_be_read() -> None:
    few = {"homes": TOWN, "gps": [20.1]}
    says = {"gp": Judgement("complete", "nagebeld"), "bench": Judgement("doubtful", "niet geteld")}
    found = judged({(GEMEENTE, "within_1_km"): 4.0}, **few, overrules=says)  # type: ignore[arg-type]
    assert found.gp[["judgement", "basis", "measured", "reason"]].tolist() == [
        "complete", "overrule", "doubtful", "nagebeld",
    ]  # fmt: skip
    assert judgements_of(found.categories) == {"gp": "complete", "bench": "doubtful"}


def test_what_is_known_otherwise_goes_before_figures_and_after_an_overrule() -> None:
    known = {"gp": Judgement("doubtful", "geen dienstregeling"), "bench": Judgement("complete", "geteld")}
    both = {"gp": Judgement("unknown", "onzeker")}
    values = {(GEMEENTE, "within_1_km"): 1.0}
    one = judged(values, homes=TOWN, gps=[20.1], known=known)
    assert one.gp[["judgement", "basis", "measured", "reason"]].tolist() == [
        "doubtful", "known", "complete", "geen dienstregeling",
    ]  # fmt: skip
    other = judged(values, homes=TOWN, gps=[20.1], known=known, overrules=both)
    assert other.gp[["judgement", "basis"]].tolist() == ["unknown", "overrule"]
    assert judgements_of(other.categories)["bench"] == "complete"
