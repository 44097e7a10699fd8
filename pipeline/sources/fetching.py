"""Take a snapshot: files of the user are copied, the rest is asked of services, and nothing is asked twice."""

import json
import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import Enum
from pathlib import Path
from typing import Any

from pipeline.config.sources import SourceFile
from pipeline.errors import SourceError, collected, raise_faults
from pipeline.sources.snapshots import (
    copy_incoming,
    harmed_files,
    record_of,
    records_by_file,
    sha256_of,
    write_records,
)


class Mode(Enum):
    """When a service is asked."""

    MISSING = "only for what the snapshot lacks, or holds for another request"
    FORCE = "for everything"
    OFFLINE = "never"
    LOOK = "never, and nothing is written: only what would be asked is told"


class LookedError(Exception):
    """Ends a stage that was only to tell what it would ask.

    Parameters
    ----------
    requests
        The request of each live file.
    """

    def __init__(self, requests: Mapping[str, Any]) -> None:
        super().__init__()
        self.requests = requests


@dataclass(frozen=True)
class Received:
    """What a service gave.

    Parameters
    ----------
    reference_date
        The day that it describes, yyyy-mm-dd.
    rows
        How many rows or objects came; None where that is no measure.
    beside
        Names of the files that came with it, as metadata.
    """

    reference_date: str
    rows: int | None = None
    beside: tuple[str, ...] = ()


@dataclass(frozen=True)
class Live:
    """A file that a service gives.

    Parameters
    ----------
    file
        Name, what, holder and licence.
    request
        All that the answer depends on, as JSON: service, address, table, query. The same request is not made twice.
    get
        Asks the service and writes the file, and what comes beside it, into a folder.
    """

    file: SourceFile
    request: Mapping[str, Any]
    get: Callable[[Path], Received]


@dataclass(frozen=True)
class Places:
    """Where files come from and go to: what the user put down, the earlier snapshot, and the new one."""

    incoming: Path
    earlier: Path
    folder: Path


def take_snapshot(files: Sequence[SourceFile], lives: Sequence[Live], places: Places, mode: Mode) -> None:
    """Fill a new snapshot with `files` and write its record.

    Parameters
    ----------
    files
        All files of the source; those that are not in `lives` are the user's.
    lives
        Those that services give.
    places
        Folders; the new one need not exist.
    mode
        When a service is asked.

    Raises
    ------
    SourceError
        With every file that is missing, cannot be had, or may not be asked for.
    LookedError
        With what would be asked, where the mode is to look.
    """
    live = {one.file.file: one for one in lives}
    if mode is Mode.LOOK:
        raise LookedError({name: _as_json(one.request) for name, one in live.items()})
    places.folder.mkdir(parents=True, exist_ok=True)
    earlier = records_by_file(places.earlier)
    records: list[dict[str, Any]] = []
    faults: list[str] = []
    for name, file in {one.file: one for one in files}.items():
        with collected(faults):
            if name not in live:
                copy_incoming([file], places.incoming, places.folder)
                records.append(record_of(file, places.folder))
            elif mode is not Mode.FORCE and _can_stay(live[name], earlier.get(name), places.earlier):
                records.append(_keep(earlier[name], file, places))
            else:
                records.append(_ask(live[name], places.folder, mode))
    raise_faults(SourceError, faults)
    write_records(records, places.folder)


def _can_stay(live: Live, record: Mapping[str, Any] | None, folder: Path) -> bool:
    """Say whether the earlier answer is to this request, and unharmed."""
    if record is None or record.get("request") != _as_json(live.request):
        return False
    return not harmed_files([record], folder)


def _keep(record: dict[str, Any], file: SourceFile, places: Places) -> dict[str, Any]:
    """Keep what came; what the settings tell of it is taken from the settings of now."""
    for name in (str(record["file"]), *record.get("beside", {})):
        shutil.copyfile(places.earlier / name, places.folder / name)
    return {**record, "what": file.what, "holder": file.holder, "licence": file.licence}


def _ask(live: Live, folder: Path, mode: Mode) -> dict[str, Any]:
    if mode is Mode.OFFLINE:
        raise SourceError(
            f"{live.file.file} ({live.file.what}): staat niet in de momentopname, of die hoort bij een andere vraag; "
            "haal het op zonder --offline."
        )
    received = live.get(folder)
    return {
        **record_of(live.file, folder),
        "reference_date": received.reference_date,
        "request": _as_json(live.request),
        "retrieved_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "rows": received.rows,
        "beside": {name: sha256_of(folder / name) for name in received.beside},
    }


def _as_json(request: Mapping[str, Any]) -> Any:
    return json.loads(json.dumps(request, sort_keys=True))
