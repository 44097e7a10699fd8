"""Stage: build the walking network."""

from pipeline.config.params import NetworkSettings
from pipeline.config.profiles import ON_FOOT, Profiles
from pipeline.config.sources import OsmSettings
from pipeline.config.target_groups import TargetGroupSettings
from pipeline.contracts import BASE_AREAS, EDGE_LIMITS, EDGES, NODE_LIMITS, NODES, UNIT_PATHS, UNITS
from pipeline.model import network as network_model
from pipeline.model import profiles as profile_model
from pipeline.sources.osm.ways import read_obstacles, read_walkable
from pipeline.stages.extract import extract_around
from pipeline.stages.run import run
from pipeline.tables import RegionFiles


def build_network(
    files: RegionFiles,
    *,
    osm: OsmSettings,
    network: NetworkSettings,
    profiles: Profiles,
    target_groups: TargetGroupSettings,
) -> None:
    """Turn walkable ways into nodes and edges, mark where they leave the extract, and what profiles cannot pass."""
    pbf = files.snapshot("osm") / osm.file
    ways = read_walkable(pbf, network.walkable, network.not_walkable)
    extract = extract_around(pbf, files.read(BASE_AREAS), network, target_groups)
    nodes, stretches = network_model.edges_of_ways(ways.starts, ways.node_ids, ways.x_m, ways.y_m)
    nodes, edges = network_model.clip_to(nodes, network_model.unique_edges(stretches), extract)
    nodes = network_model.mark_exits(nodes, edges, extract, ways.cut_ids, edge_m=network.edge_m, cut_m=network.cut_m)
    nodes, edges = network_model.drop_islands(nodes, edges, island_max_nodes=network.island_max_nodes)
    used = {code: profiles[code] for code in target_groups.profiles if code != ON_FOOT}
    limits = profile_model.limit_edges(stretches, edges, ways.tags, used)
    ids, tags = read_obstacles(pbf, profile_model.tags_of_nodes(used))
    files.write(
        (NODES, nodes),
        (EDGES, edges),
        (EDGE_LIMITS, limits),
        (NODE_LIMITS, profile_model.limit_nodes(ids, tags, nodes, used)),
        (UNIT_PATHS, profile_model.describe_paths(nodes, edges, limits, files.read(UNITS), used)),
    )


if __name__ == "__main__":
    run(build_network)
