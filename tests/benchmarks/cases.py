"""What is measured on: Kampen's real walking network where it is at hand, else a network that is made here."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from pipeline.model.areas import figure_by_area
from pipeline.model.dwellings import building_kind, locate_addresses, select_dwellings
from pipeline.model.facilities import merge_same_place
from pipeline.model.network import (
    Network,
    clip_to,
    drop_islands,
    edges_of_ways,
    limit_extract,
    mark_exits,
    network_from_tables,
)
from pipeline.settings_files import read_sections
from pipeline.sources import osm as osm_source
from pipeline.sources.areas import read_areas
from pipeline.sources.figures import read_figures

ROOT = Path(__file__).parents[2]
CONFIG = ROOT / "config"
REAL_DATA = "WOONZORG_REAL_DATA"

_SIDE, _STEP_M = 155, 60.0
_HOMES = 26_000
_FACILITIES = {"supermarket": 14, "stop": 100, "gp": 5, "pharmacy": 3, "meeting_place": 6, "hospital": 1, "bench": 140}


@dataclass(frozen=True)
class Case:
    """A walking network, the homes and facilities beside it, and how far off it these may be."""

    title: str
    network: Network
    homes: npt.NDArray[np.object_]
    facilities: npt.NDArray[np.object_]
    categories: npt.NDArray[np.object_]
    connect_max_m: float

    @property
    def names(self) -> list[str]:
        """The categories, in order."""
        return sorted(set(self.categories))


def choose_case() -> Case:
    """Return Kampen if its files are there, else a synthetic case."""
    folder = Path(os.environ.get(REAL_DATA, str(ROOT.parent / "shared" / "kampen")))
    return _read_kampen(folder) if (folder / "kampen.osm.pbf").is_file() else _make_synthetic(folder)


def _read_kampen(folder: Path) -> Case:
    settings = read_sections(CONFIG, ["network", "facilities", "target_groups", "areas", "osm", "limits"], "kampen")
    rules, pbf = settings["network"], folder / settings["osm"].file
    ways = osm_source.read_walkable(pbf, rules.walkable, rules.not_walkable)
    areas = read_areas(settings["areas"].layers, folder, settings["limits"])
    extract = limit_extract(osm_source.read_extract(pbf), areas, rules, settings["target_groups"].longest_norm_m)
    nodes, edges = clip_to(*edges_of_ways(ways.starts, ways.node_ids, ways.x_m, ways.y_m), extract)
    nodes = mark_exits(nodes, edges, extract, ways.cut_ids, edge_m=rules.edge_m, cut_m=rules.cut_m)
    network = network_from_tables(*drop_islands(nodes, edges, island_max_nodes=rules.island_max_nodes))
    found = osm_source.read_facilities(pbf, settings["facilities"].categories)
    facilities = merge_same_place(found, same_place_m=settings["facilities"].same_place_m)
    return Case(
        "REAL: the walking network and all dwellings of Kampen",
        network,
        _dwellings(folder, pbf, areas),
        facilities.geometry.to_numpy(),
        facilities["category"].to_numpy(dtype=object),
        rules.connect_max_m,
    )


def _dwellings(folder: Path, pbf: Path, areas: gpd.GeoDataFrame) -> npt.NDArray[np.object_]:
    """Return the points of the dwellings, chosen as the stage `build_areas` does."""
    settings = read_sections(CONFIG, ["region", "figures", "dwellings", "limits"], "kampen")
    addresses = osm_source.read_addresses(pbf)
    located = locate_addresses(addresses, areas, base_level=settings["region"].base_level)
    kind = building_kind(addresses.geometry, osm_source.read_buildings(pbf), settings["dwellings"])
    homes = figure_by_area(read_figures(settings["figures"].tables, folder, settings["limits"]), "homes")
    return np.asarray(select_dwellings(located, kind, homes, settings["dwellings"]).geometry, dtype=object)


def _make_synthetic(missing: Path) -> Case:
    """Make streets of the size of Kampen: a bent grid with a quarter of its streets left out."""
    random = np.random.default_rng(1932)
    number = np.arange(_SIDE * _SIDE, dtype=np.int64).reshape(_SIDE, _SIDE)
    row, column = np.divmod(number.ravel(), _SIDE)
    x, y = ((axis + random.uniform(-0.3, 0.3, len(axis))) * _STEP_M for axis in (column, row))
    start = np.concatenate([number[:, :-1].ravel(), number[:-1].ravel()])
    end = np.concatenate([number[:, 1:].ravel(), number[1:].ravel()])
    kept = random.random(len(start)) > 0.25
    nodes = pd.DataFrame({"node_id": number.ravel(), "x_m": x, "y_m": y, "is_exit": False})
    length = np.hypot(x[start] - x[end], y[start] - y[end])
    edges = pd.DataFrame({"from_id": start, "to_id": end, "length_m": length})[kept]
    network = network_from_tables(*drop_islands(nodes, edges, island_max_nodes=30))
    return Case(
        f"SYNTHETIC: streets made for this benchmark ({missing.as_posix()} is not there)",
        network,
        _beside(network, _HOMES, random),
        _beside(network, sum(_FACILITIES.values()), random),
        np.repeat(np.array(list(_FACILITIES), dtype=object), list(_FACILITIES.values())),
        150.0,
    )


def _beside(network: Network, count: int, random: np.random.Generator) -> npt.NDArray[np.object_]:
    """Return points some metres off random places on the network."""
    edge, part = random.integers(0, len(network.start), count), random.random(count)
    start, end = network.start[edge], network.end[edge]
    places: Sequence[npt.NDArray[np.float64]] = [
        axis[start] + part * (axis[end] - axis[start]) + random.normal(0, 8, count)
        for axis in (network.x_m, network.y_m)
    ]
    return np.asarray(shapely.points(*places), dtype=object)
