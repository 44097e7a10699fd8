"""Snapshots: files from outside, byte for byte, each with a record of where it came from."""

import hashlib
import json
import shutil
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeGuard

from pipeline.config.sources import SourceFile
from pipeline.errors import SourceError, raise_faults

PROVENANCE = "provenance.json"
TOLD = ("file", "what", "holder", "licence", "reference_date", "sha256")
"""What a record always tells, as text."""
SNAPSHOTS = ("areas", "figures", "osm", "timetables", "facility_registers")
"""The snapshots of a region by kind of source, in the order in which their records are told."""


def copy_incoming(files: Sequence[SourceFile], incoming: Path, folder: Path) -> None:
    """Copy the files that the settings name from `incoming` into `folder`.

    Raises
    ------
    SourceError
        With one fault per missing or empty file.
    """
    names = list(dict.fromkeys(one.file for one in files))
    faults = []
    for name in names:
        path = incoming / name
        if not path.is_file():
            faults.append(f"{path.as_posix()}: bestand ontbreekt; zet het daar neer (zie de README daar).")
        elif path.stat().st_size == 0:
            faults.append(f"{path.as_posix()}: bestand is leeg; zet er een volledige kopie neer.")
    raise_faults(SourceError, faults)
    folder.mkdir(parents=True, exist_ok=True)
    for name in names:
        shutil.copyfile(incoming / name, folder / name)


def record_of(file: SourceFile, folder: Path) -> dict[str, Any]:
    """Return the record of a file in `folder`: what, whose, which licence and date, sha256."""
    return {
        "file": file.file,
        "what": file.what,
        "holder": file.holder,
        "licence": file.licence,
        "reference_date": file.reference_date,
        "sha256": sha256_of(folder / file.file),
    }


def sha256_of(path: Path) -> str:
    """Return the sha256 of a file, which is read in parts: an extract may be larger than the memory."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def sums_of(records: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    """Return the sha256 of each file that records name, also of what came beside."""
    sums: dict[str, str] = {}
    for record in records:
        sums[str(record["file"])] = str(record["sha256"])
        sums |= record.get("beside", {})
    return sums


def harmed_files(records: Iterable[Mapping[str, Any]], folder: Path) -> list[str]:
    """Return which files that records name are missing from `folder`, or other than they were recorded."""
    return [
        name
        for name, sha256 in sums_of(records).items()
        if not (folder / name).is_file() or sha256_of(folder / name) != sha256
    ]


def write_provenance(files: Sequence[SourceFile], folder: Path, generator_version: str) -> None:
    """Write the record of files that were made in `folder`, and by which version."""
    write_records([{**record_of(one, folder), "generator_version": generator_version} for one in files], folder)


def write_records(records: Sequence[Mapping[str, Any]], folder: Path) -> None:
    """Write the records of a snapshot."""
    text = json.dumps(records, ensure_ascii=False, indent=2) + "\n"
    (folder / PROVENANCE).write_text(text, encoding="utf-8", newline="\n")


def read_provenance(folder: Path) -> list[dict[str, Any]]:
    """Read the records of a snapshot.

    Raises
    ------
    SourceError
        If the record is missing.
    """
    path = folder / PROVENANCE
    if not path.is_file():
        raise SourceError(f"{path.as_posix()}: ontbreekt; draai `dvc repro` om de momentopname opnieuw te maken.")
    records: list[dict[str, Any]] = json.loads(path.read_text(encoding="utf-8"))
    return records


def records_by_file(folder: Path) -> dict[str, dict[str, Any]]:
    """Return the records of a snapshot by file; none where there is no snapshot, or its record is lost or damaged."""
    try:
        records = read_provenance(folder)
    except (ValueError, OSError):
        return {}
    return {record["file"]: record for record in records} if are_sound(records) else {}


def are_sound(records: object) -> TypeGuard[list[dict[str, Any]]]:
    """Say whether records have the form in which they are written."""
    return isinstance(records, list) and all(
        isinstance(one, dict)
        and all(isinstance(one.get(key), str) for key in TOLD)
        and isinstance(one.get("beside", {}), dict)
        for one in records
    )
