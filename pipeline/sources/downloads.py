"""Large files from the network: resumed where they broke off, and checked before they are used."""

import hashlib
import re
import shutil
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import requests
from filelock import FileLock, Timeout

from pipeline.errors import SourceError
from pipeline.sources.web import Answer, NoSuchPartError, NotThereError, TemporaryFaultError, Web

_CHUNK = 1 << 14
_TOLD_EVERY_SECONDS = 2.0
_MB = 1_000_000
_MD5 = re.compile(r"[0-9a-f]{32}\b")
_RANGE = re.compile(r"bytes (\d+)-\d+/(\d+)")


@dataclass(frozen=True)
class Downloads:
    """Downloads that may go on where an earlier one stopped.

    Parameters
    ----------
    web
        The way to the services.
    folder
        Where what has come so far is kept between runs.
    """

    web: Web
    folder: Path

    def fetch(self, code: str, path: str, target: Path, *, md5: str | None = None, keep: bool = False) -> None:
        """Download ``address of the service/path`` to `target`, which is there whole or not at all.

        Parameters
        ----------
        code
            Name of the service in the settings.
        path
            Below the address of the service.
        target
            Where the file must come.
        md5
            What the service says of its content; None where it says nothing.
        keep
            Leave what came until `forget`, so that a later run only asks whether it is still so.

        Raises
        ------
        SourceError
            If it does not come whole after all attempts, or is not what `md5` says.
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        part = self._part(code, path)
        with FileLock(part.with_suffix(".lock")):
            self.web.patiently(code, path, lambda: self._go_on(code, path, part))
            if md5 is not None and _md5(part) != md5:
                part.unlink()
                raise SourceError(
                    f"{self.web.service(code).label}, {path}: het bestand is niet wat de dienst aankondigt (md5); "
                    "haal het opnieuw op."
                )
            if keep:
                _link(part, target)
            else:
                part.replace(target)
                _mark(part).unlink(missing_ok=True)

    def forget(self, code: str, path: str) -> None:
        """Remove what was kept of a file, unless another region is at it."""
        part = self._part(code, path)
        with suppress(Timeout), FileLock(part.with_suffix(".lock"), timeout=0):
            _forget(part)

    def _part(self, code: str, path: str) -> Path:
        return self.folder / hashlib.sha256(f"{self.web.service(code).address} {path}".encode()).hexdigest()[:16]

    def text_if_there(self, code: str, path: str, read: Callable[[str], Answer]) -> Answer | None:
        """Return what `read` makes of a text; it may raise `TemporaryFaultError`. None where there is no such text."""

        def ask() -> Answer | None:
            try:
                with self.web.open(code, path) as answer:
                    return read(answer.text)
            except NotThereError:
                return None

        return self.web.patiently(code, path, ask)

    def announced_md5(self, code: str, path: str) -> str | None:
        """Return what the service says of a file in ``<path>.md5``; None where it has no such file."""
        return self.text_if_there(code, f"{path}.md5", _said_md5)

    def _go_on(self, code: str, path: str, part: Path) -> None:
        """Get the rest of a file, or all of it where the service has another version or cannot give a part."""
        begun, version = _so_far(part)
        headers = {"Accept-Encoding": "identity"}
        if begun:
            headers |= {"Range": f"bytes={begun}-", "If-Range": version}
        try:
            answer = self.web.open(code, path, headers=headers)
        except NoSuchPartError:
            _forget(part)
            raise
        with answer:
            if answer.status_code == requests.codes.partial_content:
                total = _whole_size(answer, part, begun, version)
            else:
                begun, total, version = 0, _stated_size(answer), answer.headers.get("ETag", "")
                _forget(part)
            _mark(part).write_text(version, encoding="utf-8")
            self._write(answer, part, begun, total, path)
        size = part.stat().st_size
        if size != (total or size) or size == 0:
            raise TemporaryFaultError("het antwoord brak af")

    def _write(self, answer: requests.Response, part: Path, begun: int, total: int, path: str) -> None:
        done, told = begun, time.monotonic()
        with part.open("r+b" if begun else "wb") as file:
            file.seek(begun)
            for chunk in answer.iter_content(_CHUNK):
                file.write(chunk)
                done += len(chunk)
                if time.monotonic() - told > _TOLD_EVERY_SECONDS:
                    told = time.monotonic()
                    whole = f" van {total / _MB:.0f}" if total else ""
                    self.web.tell(f"{path}: {done / _MB:.0f}{whole} MB opgehaald.")


def _so_far(part: Path) -> tuple[int, str]:
    """Return how much has come, and of which version; nothing where the version is not known.

    The last byte is asked for once more, as a service refuses to give the rest of what is whole. It is not taken off
    first: another region may be reading what is kept.
    """
    with suppress(OSError):
        version, size = _mark(part).read_text(encoding="utf-8"), part.stat().st_size
        if version and size:
            return size - 1, version
    return 0, ""


def _whole_size(answer: requests.Response, part: Path, begun: int, version: str) -> int:
    """Return the size of a file of which the rest comes.

    Raises
    ------
    TemporaryFaultError
        If it is not the rest of what came before; then all of it is asked for the next time.
    """
    found = _RANGE.fullmatch(answer.headers.get("Content-Range", "").strip())
    if found is None or int(found[1]) != begun or answer.headers.get("ETag", version) != version:
        _forget(part)
        raise TemporaryFaultError("de dienst geeft een ander deel dan gevraagd")
    return int(found[2])


def _stated_size(answer: requests.Response) -> int:
    """Return the size that a service states of a whole file; 0 where it states none."""
    if answer.status_code != requests.codes.ok:
        raise TemporaryFaultError(f"de dienst antwoordt {answer.status_code} in plaats van met een bestand")
    stated = answer.headers.get("Content-Length", "")
    return int(stated) if stated.isascii() and stated.isdigit() else 0


def _link(part: Path, target: Path) -> None:
    """Link a file, or copy it where the disk knows no links."""
    try:
        target.hardlink_to(part)
    except OSError:
        shutil.copyfile(part, target)


def _forget(part: Path) -> None:
    """Forget what has come, before its mark: another version is never taken for the rest of it."""
    part.unlink(missing_ok=True)
    _mark(part).unlink(missing_ok=True)


def _mark(part: Path) -> Path:
    return part.with_suffix(".etag")


def _said_md5(text: str) -> str:
    said = _MD5.match(text)
    if said is None:
        raise TemporaryFaultError("het antwoord is geen md5-som")
    return said[0]


def _md5(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "md5").hexdigest()
