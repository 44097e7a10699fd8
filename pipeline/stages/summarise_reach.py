"""Stage: summarise walking distances per unit and target group."""

from pipeline.config import TargetGroupSettings
from pipeline.contracts import ACCESS, DEMAND, DISTANCES, DWELLINGS, REACH_DISTANCES, REACH_SHARES, UNJOINED_FACILITIES
from pipeline.model import reach
from pipeline.stages.run import run
from pipeline.tables import RegionFiles


def summarise_reach(files: RegionFiles, *, target_groups: TargetGroupSettings) -> None:
    """Weigh distances by people: medians, and the share beyond each norm for certain and at most."""
    dwellings, access, distances = files.read(DWELLINGS), files.read(ACCESS), files.read(DISTANCES)
    demand = files.read(DEMAND)
    limits = reach.limits_of(target_groups.groups, target_groups.norms)
    beyond = reach.beyond_by_cell(dwellings, access, distances, files.read(UNJOINED_FACILITIES), limits)
    files.write(
        (REACH_DISTANCES, reach.summarise_distances(dwellings, access, distances, demand)),
        (REACH_SHARES, reach.summarise_shares(demand, beyond, limits)),
    )


if __name__ == "__main__":
    run(summarise_reach)
