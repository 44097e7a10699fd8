"""Witte vlekken: every branch of the verdict, from hand-made shares; and from points on a street to a verdict."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.contracts import (
    CATEGORY_VERDICTS,
    DISTANCE_KINDS,
    LOCAL_CHECKS,
    REACH_DISTANCES,
    REACH_SHARES,
    UNIT_DEMAND,
    VERDICT_TABLE,
)
from pipeline.model.local_checks import completeness_by_unit
from pipeline.model.network import Network, clip_to, mark_exits, network_from_tables
from pipeline.model.witte_vlekken import flag, judge_categories
from pipeline.tables import check_table
from tests.model.builders import (
    ALL_COMPLETE,
    CATEGORIES,
    GROUPS,
    NORMS,
    WITTE_VLEKKEN,
    XY,
    grid,
    group,
    network_of,
    passable,
    table,
)
from tests.model.village import Village, build_village


@dataclass(frozen=True)
class Share:
    """Share beyond the norm of a category, its parts that are only possible, and the share beyond the outermost."""

    low: float | None
    high: float | None
    uiterst_low: float | None = 0.0
    uiterst_high: float | None = 0.0
    edge: float = 0.0
    not_placed: float = 0.0
    not_connected: float = 0.0
    paths: float = 0.0


WITHIN = Share(0.0, 0.5)  # exactly a half is not more than a half
BEYOND = Share(0.51, 1.0)
FAR = Share(0.9, 1.0, 0.51, 1.0)
UNDECIDED = Share(0.5, 0.51, edge=0.01)
UNDECIDED_FAR = Share(0.2, 0.9, 0.2, 0.9, edge=0.7)
UNKNOWN = Share(None, None, None, None)
NOTHING_SAID = completeness_by_unit(LOCAL_CHECKS.empty())


def judge(
    completeness: Mapping[str, str] = ALL_COMPLETE,
    *,
    people: tuple[float | None, float | None, float | None] = (100, 80, 120),
    is_weak: bool = False,
    shares: Mapping[str, Share] | None = None,
    local: pd.DataFrame = NOTHING_SAID,
    **named: Share,
) -> Village:
    """Judge a unit by its shares per category; categories that are not named are within.

    `local` is what local checks say of completeness.
    """
    judged_by = {**(shares or {}), **named}
    of = {code: judged_by.get(code, WITHIN) for code, one in CATEGORIES.items() if one.is_essential}
    value, low, high = people
    keys = {"unit_code": "U1", "target_group": "all_inhabitants"}
    rows: list[dict[str, Any]] = []
    for category, one in of.items():
        bounds = {"comfort": (1.0, 1.0), "norm": (one.low, one.high), "uiterst": (one.uiterst_low, one.uiterst_high)}
        for kind in DISTANCE_KINDS:
            share_low, share_high = bounds[kind]
            rows.append({
                **keys, "category": category, "distance_kind": kind, "share_low": share_low, "share_high": share_high,
                "distance_m": getattr(NORMS["usual"][category], f"{kind}_m"),
                "people_low": None if share_low is None or low is None else share_low * low,
                "people_high": None if share_high is None or high is None else share_high * high,
                "edge_share": one.edge, "not_placed_share": one.not_placed, "not_connected_share": one.not_connected,
                "paths_share": one.paths,
            })  # fmt: skip
    reach_shares = table(REACH_SHARES, rows)
    distances = table(REACH_DISTANCES, [{**keys, "category": category} for category in [*of, "hospital"]])
    demand = table(UNIT_DEMAND, [{**keys, "people": value, "people_low": low, "people_high": high}])
    weak = ["U1"] if is_weak else []
    judged = judge_categories(distances, reach_shares, GROUPS, CATEGORIES, completeness, local, share_beyond=0.5)
    verdicts = flag(judged, reach_shares, demand, weak, GROUPS, CATEGORIES, WITTE_VLEKKEN)
    return Village({"category_verdicts": judged, "verdicts": verdicts})


def doubtful(*codes: str) -> Mapping[str, str]:
    return {**ALL_COMPLETE, **dict.fromkeys(codes, "doubtful")}


# --- Three values per category ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("share", "reach"),
    [(WITHIN, "within"), (BEYOND, "beyond"), (UNDECIDED, "undecided"), (UNKNOWN, "undecided")],
)
def test_a_category_is_beyond_or_within_only_when_both_bounds_say_so(share: Share, reach: str) -> None:
    assert judge(supermarket=share).category("supermarket")["reach"] == reach


def test_the_outermost_norm_is_judged_in_the_same_way() -> None:
    village = judge(supermarket=FAR, stop=BEYOND, gp=UNDECIDED_FAR)
    reach = [village.category(code)["uiterst_reach"] for code in ("supermarket", "stop", "gp")]
    assert reach == ["beyond", "within", "undecided"]


def test_a_category_without_a_norm_is_shown_and_never_decides() -> None:
    hospital = judge().category("hospital")
    assert hospital[["reach", "uiterst_reach"]].tolist() == ["no_norm", "no_norm"]
    assert not hospital["is_essential"]


@pytest.mark.parametrize(
    ("share", "cause"),
    [
        (WITHIN, "none"),
        (BEYOND, "none"),
        (UNKNOWN, "figure"),
        (Share(0.0, 1.0, edge=1.0), "edge"),
        (Share(0.0, 1.0, not_placed=1.0), "not_placed"),
        (Share(0.0, 1.0, not_connected=1.0), "not_connected"),
        (
            Share(0.1, 0.9, not_placed=0.6, edge=0.2),
            "not_placed",
        ),  # 0.6 decides either way, 0.2 does not
        (Share(0.4, 0.9, edge=0.2, not_placed=0.3), "edge"),  # each would decide it if beyond: the first is named
        (Share(0.3, 0.7, not_placed=0.2, not_connected=0.2), "not_placed"),  # decides it if within
        (Share(0.1, 0.91, edge=0.27, not_placed=0.27, not_connected=0.27), "combined"),  # none alone
        (Share(0.0, 1.0, paths=1.0), "paths"),
        (Share(0.4, 0.9, paths=0.3, not_connected=0.2), "not_connected"),  # both if beyond: paths come last
        (Share(0.1, 0.9, paths=0.6, not_connected=0.2), "paths"),  # decides it either way
        (Share(0.45, 0.55), "margin"),  # all are placed and connected: only the margin of the figures is left
    ],
)
def test_the_cause_names_what_would_decide_an_undecided_category(share: Share, cause: str) -> None:
    assert judge(supermarket=share).category("supermarket")["undecided_cause"] == cause


# --- The verdict of a unit -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("shares", "verdict", "worst"),
    [
        ({}, "none", "none"),
        ({"supermarket": BEYOND}, "attention", "attention"),
        ({"stop": FAR}, "attention", "attention"),  # far, but one is no witte vlek
        ({"stop": BEYOND, "gp": BEYOND}, "attention", "attention"),  # neither is an anchor
        ({"supermarket": BEYOND, "stop": BEYOND}, "witte_vlek", "witte_vlek"),
        ({"meeting_place": BEYOND, "gp": BEYOND}, "witte_vlek", "witte_vlek"),
        ({"meeting_place": BEYOND, "gp": FAR}, "severe", "severe"),
        ({"supermarket": FAR, "stop": BEYOND}, "severe", "severe"),
        ({"supermarket": UNDECIDED}, "undetermined", "attention"),
        ({"supermarket": UNDECIDED, "stop": UNDECIDED}, "undetermined", "witte_vlek"),
        ({"supermarket": UNDECIDED_FAR, "stop": UNDECIDED}, "undetermined", "severe"),
        ({"stop": BEYOND, "supermarket": UNDECIDED}, "attention", "witte_vlek"),  # attention comes before undetermined
        ({"supermarket": BEYOND, "stop": BEYOND, "gp": UNDECIDED_FAR}, "witte_vlek", "severe"),
        ({code: UNKNOWN for code in ("supermarket", "stop", "gp", "meeting_place")}, "undetermined", "severe"),
    ],
)
def test_the_first_verdict_that_applies(shares: dict[str, Share], verdict: str, worst: str) -> None:
    village = judge(shares=shares)
    check_table(CATEGORY_VERDICTS, village.tables["category_verdicts"])
    check_table(VERDICT_TABLE, village.tables["verdicts"])
    row = village.verdict
    assert row[["verdict", "provisional_verdict", "worst_verdict"]].tolist() == [verdict, verdict, worst]
    assert not row["is_provisional"]


@pytest.mark.parametrize(
    ("low", "verdict"), [(24.9, "too_small"), (25.0, "witte_vlek"), (0.0, "too_small"), (None, "witte_vlek")]
)
def test_too_small_by_the_low_bound_comes_first(low: float | None, verdict: str) -> None:
    village = judge(people=(100, low, 120), supermarket=BEYOND, stop=BEYOND)
    assert village.verdict["verdict"] == verdict
    assert village.category("supermarket")["reach"] == "beyond"  # shown, not judged


def test_unknown_people_are_undetermined_for_want_of_the_figure() -> None:
    shares = {code: UNKNOWN for code in ("supermarket", "stop", "gp", "meeting_place")}
    village = judge(people=(None, None, None), shares=shares)
    assert village.verdict["verdict"] == "undetermined"
    assert village.category("stop")["undecided_cause"] == "figure"
    assert village.verdict[["severity_low", "severity_high"]].isna().all()


# --- Onder voorbehoud ------------------------------------------------------------------------------------------------


def test_a_beyond_of_an_incomplete_category_counts_only_onder_voorbehoud() -> None:
    village = judge(doubtful("supermarket"), supermarket=FAR, stop=BEYOND)
    row = village.verdict
    assert row[["verdict", "provisional_verdict"]].tolist() == ["attention", "severe"]
    assert row["is_provisional"]
    assert village.category("supermarket")["is_provisional"]
    assert not village.category("stop")["is_provisional"]


def test_geen_onder_voorbehoud_when_all_that_is_beyond_may_be_missing_from_the_map() -> None:
    row = judge(doubtful("meeting_place", "gp"), meeting_place=BEYOND, gp=BEYOND).verdict
    assert row[["verdict", "provisional_verdict"]].tolist() == ["none", "witte_vlek"]
    assert row["is_provisional"]


def test_a_within_of_an_incomplete_category_holds() -> None:
    row = judge(doubtful("supermarket", "stop", "gp", "meeting_place")).verdict
    assert row["verdict"] == "none"
    assert not row["is_provisional"]


def test_an_incomplete_beyond_that_changes_nothing_leaves_the_verdict_firm() -> None:
    row = judge(doubtful("gp"), supermarket=BEYOND, stop=BEYOND, gp=BEYOND).verdict
    assert row["verdict"] == row["provisional_verdict"] == "witte_vlek"
    assert not row["is_provisional"]


# --- Completeness by local checks ------------------------------------------------------------------------------------


def said(check: str, category: str = "supermarket", **values: Any) -> pd.DataFrame:
    """Return what one local check in U1 says of completeness."""
    row = {"check_id": "2", "check": check, "category": category, "unit_code": "U1", "is_applied": True, **values}
    return completeness_by_unit(table(LOCAL_CHECKS, [row]))


def test_a_check_that_a_category_is_complete_makes_a_beyond_firm() -> None:
    village = judge(doubtful("supermarket"), local=said("complete"), supermarket=FAR, stop=BEYOND)
    judged = village.category("supermarket")
    assert judged[["completeness", "is_provisional", "is_uiterst_provisional"]].tolist() == ["complete", False, False]
    assert village.verdict[["verdict", "is_provisional"]].tolist() == ["severe", False]
    assert village.verdict["severity_low"] == pytest.approx((0.9 * 80 + 0.51 * 80) * 52)


def test_a_check_that_a_category_is_incomplete_puts_a_beyond_onder_voorbehoud() -> None:
    village = judge(local=said("incomplete"), supermarket=FAR, stop=BEYOND)
    judged = village.category("supermarket")
    assert judged[["completeness", "is_provisional", "is_uiterst_provisional"]].tolist() == ["doubtful", True, True]
    row = village.verdict
    assert row[["verdict", "provisional_verdict", "is_provisional"]].tolist() == ["attention", "severe", True]


@pytest.mark.parametrize(
    ("within_m", "completeness", "is_provisional", "is_uiterst_provisional", "verdict"),
    [
        (799.0, "doubtful", True, True, "attention"),  # the norm is 800 m, the outermost 1,500 m
        (800.0, "complete", False, True, "witte_vlek"),  # as far as the norm, and not as far as the outermost
        (1499.0, "complete", False, True, "witte_vlek"),
        (1500.0, "complete", False, False, "severe"),
    ],
)
def test_a_check_that_there_is_none_makes_complete_as_far_as_it_reaches(
    within_m: float, completeness: str, is_provisional: bool, is_uiterst_provisional: bool, verdict: str
) -> None:
    local = said("none_within", within_m=within_m)
    village = judge(doubtful("supermarket"), local=local, supermarket=FAR, stop=BEYOND)
    judged = village.category("supermarket")
    assert judged["completeness"] == completeness
    assert judged[["is_provisional", "is_uiterst_provisional"]].tolist() == [is_provisional, is_uiterst_provisional]
    row = village.verdict
    assert row[["verdict", "provisional_verdict"]].tolist() == [verdict, "severe"]
    assert row["is_provisional"] == (verdict != "severe")


def test_a_check_speaks_for_its_own_category_and_unit_alone() -> None:
    of_another_unit = said("complete").assign(unit_code="U2")
    for local in (said("complete", "gp"), of_another_unit):
        assert judge(doubtful("supermarket"), local=local).category("supermarket")["completeness"] == "doubtful"


@pytest.mark.parametrize(("low", "is_provisional"), [(80.0, True), (10.0, False)], ids=["judged", "too small"])
def test_a_weak_unit_is_judged_onder_voorbehoud(low: float, is_provisional: bool) -> None:
    row = judge(people=(100, low, 120), is_weak=True).verdict
    assert row["is_provisional"] == is_provisional
    assert row["verdict"] == row["provisional_verdict"]


def test_severity_is_people_beyond_times_visits_and_certain_only_in_complete_categories() -> None:
    row = judge(doubtful("gp"), supermarket=Share(0.75, 1.0), stop=Share(0.0, 0.5), gp=Share(0.6, 0.6)).verdict
    # Low: 0.75 x 80 people x 52 visits; the GP is not complete. High: 120 people x (1 x 52 + 0.5 x 52 + 0.6 x 12), and
    # the meeting place, within, may still be beyond for 0.5 of them: x 12.
    assert row["severity_low"] == pytest.approx(0.75 * 80 * 52)
    assert row["severity_high"] == pytest.approx(120 * (52 + 0.5 * 52 + 0.6 * 12 + 0.5 * 12))


def test_ways_that_may_not_be_passable_leave_a_category_undecided() -> None:
    # The only way from the homes is a path of which the surface is not mapped; the facilities are at 700 m along it.
    street = network_of([(0, 0), (700, 0), (1400, 0)], [(0, 1), (1, 2)])
    groups = {**GROUPS, "slow": group(profile="rollator")}
    village = build_village(
        street, [(0.0, 0.0)] * 30, {"supermarket": [(700, 0)], "stop": [(1400, 0)]},
        groups=groups, with_aid={"rollator": passable(street, at_worst=[0])},
    )  # fmt: skip
    judged = village.tables["category_verdicts"].set_index(["target_group", "category"])
    decided = {key: (row["reach"], row["undecided_cause"]) for key, row in judged.iterrows()}
    assert decided == {
        ("all_inhabitants", "supermarket"): ("within", "none"),
        ("all_inhabitants", "stop"): ("beyond", "none"),
        ("slow", "supermarket"): ("undecided", "paths"),  # 700 m of 800 m, or no way there
        ("slow", "stop"): ("beyond", "none"),  # 1,400 m of 500 m, or no way there
    }
    verdicts: Any = village.tables["verdicts"].set_index("target_group")
    assert verdicts.loc["slow", ["verdict", "worst_verdict"]].tolist() == ["attention", "severe"]


# --- From points to a verdict ----------------------------------------------------------------------------------------

FACILITIES: dict[str, list[XY]] = {"supermarket": [(2900, 0)], "stop": [(2900, 0)]}


def street_within(west_m: float) -> Network:
    """Return a street from -6,000 to 3,000 m as far as an extract shows it that ends in the west at `west_m`."""
    x = np.arange(-6000, 3001, 100)
    nodes = pd.DataFrame({"node_id": np.arange(len(x)), "x_m": x.astype(float), "y_m": 0.0})
    ends = np.arange(len(x) - 1)
    edges = pd.DataFrame({"from_id": ends, "to_id": ends + 1, "length_m": 100.0})
    extract = shapely.box(west_m, -5000, 9000, 5000)
    nodes, edges = clip_to(nodes, edges, extract)
    nothing_cut = np.array([], dtype=np.int64)
    return network_from_tables(mark_exits(nodes, edges, extract, nothing_cut, edge_m=200, cut_m=1000), edges)


@pytest.mark.parametrize(
    ("west_m", "verdict", "supermarket", "stop"),
    [
        (-7000, "severe", "beyond", "beyond"),  # the street ends inside: nothing can lie outside
        (-2000, "severe", "beyond", "beyond"),  # an exit at 2,300 m: outside is farther than every norm
        (-600, "severe", "beyond", "beyond"),  # at 900 m: farther than both norms and the stop's outermost
        (-300, "attention", "undecided", "beyond"),  # at 600 m: within the supermarket's 800 m
        (0, "undetermined", "undecided", "undecided"),  # at 300 m
    ],
)
def test_the_edge_of_the_extract_moved_nearer_makes_a_witte_vlek_undetermined(
    west_m: float, verdict: str, supermarket: str, stop: str
) -> None:
    # Homes at 300 m, both facilities at 2,900 m: farther than every norm, so a severe witte vlek as far as is known.
    village = build_village(street_within(west_m), [(300, 10), (300, -10)], FACILITIES)
    assert village.verdict["verdict"] == verdict
    for code, reach in (("supermarket", supermarket), ("stop", stop)):
        assert village.category(code)["reach"] == reach
        assert village.category(code)["undecided_cause"] == ("edge" if reach == "undecided" else "none")


@pytest.mark.parametrize(
    ("homes", "cbs_homes", "reach", "cause"),
    [
        ([(300.0, 0.0)] * 4, 4, "beyond", "none"),
        ([(300.0, 0.0)] * 4, 10, "undecided", "not_placed"),  # six of ten homes were not found
        ([(300.0, 0.0)] * 2 + [(300.0, 400.0)] * 3, 5, "undecided", "not_connected"),  # three of five are 400 m off
        # Of five homes two were not found and two are 400 m off: each would decide it if beyond, the first is named.
        ([(300.0, 0.0)] + [(300.0, 400.0)] * 2, 5, "undecided", "not_placed"),
    ],
)
def test_who_is_not_covered_makes_a_beyond_undecided(homes: list[XY], cbs_homes: float, reach: str, cause: str) -> None:
    village = build_village(street_within(-7000), homes, FACILITIES, cbs_homes=cbs_homes)
    assert village.category("stop")["reach"] == reach
    assert village.category("stop")["undecided_cause"] == cause


ORDER = ("none", "undetermined", "attention", "witte_vlek", "severe")
spots = st.tuples(st.integers(0, 1500), st.integers(0, 300)).map(lambda place: (float(place[0]), float(place[1])))


@settings(max_examples=12)
@given(
    homes=st.lists(spots, min_size=1, max_size=5),
    facilities=st.fixed_dictionaries({code: st.lists(spots, max_size=2) for code in ("supermarket", "stop")}),
    exits=st.sets(st.integers(0, 63), max_size=1),
    category=st.sampled_from(["supermarket", "stop"]),
    place=spots,
    is_complete=st.booleans(),
)
def test_one_facility_more_never_makes_a_witte_vlek(
    homes: list[XY],
    facilities: dict[str, list[XY]],
    exits: set[int],
    category: str,
    place: XY,
    is_complete: bool,
) -> None:
    network = grid(16, 4, exits=exits)
    completeness = ALL_COMPLETE if is_complete else doubtful("supermarket")
    more = {code: [*places, place] if code == category else places for code, places in facilities.items()}
    before, after = (
        build_village(network, homes, found, cbs_homes=len(homes) + 1, completeness=completeness).verdict
        for found in (facilities, more)
    )
    for name in ("verdict", "provisional_verdict", "worst_verdict"):
        assert ORDER.index(after[name]) <= ORDER.index(before[name])
    assert after["severity_low"] <= before["severity_low"] + 1e-6
    assert after["severity_high"] <= before["severity_high"] + 1e-6


def test_a_group_with_essentials_of_its_own_is_judged_by_these_alone() -> None:
    groups = {"all_inhabitants": group().model_copy(update={"essential": ["gp"]})}
    keys = {"unit_code": "U1", "target_group": "all_inhabitants"}
    shares = table(REACH_SHARES, [
        {**keys, "category": category, "distance_kind": kind, "share_low": 1.0, "share_high": 1.0}
        for category in ("gp", "supermarket", "stop")
        for kind in DISTANCE_KINDS
    ])  # fmt: skip
    judged = judge_categories(
        table(REACH_DISTANCES, []), shares, groups, CATEGORIES, ALL_COMPLETE, NOTHING_SAID, share_beyond=0.5
    )
    demand = table(UNIT_DEMAND, [{**keys, "people_low": 100.0}])
    assert flag(judged, shares, demand, [], groups, CATEGORIES, WITTE_VLEKKEN)["verdict"].tolist() == ["attention"]


def test_a_facility_that_cannot_be_joined_to_the_network_makes_no_witte_vlek() -> None:
    # The supermarket stands 160 m from the only street: nobody knows the way there, and 800 m as the crow flies.
    near = build_village(grid(3, 1), [(0.0, 0.0)] * 30, {"supermarket": [(100.0, -160.0)], "stop": []})
    judged = near.tables["category_verdicts"]
    found = judged[["category", "reach", "undecided_cause"]].to_numpy().tolist()
    assert sorted(found) == [["stop", "beyond", "none"], ["supermarket", "undecided", "not_connected"]]
