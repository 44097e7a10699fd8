"""The sample region with its figures served as tables of the CBS has the same figures, value for value."""

from pathlib import Path

import pandas as pd

from pipeline.config.sources import FigureSettings
from pipeline.settings_files import read_sections, read_yaml
from pipeline.sources import demo
from pipeline.tables import RegionFiles
from tests.services.served_figures import figures_through_odata, in_order, read
from tests.stage_runs import PROJECT


def test_the_sample_region_has_the_same_figures_through_odata(tmp_path: Path) -> None:
    sections = read_sections(PROJECT / "config", ["demo", "region"], "markerwaard")
    small = sections["demo"].model_copy(update={"addresses": 2500})
    made = tmp_path / "gemaakt"
    made.mkdir()
    demo.write_figures(demo.generate(small), made)
    figures = read_yaml(PROJECT / "config/regions/markerwaard.yaml")["figures"]
    codes = {"bevolking_pc4_leeftijd_2023.csv": ["PC14"]}
    files = RegionFiles(tmp_path, "markerwaard")
    through, reference = figures_through_odata(made, sections["region"], figures, codes, files)
    expected, expected_reference = read(FigureSettings.model_validate({**figures, "from": "file"}), made)
    pd.testing.assert_frame_equal(in_order(through), in_order(expected))
    assert len(through) > 100
    pd.testing.assert_frame_equal(reference, expected_reference)
