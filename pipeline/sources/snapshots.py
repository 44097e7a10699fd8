"""Snapshots: files from outside, byte for byte, each with a record of where it came from."""

import hashlib
import json
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, TypeGuard

from pipeline.config.sources import SourceFile
from pipeline.errors import SourceError, raise_faults

PROVENANCE = "provenance.json"
TOLD = ("file", "what", "holder", "licence", "reference_date", "sha256")
"""What a record always tells, as text."""


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
        "sha256": hashlib.sha256((folder / file.file).read_bytes()).hexdigest(),
    }


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
