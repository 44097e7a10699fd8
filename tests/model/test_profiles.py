"""Profiles: which edges and nodes are limited, what that leaves of the network, and how it is described per unit."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
import pytest
import shapely

from pipeline.config.profiles import ON_FOOT
from pipeline.contracts import EDGE_LIMITS, NODE_LIMITS, UNIT_PATHS
from pipeline.model.distances import nearest_two
from pipeline.model.network import edges_of_ways, network_from_tables, unique_edges
from pipeline.model.profiles import (
    Passable,
    describe_paths,
    limit_edges,
    limit_nodes,
    passable_networks,
    without,
)
from pipeline.tables import check_table
from pipeline.tag_rules import Tags
from tests.model.builders import XY, grid, join, nearest, network_of, profile, units

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
