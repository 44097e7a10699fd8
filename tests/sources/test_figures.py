"""Figures: rounding as an interval, unknown as unknown, columns by their stem."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from pipeline.config.sources import FigureTable
from pipeline.errors import SourceError
from pipeline.sources.codes import clean_codes, is_code
from pipeline.sources.figures import read_figures
from tests.sources.figure_settings import LIMITS, SOURCE


def table(**settings: Any) -> FigureTable:
    return FigureTable.model_validate({"file": "t.csv", "year": 2024, "code": "code", **SOURCE, **settings})


def read(folder: Path, text: str, settings: FigureTable) -> pd.DataFrame:
    (folder / "t.csv").write_text(text, encoding="utf-8")
    return read_figures([settings], folder, LIMITS).set_index(["area_code", "variable"])


def bounds(found: pd.DataFrame, code: str, variable: str) -> list[float]:
    rows = found.reset_index()
    rows = rows[(rows["area_code"] == code) & (rows["variable"] == variable)]
    assert len(rows) == 1
    return [float(rows[name].iloc[0]) for name in ("value", "low", "high")]


def test_a_rounded_count_is_an_interval_that_stays_above_zero(tmp_path: Path) -> None:
    settings = table(columns={"people": {"column": "people", "rounding": 5}})
    found = read(tmp_path, "code,people\n8261,20\n8262,0\n8263,.\n", settings)
    assert bounds(found, "8261", "people") == [20, 17.5, 22.5]
    assert bounds(found, "8262", "people") == [0, 0, 2.5]
    assert all(np.isnan(bounds(found, "8263", "people")))


def test_a_percentage_of_a_count_multiplies_both_intervals(tmp_path: Path) -> None:
    columns = {
        "people": {"column": "people", "rounding": 5},
        "older": {"column": "share", "unit": "percent", "rounding": 1, "percent_of": "people"},
    }
    text = "code,people,share\nBU00010000,200,20\nBU00010001,0,-99997\nBU00010002,50,-99997\n"
    found = read(tmp_path, text, table(columns=columns))
    assert bounds(found, "BU00010000", "older") == pytest.approx([40, 0.195 * 197.5, 0.205 * 202.5])
    assert bounds(found, "BU00010001", "older") == [0, 0, 2.5]
    assert np.isnan(bounds(found, "BU00010002", "older")[0])


def test_a_percentage_becomes_a_share(tmp_path: Path) -> None:
    settings = table(columns={"share": {"column": "Beperking", "unit": "percent", "rounding": 0.1}})
    found = read(tmp_path, "code,Beperking_23\nWK016600  , 21.0\n", settings)
    assert bounds(found, "WK016600", "share") == pytest.approx([0.21, 0.2095, 0.2105])


def test_a_long_table_keeps_the_keys_that_are_asked_for(tmp_path: Path) -> None:
    settings = table(key="age", value="n", rounding=5, keys={"70": "age_70"}, where={"sex": "total"})
    text = "code,age,sex,n\nPC8261  ,70,total,25\nPC8261  ,75,total,10\nPC8261  ,70,men,15\n"
    found = read(tmp_path, text, settings)
    assert found["value"].to_dict() == {("8261", "age_70"): 25.0}


@pytest.mark.parametrize("heading", ["Woningen_106", "Woningen"])
def test_a_column_is_found_by_its_stem(heading: str, tmp_path: Path) -> None:
    settings = table(columns={"homes": {"column": "Woningen", "rounding": 5}})
    assert len(read(tmp_path, f"code,{heading},WoningenAnders_5\n8261,15,9\n", settings)) == 1


def test_two_columns_with_one_stem_are_refused(tmp_path: Path) -> None:
    settings = table(columns={"km": {"column": "Afstand", "rounding": 0.1}})
    with pytest.raises(SourceError, match="meer dan eens voor"):
        read(tmp_path, "code,Afstand_5,Afstand_6\n8261,1.5,9\n", settings)


def test_one_figure_in_two_tables_is_refused(tmp_path: Path) -> None:
    settings = table(columns={"people": {"column": "people", "rounding": 5}})
    (tmp_path / "t.csv").write_text("code,people\n8261,20\n", encoding="utf-8")
    with pytest.raises(SourceError, match="people van 8261 staat in meer dan één tabel"):
        read_figures([settings, settings], tmp_path, LIMITS)


def test_codes_are_made_alike() -> None:
    raw = pd.Series([" bu01660003", "WK016600  ", "PC8261", "8261.0", "GM0166"], dtype="str")
    codes = clean_codes(raw)
    assert codes.tolist() == ["BU01660003", "WK016600", "8261", "8261", "GM0166"]
    assert is_code(codes, "postcode").tolist() == [False, False, True, True, False]


def test_wijken_and_buurten_of_amsterdam_have_letters() -> None:
    codes = pd.Series(["WK0363AA", "WK016600", "WK03630A1", "BU0363AA01", "BU01660000", "BU0363AAB1", "GM03AA"])
    assert is_code(codes, "wijk").tolist() == [True, True, False, False, False, False, False]
    assert is_code(codes, "buurt").tolist() == [False, False, False, True, True, False, False]
    assert not is_code(codes, "gemeente").any()
