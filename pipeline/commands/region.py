"""The region that a command is about."""

from pathlib import Path
from typing import Annotated

import typer

from pipeline.errors import WoonzorgError
from pipeline.publish.results import Results
from pipeline.settings_files import read_sections
from pipeline.stages.results import read_results
from pipeline.stages.run import CONFIG, sections_of
from pipeline.tables import RegionFiles

REGION_ARGUMENT = Annotated[str, typer.Argument(help="Naam van de regio, zoals in config/regions/.")]


def require_region(root: Path, region: str) -> RegionFiles:
    """Return the files of a region that has settings.

    Raises
    ------
    WoonzorgError
        If there are no settings of that name; with the names to choose from.
    """
    known = sorted(one.stem for one in (root / CONFIG / "regions").glob("*.yaml"))
    if region not in known:
        raise WoonzorgError(f"regio '{region}' bestaat niet; kies uit: {', '.join(known) or 'nog geen'}.")
    return RegionFiles(root, region)


def read_region(region: str) -> Results:
    """Read the results of a region below the working folder.

    Raises
    ------
    WoonzorgError
        If its settings have faults or the region was not run yet.
    """
    sections = read_sections(CONFIG, sections_of(read_results), region)
    return read_results(RegionFiles(Path(), region), **sections)
