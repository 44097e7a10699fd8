"""Rows of a table come whole, in pages or in parts, or there is one clear message; and no other host is asked."""

import json
import socket
from collections.abc import Iterator, Sequence
from typing import Any

import cbsodata
import pytest
from cbsodata import cbsodata3

from pipeline.errors import SourceError
from pipeline.sources.cbs.odata import Table
from pipeline.sources.web import Web
from tests.services.odata import ODataTable, odata_handler
from tests.services.server import FAULTS, Answer, Fault, Server, impatient, running, services_at
from tests.services.statline import odata_table

CODES = ["GM0001", "WK000100", "BU00010000", "BU00010001", "BU00010002", "BU00020000"]
ROWS = [{"WijkenEnBuurten": code.ljust(10), "AantalInwoners_5": number} for number, code in enumerate(CODES)]
OURS = ["GM0001", "WK0001", "BU0001"]


@pytest.fixture
def tables() -> dict[str, ODataTable]:
    return {"85618NED": odata_table("85618NED", ROWS, {"WijkenEnBuurten": "GeoDetail"})}


@pytest.fixture
def server(tables: dict[str, ODataTable]) -> Iterator[Server]:
    with running(odata_handler(tables, page=2)) as one:
        yield one


@pytest.fixture
def told() -> list[str]:
    return []


@pytest.fixture
def table(server: Server, told: list[str]) -> Table:
    return Table(Web(impatient(), services_at(cbs=server.address), told.append), "cbs", "85618NED")


def codes_of(table: Table, codes: Sequence[str] = OURS) -> list[str]:
    return [row["WijkenEnBuurten"].strip() for row in table.rows("WijkenEnBuurten", codes, {})]


def message(table: Table) -> str:
    with pytest.raises(SourceError) as caught:
        codes_of(table)
    (fault,) = caught.value.faults
    return fault


def test_the_region_is_filtered_by_the_service_and_paged(table: Table, server: Server) -> None:
    assert codes_of(table) == CODES[:5]
    wanted = (
        "(startswith(WijkenEnBuurten,'GM0001') or startswith(WijkenEnBuurten,'WK0001') "
        "or startswith(WijkenEnBuurten,'BU0001'))"
    )
    assert {question.query["$filter"] for question in server.questions} == {wanted}
    assert [question.path.rsplit("/", 1)[1] for question in server.questions] == ["$count"] + 3 * ["TypedDataSet"]


def test_the_client_takes_the_service_for_the_real_one(server: Server) -> None:
    kept = cbsodata.options.use_https
    cbsodata.options.use_https = False
    try:
        found = cbsodata.get_data(
            "85618NED", typed=True, catalog_url=server.address.removeprefix("http://"), select=["AantalInwoners_5"]
        )
    finally:
        cbsodata.options.use_https = kept
    assert [row["AantalInwoners_5"] for row in found] == [0, 1, 2, 3, 4, 5]


def test_what_is_set_in_the_library_is_as_it_was(table: Table, server: Server) -> None:
    before = cbsodata.options.use_https, cbsodata3.Session
    codes_of(table)
    server.always = Fault(status=404)
    with pytest.raises(SourceError):
        codes_of(table)
    assert (cbsodata.options.use_https, cbsodata3.Session) == before


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_that_passes_is_overcome(name: str, table: Table, server: Server) -> None:
    for before in range(3):
        server.faults.extend([*before * [None], FAULTS[name]])
        assert codes_of(table) == CODES[:5]
        assert not server.faults


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_that_stays_gives_one_message(name: str, table: Table, server: Server) -> None:
    server.always = FAULTS[name]
    found = message(table)
    assert found.startswith(f"CBS ({server.address.removeprefix('http://')}), 85618NED/TypedDataSet: ")
    assert "ook na 3 pogingen; wat er eerder was opgehaald blijft staan" in found


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_in_the_last_page_for_ever_gives_one_message(name: str, table: Table, server: Server) -> None:
    server.faults.extend(3 * [None, None, FAULTS[name]])
    assert "ook na 3 pogingen" in message(table)


def test_a_refused_connection_says_so() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{free.getsockname()[1]}"
    table = Table(Web(impatient(2), services_at(cbs=address), print), "cbs", "85618NED")
    with pytest.raises(SourceError, match="85618NED/TableInfos: de verbinding is geweigerd, ook na 2 pogingen"):
        table.entries("TableInfos")


def test_a_table_that_is_gone_is_asked_for_once(table: Table, tables: dict[str, ODataTable], server: Server) -> None:
    tables.clear()
    assert "antwoordt 404: bestaat de tabel" in message(table)
    assert len(server.questions) == 1
    with pytest.raises(SourceError, match="85618NED/TableInfos: de dienst antwoordt 404"):
        table.entries("TableInfos")


def test_fewer_rows_than_announced_are_asked_for_again(table: Table, tables: dict[str, ODataTable]) -> None:
    tables["85618NED"].withheld = 1
    assert "4 rijen gekregen en 5 aangekondigd, ook na 3 pogingen" in message(table)


def test_rows_that_come_the_second_time_are_taken(
    table: Table, tables: dict[str, ODataTable], server: Server, told: list[str]
) -> None:
    tables["85618NED"].withheld = 1
    answer = server.handler

    def later_whole(question: Any) -> Answer:
        if question.path.endswith("$count") and server.questions[1:]:
            tables["85618NED"].withheld = 0
        return answer(question)

    server.handler = later_whole
    assert codes_of(table) == CODES[:5]
    assert "4 rijen gekregen en 5 aangekondigd; opnieuw over" in told[0]


def test_a_refusal_of_many_rows_is_met_by_asking_for_fewer_areas(tables: dict[str, ODataTable]) -> None:
    with running(odata_handler(tables, page=2, refuses=True)) as server:
        table = Table(Web(impatient(), services_at(cbs=server.address), print), "cbs", "85618NED")
        assert sorted(codes_of(table)) == sorted(CODES[:5])
        assert len(server.questions) > 4


def test_a_refusal_of_one_area_is_not_asked_again(tables: dict[str, ODataTable]) -> None:
    tables["85618NED"].rows = 3 * tables["85618NED"].rows
    with running(odata_handler(tables, page=2, refuses=True)) as server:
        table = Table(Web(impatient(), services_at(cbs=server.address), print), "cbs", "85618NED")
        with pytest.raises(SourceError, match="tabel 85618NED: weigert de rijen van GM0001, het zijn er te veel; kies"):
            codes_of(table)
        assert len({question.query["$filter"] for question in server.questions}) == 2
        assert len(server.questions) == 3


@pytest.mark.parametrize("body", [b'{"value": 3}', b'{"value": [3]}', b'{"odata.error": {}}', b"[]", b"3"])
def test_an_answer_of_another_form_is_no_table(body: bytes, table: Table, server: Server) -> None:
    server.handler = lambda question: Answer(b"5" if question.path.endswith("$count") else body)
    assert "het antwoord heeft niet de vorm van een tabel, ook na 3 pogingen" in message(table)


def test_a_count_that_is_no_number_is_no_answer(table: Table, server: Server) -> None:
    server.handler = lambda _: Answer(b"veel")
    assert "het aantal rijen is niet leesbaar, ook na 3 pogingen" in message(table)


@pytest.mark.parametrize("way", ["next page", "redirect"])
def test_no_other_host_is_asked(way: str, table: Table, server: Server) -> None:
    with running(lambda _: Answer(b'{"value": []}')) as other:
        page = Answer(json.dumps({"value": [], "odata.nextLink": f"{other.address}/verder"}).encode())
        redirect = Answer(b"", status=302, headers={"Location": f"{other.address}/verder"})
        answer = page if way == "next page" else redirect
        server.handler = lambda question: Answer(b"5") if question.path.endswith("$count") else answer
        assert "staat niet in services.yaml en wordt niet benaderd" in message(table)
        assert other.questions == []


def test_pages_that_go_round_end(table: Table, server: Server) -> None:
    page = Answer(json.dumps({"value": [], "odata.nextLink": f"{server.address}/rond"}).encode())
    server.handler = lambda question: Answer(b"5") if question.path.endswith("$count") else page
    assert "verwijst steeds naar dezelfde bladzijde" in message(table)


@pytest.mark.parametrize("way", ["ftp://{host}/verder", "http://[::1/verder", "5"])
def test_a_next_page_that_cannot_be_asked_is_one_message(way: str, table: Table, server: Server) -> None:
    there = way.format(host=server.address.removeprefix("http://"))
    page = Answer(json.dumps({"value": [], "odata.nextLink": there}).encode())
    server.handler = lambda question: Answer(b"5") if question.path.endswith("$count") else page
    assert message(table)


def test_redirects_without_end_are_one_message(table: Table, server: Server) -> None:
    server.handler = lambda _: Answer(b"", status=302, headers={"Location": f"/{len(server.questions)}"})
    assert message(table)


def test_the_older_end_point_refuses_and_does_not_skip(server: Server) -> None:
    web = Web(impatient(1), services_at(cbs=server.address), print)
    path = "ODataApi/odata/85618NED/TypedDataSet"
    assert len(web.json("cbs", path, {"$top": 2})["value"]) == 2
    for params in ({}, {"$skip": 1, "$top": 1}):
        with pytest.raises(SourceError, match="antwoordt 500"):
            web.json("cbs", path, params)
