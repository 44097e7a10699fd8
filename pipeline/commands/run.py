"""Command: a run with checks before it, progress while it goes on, and a summary after it."""

import time
from datetime import date
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from pipeline.commands.check import forecast_sentence, remark_lines, report_faults
from pipeline.commands.dvc_process import running
from pipeline.commands.failure import explain_failure
from pipeline.commands.preflight.inspection import Inspection, Surroundings, inspect_project
from pipeline.commands.progress import Steps, shown
from pipeline.commands.region import read_region
from pipeline.commands.summary import region_lines, run_lines
from pipeline.tables import RegionFiles

_MAP = "kaart.html"
_INTERRUPTED = 130


def run(
    targets: Annotated[list[str] | None, typer.Argument(help="Stappen van DVC; zonder: alles wat nodig is.")] = None,
) -> None:
    """Doe een run zoals `dvc repro`, met controle vooraf, voortgang en een samenvatting."""
    wanted = targets or []
    begun = time.monotonic()
    inspection = inspect_project(Path(), Surroundings(date.today()), targets=wanted)
    report_faults(inspection)
    if inspection.faults or inspection.forecast is None:
        raise typer.Exit(1)
    for line in [*remark_lines(inspection), forecast_sentence(inspection.forecast)]:
        typer.echo(line)
    steps = Steps(dict(inspection.forecast.seconds))
    _repro(wanted, steps)
    for line in run_lines(steps.seconds, time.monotonic() - begun):
        typer.echo(line)
    _summarise(inspection)


def _repro(targets: list[str], steps: Steps) -> None:
    """Run DVC; leave with a message and its status if it fails, and with 130 on Ctrl-C."""
    try:
        with running(Path(), targets) as process:
            assert process.stdout is not None
            with shown(steps, Console()) as follow:
                for line in process.stdout:
                    follow(line.rstrip("\n"))
            status = process.wait()
    except KeyboardInterrupt:
        typer.echo(
            "Afgebroken. Uitkomsten van eerder zijn bewaard; een nieuwe run gaat verder waar deze was.", err=True
        )
        raise typer.Exit(_INTERRUPTED) from None
    if status:
        failure = explain_failure(steps.output)
        for line in failure.lines:
            typer.echo(line, err=True)
        raise typer.Exit(failure.status)
    steps.finish()


def _summarise(inspection: Inspection) -> None:
    """Write what the run found of each region of which it made the map, or found it to be still right."""
    for region in inspection.regions:
        page = RegionFiles(Path(), region).published(_MAP)
        if any(page.is_relative_to(out) for stage in inspection.stages for out in stage.outs):
            for line in ["", *region_lines(read_region(region), page.absolute())]:
                typer.echo(line)
