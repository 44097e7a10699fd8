"""Extracts come whole, are what the service announced, and say of which day the map is."""

import hashlib
import json
import random
from collections.abc import Iterator
from pathlib import Path

import osmium
import pytest
from osmium.osm.mutable import Node, Way

from pipeline.config.sources import Extract
from pipeline.errors import SourceError
from pipeline.sources import extracts
from pipeline.sources.downloads import Downloads
from pipeline.sources.osm_cut import Box
from pipeline.sources.osm_files import TIMESTAMP, read_day
from pipeline.sources.web import Web
from tests.services.files import file_handler
from tests.services.server import FAULTS, Fault, Server, impatient, running, services_at

BOX = Box(6.0, 52.0, 6.1, 52.1)
WEST, EAST = "europe/netherlands/west-latest.osm.pbf", "europe/germany/east-latest.osm.pbf"
FILES: dict[str, bytes] = {}


def extract(path: Path, west: float, east: float, day: str | None) -> bytes:
    """Write an extract of a street from west to east, with names that make it larger than a piece of a download."""
    header = osmium.io.Header()
    header.add_box(osmium.osm.Box(west, 51.9, east, 52.2))
    if day is not None:
        header.set(TIMESTAMP, f"{day}T20:21:22Z")
    rng = random.Random(1932)
    numbers = [one for one in range(3000) if west <= 5.9 + one / 10_000 <= east]
    with osmium.SimpleWriter(str(path), header=header) as writer:
        for one in numbers:
            tags = {"name": rng.randbytes(16).hex()}
            writer.add_node(Node(id=one + 1, version=1, location=(5.9 + one / 10_000, 52.05), tags=tags))
        writer.add_way(Way(id=round(west * 10), nodes=[one + 1 for one in numbers], tags={"highway": "path"}))
    return path.read_bytes()


def poly(west: float, east: float, hole: float = 0.0) -> bytes:
    """Return an outline from west to east, with a hole of so many degrees a side around 6.02, 52.02."""
    corners = [(west, 51.9), (east, 51.9), (east, 52.2), (west, 52.2)]
    inner = [(6.02 + x * hole, 52.02 + y * hole) for x, y in ((0, 0), (1, 0), (1, 1), (0, 1))]
    rings = {"area_1": corners} | ({"!area_2": inner} if hole else {})
    lines = [f"{name}\n" + "".join(f"   {x:E}   {y:E}\n" for x, y in ring) + "END\n" for name, ring in rings.items()]
    return ("none\n" + "".join(lines) + "END\n").encode()


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    FILES.clear()
    for path, west, east, day in ((WEST, 5.9, 6.05, "2025-03-02"), (EAST, 6.05, 6.2, "2025-03-01")):
        FILES[f"/{path}"] = extract(tmp_path / Path(path).name, west, east, day)
        FILES[f"/{path}.md5"] = f"{hashlib.md5(FILES[f'/{path}']).hexdigest()}  {Path(path).name}\n".encode()
        FILES[f"/{path.replace('-latest.osm.pbf', '.poly')}"] = poly(west, east)
    with running(file_handler(FILES)) as one:
        yield one


@pytest.fixture
def told() -> list[str]:
    return []


@pytest.fixture
def downloads(server: Server, told: list[str], tmp_path: Path) -> Downloads:
    return Downloads(Web(impatient(), services_at(geofabrik=server.address), told.append), tmp_path / "halverwege")


def at(*paths: str) -> list[Extract]:
    return [Extract(service="geofabrik", path=one) for one in paths]


def fetch(downloads: Downloads, folder: Path, *wanted: Extract, day: str | None = None) -> tuple[str, int]:
    folder.mkdir()
    return extracts.fetch(downloads, wanted, folder.parent, BOX, folder / "regio.osm.pbf", day)


def test_a_download_is_cut_like_a_file_on_disk(downloads: Downloads, tmp_path: Path) -> None:
    found = fetch(downloads, tmp_path / "a", *at(WEST))
    assert fetch(downloads, tmp_path / "b", Extract(file=Path(WEST).name)) == found
    cut = (tmp_path / "a/regio.osm.pbf").read_bytes()
    assert (tmp_path / "b/regio.osm.pbf").read_bytes() == cut
    assert found == ("2025-03-02", 1500 + 1)  # the way into the box, with all its nodes
    assert sorted(one.name for one in (tmp_path / "a").iterdir()) == ["regio.osm.pbf", "regio.osm.pbf.json"]


def test_a_region_at_the_border_takes_the_extract_of_the_neighbour_too(
    downloads: Downloads, told: list[str], tmp_path: Path
) -> None:
    day, count = fetch(downloads, tmp_path / "a", *at(WEST, EAST))
    assert (day, count) == ("2025-03-01", 3000 + 2)
    assert read_day(tmp_path / "a/regio.osm.pbf") == day
    remark = f"De uittreksels zijn niet van dezelfde dag ({WEST} 2025-03-02, {EAST} 2025-03-01); "
    assert remark + "de vroegste geldt als peildatum." in told
    note = json.loads((tmp_path / "a/regio.osm.pbf.json").read_text(encoding="utf-8"))
    assert [one["reference_date"] for one in note["extracts"]] == ["2025-03-02", "2025-03-01"]
    assert not any("reikt niet" in one for one in told)


def test_what_came_whole_does_not_come_again_when_another_fails(
    downloads: Downloads, server: Server, tmp_path: Path
) -> None:
    east = FILES.pop(f"/{EAST}")
    with pytest.raises(SourceError, match="antwoordt 404"):
        fetch(downloads, tmp_path / "a", *at(WEST, EAST))
    FILES[f"/{EAST}"] = east
    server.questions.clear()
    fetch(downloads, tmp_path / "b", *at(WEST, EAST))
    (again,) = (one.headers.get("range") for one in server.questions if one.path == f"/{WEST}")
    assert again == f"bytes={len(FILES[f'/{WEST}']) - 1}-"
    assert [one for one in downloads.folder.iterdir() if one.suffix != ".lock"] == []
    fetch(downloads, tmp_path / "c", *at(WEST), Extract(file=Path(EAST).name))
    assert (tmp_path / "b/regio.osm.pbf").read_bytes() == (tmp_path / "c/regio.osm.pbf").read_bytes()


@pytest.mark.parametrize("kept", [0, 200])
def test_a_damaged_extract_comes_again(kept: int, downloads: Downloads, server: Server, tmp_path: Path) -> None:
    whole = FILES[f"/{WEST}"]
    FILES.pop(f"/{WEST}.md5")
    FILES[f"/{WEST}"] = whole[:kept] + bytes(len(whole) - kept)
    with pytest.raises(SourceError, match="niet volledig leesbaar"):
        fetch(downloads, tmp_path / "a", *at(WEST))
    server.questions.clear()
    FILES[f"/{WEST}"] = whole
    fetch(downloads, tmp_path / "b", *at(WEST))
    assert not [one for one in server.questions if "range" in one.headers]


def test_an_extract_that_does_not_reach_says_so_and_the_cut_claims_no_more(
    downloads: Downloads, told: list[str], tmp_path: Path
) -> None:
    fetch(downloads, tmp_path / "a", *at(WEST))
    assert f"{WEST}: reikt niet tot de rand van het gebied rond de regio" in "\n".join(told)
    assert json.loads((tmp_path / "a/regio.osm.pbf.json").read_text(encoding="utf-8"))["box"]["east"] == 6.05


@pytest.mark.parametrize(
    ("outlines", "reaches"),
    [
        ((poly(5.9, 6.05), poly(6.05, 6.2)), True),
        ((poly(5.9, 6.05), poly(6.07, 6.2)), False),
        ((poly(5.9, 6.05, hole=0.01), poly(6.05, 6.2)), False),
    ],
    ids=["side by side", "a gap between", "a hole"],
)
def test_a_land_that_no_outline_holds_is_remarked_on_though_the_boxes_cover_it(
    outlines: tuple[bytes, bytes], reaches: bool, downloads: Downloads, told: list[str], tmp_path: Path
) -> None:
    for path, outline in zip((WEST, EAST), outlines, strict=True):
        FILES[f"/{path.replace('-latest.osm.pbf', '.poly')}"] = outline
    fetch(downloads, tmp_path / "a", *at(WEST, EAST))
    assert any("voeg het uittreksel van de buren toe" in one for one in told) == (not reaches)


def test_an_outline_that_is_none_is_asked_for_again_and_named(downloads: Downloads, tmp_path: Path) -> None:
    FILES["/europe/netherlands/west.poly"] = poly(5.9, 6.05)[:40]
    with pytest.raises(SourceError, match=r"west\.poly: het antwoord is geen omtrek .*, ook na 3 pogingen"):
        fetch(downloads, tmp_path / "a", *at(WEST))


def test_an_extract_of_elsewhere_is_refused(downloads: Downloads, tmp_path: Path) -> None:
    extract(tmp_path / "elders.osm.pbf", 6.15, 6.2, "2025-03-01")
    with pytest.raises(SourceError, match=r"elders\.osm\.pbf: hier ligt de regio niet in"):
        fetch(downloads, tmp_path / "a", Extract(file="elders.osm.pbf"))


def test_an_extract_without_a_date_takes_that_of_the_settings(downloads: Downloads, tmp_path: Path) -> None:
    extract(tmp_path / "stil.osm.pbf", 5.9, 6.2, None)
    with pytest.raises(SourceError, match=r"stil\.osm\.pbf: vermeldt niet van welke dag .* vul reference_date in"):
        fetch(downloads, tmp_path / "a", Extract(file="stil.osm.pbf"))
    assert fetch(downloads, tmp_path / "b", Extract(file="stil.osm.pbf"), day="2020-02-02")[0] == "2020-02-02"


def test_all_that_is_missing_is_named_at_once(downloads: Downloads, tmp_path: Path) -> None:
    with pytest.raises(SourceError) as caught:
        fetch(downloads, tmp_path / "a", Extract(file="weg.osm.pbf"), *at("europe/weg-latest.osm.pbf", WEST))
    assert len(caught.value.faults) == 2
    assert "weg.osm.pbf: bestand ontbreekt" in caught.value.faults[0]
    assert "europe/weg-latest.osm.pbf: de dienst antwoordt 404" in caught.value.faults[1]


@pytest.mark.parametrize("question", [0, 1, 2], ids=["outline", "checksum", "extract"])
@pytest.mark.parametrize("name", FAULTS)
def test_a_disturbed_download_is_cut_like_an_undisturbed_one(
    name: str, question: int, downloads: Downloads, server: Server, tmp_path: Path
) -> None:
    found = fetch(downloads, tmp_path / "a", *at(WEST))
    server.faults.extend([*[None] * question, FAULTS[name]])
    assert fetch(downloads, tmp_path / "b", *at(WEST)) == found
    assert (tmp_path / "b/regio.osm.pbf").read_bytes() == (tmp_path / "a/regio.osm.pbf").read_bytes()
    assert len(server.questions) == 7


@pytest.mark.parametrize("name", FAULTS)
def test_a_service_that_keeps_failing_is_one_message_and_no_file(
    name: str, downloads: Downloads, server: Server, tmp_path: Path
) -> None:
    server.always = FAULTS[name]
    with pytest.raises(SourceError, match=r"GEOFABRIK .*, ook na 3 pogingen; ") as caught:
        fetch(downloads, tmp_path / "a", *at(WEST))
    assert len(caught.value.faults) == 1
    assert list((tmp_path / "a").iterdir()) == []


def test_what_comes_is_what_the_service_announced(downloads: Downloads, server: Server, tmp_path: Path) -> None:
    FILES[f"/{WEST}.md5"] = b"0" * 32 + b"  west-latest.osm.pbf\n"
    with pytest.raises(SourceError, match="niet wat de dienst aankondigt"):
        fetch(downloads, tmp_path / "a", *at(WEST))
    FILES[f"/{WEST}.md5"] = b"onderhoud"
    with pytest.raises(SourceError, match=r"west-latest\.osm\.pbf\.md5: het antwoord is geen md5-som, ook na"):
        fetch(downloads, tmp_path / "b", *at(WEST))
    del FILES[f"/{WEST}.md5"]
    assert fetch(downloads, tmp_path / "c", *at(WEST))[0] == "2025-03-02", "not every service announces it"


def test_an_extract_that_ends_half_way_at_the_service_itself_is_damaged(downloads: Downloads, tmp_path: Path) -> None:
    FILES[f"/{WEST}"] = FILES[f"/{WEST}"][: len(FILES[f"/{WEST}"]) // 2]
    del FILES[f"/{WEST}.md5"]
    with pytest.raises(SourceError, match=r"west-latest\.osm\.pbf: niet volledig leesbaar als"):
        fetch(downloads, tmp_path / "a", *at(WEST))
    assert list((tmp_path / "a").iterdir()) == []


def test_a_download_that_broke_off_goes_on_in_a_later_run(downloads: Downloads, server: Server, tmp_path: Path) -> None:
    whole = fetch(downloads, tmp_path / "a", *at(WEST))
    server.faults.extend([None, None, *[Fault(cut=0.6)] * 3])
    with pytest.raises(SourceError, match="brak af"):
        fetch(downloads, tmp_path / "b", *at(WEST))
    assert fetch(downloads, tmp_path / "c", *at(WEST)) == whole
    assert server.questions[-1].headers["range"] != "bytes=0-"
    assert (tmp_path / "c/regio.osm.pbf").read_bytes() == (tmp_path / "a/regio.osm.pbf").read_bytes()


def test_no_room_for_a_download_is_said(downloads: Downloads, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Downloads, "_write", full)
    with pytest.raises(OSError, match="No space left"):
        fetch(downloads, tmp_path / "a", *at(WEST))
    assert list((tmp_path / "a").iterdir()) == []
