"""CBS table "Gebieden in Nederland" as OData 3 gives it: numbered columns in groups, codes and names padded."""

import json
from collections.abc import Iterable
from typing import Any

from pipeline.sources.gemeenten import Gemeente
from tests.services.server import Answer, Handler, Question

PROPERTIES: list[dict[str, Any]] = [
    {"ID": 0, "ParentID": None, "Type": "GeoDimension", "Key": "RegioS", "Title": "Regio's"},
    {"ID": 1, "ParentID": None, "Type": "TopicGroup", "Key": "", "Title": "Codes en namen van gemeenten"},
    {"ID": 2, "ParentID": 1, "Type": "Topic", "Key": "Code_1", "Title": "Code"},
    {"ID": 3, "ParentID": 1, "Type": "Topic", "Key": "Naam_2", "Title": "Naam"},
    {"ID": 4, "ParentID": None, "Type": "TopicGroup", "Key": "", "Title": "Lokalisering van gemeenten"},
    {"ID": 5, "ParentID": 4, "Type": "TopicGroup", "Key": "", "Title": "Landsdelen"},
    {"ID": 6, "ParentID": 5, "Type": "Topic", "Key": "Naam_24", "Title": "Naam"},
    {"ID": 7, "ParentID": 4, "Type": "TopicGroup", "Key": "", "Title": "Provincies"},
    {"ID": 8, "ParentID": 7, "Type": "Topic", "Key": "Code_28", "Title": "Code"},
    {"ID": 9, "ParentID": 7, "Type": "Topic", "Key": "Naam_29", "Title": "Naam"},
]


def gebieden_handler(gemeenten: Iterable[Gemeente], table: str) -> Handler:
    """Return what answers with `gemeenten` as table `table`, of the columns that are asked for."""
    rows = [
        {"RegioS": f"{one.code}  ", "Naam_2": one.name.ljust(40), "Naam_24": "Noord", "Naam_29": f"{one.provincie}   "}
        for one in gemeenten
    ]

    def handle(question: Question) -> Answer:
        if question.path == f"/ODataApi/odata/{table}/DataProperties":
            return _answer(PROPERTIES)
        if question.path == f"/ODataApi/odata/{table}/TypedDataSet":
            asked = question.query["$select"].split(",")
            return _answer([{key: row[key] for key in asked if key in row} for row in rows])
        return Answer(b"{}", status=404)

    return handle


def _answer(values: list[dict[str, Any]]) -> Answer:
    return Answer(json.dumps({"odata.metadata": "x", "value": values}).encode())
