"""Damages of an OpenStreetMap extract beyond those of any file: what is in it, and in which order."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from itertools import groupby
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import osmium
import pandas as pd
from osmium.osm import mutable
from scipy.spatial import KDTree

from tests.damage.case import Damage, Inflict, Outcome, documented, harmless, refused, seen_at, unpredictable
from tests.damage.of_bytes import FLIPS, flip

Node: Any = mutable.Node
Way: Any = mutable.Way
Relation: Any = mutable.Relation
Objects = list[Any]
"""Nodes, ways and relations, that can be changed."""

Box = tuple[float, float, float, float]
ELSEWHERE: Box = (8.0, 48.0, 8.1, 48.1)
ONE_NODE_IN = 20
LAKE = 0.0005
"""Half the side of a lake, in degrees."""

NEAR = 0.01
"""How far beyond the addresses a lake may lie, in degrees."""

BESIDE_M = 400
"""Dwellings and facilities nearer to the middle may have joined a street on the other side."""

XML = '<?xml version="1.0"?>\n<osm version="0.6"><node id="1" lat="52" lon="5"/></osm>\n'


def extract_damages() -> Iterator[Damage]:
    """Yield the damages of an extract."""
    yield refused("XML in place of PBF", lambda path: _put(path, XML), "niet volledig leesbaar")
    yield from map(partial(seen_at, "build_areas"), _redrawings())


def bare_flips() -> Iterator[Damage]:
    """Yield bits flipped where no checksum of the compression gives them away."""
    for seed, count in enumerate(FLIPS):
        yield unpredictable(f"uncompressed, {count} bits flipped, seed {seed}", partial(_flip_bare, seed, count))


def _redrawings() -> Iterator[Damage]:
    """Yield the damages for which the extract is written anew, which takes long for a real one."""
    yield refused("nothing in it", _redrawn(lambda _: []), "bevat geen gegevens")
    yield refused("without streets", _redrawn(partial(_without, "highway")), "geen straten")
    yield refused("without ways", _redrawn(lambda all_: [one for one in all_ if not isinstance(one, Way)]), "straten")
    yield refused("without nodes", _redrawn(lambda all_: [one for one in all_ if not isinstance(one, Node)]), "knopen")
    yield refused("ways before nodes", _redrawn(_ways_first), "volgorde")
    yield refused("a name that is no UTF-8", _broken_name, "UTF-8")
    yield refused("without addresses", _redrawn(partial(_without, "addr:housenumber")), "geen enkele woning")
    yield refused("without buildings", _redrawn(partial(_without, "building")), "geen enkele woning")
    yield refused("of elsewhere", _redrawn(_moved, box=None), "overlappen niet")
    yield refused("axes swapped", _redrawn(_swapped, box=None), "overlappen niet")
    yield refused("box of elsewhere in the header", _redrawn(lambda one: one, box=ELSEWHERE), "overlappen niet")
    yield harmless("objects with other versions", _redrawn(_of_version_7))
    yield replace(
        documented("no box in the header", _redrawn(lambda one: one, box=None), same_dwellings),
        wanted=frozenset({Outcome.SAME, Outcome.DOCUMENTED}),
    )
    yield documented("without facilities", _redrawn(_without_facilities), no_facility)
    yield documented("ways with nodes missing", _redrawn(_losing_nodes), fewer_nodes)
    yield documented("a facility in the water", _facility_in_water, facility_not_joined)
    yield documented("a graph in pieces", _in_pieces, pieces_apart)


def read_objects(path: Path) -> Objects:
    """Read an extract whole."""
    return [_copy(one) for one in osmium.FileProcessor(str(path))]


def _copy(one: Any) -> Any:
    tags = dict(one.tags)
    if one.is_node():
        place = (one.location.lon, one.location.lat)
        return Node(id=one.id, version=1, location=place, tags=tags)
    if one.is_way():
        return Way(id=one.id, version=1, nodes=[node.ref for node in one.nodes], tags=tags)
    members = [(member.type, member.ref, member.role) for member in one.members]
    return Relation(id=one.id, version=1, members=members, tags=tags)


def read_box(path: Path) -> Box:
    """Read the box in the header."""
    reader = osmium.io.Reader(str(path), osmium.osm.osm_entity_bits.NOTHING)
    box = reader.header().box()
    reader.close()
    return box.bottom_left.lon, box.bottom_left.lat, box.top_right.lon, box.top_right.lat


def write_objects(path: Path, objects: Objects, box: Box | None, kind: str = "pbf") -> None:
    """Write an extract in place of `path`."""
    header = osmium.io.Header()
    if box is not None:
        header.add_box(osmium.osm.Box(*box))
    path.unlink()
    with osmium.SimpleWriter(osmium.io.File(str(path), kind), header=header) as writer:
        for one in objects:
            writer.add(one)


def _redrawn(change: Callable[[Objects], Objects], box: Box | str | None = "as it was") -> Inflict:
    def inflict(path: Path) -> None:
        kept = read_box(path) if isinstance(box, str) else box
        write_objects(path, change(read_objects(path)), kept)

    return inflict


def _put(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8")


def _without(key: str, objects: Objects) -> Objects:
    for one in objects:
        one.tags = {name: value for name, value in one.tags.items() if name != key}
    return objects


def _without_facilities(objects: Objects) -> Objects:
    used = {"shop", "amenity", "healthcare", "public_transport", "railway", "post_office"}
    for one in objects:
        kept = {key: value for key, value in one.tags.items() if key not in used}
        one.tags = {key: value for key, value in kept.items() if (key, value) != ("highway", "bus_stop")}
    return objects


def _moved(objects: Objects) -> Objects:
    for one in objects:
        if isinstance(one, Node):
            one.location = (one.location[0] + 1, one.location[1])
    return objects


def _swapped(objects: Objects) -> Objects:
    for one in objects:
        if isinstance(one, Node):
            one.location = (one.location[1], one.location[0])
    return objects


def _of_version_7(objects: Objects) -> Objects:
    for one in objects:
        one.version = 7
    return objects


def _ways_first(objects: Objects) -> Objects:
    return sorted(objects, key=lambda one: isinstance(one, Node))


def _losing_nodes(objects: Objects) -> Objects:
    return [one for one in objects if not isinstance(one, Node) or one.tags or one.id % ONE_NODE_IN]


def _facility_in_water(path: Path) -> None:
    """Add a supermarket in a lake, at the place near the addresses that is farthest from every road."""
    objects, box = read_objects(path), read_box(path)
    x, y = _far_from_roads(objects, box)
    last = max(one.id for one in objects if isinstance(one, Node))
    shop = Node(id=last + 5, version=1, location=(x, y), tags={"shop": "supermarket", "name": "Drijvende winkel"})
    corners = [(x - LAKE, y - LAKE), (x + LAKE, y - LAKE), (x + LAKE, y + LAKE), (x - LAKE, y + LAKE)]
    nodes = [Node(id=last + n, version=1, location=place, tags={}) for n, place in enumerate(corners, start=1)]
    ring = [one.id for one in [*nodes, nodes[0]]]
    way = max(one.id for one in objects if isinstance(one, Way)) + 1
    shore = Way(id=way, version=1, nodes=ring, tags={"natural": "water"})
    write_objects(path, _in_order([*objects, *nodes, shop, shore]), box)


def _far_from_roads(objects: Objects, box: Box) -> tuple[float, float]:
    """Return the place (degrees) within the box, near addresses, that is farthest from the nodes of every road."""
    places = {one.id: one.location for one in objects if isinstance(one, Node)}
    roads = {node for one in objects if isinstance(one, Way) and "highway" in one.tags for node in one.nodes}
    homes = np.array([one.location for one in objects if isinstance(one, Node) and "addr:housenumber" in one.tags])
    west, south = np.maximum(np.quantile(homes, 0.01, axis=0) - NEAR, np.add(box[:2], 2 * LAKE))
    east, north = np.minimum(np.quantile(homes, 0.99, axis=0) + NEAR, np.subtract(box[2:], 2 * LAKE))
    grid = np.stack(np.meshgrid(np.linspace(west, east, 80), np.linspace(south, north, 80)), axis=-1).reshape(-1, 2)
    away, _ = KDTree(np.array([places[node] for node in roads if node in places])).query(grid)
    x, y = grid[np.argmax(away)].tolist()
    return x, y


def _in_pieces(path: Path) -> None:
    """Break every street where it crosses the meridian in the middle of the addresses."""
    objects, box = read_objects(path), read_box(path)
    places = {one.id: one.location for one in objects if isinstance(one, Node)}
    middle = float(np.median([one.location[0] for one in objects if isinstance(one, Node) and one.tags]))
    last = max(one.id for one in objects if isinstance(one, Way))
    kept: Objects = []
    for one in objects:
        if not isinstance(one, Way) or "highway" not in one.tags:
            kept.append(one)
            continue
        sides = groupby(one.nodes, key=lambda node: places[node][0] > middle if node in places else None)
        for nodes in (list(run) for _, run in sides):
            last += 1
            kept.append(Way(id=last, version=1, nodes=nodes, tags=one.tags))
    write_objects(path, _in_order(kept), box)


def _in_order(objects: Objects) -> Objects:
    kinds = (Node, Way, Relation)
    return sorted(objects, key=lambda one: (kinds.index(type(one)), one.id))


def _broken_name(path: Path) -> None:
    """Give a facility a name in Latin-1: a PBF that is not compressed holds its texts as they are."""
    objects, box = read_objects(path), read_box(path)
    named = next(one for one in objects if one.tags.get("shop") == "supermarket")
    named.tags = {**named.tags, "name": "Supermarkt Zo#"}
    write_objects(path, objects, box, "pbf,pbf_compression=none")
    content = path.read_bytes()
    assert content.count(b"Zo#") == 1
    path.write_bytes(content.replace(b"Zo#", b"Zo\xeb"))


def _flip_bare(seed: int, count: int, path: Path) -> None:
    """Flip bits in a PBF that is not compressed."""
    write_objects(path, read_objects(path), read_box(path), "pbf,pbf_compression=none")
    flip(seed, count, path)


def same_dwellings(before: Path, after: Path) -> None:
    """Assert that the dwellings, and where they are, stayed the same."""
    old, new = (gpd.read_parquet(folder / "dwellings.parquet") for folder in (before, after))
    assert old.equals(new)


def no_facility(before: Path, after: Path) -> None:
    """Assert that only what registers and timetables tell can be reached, and that every dwelling is still judged."""
    distances = pd.read_parquet(after / "distances.parquet")
    known = pd.read_parquet(after / "facilities.parquet", columns=["facility_id", "osm_ids"])
    assert known["osm_ids"].isna().all()
    assert set(distances["nearest_id"].dropna()) <= set(known["facility_id"])
    assert len(distances) == len(pd.read_parquet(before / "distances.parquet"))
    same_dwellings(before, after)


def fewer_nodes(before: Path, after: Path) -> None:
    """Assert that the network lost nodes and got none, and that no way was drawn across the gap."""
    (old, new), (old_edges, new_edges) = (
        [pd.read_parquet(folder / f"network_{kind}.parquet") for folder in (before, after)]
        for kind in ("nodes", "edges")
    )
    assert set(new["node_id"]) < set(old["node_id"])
    key = ["from_id", "to_id"]
    assert len(new_edges.merge(old_edges, on=[*key, "length_m"])) == len(new_edges)
    assert np.isfinite(new_edges["length_m"]).all()


def facility_not_joined(before: Path, after: Path) -> None:
    """Assert that the shop in the lake is counted as one that cannot be walked to, and is nobody's nearest."""
    old, new = (pd.read_parquet(folder / "unjoined_facilities.parquet") for folder in (before, after))
    (lost,) = set(new["facility_id"]) - set(old["facility_id"])
    assert lost.startswith("supermarket-")
    distances = pd.read_parquet(after / "distances.parquet")
    assert not (distances[["nearest_id", "second_id"]] == lost).any(axis=None)
    same_dwellings(before, after)


def pieces_apart(before: Path, after: Path) -> None:
    """Assert that whoever lives clearly on one side of the middle finds everything on that side, or not at all."""
    same_dwellings(before, after)
    dwellings, facilities = (gpd.read_parquet(after / f"{name}.parquet") for name in ("dwellings", "facilities"))
    east: dict[str, bool] = {}
    clear: set[str] = set()
    middle = dwellings.geometry.x.median()
    for table, key in ((dwellings, "dwelling_id"), (facilities, "facility_id")):
        east |= dict(zip(table[key], table.geometry.x > middle, strict=True))
        clear |= set(table.loc[(table.geometry.x - middle).abs() > BESIDE_M, key])
    distances = pd.read_parquet(after / "distances.parquet")
    assert len(distances) == len(pd.read_parquet(before / "distances.parquet"))
    found = distances[distances["dwelling_id"].isin(clear) & distances["nearest_id"].isin(clear)]
    assert (found["dwelling_id"].map(east) == found["nearest_id"].map(east)).all()
    assert len(found) > 0
