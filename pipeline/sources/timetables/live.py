"""A feed at a service: downloaded whole, of the day on which it was fetched."""

from datetime import UTC, datetime
from pathlib import Path

from pipeline.config.sources import Feed, TimetableSettings
from pipeline.sources.downloads import Downloads
from pipeline.sources.fetching import Live, Received


def live(timetables: TimetableSettings, feed: Feed, downloads: Downloads) -> Live:
    """Return the feed of the settings as something that a service gives.

    The request does not name the day: a feed is fetched anew when the user asks for it.
    """
    address = downloads.web.service(feed.service).address

    def get(folder: Path) -> Received:
        downloads.fetch(feed.service, feed.path, folder / timetables.file)
        return Received(timetables.reference_date or datetime.now(UTC).date().isoformat())

    stated = {"reference_date": timetables.reference_date} if timetables.reference_date else {}
    return Live(timetables, {"service": feed.service, "address": address, "path": feed.path, **stated}, get)
