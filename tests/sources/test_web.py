"""A service that does badly is asked again, and then there is one clear message."""

import socket
from collections.abc import Iterator

import pytest

from pipeline.errors import SourceError
from pipeline.sources.web import Web, next_address
from tests.services.server import FAULTS, Answer, Fault, Server, impatient, running, services_at

BODY = b'{"value": [1, 2, 3], "text": "' + b"x" * 2000 + b'"}'


@pytest.fixture
def server() -> Iterator[Server]:
    with running(lambda _: Answer(BODY)) as one:
        yield one


@pytest.fixture
def told() -> list[str]:
    return []


@pytest.fixture
def web(server: Server, told: list[str]) -> Web:
    return Web(impatient(), services_at(proef=server.address), told.append)


def message(web: Web, code: str = "proef") -> str:
    with pytest.raises(SourceError) as caught:
        web.json(code, "tabel")
    (fault,) = caught.value.faults
    assert fault.endswith("lees het met from: file.")
    return fault


def test_an_answer_comes_through(web: Web, server: Server) -> None:
    assert web.json("proef", "a/tabel", {"$top": 3})["value"] == [1, 2, 3]
    (question,) = server.questions
    assert (question.path, question.query) == ("/a/tabel", {"$top": "3"})


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_that_passes_is_overcome(name: str, web: Web, server: Server, told: list[str]) -> None:
    server.faults.extend([FAULTS[name], FAULTS[name]])
    assert web.json("proef", "tabel")["value"] == [1, 2, 3]
    assert len(server.questions) == 3
    assert len(told) == 2
    assert all(line.startswith("PROEF (127.0.0.1:") and "opnieuw over" in line for line in told)


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_that_stays_gives_one_message(name: str, web: Web, server: Server) -> None:
    server.always = FAULTS[name]
    assert "ook na 3 pogingen; wat er eerder was opgehaald blijft staan" in message(web)
    assert len(server.questions) == 3


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410])
def test_what_will_not_pass_is_asked_once(status: int, web: Web, server: Server) -> None:
    server.always = Fault(status=status)
    assert f"antwoordt {status}" in message(web)
    assert len(server.questions) == 1


def test_text_that_is_no_json_is_no_answer(web: Web, server: Server) -> None:
    server.handler = lambda _: Answer(BODY[:40])
    assert "geen volledige JSON" in message(web)


def test_nesting_without_end_is_no_answer(web: Web, server: Server) -> None:
    server.handler = lambda _: Answer(b"[" * 100_000)
    assert "geen volledige JSON" in message(web)


@pytest.mark.parametrize("asked", ["Wed, 21 Oct 2015 07:28:00 -0000", "\xb2", "morgen", "-5"])
def test_a_time_to_wait_that_cannot_be_read_is_passed_over(asked: str, web: Web, server: Server) -> None:
    server.faults.append(Fault(status=429, headers={"Retry-After": asked}))
    assert web.json("proef", "tabel")["value"] == [1, 2, 3]


@pytest.mark.parametrize("location", ["ftp://{host}/elders", "http://[::1/elders", "//{host}:poort/"])
def test_a_redirect_that_leads_nowhere_is_one_message(location: str, web: Web, server: Server) -> None:
    there = location.format(host=server.address.removeprefix("http://"))
    server.handler = lambda _: Answer(b"", status=302, headers={"Location": there})
    with pytest.raises(SourceError):
        web.json("proef", "tabel")


def test_a_refused_connection_says_so(told: list[str]) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{free.getsockname()[1]}"
    assert "de verbinding is geweigerd" in message(Web(impatient(2), services_at(proef=address), told.append))


def test_a_name_that_is_not_found_says_so(told: list[str]) -> None:
    web = Web(impatient(2), services_at(proef="http://bestaat-niet.invalid"), told.append)
    assert "de naam van de dienst is niet gevonden" in message(web)


def test_a_service_may_ask_for_time_but_not_for_ever(web: Web, server: Server, told: list[str]) -> None:
    server.faults.append(Fault(status=429, headers={"Retry-After": "3600"}))
    web.json("proef", "tabel")
    assert told[0].endswith("429 (te druk); opnieuw over 0 s.")  # the longest pause of the settings


def test_only_hosts_in_the_settings_are_asked(web: Web, server: Server) -> None:
    with running(lambda _: Answer(b"{}")) as other:
        server.handler = lambda _: Answer(b"", status=302, headers={"Location": f"{other.address}/elders"})
        with pytest.raises(SourceError, match=r"staat niet in services\.yaml en wordt niet benaderd"):
            web.json("proef", "tabel")
        assert other.questions == []


def test_a_redirect_within_a_service_is_followed(web: Web, server: Server) -> None:
    server.handler = lambda question: (
        Answer(BODY) if question.path == "/nieuw" else Answer(b"", status=301, headers={"Location": "/nieuw"})
    )
    assert web.json("proef", "tabel")["value"] == [1, 2, 3]


def test_a_redirect_never_leaves_encryption() -> None:
    with pytest.raises(Exception, match="zonder versleuteling"):
        next_address("https://opendata.cbs.nl/a", "http://opendata.cbs.nl/b")
    assert next_address("https://opendata.cbs.nl/a", "/b") == "https://opendata.cbs.nl/b"
    assert next_address("http://127.0.0.1/a", "http://127.0.0.1/b") == "http://127.0.0.1/b"


def test_a_service_that_the_settings_lack_is_named(web: Web) -> None:
    with pytest.raises(SourceError, match=r"services.yaml: dienst pdok ontbreekt; .* kies uit proef"):
        web.json("pdok", "tabel")
