"""Command: why a unit is a witte vlek or not."""

from typing import Annotated

import typer

from pipeline.commands.region import REGION_ARGUMENT, read_region
from pipeline.publish import explain as explain_text


def explain(
    region: REGION_ARGUMENT,
    unit: Annotated[str, typer.Argument(help="Naam of code van de wijk, het dorp of het postcodegebied.")],
) -> None:
    """Leg uit waarom een unit per doelgroep wel of geen witte vlek is, en welk gegeven dat kan beslissen."""
    results = read_region(region)
    for line in explain_text.explain(results, explain_text.find_unit(results, unit)):
        typer.echo(line)
