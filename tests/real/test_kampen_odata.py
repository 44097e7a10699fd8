"""Kampen with its figures served as tables of the CBS has the same figures, value for value."""

from pathlib import Path

import pandas as pd
import pytest

from pipeline.config.sources import FigureSettings
from pipeline.settings_files import read_sections, read_yaml
from pipeline.tables import RegionFiles
from tests.services.served_figures import figures_through_odata, in_order, read
from tests.stage_runs import PROJECT

pytestmark = pytest.mark.real


def test_kampen_has_the_same_figures_through_odata(real_data: Path, tmp_path: Path) -> None:
    region = read_sections(PROJECT / "config", ["region"], "kampen")["region"]
    figures = read_yaml(PROJECT / "config/regions/kampen.yaml")["figures"]
    codes = {"pc4_kerncijfers_2023.csv": ["PC82"], "pc4_leeftijd_2021.csv": ["PC82"]}
    files = RegionFiles(tmp_path, "kampen")
    through, reference = figures_through_odata(real_data, region, figures, codes, files)
    expected, expected_reference = read(FigureSettings.model_validate(figures), real_data)
    pd.testing.assert_frame_equal(in_order(through), in_order(expected))
    assert len(through) > 100
    pd.testing.assert_frame_equal(reference, expected_reference)
