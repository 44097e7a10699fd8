"""Overpass gives a whole answer or a message: what it does wrong for a while leaves no trace in the extract."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import osmium
import pytest
from osmium.osm.mutable import Node, Relation, Way

from pipeline.config.services import OverpassSettings
from pipeline.errors import SourceError
from pipeline.sources import overpass
from pipeline.sources.osm.extract import check_extract
from pipeline.sources.osm.land import read_buildings
from pipeline.sources.osm.ways import read_ways
from pipeline.sources.osm_cut import Box
from pipeline.sources.overpass import Question
from pipeline.sources.web import Web
from tests.services.overpass import Map, Overpass
from tests.services.server import FAULTS, Answer, Server, impatient, running, services_at

BOX = Box(5.0, 52.0, 5.1, 52.1)
OLD, NEW = "2024-05-01T00:00:00Z", "2025-05-01T12:34:56Z"
RULES = overpass.statements(
    [{"building": "*"}, {"shop": ["supermarket", 'O"Neill\\']}], [{"highway": ["path", "steps"]}]
)


def write_map(path: Path, shop: str) -> Map:
    """Write a map of paths across the box and beyond, two shops, and a building with a courtyard."""
    places = {number: (5.0 + number / 100, 52.05) for number in range(1, 14)}
    corners = [(5.02, 52.02), (5.03, 52.02), (5.03, 52.03), (5.02, 52.03)]
    inner = [(5.024, 52.024), (5.026, 52.024), (5.026, 52.026), (5.024, 52.026)]
    shops = {12: {"shop": "supermarket", "name": shop}, 2: {"shop": 'O"Neill\\', "name": "Het Hoekje"}}
    with osmium.SimpleWriter(str(path)) as writer:
        for number, place in places.items():
            writer.add_node(Node(id=number, location=place, tags=shops.get(number, {"shop": "bakery"})))
        for number, place in enumerate([*corners, *inner], start=20):
            writer.add_node(Node(id=number, location=place))
        writer.add_way(Way(id=1, nodes=list(range(1, 9)), tags={"highway": "path"}))
        writer.add_way(Way(id=2, nodes=[8, 13, 12], tags={"highway": "steps"}))
        writer.add_way(Way(id=3, nodes=[20, 21, 22, 23, 20]))
        writer.add_way(Way(id=4, nodes=[24, 25, 26, 27, 24]))
        members = [("w", 3, "outer"), ("w", 4, "inner")]
        writer.add_relation(Relation(id=1, members=members, tags={"type": "multipolygon", "building": "house"}))
        writer.add_relation(Relation(id=2, members=members, tags={"type": "site", "building": "house"}))
    return Map(path)


@pytest.fixture(scope="module")
def maps(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Map]:
    folder = tmp_path_factory.mktemp("kaarten")
    return {OLD: write_map(folder / "old.osm.pbf", "Oud"), NEW: write_map(folder / "new.osm.pbf", "Nieuw")}


@pytest.fixture
def service(maps: dict[str, Map]) -> Overpass:
    return Overpass(maps)


@pytest.fixture
def server(service: Overpass) -> Iterator[Server]:
    with running(service) as one:
        yield one


@pytest.fixture
def told() -> list[str]:
    return []


class Asking:
    """Asks the server, each time for a new file."""

    def __init__(self, server: Server, told: list[str], folder: Path) -> None:
        self.web = Web(impatient(), services_at(overpass=server.address), told.append)
        self.folder = folder
        self.count = 0

    def __call__(self, date: str | None = None, tile_km: float = 50) -> Path:
        self.count += 1
        target = self.folder / f"{self.count}.osm.pbf"
        question = Question("overpass", RULES, BOX, date)
        self.day, self.objects = overpass.fetch(
            self.web, question, OverpassSettings(tile_km=tile_km, memory_mb=512), target
        )
        return target


@pytest.fixture
def ask(server: Server, told: list[str], tmp_path: Path) -> Asking:
    return Asking(server, told, tmp_path)


def names(pbf: Path) -> dict[str, str]:
    return {f"{one.type_str()}{one.id}": one.tags.get("name") or "" for one in osmium.FileProcessor(str(pbf))}


# --- What is asked ---------------------------------------------------------------------------------------------------


def test_what_is_asked_follows_from_the_rules() -> None:
    rules: Any = [{"shop": "", "amenity": ["doctors", "clinic"]}, {"amenity": "doctors", "dispensing": "yes"}]
    assert overpass.statements(rules, [{"route": "ferry", "foot": "yes"}, {"highway": "path"}]) == (
        'way["highway"]',
        'way["route"]',
        'node["amenity"="clinic"]',
        'way["amenity"="clinic"]',
        'relation["type"="multipolygon"]["amenity"="clinic"]',
        'node["amenity"="doctors"]',
        'way["amenity"="doctors"]',
        'relation["type"="multipolygon"]["amenity"="doctors"]',
    )


def test_what_would_end_a_text_in_its_language_is_escaped() -> None:
    assert 'node["shop"="O\\"Neill\\\\"]' in RULES


def test_the_question_says_how_long_and_how_much_it_may_take(ask: Asking, service: Overpass) -> None:
    ask()
    assert service.asked[0].startswith("[out:json][timeout:1][maxsize:536870912];(way")
    assert service.asked[0].endswith("(._;>;);out body;")
    assert '"highway"](52.0,5.0,52.1,5.1);' in service.asked[0]


# --- What comes ------------------------------------------------------------------------------------------------------


def test_ways_and_multipolygons_come_whole_and_what_was_not_asked_does_not_come(ask: Asking) -> None:
    found = names(ask())
    # w2 goes on outside the box; r2 is no multipolygon; the nodes are all on ways.
    assert [one for one in found if one[0] != "n"] == ["w1", "w2", "w3", "w4", "r1"]
    assert {"n12", "n13", "n20", "n27"} <= found.keys()
    assert {"n9", "n10", "n11"} & found.keys() == set()
    assert found["n12"] == "Nieuw"
    assert ask.objects == len(found)


def test_the_answer_reads_as_an_extract(ask: Asking) -> None:
    pbf = ask()
    check_extract(pbf)
    assert read_buildings(pbf)["osm_id"].tolist() == ["r1"]
    assert len(read_ways(pbf, ["highway"]).cut_ids) == 0


def test_without_a_date_the_map_is_of_now_and_with_one_of_then(ask: Asking, service: Overpass) -> None:
    assert names(ask())["n12"] == "Nieuw"
    assert ask.day == "2025-05-01"
    assert names(ask("2024-12-31"))["n12"] == "Oud"
    assert ask.day == "2024-12-31"
    assert '[date:"2024-12-31T00:00:00Z"]' in service.asked[-1]


def test_a_day_that_is_yet_to_come_is_refused(ask: Asking) -> None:
    with pytest.raises(SourceError, match="gevraagd is 2030-01-01T00:00:00Z; een eerdere date kan wel"):
        ask("2030-01-01")


def test_tiles_give_the_bytes_of_one_answer_and_are_of_one_moment(
    ask: Asking, service: Overpass, told: list[str]
) -> None:
    whole = ask().read_bytes()
    assert ask(tile_km=4).read_bytes() == whole
    first, *others = service.asked[1:]
    assert len(others) == 5
    assert "[date:" not in first
    assert all(f'[date:"{NEW}"]' in one for one in others)
    assert told[-1] == "OVERPASS: vak 6 van 6."


# --- What goes wrong -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", FAULTS)
def test_a_disturbed_answer_equals_an_undisturbed_one(name: str, ask: Asking, server: Server) -> None:
    whole = ask().read_bytes()
    server.faults.append(FAULTS[name])
    assert ask().read_bytes() == whole
    assert len(server.questions) == 3


@pytest.mark.parametrize("name", FAULTS)
def test_a_service_that_keeps_failing_is_one_message_and_no_file(name: str, ask: Asking, server: Server) -> None:
    server.always = FAULTS[name]
    with pytest.raises(
        SourceError, match=r"OVERPASS \(127\.0\.0\.1.*, interpreter: .*, ook na 3 pogingen; .*"
    ) as caught:
        ask()
    assert len(caught.value.faults) == 1
    assert list(ask.folder.glob("**/*.pbf")) == []


REMARKS = [
    'runtime error: Query timed out in "recurse" at line 1 after 181 seconds.',
    'runtime error: Query run out of memory in "query" at line 1 using about 512 MB of RAM.',
]


@pytest.mark.parametrize("remark", REMARKS)
def test_part_of_an_answer_with_a_remark_is_asked_again(remark: str, ask: Asking, service: Overpass) -> None:
    whole = ask().read_bytes()
    service.remarks.append(remark)
    assert ask().read_bytes() == whole
    service.remarks.extend([remark] * 3)
    with pytest.raises(SourceError, match=r"brak de vraag af .runtime error: Query .*kleinere vakken helpen"):
        ask()


def test_an_answer_that_lacks_nodes_of_its_ways_is_asked_again(ask: Asking, service: Overpass) -> None:
    whole = ask().read_bytes()
    service.losses.append(1)
    assert ask().read_bytes() == whole
    service.losses.extend([1, 2, 3])
    with pytest.raises(SourceError, match="er ontbreken onderdelen van wegen of vlakken, ook na 3 pogingen"):
        ask()


OSM3S = {"timestamp_osm_base": NEW}
NODE = {"type": "node", "id": 1, "lat": 52.05, "lon": 5.05}


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        ([], "geen antwoord van Overpass"),
        ({"osm3s": OSM3S}, "geen antwoord van Overpass"),
        ({"elements": [NODE]}, "niet de vorm"),
        ({"elements": [NODE], "osm3s": {"timestamp_osm_base": "gisteren"}}, "niet de vorm"),
        ({"elements": [{"type": "node", "id": 1}], "osm3s": OSM3S}, "niet de vorm"),
        ({"elements": [{**NODE, "lat": "noord"}], "osm3s": OSM3S}, "niet de vorm"),
        ({"elements": ["n1"], "osm3s": OSM3S}, "niet de vorm"),
        ({"elements": [{"type": "area", "id": 1}], "osm3s": OSM3S}, "niet de vorm"),
        ({"elements": [{**NODE, "lat": "52.05"}], "osm3s": OSM3S}, "niet de vorm"),
        ({"elements": [{**NODE, "id": "1"}], "osm3s": OSM3S}, "niet de vorm"),
        ({"elements": [{**NODE, "id": 2**70}], "osm3s": OSM3S}, "niet de vorm"),
        ({"elements": [{**NODE, "tags": ["naam"]}], "osm3s": OSM3S}, "niet de vorm"),
        ({"elements": [{**NODE, "tags": {"naam": 5}}], "osm3s": OSM3S}, "niet de vorm"),
        ({"elements": [{**NODE, "tags": {"naam": "x" * 70_000}}], "osm3s": OSM3S}, "niet de vorm"),
        ({"elements": [NODE], "osm3s": {"timestamp_osm_base": "2024-W01"}}, "niet de vorm"),
        ({"elements": [], "remark": "\x1b[31mrood\x07"}, r"brak de vraag af \(\[31mrood\)"),
    ],
)
def test_what_is_no_answer_is_no_extract(answer: Any, reason: str, ask: Asking, server: Server) -> None:
    server.handler = lambda _: Answer(json.dumps(answer).encode())
    with pytest.raises(SourceError, match=reason):
        ask()


def test_an_area_without_anything_is_an_empty_extract(ask: Asking, server: Server) -> None:
    server.handler = lambda _: Answer(json.dumps({"elements": [], "osm3s": OSM3S}).encode())
    assert names(ask()) == {}
