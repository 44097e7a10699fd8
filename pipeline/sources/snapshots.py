"""Snapshots: files from outside, byte for byte, each with a record of where it came from."""

import hashlib
import json
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from pipeline.config.sources import SourceFile
from pipeline.errors import SourceError, raise_faults

PROVENANCE = "provenance.json"


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


def write_provenance(files: Sequence[SourceFile], folder: Path, generator_version: str | None = None) -> None:
    """Write the record of each file in `folder`: what, whose, which licence and date, sha256 and, if made, by what."""
    records = []
    for one in files:
        record: dict[str, Any] = {
            "file": one.file,
            "what": one.what,
            "holder": one.holder,
            "licence": one.licence,
            "reference_date": one.reference_date,
            "sha256": hashlib.sha256((folder / one.file).read_bytes()).hexdigest(),
        }
        if generator_version is not None:
            record["generator_version"] = generator_version
        records.append(record)
    text = json.dumps(records, ensure_ascii=False, indent=2) + "\n"
    (folder / PROVENANCE).write_text(text, encoding="utf-8", newline="\n")


def read_provenance(folder: Path) -> list[dict[str, str]]:
    """Read the records of a snapshot.

    Raises
    ------
    SourceError
        If the record is missing.
    """
    path = folder / PROVENANCE
    if not path.is_file():
        raise SourceError(f"{path.as_posix()}: ontbreekt; draai `dvc repro` om de momentopname opnieuw te maken.")
    records: list[dict[str, str]] = json.loads(path.read_text(encoding="utf-8"))
    return records
