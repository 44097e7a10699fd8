"""A damaged input: which file of which region, what is done to it, and what is wanted of the run."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import Enum
from pathlib import Path
from typing import Any

Inflict = Callable[[Path], Any]
"""Damages the file at a path; returns what the message must name (texts), where that depends on the content."""

Holds = Callable[[Path, Path], None]
"""Asserts what is documented of a difference: processed tables of the undamaged run, and of the damaged one."""


class Outcome(Enum):
    """What a run with a damaged input ends in."""

    FAULT = "a message"
    SAME = "same result"
    DOCUMENTED = "differs as documented"
    UNDETECTABLE = "not detectable"
    CHOICE = "another choice"


@dataclass(frozen=True)
class Damage:
    """Something that happens to a file.

    Parameters
    ----------
    name
        What it is, in a few words.
    inflict
        Does it.
    wanted
        Every outcome that is right. `UNDETECTABLE` stands only where the damaged file cannot be told from a true one.
    says
        Parts of the message that must come.
    faults
        How many messages; None where the damage makes more than one fault.
    holds
        For `DOCUMENTED`: asserts the difference.
    shows_at
        The stage that sees it, or what it changes, where that is none that reads a source by itself.
    """

    name: str
    inflict: Inflict
    wanted: frozenset[Outcome]
    says: tuple[str, ...] = ()
    faults: int | None = 1
    holds: Holds | None = None
    shows_at: str | None = None


@dataclass(frozen=True)
class Case:
    """A damage to one incoming file of a region."""

    region: str
    file: str
    damage: Damage

    def __str__(self) -> str:
        return f"{self.region}/{self.file}: {self.damage.name}"


@dataclass(frozen=True)
class Found:
    """What a case ended in, its messages, and what is wrong: a foreign exception, or something not as wanted."""

    outcome: Outcome | None
    faults: tuple[str, ...] = ()
    problem: str = ""


def refused(name: str, inflict: Inflict, *says: str, faults: int | None = 1) -> Damage:
    """Return a damage that must be named in a message."""
    return Damage(name, inflict, frozenset({Outcome.FAULT}), says, faults)


def harmless(name: str, inflict: Inflict) -> Damage:
    """Return a damage that must make no difference."""
    return Damage(name, inflict, frozenset({Outcome.SAME}))


def documented(name: str, inflict: Inflict, holds: Holds) -> Damage:
    """Return a damage of which the difference that it makes is known."""
    return Damage(name, inflict, frozenset({Outcome.DOCUMENTED}), holds=holds)


def unpredictable(name: str, inflict: Inflict) -> Damage:
    """Return a damage that may give a file that cannot be told from a true one."""
    return Damage(name, inflict, frozenset({Outcome.FAULT, Outcome.SAME, Outcome.UNDETECTABLE}), faults=None)


def seen_at(stage: str, damage: Damage) -> Damage:
    """Return the damage, marked as one that no stage before `stage` can see."""
    return replace(damage, shows_at=stage)
