"""Profiles: what each demand makes of tags, what that leaves of the network, and how it is described per unit."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
import pytest
import shapely
from pydantic import ValidationError

from pipeline.config import ON_FOOT, Criterion, Profile
from pipeline.contracts import EDGE_LIMITS, NODE_LIMITS, UNIT_PATHS
from pipeline.model.distances import nearest_two
from pipeline.model.network import edges_of_ways, network_from_tables, unique_edges
from pipeline.model.profiles import (
    Passable,
    describe_paths,
    limit_edges,
    limit_nodes,
    node_states,
    passable_networks,
    tags_of_nodes,
    way_states,
    without,
)
from pipeline.settings_files import read_sections
from pipeline.tables import check_table
from pipeline.tag_rules import Tags
from tests.model.builders import CONFIG, XY, grid, join, nearest, network_of, units

NAMES = ("passable", "unknown", "barred")
WHAT = {"what": "test", "source": "test", "otherwise": "passable"}


def profile(*ways: Mapping[str, Any], nodes: Sequence[Mapping[str, Any]] = (), **changed: Any) -> Profile:
    """Make a profile of these demands."""
    demands = {"ways": [{**WHAT, **one} for one in ways], "nodes": [{**WHAT, **one} for one in nodes]}
    return Profile.model_validate({"label": "test", **demands, **changed})


def state(tags: Tags, one: Profile) -> str:
    return NAMES[way_states([tags], one)[0]]


# --- One demand ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("10", "passable"),  # at the limit
        ("10%", "passable"),
        ("10,5 %", "barred"),
        ("10.0001", "barred"),
        ("-12%", "barred"),  # as steep going down
        ("+ 12", "passable"),  # not written as a number: no other rule fits
        (" 12 ", "barred"),
        ("12°", "passable"),  # degrees are not per cent
        ("1:12", "passable"),
        ("10-12", "passable"),
        ("", "passable"),
    ],
)
def test_a_limit_from_above(value: str, expected: str) -> None:
    assert state({"incline": value}, profile({"limit": {"tag": "incline", "at_most": 10}})) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("0.9", "passable"),
        ("0,9", "passable"),
        ("0.89", "barred"),
        ("0,9 m", "passable"),
        ("90 cm", "passable"),
        ("89cm", "barred"),
        ("2'6\"", "passable"),  # feet are not read
        ("smal", "passable"),
    ],
)
def test_a_limit_from_below(value: str, expected: str) -> None:
    assert state({"width": value}, profile({"limit": {"tag": "width", "at_least": 0.9}})) == expected


ORDERED = {
    "limit": {"tag": "width", "at_least": 1}, "barred": [{"a": "*"}], "passable": [{"b": "*"}], "unknown": [{"c": "*"}],
}  # fmt: skip


@pytest.mark.parametrize(
    ("tags", "expected"),
    [
        ({"width": "2", "a": "x", "c": "x"}, "passable"),  # the limit comes first, either way
        ({"width": "0.5", "b": "x"}, "barred"),
        ({"width": "smal", "a": "x", "b": "x"}, "barred"),  # unreadable: the first rule that fits
        ({"a": "x", "b": "x", "c": "x"}, "barred"),
        ({"b": "x", "c": "x"}, "passable"),
        ({"c": "x"}, "unknown"),
    ],
)
def test_the_first_that_fits_decides(tags: Tags, expected: str) -> None:
    for otherwise in ("passable", "unknown"):
        assert state(tags, profile({**ORDERED, "otherwise": otherwise})) == expected


@pytest.mark.parametrize("otherwise", ["passable", "unknown"])
def test_otherwise_is_for_what_no_rule_fits(otherwise: str) -> None:
    assert state({"d": "x"}, profile({**ORDERED, "otherwise": otherwise})) == otherwise


def test_the_worst_of_all_demands_counts() -> None:
    demands = ({"barred": [{"a": "no"}]}, {"unknown": [{"b": "*"}]})
    assert state({"a": "yes"}, profile(*demands)) == "passable"
    assert state({"b": "x"}, profile(*demands)) == "unknown"
    assert state({"a": "no", "b": "x"}, profile(*demands)) == "barred"


def test_where_the_map_says_that_it_suits_no_demand_counts() -> None:
    one = profile({"barred": [{"a": "no"}]}, nodes=[{"barred": [{"a": "no"}]}], waived=[{"wheelchair": "yes"}])
    assert state({"a": "no", "wheelchair": "yes"}, one) == "passable"
    assert state({"a": "no", "wheelchair": "limited"}, one) == "barred"
    assert node_states([{"a": "no", "wheelchair": "yes"}, {"a": "no"}], one).tolist() == [0, 2]


def test_ways_and_nodes_have_demands_of_their_own() -> None:
    one = profile({"barred": [{"a": "*"}]}, nodes=[{"unknown": [{"b": "*"}]}])
    assert way_states([{"a": "x"}, {"b": "x"}], one).tolist() == [2, 0]
    assert node_states([{"a": "x"}, {"b": "x"}], one).tolist() == [0, 1]


@pytest.mark.parametrize(
    "fault",
    [
        {"limit": {"tag": "width"}},
        {"limit": {"tag": "width", "at_least": 1, "at_most": 2}},
        {"otherwise": "barred"},
        {"barred": [{"a": ""}]},
    ],
)
def test_a_demand_that_cannot_be_met_is_refused(fault: Mapping[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Criterion.model_validate({**WHAT, **fault})


def test_nodes_that_carry_no_tags_are_no_obstacles() -> None:
    with pytest.raises(ValidationError, match="geen obstakel"):
        profile(nodes=[{"otherwise": "unknown"}])


def test_the_nodes_to_read_are_those_that_any_profile_asks_about() -> None:
    one = profile({"barred": [{"surface": "*"}]}, nodes=[{"barred": [{"barrier": "stile"}]}])
    other = profile(nodes=[{"limit": {"tag": "maxwidth", "at_least": 1}, "unknown": [{"barrier": "kerb", "kerb": ""}]}])
    assert tags_of_nodes({"one": one, "other": other}) == ["barrier", "maxwidth"]
    assert tags_of_nodes({}) == []


# --- The settings ----------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def shipped() -> dict[str, Profile]:
    return dict(read_sections(CONFIG, ["profiles"])["profiles"])


RESIDENTIAL, PATH, FOOTWAY = {"highway": "residential"}, {"highway": "path"}, {"highway": "footway"}
STEPS, ASPHALT = {"highway": "steps", "surface": "asphalt"}, {"highway": "footway", "surface": "asphalt"}


@pytest.mark.parametrize(
    ("tags", "rollator", "wheelchair"),
    [
        (STEPS, "barred", "barred"),
        ({**STEPS, "ramp": "no"}, "barred", "barred"),
        ({**STEPS, "ramp": "yes"}, "passable", "barred"),
        ({**STEPS, "wheelchair": "yes"}, "passable", "passable"),
        (RESIDENTIAL, "passable", "passable"),
        (ASPHALT, "passable", "passable"),
        (PATH, "unknown", "unknown"),
        (FOOTWAY, "unknown", "unknown"),
        ({"highway": "service"}, "unknown", "unknown"),
        ({"highway": "cycleway"}, "passable", "passable"),
        ({**FOOTWAY, "footway": "sidewalk"}, "passable", "passable"),
        ({"highway": "service", "service": "parking_aisle"}, "passable", "passable"),
        ({"highway": "cycleway", "surface": "gravel"}, "barred", "barred"),
        ({**RESIDENTIAL, "surface": "sand"}, "barred", "barred"),
        ({**RESIDENTIAL, "surface": "compacted"}, "unknown", "unknown"),  # a surface that the settings do not know
        ({**PATH, "surface": "grass_paver"}, "unknown", "barred"),
        ({**PATH, "surface": "fine_gravel"}, "unknown", "barred"),
        ({**RESIDENTIAL, "surface": "cobblestone"}, "passable", "barred"),
        ({**PATH, "wheelchair": "yes"}, "passable", "passable"),
        ({**ASPHALT, "wheelchair": "no"}, "passable", "barred"),
        ({"highway": "track", "tracktype": "grade1"}, "passable", "passable"),
        ({"highway": "track", "tracktype": "grade2"}, "unknown", "barred"),
        ({"highway": "track", "tracktype": "grade3"}, "barred", "barred"),
        ({"highway": "track", "tracktype": "grade5", "surface": "concrete"}, "passable", "passable"),
        ({**PATH, "smoothness": "good"}, "passable", "passable"),
        ({**ASPHALT, "smoothness": "bad"}, "passable", "barred"),
        ({**ASPHALT, "smoothness": "very_bad"}, "barred", "barred"),
        ({**ASPHALT, "incline": "up"}, "unknown", "unknown"),
        ({**ASPHALT, "incline": "1:12"}, "unknown", "unknown"),
        ({**ASPHALT, "incline": "steep"}, "barred", "barred"),
        ({**ASPHALT, "incline": "4%"}, "passable", "passable"),
        ({**ASPHALT, "incline": "10%"}, "passable", "barred"),
        ({**ASPHALT, "incline": "-12%"}, "barred", "barred"),
        ({**ASPHALT, "bridge": "yes"}, "unknown", "unknown"),
        ({**ASPHALT, "bridge": "yes", "incline": "3%"}, "passable", "passable"),
        ({**RESIDENTIAL, "bridge": "yes"}, "passable", "passable"),
        ({**ASPHALT, "width": "0.8"}, "passable", "barred"),
        ({**ASPHALT, "width": "90 cm"}, "passable", "passable"),
    ],
)
def test_ways_in_the_shipped_profiles(shipped: dict[str, Profile], tags: Tags, rollator: str, wheelchair: str) -> None:
    assert state(tags, shipped["rollator"]) == rollator
    assert state(tags, shipped["wheelchair"]) == wheelchair
    assert state(tags, shipped[ON_FOOT]) == "passable"


@pytest.mark.parametrize(
    ("tags", "rollator", "wheelchair"),
    [
        ({"barrier": "bollard"}, "passable", "passable"),
        ({"barrier": "bollard", "maxwidth": "0.8"}, "passable", "barred"),
        ({"barrier": "cycle_barrier"}, "unknown", "barred"),
        ({"barrier": "cycle_barrier", "maxwidth": "1"}, "unknown", "passable"),
        ({"barrier": "stile"}, "barred", "barred"),
        ({"barrier": "gate"}, "passable", "unknown"),
        ({"barrier": "gate", "wheelchair": "no"}, "passable", "barred"),
        ({"barrier": "gate", "wheelchair": "yes"}, "passable", "passable"),
        ({"amenity": "cafe", "wheelchair": "no"}, "passable", "passable"),  # no obstacle on the way
        ({"kerb": "raised"}, "barred", "barred"),
        ({"kerb": "rolled"}, "passable", "barred"),
        ({"kerb": "lowered", "barrier": "kerb"}, "passable", "passable"),
        ({"kerb": "flush"}, "passable", "passable"),
        ({"kerb": "yes"}, "unknown", "unknown"),
        ({"barrier": "kerb"}, "unknown", "unknown"),
        ({"kerb": "lowered", "kerb:height": "0.03"}, "passable", "barred"),
        ({"kerb": "raised", "kerb:height": "2 cm"}, "barred", "passable"),
    ],
)
def test_nodes_in_the_shipped_profiles(shipped: dict[str, Profile], tags: Tags, rollator: str, wheelchair: str) -> None:
    assert NAMES[node_states([tags], shipped["rollator"])[0]] == rollator
    assert NAMES[node_states([tags], shipped["wheelchair"])[0]] == wheelchair


def test_every_demand_of_the_shipped_profiles_names_its_source(shipped: dict[str, Profile]) -> None:
    assert all(one.source for profile in shipped.values() for one in (*profile.ways, *profile.nodes))


# --- Edges and nodes that are limited --------------------------------------------------------------------------------

SURFACE = profile(
    {"barred": [{"surface": "sand"}], "passable": [{"surface": "asphalt"}], "otherwise": "unknown"},
    nodes=[{"barred": [{"kerb": "raised"}], "unknown": [{"kerb": "yes"}]}],
)
SAND, UNKNOWN = {"surface": "sand"}, {"highway": "path"}


def stretches_of(*ways: list[int]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return nodes and stretches of ways over numbered nodes, 100 m apart along the x axis."""
    flat = [node for way in ways for node in way]
    starts = np.cumsum([0, *(len(way) for way in ways)])
    return edges_of_ways(starts, np.array(flat), 100.0 * np.array(flat), np.zeros(len(flat)))


def limits_by_edge(limits: pd.DataFrame) -> dict[tuple[str, int, int], str]:
    check_table(EDGE_LIMITS, limits)
    rows = limits[["profile", "from_id", "to_id", "limit"]].itertuples(index=False)
    return {(str(one), int(start), int(end)): str(limit) for one, start, end, limit in rows}


def test_edges_get_the_limit_of_their_way() -> None:
    _, stretches = stretches_of([1, 2, 3], [3, 4], [4, 5])
    limits = limit_edges(stretches, unique_edges(stretches), [SAND, UNKNOWN, {"surface": "asphalt"}], {"aid": SURFACE})
    assert limits_by_edge(limits) == {
        ("aid", 1, 2): "barred", ("aid", 2, 3): "barred", ("aid", 3, 4): "unknown",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        (SAND, UNKNOWN, {("aid", 1, 2): "unknown"}),
        (UNKNOWN, SAND, {("aid", 1, 2): "unknown"}),
        (SAND, {"surface": "asphalt"}, {}),
        (SAND, SAND, {("aid", 1, 2): "barred"}),
    ],
)
def test_of_two_ways_that_share_a_stretch_the_better_counts(
    one: Tags, other: Tags, expected: dict[tuple[str, int, int], str]
) -> None:
    _, stretches = stretches_of([1, 2], [2, 1])
    assert limits_by_edge(limit_edges(stretches, unique_edges(stretches), [one, other], {"aid": SURFACE})) == expected


def test_only_edges_of_the_network_are_limited() -> None:
    _, stretches = stretches_of([1, 2, 3])
    kept = unique_edges(stretches).iloc[1:]
    assert limits_by_edge(limit_edges(stretches, kept, [SAND], {"aid": SURFACE})) == {("aid", 2, 3): "barred"}


def test_each_profile_has_limits_of_its_own() -> None:
    _, stretches = stretches_of([1, 2])
    profiles = {"aid": SURFACE, "boots": profile({"barred": [{"surface": "asphalt"}]})}
    assert limits_by_edge(limit_edges(stretches, unique_edges(stretches), [SAND], profiles)) == {
        ("aid", 1, 2): "barred"
    }


def test_nodes_of_the_network_get_limits() -> None:
    nodes = pd.DataFrame({"node_id": [1, 2, 3]})
    tags: list[Tags] = [{"kerb": "raised"}, {"kerb": "yes"}, {"kerb": "flush"}, {"kerb": "raised"}]
    limits = limit_nodes(np.array([1, 2, 3, 77]), tags, nodes, {"aid": SURFACE})
    check_table(NODE_LIMITS, limits)
    assert limits[["node_id", "limit"]].to_numpy().tolist() == [[1, "barred"], [2, "unknown"]]


def test_where_nobody_walks_with_an_aid_there_are_no_limits() -> None:
    nodes, stretches = stretches_of([1, 2])
    edges = unique_edges(stretches)
    limits = limit_edges(stretches, edges, [SAND], {})
    paths = describe_paths(nodes, edges, limits, units("U1"), {})
    obstacles = limit_nodes(np.array([], dtype=np.int64), [], nodes, {})
    for contract, frame in ((EDGE_LIMITS, limits), (NODE_LIMITS, obstacles), (UNIT_PATHS, paths)):
        check_table(contract, frame)
        assert frame.empty


# --- Paths per unit --------------------------------------------------------------------------------------------------


def test_paths_are_described_by_unit_and_profile() -> None:
    # Five edges of 100 m from 100 to 600 m: three have their middle in the western unit, two in the eastern one.
    nodes, stretches = stretches_of([1, 2], [2, 3], [3, 4], [4, 5], [5, 6])
    edges = unique_edges(stretches)
    both = units("U1", "U2", "U3").set_geometry(
        [shapely.box(0, -50, 400, 50), shapely.box(400, -50, 900, 50), shapely.box(0, 900, 100, 1000)]
    )
    tags = [SAND, UNKNOWN, {"surface": "asphalt"}, UNKNOWN, UNKNOWN]
    profiles = {"aid": SURFACE, "boots": profile()}
    paths = describe_paths(nodes, edges, limit_edges(stretches, edges, tags, profiles), both, profiles)
    check_table(UNIT_PATHS, paths)
    found: Any = paths.set_index(["profile", "unit_code"])
    shares = ["length_km", "barred_share", "unknown_share"]
    assert found.loc[("aid", "U1"), shares].tolist() == pytest.approx([0.3, 1 / 3, 1 / 3])
    assert found.loc[("aid", "U2"), shares].tolist() == [0.2, 0, 1]
    assert found.loc[("boots", "U1"), shares].tolist() == pytest.approx([0.3, 0, 0])
    assert found.loc[("aid", "U3"), "length_km"] == 0
    assert found.loc[("aid", "U3"), shares[1:]].isna().all()  # no network: unknown, not zero


def test_an_edge_in_the_middle_of_a_border_counts_once() -> None:
    nodes, stretches = stretches_of([1, 2])
    both = units("U1", "U2").set_geometry([shapely.box(150, -50, 900, 50), shapely.box(0, -50, 150, 50)])
    edges = unique_edges(stretches)
    paths = describe_paths(nodes, edges, EDGE_LIMITS.empty(), both, ["aid"]).set_index("unit_code")["length_km"]
    assert paths.to_dict() == {"U1": 0.1, "U2": 0}


# --- What is left of the network -------------------------------------------------------------------------------------


def test_without_edges_and_nodes_the_others_keep_their_numbers() -> None:
    network = grid(3, 3, exits=[4])
    left = without(network, network.start == 0, np.arange(9) == 4)
    assert left.x_m[:9].tolist() == network.x_m.tolist()
    assert left.y_m[:9].tolist() == network.y_m.tolist()
    assert len(left.start) == len(network.start) - 2  # two edges start at node 0
    assert not {*left.start, *left.end} & {0, 4}
    # Four edges end at the middle: each at a node of its own in the same place, an exit as that one is.
    assert len(left.x_m) == 9 + 4
    assert {(x, y) for x, y in zip(left.x_m[9:], left.y_m[9:], strict=True)} == {(100.0, 100.0)}
    assert left.is_exit[9:].all()
    assert left.length_m.tolist() == [100.0] * 10


def test_a_node_that_is_blocked_can_be_reached_and_not_passed() -> None:
    street = network_of([(0, 0), (400, 0), (800, 0)], [(0, 1), (1, 2)])
    blocked = without(street, np.zeros(2, dtype=bool), np.array([False, True, False]))
    assert nearest(blocked, [(400, 0)], [(0, 0)]).nearest_m.tolist() == [400]  # at the obstacle
    assert nearest(blocked, [(390, 0)], [(0, 0)]).nearest_m.tolist() == [390]
    assert nearest(blocked, [(410, 0)], [(0, 0)]).nearest_m.tolist() == [np.inf]
    assert nearest(blocked, [(410, 0)], [(800, 0)]).nearest_m.tolist() == [390]


def test_an_edge_between_two_blocked_nodes_is_walked_along_all_the_same() -> None:
    street = network_of([(0, 0), (400, 0), (800, 0)], [(0, 1), (1, 2)])
    blocked = without(street, np.zeros(2, dtype=bool), np.array([False, True, True]))
    assert nearest(blocked, [(500, 0)], [(700, 0)]).nearest_m.tolist() == [200]


def passable_of(
    places: Sequence[XY],
    edges: Sequence[tuple[int, int]],
    edge_limits: Mapping[tuple[int, int], str],
    node_limits: Mapping[int, str] | None = None,
    *,
    island_max_nodes: int = 0,
    exits: Sequence[int] = (),
) -> Passable:
    """Return the network of a profile; nodes are numbered from 10 in the tables, limits name them as in `places`."""
    nodes = pd.DataFrame({
        "node_id": np.arange(len(places)) + 10, "x_m": [float(x) for x, _ in places],
        "y_m": [float(y) for _, y in places], "is_exit": np.isin(np.arange(len(places)), exits),
    })  # fmt: skip
    network = network_of(places, edges)
    frame = pd.DataFrame({
        "from_id": network.start + 10, "to_id": network.end + 10, "length_m": network.length_m,
    })  # fmt: skip
    of_edges = [("aid", start + 10, end + 10, limit) for (start, end), limit in edge_limits.items()]
    of_nodes = [("aid", node + 10, limit) for node, limit in (node_limits or {}).items()]
    graph = network_from_tables(nodes, frame)
    give = passable_networks(
        graph, nodes, frame,
        pd.DataFrame([*of_edges, ("other", 10, 11, "barred")], columns=list(EDGE_LIMITS.columns)),
        pd.DataFrame([*of_nodes, ("other", 11, "barred")], columns=list(NODE_LIMITS.columns)),
        island_max_nodes=island_max_nodes,
    )  # fmt: skip
    on_foot = give(ON_FOOT)
    assert on_foot.at_best is on_foot.at_worst is graph
    return give("aid")


STREET: list[XY] = [(0, 0), (100, 0), (200, 0), (300, 0)]
EDGES = [(0, 1), (1, 2), (2, 3)]


def walks(one: Passable, home: XY = (0, 0), shop: XY = (300, 0)) -> list[float]:
    """Return the walk at best and at worst."""
    return [float(nearest(network, [shop], [home]).nearest_m[0]) for network in (one.at_best, one.at_worst)]


@pytest.mark.parametrize(
    ("edges", "nodes", "expected"),
    [
        ({}, {}, [300, 300]),
        ({(1, 2): "unknown"}, {}, [300, np.inf]),
        ({(1, 2): "barred"}, {}, [np.inf, np.inf]),
        ({}, {2: "unknown"}, [300, np.inf]),
        ({}, {1: "barred"}, [np.inf, np.inf]),
        ({}, {3: "barred"}, [300, 300]),  # the shop stands at the obstacle
        ({(1, 2): "unknown"}, {2: "barred"}, [np.inf, np.inf]),
    ],
)
def test_what_is_unknown_can_be_passed_at_best_and_not_at_worst(
    edges: Mapping[tuple[int, int], str], nodes: Mapping[int, str], expected: list[float]
) -> None:
    assert walks(passable_of(STREET, EDGES, edges, nodes)) == expected


def test_a_loose_bit_is_no_place_to_start_from() -> None:
    # The first 100 m are cut off from the rest: an island of two nodes, unless it has an exit.
    cut = {(1, 2): "barred"}
    home, shop = (90.0, 0.0), (300.0, 0.0)
    assert walks(passable_of(STREET, EDGES, cut), home, shop) == [np.inf, np.inf]
    # Both halves have two nodes: with one exit in the east only that half is left, and the home joins it 110 m off.
    there = passable_of(STREET, EDGES, cut, island_max_nodes=2, exits=[3])
    assert walks(there, home, shop) == [110 + 100, 110 + 100]
    kept = passable_of(STREET, EDGES, cut, island_max_nodes=2, exits=[0, 3])
    assert walks(kept, home, shop) == [np.inf, np.inf]


def test_a_profile_may_leave_nothing() -> None:
    nothing = passable_of(STREET, EDGES, dict.fromkeys([(0, 1), (1, 2), (2, 3)], "unknown"))
    assert len(nothing.at_best.start) == 3
    assert len(nothing.at_worst.start) == 0


def test_a_facility_on_a_way_that_cannot_be_passed_joins_the_nearest_that_can() -> None:
    one = passable_of(STREET, EDGES, {(2, 3): "barred"})
    shops, homes = join(one.at_best, (100, 0), (300, 0)), join(one.at_best, (0, 0))
    (two,) = nearest_two(one.at_best, shops, [np.array([True, True])], homes)
    assert two.nearest_m.tolist() == [100]
    assert two.second_m.tolist() == [200 + 100]  # to the end of what can be passed, and 100 m off it
