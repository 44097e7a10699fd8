"""Ways that can be walked: their nodes, tags and obstacles."""

from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from pipeline.config.values import TagRule
from pipeline.errors import SourceError
from pipeline.sources.osm.ways import read_obstacles, read_walkable
from tests.sources.osm.drawn import SQUARE, Node, Way, extract


def test_walkable_ways_keep_their_nodes_and_are_cut_where_one_is_missing(pbf: Path) -> None:
    ways: list[Way] = [
        (7, [1, 2, 3], {"highway": "residential"}),
        (8, [1, 2, 99, 3, 4], {"highway": "footway"}),
        (9, [1, 4], {"highway": "motorway"}),
        (10, [2, 4], {"highway": "path", "foot": "no"}),
    ]
    walkable: list[TagRule] = [{"highway": ["residential", "footway", "path"]}]
    found = read_walkable(extract(pbf, SQUARE, ways), walkable, [{"foot": "no"}])
    runs = [found.node_ids[a:b].tolist() for a, b in zip(found.starts, found.starts[1:], strict=False)]
    assert runs == [[1, 2, 3], [1, 2], [3, 4]]
    assert np.all(found.x_m > 180_000)


def test_an_extract_without_walkable_ways_is_refused(pbf: Path) -> None:
    with pytest.raises(SourceError, match="geen weg die te voet kan"):
        read_walkable(extract(pbf, SQUARE, [(7, [1, 2], {"highway": "motorway"})]), [{"highway": "footway"}], [])


def test_obstacles_are_the_nodes_with_any_of_the_keys_and_all_their_tags(pbf: Path) -> None:
    nodes: list[Node] = [
        (1, 0, 0, {"barrier": "bollard", "maxwidth": "1"}),
        (2, 0.001, 0, {"kerb": "raised"}),
        (3, 0.002, 0, {"highway": "crossing"}),
        (4, 0.003, 0, {}),
    ]
    path = extract(pbf, nodes, [(7, [1, 2, 3, 4], {"highway": "footway", "barrier": "kerb"})])
    ids, tags = read_obstacles(path, ["barrier", "kerb"])
    assert ids.tolist() == [1, 2]
    assert tags == [{"barrier": "bollard", "maxwidth": "1"}, {"kerb": "raised"}]
    ids, tags = read_obstacles(path, [])
    assert (ids.tolist(), tags) == ([], [])


def test_ways_that_can_be_walked_keep_their_own_tags(pbf: Path) -> None:
    ways: list[Way] = [
        (7, [1, 2], {"highway": "motorway"}),
        (8, [2, 3], {"highway": "path", "surface": "sand"}),
        (9, [3, 4], {"highway": "footway", "foot": "no"}),
        (10, [4, 1, 2], {"highway": "steps"}),
    ]
    found = read_walkable(extract(pbf, SQUARE, ways), [{"highway": ["path", "footway", "steps"]}], [{"foot": "no"}])
    assert found.tags == [{"highway": "path", "surface": "sand"}, {"highway": "steps"}]
    assert [found.node_ids[start:end].tolist() for start, end in pairwise(found.starts)] == [[2, 3], [4, 1, 2]]
