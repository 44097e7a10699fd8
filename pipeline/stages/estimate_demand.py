"""Stage: estimate how many people of each target group live where."""

from pipeline.config.target_groups import TargetGroupSettings
from pipeline.contracts import BASE_AREAS, DEMAND, DWELLINGS, FIGURES, UNIT_DEMAND, UNITS
from pipeline.model import demand as demand_model
from pipeline.stages.run import run
from pipeline.tables import RegionFiles


def estimate_demand(files: RegionFiles, *, target_groups: TargetGroupSettings) -> None:
    """Spread figures over dwellings, per target group, and sum them per unit."""
    base_areas, units = files.read(BASE_AREAS), files.read(UNITS)
    groups = target_groups.groups
    demand = demand_model.estimate_demand(files.read(DWELLINGS), base_areas, files.read(FIGURES), groups)
    files.write((DEMAND, demand), (UNIT_DEMAND, demand_model.summarise_demand(demand, units, groups, base_areas)))


if __name__ == "__main__":
    run(estimate_demand)
