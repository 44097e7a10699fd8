"""A region of which one table of figures is asked of a service, whichever clients there are."""

from collections.abc import Callable, Sequence
from pathlib import Path

import yaml

from pipeline.config.sources import SourceFile
from pipeline.sources.fetching import Live, Mode, Places, Received, take_snapshot
from pipeline.sources.web import TemporaryFaultError, Web
from tests.services.server import impatient, services_at
from tests.tiny_region import REGION

FILE = "leeftijd.csv"
ROWS = 4

Take = Callable[[Sequence[SourceFile], Sequence[Live], Places, Mode], None]


def taking(address: str, **more: str) -> Take:
    """Return what takes a snapshot with `FILE` asked of the service at `address`; `more` is part of the request."""
    web = Web(impatient(), services_at(proef=address), print)

    def take(files: Sequence[SourceFile], _: Sequence[Live], places: Places, mode: Mode) -> None:
        file = next(one for one in files if one.file == FILE)
        request = {"service": "proef", "table": "83502NED", **more}

        def get(folder: Path) -> Received:
            web.patiently("proef", FILE, lambda: download(folder / FILE))
            return Received("2024-01-01", ROWS)

        def download(target: Path) -> None:
            with web.open("proef", FILE) as answer:
                content = answer.content
            if len(content) != int(answer.headers["Content-Length"]):
                raise TemporaryFaultError("het antwoord brak af")
            target.write_bytes(content)

        take_snapshot(files, [Live(file, request, get)], places, mode)

    return take


def list_region(root: Path, *regions: str) -> None:
    """Set which regions the project runs."""
    path = root / "config/params.yaml"
    params = yaml.safe_load(path.read_text(encoding="utf-8"))
    path.write_text(yaml.safe_dump({**params, "regions": list(regions)}), encoding="utf-8")


def snapshot(root: Path, kind: str) -> dict[str, bytes]:
    """Return the files of a snapshot of the tiny region."""
    return {path.name: path.read_bytes() for path in (root / "data/raw" / REGION / kind).iterdir()}
