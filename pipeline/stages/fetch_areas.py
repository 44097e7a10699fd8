"""Stage: take a snapshot of the boundaries."""

from pipeline.config.params import DemoSettings, LimitSettings
from pipeline.config.sources import AreaSettings
from pipeline.sources import areas as area_source
from pipeline.sources import demo as demo_region
from pipeline.sources import snapshots
from pipeline.sources.fetching import Mode, Places, take_snapshot
from pipeline.stages.run import run
from pipeline.tables import RegionFiles, replaced_together


def fetch_areas(
    files: RegionFiles,
    *,
    areas: AreaSettings,
    demo: DemoSettings,
    limits: LimitSettings,
    mode: Mode = Mode.MISSING,
) -> None:
    """Copy or generate the files of the areas and read them once; a snapshot that cannot be read is not kept."""
    snapshot = files.snapshot("areas")
    with replaced_together(snapshot) as temporary:
        folder = temporary[snapshot]
        if areas.origin == "demo":
            folder.mkdir()
            demo_region.write_areas(demo_region.generate(demo), folder)
            snapshots.write_provenance(areas.layers, folder, demo_region.GENERATOR_VERSION)
        else:
            take_snapshot(areas.layers, [], Places(files.incoming, snapshot, folder), mode)
        area_source.read_areas(areas.layers, folder, limits)


if __name__ == "__main__":
    run(fetch_areas)
