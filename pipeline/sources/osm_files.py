"""OpenStreetMap files: opened and written in one way; what osmium raises becomes a message or an `OSError`."""

import ctypes
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import osmium

from pipeline.errors import SourceError

TIMESTAMP = "osmosis_replication_timestamp"
"""The field of a header that says of which moment the map is."""


@contextmanager
def readable(pbf: Path) -> Iterator[None]:
    """Turn what osmium raises on a damaged file into one sentence for the analyst."""
    try:
        yield
    except UnicodeDecodeError:
        raise SourceError(
            f"{pbf.name}: bevat tekst die niet in UTF-8 is; zet er een gave kopie van het uittreksel neer."
        ) from None
    except (RuntimeError, OSError, osmium.InvalidLocationError) as error:
        reason = " ".join(str(error).replace(str(pbf), pbf.name).split())
        raise SourceError(
            f"{pbf.name}: niet volledig leesbaar als OpenStreetMap-uittreksel ({reason}); zet er een gave kopie neer."
        ) from None


@contextmanager
def writing(path: Path, header: osmium.io.Header) -> Iterator[osmium.SimpleWriter]:
    """Open a file to write; what the disk refuses is an `OSError`."""
    writer = osmium.SimpleWriter(str(path), 4 * 1024 * 1024, header)
    try:
        yield writer
        writer.close()
    except Exception as error:
        # Its destructor writes again what could not be written, and ends the process: never let it run.
        ctypes.pythonapi.Py_IncRef(ctypes.py_object(writer))
        if isinstance(error, RuntimeError):
            raise OSError(f"{path.name}: {error}") from None
        raise


def read_day(pbf: Path) -> str | None:
    """Return the day (yyyy-mm-dd) that a file says to be of; None where it does not say.

    Raises
    ------
    SourceError
        If it does not begin as an extract.
    """
    with readable(pbf), osmium.io.Reader(str(pbf), osmium.osm.NOTHING) as reader:
        moment = reader.header().get(TIMESTAMP, "")
    return moment[:10] or None
