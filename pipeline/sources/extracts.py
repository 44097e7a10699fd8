"""Extracts of OpenStreetMap for a whole province or Land: downloaded or put down by the user, and cut to the region."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import shapely

from pipeline.config.sources import Extract, OsmSettings
from pipeline.errors import SourceError, collected, raise_faults
from pipeline.sources.downloads import Downloads
from pipeline.sources.fetching import Live, Received
from pipeline.sources.osm_cut import Box, covered, cut
from pipeline.sources.osm_files import read_day
from pipeline.sources.outlines import read_outline, uncovered_share
from pipeline.sources.snapshots import sha256_of
from pipeline.sources.web import Tell

_NEGLIGIBLE_SHARE = 1e-6
"""Of a box: outlines of neighbours touch but for the last decimals."""


@dataclass(frozen=True)
class _Whole:
    """A whole extract on disk: its name and place, the day it is of, and its outline where that is known."""

    name: str
    path: Path
    day: str
    outline: shapely.Geometry | None


def live(osm: OsmSettings, box: Box, downloads: Downloads, incoming: Path) -> Live:
    """Return the cut as a file that services give; the request names the extracts, and of the user's their content."""

    def get(folder: Path) -> Received:
        target = folder / osm.file
        day, count = fetch(downloads, osm.extracts, incoming, box, target, osm.reference_date)
        return Received(day, count, (note_of(target).name,))

    sources = [_source(one, downloads, incoming) for one in osm.extracts]
    stated = {"reference_date": osm.reference_date} if osm.reference_date else {}
    return Live(osm, {"box": asdict(box), "extracts": sources, **stated}, get)


def _source(extract: Extract, downloads: Downloads, incoming: Path) -> dict[str, Any]:
    if extract.service is not None:
        return {"address": downloads.web.service(extract.service).address, "path": extract.path}
    path = incoming / str(extract.file)
    return {"file": extract.file, "sha256": sha256_of(path)} if path.is_file() else {"file": extract.file}


def fetch(
    downloads: Downloads, extracts: Sequence[Extract], incoming: Path, box: Box, target: Path, day: str | None
) -> tuple[str, int]:
    """Cut `box` out of extracts into `target`; return the day that the map is of, and how many objects it has.

    Downloads are removed once all is cut: if one of them fails, the others need not come again. Which days the extracts
    are of is noted in ``<target>.json``.

    Parameters
    ----------
    downloads
        The way to the services.
    extracts
        As the settings name them.
    incoming
        Where the user puts files.
    box
        Of the region with its buffer.
    target
        Where the cut comes.
    day
        What the settings say of the day of an extract that does not say so itself (yyyy-mm-dd).

    Raises
    ------
    SourceError
        If an extract is missing, cannot be had whole, is damaged, or is of an unknown day.
    OSError
        If there is no room for it.
    """
    with TemporaryDirectory(dir=target.parent) as folder:
        wholes = _wholes(downloads, extracts, incoming, Path(folder), day)
        within = _covered(wholes, box, downloads.web.tell)
        days = sorted({one.day for one in wholes})
        if len(days) > 1:
            each = ", ".join(f"{one.name} {one.day}" for one in wholes)
            downloads.web.tell(f"De uittreksels zijn niet van dezelfde dag ({each}); de vroegste geldt als peildatum.")
        downloads.web.tell(f"{target.name}: de regio wordt uitgeknipt.")
        try:
            count = cut([one.path for one in wholes], within, target, f"{days[0]}T00:00:00Z")
        except SourceError:
            _forget(downloads, extracts)
            raise
    _forget(downloads, extracts)
    noted = [{"extract": one.name, "reference_date": one.day} for one in wholes]
    note = json.dumps({"box": asdict(within), "extracts": noted}, indent=2) + "\n"
    note_of(target).write_text(note, encoding="utf-8", newline="\n")
    return days[0], count


def _covered(wholes: Sequence[_Whole], box: Box, tell: Tell) -> Box:
    names = ", ".join(one.name for one in wholes)
    within = covered([one.path for one in wholes], box)
    if within is None:
        raise SourceError(f"{names}: hier ligt de regio niet in; neem een uittreksel van deze regio.")
    outlines = [one.outline for one in wholes if one.outline is not None]
    known = len(outlines) == len(wholes)
    if within != box or (known and uncovered_share(outlines, box) > _NEGLIGIBLE_SHARE):
        tell(f"{names}: reikt niet tot de rand van het gebied rond de regio; voeg het uittreksel van de buren toe.")
    return within


def note_of(target: Path) -> Path:
    """Return where it is noted of which extracts a cut was made."""
    return target.with_name(f"{target.name}.json")


def _wholes(
    downloads: Downloads, extracts: Sequence[Extract], incoming: Path, folder: Path, day: str | None
) -> list[_Whole]:
    wholes: list[_Whole] = []
    faults: list[str] = []
    for number, extract in enumerate(extracts):
        with collected(faults):
            outline = None
            if extract.service is not None and extract.path is not None:
                outline = read_outline(downloads, extract.service, extract.path)
            name, path = _on_disk(downloads, extract, incoming, folder / str(number))
            try:
                found = read_day(path) or day
            except SourceError:
                _forget(downloads, [extract])
                raise
            if found is None:
                raise SourceError(f"{name}: vermeldt niet van welke dag de kaart is; vul reference_date in bij osm.")
            wholes.append(_Whole(name, path, found, outline))
    raise_faults(SourceError, faults)
    return wholes


def _forget(downloads: Downloads, extracts: Sequence[Extract]) -> None:
    for one in extracts:
        if one.service is not None and one.path is not None:
            downloads.forget(one.service, one.path)


def _on_disk(downloads: Downloads, extract: Extract, incoming: Path, folder: Path) -> tuple[str, Path]:
    """Return what an extract is called and where it is, downloaded into `folder` if a service has it."""
    if extract.service is None or extract.path is None:
        path = incoming / str(extract.file)
        if not path.is_file():
            raise SourceError(f"{path.as_posix()}: bestand ontbreekt; zet het daar neer (zie de README daar).")
        return path.name, path
    folder.mkdir()
    path = folder / Path(extract.path).name
    announced = downloads.announced_md5(extract.service, extract.path)
    downloads.fetch(extract.service, extract.path, path, md5=announced, keep=True)
    return extract.path, path
