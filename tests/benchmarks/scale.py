"""Part 3, growth: the sample region times 1, 10 and 40 through all stages."""

import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipeline import contracts
from pipeline.tables import RegionFiles
from tests.benchmarks.measuring import in_fresh_process, timed
from tests.benchmarks.regions import SAMPLE, lay_out_sample, sample_settings
from tests.benchmarks.report import Table, megabytes
from tests.stage_runs import run_stages, stage_names

TIMES = (1, 10, 40)
COMPARED = 10
"""How many gemeenten the project as it was is measured on."""

MAY_GROW = 2.0
"""An address among most gemeenten may take this many times what it takes in one."""


@dataclass(frozen=True)
class Grown:
    """Some gemeenten: how long it took to make them, how many addresses they have, and what each stage took."""

    count: int
    made: dict[str, Any]
    addresses: int
    stages: dict[str, dict[str, Any]]

    def total(self, what: str) -> float:
        """Return the sum over all stages of `seconds` or `cpu_seconds`."""
        return sum(float(one[what]) for one in self.stages.values())

    @property
    def peak_mb(self) -> float | None:
        """The most memory of any stage."""
        peaks = [one["peak_mb"] for one in self.stages.values()]
        return None if None in peaks else max(peaks)


def generate(root: str, municipalities: int) -> dict[str, Any]:
    """Make the files of so many gemeenten."""
    timing, _ = timed(lambda: lay_out_sample(Path(root), sample_settings(municipalities)))
    return {"seconds": timing.seconds}


def measure_stage(root: str, stage: str) -> dict[str, Any]:
    """Run one stage."""
    timing, _ = timed(lambda: run_stages(Path(root), SAMPLE, [stage]))
    return {"seconds": timing.seconds, "cpu_seconds": timing.cpu_seconds}


def count_addresses(root: str) -> dict[str, Any]:
    """Return how many addresses were found."""
    base = RegionFiles(Path(root), SAMPLE).read(contracts.BASE_AREAS)
    return {"addresses": int(base["address_count"].sum())}


def _grow(folder: Path, count: int) -> Grown:
    root = folder / f"times_{count}"
    made = in_fresh_process("scale:generate", root=str(root), municipalities=count)
    stages = {stage: in_fresh_process("scale:measure_stage", root=str(root), stage=stage) for stage in stage_names()}
    return Grown(count, made, in_fresh_process("scale:count_addresses", root=str(root))["addresses"], stages)


def run(folder: Path, earlier: Path | None) -> list[Table]:
    """Measure all sizes, and one of them also in the project as it was."""
    grown = [_grow(folder, count) for count in TIMES]
    tables = [_totals(grown), _per_stage(grown)]
    if earlier:
        now = next(one for one in grown if one.count == COMPARED)
        tables.append(_beside_earlier(now, _as_it_was(folder, earlier)))
    return tables


def _as_it_was(folder: Path, earlier: Path) -> dict[str, dict[str, Any]]:
    """Run the stages of the project as it was on the same files and settings of the region."""
    root, now = folder / "earlier_region", folder / f"times_{COMPARED}"
    shutil.copytree(now / "data/raw" / SAMPLE / "incoming", root / "data/raw" / SAMPLE / "incoming")
    shutil.copytree(earlier / "config", root / "config")
    shutil.copy(now / "config/regions" / f"{SAMPLE}.yaml", root / "config/regions")
    stages = in_fresh_process("scale:names_of_stages", project=earlier)["names"]
    return {
        stage: in_fresh_process("scale:measure_stage", project=earlier, root=str(root), stage=stage) for stage in stages
    }


def names_of_stages() -> dict[str, Any]:
    """Return the stages of a region."""
    return {"names": stage_names()}


def _totals(grown: list[Grown]) -> Table:
    rows = [
        [f"{one.count}", f"{one.addresses:,}", f"{one.made['seconds']:.0f}", f"{one.total('seconds'):.1f}",
         f"{one.total('cpu_seconds'):.1f}", f"{one.total('seconds') / one.addresses * 1000:.2f}",
         f"{one.total('cpu_seconds') / one.addresses * 1000:.2f}", megabytes(one.peak_mb)]
        for one in grown
    ]  # fmt: skip
    head = ["gemeenten", "addresses", "to generate, s", "all stages, s", "CPU s", "ms per address",
            "CPU ms per address", "most memory of a stage, MB"]  # fmt: skip
    return Table("All stages", "", head, rows, _verdict(grown[0], grown[-1]))


def _verdict(small: Grown, large: Grown) -> str:
    ratio = (large.total("seconds") / large.addresses) / (small.total("seconds") / small.addresses)
    held = "held" if ratio <= MAY_GROW else "**not held**"
    return (
        f"An address takes {ratio:.2f} times as long among {large.count} gemeenten as in {small.count}; wanted is at "
        f"most {MAY_GROW:.0f}: {held}. {_memory(small, large)}"
    )


def _memory(small: Grown, large: Grown) -> str:
    if small.peak_mb is None or large.peak_mb is None:
        return ""
    per_address = (large.peak_mb - small.peak_mb) / (large.addresses - small.addresses) * 1000
    return f"Between the two memory grows by {per_address:.1f} kB per address."


def _per_stage(grown: list[Grown]) -> Table:
    head = ["stage", *(f"{what} x {one.count}" for one in grown for what in ("s", "MB"))]
    rows = [
        [stage, *(text for one in grown for text in (f"{one.stages[stage]['seconds']:.2f}",
                                                     megabytes(one.stages[stage]["peak_mb"])))]
        for stage in grown[0].stages
    ]  # fmt: skip
    return Table("Stage by stage", "Each in a process of its own, libraries included in memory.", head, rows)


def _beside_earlier(now: Grown, earlier: dict[str, dict[str, Any]]) -> Table:
    rows = [
        [stage, f"{one['seconds']:.2f}", f"{now.stages[stage]['seconds']:.2f}", megabytes(one["peak_mb"]),
         megabytes(now.stages[stage]["peak_mb"])]
        for stage, one in earlier.items() if stage in now.stages
    ]  # fmt: skip
    both = [stage for stage in earlier if stage in now.stages]
    together = [sum(float(where[stage]["seconds"]) for stage in both) for where in (earlier, now.stages)]
    rows.append(["together", *(f"{seconds:.1f}" for seconds in together), "", ""])
    head = ["stage", "s before", "s now", "MB before", "MB now"]
    return Table(f"Before and now, {now.count} gemeenten", "The same files, in the same run.", head, rows)
