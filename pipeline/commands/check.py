"""Command: what can be told before a run."""

from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from pipeline.commands.preflight.forecast import Forecast
from pipeline.commands.preflight.inspection import Inspection, Surroundings, inspect_project
from pipeline.commands.wording import duration


def check(
    region: Annotated[
        str | None, typer.Argument(help="Naam van de regio; zonder: alle regio’s van de instellingen.")
    ] = None,
) -> None:
    """Kijk vooraf of een run kan slagen: instellingen, bestanden, ouderdom, dekking, schijfruimte en looptijd."""
    inspection = inspect_project(Path(), Surroundings(date.today()), region=region)
    report_faults(inspection)
    for line in [*remark_lines(inspection), *_fact_lines(inspection), "", closing_line(inspection)]:
        typer.echo(line)
    if inspection.faults:
        raise typer.Exit(1)


def report_faults(inspection: Inspection) -> None:
    """Write every fault to standard error."""
    for fault in inspection.faults:
        typer.echo(f"FOUT {fault}", err=True)


def remark_lines(inspection: Inspection) -> list[str]:
    """Return a line per remark."""
    return [f"LET OP {remark}" for remark in inspection.remarks]


def _fact_lines(inspection: Inspection) -> list[str]:
    lines: list[str] = []
    for found in [*inspection.regions.values(), inspection.project]:
        if found.facts:
            width = max(len(subject) for subject, _ in found.facts)
            lines += ["", found.title, *(f"  {subject:<{width}}  {text}" for subject, text in found.facts)]
    return lines


def closing_line(inspection: Inspection) -> str:
    """Say whether a run can begin, and how long it will take."""
    faults, remarks = len(inspection.faults), len(inspection.remarks)
    if faults:
        return f"{_count(faults, 'fout', 'fouten')}; herstel {'deze' if faults == 1 else 'ze alle'} voor een run."
    counted = f"Geen fouten, {_count(remarks, 'opmerking', 'opmerkingen') if remarks else 'geen opmerkingen'}."
    return f"{counted} {forecast_sentence(inspection.forecast)}" if inspection.forecast else counted


def forecast_sentence(forecast: Forecast) -> str:
    """Say what would run, how long that takes, and how that is known."""
    count = len(forecast.seconds)
    if not count:
        return "Alles is bij: een run hoeft niets opnieuw te doen."
    steps = _count(count, "stap", "stappen")
    return f"Een run doet hoogstens {steps} en duurt ongeveer {duration(forecast.total_seconds)}{_how_known(forecast)}."


def _how_known(forecast: Forecast) -> str:
    if forecast.measured and forecast.reckoned:
        return " (deels zoals de vorige keer op deze computer, deels geschat)"
    if forecast.measured:
        return " (zoals de vorige keer op deze computer)"
    if forecast.reckoned:
        return " (geschat uit de grootte van de bestanden; hier nog niet eerder gemeten)"
    return ""


def _count(number: int, one: str, more: str) -> str:
    return f"{number} {one if number == 1 else more}"
