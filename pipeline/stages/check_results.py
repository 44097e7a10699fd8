"""Stage: check the results before anything is published, and note the figures of the run."""

import json

import pandas as pd

from pipeline import contracts
from pipeline.config.facilities import FacilitySettings
from pipeline.config.region import LocalCheckSettings
from pipeline.config.sources import FigureSettings
from pipeline.contracts import CHECK_FINDINGS, CHECKS, FACILITIES, FIGURES, KNOWN_FACILITIES
from pipeline.errors import CheckError, raise_faults
from pipeline.model import check_findings
from pipeline.model import checks as model
from pipeline.model.judgements import describe
from pipeline.model.matching import matched_shares
from pipeline.sources.snapshots import read_provenance
from pipeline.stages.run import run
from pipeline.tables import RegionFiles, replaced_together, write_table

CHECKED = (
    contracts.BASE_AREAS,
    contracts.UNITS,
    contracts.DWELLINGS,
    contracts.DEMAND,
    contracts.UNIT_DEMAND,
    contracts.CLUSTERS,
    contracts.CLUSTER_DEMAND,
    contracts.LOCAL_CHECKS,
    contracts.ACCESS,
    contracts.UNJOINED_FACILITIES,
    contracts.COMPLETENESS,
    contracts.COMPLETENESS_MEASURES,
    contracts.COMPLETENESS_AREAS,
    contracts.DISTANCES,
    contracts.REACH_DISTANCES,
    contracts.REACH_SHARES,
    contracts.CATEGORY_VERDICTS,
    contracts.VERDICT_TABLE,
)


def check_results(
    files: RegionFiles,
    *,
    figures: FigureSettings,
    facilities: FacilitySettings,
    local_checks: LocalCheckSettings,
) -> None:
    """Hold the results against what must always be true; one that is not stops the run here."""
    tables = {contract.name: files.read(contract) for contract in CHECKED}
    checks = model.check_results(tables)
    failed = checks[~checks["is_passed"]]
    raise_faults(
        CheckError,
        [f"controle {row.check} faalt voor {row.fault_count} van {row.row_count} rijen: {row.detail}; meld deze fout."
         for row in failed.itertuples()],
    )  # fmt: skip
    metrics = _metrics(files, tables, figures)
    findings = _contradictions(files, tables, local_checks, same_place_m=facilities.same_place_m)
    written = [(CHECKS, checks), (CHECK_FINDINGS, findings)]
    metrics_file = files.processed("metrics.json")
    with replaced_together(metrics_file, *(files.table(one) for one, _ in written)) as temporary:
        for contract, frame in written:
            write_table(contract, frame, temporary[files.table(contract)])
        text = json.dumps(metrics, ensure_ascii=False, indent=2) + "\n"
        temporary[metrics_file].write_text(text, encoding="utf-8", newline="\n")


def _metrics(files: RegionFiles, tables: model.Tables, figures: FigureSettings) -> dict[str, object]:
    """Return the figures of the run, beside what CBS counts."""
    measures = tables["completeness_measures"]
    mean_km = measures[measures["measure"] == "mean_km"]
    cbs_car_km = dict(zip(mean_km["category"], mean_km["cbs"].round(3), strict=True))
    return {
        **model.describe_run(tables, cbs_car_km),
        "figures_matched_share": matched_shares(files.read(FIGURES), tables["dwellings"]),
        "completeness": describe(tables["completeness"], measures),
        "reference": [{name: getattr(one, name) for name in ("year", "what", "holder")} for one in figures.reference],
    }


def _contradictions(
    files: RegionFiles, tables: model.Tables, settings: LocalCheckSettings, *, same_place_m: float
) -> pd.DataFrame:
    """Return what sources say against local checks."""
    local, dwellings = tables["local_checks"], tables["dwellings"]
    asked = dwellings[dwellings["unit_code"].isin(local["unit_code"])]
    return check_findings.find_contradictions(
        local, files.read(KNOWN_FACILITIES),
        check_findings.nearest_to_units(tables["distances"], asked, files.read(FACILITIES)),
        source_date=read_provenance(files.snapshot("osm"))[0]["reference_date"],
        as_of=settings.as_of, same_place_m=same_place_m,
    )  # fmt: skip


if __name__ == "__main__":
    run(check_results)
