"""The exceptions of the pipeline: each carries every fault found, ready to be shown to the analyst."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager


class WoonzorgError(ValueError):
    """Something that the analyst can mend.

    Parameters
    ----------
    faults
        One complete sentence per fault, in Dutch, naming file, place and remedy.
    """

    def __init__(self, faults: str | Sequence[str]) -> None:
        self.faults: tuple[str, ...] = (faults,) if isinstance(faults, str) else tuple(faults)
        super().__init__("\n".join(self.faults))


class SettingsError(WoonzorgError):
    """A file in ``config/`` has unknown keys or impossible values."""


class SourceError(WoonzorgError):
    """A file from outside is missing, unreadable, or not of the shape that its settings describe."""


class TableError(WoonzorgError):
    """A table between stages breaks its contract."""


class CheckError(WoonzorgError):
    """The results contradict themselves and must not be published."""


@contextmanager
def collected(faults: list[str]) -> Iterator[None]:
    """Add the faults that the body raises to `faults` and go on, so that all of a file are reported at once."""
    try:
        yield
    except WoonzorgError as error:
        faults.extend(error.faults)


def raise_faults(error: type[WoonzorgError], faults: Iterable[str]) -> None:
    """Raise `error` with all `faults`, or do nothing when there are none."""
    found = tuple(faults)
    if found:
        raise error(found)
