"""Drives: exact beside a plain search from every home; what is not connected, and what cars cannot reach."""

from itertools import pairwise

import networkx as nx
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.config.params import NetworkSettings
from pipeline.contracts import DEMAND
from pipeline.model.car_distances import car_network, drive, people_of_dwellings
from pipeline.settings_files import read_sections
from tests.model.builders import CONFIG, CONNECT_MAX_M, XY, dwelling_rows, dwellings, grid, network_of, points, table

RADII_M = [100.0, 250.0, 600.0]
PLACES = st.tuples(st.integers(-40, 340), st.integers(-40, 340)).map(lambda xy: (float(xy[0]), float(xy[1])))


def drives_of(homes: list[XY], shops: list[XY], **made: object) -> tuple[list[float], list[list[int]]]:
    network = grid(4, 4) if "network" not in made else made["network"]
    chosen = {"shop": np.ones(len(shops), dtype=bool)}
    _, found = drive(network, points(homes), points(shops), chosen, RADII_M, connect_max_m=CONNECT_MAX_M)  # type: ignore[arg-type]
    return found["shop"].nearest_m.tolist(), found["shop"].within.tolist()


def plain_distances(homes: list[XY], shops: list[XY]) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
    """Search a grid of streets in which every home and shop has a node of its own where it joins."""
    network = grid(4, 4)
    lines = [
        shapely.LineString([(network.x_m[a], network.y_m[a]), (network.x_m[b], network.y_m[b])])
        for a, b in zip(network.start, network.end, strict=True)
    ]
    graph: nx.Graph[str] = nx.Graph()
    ends = zip(network.start, network.end, lines, strict=True)
    on_line = [[(0.0, f"n{start}"), (line.length, f"n{end}")] for start, end, line in ends]
    named = [*((f"h{i}", one) for i, one in enumerate(homes)), *((f"s{i}", one) for i, one in enumerate(shops))]
    for name, place in named:
        point = shapely.Point(place)
        nearest = min(range(len(lines)), key=lambda i: (round(lines[i].distance(point), 9), i))
        on_line[nearest].append((lines[nearest].project(point), f"on-{name}"))
        graph.add_edge(name, f"on-{name}", weight=lines[nearest].distance(point))
    for stops in on_line:
        for (here, one), (there, other) in pairwise(sorted(stops)):
            graph.add_edge(one, other, weight=there - here)
    lengths = [nx.single_source_dijkstra_path_length(graph, f"h{i}") for i in range(len(homes))]
    return np.array([[of_home[f"s{i}"] for i in range(len(shops))] for of_home in lengths])


@settings(max_examples=40, deadline=None)
@given(st.lists(PLACES, min_size=1, max_size=4), st.lists(PLACES, min_size=1, max_size=5))
def test_drives_are_those_of_a_plain_search(homes: list[XY], shops: list[XY]) -> None:
    expected = plain_distances(homes, shops)
    nearest, within = drives_of(homes, shops)
    assert nearest == pytest.approx(expected.min(axis=1).tolist(), abs=1e-6)
    for radius, counted in zip(RADII_M, np.array(within).T, strict=True):
        # A facility exactly at a radius may fall on either side of it by rounding.
        assert ((expected < radius - 1e-6).sum(axis=1) <= counted).all()
        assert (counted <= (expected <= radius + 1e-6).sum(axis=1)).all()


def test_what_is_far_from_every_road_is_not_driven_to_or_from() -> None:
    nearest, within = drives_of([(50.0, 10.0), (50.0, -400.0)], [(250.0, 0.0), (0.0, 900.0)])
    assert nearest[0] == 210.0
    assert nearest[1] == np.inf
    assert within == [[0, 1, 1], [0, 0, 0]]


def test_without_facilities_nothing_is_near() -> None:
    assert drives_of([(50.0, 10.0)], []) == ([np.inf], [[0, 0, 0]])


def settings_of(**changed: object) -> NetworkSettings:
    network: NetworkSettings = read_sections(CONFIG, ["network"])["network"]
    return network.model_copy(update=changed)


def roads(*ways: list[XY], car_island_max_nodes: int = 3) -> int:
    """Return how many edges of these ways cars can reach; every place is a node."""
    places = [place for way in ways for place in way]
    numbers = {place: number for number, place in enumerate(dict.fromkeys(places), start=1)}
    starts = np.cumsum([0, *(len(way) for way in ways)])
    ids = np.array([numbers[place] for place in places])
    x, y = np.array(places).T
    network = car_network(
        starts, ids, x, y, np.array([], dtype=np.int64), shapely.box(-9e3, -9e3, 9e3, 9e3),
        settings_of(car_island_max_nodes=car_island_max_nodes),
    )  # fmt: skip
    return len(network.start)


TOWN = [(0.0, 0.0), (100.0, 0.0), (200.0, 0.0), (300.0, 0.0)]
COURT = [(0.0, 500.0), (100.0, 500.0)]


def test_streets_that_cars_cannot_leave_are_left_out_but_never_the_largest_part() -> None:
    assert roads(TOWN, COURT) == 3
    assert roads(TOWN, COURT, car_island_max_nodes=1) == 4
    assert roads(TOWN, COURT, car_island_max_nodes=100) == 3
    assert roads(COURT) == 1


def test_people_are_spread_over_the_dwellings_of_their_cell_and_unknown_ones_weigh_nothing() -> None:
    living = dwellings(dwelling_rows(4, base="BU1"), dwelling_rows(1, base="BU2"))
    cells = living["cell_code"].unique()
    demand = table(DEMAND, [
        {"cell_code": cells[0], "is_placed": True, "people": 10.0, "dwelling_count": 4},
        {"cell_code": cells[1], "is_placed": True, "people": None, "dwelling_count": 1},
        {"cell_code": "BU1/not placed", "people": 5.0},
    ])  # fmt: skip
    assert people_of_dwellings(living, pd.DataFrame(demand)).tolist() == [2.5, 2.5, 2.5, 2.5, 0.0]


def test_a_network_without_junctions_is_searched_too() -> None:
    road = network_of([(0.0, 0.0), (1000.0, 0.0)], [(0, 1)])
    assert drives_of([(0.0, 5.0)], [(600.0, 5.0), (590.0, 0.0)], network=road) == ([595.0], [[0, 0, 1]])
