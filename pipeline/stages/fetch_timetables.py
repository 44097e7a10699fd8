"""Stage: take a snapshot of the timetable."""

from pipeline.config.params import DemoSettings
from pipeline.config.services import Services, WebSettings
from pipeline.config.sources import TimetableSettings
from pipeline.sources import timetables as timetable_source
from pipeline.sources.demo import write_timetable
from pipeline.sources.fetching import Mode, Places, take_snapshot
from pipeline.stages.demo import invent_snapshot
from pipeline.stages.run import run
from pipeline.stages.services import open_downloads
from pipeline.tables import RegionFiles, replaced_together


def fetch_timetables(
    files: RegionFiles,
    *,
    timetables: TimetableSettings | None,
    demo: DemoSettings,
    web: WebSettings,
    services: Services,
    mode: Mode = Mode.MISSING,
) -> None:
    """Copy, generate or fetch the feed and look whether it is whole; without a feed the snapshot holds nothing."""
    snapshot = files.snapshot("timetables")
    with replaced_together(snapshot) as temporary:
        folder = temporary[snapshot]
        if timetables is None:
            take_snapshot([], [], Places(files.incoming, snapshot, folder), mode)
            return
        if timetables.origin == "demo":
            invent_snapshot(write_timetable, demo, [timetables], folder)
        else:
            lives = []
            if timetables.origin == "services" and timetables.feed is not None:
                lives = [timetable_source.live(timetables, timetables.feed, open_downloads(files, web, services))]
            take_snapshot([timetables], lives, Places(files.incoming, snapshot, folder), mode)
        timetable_source.check_feed(folder / timetables.file)


if __name__ == "__main__":
    run(fetch_timetables)
