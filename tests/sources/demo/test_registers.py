"""The register of the invented gemeente: the same bytes every time, and rows of every kind."""

from pathlib import Path
from zipfile import ZipFile

import pytest

from pipeline.config.registers import RegisterSettings
from pipeline.settings_files import read_sections
from pipeline.sources.demo import DemoRegion, write_registers
from pipeline.sources.facility_registers import read_registers
from tests.stage_runs import PROJECT

FILE = "voorzieningen_gemeente.xlsx"


@pytest.fixture(scope="module")
def settings() -> RegisterSettings:
    found: RegisterSettings = read_sections(PROJECT / "config", ["facility_registers"], "markerwaard")[
        "facility_registers"
    ]
    return found


def test_the_same_region_gives_the_same_bytes(region: DemoRegion, tmp_path: Path) -> None:
    for name in ("een", "twee"):
        (tmp_path / name).mkdir()
        write_registers(region, tmp_path / name)
    assert (tmp_path / "een" / FILE).read_bytes() == (tmp_path / "twee" / FILE).read_bytes()
    with ZipFile(tmp_path / "een" / FILE) as file:
        assert {one.date_time for one in file.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        text = file.read("docProps/core.xml").decode()
    assert text.count("2024-01-01T00:00:00Z") == 2


def test_the_settings_read_it(region: DemoRegion, settings: RegisterSettings, tmp_path: Path) -> None:
    write_registers(region, tmp_path)
    rows = read_registers(settings.files, tmp_path)
    assert len(rows) == 9
    assert rows["category"].isna().sum() == 1, "a school"
    assert rows["x_m"].notna().sum() == 5
    by_address = rows[rows["postcode"].notna() & rows["house_number"].notna()]
    assert len(by_address) == 2
    known = set(region.municipalities[0].addresses["postcode"])
    assert set(by_address["postcode"]) <= known
    assert rows["capacity"].notna().sum() == 5


def test_every_municipality_has_its_rows(two: DemoRegion, settings: RegisterSettings, tmp_path: Path) -> None:
    write_registers(two, tmp_path)
    assert len(read_registers(settings.files, tmp_path)) == 18
