"""How far a run is: which stages are done, which is running, and how long the rest will take."""

import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from rich.console import Console
from rich.progress import BarColumn, Progress, ProgressColumn, Task, TextColumn, TimeElapsedColumn
from rich.table import Column
from rich.text import Text

from pipeline.commands.failure import FAULT
from pipeline.commands.fetch_stages import FETCHES
from pipeline.commands.stage_words import in_words
from pipeline.commands.wording import clock

_STARTED = re.compile(r"Running stage '([^']+)'")
_NOT_NEEDED = re.compile(r"Stage '([^']+)' didn't change, skipping")
_RESTORED = re.compile(r"Stage '([^']+)' is cached - skipping run")
_NOISE = re.compile(r"> |(Generating|Updating) lock file|Use `dvc push`|Data and pipelines are up to date|\s*$")
_PACE_LIMITS = 0.25, 8.0
_BEGINNING = "nakijken wat er moet gebeuren"


@dataclass
class Steps:
    """The stages of a run, as the lines of DVC tell.

    Attributes
    ----------
    forecast
        Seconds per stage that is expected to run.
    seconds
        How long each stage took that ran to its end.
    not_needed
        Stages that did not have to run, or of which DVC had kept the result.
    output
        What the current stage wrote itself.
    """

    forecast: dict[str, float]
    clock: Callable[[], float] = time.monotonic
    seconds: dict[str, float] = field(default_factory=dict)
    not_needed: list[str] = field(default_factory=list)
    output: list[str] = field(default_factory=list)
    current: str | None = None
    _began: float = 0.0

    def follow(self, line: str) -> None:
        """Take in a line of DVC or of the current stage."""
        if (started := _STARTED.match(line)) is not None:
            self.finish()
            self.current, self._began = started[1], self.clock()
            self.forecast.setdefault(started[1], 0.0)
            self.output.clear()
        elif (skipped := _NOT_NEEDED.match(line) or _RESTORED.match(line)) is not None:
            self.finish()
            self.not_needed.append(skipped[1])
            self.forecast.pop(skipped[1], None)
        elif not _NOISE.match(line):
            self.output.append(line)

    def tells(self, line: str) -> bool:
        """Say whether `line`, just taken in, is a sentence of a fetching stage about how far it is."""
        is_fetching = self.current is not None and self.current.startswith(FETCHES)
        return is_fetching and self.output[-1:] == [line] and line.endswith(".") and not line.startswith(FAULT)

    def finish(self) -> None:
        """Note that the current stage ran to its end."""
        if self.current is not None:
            self.seconds[self.current] = self.clock() - self._began
            self.current = None

    @property
    def remaining_seconds(self) -> float:
        """How long the rest takes, at the pace of the stages that are done; may be asked by another thread."""
        done, forecast, current = dict(self.seconds), dict(self.forecast), self.current
        expected = sum(forecast.get(stage, 0.0) for stage in done)
        low, high = _PACE_LIMITS
        pace = min(max(sum(done.values()) / expected, low), high) if expected else 1.0
        left = sum(seconds for stage, seconds in forecast.items() if stage not in done and stage != current)
        if current is None:
            return left * pace
        return left * pace + max(forecast[current] * pace - (self.clock() - self._began), 0.0)


class _Remaining(ProgressColumn):
    """How long the rest takes."""

    def __init__(self, steps: Steps) -> None:
        super().__init__()
        self._steps = steps

    def render(self, task: Task) -> Text:  # noqa: ARG002
        """Write the forecast of now."""
        return Text(f"nog ± {clock(self._steps.remaining_seconds)}", style="progress.remaining")


@contextmanager
def shown(steps: Steps, console: Console) -> Iterator[Callable[[str], None]]:
    """Yield a function that takes in a line and shows where the run is: a bar, or plain lines without a terminal."""
    if not console.is_terminal:
        yield lambda line: _follow_plainly(steps, line, console)
        return
    columns = (
        BarColumn(bar_width=16),
        TextColumn("{task.completed}/{task.total}"),
        TimeElapsedColumn(),
        _Remaining(steps),
        # Last, so that a narrow terminal cuts the words; names may hold what rich would read as markup.
        TextColumn("{task.description}", markup=False, table_column=Column(no_wrap=True, overflow="ellipsis")),
    )
    with Progress(*columns, console=console, transient=True) as progress:
        task = progress.add_task(_BEGINNING, total=len(steps.forecast))

        def follow(line: str) -> None:
            steps.follow(line)
            words = in_words(steps.current) if steps.current else _BEGINNING
            words = f"{words}: {line}" if steps.tells(line) else words
            progress.update(task, description=words, completed=len(steps.seconds), total=len(steps.forecast))

        yield follow


def _follow_plainly(steps: Steps, line: str, console: Console) -> None:
    before = steps.current
    steps.follow(line)
    if steps.current is not None and steps.current != before:
        place = f"stap {len(steps.seconds) + 1} van {len(steps.forecast)}"
        line = f"{place}: {in_words(steps.current)}"
    elif steps.tells(line):
        line = f"  {line}"
    else:
        return
    console.print(line, markup=False, highlight=False, soft_wrap=True)
