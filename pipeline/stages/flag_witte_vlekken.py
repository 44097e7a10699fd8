"""Stage: flag witte vlekken."""

from pipeline.config import CompletenessSettings, FacilitySettings, TargetGroupSettings, WitteVlekSettings
from pipeline.contracts import CATEGORY_VERDICTS, REACH_DISTANCES, REACH_SHARES, UNIT_DEMAND, UNITS, VERDICT_TABLE
from pipeline.model import witte_vlekken as model
from pipeline.stages.run import run
from pipeline.tables import RegionFiles


def flag_witte_vlekken(
    files: RegionFiles,
    *,
    target_groups: TargetGroupSettings,
    facilities: FacilitySettings,
    completeness: CompletenessSettings,
    witte_vlekken: WitteVlekSettings,
) -> None:
    """Judge each category and each unit per target group."""
    groups, categories = target_groups.groups, facilities.categories
    distances, shares, units = files.read(REACH_DISTANCES), files.read(REACH_SHARES), files.read(UNITS)
    judged = model.judge_categories(
        distances, shares, groups, categories, completeness, share_beyond=witte_vlekken.share_beyond
    )
    weak_units = units.loc[units["is_weak"], "unit_code"].tolist()
    verdicts = model.flag(judged, shares, files.read(UNIT_DEMAND), weak_units, groups, categories, witte_vlekken)
    files.write((CATEGORY_VERDICTS, judged), (VERDICT_TABLE, verdicts))


if __name__ == "__main__":
    run(flag_witte_vlekken)
