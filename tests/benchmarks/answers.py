"""What every way to compute reach gives, and how far two of them are apart."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from pipeline.model.network import Floats


@dataclass(frozen=True)
class Answer:
    """Per category (row) and home (column) the distance (m) to the nearest two facilities; infinite where none is.

    `second_m` is None where only the nearest was asked for.
    """

    nearest_m: Floats
    second_m: Floats | None

    def save(self, path: Path) -> None:
        """Write the answer."""
        if self.second_m is None:
            np.savez(path, nearest_m=self.nearest_m)
        else:
            np.savez(path, nearest_m=self.nearest_m, second_m=self.second_m)


def load_answer(path: Path) -> Answer:
    """Read what `Answer.save` wrote."""
    with np.load(path) as stored:
        return Answer(stored["nearest_m"], stored.get("second_m"))


@dataclass(frozen=True)
class Difference:
    """Metres between two answers: the largest, and the median of those that differ by more than a millimetre."""

    largest_m: float
    usual_m: float
    part: float
    """Part of the distances (0-1) that differ by more than a millimetre."""


def difference(one: Answer, other: Answer) -> Difference:
    """Return how far two answers are apart; a distance that only one of them has counts as infinitely far."""
    pairs = [(one.nearest_m, other.nearest_m)]
    if one.second_m is not None and other.second_m is not None:
        pairs.append((one.second_m, other.second_m))
    with np.errstate(invalid="ignore"):
        apart = np.concatenate([
            np.where(np.isinf(mine) & np.isinf(theirs), 0.0, np.abs(mine - theirs)).ravel() for mine, theirs in pairs
        ])  # fmt: skip
    differ = apart[apart > 0.001]
    return Difference(
        float(apart.max(initial=0.0)), float(np.median(differ)) if len(differ) else 0.0, len(differ) / len(apart)
    )


def two_smallest(distances: Floats) -> tuple[Floats, Floats]:
    """Return the smallest and second smallest of each column; infinite where there is none."""
    padded = np.vstack([distances, np.full((2, distances.shape[1]), np.inf)])
    smallest = np.partition(padded, 1, axis=0)
    return smallest[0], smallest[1]
