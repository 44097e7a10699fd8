"""Stage: publish the map, the index page and the table of witte vlekken."""

from dataclasses import replace

from pipeline.config.facilities import FacilitySettings
from pipeline.config.params import MapSettings, WitteVlekSettings
from pipeline.config.profiles import Profiles
from pipeline.config.region import RegionSettings
from pipeline.config.target_groups import TargetGroupSettings
from pipeline.publish.conflation import conflation_csv
from pipeline.publish.index_page import build_index
from pipeline.publish.map_page import build_map
from pipeline.publish.spreadsheet import witte_vlekken_csv
from pipeline.stages.baselines import changes_since
from pipeline.stages.results import read_results
from pipeline.stages.run import run
from pipeline.tables import RegionFiles, replaced_together


def publish_map(
    files: RegionFiles,
    *,
    region: RegionSettings,
    facilities: FacilitySettings,
    target_groups: TargetGroupSettings,
    profiles: Profiles,
    witte_vlekken: WitteVlekSettings,
    map: MapSettings,
) -> None:
    """Write what people open, all of it or nothing."""
    results = read_results(
        files,
        region=region,
        facilities=facilities,
        target_groups=target_groups,
        profiles=profiles,
        witte_vlekken=witte_vlekken,
        map=map,
    )
    if region.baseline is not None:
        results = replace(results, since_baseline=changes_since(files, region.baseline))
    builders = {
        "kaart.html": build_map,
        "index.html": build_index,
        "witte_vlekken.csv": witte_vlekken_csv,
        "samengevoegd.csv": conflation_csv,
    }
    with replaced_together(*(files.published(name) for name in builders)) as temporary:
        for name, build in builders.items():
            temporary[files.published(name)].write_text(build(results), encoding="utf-8", newline="")


if __name__ == "__main__":
    run(publish_map)
