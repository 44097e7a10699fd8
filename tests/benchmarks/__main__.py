"""Measure everything and write ``docs/benchmarks.md``."""

import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

from tests.benchmarks import before, country_reach, reach, reading, scale
from tests.benchmarks.report import Table, machine, write_report
from tests.stage_runs import PROJECT

_INTRODUCTION = """# Benchmarks

`make bench` measures all of this anew and writes this page. Each row is measured in a process of its own. *Before* is
the project at commit `{commit}`, measured in the same run."""

_PARTS: dict[str, tuple[str, Callable[[Path, Path | None], list[Table]]]] = {
    "Reading": (
        "From an OpenStreetMap extract to the walking network and the facilities.",
        lambda folder, _: reading.run(folder),
    ),
    "Reach": (
        "Walking distances of all homes to the nearest and second nearest facility of each category, against what else "
        "one could use.",
        lambda folder, _: reach.run(folder),
    ),
    "A country": (
        "An invented country the size of the Netherlands, in memory.",
        lambda _, earlier: country_reach.run(earlier),
    ),
    "Growth": ("The invented gemeente of the sample region, and ten and forty of them side by side.", scale.run),
}


def main() -> None:
    """Measure all parts; the report is written anew after each, and says which are still to be measured."""
    report, conditions = PROJECT / "docs/benchmarks.md", machine()
    with tempfile.TemporaryDirectory() as folder:
        earlier = before.earlier_project(Path(folder))
        commit = before.COMMIT[:7] + ("" if earlier else " (not in this clone: left out)")
        measured: dict[str, list[Table]] = {}
        for number, (title, (_, run)) in enumerate(_PARTS.items()):
            work = Path(folder) / str(number)
            work.mkdir()
            measured[title] = run(work, earlier)
            shutil.rmtree(work)
            introduction = f"{_INTRODUCTION.format(commit=commit)}\n\n{conditions}"
            write_report(report, introduction, [(one, text, measured.get(one)) for one, (text, _) in _PARTS.items()])
    print(report.relative_to(PROJECT).as_posix())


if __name__ == "__main__":
    main()
