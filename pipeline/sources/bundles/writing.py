"""Write a bundle: only what the records of snapshots name, and the same bytes for the same snapshots."""

import json
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from pipeline.errors import SourceError, collected, raise_faults
from pipeline.sources.bundles.form import CHUNK, FORMAT, MANIFEST, SETTINGS, SNAPSHOTS, VERSION
from pipeline.sources.snapshots import PROVENANCE, are_sound, harmed_files, read_provenance, sha256_of, sums_of

_MOMENT = (1980, 1, 1, 0, 0, 0)
"""The same for every file, so that equal snapshots give equal bytes."""
_PLAIN_FILE = 0o100644 << 16


def write_bundle(target: Path, header: Mapping[str, str], snapshots: Sequence[Path], settings: Sequence[Path]) -> int:
    """Write a bundle and return how many files are in it.

    Parameters
    ----------
    target
        The zip.
    header
        Product, region and label.
    snapshots
        Folders; only what their records name goes in, so that nothing else that lies there is handed over.
    settings
        Files of settings, as an aid to who receives it.

    Raises
    ------
    SourceError
        With every snapshot that is missing or harmed.
    """
    faults: list[str] = []
    content: dict[str, Path] = {}
    for folder in snapshots:
        with collected(faults):
            content |= {f"{SNAPSHOTS}/{folder.name}/{path.name}": path for path in _recorded_files(folder)}
    raise_faults(SourceError, faults)
    content |= {f"{SETTINGS}/{path.name}": path for path in settings}
    entries = [_entry(name, path) for name, path in sorted(content.items())]
    manifest = {"format": FORMAT, "version": VERSION, **header, "files": entries}
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr(_info(MANIFEST), json.dumps(manifest, ensure_ascii=False, indent=2) + "\n")
        for name, path in sorted(content.items()):
            _add(archive, name, path)
    return len(content)


def _recorded_files(folder: Path) -> Iterator[Path]:
    """Yield the files of a snapshot and its record; a file that is not as it was recorded is a fault."""
    records = _records(folder)
    fault = "ontbreekt of is veranderd sinds het ophalen; haal het opnieuw op"
    raise_faults(SourceError, [f"{(folder / name).as_posix()}: {fault}." for name in harmed_files(records, folder)])
    yield folder / PROVENANCE
    yield from (folder / name for name in sums_of(records))


def _records(folder: Path) -> list[dict[str, Any]]:
    records: object = None
    try:
        records = read_provenance(folder)
    except SourceError:
        raise
    except ValueError:
        pass  # no JSON: told below
    if not are_sound(records):
        place = (folder / PROVENANCE).as_posix()
        raise SourceError(f"{place}: is beschadigd; haal de bronnen van de regio opnieuw op met woonzorg fetch.")
    return records


def _entry(name: str, path: Path) -> dict[str, Any]:
    return {"path": name, "bytes": path.stat().st_size, "sha256": sha256_of(path)}


def _info(name: str) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name, _MOMENT)
    info.compress_type, info.external_attr, info.create_system = zipfile.ZIP_DEFLATED, _PLAIN_FILE, 3
    return info


def _add(archive: zipfile.ZipFile, name: str, path: Path) -> None:
    info = _info(name)
    info.file_size = path.stat().st_size
    with path.open("rb") as source, archive.open(info, "w") as target:
        while chunk := source.read(CHUNK):
            target.write(chunk)
