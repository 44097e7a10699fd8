"""Run many damaged inputs, on every processor."""

import os
import tempfile
import traceback
import warnings
from collections.abc import Collection
from concurrent.futures import ProcessPoolExecutor
from functools import cache
from multiprocessing import get_context
from pathlib import Path

import pyogrio

from tests.damage.case import Case, Found
from tests.damage.regions import KAMPEN, REGIONS, cases, stages_of, write_inputs
from tests.damage.workshop import Workshop
from tests.stage_runs import run_stages

AT_ONCE = 8
"""Cases that a worker takes together."""


def all_cases(real_data: Path | None) -> list[Case]:
    """Return the damages of every region of which there are files."""
    return [case for region in REGIONS if region != KAMPEN or real_data is not None for case in cases(region)]


def run_cases(wanted: Collection[str], folder: Path, real_data: Path | None) -> dict[str, Found]:
    """Run the cases with the names `wanted`; what goes wrong in a run comes back as its problem."""
    named = {str(case): case for case in all_cases(real_data)}
    order = sorted(wanted, key=list(named).index)
    with ProcessPoolExecutor(os.cpu_count(), get_context("spawn"), _strict) as pool:
        regions = list(dict.fromkeys(named[name].region for name in order))
        list(pool.map(_prepare, regions, [folder] * len(regions), [real_data] * len(regions)))
        groups = [order[place : place + AT_ONCE] for place in range(0, len(order), AT_ONCE)]
        done = pool.map(_run_group, groups, [folder] * len(groups), [real_data] * len(groups))
        return {name: found for group in done for name, found in group.items()}


def _strict() -> None:
    """Let a warning be a fault, as in every test; a GeoPackage need not survive a power cut."""
    warnings.simplefilter("error")
    pyogrio.set_gdal_config_options({"OGR_SQLITE_SYNCHRONOUS": "OFF"})


def _prepare(region: str, folder: Path, real_data: Path | None) -> None:
    write_inputs(region, folder / region, real_data)
    run_stages(folder / region, region, stages_of(region))


@cache
def _workshop(region: str, folder: Path) -> Workshop:
    return Workshop(region, folder / region, Path(tempfile.mkdtemp(dir=folder)), folder / f"{region}.results")


@cache
def _named(real_data: Path | None) -> dict[str, Case]:
    return {str(case): case for case in all_cases(real_data)}


def _run_group(names: list[str], folder: Path, real_data: Path | None) -> dict[str, Found]:
    return {name: _run(_named(real_data)[name], folder) for name in names}


def _run(case: Case, folder: Path) -> Found:
    try:
        return _workshop(case.region, folder).run(case)
    except Exception:  # whatever it is, it is what the test is about
        return Found(None, problem=traceback.format_exc())
