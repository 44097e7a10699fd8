"""Stage: bring the facilities of registers together with those of the map."""

from dataclasses import asdict
from pathlib import Path

import geopandas as gpd
import pandas as pd

from pipeline.config.params import NetworkSettings
from pipeline.config.registers import ConflationSettings, RegisterSettings
from pipeline.config.sources import OsmSettings
from pipeline.config.target_groups import TargetGroupSettings
from pipeline.contracts import BASE_AREAS, CONFLATION, CRS, KNOWN_FACILITIES, MAPPED_FACILITIES
from pipeline.model.addresses import locate_rows, take_answers
from pipeline.model.conflation import conflate, from_map
from pipeline.sources.facility_registers import read_registers
from pipeline.sources.locatieserver import ANSWER_FIELDS, read_answers
from pipeline.sources.osm.addresses import read_numbered_addresses
from pipeline.sources.snapshots import read_provenance
from pipeline.stages.extract import extract_around
from pipeline.stages.run import run
from pipeline.tables import RegionFiles


def conflate_facilities(
    files: RegionFiles,
    *,
    facility_registers: RegisterSettings,
    conflation: ConflationSettings,
    osm: OsmSettings,
    network: NetworkSettings,
    target_groups: TargetGroupSettings,
) -> None:
    """Find where the rows of registers are and which are known already; tell what became of every row."""
    pbf, snapshot = files.snapshot("osm") / osm.file, files.snapshot("facility_registers")
    rows = read_registers(facility_registers.files, snapshot)
    located = locate_rows(rows, read_numbered_addresses(pbf))
    answers = read_answers(snapshot) if facility_registers.geocoder else {}
    placed = take_answers(located, pd.DataFrame(map(asdict, answers.values()), columns=ANSWER_FIELDS))
    points = gpd.GeoSeries.from_xy(placed["x_m"], placed["y_m"], crs=CRS).where(placed["x_m"].notna())
    known = from_map(files.read(MAPPED_FACILITIES), _dates(files.snapshot("osm"))[osm.file])
    extract = extract_around(pbf, files.read(BASE_AREAS), network, target_groups)
    dates = {one.file: _dates(snapshot)[one.file] for one in facility_registers.files}
    facilities, told = conflate(known, gpd.GeoDataFrame(placed, geometry=points), dates, extract, conflation)
    files.write((KNOWN_FACILITIES, facilities), (CONFLATION, told))


def _dates(snapshot: Path) -> dict[str, str]:
    """Return the day of which each file of a snapshot tells."""
    return {str(record["file"]): str(record["reference_date"]) for record in read_provenance(snapshot)}


if __name__ == "__main__":
    run(conflate_facilities)
