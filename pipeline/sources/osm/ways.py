"""Ways that can be walked or driven, as runs of nodes in EPSG:28992, and what stands on their nodes."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import osmium
import osmium.filter

from pipeline.config.values import TagRule
from pipeline.errors import SourceError
from pipeline.sources.osm.objects import in_rd, processor
from pipeline.sources.osm_files import readable
from pipeline.tag_rules import Tags, keys_of, matches_any


@dataclass(frozen=True)
class Ways:
    """Ways as runs of nodes: way i has the nodes ``node_ids[starts[i]:starts[i + 1]]``.

    `cut_ids` are the nodes at which a way goes on to a node that the extract lacks.
    """

    tags: list[Tags]
    starts: npt.NDArray[np.int64]
    node_ids: npt.NDArray[np.int64]
    x_m: npt.NDArray[np.float64]
    y_m: npt.NDArray[np.float64]
    cut_ids: npt.NDArray[np.int64]


def read_ways(pbf: Path, keys: Iterable[str]) -> Ways:
    """Read all ways with any of `keys`. A node that the extract lacks is left out of its way, which is cut there."""
    tags: list[Tags] = []
    starts, ids, lons, lats = [0], [], [], []
    cut_ids: set[int] = set()
    with readable(pbf):
        for one in processor(pbf, keys):
            if not one.is_way():
                continue
            runs = _runs(one.nodes)
            cut_ids |= _cut_ids(runs)
            for run in (run for run in runs if len(run) > 1):
                tags.append(dict(one.tags))
                ids += [node[0] for node in run]
                lons += [node[1] for node in run]
                lats += [node[2] for node in run]
                starts.append(len(ids))
    x, y = in_rd(np.array(lons, dtype=np.float64), np.array(lats, dtype=np.float64))
    return Ways(
        tags,
        np.array(starts, dtype=np.int64),
        np.array(ids, dtype=np.int64),
        x,
        y,
        np.array(sorted(cut_ids), dtype=np.int64),
    )


def _runs(nodes: Any) -> list[list[tuple[int, float, float]]]:
    """Split the nodes of a way where the extract lacks one; a run may be empty or a single node."""
    runs: list[list[tuple[int, float, float]]] = [[]]
    for node in nodes:
        if node.location.valid():
            runs[-1].append((node.ref, node.location.lon, node.location.lat))
        else:
            runs.append([])
    return runs


def _cut_ids(runs: list[list[tuple[int, float, float]]]) -> set[int]:
    """Return the nodes beside a gap."""
    return {run[-1][0] for run in runs[:-1] if run} | {run[0][0] for run in runs[1:] if run}


def read_walkable(pbf: Path, walkable: Sequence[TagRule], not_walkable: Sequence[TagRule]) -> Ways:
    """Read the ways that fit a rule of `walkable` and none of `not_walkable`."""
    return _read_fitting(pbf, walkable, not_walkable, "die te voet kan")


def read_drivable(pbf: Path, drivable: Sequence[TagRule], not_drivable: Sequence[TagRule]) -> Ways:
    """Read the ways that fit a rule of `drivable` and none of `not_drivable`; one-way streets are no different."""
    return _read_fitting(pbf, drivable, not_drivable, "voor auto's")


def _read_fitting(pbf: Path, wanted: Sequence[TagRule], unwanted: Sequence[TagRule], what: str) -> Ways:
    ways = read_ways(pbf, keys_of(wanted))
    kept = [
        index for index, tags in enumerate(ways.tags) if matches_any(tags, wanted) and not matches_any(tags, unwanted)
    ]
    if not kept:
        raise SourceError(f"{pbf.name}: bevat geen weg {what}; zet er een volledig uittreksel neer.")
    nodes = np.concatenate([np.arange(ways.starts[index], ways.starts[index + 1]) for index in kept])
    size = np.diff(ways.starts)[kept]
    starts = np.concatenate([[0], np.cumsum(size)])
    return Ways(
        [ways.tags[i] for i in kept], starts, ways.node_ids[nodes], ways.x_m[nodes], ways.y_m[nodes], ways.cut_ids
    )


def read_obstacles(pbf: Path, keys: Iterable[str]) -> tuple[npt.NDArray[np.int64], list[Tags]]:
    """Read the nodes with any of `keys`: their ids, and all tags of each."""
    ids, tags, wanted = [], [], list(keys)
    if not wanted:
        return np.array([], dtype=np.int64), []
    with readable(pbf):
        for one in osmium.FileProcessor(str(pbf), osmium.osm.NODE).with_filter(osmium.filter.KeyFilter(*wanted)):
            ids.append(one.id)
            tags.append(dict(one.tags))
    return np.array(ids, dtype=np.int64), tags
