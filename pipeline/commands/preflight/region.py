"""Look at one region before a run, as far as its settings can be read."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import shapely
from shapely.geometry.base import BaseGeometry

from pipeline.commands.mergers import merger_remarks
from pipeline.commands.preflight import coverage
from pipeline.commands.preflight.findings import Findings
from pipeline.commands.preflight.source_files import Source, check_ages, check_files, check_sizes, file_fault
from pipeline.errors import SourceError, TableError
from pipeline.settings_files import REGION
from pipeline.sources.csv_rows import show_rows
from pipeline.sources.local_checks import read_local_checks
from pipeline.sources.osm.extract import read_header_extract
from pipeline.tables import RegionFiles

_FOR_COVERAGE = {"region", "areas", "osm", "network", "limits", "target_groups", "witte_vlekken", "preflight"}


def inspect_region(files: RegionFiles, sections: Mapping[str, Any], sources: Sequence[Source], today: date) -> Findings:
    """Look at the files of a region, their age and what they cover.

    Parameters
    ----------
    sections
        The settings that could be read; what needs another is left out, as its fault is reported already.
    """
    found = Findings(sections["region"].label if "region" in sections else files.region)
    check_files(files, sources, found)
    if sections.keys() >= {"facilities", "local_checks"}:
        _check_local_checks(files, sections, today, found)
    extract = _extract(files, sources, found)
    if sections.keys() >= _FOR_COVERAGE:
        _check_coverage(files, sections, extract, found)
    found.remarks += merger_remarks(sections)
    if "preflight" in sections:
        check_sizes(files, sources, sections["preflight"], found)
        check_ages(f"config/{REGION.format(region=files.region)}", sources, sections["preflight"], today, found)
    return found


def _check_local_checks(files: RegionFiles, sections: Mapping[str, Any], today: date, found: Findings) -> None:
    """Read the local checks, and remark on those that the day of reference still counts and the calendar does not."""
    try:
        checks = read_local_checks(files.local_checks, list(sections["facilities"].categories))
    except SourceError as error:
        found.faults += error.faults
        return
    as_of = sections["local_checks"].as_of
    expired = checks[(checks["expires"] >= as_of) & (checks["expires"] < today.isoformat())]
    if len(expired):
        found.remarks.append(
            f"{files.local_checks.name}, rij {show_rows(expired['check_id'])}: verlopen na de peildatum {as_of}, dus "
            f"telt nog mee; controleer opnieuw, of zet local_checks.as_of op vandaag."
        )


def _check_coverage(
    files: RegionFiles, sections: Mapping[str, Any], extract: shapely.Polygon | None, found: Findings
) -> None:
    tables = _tables_of_last_run(files, found)
    outline = _outline(files, sections, found) if tables is None else tables.base_areas.union_all()
    if tables is not None:
        coverage.check_tables(tables, sections["preflight"], found)
    if extract is None or outline is None:
        return
    if sections["osm"].origin == "file":
        coverage.check_extract(extract, outline, sections["network"], sections["target_groups"], found)
    if tables is not None:
        share_beyond = sections["witte_vlekken"].share_beyond
        coverage.check_edge(tables, extract, sections["target_groups"], share_beyond, found)


def _tables_of_last_run(files: RegionFiles, found: Findings) -> coverage.Tables | None:
    if not files.processed(coverage.METRICS).is_file():
        return None
    try:
        return coverage.read_tables(files)
    except TableError as error:
        found.remarks.append(
            f"de vorige uitkomsten zijn niet te gebruiken ({error.faults[0].rstrip('.')}); een run maakt ze opnieuw."
        )
        return None


def _outline(files: RegionFiles, sections: Mapping[str, Any], found: Findings) -> BaseGeometry | None:
    layers = [layer for layer in sections["areas"].layers if layer.level == "wijk"]
    if sections["areas"].origin == "demo" or any(file_fault(files.incoming / layer.file) for layer in layers):
        return None
    with found.collected():
        return coverage.outline_of_files(files, sections["areas"], sections["region"], sections["limits"])
    return None


def _extract(files: RegionFiles, sources: Sequence[Source], found: Findings) -> shapely.Polygon | None:
    """Return what the extract of the coming run says to cover; None where there is none yet or it does not say."""
    for osm in (source for source in sources if source.kind == "osm"):
        pbf = (files.incoming if osm.brought else files.snapshot("osm")) / osm.files[0].file
        if file_fault(pbf) is not None:
            continue
        with found.collected():
            extract = read_header_extract(pbf)
            if extract is None:
                found.facts.append(
                    ("Uittreksel", "noemt zijn grenzen niet; of de rand ruim genoeg is, blijkt bij de run")
                )
            return extract
    return None
