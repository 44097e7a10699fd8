"""Command: the snapshots of a region as one file, for the next analyst."""

from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Annotated

import typer

from pipeline.commands.alone import alone
from pipeline.commands.fetch_stages import snapshot_folders
from pipeline.commands.region import REGION_ARGUMENT, require_region
from pipeline.commands.wording import megabytes
from pipeline.errors import WoonzorgError
from pipeline.settings_files import REGION, read_sections
from pipeline.sources.bundles.form import NEVER_BUNDLED
from pipeline.sources.bundles.writing import write_bundle
from pipeline.stages.run import CONFIG
from pipeline.tables import RegionFiles, replaced_together

_EVERYWHERE = ("areas", "figures", "osm")
"""Sources that every region has."""


def bundle(
    region: REGION_ARGUMENT,
    path: Annotated[
        Path | None, typer.Argument(metavar="BESTAND", help="De zip; zonder: <regio>-bronnen.zip in deze map.")
    ] = None,
) -> None:
    """Pak de momentopnamen van een regio in één zip, om door te geven; registers gaan niet mee."""
    files = require_region(Path(), region)
    target = path or Path(f"{region}-bronnen.zip")
    if target.is_dir():
        raise WoonzorgError(f"{target.as_posix()} is een map; noem een bestand.")
    label = read_sections(CONFIG, ["region"], region)["region"].label
    header = {"product": _product(), "region": region, "label": label}
    with alone(files), replaced_together(target) as temporary:
        count = write_bundle(temporary[target], header, _snapshots(files), _settings(files))
    typer.echo(
        f"Geschreven: {target.as_posix()} ({count} bestanden, {megabytes(target.stat().st_size)}). Geef dit bestand "
        "door; de ontvanger neemt het over met: woonzorg adopt BESTAND"
    )


def _product() -> str:
    try:
        return f"woonzorgkaart {version('woonzorgkaart')}"
    except PackageNotFoundError:
        return "woonzorgkaart, niet geïnstalleerd"


def _snapshots(files: RegionFiles) -> list[Path]:
    """Return the folders to bundle: those of sources that every region has, and of the others what is there."""
    folders = [folder for folder in snapshot_folders(files) if folder.name not in NEVER_BUNDLED]
    return [folder for folder in folders if folder.is_dir() or folder.name in _EVERYWHERE]


def _settings(files: RegionFiles) -> list[Path]:
    settings = files.root / CONFIG / REGION.format(region=files.region)
    return [path for path in (settings, files.local_checks) if path.is_file()]
