"""Part 1, reach: the nearest and second nearest facility of each category for every home."""

from pathlib import Path
from typing import Any

import numpy as np

from pipeline.model.network import join_points
from tests.benchmarks.answers import difference, load_answer
from tests.benchmarks.cases import Case, case_of_region, load_case
from tests.benchmarks.measuring import in_fresh_process, timed
from tests.benchmarks.regions import KAMPEN, SAMPLE, lay_out_kampen, lay_out_sample, real_data, sample_settings
from tests.benchmarks.report import Table, megabytes, times
from tests.benchmarks.split_graph import load_graph, split_graph
from tests.benchmarks.ways import OURS, REFERENCE, WAYS

SAME_M = 1e-6
"""Ours must be as near as this to what networkx finds."""

_ROUTES = 100


def make_case(folder: Path) -> tuple[str, Path]:
    """Write the case that is measured on, and say what it is: Kampen where its data is, else the sample region."""
    data, root, path = real_data(), folder / "region", folder / "case.npz"
    if data:
        lay_out_kampen(root, data)
    else:
        lay_out_sample(root, sample_settings(1))
    case_of_region(root, KAMPEN if data else SAMPLE).save(path)
    what = "Kampen, its real walking network" if data else "the sample region (the data of Kampen is not here)"
    return f"{what}: {describe(load_case(path))}", path


def describe(case: Case) -> str:
    """Return the size of a case in words."""
    network = case.network
    return (
        f"{len(network.x_m):,} nodes, {len(network.start):,} edges, {len(case.home_x_m):,} homes, "
        f"{len(case.place_x_m):,} facilities in {len(case.chosen)} categories"
    )


def measure_way(way: str, case: str, graph: str, answer: str) -> dict[str, Any]:
    """Measure one way and keep its answer."""
    work = WAYS[way].prepare(load_case(Path(case)), load_graph(Path(graph)))
    timing, found = timed(work, runs=WAYS[way].runs)
    found.save(Path(answer))
    return {"seconds": timing.seconds, "cpu_seconds": timing.cpu_seconds, "runs": timing.runs}


def measure_joining(package: str, case: str, answer: str) -> dict[str, Any]:
    """Measure joining all homes to their nearest edges, and keep how far off these they are."""
    loaded = load_case(Path(case))
    if package == OURS:
        homes = loaded.homes
        timing, joined = timed(lambda: join_points(loaded.network, homes, connect_max_m=loaded.connect_max_m), runs=5)
        away_m = np.where(joined.is_connected, joined.access_m, np.inf)
    else:
        from tests.benchmarks import osmnx_ways

        timing, away_m = timed(osmnx_ways.join(loaded), runs=5)
        away_m = np.where(away_m <= loaded.connect_max_m, away_m, np.inf)
    np.save(answer, away_m)
    return {"seconds": timing.seconds, "cpu_seconds": timing.cpu_seconds}


def measure_routes(case: str) -> dict[str, Any]:
    """Measure some routes by osmnx, between homes and facilities drawn by lot."""
    from tests.benchmarks import osmnx_ways

    timing, _ = timed(osmnx_ways.routes(load_case(Path(case)), _ROUTES))
    return {"seconds": timing.seconds}


def run(folder: Path) -> list[Table]:
    """Measure all ways and compare their answers.

    Raises
    ------
    RuntimeError
        If ours differs from networkx.
    """
    what, case = make_case(folder)
    graph = folder / "graph.npz"
    split_graph(load_case(case)).save(graph)
    found = {
        way: in_fresh_process(
            "reach:measure_way", way=way, case=str(case), graph=str(graph), answer=str(folder / f"{way}.npz")
        )
        for way in WAYS
    }
    truth = load_answer(folder / f"{REFERENCE}.npz")
    apart = {way: difference(truth, load_answer(folder / f"{way}.npz")) for way in WAYS}
    if not max(apart[way].largest_m for way in WAYS if way.startswith(OURS)) <= SAME_M:
        raise RuntimeError(f"ours differs from networkx: {apart}")
    rows = [
        [WAYS[way].label, WAYS[way].answers, f"{one['seconds']:.3f}", f"{one['cpu_seconds']:.3f}", str(one["runs"]),
         times(one["seconds"], found[OURS]["seconds"]), times(one["seconds"], found["ours_search"]["seconds"]),
         megabytes(one["peak_mb"]), _agreement(way, apart[way].largest_m, apart[way].usual_m, apart[way].part)]
        for way, one in found.items()
    ]  # fmt: skip
    head = ["way", "answers", "seconds", "CPU seconds", "runs", "x ours, all", "x our search", "peak MB", "difference"]
    return [Table("Reach", what, head, rows, _NOTES), _joining(folder, case), _routes(case)]


_NOTES = (
    "Seconds are the fastest run. Building the graph beforehand is not counted unless the row says so; joining "
    "facilities and homes to the graph of the others, which is done by brute force, never is: *our search* is what "
    "most of them compare with. Peak memory is that of the whole process, libraries and preparation included. "
    "*Difference* is the largest from networkx over all homes and categories, nearest and second nearest."
)


def _agreement(way: str, largest_m: float, usual_m: float, part: float) -> str:
    if way == REFERENCE:
        return "is the reference"
    if WAYS[way].is_exact:
        return f"at most {largest_m:.6f} m"
    return f"differs by nature: {part:.0%} of distances, by {usual_m:.0f} m in the median"


def _joining(folder: Path, case: Path) -> Table:
    paths = {package: folder / f"{package}_joined.npy" for package in (OURS, "osmnx")}
    found = {package: in_fresh_process("reach:measure_joining", package=package, case=str(case), answer=str(path))
             for package, path in paths.items()}  # fmt: skip
    mine, theirs = (np.load(path) for path in paths.values())
    with np.errstate(invalid="ignore"):
        largest = np.max(np.where(np.isinf(mine) & np.isinf(theirs), 0.0, np.abs(mine - theirs)))
    labels = {OURS: "**ours**, `join_points`", "osmnx": "osmnx, `distance.nearest_edges`"}
    rows = [
        [labels[package], f"{one['seconds']:.3f}", times(one["seconds"], found[OURS]["seconds"]),
         megabytes(one["peak_mb"])]
        for package, one in found.items()
    ]  # fmt: skip
    note = f"Ways from homes to the network differ by at most {largest:.6f} m."
    return Table("Joining all homes to their nearest edge", "", ["way", "seconds", "x ours", "peak MB"], rows, note)


def _routes(case: Path) -> Table:
    loaded, found = load_case(case), in_fresh_process("reach:measure_routes", case=str(case))
    pairs = len(loaded.home_x_m) * len(loaded.chosen)
    each = found["seconds"] / _ROUTES
    rows = [[f"measured: {_ROUTES} routes", f"{found['seconds']:.2f}"],
            [f"**scaled, not measured**: one per home and category ({pairs:,})", f"{each * pairs:,.0f}"]]  # fmt: skip
    note = "So many routes one needs who routes from each home to the facility that is nearest as the crow flies."
    return Table("osmnx, route by route (`routing.shortest_path`, all processors)", "", ["", "seconds"], rows, note)
