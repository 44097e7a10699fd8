"""Stage: compute walking distances from each dwelling to the nearest facilities of each category."""

from pipeline.config import FacilitySettings, NetworkSettings
from pipeline.contracts import ACCESS, DISTANCES, DWELLINGS, EDGES, FACILITIES, NODES, UNJOINED_FACILITIES
from pipeline.model.network import join_points, network_from_tables
from pipeline.model.reach import distances_per_category, dwelling_access, unjoined_facilities
from pipeline.stages.run import run
from pipeline.tables import RegionFiles


def compute_reach(files: RegionFiles, *, network: NetworkSettings, facilities: FacilitySettings) -> None:
    """Join dwellings and facilities to the network and search from all facilities of a category at once."""
    graph = network_from_tables(files.read(NODES), files.read(EDGES))
    dwellings, found = files.read(DWELLINGS), files.read(FACILITIES)
    homes = join_points(graph, dwellings.geometry.to_numpy(), connect_max_m=network.connect_max_m)
    places = join_points(graph, found.geometry.to_numpy(), connect_max_m=network.connect_max_m)
    ids = dwellings["dwelling_id"]
    files.write(
        (ACCESS, dwelling_access(graph, homes, ids)),
        (UNJOINED_FACILITIES, unjoined_facilities(found, places)),
        (DISTANCES, distances_per_category(graph, homes, ids, places, found, list(facilities.categories))),
    )


if __name__ == "__main__":
    run(compute_reach)
