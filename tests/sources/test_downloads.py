"""A download goes on where it broke off, and gives the bytes of an undisturbed one."""

import hashlib
import random
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from filelock import FileLock

from pipeline.errors import SourceError
from pipeline.sources.downloads import Downloads
from pipeline.sources.web import Web
from tests.services.files import file_handler
from tests.services.server import FAULTS, Answer, Fault, Handler, Question, Server, impatient, running, services_at

CONTENT = random.Random(1932).randbytes(300_000)
FILES: dict[str, bytes] = {}


@pytest.fixture
def server() -> Iterator[Server]:
    FILES["/uittreksel.pbf"] = CONTENT
    with running(file_handler(FILES)) as one:
        yield one


@pytest.fixture
def downloads(server: Server, tmp_path: Path) -> Downloads:
    return Downloads(Web(impatient(), services_at(proef=server.address), lambda _: None), tmp_path / "halverwege")


def test_a_file_comes_whole(downloads: Downloads, tmp_path: Path) -> None:
    downloads.fetch("proef", "uittreksel.pbf", tmp_path / "a.pbf", md5=hashlib.md5(CONTENT).hexdigest())
    assert (tmp_path / "a.pbf").read_bytes() == CONTENT
    assert [one for one in downloads.folder.iterdir() if one.suffix != ".lock"] == []


@pytest.mark.parametrize("name", FAULTS)
def test_a_disturbed_download_equals_an_undisturbed_one(
    name: str, downloads: Downloads, server: Server, tmp_path: Path
) -> None:
    server.faults.extend([FAULTS[name], Fault(cut=0.3)])
    downloads.fetch("proef", "uittreksel.pbf", tmp_path / "a.pbf")
    assert (tmp_path / "a.pbf").read_bytes() == CONTENT


def test_what_came_is_not_asked_again_also_in_a_later_run(downloads: Downloads, server: Server, tmp_path: Path) -> None:
    server.always = Fault(cut=0.6)
    with pytest.raises(SourceError, match="brak af, ook na 3 pogingen"):
        downloads.fetch("proef", "uittreksel.pbf", tmp_path / "a.pbf")
    assert not (tmp_path / "a.pbf").exists()
    server.always = None
    downloads.fetch("proef", "uittreksel.pbf", tmp_path / "a.pbf")
    begun = int(server.questions[-1].headers["range"].removeprefix("bytes=").removesuffix("-"))
    assert begun > 0.6 * len(CONTENT)
    assert (tmp_path / "a.pbf").read_bytes() == CONTENT


def test_a_new_version_is_fetched_from_its_beginning(downloads: Downloads, server: Server, tmp_path: Path) -> None:
    server.always = Fault(cut=0.6)
    with pytest.raises(SourceError):
        downloads.fetch("proef", "uittreksel.pbf", tmp_path / "a.pbf")
    server.always = None
    FILES["/uittreksel.pbf"] = CONTENT[::-1]
    downloads.fetch("proef", "uittreksel.pbf", tmp_path / "a.pbf")
    assert (tmp_path / "a.pbf").read_bytes() == CONTENT[::-1]


def test_another_content_than_announced_is_not_used(downloads: Downloads, tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="niet wat de dienst aankondigt"):
        downloads.fetch("proef", "uittreksel.pbf", tmp_path / "a.pbf", md5="0" * 32)
    assert not (tmp_path / "a.pbf").exists()


def test_a_file_that_is_gone_says_so(downloads: Downloads, tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="antwoordt 404"):
        downloads.fetch("proef", "weg.pbf", tmp_path / "a.pbf")


def _wrong_part(begin: int, content: bytes, version: str) -> Handler:
    """Return what answers to a question for a part with another, the first time; and well after that."""
    whole, wrong = file_handler({"/uittreksel.pbf": CONTENT}), [True]

    def handle(question: Question) -> Answer:
        sound = whole(question)
        if sound.status != 206 or not wrong.pop():
            wrong.append(False)
            return sound
        wrong.append(False)
        span = f"bytes {begin}-{begin + len(content) - 1}/{len(CONTENT)}"
        headers = {"ETag": version or sound.headers["ETag"], "Content-Range": span}
        return Answer(content, "application/octet-stream", 206, headers)

    return handle


HALF = len(CONTENT) // 2
WRONG_PARTS = {
    "from the beginning": (0, CONTENT, ""),
    "of another version": (HALF - 1, CONTENT[::-1][HALF - 1 :], '"nieuw"'),
    "not up to the end": (HALF - 1, CONTENT[HALF - 1 : HALF + 99], ""),
}


@pytest.mark.parametrize("name", WRONG_PARTS)
def test_another_part_than_was_asked_for_is_not_put_behind_what_came(
    name: str, downloads: Downloads, server: Server, tmp_path: Path
) -> None:
    server.handler = _wrong_part(*WRONG_PARTS[name])
    server.faults.append(Fault(cut=0.5))
    downloads.fetch("proef", "uittreksel.pbf", tmp_path / "a.pbf")
    assert (tmp_path / "a.pbf").read_bytes() == CONTENT


def test_a_service_that_cannot_go_on_is_asked_for_all_of_it(
    downloads: Downloads, server: Server, tmp_path: Path
) -> None:
    whole = server.handler
    server.handler = lambda question: Answer(b"", status=416) if "range" in question.headers else whole(question)
    server.faults.append(Fault(cut=0.5))
    downloads.fetch("proef", "uittreksel.pbf", tmp_path / "a.pbf")
    assert (tmp_path / "a.pbf").read_bytes() == CONTENT


@pytest.mark.parametrize("answer", [Answer(b"", status=204), Answer(b"")], ids=["no content", "empty"])
def test_nothing_is_no_file(answer: Answer, downloads: Downloads, server: Server, tmp_path: Path) -> None:
    server.handler = lambda _: answer
    with pytest.raises(SourceError, match="ook na 3 pogingen"):
        downloads.fetch("proef", "uittreksel.pbf", tmp_path / "a.pbf")
    assert not (tmp_path / "a.pbf").exists()


def test_a_size_that_is_no_number_is_not_believed(downloads: Downloads, server: Server, tmp_path: Path) -> None:
    server.always = Fault(headers={"Content-Length": "veel"})
    downloads.fetch("proef", "uittreksel.pbf", tmp_path / "a.pbf")
    assert (tmp_path / "a.pbf").read_bytes() == CONTENT


def test_what_is_kept_is_whole_all_the_time(downloads: Downloads, server: Server, tmp_path: Path) -> None:
    downloads.fetch("proef", "uittreksel.pbf", tmp_path / "a.pbf", keep=True)
    server.faults.extend([Fault(cut=0), Fault(status=503)])
    seen = []
    watched = replace(
        downloads, web=replace(downloads.web, tell=lambda _: seen.append((tmp_path / "a.pbf").read_bytes()))
    )
    watched.fetch("proef", "uittreksel.pbf", tmp_path / "b.pbf", keep=True)
    assert seen == [CONTENT, CONTENT]
    assert (tmp_path / "b.pbf").read_bytes() == CONTENT
    downloads.forget("proef", "uittreksel.pbf")
    assert [one for one in downloads.folder.iterdir() if one.suffix != ".lock"] == []
    assert (tmp_path / "a.pbf").read_bytes() == CONTENT


def test_what_another_is_fetching_is_not_taken_from_it(downloads: Downloads, tmp_path: Path) -> None:
    downloads.fetch("proef", "uittreksel.pbf", tmp_path / "a.pbf", keep=True)
    (lock,) = downloads.folder.glob("*.lock")
    before = sorted(downloads.folder.iterdir())
    with FileLock(lock):
        downloads.forget("proef", "uittreksel.pbf")
    assert sorted(downloads.folder.iterdir()) == before
