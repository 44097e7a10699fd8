"""What a region has of each source: records of snapshots, held against its settings and the files themselves."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from pipeline.commands.preflight.source_files import Source
from pipeline.commands.wording import age
from pipeline.config.params import SourceAges
from pipeline.config.sources import SourceFile
from pipeline.sources.cbs.differences import differences_name
from pipeline.sources.snapshots import harmed_files, records_by_file, sha256_of
from pipeline.tables import RegionFiles

DAYS_PER_YEAR = 365.25


@dataclass(frozen=True)
class Holding:
    """A file that the settings name or a snapshot holds.

    Parameters
    ----------
    kind
        Of source: areas, figures, osm and so on.
    record
        What is noted of it; without a snapshot what the settings say.
    size
        Bytes; None where the file is not there.
    days
        Since the reference date; None where that is not known.
    remarks
        What an analyst should know of it, in Dutch.
    """

    kind: str
    record: Mapping[str, Any]
    size: int | None
    days: int | None
    remarks: tuple[str, ...]


@dataclass(frozen=True)
class Outlook:
    """What holdings are held against: settings and day."""

    requests: Mapping[str, Mapping[str, Any]]
    ages: SourceAges
    today: date


def holdings(files: RegionFiles, sources: Sequence[Source], outlook: Outlook) -> list[Holding]:
    """Return all files that the settings name or that snapshots hold, by source."""
    return [one for source in sources for one in _of_source(files, source, outlook)]


def _of_source(files: RegionFiles, source: Source, outlook: Outlook) -> Iterator[Holding]:
    folder = files.snapshot(source.kind)
    records = records_by_file(folder)
    named = {one.file: one for one in source.files}
    for name in dict.fromkeys([*named, *records]):
        record = records.get(name)
        remarks = list(_remarks(files, source, name, record, outlook))
        shown = record if record is not None else _as_record(named[name], outlook.requests.get(source.kind, {}))
        days = _days(shown, outlook.today)
        limit = getattr(outlook.ages, source.kind, None)
        if not source.is_demo and days is not None and limit is not None and days > limit * DAYS_PER_YEAR:
            remarks.append(f"is {age(days)} oud; kijk of er een nieuwere uitgave is.")
        path = folder / name
        yield Holding(source.kind, shown, path.stat().st_size if path.is_file() else None, days, tuple(remarks))


def _as_record(file: SourceFile, requests: Mapping[str, Any]) -> dict[str, Any]:
    told = {key: getattr(file, key) for key in ("file", "what", "holder", "licence", "reference_date")}
    return {**told, "request": requests.get(file.file)}


def _remarks(
    files: RegionFiles, source: Source, name: str, record: Mapping[str, Any] | None, outlook: Outlook
) -> Iterator[str]:
    fetch = f"draai woonzorg fetch {files.region}"
    if record is None:
        yield f"is nog niet opgehaald; {fetch}."
        return
    if name not in {one.file for one in source.files}:
        yield f"staat niet meer in de instellingen; {fetch} om het weg te laten."
        return
    asked = outlook.requests.get(source.kind, {}).get(name)
    if asked is not None and asked != record.get("request"):
        yield f"hoort bij andere instellingen dan die van nu; {fetch}."
    if "sha256" not in record or harmed_files([record], files.snapshot(source.kind)):
        yield f"is sinds het ophalen veranderd of beschadigd (sha256 klopt niet); {fetch}."
    if (changes := differences_name(name)) in record.get("beside", {}):
        path = files.snapshot(source.kind).relative_to(files.root) / changes
        yield f"is bij de dienst gewijzigd sinds de keer ervoor; de verschillen staan in {path.as_posix()}."
    if asked is None and not source.is_demo and _differs(files.incoming / name, record):
        yield f"in {files.incoming.relative_to(files.root).as_posix()} staat een ander bestand; neem het over: {fetch}."


def _differs(path: Path, record: Mapping[str, Any]) -> bool:
    return path.is_file() and sha256_of(path) != record.get("sha256")


def _days(record: Mapping[str, Any], today: date) -> int | None:
    try:
        return (today - date.fromisoformat(str(record.get("reference_date")))).days
    except ValueError:
        return None
