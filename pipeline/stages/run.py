"""Run a stage from the command line: ``python -m pipeline.stages.<stage> <region>``.

The arguments of a stage say what it reads: each is a section of the settings (`settings_files.SECTIONS`).
"""

import inspect
import json
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import NoReturn

from pipeline.errors import WoonzorgError
from pipeline.settings_files import read_sections
from pipeline.tables import RegionFiles, replaced_together

CONFIG = Path("config")
DURATIONS = Path(".woonzorg/durations")
"""Notes of how long each stage took on this machine: no output, and nothing that an output depends on."""


def sections_of(stage: Callable[..., object]) -> list[str]:
    """Return the sections of the settings that `stage` reads: its arguments without a default, but for the files."""
    parameters = inspect.signature(stage).parameters.values()
    return [one.name for one in parameters if one.name != "files" and one.default is inspect.Parameter.empty]


def run(stage: Callable[..., None]) -> None:
    """Run `stage` for the region named on the command line; faults go to standard error, and the exit status is 1."""
    # The processor time so far is that of importing: a run waits for that as well.
    begun = time.perf_counter() - time.process_time()
    if len(sys.argv) != 2:
        print(f"FOUT: noem één regio: python -m pipeline.stages.{stage.__name__} <regio>.", file=sys.stderr)
        sys.exit(1)
    region = sys.argv[1]
    files = RegionFiles(Path(), region)
    try:
        sections = read_sections(CONFIG, sections_of(stage), region)
        stage(files, **sections)
    except WoonzorgError as error:
        _report(region, error.faults)
    except OSError as error:
        _report(region, [f"lezen of schrijven mislukte ({error}); controleer schijfruimte en rechten."])
    _note_duration(stage.__name__, files, time.perf_counter() - begun)


def _note_duration(stage: str, files: RegionFiles, seconds: float) -> None:
    """Note how long a stage took, and for how large an extract; a note that cannot be written is left out."""
    note = files.root / DURATIONS / f"{stage}@{files.region}.json"
    with suppress(OSError):
        extract_bytes = sum(one.stat().st_size for one in files.snapshot("osm").glob("*.pbf"))
        with replaced_together(note) as temporary:
            text = json.dumps({"seconds": round(seconds, 2), "extract_bytes": extract_bytes}) + "\n"
            temporary[note].write_text(text, encoding="utf-8")


def _report(region: str, faults: Sequence[str]) -> NoReturn:
    for fault in faults:
        print(f"FOUT {region}: {fault}", file=sys.stderr)
    sys.exit(1)
