"""Timetables through the stages: in the tiny region one stop is mapped, Halte, in the south-west."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from pipeline.contracts import CATEGORY_VERDICTS, DISTANCES, FACILITIES, STOP_SERVICES
from pipeline.errors import SourceError
from pipeline.sources.snapshots import read_provenance
from pipeline.tables import RegionFiles
from tests import tiny_region
from tests.sources.timetables.feeds import Tables, feed, stop, there_and_back, trips, write
from tests.stage_runs import hashes, run_stages
from tests.tiny_region import REGION

FILE = "dienstregeling.zip"
SOURCE = {"from": "file", "file": FILE, "what": "Dienstregeling", "holder": "Test", "licence": "CC0",
          "reference_date": "2024-01-01"}  # fmt: skip
FETCH = ["fetch_timetables", "read_timetables", "extract_facilities", "conflate_facilities",
         "apply_local_checks"]  # fmt: skip
JUDGE = ["judge_completeness", "compute_reach", "summarise_reach", "flag_witte_vlekken"]
HALTE = [stop("Ah", 310, 510, "Halte"), stop("At", 310, 520, "Halte")]
PLEIN = [stop("Bh", 1_800, 510, "Plein"), stop("Bt", 1_800, 520, "Plein")]


def run(root: Path, tables: Tables, stages: Sequence[str]) -> RegionFiles:
    """Run stages with this feed."""
    tiny_region.write_settings(root, {**tiny_region.settings(), "timetables": SOURCE})
    write(RegionFiles(root, REGION).incoming / FILE, tables)
    return run_stages(root, REGION, stages)


def between(first: Sequence[Any], last: Sequence[Any], hours: Sequence[int] = range(7, 20)) -> Tables:
    """Make a feed with one line between two stops."""
    there, back = trips("1", ("Ah", "Bh"), hours), trips("1", ("Bt", "At"), hours)
    return feed(there, back, stops=[*first, *last])


def test_without_a_timetable_stops_count_and_are_doubtful(tiny: Path) -> None:
    files = RegionFiles(tiny, REGION)
    assert read_provenance(files.snapshot("timetables")) == []
    assert files.read(STOP_SERVICES).empty
    service = files.read(FACILITIES).set_index("category")["service"]
    assert service["stop"] == "unknown"
    assert service.drop("stop").isna().all()
    verdicts = files.read(CATEGORY_VERDICTS)
    assert set(verdicts.query("category == 'stop'")["completeness"]) == {"doubtful"}
    assert set(verdicts.query("category == 'supermarket'")["completeness"]) == {"complete"}
    assert files.read(DISTANCES).query("category == 'stop'")["nearest_m"].notna().all()
    assert "De dienstregeling is niet bekend" in files.published("index.html").read_text("utf-8")


def test_a_stop_with_too_little_service_stays_on_the_map_and_does_not_count(tiny: Path) -> None:
    files = run(tiny, between(HALTE, PLEIN, range(8, 20, 2)), [*FETCH, *JUDGE, "check_results", "publish_map"])
    stops = files.read(FACILITIES).query("category == 'stop'")
    assert stops[["facility_name", "service", "timetable_ids"]].values.tolist() == [["Halte", "less", "Ah At"]]
    assert files.read(DISTANCES).query("category == 'stop'")["nearest_m"].isna().all()
    verdicts = files.read(CATEGORY_VERDICTS).query("category == 'stop'")
    assert set(verdicts["completeness"]) == {"complete"}
    page = files.published("kaart.html").read_text("utf-8")
    assert "te weinig vertrek volgens de dienstregeling; telt niet mee" in page


def test_served_stops_that_the_map_lacks_are_added_and_walked_to(tiny: Path) -> None:
    files = run(tiny, between(HALTE, PLEIN), [*FETCH, *JUDGE])
    stops = files.read(FACILITIES).query("category == 'stop'").set_index("facility_name")
    assert stops["service"].to_dict() == {"Halte": "hourly", "Plein": "hourly"}
    assert stops["osm_ids"].isna().to_dict() == {"Halte": False, "Plein": True}
    nearest = set(files.read(DISTANCES).query("category == 'stop'")["nearest_id"])
    assert nearest == set(stops["facility_id"])


def test_the_snapshot_is_the_feed_with_its_record(tiny: Path) -> None:
    files = run(tiny, between(HALTE, PLEIN), ["fetch_timetables"])
    snapshot = files.snapshot("timetables")
    assert (snapshot / FILE).read_bytes() == (files.incoming / FILE).read_bytes()
    assert [record["holder"] for record in read_provenance(snapshot)] == ["Test"]


@pytest.mark.parametrize("damage", [bytes.upper, lambda content: content[:-9], lambda content: content[:0]])
def test_a_damaged_feed_leaves_the_earlier_snapshot(damage: Any, tiny: Path) -> None:
    files = run(tiny, feed(there_and_back()), ["fetch_timetables"])
    before = hashes(files.snapshot("timetables"))
    path = files.incoming / FILE
    path.write_bytes(damage(path.read_bytes()))
    with pytest.raises(SourceError):
        run_stages(tiny, REGION, ["fetch_timetables"])
    assert hashes(files.snapshot("timetables")) == before


def test_a_feed_that_is_not_there_is_told(tiny: Path) -> None:
    tiny_region.write_settings(tiny, {**tiny_region.settings(), "timetables": SOURCE})
    with pytest.raises(SourceError, match=r"incoming/dienstregeling.zip: bestand ontbreekt"):
        run_stages(tiny, REGION, ["fetch_timetables"])
