"""A cut holds whole ways and whole multipolygons, each object once, in the same bytes every time."""

import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import osmium
import pytest
import shapely
from osmium.osm.mutable import Node, Relation, Way

from pipeline.errors import SourceError
from pipeline.sources.osm.extract import read_extract
from pipeline.sources.osm_cut import Box, box_around, covered, cut
from pipeline.sources.osm_files import read_day

BOX = Box(5.0, 52.0, 6.0, 53.0)
MOMENT = "2025-03-01T00:00:00Z"
NODES = {1: (5.5, 52.5), 2: (6.5, 52.5), 3: (7.0, 52.5), 4: (6.2, 52.2), 5: (6.0, 53.0), 6: (4.9, 52.5), 7: (6.1, 52.5)}
WAYS = {1: [1, 2], 2: [2, 3], 3: [3, 4], 4: [6, 7]}
MULTIPOLYGON: Mapping[str, Any] = {"members": [("w", 1, "outer"), ("w", 3, "outer")], "tags": {"type": "multipolygon"}}
ROUTE: Mapping[str, Any] = {"members": [("w", 1, "")], "tags": {"type": "route"}}


def write(
    path: Path,
    nodes: Mapping[int, tuple[float, float]] = NODES,
    ways: Mapping[int, Sequence[int]] = WAYS,
    relations: Mapping[int, Mapping[str, Any]] | None = None,
    *,
    version: int = 1,
    box: Box | None = None,
) -> Path:
    header = osmium.io.Header()
    if box is not None:
        header.add_box(osmium.osm.Box(box.west, box.south, box.east, box.north))
    with osmium.SimpleWriter(str(path), header=header) as writer:
        for number, place in nodes.items():
            writer.add_node(Node(id=number, version=version, location=place, tags={"version": str(version)}))
        for number, refs in ways.items():
            writer.add_way(Way(id=number, version=version, nodes=refs, tags={"highway": "path"}))
        for number, relation in ({1: MULTIPOLYGON, 2: ROUTE} if relations is None else relations).items():
            writer.add_relation(Relation(id=number, version=version, **relation))
    return path


def objects(pbf: Path) -> list[str]:
    return [f"{one.type_str()}{one.id}" for one in osmium.FileProcessor(str(pbf))]


def test_ways_come_with_all_their_nodes_and_multipolygons_with_all_their_members(tmp_path: Path) -> None:
    count = cut([write(tmp_path / "a.osm.pbf")], BOX, tmp_path / "cut.osm.pbf", MOMENT)
    # w1 has a node inside; w3 comes with the multipolygon alone; w2 and w4 have none; a route is no multipolygon.
    assert objects(tmp_path / "cut.osm.pbf") == ["n1", "n2", "n3", "n4", "n5", "w1", "w3", "r1"]
    assert count == 8


def test_the_cut_says_what_it_covers_and_of_when_it_is(tmp_path: Path) -> None:
    cut([write(tmp_path / "a.osm.pbf")], BOX, tmp_path / "cut.osm.pbf", MOMENT)
    assert read_day(tmp_path / "cut.osm.pbf") == "2025-03-01"
    assert covered([tmp_path / "cut.osm.pbf"], Box(0.0, 0.0, 90.0, 90.0)) == BOX


def test_the_same_extract_gives_the_same_bytes(tmp_path: Path) -> None:
    extract = write(tmp_path / "a.osm.pbf")
    for name in ("one", "two"):
        cut([extract], BOX, tmp_path / f"{name}.osm.pbf", MOMENT)
    assert (tmp_path / "one.osm.pbf").read_bytes() == (tmp_path / "two.osm.pbf").read_bytes()


def test_extracts_are_merged_without_doubles_and_the_highest_version_wins(tmp_path: Path) -> None:
    old = write(tmp_path / "old.osm.pbf", {1: (5.5, 52.5), 8: (5.6, 52.5)}, {}, {})
    new = write(tmp_path / "new.osm.pbf", {1: (5.5, 52.6), 9: (5.7, 52.5)}, {}, {}, version=2)
    cut([old, new], BOX, tmp_path / "cut.osm.pbf", MOMENT)
    assert objects(tmp_path / "cut.osm.pbf") == ["n1", "n8", "n9"]
    versions = {one.id: one.tags["version"] for one in osmium.FileProcessor(str(tmp_path / "cut.osm.pbf"))}
    assert versions == {1: "2", 8: "1", 9: "2"}


def test_what_lies_across_the_edge_of_an_extract_is_made_whole_by_its_neighbour(tmp_path: Path) -> None:
    # Either extract has one half of the multipolygon, and the second alone has the relation.
    west = write(tmp_path / "west.osm.pbf", {one: NODES[one] for one in (1, 2)}, {1: [1, 2]}, {})
    east = write(tmp_path / "east.osm.pbf", {one: NODES[one] for one in (3, 4)}, {3: [3, 4]}, {1: MULTIPOLYGON})
    for extracts in ([west, east], [east, west]):
        target = tmp_path / f"{extracts[0].name}-cut.osm.pbf"
        cut(extracts, BOX, target, MOMENT)
        assert objects(target) == ["n1", "n2", "n3", "n4", "w1", "w3", "r1"]


def test_an_extract_that_ends_half_way_is_named(tmp_path: Path) -> None:
    good, bad = write(tmp_path / "good.osm.pbf"), write(tmp_path / "bad.osm.pbf")
    content = bad.read_bytes()
    bad.write_bytes(content[: len(content) // 2])
    with pytest.raises(SourceError, match=r"bad\.osm\.pbf: niet volledig leesbaar"):
        cut([good, bad], BOX, tmp_path / "cut.osm.pbf", MOMENT)


LIMITED = """
import resource, sys
from pathlib import Path
from pipeline.sources.osm_cut import Box, cut
resource.setrlimit(resource.RLIMIT_FSIZE, (10, 10))
try:
    cut([Path(sys.argv[1])], Box(5.0, 52.0, 6.0, 53.0), Path(sys.argv[2]), "2025-03-01T00:00:00Z")
except OSError as error:
    print(error)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="no limit on files there")
def test_no_room_for_the_cut_is_said(tmp_path: Path) -> None:
    names = [str(write(tmp_path / "a.osm.pbf")), str(tmp_path / "cut.osm.pbf")]
    done = subprocess.run([sys.executable, "-c", LIMITED, *names], capture_output=True, text=True, check=True)
    assert done.stdout.startswith("cut.osm.pbf: ")


def test_what_extracts_cover_together_bounds_the_cut(tmp_path: Path) -> None:
    west = write(tmp_path / "west.osm.pbf", box=Box(4.0, 51.0, 5.5, 54.0))
    east = write(tmp_path / "east.osm.pbf", box=Box(5.4, 52.5, 7.0, 54.0))
    far = write(tmp_path / "far.osm.pbf", box=Box(0.0, 0.0, 1.0, 1.0))
    silent = write(tmp_path / "silent.osm.pbf")
    assert covered([west], BOX) == Box(5.0, 52.0, 5.5, 53.0)
    assert covered([west, east], BOX) == BOX
    assert covered([far], BOX) is None
    assert covered([silent], BOX) == BOX


def test_a_box_holds_the_whole_area_and_little_more(tmp_path: Path) -> None:
    area = shapely.box(150_000, 480_000, 260_000, 590_000)
    box = box_around(area)
    # As the reader turns it into metres again.
    corners = read_extract(write(tmp_path / "a.osm.pbf", box=box))
    assert corners.contains(area)
    assert corners.area < 1.05 * area.area


@pytest.mark.parametrize("largest_km", [500, 70, 20])
def test_tiles_make_up_the_box(largest_km: float) -> None:
    tiles = BOX.tiles(largest_km)
    shapes = [shapely.box(one.west, one.south, one.east, one.north) for one in tiles]
    assert shapely.union_all(shapes).equals(shapely.box(5.0, 52.0, 6.0, 53.0))
    assert sum(shapely.area(shapes)) == pytest.approx(1.0)
    # A degree here is 111 km high and 68 km wide.
    assert len(tiles) == {500: 1, 70: 2, 20: 6 * 4}[int(largest_km)]
