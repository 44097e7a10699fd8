"""Stage: build the walking network."""

from pipeline.config import NetworkSettings, OsmSettings, TargetGroupSettings
from pipeline.contracts import BASE_AREAS, EDGES, NODES
from pipeline.model import network as network_model
from pipeline.sources.osm import read_extract, read_walkable
from pipeline.stages.run import run
from pipeline.tables import RegionFiles


def build_network(
    files: RegionFiles, *, osm: OsmSettings, network: NetworkSettings, target_groups: TargetGroupSettings
) -> None:
    """Turn walkable ways into nodes and edges within the buffer, and mark where they leave the extract."""
    pbf = files.snapshot("osm") / osm.file
    ways = read_walkable(pbf, network.walkable, network.not_walkable)
    extract = network_model.limit_extract(
        read_extract(pbf), files.read(BASE_AREAS), network, target_groups.longest_norm_m
    )
    nodes, edges = network_model.edges_of_ways(ways.starts, ways.node_ids, ways.x_m, ways.y_m)
    nodes, edges = network_model.clip_to(nodes, edges, extract)
    nodes = network_model.mark_exits(nodes, edges, extract, ways.cut_ids, edge_m=network.edge_m, cut_m=network.cut_m)
    nodes, edges = network_model.drop_islands(nodes, edges, island_max_nodes=network.island_max_nodes)
    files.write((NODES, nodes), (EDGES, edges))


if __name__ == "__main__":
    run(build_network)
