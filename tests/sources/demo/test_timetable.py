"""The timetable of the invented gemeente: read as a real one, with stops of every kind of service."""

import zipfile
from pathlib import Path

import pandas as pd
import pytest
import shapely

from pipeline.config.params import DemoSettings
from pipeline.model.stop_service import stop_services
from pipeline.settings_files import read_sections
from pipeline.sources.demo import DemoRegion, generate, write_timetable
from pipeline.sources.demo.bus_stops import NOT_MAPPED, map_stops
from pipeline.sources.demo.timetable import FILE_NAME, NOT_SERVED, RENAMED
from pipeline.sources.timetables import read_timetable

EVERYWHERE = shapely.box(0, 300_000, 300_000, 700_000)
CONFIG = Path(__file__).parents[3] / "config"


@pytest.fixture(scope="module")
def path(region: DemoRegion, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("dienstregeling")
    write_timetable(region, folder)
    return folder / FILE_NAME


@pytest.fixture(scope="module")
def services(path: Path) -> pd.DataFrame:
    settings = read_sections(CONFIG, ["stop_service"])["stop_service"]
    found = read_timetable(path, EVERYWHERE, settings)
    return stop_services(found.stops, found.calls, settings).set_index("stop_name")


def test_dorpen_and_wijken_have_stops_with_and_without_a_bus_every_hour(services: pd.DataFrame) -> None:
    count = services.groupby("stop_name")["lowest_hour_count"].agg(["min", "max"])
    assert (count["min"] == count["max"]).all()
    expected = {"Gouwekerk, Dorpsplein": 1, "Trintelveld, Dorpsplein": 0, "Noorderkoog, Dorpsplein": 0,
                "Kleihuizen, Kerkenpad": 1, "Markerstad, Stadsring 2": 4, "Markerstad, Station": 2}  # fmt: skip
    assert {name: count["max"][name] for name in expected} == expected


def test_it_is_the_same_bytes_whatever_the_seed(path: Path, tmp_path: Path) -> None:
    write_timetable(generate(DemoSettings(seed=7, municipalities=1, addresses=2_000)), tmp_path)
    assert (tmp_path / FILE_NAME).read_bytes() == path.read_bytes()


def test_it_has_the_faults_that_real_feeds_have(path: Path) -> None:
    with zipfile.ZipFile(path) as feed:
        text = {name: feed.read(name) for name in feed.namelist()}
        assert {one.date_time for one in feed.infolist()} == {(2024, 1, 1, 0, 0, 0)}
    assert text["stops.txt"].startswith(b"\xef\xbb\xbf")
    assert b"Remise,,," in text["stops.txt"]
    assert b",24:" in text["stop_times.txt"]
    assert b",,,0,0" in text["stop_times.txt"]
    assert b"werkdag,20240101,2" in text["calendar_dates.txt"]
    assert text["frequencies.txt"].count(b"\r\n") == 3


def test_map_and_timetable_differ_as_real_ones_do(region: DemoRegion, services: pd.DataFrame) -> None:
    on_map = {tags["name"] for _, _, tags in map_stops(region.municipalities[0].plan)}
    in_timetable = {name.removeprefix("Markerstad, ") for name in services.index.dropna()}
    assert NOT_MAPPED in in_timetable - on_map
    assert NOT_SERVED in on_map - in_timetable
    for mapped, scheduled in RENAMED.items():
        assert mapped in on_map - in_timetable
        assert scheduled in in_timetable - on_map


def test_gemeenten_side_by_side_each_have_their_own_network(two: DemoRegion, tmp_path: Path) -> None:
    write_timetable(two, tmp_path)
    settings = read_sections(CONFIG, ["stop_service"])["stop_service"]
    found = read_timetable(tmp_path / FILE_NAME, EVERYWHERE, settings)
    count = stop_services(found.stops, found.calls, settings).set_index("stop_id")["lowest_hour_count"]
    assert count["0:000h"] == count["1:000h"] == 4
