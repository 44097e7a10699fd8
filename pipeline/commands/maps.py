"""Command: which maps are ready."""

from pathlib import Path

import typer

from pipeline.settings_files import read_sections
from pipeline.stages.run import CONFIG
from pipeline.tables import RegionFiles


def maps() -> None:
    """Noem de kaarten die klaarstaan om te openen."""
    regions = read_sections(CONFIG, ["regions"])["regions"]
    for region in regions:
        page = RegionFiles(Path.cwd(), region).published("kaart.html")
        typer.echo(f"Kaart van {region}: {page}" if page.is_file() else f"Kaart van {region}: nog niet gemaakt.")
