"""Read everything that publication shows, from the tables and records of one region."""

import json

import pandas as pd

from pipeline import contracts
from pipeline.config.facilities import FacilitySettings
from pipeline.config.params import MapSettings, WitteVlekSettings
from pipeline.config.profiles import Profiles
from pipeline.config.region import RegionSettings
from pipeline.config.target_groups import TargetGroupSettings
from pipeline.errors import TableError
from pipeline.publish.results import Results
from pipeline.sources.snapshots import SNAPSHOTS, read_provenance
from pipeline.tables import RegionFiles


def read_results(
    files: RegionFiles,
    *,
    region: RegionSettings,
    facilities: FacilitySettings,
    target_groups: TargetGroupSettings,
    profiles: Profiles,
    witte_vlekken: WitteVlekSettings,
    map: MapSettings,
) -> Results:
    """Read the results of a region.

    Raises
    ------
    TableError
        If a table is missing: the region was not run yet.
    """
    metrics = files.processed("metrics.json")
    if not metrics.is_file():
        raise TableError(f"{metrics.as_posix()}: ontbreekt; draai eerst `dvc repro`.")
    return Results(
        region_code=files.region,
        region=region,
        categories=facilities.categories,
        target_groups=target_groups,
        profiles=profiles,
        witte_vlekken=witte_vlekken,
        map=map,
        units=files.read(contracts.UNITS),
        base_areas=files.read(contracts.BASE_AREAS),
        known_facilities=files.read(contracts.KNOWN_FACILITIES),
        conflation=files.read(contracts.CONFLATION),
        facilities=files.read(contracts.FACILITIES),
        background=files.read(contracts.BACKGROUND),
        local_checks=files.read(contracts.LOCAL_CHECKS),
        check_findings=files.read(contracts.CHECK_FINDINGS),
        unit_paths=files.read(contracts.UNIT_PATHS),
        clusters=files.read(contracts.CLUSTERS),
        unit_demand=pd.concat(
            [files.read(contracts.UNIT_DEMAND), files.read(contracts.CLUSTER_DEMAND)], ignore_index=True
        ),
        reach_distances=files.read(contracts.REACH_DISTANCES),
        reach_shares=files.read(contracts.REACH_SHARES),
        category_verdicts=files.read(contracts.CATEGORY_VERDICTS),
        verdicts=files.read(contracts.VERDICT_TABLE),
        completeness=files.read(contracts.COMPLETENESS),
        completeness_measures=files.read(contracts.COMPLETENESS_MEASURES),
        checks=files.read(contracts.CHECKS),
        provenance=[record for source in SNAPSHOTS for record in read_provenance(files.snapshot(source))],
        metrics=json.loads(metrics.read_text(encoding="utf-8")),
        figure_comparison=files.read(contracts.FIGURE_COMPARISON),
    )
