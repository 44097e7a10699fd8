"""Stage: put neighbouring units that are too small for a target group together."""

from pipeline.config.params import ClusterSettings
from pipeline.config.region import RegionSettings
from pipeline.config.target_groups import TargetGroupSettings
from pipeline.contracts import (
    BASE_AREAS,
    CLUSTER_DEMAND,
    CLUSTERS,
    DEMAND,
    DWELLINGS,
    EDGES,
    NODES,
    UNIT_DEMAND,
    UNITS,
)
from pipeline.model import clusters as model
from pipeline.model.network import network_from_tables
from pipeline.stages.run import run
from pipeline.tables import RegionFiles


def form_clusters(
    files: RegionFiles, *, region: RegionSettings, target_groups: TargetGroupSettings, clusters: ClusterSettings
) -> None:
    """Find the units that are too small, join those near each other, and sum their people."""
    units, groups = files.read(UNITS), target_groups.groups
    small = model.too_small(files.read(UNIT_DEMAND), groups)
    apart = model.distances_between(
        small["unit_code"].unique().tolist(),
        files.read(DWELLINGS), network_from_tables(files.read(NODES), files.read(EDGES)), clusters.max_m,
    )  # fmt: skip
    names = dict(zip(units["unit_code"], units["unit_name"], strict=True))
    found = model.form_clusters(small, names, apart, model.named_units(region.clusters, units), clusters.max_m)
    demand = model.cluster_demand(files.read(DEMAND), units, files.read(BASE_AREAS), found, groups)
    files.write((CLUSTERS, found), (CLUSTER_DEMAND, demand))


if __name__ == "__main__":
    run(form_clusters)
