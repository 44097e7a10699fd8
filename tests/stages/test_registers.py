"""Registers from the user's folder to what people read: copied, placed, asked for once, merged, and overruled."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from pyproj import Transformer

from pipeline import contracts
from pipeline.errors import SourceError
from pipeline.settings_files import read_sections
from pipeline.sources.fetching import Mode
from pipeline.sources.locatieserver import ANSWERS
from pipeline.stages.fetch_registers import fetch_registers
from pipeline.stages.run import sections_of
from pipeline.tables import RegionFiles
from tests import register_files, tiny_region
from tests.services.locatieserver import PATH, Found, locatieserver
from tests.services.server import Server, running
from tests.stage_runs import hashes, run_stages, stage_names
from tests.tiny_region import ORIGIN_X, ORIGIN_Y, REGION

FILE = "lijst.xlsx"
CATEGORIES = {"Huisarts": "gp", "Super": "supermarket", "Buurthuis": "meeting_place", "School": None}
STAGES = ["fetch_registers", "conflate_facilities", "apply_local_checks"]
_TO_DEGREES = Transformer.from_crs("EPSG:28992", "EPSG:4326", always_xy=True)


def at(x: float, y: float) -> tuple[str, str]:
    """Give latitude and longitude of a place, in metres from the origin, with decimal commas."""
    longitude, latitude = _TO_DEGREES.transform(ORIGIN_X + x, ORIGIN_Y + y)
    return f"{latitude:.7f}".replace(".", ","), f"{longitude:.7f}".replace(".", ",")


ROWS = (
    ("Huisarts Noord", "Huisarts", *at(330, 500), "", "", "", "3"),  # the map has "Huisarts" 10 m from there
    ("De Hof", "Buurthuis", *at(390, 500), "", "", "", "80"),  # the map has "Dorpshuis" 50 m from there
    ("Buurtsuper", "Super", "", "", "1001 aa", "7", "", ""),
    ("Buurtsuper Ver", "Super", "", "", "1001AA", "99", "", ""),
    ("De Zwerver", "Super", "", "", "", "", "", ""),
    ("School", "School", "", "", "", "", "", ""),
)
PLACES = [Found("1001AA", "99", "", ORIGIN_X + 1_500, ORIGIN_Y + 1_500)]


def set_up(root: Path, *, geocoder: bool = False, **other: Any) -> RegionFiles:
    files = RegionFiles(root, REGION)
    content = tiny_region.settings()
    register = register_files.settings(FILE, categories=CATEGORIES, **other)
    content["facility_registers"] = {"geocoder": geocoder, "files": [register]}
    tiny_region.write_settings(root, content)
    register_files.write(files.registers / FILE, ROWS)
    return files


@pytest.fixture
def server(tiny: Path) -> Iterator[Server]:
    with running(locatieserver(PLACES)) as one:
        path = tiny / "config/services.yaml"
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
        content["services"]["locatieserver"]["address"] = one.address + PATH
        content["web"] |= {"attempts": 2, "first_pause_seconds": 0.01, "longest_pause_seconds": 0.02}
        path.write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")
        yield one


def fetch(files: RegionFiles, mode: Mode) -> None:
    fetch_registers(files, **read_sections(files.root / "config", sections_of(fetch_registers), REGION), mode=mode)


def outcomes(files: RegionFiles) -> list[tuple[str, str]]:
    told = files.read(contracts.CONFLATION)
    return list(zip(told["what"], told["why"], strict=True))


def test_rows_are_merged_added_left_apart_or_told_of(tiny: Path) -> None:
    set_up(tiny)
    files = run_stages(tiny, REGION, STAGES)
    assert outcomes(files) == [
        ("merged", "no_name"), ("left_apart", "no_name"), ("added", "none_near"), ("no_place", "unknown_address"),
        ("no_place", "no_address"), ("not_ours", "left_out"),
    ]  # fmt: skip
    found = files.read(contracts.FACILITIES).set_index("facility_name")
    assert found.loc["Huisarts", ["origin", "certainty", "capacity"]].tolist() == ["both", "probable", 3.0]
    # The seventh home of the south-east stands 100 + 6 x 40 + 4 m from its edge, 10 m from the street.
    place = found.loc["Buurtsuper", "geometry"]
    assert (place.x - ORIGIN_X, place.y - ORIGIN_Y) == pytest.approx((1344, 510), abs=0.1)
    assert found.loc["Buurtsuper", "source_date"] == "2024-06-01"
    assert found.loc["Super", "origin"] == "osm"


def test_the_map_and_the_pages_tell_of_it(tiny: Path) -> None:
    set_up(tiny)
    names = stage_names()
    files = run_stages(tiny, REGION, ["fetch_registers", *names[names.index("conflate_facilities") :]])
    index = files.published("index.html").read_text(encoding="utf-8")
    assert "6 rijen: 1 samengevoegd" in index
    assert "Lijst" in index, "the register is among the sources"
    page = files.published("kaart.html").read_text(encoding="utf-8")
    assert "Bron: de kaart en een register (lijst.xlsx, rij 2); waarschijnlijk dezelfde; capaciteit 3" in page
    table = files.published("samengevoegd.csv").read_text(encoding="utf-8-sig").splitlines()
    assert len(table) == 7
    assert "nearest" not in table[0]
    walks = files.read(contracts.DISTANCES)
    assert (walks["nearest_id"].astype("str").str.startswith("supermarket-register-")).any()


def test_local_checks_overrule_what_a_register_says(tiny: Path) -> None:
    files = set_up(tiny)
    run_stages(tiny, REGION, STAGES)
    known = files.read(contracts.KNOWN_FACILITIES).set_index("facility_name")["facility_id"]
    who = {"role": "wijkraad", "date": "2024-01-01", "source": "rondgang", "expires": "2026-06-01"}
    degrees = dict(zip(("latitude", "longitude"), at(100, 100), strict=True))
    tiny_region.write_checks(tiny, [
        {"check": "gone", "category": "supermarket", "facility": known["Buurtsuper"], **who},
        {"check": "moved", "category": "meeting_place", "facility": "De Hof", **degrees, **who},
        {"check": "exists", "category": "gp", "name": "Anders", **degrees, **who},
    ])  # fmt: skip
    names = stage_names()
    run_stages(tiny, REGION, names[names.index("apply_local_checks") : names.index("record_basis")])
    found = files.read(contracts.FACILITIES).set_index("facility_name")
    assert "Buurtsuper" not in found.index
    assert found.loc["De Hof", "geometry"].x - ORIGIN_X == pytest.approx(100, abs=0.1)
    assert found.loc[["De Hof", "Anders"], "certainty"].tolist() == ["confirmed", "confirmed"]
    assert found.loc["Anders", "origin"] == "check"
    # The register is of a later day than the checks, and the map of the same day as they are.
    findings = files.read(contracts.CHECK_FINDINGS)
    assert set(findings["finding"]) == {"newer_source_shows_it", "newer_source_has_it_elsewhere"}


def test_what_the_map_lacks_is_asked_once_if_the_settings_allow(tiny: Path, server: Server) -> None:
    files = set_up(tiny, geocoder=True)
    run_stages(tiny, REGION, STAGES)
    assert outcomes(files)[3] == ("added", "none_near")
    told = files.read(contracts.CONFLATION)
    assert told.loc[3, ["place_source", "place_match", "place_found"]].tolist() == [
        "locatieserver", "exact", "Proefweg 99, 1001AA Dorp",
    ]  # fmt: skip
    assert [one.query["fq"] for one in server.questions] == ["type:adres AND postcode:1001AA AND huisnummer:99"]
    snapshot = files.snapshot("facility_registers")
    record = json.loads((snapshot / "provenance.json").read_text(encoding="utf-8"))[-1]
    assert (record["file"], record["holder"], record["rows"]) == (ANSWERS, "BZK / Kadaster", 1)
    assert record["retrieved_at"].startswith(record["reference_date"])
    before = hashes(snapshot)
    run_stages(tiny, REGION, ["fetch_registers"])
    fetch(files, Mode.OFFLINE)
    assert len(server.questions) == 1
    assert hashes(snapshot) == before
    fetch(files, Mode.FORCE)
    assert len(server.questions) == 2


def test_nothing_is_asked_unless_the_settings_allow(tiny: Path, server: Server) -> None:
    files = set_up(tiny)
    run_stages(tiny, REGION, ["fetch_registers"])
    assert not server.questions
    assert not (files.snapshot("facility_registers") / ANSWERS).exists()


def test_without_network_an_address_that_was_never_asked_is_a_message(tiny: Path, server: Server) -> None:
    files = set_up(tiny, geocoder=True)
    with pytest.raises(SourceError, match="1 adressen zijn nog niet opgevraagd"):
        fetch(files, Mode.OFFLINE)
    assert not server.questions


def test_a_snapshot_that_cannot_be_made_leaves_the_earlier_one(tiny: Path, server: Server) -> None:
    files = set_up(tiny)
    run_stages(tiny, REGION, STAGES)
    snapshot = files.snapshot("facility_registers")
    before = hashes(snapshot, tiny / "data/processed")
    set_up(tiny, geocoder=True)
    server.http.shutdown()
    server.http.server_close()
    with pytest.raises(SourceError) as caught:
        run_stages(tiny, REGION, ["fetch_registers"])
    assert "PDOK Locatieserver" in caught.value.faults[0]
    register_files.write(files.registers / FILE, [("A", "Kapper", "", "", "", "", "", "")])
    with pytest.raises(SourceError):
        run_stages(tiny, REGION, ["fetch_registers"])
    assert hashes(snapshot, tiny / "data/processed") == before


def test_a_register_may_lie_in_either_folder_but_not_in_both(tiny: Path) -> None:
    files = set_up(tiny)
    (files.registers / FILE).rename(files.incoming / FILE)
    run_stages(tiny, REGION, ["fetch_registers"])
    register_files.write(files.registers / FILE, ROWS)
    with pytest.raises(SourceError, match=r"staat in registers/ en in incoming/; laat er één over\."):
        run_stages(tiny, REGION, ["fetch_registers"])
    for folder in (files.registers, files.incoming):
        (folder / FILE).unlink()
    with pytest.raises(SourceError, match=r"registers/lijst\.xlsx: bestand ontbreekt"):
        run_stages(tiny, REGION, ["fetch_registers"])


def test_the_record_tells_whose_it_is(tiny: Path) -> None:
    files = set_up(tiny)
    run_stages(tiny, REGION, ["fetch_registers"])
    (record,) = json.loads((files.snapshot("facility_registers") / "provenance.json").read_text(encoding="utf-8"))
    assert (record["file"], record["holder"], record["reference_date"]) == (FILE, "Gemeente", "2024-06-01")
    assert "generator_version" not in record
