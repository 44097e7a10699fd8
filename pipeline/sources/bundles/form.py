"""The form of a bundle: which files it may hold, and what its table of contents says of them."""

import json
from collections.abc import Sequence
from pathlib import PurePosixPath
from typing import Literal

from pydantic import Field, ValidationError

from pipeline.config.values import RegionName, Section
from pipeline.errors import SourceError

MANIFEST = "manifest.json"
SNAPSHOTS, SETTINGS = "snapshots", "settings"
FORMAT = "woonzorgkaart-bundel"
VERSION = 1
NEVER_BUNDLED = ("incoming", "registers", "facility_registers")
"""Folders with what users put down themselves, which may hold personal data: snapshots of registers among them."""
CHUNK = 1 << 20
_LONGEST_NAME = 255
"""Bytes: what file systems take."""


class Entry(Section):
    """A file in a bundle."""

    path: str
    bytes: int = Field(ge=0)
    sha256: str = Field(pattern=r"^[0-9a-f]{64}$")


class Manifest(Section):
    """What is in a bundle, and which product wrote it."""

    format: Literal["woonzorgkaart-bundel"]
    version: int
    product: str
    region: RegionName
    label: str
    files: list[Entry]


def parse_manifest(text: str | bytes) -> Manifest:
    """Return the manifest.

    Raises
    ------
    SourceError
        If it is no manifest, or of another version.
    """
    try:
        content = json.loads(text)
        version = content["version"]
    except (ValueError, KeyError, TypeError):
        raise SourceError(f"{MANIFEST}: is geen inhoudsopgave van een bundel; vraag om een gave bundel.") from None
    if version != VERSION:
        raise SourceError(
            f"{MANIFEST}: de bundel heeft vorm {version!r} en hier wordt vorm {VERSION} gelezen; werk beide "
            "installaties bij tot dezelfde versie en maak de bundel opnieuw."
        )
    try:
        return Manifest.model_validate(content)
    except ValidationError as error:
        places = [".".join(map(str, one["loc"])) for one in error.errors()]
        raise SourceError(
            [f"{MANIFEST}: {place}: ontbreekt of is onmogelijk; vraag om een gave bundel." for place in places]
        ) from None


def is_expected(name: str, region: str, kinds: Sequence[str]) -> bool:
    """Say whether a bundle of `region` may hold a file of this name: of a snapshot, or its settings."""
    if name in {MANIFEST, f"{SETTINGS}/{region}.yaml", f"{SETTINGS}/{region}.checks.csv"}:
        return True
    parts = PurePosixPath(name).parts
    return (
        len(parts) == 3
        and "/".join(parts) == name
        and parts[0] == SNAPSHOTS
        and parts[1] in kinds
        and parts[1] not in NEVER_BUNDLED
        and _is_plain(parts[2])
    )


def _is_plain(name: str) -> bool:
    """Say whether a file can have this name everywhere, without ending up in another place."""
    fits = len(name.encode(errors="replace")) <= _LONGEST_NAME
    return fits and not name.startswith(".") and name.isprintable() and not set(name) & set('\\/:*?"<>|')
