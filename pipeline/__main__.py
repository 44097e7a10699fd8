"""The command line: ``woonzorg``."""

from pathlib import Path
from typing import Annotated

import typer

from pipeline.errors import WoonzorgError
from pipeline.publish import explain as explain_text
from pipeline.settings_files import read_sections
from pipeline.stages.results import read_results
from pipeline.stages.run import CONFIG, sections_of
from pipeline.tables import RegionFiles

app = typer.Typer(no_args_is_help=True, add_completion=False, help="Woonzorgkaart: witte vlekken per wijk of dorp.")


@app.callback()
def woonzorg() -> None:
    """Woonzorgkaart."""


@app.command()
def explain(
    region: Annotated[str, typer.Argument(help="Naam van de regio, zoals in config/regions/.")],
    unit: Annotated[str, typer.Argument(help="Naam of code van de wijk, het dorp of het postcodegebied.")],
) -> None:
    """Leg uit waarom een unit per doelgroep wel of geen witte vlek is, en welk gegeven dat kan beslissen."""
    try:
        sections = read_sections(CONFIG, sections_of(read_results), region)
        results = read_results(RegionFiles(Path(), region), **sections)
        for line in explain_text.explain(results, explain_text.find_unit(results, unit)):
            typer.echo(line)
    except WoonzorgError as error:
        for fault in error.faults:
            typer.echo(f"FOUT {fault}", err=True)
        raise typer.Exit(1) from None


@app.command()
def maps() -> None:
    """Noem de kaarten die klaarstaan om te openen."""
    regions = read_sections(CONFIG, ["regions"])["regions"]
    for region in regions:
        page = RegionFiles(Path.cwd(), region).published("kaart.html")
        typer.echo(f"Kaart van {region}: {page}" if page.is_file() else f"Kaart van {region}: nog niet gemaakt.")


if __name__ == "__main__":
    app()
