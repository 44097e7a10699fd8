"""Stage: summarise walking distances per unit, cluster and target group."""

import pandas as pd

from pipeline.config.target_groups import TargetGroupSettings
from pipeline.contracts import (
    ACCESS,
    CLUSTERS,
    DEMAND,
    DISTANCES,
    DWELLINGS,
    LOCAL_CHECKS,
    REACH_DISTANCES,
    REACH_SHARES,
    UNJOINED_FACILITIES,
)
from pipeline.model import reach, walk_lengths
from pipeline.model.clusters import by_cluster
from pipeline.model.local_checks import proved_m
from pipeline.model.walks import access_of, facilities_of, walks_of
from pipeline.stages.run import run
from pipeline.tables import RegionFiles


def summarise_reach(files: RegionFiles, *, target_groups: TargetGroupSettings) -> None:
    """Weigh distances by people: medians, and the share beyond each norm for certain and at most."""
    dwellings, clusters, demand = files.read(DWELLINGS), files.read(CLUSTERS), files.read(DEMAND)
    unjoined, checks, table = files.read(UNJOINED_FACILITIES), files.read(LOCAL_CHECKS), files.read(DISTANCES)
    access, points = access_of(files.read(ACCESS)), dwellings.geometry.to_numpy()
    lengths = walk_lengths.LengthSummary(dwellings, demand, clusters, target_groups)
    limits = reach.limits_of(target_groups)
    to_try, beyond = reach.distances_to_try(limits), []
    for walks in walks_of(table):
        there = access[walks.profile]
        unknown = reach.Unknown(
            reach.outside_m(there, proved_m(checks, walks.category, dwellings["unit_code"])),
            reach.crow_m(points, unjoined, walks.category),
        )
        lengths.add(walks, there, unknown.outside_m)
        if (walks.category, walks.profile) in to_try:
            distances_m = to_try[walks.category, walks.profile]
            beyond.append(reach.beyond_by_cell(lengths.homes, walks, there, unknown, distances_m))
    cells = pd.concat(beyond, ignore_index=True)
    shares = [reach.summarise_shares(rows, cells, limits) for rows in (demand, by_cluster(demand, clusters))]
    files.write(
        (REACH_DISTANCES, lengths.table(facilities_of(table))),
        (REACH_SHARES, pd.concat(shares, ignore_index=True)),
    )


if __name__ == "__main__":
    run(summarise_reach)
