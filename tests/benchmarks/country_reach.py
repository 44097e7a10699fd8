"""Part 4, a country: joining, reach, summary and verdicts of an invented one the size of the Netherlands."""

from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any, TypeVar

import geopandas as gpd
import numpy as np
import pandas as pd

from pipeline.config.profiles import ON_FOOT
from pipeline.config.target_groups import TargetGroupSettings
from pipeline.contracts import CRS
from pipeline.model import demand as demand_model
from pipeline.model import reach, walk_lengths, walks, witte_vlekken
from pipeline.model.profiles import Passable
from pipeline.settings_files import read_sections
from tests.benchmarks.country import Country, Size, make_country, points_of
from tests.benchmarks.country_tables import make_tables
from tests.benchmarks.measuring import forget_peak, in_fresh_process, peak_mb, timed
from tests.benchmarks.report import Table, megabytes, times
from tests.stage_runs import PROJECT

MAY_TAKE_S, MAY_HOLD_MB = 300, 12 * 1024
_CONNECT_MAX_M = 150.0

Result = TypeVar("Result")


class _Steps:
    """What each step took, and the most memory during it."""

    def __init__(self) -> None:
        self.taken: list[dict[str, Any]] = []

    def do(self, step: str, work: Callable[[], Result]) -> Result:
        forget_peak()
        timing, result = timed(work)
        self.taken.append({"step": step, "peak_mb": peak_mb(), **asdict(timing)})
        return result


def measure(factor: float) -> dict[str, Any]:
    """Take a country of `factor` times full size from points to verdicts; only making it is not a step."""
    size = Size().scaled(factor)
    country = make_country(size)
    tables, settings = make_tables(country.area), _settings()
    groups = settings["target_groups"].groups
    homes = points_of(country.address_x_m, country.address_y_m)
    steps = _Steps()
    access, found = steps.do("join points, nearest two, exits", lambda: _search(country, size, homes))
    demand = steps.do(
        "demand", lambda: demand_model.estimate_demand(tables.dwellings, tables.base_areas, tables.figures, groups)
    )
    in_units = steps.do(
        "demand per unit", lambda: demand_model.summarise_demand(demand, tables.units, groups, tables.base_areas)
    )
    lengths = steps.do(
        "dwellings by unit and cell",
        lambda: walk_lengths.LengthSummary(tables.dwellings, demand, tables.clusters, settings["target_groups"]),
    )
    beyond = steps.do(
        "medians, dwellings beyond norms", lambda: _summarise(lengths, found, access, homes, settings["target_groups"])
    )
    limits = reach.limits_of(settings["target_groups"])
    shares = steps.do("shares beyond norms", lambda: reach.summarise_shares(demand, beyond, limits))
    names = pd.Index([f"f{number}" for number in range(len(country.category))])
    verdicts = steps.do("verdicts", lambda: _judge(lengths.table(names), shares, in_units, settings))
    return {"steps": steps.taken, "verdicts": verdicts["verdict"].value_counts().to_dict(), **_sizes(country, size)}


def _sizes(country: Country, size: Size) -> dict[str, int]:
    return {
        "nodes": len(country.network.x_m), "edges": len(country.network.start), "addresses": len(country.address_x_m),
        "facilities": len(country.category), "categories": len(size.facilities), "areas": size.areas,
    }  # fmt: skip


def _settings() -> dict[str, Any]:
    """Return the settings of the project, with everyone on foot."""
    settings = read_sections(PROJECT / "config", ["target_groups", "facilities", "witte_vlekken"])
    every: TargetGroupSettings = settings["target_groups"]
    on_foot = {code: group.model_copy(update={"profile": ON_FOOT}) for code, group in every.groups.items()}
    return {**settings, "target_groups": every.model_copy(update={"groups": on_foot})}


def _search(country: Country, size: Size, homes: walks.Points) -> tuple[walks.Access, list[walks.Walks]]:
    chosen = {name: country.category == number for number, name in enumerate(size.facilities)}
    places = points_of(country.facility_x_m, country.facility_y_m)
    passable = {ON_FOOT: Passable.everywhere(country.network)}
    return walks.search_profiles(passable, homes, places, chosen, connect_max_m=_CONNECT_MAX_M)[ON_FOOT]


def _summarise(
    lengths: walk_lengths.LengthSummary,
    found: list[walks.Walks],
    access: walks.Access,
    homes: walks.Points,
    settings: TargetGroupSettings,
) -> pd.DataFrame:
    """Gather medians in `lengths`, and return who lives beyond which distance, as the stage does."""
    to_try, beyond = reach.distances_to_try(reach.limits_of(settings)), []
    unjoined = gpd.GeoDataFrame({"category": pd.Series([], dtype="str")}, geometry=[], crs=CRS)
    proved_m = np.zeros(len(homes))
    for one in found:
        unknown = reach.Unknown(reach.outside_m(access, proved_m), reach.crow_m(homes, unjoined, one.category))
        lengths.add(one, access, unknown.outside_m)
        if (one.category, one.profile) in to_try:
            distances_m = to_try[one.category, one.profile]
            beyond.append(reach.beyond_by_cell(lengths.homes, one, access, unknown, distances_m))
    return pd.concat(beyond, ignore_index=True)


def _judge(
    distances: pd.DataFrame, shares: pd.DataFrame, in_units: pd.DataFrame, settings: dict[str, Any]
) -> pd.DataFrame:
    groups, categories = settings["target_groups"].groups, settings["facilities"].categories
    local = pd.DataFrame({"unit_code": [], "category": [], "completeness": [], "within_m": []}).astype(
        {"unit_code": "str", "category": "str", "completeness": "str", "within_m": "float64"}
    )
    judged = witte_vlekken.judge_categories(
        distances, shares, groups, categories, {**dict.fromkeys(categories, "complete"), "gp": "doubtful"}, local,
        share_beyond=settings["witte_vlekken"].share_beyond,
    )  # fmt: skip
    return witte_vlekken.flag(judged, shares, in_units, [], groups, categories, settings["witte_vlekken"])


def run(earlier: Path | None, factor: float = 1.0) -> list[Table]:
    """Measure the country, and the project as it was on the same."""
    now = in_fresh_process("country_reach:measure", factor=factor)
    before = None
    if earlier:
        found = in_fresh_process("country_reach:measure", project=earlier, factor=factor)
        if found["verdicts"] != now["verdicts"]:
            raise RuntimeError(f"verdicts differ from before: {found['verdicts']}, {now['verdicts']}")
        before = found["steps"]
    rows = [_row(number, now["steps"], before) for number in range(len(now["steps"]))]
    rows.append(["**together**", *_together(now["steps"], before)])
    head = ["step", "s", "CPU s", "peak MB", "s before", "CPU s before", "peak MB before", "before / now"]
    what = (
        f"{now['nodes']:,} nodes, {now['edges']:,} edges, {now['addresses']:,} addresses, {now['facilities']:,} "
        f"facilities in {now['categories']} categories, {now['areas']:,} areas, all target groups, on foot."
    )
    return [Table("From points to verdicts", what, head, rows, _verdict(now["steps"]))]


def _row(number: int, now: list[dict[str, Any]], before: list[dict[str, Any]] | None) -> list[str]:
    one, other = now[number], before[number] if before else None
    return [one["step"], *_figures(one), *_beside(one, other)]


def _figures(one: dict[str, Any]) -> list[str]:
    return [f"{one['seconds']:.1f}", f"{one['cpu_seconds']:.1f}", megabytes(one["peak_mb"])]


def _beside(one: dict[str, Any], other: dict[str, Any] | None) -> list[str]:
    return [*_figures(other), times(other["seconds"], one["seconds"])] if other else ["", "", "", ""]


def _together(now: list[dict[str, Any]], before: list[dict[str, Any]] | None) -> list[str]:
    one, other = _summed(now), _summed(before) if before else None
    return [*_figures(one), *_beside(one, other)]


def _summed(steps: list[dict[str, Any]]) -> dict[str, Any]:
    peaks = [one["peak_mb"] for one in steps]
    return {
        "seconds": sum(one["seconds"] for one in steps), "cpu_seconds": sum(one["cpu_seconds"] for one in steps),
        "peak_mb": None if None in peaks else max(peaks),
    }  # fmt: skip


def _verdict(steps: list[dict[str, Any]]) -> str:
    whole = _summed(steps)
    in_time = whole["seconds"] <= MAY_TAKE_S
    fits = whole["peak_mb"] is None or whole["peak_mb"] <= MAY_HOLD_MB
    return (
        f"Wanted is at most {MAY_TAKE_S} s: {'held' if in_time else '**not held**'}; and at most {MAY_HOLD_MB:,} MB: "
        f"{'held' if fits else '**not held**'}. Memory is that of the whole process, with the country and its tables, "
        "of which the dwellings as points take the most. Verdicts are the same before and now. All walk on foot here: "
        "with aids there are more searches, which is not measured."
    )
