"""What reach is measured on: the network, homes and facilities of a region, as arrays."""

from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely

from pipeline import contracts
from pipeline.model.network import Flags, Floats, Ints, Network, network_from_tables
from pipeline.settings_files import read_sections
from pipeline.tables import RegionFiles
from tests.stage_runs import run_stages

STAGES = ("fetch_areas", "fetch_figures", "fetch_osm", "fetch_timetables", "fetch_registers", "build_figures",
          "build_areas", "read_timetables", "extract_facilities", "conflate_facilities", "apply_local_checks",
          "build_network")  # fmt: skip
"""What must run before a region has a network, homes and facilities."""


@dataclass(frozen=True)
class Case:
    """A walking network, and homes and facilities beside it, each with the number of its category."""

    network: Network
    home_x_m: Floats
    home_y_m: Floats
    place_x_m: Floats
    place_y_m: Floats
    category: Ints
    connect_max_m: float

    @property
    def homes(self) -> npt.NDArray[np.object_]:
        """The homes as shapely points."""
        return np.asarray(shapely.points(self.home_x_m, self.home_y_m), dtype=object)

    @property
    def places(self) -> npt.NDArray[np.object_]:
        """The facilities as shapely points."""
        return np.asarray(shapely.points(self.place_x_m, self.place_y_m), dtype=object)

    @property
    def chosen(self) -> list[Flags]:
        """Per category which facilities belong to it."""
        return [self.category == number for number in range(int(self.category.max()) + 1)]

    def save(self, path: Path) -> None:
        """Write the case as arrays, which code of any version can read."""
        arrays: dict[str, Any] = {one.name: getattr(self, one.name) for one in fields(self) if one.name != "network"}
        np.savez(path, **arrays, **{f"network_{one.name}": getattr(self.network, one.name) for one in fields(Network)})


def load_case(path: Path) -> Case:
    """Read what `Case.save` wrote."""
    with np.load(path) as stored:
        network = Network(**{one.name: stored[f"network_{one.name}"] for one in fields(Network)})
        rest = {one.name: stored[one.name] for one in fields(Case) if one.name != "network"}
    return Case(network=network, **{**rest, "connect_max_m": float(rest["connect_max_m"])})


def case_of_region(root: Path, region: str) -> Case:
    """Run the stages that a case needs, and return the case."""
    files = run_stages(root, region, STAGES)
    found, homes = files.read(contracts.FACILITIES), files.read(contracts.DWELLINGS).geometry
    names = sorted(set(found["category"]))
    return Case(
        _network(files), homes.x.to_numpy(), homes.y.to_numpy(), found.geometry.x.to_numpy(),
        found.geometry.y.to_numpy(), np.asarray(found["category"].map(names.index), dtype=np.int64),
        read_sections(root / "config", ["network"])["network"].connect_max_m,
    )  # fmt: skip


def _network(files: RegionFiles) -> Network:
    return network_from_tables(files.read(contracts.NODES), files.read(contracts.EDGES))
