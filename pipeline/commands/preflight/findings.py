"""What was found before a run, gathered per group."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from pipeline.errors import WoonzorgError


@dataclass
class Findings:
    """What was found about one region or about this machine, all of it in Dutch sentences.

    Attributes
    ----------
    title
        What it is about.
    faults
        What makes a run fail.
    remarks
        What a run survives, but an analyst wants to know.
    facts
        What is so: subject and statement.
    """

    title: str
    faults: list[str] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)
    facts: list[tuple[str, str]] = field(default_factory=list)

    @contextmanager
    def collected(self) -> Iterator[None]:
        """Add the faults that the body raises and go on, so that all of them are reported at once."""
        try:
            yield
        except WoonzorgError as error:
            self.faults.extend(error.faults)
