"""Stage: flag witte vlekken."""

import pandas as pd

from pipeline.config.facilities import FacilitySettings
from pipeline.config.params import WitteVlekSettings
from pipeline.config.region import CompletenessSettings
from pipeline.config.sources import TimetableSettings
from pipeline.config.target_groups import TargetGroupSettings
from pipeline.contracts import (
    CATEGORY_VERDICTS,
    CLUSTER_DEMAND,
    CLUSTERS,
    LOCAL_CHECKS,
    REACH_DISTANCES,
    REACH_SHARES,
    UNIT_DEMAND,
    UNITS,
    VERDICT_TABLE,
)
from pipeline.model import witte_vlekken as model
from pipeline.model.clusters import completeness_of_clusters, weak_clusters
from pipeline.model.local_checks import completeness_by_unit
from pipeline.model.stop_service import doubt_without_timetable
from pipeline.stages.run import run
from pipeline.tables import RegionFiles


def flag_witte_vlekken(
    files: RegionFiles,
    *,
    target_groups: TargetGroupSettings,
    facilities: FacilitySettings,
    completeness: CompletenessSettings,
    timetables: TimetableSettings | None,
    witte_vlekken: WitteVlekSettings,
) -> None:
    """Judge each category and each unit, and each cluster of small units, per target group."""
    completeness = doubt_without_timetable(completeness, facilities, has_timetable=timetables is not None)
    groups, categories = target_groups.groups, facilities.categories
    distances, shares, units = files.read(REACH_DISTANCES), files.read(REACH_SHARES), files.read(UNITS)
    clusters, local = files.read(CLUSTERS), completeness_by_unit(files.read(LOCAL_CHECKS))
    local = pd.concat([local, completeness_of_clusters(local, clusters)], ignore_index=True)
    judged = model.judge_categories(
        distances, shares, groups, categories, completeness, local, share_beyond=witte_vlekken.share_beyond
    )
    weak_units = units.loc[units["is_weak"], "unit_code"].tolist()
    weak = [*weak_units, *weak_clusters(clusters, weak_units)]
    demand = pd.concat([files.read(UNIT_DEMAND), files.read(CLUSTER_DEMAND)], ignore_index=True)
    verdicts = model.flag(judged, shares, demand, weak, groups, categories, witte_vlekken)
    files.write((CATEGORY_VERDICTS, judged), (VERDICT_TABLE, verdicts))


if __name__ == "__main__":
    run(flag_witte_vlekken)
