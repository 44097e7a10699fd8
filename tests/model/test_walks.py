"""Walks per profile: on foot as networkx has them, with an aid over what is left; and tables there and back."""

from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.config.profiles import ON_FOOT
from pipeline.contracts import ACCESS, CRS, DISTANCES, UNJOINED_FACILITIES
from pipeline.model.network import Flags, Floats, Ints, Network
from pipeline.model.profiles import Passable, without
from pipeline.model.walks import (
    Access,
    Walks,
    access_of,
    access_table,
    chosen_by_category,
    distances_table,
    facilities_of,
    search_profiles,
    unjoined_facilities,
    walks_of,
)
from pipeline.tables import check_table, read_table, write_table
from tests.model import networkx_reference as reference
from tests.model.builders import CONNECT_MAX_M, XY, grid, join, metres, network_of, passable, points

SAME_M = 0.0051
"""Walks are rounded to the centimetre."""

AID = "rollator"


def walk(
    passable: dict[str, Passable], homes: list[XY], places: list[XY], chosen: dict[str, list[bool]] | None = None
) -> dict[str, tuple[Access, list[Walks]]]:
    """Return the walks to all places, unless chosen by category."""
    by_category = {
        name: np.array(flags, dtype=bool) for name, flags in (chosen or {"gp": [True] * len(places)}).items()
    }
    return search_profiles(passable, points(homes), points(places), by_category, connect_max_m=CONNECT_MAX_M)


# --- By hand ---------------------------------------------------------------------------------------------------------

BLOCK = grid(2, 2)
"""A block of 100 m: nodes 0 and 1 in the south, 2 and 3 in the north; edges 0-1, 2-3, 0-2, 1-3."""


def test_with_an_aid_one_walks_round_what_cannot_be_passed() -> None:
    # From (0, 10) to (90, 0): 100 m, or round by the north: 90 + 100 + 100, joined 10 m off.
    found = walk({ON_FOOT: Passable.everywhere(BLOCK), AID: passable(BLOCK, at_worst=[0])}, [(0, 10)], [(90, 0)])
    (foot,), (aid,) = (walks for _, walks in found.values())
    assert (foot.nearest_m.tolist(), foot.nearest_high_m.tolist()) == ([100], [100])
    assert (aid.nearest_m.tolist(), aid.nearest_high_m.tolist()) == ([100], [300])


def test_what_cannot_be_passed_for_certain_counts_at_best_too() -> None:
    found = walk({ON_FOOT: Passable.everywhere(BLOCK), AID: passable(BLOCK, [0], [0])}, [(0, 10)], [(90, 0)])
    (aid,) = found[AID][1]
    assert (aid.nearest_m.tolist(), aid.nearest_high_m.tolist()) == ([300], [300])


@pytest.mark.parametrize("barred", [True, False])
def test_a_home_on_a_way_that_may_not_be_passed_may_have_its_door_elsewhere_or_nowhere(barred: bool) -> None:
    # On foot the home joins a dead end and walks round; closed, that leaves the street of the shop, 8 m off.
    network = network_of([(0, 0), (0, 300), (400, 300), (400, 20), (10, 20)], [(0, 1), (1, 2), (2, 3), (3, 4)])
    ways = passable(network, [0] if barred else [], [0])
    found = walk({ON_FOOT: Passable.everywhere(network), AID: ways}, [(2, 20)], [(30, 20)])
    (foot,), (aid,) = (walks for _, walks in found.values())
    assert foot.nearest_m.tolist() == [2 + 280 + 400 + 280 + 370]
    assert (aid.nearest_m.tolist(), aid.nearest_high_m.tolist()) == ([8 + 20], [np.inf])


def test_from_another_door_what_is_unknown_may_still_be_open() -> None:
    # Its own path of 100 m north is unknown, and so is the short way along the street in the south.
    network = network_of([(0, 100), (100, 100), (0, 0), (100, 0), (0, 900), (100, 900)],
                         [(0, 1), (2, 3), (2, 4), (4, 5), (5, 3)])  # fmt: skip
    unknown = passable(network, at_worst=[0, 1])
    found = walk({ON_FOOT: Passable.everywhere(network), AID: unknown}, [(20, 90)], [(101, 0)])
    (aid,) = found[AID][1]
    # It joins the western street 20 m off: from there 90 + 100 + 1 over what is unknown, or 1,900 m and more round.
    assert aid.nearest_m.tolist() == [20 + 90 + 100 + 1]
    assert np.isinf(aid.nearest_high_m).all()


def test_the_nearest_facility_with_an_aid_may_be_another() -> None:
    street = network_of([(0, 0), (100, 0), (500, 0)], [(0, 1), (1, 2)])
    ways = {ON_FOOT: Passable.everywhere(street), AID: passable(street, [0], [0])}
    found = walk(ways, [(200, 0)], [(0, 300), (500, 0)])
    assert [one.nearest.tolist() for _, (one,) in found.values()] == [[1], [1]]


def test_a_facility_that_only_the_aid_cannot_join_may_be_as_near_as_on_foot() -> None:
    street = network_of([(0, 0), (400, 0), (800, 0)], [(0, 1), (1, 2)])
    ways = {ON_FOOT: Passable.everywhere(street), AID: passable(street, [0], [0])}
    found = walk(ways, [(500, 0)], [(0, 0), (800, 0)], {"gp": [True, False], "stop": [False, True]})
    gp, stop = found[AID][1]
    assert (gp.nearest_m.tolist(), gp.nearest_high_m.tolist()) == ([500], [np.inf])
    assert (stop.nearest_m.tolist(), stop.nearest_high_m.tolist()) == ([300], [300])


@pytest.mark.parametrize("profile", [ON_FOOT, AID])
def test_where_nothing_can_be_passed_nothing_is_certain(profile: str) -> None:
    nothing = passable(BLOCK, range(4), range(4))
    found = walk({ON_FOOT: Passable.everywhere(BLOCK), profile: nothing}, [(10, 0), (20, 0)], [(90, 0)])
    access, (walks,) = found[profile]
    assert np.isinf(walks.nearest_high_m).all()
    assert walks.nearest_m.tolist() == ([np.inf] * 2 if profile == ON_FOOT else [80, 70])
    assert np.isinf(access.exit_m).all()


def test_where_only_what_is_unknown_is_left_the_high_bound_is_infinite() -> None:
    ways = {ON_FOOT: Passable.everywhere(BLOCK), AID: passable(BLOCK, at_worst=range(4))}
    (aid,) = walk(ways, [(10, 0)], [(90, 0)])[AID][1]
    assert (aid.nearest_m.tolist(), aid.nearest_high_m.tolist()) == ([80], [np.inf])


def test_access_is_that_on_foot_and_an_exit_may_be_as_near_where_the_door_is_not_known() -> None:
    # The second home is 160 m from what the aid can pass.
    network = network_of([(0, 0), (0, 400), (300, 400)], [(0, 1), (1, 2)], exits=[2])
    ways = {ON_FOOT: Passable.everywhere(network), AID: passable(network, [0], [0])}
    found = walk(ways, [(0, 401), (0, 240)], [(300, 400)])
    on_foot, aid = (access for access, _ in found.values())
    assert on_foot.is_connected.tolist() == aid.is_connected.tolist() == [True, True]
    assert (on_foot.exit_m.tolist(), aid.exit_m.tolist()) == ([301, 460], [301, 460])
    assert found[AID][1][0].nearest_m.tolist() == [301, 460]


def test_every_category_is_searched_for_itself_also_one_without_facilities() -> None:
    facilities = pd.DataFrame({"category": ["stop", "gp", "stop"]})
    chosen = chosen_by_category(facilities, ["gp", "stop", "pharmacy"])
    assert {name: flags.tolist() for name, flags in chosen.items()} == {
        "gp": [False, True, False], "stop": [True, False, True], "pharmacy": [False, False, False],
    }  # fmt: skip
    by_list = {name: flags.tolist() for name, flags in chosen.items()}
    found = walk({ON_FOOT: Passable.everywhere(BLOCK)}, [(0, 0)], [(50, 0), (0, 100), (100, 0)], by_list)
    walks = {one.category: one for one in found[ON_FOOT][1]}
    assert (walks["gp"].nearest_m.tolist(), walks["gp"].second.tolist()) == ([100], [-1])
    assert (walks["stop"].nearest.tolist(), walks["stop"].second.tolist()) == ([0], [2])
    assert walks["pharmacy"].nearest_m.tolist() == [np.inf]


def test_facilities_that_do_not_join_are_told_apart() -> None:
    places: list[XY] = [(50, 10), (50, -151)]
    facilities = gpd.GeoDataFrame(
        {"facility_id": ["gp-n1", "gp-n2"], "category": "gp", "facility_name": "x"},
        geometry=points(places),
        crs=CRS,
    )
    unjoined = unjoined_facilities(facilities, join(BLOCK, *places))
    check_table(UNJOINED_FACILITIES, unjoined)
    assert unjoined["facility_id"].tolist() == ["gp-n2"]


# --- Against networkx ------------------------------------------------------------------------------------------------


def cut_by_hand(network: Network, barred: Flags, blocked: Flags) -> Network:
    """Return the network without what is barred; each end of an edge at a blocked node is a node of its own."""
    x, y = network.x_m.tolist(), network.y_m.tolist()
    pairs = []
    for edge in np.flatnonzero(~barred):
        pair = []
        for node in (int(network.start[edge]), int(network.end[edge])):
            if blocked[node]:
                x.append(x[node])
                y.append(y[node])
            pair.append(len(x) - 1 if blocked[node] else node)
        pairs.append((pair[0], pair[1]))
    return network_of(list(zip(x, y, strict=True)), pairs)


@st.composite
def towns(draw: st.DrawFn) -> tuple[Network, list[XY], list[XY], Ints, Ints]:
    """Draw a grid, homes and facilities on it, and what an aid can pass of edges and nodes: 0 yes, 1 unknown, 2 no."""
    random = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    network = grid(draw(st.integers(2, 5)), draw(st.integers(2, 4)), exits=[0])
    homes = random.uniform(-40, 440, (draw(st.integers(1, 8)), 2))
    places = random.uniform(-40, 440, (draw(st.integers(0, 5)), 2))
    of_edges = random.choice(3, len(network.start), p=[0.6, 0.2, 0.2])
    of_nodes = random.choice(3, len(network.x_m), p=[0.8, 0.1, 0.1])
    return network, as_places(homes), as_places(places), of_edges, of_nodes


def as_places(xy: Floats) -> list[XY]:
    return [(float(x), float(y)) for x, y in xy]


def by_networkx(network: Network, homes: list[XY], places: list[XY]) -> tuple[Floats, Floats, Flags]:
    """Return the nearest and second nearest, and of which homes that is sure."""
    if not len(network.start):
        return metres([None] * len(homes)), metres([None] * len(homes)), np.ones(len(homes), dtype=bool)
    joins = [
        reference.join(network, *np.array(xy, dtype=float).reshape(-1, 2).T, connect_max_m=CONNECT_MAX_M)
        for xy in (places, homes)
    ]
    nearest_m, second_m = reference.two_smallest(reference.distances(network, *joins))
    return nearest_m, second_m, ~joins[1].is_tied & ~joins[0].is_tied.any()


def ways_of(network: Network, of_edges: Ints, of_nodes: Ints) -> Passable:
    best, worst = (without(network, of_edges >= state, of_nodes >= state) for state in (2, 1))
    return Passable(best, worst, of_edges < 2, of_edges < 1)


@settings(max_examples=60)
@given(towns())
def test_walks_are_those_of_networkx_on_foot_and_over_what_is_left(
    town: tuple[Network, list[XY], list[XY], Ints, Ints],
) -> None:
    network, homes, places, of_edges, of_nodes = town
    passable = {ON_FOOT: Passable.everywhere(network), AID: ways_of(network, of_edges, of_nodes)}
    found = walk(passable, homes, places)
    (foot,), (aid,) = (walks for _, walks in found.values())
    on_foot_m, second_m, sure = by_networkx(network, homes, places)
    np.testing.assert_allclose(foot.nearest_m[sure], on_foot_m[sure], atol=SAME_M)
    np.testing.assert_allclose(foot.second_m[sure], second_m[sure], atol=SAME_M)
    assert foot.nearest_high_m.tolist() == foot.nearest_m.tolist()
    best_m, _, is_sure = by_networkx(cut_by_hand(network, of_edges == 2, of_nodes == 2), homes, places)
    worst_m, _, is_sure_too = by_networkx(cut_by_hand(network, of_edges >= 1, of_nodes >= 1), homes, places)
    sure &= is_sure & is_sure_too
    assert (aid.nearest_m[sure] <= np.minimum(best_m, worst_m)[sure] + SAME_M).all()
    own = join(network, *homes)
    at_home = sure & (~own.is_connected | (of_edges[own.edge] == 0))
    best = passable[AID].at_best
    is_lost = join(network, *places).is_connected & ~(join(best, *places).is_connected if len(best.start) else False)
    assert np.isinf(aid.nearest_high_m[sure & ~at_home]).all()
    if is_lost.any():
        return
    lowest, highest = np.minimum(best_m, worst_m), np.maximum.reduce([on_foot_m, best_m, worst_m])
    np.testing.assert_allclose(aid.nearest_m[at_home], lowest[at_home], atol=SAME_M)
    np.testing.assert_allclose(aid.nearest_high_m[at_home], highest[at_home], atol=SAME_M)


@settings(max_examples=60)
@given(towns())
def test_bounds_are_in_order_and_hold_the_walk_on_foot_from_above(
    town: tuple[Network, list[XY], list[XY], Ints, Ints],
) -> None:
    network, homes, places, of_edges, of_nodes = town
    passable = {ON_FOOT: Passable.everywhere(network), AID: ways_of(network, of_edges, of_nodes)}
    (_, (foot,)), (_, (aid,)) = walk(passable, homes, places).values()
    assert (aid.nearest_high_m >= foot.nearest_m).all()
    assert (aid.nearest_high_m >= aid.nearest_m).all()
    assert (aid.second_m >= aid.nearest_m).all()
    assert ((aid.nearest >= 0) == np.isfinite(aid.nearest_m)).all()


# --- Tables there and back -------------------------------------------------------------------------------------------


def there_and_back(contract: Any, frame: pd.DataFrame, folder: Path) -> pd.DataFrame:
    path = folder / "table.parquet"
    write_table(contract, frame, path)
    return pd.DataFrame(read_table(contract, path))


def made(category: str, profile: str, nearest: list[int], second: list[int], high_m: list[float | None]) -> Walks:
    near = [None if one < 0 else 10.0 * one + 5 for one in nearest]
    far = [None if one < 0 else 10.0 * one + 50 for one in second]
    return Walks(category, profile, metres(near), metres(high_m), metres(far), np.array(nearest), np.array(second))


def test_distances_come_back_from_their_table(tmp_path: Path) -> None:
    ids = pd.Series(["d1", "d2", "d3"], dtype="str")
    facilities = pd.Series(["gp-n1", "gp-n2", "stop-n1", "stop-n9"], dtype="str")
    walks = [
        made("stop", ON_FOOT, [2, 3, -1], [3, -1, -1], [25, 35, None]),
        made("gp", "wheelchair", [1, 0, 0], [0, 1, -1], [100, None, 5]),
        made("gp", ON_FOOT, [0, 1, -1], [1, 0, -1], [5, 15, None]),
        made("stop", "wheelchair", [-1, -1, -1], [-1, -1, -1], [None, None, None]),
    ]
    table = there_and_back(DISTANCES, distances_table(ids, facilities, walks), tmp_path)
    assert table["dwelling_id"].tolist() == ids.tolist() * 4
    named = table.set_index(["category", "profile", "dwelling_id"])["nearest_id"].astype("str")
    assert named["stop", ON_FOOT, "d2"] == "stop-n9"
    assert named["gp", "wheelchair", "d1"] == "gp-n2"
    names = facilities_of(table)
    back = {(one.category, one.profile): one for one in walks_of(table)}
    assert list(back) == sorted(back)
    assert set(back) == {(one.category, one.profile) for one in walks}
    for one in walks:
        other = back[one.category, one.profile]
        for column in ("nearest_m", "nearest_high_m", "second_m"):
            np.testing.assert_array_equal(getattr(other, column), getattr(one, column))
        for column in ("nearest", "second"):
            expected = [None if place < 0 else facilities[place] for place in getattr(one, column)]
            assert [None if place < 0 else names[place] for place in getattr(other, column)] == expected
        is_certain = np.array_equal(one.nearest_m, one.nearest_high_m)
        assert (other.nearest_high_m is other.nearest_m) == is_certain


def test_distances_of_a_region_without_facilities_come_back(tmp_path: Path) -> None:
    walks = [made("gp", ON_FOOT, [-1], [-1], [None])]
    table = there_and_back(
        DISTANCES, distances_table(pd.Series(["d1"], dtype="str"), pd.Series([], dtype="str"), walks), tmp_path
    )
    (back,) = walks_of(table)
    assert (back.nearest.tolist(), back.nearest_m.tolist()) == ([-1], [np.inf])
    assert len(facilities_of(table)) == 0


def test_access_comes_back_from_its_table(tmp_path: Path) -> None:
    ids = pd.Series(["d1", "d2"], dtype="str")
    by_profile = {
        "wheelchair": Access(np.array([True, False]), metres([None, None])),
        ON_FOOT: Access(np.array([True, False]), metres([12.5, None])),
    }
    back = access_of(there_and_back(ACCESS, access_table(ids, by_profile), tmp_path))
    assert set(back) == set(by_profile)
    for profile, one in by_profile.items():
        assert back[profile].is_connected.tolist() == one.is_connected.tolist()
        assert back[profile].exit_m.tolist() == one.exit_m.tolist()


def test_walks_from_a_network_come_back_with_the_facilities_that_were_searched(tmp_path: Path) -> None:
    places: list[XY] = [(50, 0), (0, 100), (100, 100)]
    found = walk({ON_FOOT: Passable.everywhere(BLOCK)}, [(0, 0), (100, 90)], places, {"gp": [False, True, True]})
    ids = pd.Series(["d1", "d2"], dtype="str")
    table = there_and_back(
        DISTANCES, distances_table(ids, pd.Series(["a", "b", "c"], dtype="str"), found[ON_FOOT][1]), tmp_path
    )
    (back,) = walks_of(table)
    names = facilities_of(table)
    assert names[back.nearest].tolist() == ["b", "c"]
    assert names[back.second].tolist() == ["c", "b"]
    assert shapely.distance(points([(0, 0)])[0], points([places[1]])[0]) == back.nearest_m[0] == 100
