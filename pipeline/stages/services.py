"""The way to the services, for stages that ask them."""

from pathlib import Path

from pipeline.config.services import Services, WebSettings
from pipeline.sources.downloads import Downloads
from pipeline.sources.web import Web
from pipeline.tables import RegionFiles

DOWNLOADS = Path(".woonzorg/downloads")
"""What has come so far of large files."""


def open_web(web: WebSettings, services: Services) -> Web:
    """Return the way to the services; what they keep who runs this waiting for comes on standard output."""
    return Web(web, services, _tell)


def open_downloads(files: RegionFiles, web: WebSettings, services: Services) -> Downloads:
    """Return downloads that go on where an earlier run stopped."""
    return Downloads(open_web(web, services), files.root / DOWNLOADS)


def _tell(line: str) -> None:
    print(line, flush=True)
