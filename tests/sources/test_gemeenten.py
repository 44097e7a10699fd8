"""All gemeenten with their provincie, from the CBS."""

import copy
from collections.abc import Iterator
from typing import Any

import pytest

from pipeline.config.gemeenten import GemeenteTables
from pipeline.errors import SourceError
from pipeline.sources.gemeenten import Gemeente, read_gemeenten
from pipeline.sources.web import Web
from tests.services import gebieden
from tests.services.server import FAULTS, Server, impatient, running, services_at

TABLES = GemeenteTables(service="cbs", tables={"2024": "85755NED", "2025": "86059NED"})
GEMEENTEN = [Gemeente("GM0014", "Groningen (gemeente)", "Groningen"), Gemeente("GM0118", "Hoogeveen", "Drenthe")]


@pytest.fixture
def server() -> Iterator[Server]:
    with running(gebieden.gebieden_handler(reversed(GEMEENTEN), "86059NED")) as one:
        yield one


def ask(server: Server) -> list[Gemeente]:
    return read_gemeenten(Web(impatient(), services_at(cbs=server.address), lambda _: None), TABLES)


def test_names_come_without_padding_from_the_table_of_the_last_year(server: Server) -> None:
    assert ask(server) == GEMEENTEN
    assert {question.path.split("/")[3] for question in server.questions} == {"86059NED"}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_that_passes_changes_nothing(fault: str, server: Server) -> None:
    server.faults.append(FAULTS[fault])
    assert ask(server) == GEMEENTEN


@pytest.mark.parametrize("missing", ["Provincies", "Codes en namen van gemeenten"])
def test_a_group_of_another_name_is_one_fault(missing: str, server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    properties: list[dict[str, Any]] = copy.deepcopy(gebieden.PROPERTIES)
    for one in properties:
        if one["Title"] in (missing, "Lokalisering van gemeenten"):
            one["Title"] = "Anders"
    monkeypatch.setattr(gebieden, "PROPERTIES", properties)
    with pytest.raises(SourceError) as caught:
        ask(server)
    (fault,) = caught.value.faults
    assert "86059NED: een kolom Naam in de groep" in fault
    assert fault.endswith("config/gemeenten.yaml.")


def test_a_table_without_gemeenten_is_a_fault() -> None:
    handler = gebieden.gebieden_handler([Gemeente("NL01", "Nederland", "")], "86059NED")
    with running(handler) as server, pytest.raises(SourceError, match="er staat geen gemeente in"):
        ask(server)
