"""One small Markerwaard for all tests of the generator, written once."""

from pathlib import Path

import pytest

from pipeline.config.params import DemoSettings
from pipeline.sources.demo import DemoRegion, generate, write_areas, write_figures, write_osm


@pytest.fixture(scope="session")
def region() -> DemoRegion:
    return generate(DemoSettings(seed=20_240, municipalities=1, addresses=4_000))


@pytest.fixture(scope="session")
def two() -> DemoRegion:
    return generate(DemoSettings(seed=1, municipalities=2, addresses=2_000))


@pytest.fixture(scope="session")
def folder(region: DemoRegion, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("markerwaard")
    write_areas(region, folder)
    write_figures(region, folder)
    write_osm(region, folder)
    return folder
