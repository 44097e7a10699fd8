"""The reference of nearness: a row per area and measure, and what cannot be is refused."""

from pathlib import Path

import pytest

from pipeline.config.sources import ReferenceTable
from pipeline.errors import SourceError
from pipeline.sources.reference_figures import read_reference
from tests.sources.figure_settings import LIMITS, SOURCE


def reference(**changed: object) -> ReferenceTable:
    columns = {"gp": {"mean_km": "gp_km", "within_1_km": "gp_1"}, "stop": {"mean_km": "stop_km"}}
    settings = {"file": "g.csv", "year": 2024, "code": "gebied", "rounding": 0.1, "columns": columns}
    return ReferenceTable.model_validate({**settings, **SOURCE, **changed})


REFERENCE = "gebied,gp_km_106,gp_1,stop_km\n"


def test_the_reference_has_a_row_per_area_and_measure_with_its_rounding(tmp_path: Path) -> None:
    text = REFERENCE + "NL00,9.9,9.9,9.9\nGM0166 ,1.5,1.0,-99997\nBU01660000,0.5,0.0,.\n"
    (tmp_path / "g.csv").write_text(text, encoding="utf-8")
    found = read_reference([reference()], tmp_path, LIMITS).set_index(["area_code", "category", "measure"])
    assert len(found) == 6
    intervals = found[["value", "low", "high"]].T.to_dict("list")
    assert intervals["GM0166", "gp", "mean_km"] == pytest.approx([1.5, 1.45, 1.55])
    assert intervals["BU01660000", "gp", "within_1_km"] == [0.0, 0.0, 0.05]
    assert found.xs("stop", level="category")["value"].isna().all()
    assert set(found["year"]) == {2024}
    assert read_reference([], tmp_path, LIMITS).empty


@pytest.mark.parametrize(
    ("rows", "fault"),
    [
        ("GM0166,1.5,1.0,1.0\nGM0166,1.5,1.0,1.0\n", "GM0166 komt meer dan eens voor"),
        ("Kampen,1.5,1.0,1.0\n", "'Kampen' is geen code van een gebied"),
        ("NL00,1.5,1.0,1.0\n", "geen rijen"),
        ("GM0166,1500,1.0,1.0\n", "is onmogelijk: meer dan 200 kilometer"),
        ("GM0166,1.5,9999,1.0\n", "is onmogelijk: meer dan 2000 voorzieningen"),
        ("GM0166,1.5,-1,1.0\n", "is negatief"),
    ],
)
def test_a_reference_that_cannot_be_is_refused(rows: str, fault: str, tmp_path: Path) -> None:
    (tmp_path / "g.csv").write_text(REFERENCE + rows, encoding="utf-8")
    with pytest.raises(SourceError, match=fault):
        read_reference([reference()], tmp_path, LIMITS)


def test_one_measure_of_an_area_in_two_tables_is_refused(tmp_path: Path) -> None:
    (tmp_path / "g.csv").write_text(REFERENCE + "GM0166,1.5,1.0,1.0\n", encoding="utf-8")
    with pytest.raises(SourceError, match="mean_km van gp voor GM0166 staat in meer dan één tabel"):
        read_reference([reference(), reference()], tmp_path, LIMITS)


def test_only_the_rows_that_are_asked_for_are_the_reference(tmp_path: Path) -> None:
    text = "gebied,gp_km,gp_1,stop_km,water\nGM0166,1.5,1.0,1.0,NEE\nGM0166,8.5,1.0,1.0,JA\n"
    (tmp_path / "g.csv").write_text(text, encoding="utf-8")
    found = read_reference([reference(where={"water": "NEE"})], tmp_path, LIMITS)
    assert found["value"].tolist() == [1.5, 1.0, 1.0]
