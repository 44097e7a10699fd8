"""One command at a time for what must not be done twice at once."""

from collections.abc import Iterator
from contextlib import contextmanager

from filelock import FileLock, Timeout

from pipeline.errors import WoonzorgError
from pipeline.tables import RegionFiles


@contextmanager
def alone(files: RegionFiles) -> Iterator[None]:
    """Keep other commands from the snapshots of a region while the body runs.

    Raises
    ------
    WoonzorgError
        If another command is at it.
    """
    folder = files.root / ".woonzorg"
    folder.mkdir(parents=True, exist_ok=True)
    lock = FileLock(folder / f"snapshots-{files.region}.lock", timeout=0)
    try:
        lock.acquire()
    except Timeout:
        raise WoonzorgError(
            f"de bronnen van {files.region} worden al door een andere opdracht opgehaald of overgenomen; wacht tot die "
            "klaar is."
        ) from None
    try:
        yield
    finally:
        lock.release()
