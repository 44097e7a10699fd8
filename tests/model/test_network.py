"""The walking network: edges of ways, the edge of the extract, loose bits, and where points join."""

from collections.abc import Iterable

import numpy as np
import pandas as pd
import pytest
import shapely

from pipeline.config.params import NetworkSettings
from pipeline.errors import SourceError
from pipeline.model.network import (
    clip_to,
    drop_islands,
    edges_of_ways,
    join_points,
    limit_extract,
    mark_exits,
    network_from_tables,
    unique_edges,
)
from pipeline.settings_files import read_sections
from tests.model.builders import CONFIG, XY, grid, join, network_of, points, squares


def stretches(*runs: list[tuple[int, XY]]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return nodes and stretches of ways, each given as its nodes (number, place) in order."""
    flat = [node for run in runs for node in run]
    starts = np.cumsum([0, *(len(run) for run in runs)])
    x, y = (np.array([place[axis] for _, place in flat]) for axis in (0, 1))
    return edges_of_ways(starts, np.array([number for number, _ in flat]), x, y)


def ways(*runs: list[tuple[int, XY]]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return nodes and edges of ways."""
    nodes, found = stretches(*runs)
    return nodes, unique_edges(found)


def street(*places: float, first: int = 1) -> list[tuple[int, XY]]:
    """Return a way along the x axis with a node at each of `places`."""
    return [(first + number, (place, 0.0)) for number, place in enumerate(places)]


def pairs(edges: pd.DataFrame) -> set[tuple[int, int]]:
    return set(zip(edges["from_id"], edges["to_id"], strict=True))


def test_ways_become_stretches_between_their_nodes_and_nothing_joins_two_ways() -> None:
    nodes, edges = ways(street(0, 100, 250), street(400, 500, first=11))
    assert nodes["node_id"].tolist() == [1, 2, 3, 11, 12]
    assert pairs(edges) == {(1, 2), (2, 3), (11, 12)}
    assert edges["length_m"].tolist() == [100, 150, 100]


def test_a_stretch_that_two_ways_share_is_one_edge_whichever_way_it_runs() -> None:
    _, edges = ways([(1, (0, 0)), (2, (30, 40))], [(2, (30, 40)), (1, (0, 0))])
    assert pairs(edges) == {(1, 2)}
    assert edges["length_m"].tolist() == [50]  # 3-4-5 triangle


def test_a_stretch_keeps_the_number_of_its_way_also_where_two_ways_share_it() -> None:
    _, found = stretches(street(0, 100, 200), [(3, (200.0, 0.0)), (2, (100.0, 0.0)), (9, (100.0, 50.0))])
    by_way = found.groupby(["from_id", "to_id"])["way"].agg(list).to_dict()
    assert by_way == {(1, 2): [0], (2, 3): [0, 1], (2, 9): [1]}


def test_a_loop_closes_and_a_node_that_is_repeated_makes_no_edge() -> None:
    square = [(1, (0.0, 0.0)), (2, (100.0, 0.0)), (2, (100.0, 0.0)), (3, (100.0, 100.0)), (1, (0.0, 0.0))]
    _, edges = ways(square)
    assert pairs(edges) == {(1, 2), (2, 3), (1, 3)}


def test_clipping_keeps_what_lies_inside_whole() -> None:
    nodes, edges = clip_to(*ways(street(0, 100, 200, 300)), shapely.box(-10, -10, 210, 10))
    assert nodes["node_id"].tolist() == [1, 2, 3]
    assert pairs(edges) == {(1, 2), (2, 3)}


def exits(
    network: tuple[pd.DataFrame, pd.DataFrame], extract: shapely.Polygon, cut_ids: Iterable[int] = ()
) -> list[int]:
    """Return the exits of a clipped network: dead ends within 200 m and cuts within 1,000 m of the edge."""
    nodes, edges = clip_to(*network, extract)
    cut = np.array(list(cut_ids), dtype=np.int64)
    marked = mark_exits(nodes, edges, extract, cut, edge_m=200, cut_m=1000)
    return [int(node) for node in marked.loc[marked["is_exit"], "node_id"]]


def test_only_dead_ends_near_the_edge_of_the_extract_are_exits() -> None:
    # A street from the western edge to the middle: node 1 is a dead end 50 m from the edge, node 2 lies as near to the
    # edge but the street goes on, node 4 is a dead end 700 m from any edge.
    assert exits(ways(street(50, 150, 500, 700)), shapely.box(0, -700, 1400, 700)) == [1]


@pytest.mark.parametrize(("edge_m", "is_exit"), [(200, True), (201, False)])
def test_how_near_the_edge_a_dead_end_is_an_exit(edge_m: float, is_exit: bool) -> None:
    assert (1 in exits(ways(street(edge_m, 900)), shapely.box(0, -5000, 9000, 5000))) == is_exit


def test_a_crossing_of_which_one_way_is_cut_is_an_exit() -> None:
    # A street runs on both sides of node 2 inside the extract; a side street goes out to the south.
    crossing = ways(street(-900, 0, 900), [(2, (0.0, 0.0)), (9, (0.0, -900.0))])
    assert exits(crossing, shapely.box(-5000, -300, 5000, 5000)) == [2]


def test_where_a_long_stretch_is_cut_is_an_exit_however_far_from_the_edge() -> None:
    assert exits(ways(street(0, 900, 2900)), shapely.box(-5000, -5000, 2000, 5000)) == [2]


@pytest.mark.parametrize(("west_m", "expected"), [(-1000, [2]), (-1001, [])])
def test_a_node_next_to_one_that_the_extract_lacks_is_an_exit_near_the_edge(west_m: float, expected: list[int]) -> None:
    network = ways([(1, (500.0, 0.0)), (2, (0.0, 0.0)), (3, (0.0, 500.0))])
    assert exits(network, shapely.box(west_m, -5000, 9000, 5000), cut_ids=[2, 77]) == expected


def test_islands_are_dropped_unless_large_or_with_an_exit() -> None:
    nodes, edges = ways(street(0, 100, 200), street(1000, 1100, first=11), street(2000, 2100, first=21))
    marked = nodes.assign(is_exit=nodes["node_id"] == 22)
    kept, kept_edges = drop_islands(marked, edges, island_max_nodes=2)
    assert kept["node_id"].tolist() == [1, 2, 3, 21, 22]  # three nodes; two nodes; two nodes and an exit
    assert pairs(kept_edges) == {(1, 2), (2, 3), (21, 22)}


def test_a_node_that_lost_all_its_edges_is_dropped() -> None:
    nodes, edges = clip_to(*ways(street(0, 100, 5000), street(200, 300, first=11)), shapely.box(150, -10, 6000, 10))
    kept, _ = drop_islands(nodes.assign(is_exit=False), edges, island_max_nodes=1)
    assert kept["node_id"].tolist() == [11, 12]


def test_a_network_of_islands_alone_is_a_fault() -> None:
    nodes, edges = ways(street(0, 100))
    with pytest.raises(SourceError, match="geen samenhangend loopnetwerk"):
        drop_islands(nodes.assign(is_exit=False), edges, island_max_nodes=2)


@pytest.fixture
def settings() -> NetworkSettings:
    found: NetworkSettings = read_sections(CONFIG, ["network"])["network"]
    return found.model_copy(update={"buffer_min_m": 5000.0, "buffer_factor": 1.5})


@pytest.mark.parametrize(("longest_norm_m", "buffer_m"), [(1000, 5000), (4000, 6000)])
def test_the_extract_is_limited_to_a_buffer_around_the_areas(
    settings: NetworkSettings, longest_norm_m: float, buffer_m: float
) -> None:
    areas = squares(["1001"])
    limited = limit_extract(shapely.box(-9000, -9000, 9000, 9000), areas, settings, longest_norm_m)
    assert limited.bounds == (-buffer_m, -buffer_m, 100 + buffer_m, 100 + buffer_m)


def test_an_extract_beyond_the_buffer_is_a_fault(settings: NetworkSettings) -> None:
    with pytest.raises(SourceError, match="te ver van de gebieden"):
        limit_extract(shapely.box(50_000, 0, 60_000, 10_000), squares(["1001"]), settings, 1000)


def test_tables_become_a_network_by_node_id() -> None:
    nodes, edges = ways(street(0, 100, 200, first=70))
    network = network_from_tables(nodes.assign(is_exit=nodes["node_id"] == 72), edges)
    assert network.start.tolist() == [0, 1]
    assert network.end.tolist() == [1, 2]
    assert network.is_exit.tolist() == [False, False, True]


def test_a_point_joins_the_nearest_point_of_the_nearest_edge() -> None:
    joined = join(grid(2, 2), (40, 10))  # 10 m from the southern edge, 40 m from the western one
    assert joined.is_connected.all()
    assert joined.along_m.tolist() == [40]
    assert joined.access_m.tolist() == [10]


def test_a_point_past_the_end_of_a_street_joins_its_end() -> None:
    joined = join(network_of([(0, 0), (100, 0)], [(0, 1)]), (130, 40))
    assert joined.along_m.tolist() == [100]
    assert joined.access_m.tolist() == [50]  # 3-4-5 triangle


def test_a_point_farther_than_the_limit_is_not_connected() -> None:
    network = network_of([(0, 0), (100, 0)], [(0, 1)])
    joined = join_points(network, points([(50, 149.9), (50, 150), (50, 150.1)]), connect_max_m=150)
    assert joined.is_connected.tolist() == [True, True, False]


def test_no_points_join_to_nothing() -> None:
    assert len(join(grid(2, 2)).edge) == 0


def test_points_join_the_same_however_many_are_looked_up_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    random = np.random.default_rng(7)
    network, places = grid(6, 6), points([(x, y) for x, y in random.uniform(-200, 700, (300, 2))])
    whole = join_points(network, places, connect_max_m=150)
    monkeypatch.setattr("pipeline.model.network._BLOCK", 7)
    monkeypatch.setattr("pipeline.model.network._AT_ONCE", 2)
    parts = join_points(network, places, connect_max_m=150)
    assert 0 < whole.is_connected.sum() < len(places)
    for name in ("is_connected", "edge", "along_m", "access_m"):
        np.testing.assert_array_equal(getattr(parts, name), getattr(whole, name))
