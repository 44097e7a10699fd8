"""Addresses asked of a Locatieserver on this machine: how well they fit, answers of another shape, and what is kept."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from pipeline.errors import SourceError
from pipeline.sources.locatieserver import ANSWERS, Answer, ask_addresses, read_answers, write_answers
from pipeline.sources.web import Web
from tests.services import server as services
from tests.services.locatieserver import PATH, Found, locatieserver
from tests.services.server import Server, impatient, running, services_at

PLACES = [
    Found("1491AB", "12", "", 100.0, 200.0), Found("1491AB", "12", "-a", 110.5, 200.0),
    Found("1491AB", "14", "-2", 120.0, 200.0), Found("1491AB", "", "", 115.25, 205.0),
    Found("1400AA", "", "", 1.0, 2.0),
]  # fmt: skip
NOW = "2026-11-22T10:00:00+00:00"


@pytest.fixture
def server() -> Iterator[Server]:
    with running(locatieserver(PLACES)) as one:
        yield one


@pytest.fixture
def web(server: Server) -> Web:
    return Web(impatient(), services_at(locatieserver=server.address + PATH), tell=lambda _: None)


@pytest.mark.parametrize(
    ("address", "match", "x", "asked"),
    [
        (("1491AB", "12", ""), "exact", 100.0, 1),
        (("1491AB", "12", "A"), "exact", 110.5, 1),
        (("1491AB", "14", "2"), "exact", 120.0, 1),
        (("1491AB", "14", ""), "number", 120.0, 1),
        (("1491AB", "12", "C"), "number", 100.0, 1),
        (("1491AB", "99", ""), "postcode", 115.25, 2),
        (("1400AA", "1", ""), "postcode", 1.0, 2),
        (("1300AA", "1", ""), "none", None, 2),
    ],
)
def test_an_answer_says_how_well_it_fits(
    address: tuple[str, str, str], match: str, x: float | None, asked: int, web: Web, server: Server
) -> None:
    (found,) = ask_addresses(web, [address], NOW)
    assert (found.key, found.match, found.x_m, found.retrieved_at) == (address, match, x, NOW)
    assert (found.place_found is None) == (match == "none")
    assert len(server.questions) == asked


@pytest.mark.parametrize(
    "answer",
    [
        [], {}, {"response": None}, {"response": {"docs": None}}, {"response": {"docs": ["x"]}},
        {"response": {"docs": [{"type": "adres"}]}},
        {"response": {"docs": [{"type": "adres", "postcode": "1491AB", "huis_nlt": "12", "weergavenaam": "x",
                                "centroide_rd": "POINT(a b)"}]}},
    ],
)  # fmt: skip
def test_an_answer_of_another_shape_is_one_message(answer: Any, web: Web, server: Server) -> None:
    server.handler = lambda _: services.Answer(json.dumps(answer).encode())
    with pytest.raises(SourceError) as caught:
        ask_addresses(web, [("1491AB", "12", "")], NOW)
    (fault,) = caught.value.faults
    assert fault.startswith("Locatieserver: het antwoord heeft geen bruikbaar veld")
    assert "geocoder op false" in fault


def test_a_service_that_stays_away_is_one_message(web: Web, server: Server) -> None:
    server.always = services.FAULTS["503"]
    with pytest.raises(SourceError) as caught:
        ask_addresses(web, [("1491AB", "12", "")], NOW)
    assert len(caught.value.faults) == 1


def test_answers_are_kept_in_order_and_damaged_ones_are_asked_again(tmp_path: Path) -> None:
    answers = [Answer("1491AB", "9", "", "none", None, None, None, NOW),
               Answer("1491AB", "12", "A", "exact", 1.5, 2.0, "Proefweg 12a", NOW)]  # fmt: skip
    assert read_answers(tmp_path) == {}
    write_answers(answers, tmp_path)
    first = (tmp_path / ANSWERS).read_bytes()
    assert read_answers(tmp_path) == {one.key: one for one in answers}
    write_answers(answers[::-1], tmp_path)
    assert (tmp_path / ANSWERS).read_bytes() == first
    (tmp_path / ANSWERS).write_bytes(first[:40])
    assert read_answers(tmp_path) == {}
