"""The region that a command is about."""

from pathlib import Path
from typing import Annotated

import typer

from pipeline.publish.results import Results
from pipeline.settings_files import read_sections
from pipeline.stages.results import read_results
from pipeline.stages.run import CONFIG, sections_of
from pipeline.tables import RegionFiles

REGION_ARGUMENT = Annotated[str, typer.Argument(help="Naam van de regio, zoals in config/regions/.")]


def read_region(region: str) -> Results:
    """Read the results of a region below the working folder.

    Raises
    ------
    WoonzorgError
        If its settings have faults or the region was not run yet.
    """
    sections = read_sections(CONFIG, sections_of(read_results), region)
    return read_results(RegionFiles(Path(), region), **sections)
