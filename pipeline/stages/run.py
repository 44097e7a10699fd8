"""Run a stage from the command line: ``python -m pipeline.stages.<stage> <region>``.

The arguments of a stage say what it reads: each is a section of the settings (`settings_files.SECTIONS`).
"""

import inspect
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NoReturn

from pipeline.errors import WoonzorgError
from pipeline.settings_files import read_sections
from pipeline.tables import RegionFiles

CONFIG = Path("config")


def sections_of(stage: Callable[..., object]) -> list[str]:
    """Return the sections of the settings that `stage` reads."""
    return [name for name in inspect.signature(stage).parameters if name != "files"]


def run(stage: Callable[..., None]) -> None:
    """Run `stage` for the region named on the command line; faults go to standard error, and the exit status is 1."""
    region = sys.argv[1]
    try:
        sections = read_sections(CONFIG, sections_of(stage), region)
        stage(RegionFiles(Path(), region), **sections)
    except WoonzorgError as error:
        _report(region, error.faults)
    except OSError as error:
        _report(region, [f"lezen of schrijven mislukte ({error}); controleer schijfruimte en rechten."])


def _report(region: str, faults: Sequence[str]) -> NoReturn:
    for fault in faults:
        print(f"FOUT {region}: {fault}", file=sys.stderr)
    sys.exit(1)
