"""Command: settings and folders for a new region."""

from datetime import date
from pathlib import Path
from typing import Annotated

import typer
from pydantic import TypeAdapter, ValidationError

from pipeline.commands.gemeente_choice import chosen
from pipeline.commands.region_files import NewRegion, region_files, written
from pipeline.config.values import RegionName
from pipeline.errors import WoonzorgError
from pipeline.settings_files import PARAMS, read_sections
from pipeline.sources.gemeenten import Gemeente, read_gemeenten
from pipeline.stages.run import CONFIG
from pipeline.stages.services import open_web


def new_region(
    region: Annotated[str, typer.Argument(help="Naam: kleine letters, cijfers en streepjes.")],
    gemeenten: Annotated[
        str | None, typer.Option("--gemeenten", help="Namen of codes, met komma’s ertussen: Hoogeveen,GM1690.")
    ] = None,
    provincie: Annotated[str | None, typer.Option("--provincie", help="Alle gemeenten van deze provincie.")] = None,
    label: Annotated[str | None, typer.Option("--label", help="Hoe de regio op kaarten heet.")] = None,
) -> None:
    """Maak instellingen en mappen voor een nieuwe regio: gemeenten, jaren en bronnen."""
    named = [one.strip() for one in (gemeenten or "").split(",") if one.strip()]
    if bool(named) == (provincie is not None):
        raise WoonzorgError("noem --gemeenten of --provincie, een van beide.")
    _require_new(region)
    sections = read_sections(CONFIG, ["mergers", "osm_around"])
    choice = chosen(named, provincie, sections["mergers"], _ask)
    new = NewRegion(
        region, label or _label(region), choice.gemeenten, choice.provincies, sections["osm_around"], f"{date.today()}"
    )
    for path in written(Path(), region_files(new)):
        typer.echo(f"Geschreven: {path.as_posix()}")
    for line in _what_next(new):
        typer.echo(line)


def _require_new(region: str) -> None:
    try:
        TypeAdapter(RegionName).validate_python(region)
    except ValidationError:
        raise WoonzorgError(
            f"'{region}' kan geen naam van een regio zijn; gebruik kleine letters, cijfers, - en _, en begin met een "
            "letter of cijfer."
        ) from None
    path = CONFIG / "regions" / f"{region}.yaml"
    if path.exists():
        raise WoonzorgError(f"{path.as_posix()} bestaat al en blijft zoals het is; kies een andere naam.")


def _ask() -> list[Gemeente]:
    sections = read_sections(CONFIG, ["web", "services", "gemeente_tables"])
    return read_gemeenten(open_web(sections["web"], sections["services"]), sections["gemeente_tables"])


def _label(region: str) -> str:
    return region.replace("-", " ").replace("_", " ").title()


def _what_next(new: NewRegion) -> list[str]:
    lines = []
    if any(code == name for code, name in new.gemeenten.items()):
        lines.append(f"Vul de namen van de gemeenten in bij region.gemeenten in config/regions/{new.region}.yaml.")
    return [
        *lines,
        f"Zet {new.region} bij regions in config/{PARAMS} om de regio mee te laten draaien, bijvoorbeeld: "
        f"regions: [{new.region}]",
        f"Haal de bronnen op met: woonzorg fetch {new.region}",
    ]
