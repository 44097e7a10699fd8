"""Completeness through the stages: in the sample region, whose map lacks practices, and in the tiny one."""

import json
import shutil
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import yaml

from pipeline import contracts
from pipeline.errors import SourceError
from pipeline.tables import RegionFiles
from tests import sample_region, tiny_region
from tests.stage_runs import run_stages, stage_names
from tests.tiny_region import REGION

UNTIL_JUDGED = stage_names()[: stage_names().index("judge_completeness") + 1]


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> RegionFiles:
    """Return a small sample region until it is judged."""
    root = tmp_path_factory.mktemp("markerwaard")
    sample_region.copy_settings(root, addresses=6000)
    return run_stages(root, sample_region.REGION, UNTIL_JUDGED)


def test_the_category_that_the_sample_map_lacks_is_doubtful_and_the_others_are_complete(sample: RegionFiles) -> None:
    judged = sample.read(contracts.COMPLETENESS).set_index("category")
    by_figures = judged[judged["basis"] == "cbs"]["judgement"].to_dict()
    assert by_figures == {"gp": "doubtful", "hospital": "complete", "pharmacy": "complete", "supermarket": "complete"}
    assert judged.loc[["stop", "meeting_place"], "basis"].tolist() == ["known", "overrule"]
    measures = sample.read(contracts.COMPLETENESS_MEASURES).set_index(["category", "measure"])
    assert set(measures.loc["supermarket", "area_level"]) == {"buurt"}
    assert set(measures.loc["hospital", "area_level"]) == {"gemeente"}


def test_two_ways_to_work_out_distances_over_roads_agree(sample: RegionFiles) -> None:
    """What the generator counts from its own streets is what the pipeline finds in the extract, but for rounding."""
    measures = sample.read(contracts.COMPLETENESS_MEASURES).set_index(["category", "measure"])["difference"]
    assert measures["supermarket"].abs().max() < 0.05
    assert measures["gp", "within_3_km"] < -1
    areas = sample.read(contracts.COMPLETENESS_AREAS)
    shops = areas[(areas["category"] == "supermarket") & (areas["outcome"] == "enough")]
    assert (shops["ours"] - shops["cbs"]).abs().quantile(0.9) < 0.15


# --- The tiny region -------------------------------------------------------------------------------------------------


def changed(finished: Path, tmp_path: Path, change: Any, *, rows: dict[str, str] | None = None) -> Path:
    root = tmp_path / "project"
    shutil.copytree(finished, root)
    content = tiny_region.settings()
    change(content)
    tiny_region.write_settings(root, content)
    if rows:
        figures = root / "data/raw" / REGION / "figures/gemeente.csv"
        frame = pd.read_csv(figures, dtype="str").assign(**rows)
        figures.write_text(frame.to_csv(index=False), encoding="utf-8")
    return root


def rerun(root: Path) -> RegionFiles:
    names = stage_names()
    return run_stages(root, REGION, names[names.index("judge_completeness") :])


def test_doubt_and_its_figures_reach_verdicts_metrics_and_pages(finished_tiny_region: Path, tmp_path: Path) -> None:
    root = changed(finished_tiny_region, tmp_path, lambda _: None, rows={"huisartsen_binnen_3_km": "4.0"})
    files = rerun(root)
    verdicts = files.read(contracts.CATEGORY_VERDICTS)
    assert set(verdicts.loc[verdicts["category"] == "gp", "completeness"]) == {"doubtful"}
    assert set(verdicts.loc[verdicts["category"] == "supermarket", "completeness"]) == {"complete"}
    metrics = json.loads(files.processed("metrics.json").read_text(encoding="utf-8"))["completeness"]["gp"]
    assert metrics["judgement"] == "doubtful"
    assert metrics["within_3_km"] == {
        "ours": 1.0, "cbs": 4.0, "difference": -3.0, "judged_people_share": 1.0, "outcome": "too_few"
    }  # fmt: skip
    for page in ("index.html", "kaart.html"):
        text = files.published(page).read_text(encoding="utf-8")
        assert "binnen 3 km gemiddeld 1,0 tegen 4,0 volgens het CBS (2024)" in text


def test_an_overrule_wins_and_is_shown_with_its_reason(finished_tiny_region: Path, tmp_path: Path) -> None:
    def overrule(content: Any) -> None:
        content["completeness"]["overrules"]["gp"] = {"judgement": "complete", "reason": "alle praktijken nagebeld"}

    files = rerun(changed(finished_tiny_region, tmp_path, overrule, rows={"huisartsen_binnen_3_km": "4.0"}))
    verdicts = files.read(contracts.CATEGORY_VERDICTS)
    assert set(verdicts.loc[verdicts["category"] == "gp", "completeness"]) == {"complete"}
    text = files.published("index.html").read_text(encoding="utf-8")
    assert "Alle praktijken nagebeld." in text
    assert "zo ingesteld; de cijfers: mogelijk niet allemaal op de kaart" in text


def test_a_region_without_figures_of_cbs_leaves_categories_unknown(finished_tiny_region: Path, tmp_path: Path) -> None:
    def without(content: Any) -> None:
        del content["figures"]["reference"]

    files = rerun(changed(finished_tiny_region, tmp_path, without))
    judged = files.read(contracts.COMPLETENESS).set_index("category")["judgement"]
    assert judged["gp"] == judged["supermarket"] == "unknown"
    assert files.read(contracts.COMPLETENESS_MEASURES).empty
    verdicts = files.read(contracts.CATEGORY_VERDICTS)
    beyond = verdicts[(verdicts["category"] == "supermarket") & (verdicts["reach"] == "beyond")]
    assert len(beyond)
    assert beyond["is_provisional"].all()


def test_figures_of_another_gemeente_are_named(finished_tiny_region: Path, tmp_path: Path) -> None:
    root = changed(finished_tiny_region, tmp_path, lambda _: None, rows={"gemeente": ""})
    path = root / "data/raw" / REGION / "figures/gemeente.csv"
    path.write_text(path.read_text(encoding="utf-8").replace("\n,", "\nGM0007,", 1).replace("\n,", "\nGM0008,", 1))
    with pytest.raises(SourceError, match=r"gemeente\.csv: geen rij voor een gebied van deze regio"):
        rerun(root)


def test_small_shops_are_left_out_of_the_comparison_alone(finished_tiny_region: Path, tmp_path: Path) -> None:
    """A supermarket that is a small shop by its tags counts for people who walk there, not beside CBS's large ones."""
    root = changed(finished_tiny_region, tmp_path, lambda _: None)
    params = root / "config/params.yaml"
    content = yaml.safe_load(params.read_text(encoding="utf-8"))
    content["completeness_limits"]["not_compared"] = {"supermarket": [{"shop": "supermarket", "name": "Super"}]}
    params.write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")
    files = rerun(root)
    judged = files.read(contracts.COMPLETENESS).set_index("category")
    assert judged.loc["supermarket", ["judgement", "mapped_count"]].tolist() == ["doubtful", 0]
    assert (files.read(contracts.FACILITIES)["category"] == "supermarket").sum() == 1


def test_a_local_check_counts_before_completeness_is_judged(finished_tiny_region: Path, tmp_path: Path) -> None:
    root = changed(finished_tiny_region, tmp_path, lambda _: None)
    tiny_region.write_checks(root, [{
        "check": "gone", "category": "gp", "facility": "Huisarts", "role": "wijkraad", "source": "rondgang",
        "date": "2024-06-01", "expires": "2026-06-01",
    }])  # fmt: skip
    names = stage_names()
    files = run_stages(root, REGION, ["apply_local_checks", *names[names.index("judge_completeness") :]])
    judged = files.read(contracts.COMPLETENESS).set_index("category")
    assert judged.loc["gp", ["judgement", "mapped_count"]].tolist() == ["doubtful", 0]
