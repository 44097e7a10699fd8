"""Stage: compute walking distances from each dwelling to the nearest facilities of each category, per profile."""

from pipeline.config.facilities import FacilitySettings
from pipeline.config.params import NetworkSettings
from pipeline.config.target_groups import TargetGroupSettings
from pipeline.contracts import (
    ACCESS,
    DISTANCES,
    DWELLINGS,
    EDGE_LIMITS,
    EDGES,
    FACILITIES,
    NODE_LIMITS,
    NODES,
    UNJOINED_FACILITIES,
)
from pipeline.model import walks as walk_model
from pipeline.model.network import join_points, network_from_tables
from pipeline.model.profiles import passable_networks
from pipeline.model.stop_service import counted
from pipeline.stages.run import run
from pipeline.tables import RegionFiles


def compute_reach(
    files: RegionFiles, *, network: NetworkSettings, facilities: FacilitySettings, target_groups: TargetGroupSettings
) -> None:
    """Join dwellings and facilities to the network of each profile and search from all facilities of a category."""
    nodes, edges = files.read(NODES), files.read(EDGES)
    graph = network_from_tables(nodes, edges)
    passable = passable_networks(
        graph, nodes, edges, files.read(EDGE_LIMITS), files.read(NODE_LIMITS),
        island_max_nodes=network.island_max_nodes,
    )  # fmt: skip
    dwellings, found = files.read(DWELLINGS), counted(files.read(FACILITIES))
    homes, places = dwellings.geometry.to_numpy(), found.geometry.to_numpy()
    by_profile = walk_model.search_profiles(
        {profile: passable(profile) for profile in target_groups.profiles},
        homes, places, walk_model.chosen_by_category(found, list(facilities.categories)),
        connect_max_m=network.connect_max_m,
    )  # fmt: skip
    ids, joined = dwellings["dwelling_id"], join_points(graph, places, connect_max_m=network.connect_max_m)
    files.write(
        (ACCESS, walk_model.access_table(ids, {profile: access for profile, (access, _) in by_profile.items()})),
        (UNJOINED_FACILITIES, walk_model.unjoined_facilities(found, joined)),
        (DISTANCES, walk_model.distances_table(
            ids, found["facility_id"], [one for _, walks in by_profile.values() for one in walks]
        )),
    )  # fmt: skip


if __name__ == "__main__":
    run(compute_reach)
