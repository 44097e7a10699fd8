"""Measure everything and write ``docs/benchmarks.md``."""

import tempfile
from pathlib import Path

from tests.benchmarks import before, country_reach, reach, reading, scale
from tests.benchmarks.report import write_report
from tests.stage_runs import PROJECT

_INTRODUCTION = """# Benchmarks

`make bench` measures all of this anew and writes this page. Each row is measured in a process of its own. *Before* is
the project at commit `{commit}`, measured in the same run."""

_PARTS = {
    "Reach": "Walking distances of all homes to the nearest and second nearest facility of each category, against what "
    "else one could use.",
    "Reading": "From an OpenStreetMap extract to the walking network and the facilities.",
    "Growth": "The invented gemeente of the sample region, and ten and forty of them side by side.",
    "A country": "An invented country the size of the Netherlands, in memory.",
}


def main() -> None:
    """Measure all parts and write the report."""
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        earlier = before.earlier_project(work)
        measured = [
            reach.run(_new(work, "reach")),
            reading.run(_new(work, "reading")),
            scale.run(_new(work, "growth"), earlier),
            country_reach.run(earlier),
        ]
        commit = before.COMMIT[:7] + ("" if earlier else " (not in this clone: left out)")
    parts = [(title, text, tables) for (title, text), tables in zip(_PARTS.items(), measured, strict=True)]
    report = PROJECT / "docs/benchmarks.md"
    write_report(report, _INTRODUCTION.format(commit=commit), parts)
    print(report.relative_to(PROJECT).as_posix())


def _new(folder: Path, name: str) -> Path:
    made = folder / name
    made.mkdir()
    return made


if __name__ == "__main__":
    main()
