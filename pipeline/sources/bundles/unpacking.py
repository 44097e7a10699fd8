"""Unpack a bundle that comes from elsewhere: nothing in it is trusted before it is checked."""

import errno
import hashlib
import json
import lzma
import stat
import struct
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from pipeline.config.params import BundleSettings
from pipeline.errors import SourceError, collected, raise_faults
from pipeline.sources.bundles.form import (
    CHUNK,
    MANIFEST,
    SETTINGS,
    SNAPSHOTS,
    Entry,
    Manifest,
    is_expected,
    parse_manifest,
)
from pipeline.sources.snapshots import PROVENANCE, TOLD, read_provenance, sha256_of, sums_of

_MB = 1_000_000
_AGAIN = "vraag om een gave bundel"
_BROKEN = (
    zipfile.BadZipFile, zlib.error, lzma.LZMAError, struct.error, EOFError, NotImplementedError, RuntimeError,
    UnicodeDecodeError, OverflowError,
)  # fmt: skip
_NOT_OF_THE_DISK = (None, errno.EINVAL)
"""Numbers of an `OSError` with which Python answers to a zip that points outside itself, or is damaged in bzip2."""


@dataclass(frozen=True)
class Unpacked:
    """A bundle that was found sound, unpacked in a folder of ours."""

    manifest: Manifest
    folder: Path

    @property
    def snapshots(self) -> dict[str, Path]:
        """The folder of each snapshot, by kind of source."""
        return {path.name: path for path in sorted((self.folder / SNAPSHOTS).glob("*"))}

    def settings(self, ending: str) -> Path | None:
        """Return the file of settings with this ending (``.yaml``, ``.checks.csv``), if there is one."""
        path = self.folder / SETTINGS / f"{self.manifest.region}{ending}"
        return path if path.is_file() else None


def unpack(path: Path, folder: Path, kinds: Sequence[str], limits: BundleSettings) -> Unpacked:
    """Unpack the bundle `path` into `folder`, which is empty and the caller's.

    Parameters
    ----------
    kinds
        Of snapshots that may be in it.
    limits
        How large it may be, unpacked.

    Raises
    ------
    SourceError
        With everything that is wrong with it.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            manifest = _checked_manifest(archive, kinds, limits)
            _extract(archive, manifest, folder)
    except _BROKEN as error:
        raise SourceError(f"{path.as_posix()}: is geen gave zip ({error}); {_AGAIN}.") from None
    except OSError as error:
        if error.errno not in _NOT_OF_THE_DISK:
            raise
        raise SourceError(f"{path.as_posix()}: is geen gave zip ({error}); {_AGAIN}.") from None
    _check_records(folder)
    return Unpacked(manifest, folder)


def _checked_manifest(archive: zipfile.ZipFile, kinds: Sequence[str], limits: BundleSettings) -> Manifest:
    infos = archive.infolist()
    raise_faults(SourceError, _size_faults(infos, limits))
    if MANIFEST not in archive.namelist():
        raise SourceError(f"{MANIFEST} ontbreekt: dit is geen bundel van woonzorg bundle; {_AGAIN}.")
    manifest = parse_manifest(archive.read(MANIFEST))
    raise_faults(SourceError, [*_name_faults(infos, manifest.region, kinds), *_listing_faults(infos, manifest)])
    return manifest


def _size_faults(infos: Sequence[zipfile.ZipInfo], limits: BundleSettings) -> Iterator[str]:
    """Yield what is larger than may be, as the zip itself says; reading stops where it turns out to be more."""
    remedy = "verhoog bundles in config/params.yaml alleen als u de afzender vertrouwt"
    if len(infos) > limits.most_files:
        yield f"de bundel telt {len(infos)} bestanden, meer dan {limits.most_files}; {remedy}."
    if (total := sum(info.file_size for info in infos)) > limits.largest_total_mb * _MB:
        yield f"de bundel is uitgepakt {total / _MB:.0f} MB, meer dan {limits.largest_total_mb:g}; {remedy}."
    for info in infos:
        is_text = info.filename == MANIFEST or info.filename.startswith(SETTINGS) or info.filename.endswith(PROVENANCE)
        largest_mb = limits.largest_text_mb if is_text else limits.largest_file_mb
        if info.file_size > largest_mb * _MB:
            yield f"{info.filename!r} is uitgepakt {info.file_size / _MB:.0f} MB, meer dan {largest_mb:g}; {remedy}."


def _name_faults(infos: Sequence[zipfile.ZipInfo], region: str, kinds: Sequence[str]) -> Iterator[str]:
    for name, count in Counter(info.filename.casefold() for info in infos).items():
        if count > 1:
            yield f"{name!r} staat er {count} keer in; {_AGAIN}."
    for info in infos:
        if not is_expected(info.filename, region, kinds):
            yield f"{info.filename!r} hoort niet in een bundel van {region}; {_AGAIN}."
        elif stat.S_IFMT(info.external_attr >> 16) not in (0, stat.S_IFREG):
            yield f"{info.filename!r} is een verwijzing of map in plaats van een bestand; {_AGAIN}."
        elif info.flag_bits & 1:
            yield f"{info.filename!r} is versleuteld; vraag om een bundel zonder wachtwoord."


def _listing_faults(infos: Sequence[zipfile.ZipInfo], manifest: Manifest) -> Iterator[str]:
    there, listed = {info.filename for info in infos} - {MANIFEST}, {entry.path for entry in manifest.files}
    for name in sorted(there - listed):
        yield f"{name!r} staat niet in {MANIFEST}; {_AGAIN}."
    for name in sorted(listed - there):
        yield f"{name!r} staat in {MANIFEST} en ontbreekt; {_AGAIN}."


def _extract(archive: zipfile.ZipFile, manifest: Manifest, folder: Path) -> None:
    faults: list[str] = []
    for entry in manifest.files:
        target = folder / entry.path
        target.parent.mkdir(parents=True, exist_ok=True)
        with collected(faults):
            _extract_one(archive, entry, target)
    raise_faults(SourceError, faults)


def _extract_one(archive: zipfile.ZipFile, entry: Entry, target: Path) -> None:
    found, size = hashlib.sha256(), 0
    try:
        with archive.open(entry.path) as source, target.open("wb") as file:
            while size <= entry.bytes and (chunk := source.read(CHUNK)):
                size += len(chunk)
                found.update(chunk)
                file.write(chunk)
    except _BROKEN as error:
        raise SourceError(f"{entry.path!r} is beschadigd ({error}); {_AGAIN}.") from None
    if size != entry.bytes or found.hexdigest() != entry.sha256:
        raise SourceError(f"{entry.path!r} is niet wat {MANIFEST} zegt (grootte of sha256); {_AGAIN}.")


def _check_records(folder: Path) -> None:
    """Hold each snapshot against its own record."""
    faults: list[str] = []
    for snapshot in sorted((folder / SNAPSHOTS).glob("*")):
        with collected(faults):
            faults += _record_faults(snapshot)
    raise_faults(SourceError, faults)


def _record_faults(snapshot: Path) -> Iterator[str]:
    place = f"{SNAPSHOTS}/{snapshot.name}"
    if not (snapshot / PROVENANCE).is_file():
        yield f"{place}/{PROVENANCE} ontbreekt: van wie en van wanneer de bestanden zijn, is onbekend; {_AGAIN}."
        return
    try:
        records = read_provenance(snapshot)
        sums = sums_of(records)
        untold = [str(one["file"]) for one in records if not all(isinstance(one.get(key), str) for key in TOLD)]
    except (json.JSONDecodeError, UnicodeDecodeError, KeyError, TypeError, AttributeError, ValueError):
        yield f"{place}/{PROVENANCE} is niet te lezen; {_AGAIN}."
        return
    for name in untold:
        yield f"{place}: {PROVENANCE} zegt van {name!r} niet wat, van wie of van wanneer het is; {_AGAIN}."
    there = {path.name for path in snapshot.iterdir()} - {PROVENANCE}
    for name in sorted(there ^ sums.keys()):
        yield f"{place}: {name!r} en {PROVENANCE} spreken elkaar tegen; {_AGAIN}."
    for name in sorted(there & sums.keys()):
        if sha256_of(snapshot / name) != sums[name]:
            yield f"{place}: {name!r} is niet wat {PROVENANCE} zegt (sha256); {_AGAIN}."
