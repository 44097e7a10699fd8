"""Stage: take a snapshot of the timetable."""

from pipeline.config.params import DemoSettings
from pipeline.config.sources import TimetableSettings
from pipeline.sources import demo as demo_region
from pipeline.sources import snapshots
from pipeline.sources import timetables as timetable_source
from pipeline.stages.run import run
from pipeline.tables import RegionFiles, replaced_together


def fetch_timetables(files: RegionFiles, *, timetables: TimetableSettings | None, demo: DemoSettings) -> None:
    """Copy or generate the feed and look whether it is whole; without a feed the snapshot holds nothing."""
    snapshot = files.snapshot("timetables")
    with replaced_together(snapshot) as temporary:
        folder = temporary[snapshot]
        folder.mkdir()
        if timetables is None:
            snapshots.write_provenance([], folder)
            return
        if timetables.origin == "demo":
            demo_region.write_timetable(demo_region.generate(demo), folder)
        else:
            snapshots.copy_incoming([timetables], files.incoming, folder)
        timetable_source.check_feed(folder / timetables.file)
        version = demo_region.GENERATOR_VERSION if timetables.origin == "demo" else None
        snapshots.write_provenance([timetables], folder, version)


if __name__ == "__main__":
    run(fetch_timetables)
