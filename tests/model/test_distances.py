"""Walking distances: hand-computable cases, and a networkx reference with joins of its own."""

from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.model.distances import nearest_exit_m, nearest_two
from pipeline.model.network import Floats, Network, join_points
from tests.model import networkx_reference as reference
from tests.model.builders import CONNECT_MAX_M, XY, grid, join, nearest, network_of, points

SAME_M = 1e-6
"""Sums of the same lengths in another order differ by rounding."""


@pytest.fixture
def street() -> Network:
    """Make a street of one edge of 400 m along the x axis."""
    return network_of([(0, 0), (400, 0)], [(0, 1)])


@pytest.mark.parametrize(
    ("home", "facility", "walk_m"),
    [
        ((200, 0), (400, 0), 200),  # half-way along the edge, the facility at its end
        ((200, 0), (0, 0), 200),  # the same towards the other end
        ((200, 0), (330, 0), 130),  # both on the same edge, the facility farther along
        ((200, 0), (70, 0), 130),  # the facility less far along
        ((200, 0), (300, 30), 130),  # the facility 30 m off the edge: 100 along, 30 away
        ((200, 20), (300, -30), 150),  # either side of the street: 20 + 100 + 30
        ((200, 0), (200, 0), 0),  # at the same spot
        ((200, 15), (200, 25), 40),  # both off the edge at the same spot of it: to the street and back
    ],
)
def test_distance_is_exact_along_an_edge(street: Network, home: XY, facility: XY, walk_m: float) -> None:
    assert nearest(street, [facility], [home]).nearest_m == pytest.approx([walk_m], abs=SAME_M)


def test_of_facilities_on_both_sides_on_the_same_edge_each_is_found(street: Network) -> None:
    two = nearest(street, [(80, 0), (350, 0), (200, 100)], [(210, 0)])
    assert (two.nearest[0], two.second[0]) == (2, 0)  # 10 + 100 = 110, then 130; the other is at 140
    assert (two.nearest_m[0], two.second_m[0]) == pytest.approx((110, 130), abs=SAME_M)


def test_walking_follows_the_streets_of_the_grid() -> None:
    # From (50, 0) to (200, 150): 150 east and 150 north, whichever way round.
    two = nearest(grid(3, 3), [(200, 150)], [(50, 0)])
    assert two.nearest_m == pytest.approx([300], abs=SAME_M)


def test_the_second_nearest_may_lie_behind_the_nearest(street: Network) -> None:
    two = nearest(street, [(100, 0), (150, 0)], [(0, 0)])
    assert (two.nearest_m[0], two.second_m[0]) == pytest.approx((100, 150), abs=SAME_M)


def test_two_facilities_on_the_same_spot_are_nearest_and_second(street: Network) -> None:
    two = nearest(street, [(300, 0), (300, 0)], [(100, 0)])
    assert {two.nearest[0], two.second[0]} == {0, 1}
    assert (two.nearest_m[0], two.second_m[0]) == pytest.approx((200, 200), abs=SAME_M)


def test_one_facility_leaves_no_second(street: Network) -> None:
    two = nearest(street, [(300, 0)], [(100, 0)])
    assert two.nearest.tolist() == [0]
    assert np.isinf(two.second_m).all()
    assert two.second.tolist() == [-1]


def test_each_choice_from_the_facilities_has_an_answer_of_its_own(street: Network) -> None:
    shops, homes = join(street, (50, 0), (150, 0), (400, 0)), join(street, (100, 0))
    chosen = [np.array(one) for one in ([True, False, True], [False, False, True], [False, False, False])]
    found = nearest_two(street, shops, chosen, homes)
    assert [(two.nearest[0], two.second[0]) for two in found] == [(0, 2), (2, -1), (-1, -1)]
    assert [two.nearest_m[0] for two in found] == [50, 300, np.inf]


@pytest.mark.parametrize("facilities", [[], [(300.0, 500.0)]], ids=["none", "none connected"])
def test_without_a_facility_nothing_is_found(street: Network, facilities: list[XY]) -> None:
    two = nearest(street, facilities, [(100, 0)])
    assert np.isinf([two.nearest_m, two.second_m]).all()
    assert (two.nearest.tolist(), two.second.tolist()) == ([-1], [-1])


def test_a_home_that_is_not_connected_reaches_nothing(street: Network) -> None:
    two = nearest(street, [(300, 0), (200, 0)], [(100, 151), (100, 0)])
    assert np.isinf([two.nearest_m[0], two.second_m[0]]).all()
    assert two.nearest[0] == two.second[0] == -1
    assert two.nearest[1] == 1


def test_a_facility_on_another_island_cannot_be_walked_to() -> None:
    network = network_of([(0, 0), (100, 0), (200, 0), (300, 0)], [(0, 1), (2, 3)])
    assert np.isinf(nearest(network, [(250, 0)], [(50, 0)]).nearest_m).all()


def test_of_parallel_ways_the_shorter_counts() -> None:
    # Nodes 0 and 1 are joined twice, the second time by a way that is recorded as 1,000 m long.
    network = network_of([(0, 0), (100, 0), (200, 0)], [(0, 1), (0, 1), (1, 2)])
    longer = Network(network.x_m, network.y_m, network.is_exit, network.start, network.end, np.array([1000, 100, 100]))
    homes, shops = join(longer, (-40, 0)), join(longer, (200, 0))
    assert nearest_two(longer, shops, [shops.is_connected], homes)[0].nearest_m == pytest.approx([240], abs=SAME_M)


def test_a_loop_is_walked_the_shorter_way_round() -> None:
    # A square of 400 m round: 50 m before the corner (0, 0) to 30 m past it on the other side.
    network = network_of([(0, 0), (100, 0), (100, 100), (0, 100)], [(0, 1), (1, 2), (2, 3), (3, 0)])
    two = nearest(network, [(0, 30), (100, 100)], [(50, 0)])
    assert (two.nearest_m[0], two.second_m[0]) == pytest.approx((80, 150), abs=SAME_M)


def test_the_nearest_exit_is_reached_over_either_end_of_the_edge() -> None:
    network = network_of([(0, 0), (400, 0), (400, 300)], [(0, 1), (1, 2)], exits=[0, 2])
    homes = join(network, (150, 10), (390, 0), (150, 400))
    # 150 along and 10 away; 10 to the corner and 300 on; the third is not connected.
    assert nearest_exit_m(network, homes).tolist() == [160, 310, np.inf]


def test_without_exits_none_is_near() -> None:
    network = grid(2, 2)
    assert np.isinf(nearest_exit_m(network, join(network, (50, 0)))).all()


def test_the_nearest_two_are_the_same_however_many_points_are_reckoned_at_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    random = np.random.default_rng(7)
    facilities, homes = ([(x, y) for x, y in random.uniform(-50, 550, (size, 2))] for size in (8, 100))
    whole = nearest(grid(6, 6), facilities, homes)
    monkeypatch.setattr("pipeline.model.distances._AT_ONCE", 7)
    parts = nearest(grid(6, 6), facilities, homes)
    for name in ("nearest_m", "nearest", "second_m", "second"):
        np.testing.assert_array_equal(getattr(parts, name), getattr(whole, name))


# --- Against networkx ------------------------------------------------------------------------------------------------


@st.composite
def cases(draw: st.DrawFn) -> tuple[Network, Floats, Floats]:
    """Draw a network of random, also crossing and unconnected, edges; and facilities and homes on it."""
    random = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    node_count = draw(st.integers(2, 25))
    edge_count = draw(st.integers(1, 2 * node_count))
    xy = random.uniform(0, 1000, (node_count, 2))
    start = random.integers(0, node_count, edge_count)
    end = (start + random.integers(1, node_count, edge_count)) % node_count
    pairs = {(min(pair), max(pair)) for pair in zip(start.tolist(), end.tolist(), strict=True)}
    network = network_of([(x, y) for x, y in xy], sorted(pairs))  # each pair once, as contracts.EDGES has it
    facilities = random.uniform(-100, 1100, (draw(st.integers(0, 8)), 2))
    homes = random.uniform(-100, 1100, (draw(st.integers(1, 15)), 2))
    if draw(st.booleans()):  # some facilities stand on a crossing, and a home and a facility on one spot
        facilities[: node_count // 2] = xy[: len(facilities)][: node_count // 2]
        homes[: len(facilities)] = facilities[: len(homes)]
    return network, facilities, homes


def as_points(xy: Floats) -> npt.NDArray[np.object_]:
    return points([(x, y) for x, y in xy])


@given(cases())
def test_nearest_and_second_are_those_of_networkx(case: tuple[Network, Floats, Floats]) -> None:
    network, facilities, homes = case
    shops, doors = (join_points(network, as_points(xy), connect_max_m=CONNECT_MAX_M) for xy in (facilities, homes))
    (ours,) = nearest_two(network, shops, [shops.is_connected], doors)
    places = reference.join(network, facilities[:, 0], facilities[:, 1], connect_max_m=CONNECT_MAX_M)
    living = reference.join(network, homes[:, 0], homes[:, 1], connect_max_m=CONNECT_MAX_M)
    assert (doors.is_connected == (living.edge >= 0)).all()
    assert (shops.is_connected == (places.edge >= 0)).all()
    if places.is_tied.any():
        return
    found = reference.distances(network, places, living)
    nearest_m, second_m = reference.two_smallest(found)
    sure = ~living.is_tied
    np.testing.assert_allclose(ours.nearest_m[sure], nearest_m[sure], atol=SAME_M)
    np.testing.assert_allclose(ours.second_m[sure], second_m[sure], atol=SAME_M)
    columns = np.arange(len(homes))
    for facility, distance_m in ((ours.nearest, nearest_m), (ours.second, second_m)):
        named = sure & (facility >= 0)
        assert (named == (sure & np.isfinite(distance_m))).all()
        # The facility that is named is at the distance that is named: so it is right also where others tie with it.
        np.testing.assert_allclose(found[facility[named], columns[named]], distance_m[named], atol=SAME_M)
    assert not ((ours.nearest == ours.second) & (ours.nearest >= 0)).any()


@given(cases())
def test_a_home_that_is_connected_reaches_each_facility_of_its_part_of_the_network(
    case: tuple[Network, Floats, Floats],
) -> None:
    network, facilities, homes = case
    shops, doors = (join_points(network, as_points(xy), connect_max_m=CONNECT_MAX_M) for xy in (facilities, homes))
    part = component_of(network)
    served = set(part[network.start[shops.edge[shops.is_connected]]])
    is_served = np.isin(part[network.start[doors.edge]], list(served)) & doors.is_connected
    (ours,) = nearest_two(network, shops, [shops.is_connected], doors)
    assert (np.isfinite(ours.nearest_m) == is_served).all()


@given(cases())
def test_the_nearest_exit_is_the_nearest_of_the_exits_as_facilities(case: tuple[Network, Floats, Floats]) -> None:
    network, _, homes = case
    exits = np.arange(0, len(network.x_m), 3)
    open_ended = replace(network, is_exit=np.isin(np.arange(len(network.x_m)), exits))
    doors = join_points(network, as_points(homes), connect_max_m=CONNECT_MAX_M)
    living = reference.join(network, homes[:, 0], homes[:, 1], connect_max_m=CONNECT_MAX_M)
    graph, (targets,) = reference.build_graph(network, living)
    at_exits: list[int | None] = [int(one) if one in graph else None for one in exits]
    found = reference.search(graph, at_exits, targets) + living.away_m
    sure = ~living.is_tied
    np.testing.assert_allclose(nearest_exit_m(open_ended, doors)[sure], found.min(axis=0)[sure], atol=SAME_M)


def component_of(network: Network) -> npt.NDArray[np.int64]:
    """Return the part of the network of each node, by spreading the lowest node number along its edges."""
    part = np.arange(len(network.x_m))
    for _ in part:
        for start, end in zip(network.start, network.end, strict=True):
            part[[start, end]] = min(part[start], part[end])
    return part
