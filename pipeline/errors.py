"""The exceptions of the pipeline: each carries every fault found, ready to be shown to the analyst."""

from collections.abc import Iterable, Sequence


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


def raise_faults(error: type[WoonzorgError], faults: Iterable[str]) -> None:
    """Raise `error` with all `faults`, or do nothing when there are none."""
    found = tuple(faults)
    if found:
        raise error(found)
