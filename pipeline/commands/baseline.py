"""Command: freeze the present results under a name."""

from pathlib import Path
from typing import Annotated

import typer

from pipeline.commands.freshness import require_current
from pipeline.commands.region import REGION_ARGUMENT
from pipeline.stages.baselines import freeze
from pipeline.tables import RegionFiles


def baseline(
    region: REGION_ARGUMENT,
    name: Annotated[str, typer.Argument(help="Naam van de stand: kleine letters, cijfers en streepjes.")],
) -> None:
    """Leg de oordelen van nu vast, met wat eraan ten grondslag ligt, om er later mee te vergelijken."""
    require_current(region)
    folder = freeze(RegionFiles(Path(), region), name)
    typer.echo(f"Vastgelegd in {folder.as_posix()}. Vergelijk later met: woonzorg compare {region} {name}")
    typer.echo(f"Toon veranderingen op de indexpagina: zet baseline: {name} bij region in config/regions/{region}.yaml")
