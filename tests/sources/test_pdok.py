"""Areas asked of a service: all that is wanted comes, or nothing changes and one message says why."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import geopandas as gpd
import pytest
import shapely

from pipeline.config.params import LimitSettings
from pipeline.config.sources import AreaSettings
from pipeline.errors import SettingsError, SourceError
from pipeline.settings_files import read_sections
from pipeline.sources.areas import read_areas
from pipeline.sources.snapshots import read_provenance
from pipeline.tables import RegionFiles
from tests import tiny_region
from tests.services.features import Areas, api_handler, wfs_handler
from tests.services.server import FAULTS, Server, running
from tests.sources import squares
from tests.stage_runs import hashes, run_stages

KINDS = ("wfs", "features")
REGION = set(tiny_region.BUURTEN)


class Case:
    """A region whose areas a server gives."""

    def __init__(self, root: Path, kind: str, server: Server) -> None:
        self.kind, self.server, self.root = kind, server, root
        self.areas = Areas(squares.layers(kind))
        path = squares.QUERIES[kind]["path"]
        server.handler = wfs_handler(self.areas) if kind == "wfs" else api_handler(self.areas, path)
        self.settings = squares.settings(kind)
        self.files: RegionFiles = squares.write_project(root, self.settings)
        squares.ask_at(root, server)

    def change(self, level: str, change: Callable[[gpd.GeoDataFrame], gpd.GeoDataFrame]) -> None:
        """Let the service give another layer."""
        (name,) = (one for one in self.areas.layers if one.endswith(level))
        self.areas.layers = {**self.areas.layers, name: change(self.areas.layers[name])}

    def set(self, **sections: Any) -> None:
        """Write other settings of the region."""
        tiny_region.write_settings(self.root, {**tiny_region.settings(), "areas": self.settings, **sections})

    def fetch(self) -> None:
        run_stages(self.root, tiny_region.REGION, ["fetch_areas"])

    def fault(self) -> str:
        """Fetch, and return the one thing that is wrong; what was there must still be there."""
        before = hashes(self.files.snapshot("areas").parent)
        with pytest.raises(SourceError) as caught:
            self.fetch()
        assert hashes(self.files.snapshot("areas").parent) == before
        (fault,) = caught.value.faults
        assert fault.endswith(".")
        return fault

    def rows(self, level: str) -> list[dict[str, Any]]:
        path = self.files.snapshot("areas") / f"{level}_{squares.YEAR}.geojson"
        features = json.loads(path.read_text(encoding="utf-8"))["features"]
        return [feature["properties"] for feature in features]

    def report(self, level: str) -> dict[str, Any]:
        path = self.files.snapshot("areas") / f"{level}_{squares.YEAR}.verslag.json"
        content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        return content

    def read(self) -> gpd.GeoDataFrame:
        sections = read_sections(self.root / "config", ["areas", "limits"], tiny_region.REGION)
        areas: AreaSettings = sections["areas"]
        limits: LimitSettings = sections["limits"]
        return read_areas(areas.layers, self.files.snapshot("areas"), limits)


@pytest.fixture
def server() -> Iterator[Server]:
    with running(wfs_handler(Areas({}))) as one:
        yield one


@pytest.fixture(params=KINDS)
def case(request: pytest.FixtureRequest, server: Server, tmp_path: Path) -> Case:
    return Case(tmp_path, request.param, server)


@pytest.fixture
def wfs(server: Server, tmp_path: Path) -> Case:
    return Case(tmp_path, "wfs", server)


@pytest.fixture
def api(server: Server, tmp_path: Path) -> Case:
    return Case(tmp_path, "features", server)


# --- What comes ------------------------------------------------------------------------------------------------------


def test_the_region_and_what_lies_within_the_buffer_comes_without_water(case: Case) -> None:
    case.fetch()
    assert {row["buurtcode"] for row in case.rows("buurten")} == REGION | {"BU00020000", "BU0002AA01"}
    assert {row["wijkcode"] for row in case.rows("wijken")} == {"WK000100", "WK000101", "WK000200", "WK0002AA"}
    assert {row["gemeentecode"] for row in case.rows("gemeenten")} == {"GM0001", "GM0002"}
    assert case.report("buurten")["water_dropped"] == {"BU00019998": "Buurt 9998"}
    assert {row["water"] for row in case.rows("buurten")} == {"NEE"}


def test_attributes_are_named_as_in_the_files_of_cbs(case: Case) -> None:
    case.fetch()
    assert list(case.rows("buurten")[0]) == [
        "buurtcode", "buurtnaam", "wijkcode", "gemeentecode", "gemeentenaam", "water", "aantal_inwoners",
        "oppervlakte_land_in_ha", "jaar",
    ]  # fmt: skip


def test_the_box_is_the_gemeente_and_the_buffer_of_the_design(case: Case) -> None:
    case.fetch()
    west, south, east, north = squares.EDGES
    # The longest norm is 3,000 m: 1.5 times that is less than 5 km.
    expected = [west - 5000, south - 5000, east + 5000, north + 5000]
    assert [one["box_m"] for one in case.report("buurten")["asked"]] == [None, expected]


def test_the_record_tells_what_was_asked_and_how_many_came(case: Case) -> None:
    case.fetch()
    records = {one["file"]: one for one in read_provenance(case.files.snapshot("areas"))}
    assert {file: one["rows"] for file, one in records.items()} == {
        "gemeenten_2024.geojson": 2, "buurten_2024.geojson": 6, "wijken_2024.geojson": 4
    }  # fmt: skip
    record = records["buurten_2024.geojson"]
    assert record["reference_date"] == "2024-01-01"
    assert list(record["beside"]) == ["buurten_2024.verslag.json"]
    assert record["request"]["gemeenten"] == ["GM0001"]


@pytest.mark.parametrize("kind", KINDS)
def test_pages_of_any_size_give_the_same_bytes(kind: str, server: Server, tmp_path: Path) -> None:
    contents = []
    for size in (1, 2, 1000):
        case = Case(tmp_path / str(size), kind, server)
        for layer in [case.settings["gemeenten"], *case.settings["layers"]]:
            layer["pdok"]["page_size"] = size
        case.set()
        case.fetch()
        files = sorted(case.files.snapshot("areas").glob("*.geojson"))
        contents.append({path.name: path.read_bytes() for path in files})
        if kind == "wfs":
            starts = [int(one.query["startIndex"]) for one in server.questions if "startIndex" in one.query]
            assert max(starts) == {1: 6, 2: 6, 1000: 0}[size]
        server.questions.clear()
    assert contents[0] == contents[1] == contents[2]


def test_nothing_is_asked_twice_and_another_buffer_is_asked_anew(case: Case) -> None:
    case.fetch()
    before, asked = hashes(case.files.snapshot("areas")), len(case.server.questions)
    case.fetch()
    assert hashes(case.files.snapshot("areas")) == before
    assert len(case.server.questions) == asked
    params = case.root / "config/params.yaml"
    text = params.read_text(encoding="utf-8").replace("buffer_min_m: 5000", "buffer_min_m: 40000")
    params.write_text(text, encoding="utf-8")
    case.fetch()
    assert "BU00030000" in {row["buurtcode"] for row in case.rows("buurten")}


def test_the_same_blocks_read_what_was_fetched_as_files_of_the_user(case: Case) -> None:
    case.fetch()
    fetched = case.read()
    for path in case.files.snapshot("areas").glob("*.geojson"):
        path.replace(case.files.incoming / path.name)
    for layer in case.settings["layers"]:
        layer["reference_date"] = "2024-01-01"
    case.settings["from"] = "file"
    case.set()
    asked = len(case.server.questions)
    case.fetch()
    assert len(case.server.questions) == asked
    assert case.read().equals(fetched)


def test_both_kinds_of_service_give_the_same_bytes(server: Server, tmp_path: Path) -> None:
    contents = []
    for kind in KINDS:
        case = Case(tmp_path / kind, kind, server)
        case.fetch()
        contents.append([path.read_bytes() for path in sorted(case.files.snapshot("areas").glob("*.geojson"))])
    assert contents[0] == contents[1]


def test_an_area_of_which_only_the_box_touches_is_not_kept(case: Case) -> None:
    west, south, *_ = squares.EDGES
    corner = (west - 5000, south - 5000)
    hook = [(-500, -500), (600, -500), (600, -100), (-100, -100), (-100, 600), (-500, 600)]
    shape = shapely.Polygon([(corner[0] + x, corner[1] + y) for x, y in hook])

    def hooked(rows: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
        return rows.set_geometry(rows.geometry.where(rows["buurtcode"] != "BU00030000", shape))

    case.change("buurten", hooked)
    case.fetch()
    assert "BU00030000" not in {row["buurtcode"] for row in case.rows("buurten")}


def test_water_that_is_neither_said_nor_denied_is_a_fault(case: Case) -> None:
    case.change("gemeenten", lambda rows: squares.moved(rows, water="N"))
    assert "kolom water: 'N' is geen JA of NEE" in case.fault()


def test_postcodes_are_asked_by_box_and_year_alone(api: Case) -> None:
    codes = gpd.GeoDataFrame(
        {"postcode": [1000, 1001, 2000], "jaarcode": [squares.YEAR, squares.YEAR, 2015]},
        geometry=[tiny_region.square(0, 0), tiny_region.square(1, 0), tiny_region.square(1, 1)], crs="EPSG:28992",
    )  # fmt: skip
    api.areas.layers = {**api.areas.layers, "postcode4": codes}
    query = {**squares.QUERIES["features"], "collection": "postcode4", "where": {"jaarcode": str(squares.YEAR)}}
    layer = {
        "file": "pc4.geojson", "level": "postcode", "code": "postcode", "what": "Postcodes", "holder": "CBS",
        "licence": "CC BY 4.0", "pdok": {**query, "gemeente": None, "water": None},
    }  # fmt: skip
    api.settings["layers"].append(layer)
    api.set()
    api.fetch()
    areas = api.read()
    assert set(areas.loc[areas["area_level"] == "postcode", "area_code"]) == {"1000", "1001"}


# --- Services that do badly ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_that_passes_leaves_no_trace(
    name: str, case: Case, server: Server, tmp_path_factory: pytest.TempPathFactory
) -> None:
    case.fetch()
    undisturbed = {path.name: path.read_bytes() for path in case.files.snapshot("areas").glob("*.geojson")}
    again = Case(tmp_path_factory.mktemp("again"), case.kind, server)
    server.faults.extend([None] * 3 + [FAULTS[name], FAULTS[name]])
    again.fetch()
    assert {path.name: path.read_bytes() for path in again.files.snapshot("areas").glob("*.geojson")} == undisturbed


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_that_stays_gives_one_message_and_keeps_the_snapshot(name: str, case: Case) -> None:
    case.fetch()
    case.server.always = FAULTS[name]
    case.settings["gemeenten"]["pdok"]["year"] = 2023  # another request
    case.set()
    assert "ook na 3 pogingen; wat er eerder was opgehaald blijft staan" in case.fault()


def test_a_service_that_is_lost_half_way_keeps_the_snapshot(case: Case) -> None:
    case.fetch()
    path = case.root / "config/params.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace("buffer_min_m: 5000", "buffer_min_m: 6000"))
    case.server.faults.extend([None] * 5 + [FAULTS["500"]] * 50)
    before = hashes(case.files.snapshot("areas"))
    with pytest.raises(SourceError, match="antwoordt 500, ook na 3 pogingen"):
        case.fetch()
    assert hashes(case.files.snapshot("areas")) == before


def test_fewer_rows_than_announced_are_no_answer(case: Case) -> None:
    case.areas.left_out = 1
    fault = case.fault()
    assert "1 rijen gekregen, 2 aangekondigd, ook na 3 pogingen" in fault


def test_an_area_of_the_region_that_is_lost_without_being_counted_is_a_fault(case: Case) -> None:
    case.areas.lost_in_box = 3  # of the gemeenten and wijken the fourth is none of the region
    assert "gaf 1 gebieden van de regio wel per gemeente en niet in het vak eromheen (BU00010101)" in case.fault()


def test_a_page_that_states_another_number_is_no_answer(wfs: Case) -> None:
    wfs.areas.miscounts = True
    assert "de dienst kondigt nu eens 2 en dan weer 3 rijen aan, ook na 3 pogingen" in wfs.fault()


def test_rows_that_come_twice_in_place_of_others_are_no_answer(case: Case) -> None:
    case.fetch()
    case.areas.twice = 1
    case.settings["layers"][0]["pdok"]["page_size"] = 2
    path = case.root / "config/params.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace("buffer_min_m: 5000", "buffer_min_m: 6000"))
    before = hashes(case.files.snapshot("areas"))
    with pytest.raises(SourceError, match="dezelfde rij kwam meer dan eens, ook na 3 pogingen"):
        case.fetch()
    assert hashes(case.files.snapshot("areas")) == before


def test_a_page_that_refers_to_itself_is_not_followed_for_ever(api: Case) -> None:
    handler = api.server.handler

    def looping(question: Any) -> Any:
        answer = handler(question)
        content = json.loads(answer.body)
        content["links"] = [{"rel": "next", "href": f"{api.server.address}{question.path}?rond=1"}]
        return type(answer)(json.dumps(content).encode(), answer.kind, headers=answer.headers)

    def either(question: Any) -> Any:
        return looping(question if "f" in question.query else api.server.questions[0])

    api.server.handler = either
    assert "verwijst terug naar een bladzijde die al kwam" in api.fault()


def test_a_refusal_is_told_as_the_service_says_it(wfs: Case) -> None:
    wfs.areas.exception = ("InvalidParameterValue", 200)
    assert "de dienst weigert de vraag (InvalidParameterValue: storing)" in wfs.fault()
    assert len(wfs.server.questions) == 1


def test_a_refusal_with_status_400_is_asked_once(wfs: Case) -> None:
    wfs.areas.exception = ("InvalidParameterValue", 400)
    assert "de dienst antwoordt 400" in wfs.fault()
    assert len(wfs.server.questions) == 1


def test_a_failure_of_the_service_itself_is_asked_again(wfs: Case) -> None:
    wfs.areas.exception = ("NoApplicableCode", 200)
    assert "de dienst meldt een storing (storing), ook na 3 pogingen" in wfs.fault()


# --- Answers that cannot be right ------------------------------------------------------------------------------------


def test_another_crs_is_refused_where_it_is_declared(case: Case) -> None:
    case.areas.crs = "EPSG:4326"
    assert "antwoordt in een ander coördinatenstelsel" in case.fault()


def test_another_crs_is_found_where_it_is_not_declared(case: Case) -> None:
    case.areas.crs, case.areas.declares_crs = "EPSG:4326", False
    assert "liggen buiten het gevraagde vak (GM0001)" in case.fault()


def test_swapped_axes_are_found(case: Case) -> None:
    case.areas.swaps_axes = True
    assert "verwisselt x en y" in case.fault()


def test_areas_of_another_year_are_refused(case: Case) -> None:
    case.change("gemeenten", lambda rows: squares.moved(rows, jaar=2019))
    assert "geeft gebieden van 2019, gevraagd is 2024" in case.fault()


def test_a_gemeente_that_does_not_exist_is_named(case: Case) -> None:
    region = {**tiny_region.settings()["region"], "gemeenten": {"GM0001": "Vierkant", "GM0999": "Weg"}}
    case.set(region=region)
    fault = case.fault()
    assert fault.startswith("gemeente GM0999 (Weg) bestaat niet in 2024; verbeter region.gemeenten")


def test_a_gemeente_that_was_merged_is_told_where_its_name_lies(wfs: Case) -> None:
    wfs.change("wijken", lambda rows: rows.replace({"wijknaam": {"Wijk 00": "Opgegaan"}}))
    region = {**tiny_region.settings()["region"], "gemeenten": {"GM0001": "Vierkant", "GM0999": "Opgegaan"}}
    wfs.set(region=region)
    assert "een gebied dat Opgegaan heet ligt dan in GM0001 (Vierkant), GM0002 (Buren), GM0003 (Ver);" in wfs.fault()


def test_a_layer_without_areas_of_the_region_is_named(case: Case) -> None:
    case.change("buurten", lambda rows: rows[rows["gemeentecode"] != "GM0001"])
    assert "geen gebieden van gemeente GM0001 (Vierkant) in 2024" in case.fault()


def test_a_wijk_of_the_region_that_is_missing_is_named(case: Case) -> None:
    case.change("wijken", lambda rows: rows[rows["wijkcode"] != "WK000101"])
    assert "1 wijken waarin buurten van de regio liggen ontbreken (WK000101)" in case.fault()


def test_a_renamed_code_is_named_with_what_is_there(case: Case) -> None:
    case.change("buurten", lambda rows: rows.rename(columns={"buurtcode": "bu"}))
    fault = case.fault()
    assert "kolom buurtcode ontbreekt (wel aanwezig: aantal_inwoners, bu, " in fault


def test_a_layer_that_the_service_does_not_have_is_a_fault(case: Case) -> None:
    case.settings["gemeenten"]["pdok"]["collection"] = "bestaat_niet"
    case.set()
    assert "de dienst antwoordt 40" in case.fault()


# --- Boundaries ------------------------------------------------------------------------------------------------------


def test_a_loop_in_a_boundary_is_repaired_and_told(case: Case, capsys: pytest.CaptureFixture[str]) -> None:
    case.change("buurten", lambda rows: squares.with_ear(rows, "BU00010001", 20))
    case.fetch()
    assert case.report("buurten")["repaired_when_read"] == ["BU00010001"]
    assert "buurten_2024.geojson: 1 grens die zichzelf kruiste is hersteld (BU00010001)." in capsys.readouterr().out
    areas = case.read().set_index("area_code")
    assert areas.geometry.is_valid.all()
    assert set(areas.geometry.geom_type) <= {"Polygon", "MultiPolygon"}
    assert areas.geometry.area["BU00010001"] == pytest.approx(1e6, rel=0.01)


def test_a_boundary_that_a_repair_would_change_is_a_fault(case: Case) -> None:
    case.change("buurten", lambda rows: squares.with_ear(rows, "BU00010001", 400))
    assert "ongeldige geometrie (de grens kruist zichzelf); herstel de grens: BU00010001" in case.fault()


def test_an_area_without_a_boundary_is_a_fault(case: Case) -> None:
    def without(rows: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
        return rows.set_geometry(rows.geometry.where(rows["buurtcode"] != "BU00010001"))

    case.change("buurten", without)
    assert "geen geometrie; vul de grens in: BU00010001" in case.fault()


# --- Settings --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda areas: areas.pop("gemeenten"), "gemeenten ontbreekt"),
        (lambda areas: areas["layers"][0].update(file="buurten.gpkg"), "geef file op .geojson"),
        (lambda areas: areas["layers"][0].update(file="wijken_2024.geojson"), "elke laag een eigen file"),
        (lambda areas: areas["layers"][0]["pdok"].update(where={"jaar": "2024"}), "where kan alleen bij kind features"),
    ],
)
def test_settings_that_cannot_be_are_refused(change: Callable[[Any], Any], says: str, wfs: Case) -> None:
    change(wfs.settings)
    wfs.set()
    with pytest.raises(SettingsError, match=says):
        read_sections(wfs.root / "config", ["areas"], tiny_region.REGION)
