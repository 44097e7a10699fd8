"""Ask tables of an OData 3 service through cbsodata: patiently, whole, and only of hosts in the settings."""

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeVar

import cbsodata
import requests
from cbsodata import cbsodata3

from pipeline.errors import SourceError
from pipeline.sources.cbs.filters import batches, narrowed, row_filter
from pipeline.sources.web import TemporaryFaultError, Web

Row = Mapping[str, Any]
Answer = TypeVar("Answer")

_FEED = "ODataFeed/odata"
_ROWS = "TypedDataSet"
_REFUSAL = re.compile(r"more than \d+ records", re.IGNORECASE)


class _RefusedError(Exception):
    """The service will not give so many rows at once."""


@dataclass(frozen=True)
class Table:
    """A table at a service.

    Parameters
    ----------
    web
        The way to the services.
    service
        Name of the service in the settings.
    identifier
        Of the table, as ``85618NED``.
    """

    web: Web
    service: str
    identifier: str

    @property
    def place(self) -> str:
        """The table and where it is, to name in messages."""
        return f"{self.web.service(self.service).label}, tabel {self.identifier}"

    def entries(self, name: str) -> list[Row]:
        """Return all entries of a part of the table: `TableInfos`, `DataProperties` or a dimension."""
        return self._patiently(name, partial(self._ask, name))

    def rows(self, dimension: str, codes: Sequence[str], fixed: Mapping[str, Sequence[str]]) -> list[Row]:
        """Return the rows as they come, as many as the service says there are.

        Parameters
        ----------
        dimension
            With the areas.
        codes
            How the codes of the wanted areas begin.
        fixed
            The values wanted per other dimension, padded as the service writes them.

        Raises
        ------
        SourceError
            If the service gives no answer, fewer rows than it says, or refuses even one area.
        """
        found: list[Row] = []
        for batch in batches(dimension, codes):
            found += self._patiently(_ROWS, partial(self._whole, dimension, batch, fixed))
        return found

    def _whole(self, dimension: str, codes: Sequence[str], fixed: Mapping[str, Sequence[str]]) -> list[Row]:
        announced = self._count(row_filter(dimension, codes, fixed))
        rows = self._in_parts(dimension, codes, fixed)
        if len(rows) != announced:
            raise TemporaryFaultError(f"{len(rows)} rijen gekregen en {announced} aangekondigd")
        return rows

    def _in_parts(self, dimension: str, codes: Sequence[str], fixed: Mapping[str, Sequence[str]]) -> list[Row]:
        """Return rows; where the service refuses to give so many, ask for fewer areas at once."""
        try:
            return self._ask(_ROWS, filters=row_filter(dimension, codes, fixed))
        except _RefusedError:
            parts = narrowed(codes)
        if not parts:
            raise SourceError(
                f"{self.place}: weigert de rijen van {codes[0]}, het zijn er te veel; kies bij where een waarde van "
                "meer dimensies."
            )
        return [row for part in parts for row in self._in_parts(dimension, part, fixed)]

    def _count(self, filters: str) -> int:
        path = f"{_FEED}/{self.identifier}/{_ROWS}/$count"
        with self.web.open(self.service, path, {"$filter": filters}) as answer:
            text = answer.content.decode("utf-8-sig", errors="replace").strip()
        if not text.isdigit():
            raise TemporaryFaultError("het aantal rijen is niet leesbaar")
        return int(text)

    def _ask(self, name: str, **query: str) -> list[Row]:
        address = self.web.service(self.service).address.rstrip("/")
        try:
            with _guarded(self.web, is_secure=address.startswith("https:")):
                found = cbsodata.get_meta(
                    self.identifier, name, catalog_url=address.partition("://")[2], timeout=self.web.timeout, **query
                )
        except requests.HTTPError as error:
            # The library wraps the fault and leaves the answer out.
            raise _refusal_or(error.__cause__ or error) from None
        except (requests.RequestException, SourceError):
            raise
        except json.JSONDecodeError:
            raise TemporaryFaultError("het antwoord is geen volledige JSON") from None
        except (KeyError, TypeError, ValueError, RecursionError):
            raise TemporaryFaultError("het antwoord heeft niet de vorm van een tabel") from None
        if not all(isinstance(one, dict) for one in found):
            raise TemporaryFaultError("het antwoord heeft niet de vorm van een tabel")
        return list(found)

    def _patiently(self, name: str, ask: Callable[[], Answer]) -> Answer:
        return self.web.patiently(self.service, f"{self.identifier}/{name}", ask)


def _refusal_or(error: BaseException) -> BaseException:
    answer = getattr(error, "response", None)
    return _RefusedError() if answer is not None and _REFUSAL.search(answer.text) else error


@contextmanager
def _guarded(web: Web, *, is_secure: bool) -> Iterator[None]:
    """Let the library ask as the address of the service says, and follow no way to a host outside the settings."""
    asked: set[str] = set()

    class Guarded(requests.Session):
        def send(self, request: requests.PreparedRequest, **parts: Any) -> requests.Response:
            url = str(request.url)
            web.require_host(url)
            if url in asked:
                raise TemporaryFaultError("de dienst verwijst steeds naar dezelfde bladzijde")
            asked.add(url)
            return super().send(request, **parts)

    kept = cbsodata.options.use_https, cbsodata3.Session
    cbsodata.options.use_https, cbsodata3.Session = is_secure, Guarded
    try:
        yield
    finally:
        cbsodata.options.use_https, cbsodata3.Session = kept
