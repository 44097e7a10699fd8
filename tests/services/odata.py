"""Tables in the shapes of the OData 3 service of the CBS: metadata, dimensions, rows with filter, pages and refusal.

``ODataFeed`` gives pages of at most 10,000 rows with the address of the next; ``ODataApi`` refuses more than 10,000
rows, and to skip any.
"""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from tests.services.odata_filter import Filter
from tests.services.server import Answer, Handler, Question

Row = Mapping[str, Any]
MOST_ROWS = 10_000
_PATH = re.compile(r"^/(ODataFeed|ODataApi)/odata/(\w+)/?(\w*)(/\$count)?$", re.IGNORECASE)
_REFUSAL = "The query returns more than 10000 records, the query should be changed"
_NO_SKIP = "The 'Skip' query option is not supported on the ODataApi"


@dataclass
class ODataTable:
    """A table that the service has; a test may change it while it runs.

    Parameters
    ----------
    infos
        The one entry of `TableInfos`.
    properties
        `DataProperties`: dimensions, groups of columns, columns.
    dimensions
        Entries per dimension, `Key` padded.
    rows
        `TypedDataSet`.
    withheld
        How many rows the service keeps back without saying so.
    """

    infos: Row
    properties: list[Row]
    dimensions: Mapping[str, list[Row]]
    rows: list[Row]
    withheld: int = 0

    def part(self, name: str) -> Sequence[Row] | None:
        """Return the entries of a part by its name."""
        named = {"TableInfos": [self.infos], "DataProperties": self.properties, "CategoryGroups": [], **self.dimensions}
        rows = {"TypedDataSet": self.rows, "UntypedDataSet": self.rows}
        return {**named, **rows}.get(name)


def odata_handler(tables: Mapping[str, ODataTable], *, page: int = MOST_ROWS, refuses: bool = False) -> Handler:
    """Return what answers with `tables`, by identifier; `tables` may change while it runs.

    Parameters
    ----------
    tables
        What there is.
    page
        How many rows the feed gives at once.
    refuses
        Whether the feed refuses more than that, as the other end point does, in place of giving pages.
    """

    def handle(question: Question) -> Answer:
        match = _PATH.match(question.path)
        table = tables.get(match[2]) if match else None
        if match is None or table is None:
            return _error(404, "Resource not found for the segment")
        address = f"http://{question.headers['host']}/{match[1]}/odata/{match[2]}"
        if not match[3]:
            return _listed(address, table)
        entries = table.part(match[3])
        if entries is None:
            return _error(404, f"Resource not found for the segment '{match[3]}'.")
        is_data = match[3].endswith("DataSet")
        wanted = question.query.get("$filter")
        fits = Filter(wanted) if wanted else lambda _: True
        chosen = [one for one in entries if fits(one)]
        if match[4]:
            return Answer(b"\xef\xbb\xbf" + str(len(chosen)).encode(), "text/plain;charset=utf-8")
        chosen = chosen[: len(chosen) - table.withheld] if is_data else chosen
        strict = match[1].lower() == "odataapi" or refuses
        return _page(question, f"{address}/{match[3]}", chosen, page, strict=strict and is_data)

    return handle


def _page(question: Question, address: str, entries: Sequence[Row], page: int, *, strict: bool) -> Answer:
    skip, top = int(question.query.get("$skip", 0)), int(question.query.get("$top", len(entries)))
    if strict and "$skip" in question.query:
        return _error(500, _NO_SKIP)
    if strict and min(len(entries), top) > page:
        return _error(500, _REFUSAL)
    shown = list(entries[skip : skip + min(top, page)])
    if select := question.query.get("$select"):
        shown = [{key: row[key] for key in select.split(",")} for row in shown]
    content: dict[str, Any] = {"odata.metadata": address.replace("/odata/", "/odata/$metadata#"), "value": shown}
    if skip + page < min(len(entries), skip + top):
        content["odata.nextLink"] = f"{address}?{urlencode({**question.query, '$skip': skip + page})}"
    return _json(content)


def _listed(address: str, table: ODataTable) -> Answer:
    names = ["TableInfos", "UntypedDataSet", "TypedDataSet", "DataProperties", "CategoryGroups", *table.dimensions]
    listed = [{"name": name, "url": f"{address}/{name}"} for name in names]
    return _json({"odata.metadata": f"{address}/$metadata", "value": listed})


def _error(status: int, message: str) -> Answer:
    content = {"odata.error": {"code": "", "message": {"lang": "en-US", "value": message}}}
    return Answer(json.dumps(content).encode(), "application/json;odata=minimalmetadata;charset=utf-8", status)


def _json(content: Mapping[str, Any]) -> Answer:
    return Answer(json.dumps(content, ensure_ascii=False).encode(), "application/json;odata=minimalmetadata")
