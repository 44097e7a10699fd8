"""Stage: take a snapshot of the OpenStreetMap extract."""

from pipeline.config.params import DemoSettings
from pipeline.config.sources import OsmSettings
from pipeline.sources import demo as demo_region
from pipeline.sources import osm as osm_source
from pipeline.sources import snapshots
from pipeline.sources.fetching import Mode, Places, take_snapshot
from pipeline.stages.run import run
from pipeline.tables import RegionFiles, replaced_together


def fetch_osm(files: RegionFiles, *, osm: OsmSettings, demo: DemoSettings, mode: Mode = Mode.MISSING) -> None:
    """Copy or generate the extract and read it from end to end; a damaged extract is not kept."""
    snapshot = files.snapshot("osm")
    with replaced_together(snapshot) as temporary:
        folder = temporary[snapshot]
        if osm.origin == "demo":
            folder.mkdir()
            demo_region.write_osm(demo_region.generate(demo), folder)
            snapshots.write_provenance([osm], folder, demo_region.GENERATOR_VERSION)
        else:
            take_snapshot([osm], [], Places(files.incoming, snapshot, folder), mode)
        osm_source.check_extract(folder / osm.file)


if __name__ == "__main__":
    run(fetch_osm)
