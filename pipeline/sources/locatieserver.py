"""Where an address is, asked of PDOK's Locatieserver (version 3.1), and never asked twice.

Documented are the endpoint ``free``, its parameters ``fq``, ``fl`` and ``rows``, and an answer in the shape of Solr:
``response.docs``, each with ``type``, ``postcode``, ``huis_nlt``, ``weergavenaam`` and ``centroide_rd`` (a WKT point in
EPSG:28992).
"""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

from pipeline.errors import SourceError
from pipeline.sources.web import Web

SERVICE = "locatieserver"
ANSWERS = "locatieserver.json"
"""The file of answers in a snapshot."""

_FIELDS = "type,postcode,huisnummer,huis_nlt,weergavenaam,centroide_rd"
_MOST = 50
_POINT = re.compile(r"POINT\((\d+(?:\.\d+)?) (\d+(?:\.\d+)?)\)")
_LETTERS = re.compile(r"[^0-9A-Z]")
_DECIMALS = 2


@dataclass(frozen=True)
class Answer:
    """What the Locatieserver says of an address, with how well it fits: exact, number, postcode or none.

    Its coordinates (EPSG:28992) and the address as it is found are None where it has nothing. `retrieved_at` is the
    moment of asking.
    """

    postcode: str
    house_number: str
    addition: str
    match: str
    x_m: float | None
    y_m: float | None
    place_found: str | None
    retrieved_at: str

    @property
    def key(self) -> tuple[str, str, str]:
        """The address that was asked."""
        return self.postcode, self.house_number, self.addition


ANSWER_FIELDS = tuple(one.name for one in fields(Answer))


def ask_addresses(web: Web, addresses: Sequence[tuple[str, str, str]], retrieved_at: str) -> list[Answer]:
    """Ask for addresses, each a postcode (``1491AB``), a house number and an addition (in capitals, or empty).

    Raises
    ------
    SourceError
        If the service gives no answer, or one of another shape.
    """
    return [_ask(web, address, retrieved_at) for address in addresses]


def read_answers(folder: Path) -> dict[tuple[str, str, str], Answer]:
    """Read the answers in a snapshot by address; none where there are none, or they are damaged."""
    try:
        rows = json.loads((folder / ANSWERS).read_text(encoding="utf-8"))
        return {one.key: one for one in (Answer(**row) for row in rows)}
    except (OSError, ValueError, TypeError):
        return {}


def write_answers(answers: Sequence[Answer], folder: Path) -> None:
    """Write answers into a snapshot, in the order of their addresses."""
    rows = [asdict(one) for one in sorted(answers, key=lambda one: one.key)]
    text = json.dumps(rows, ensure_ascii=False, indent=1) + "\n"
    (folder / ANSWERS).write_text(text, encoding="utf-8", newline="\n")


def _ask(web: Web, address: tuple[str, str, str], retrieved_at: str) -> Answer:
    postcode, number, _ = address
    found = _docs(web, f"type:adres AND postcode:{postcode} AND huisnummer:{number}")
    if not found:
        found = _docs(web, f"type:postcode AND postcode:{postcode}")
    matches = {rank: doc for doc in reversed(found) if (rank := _match(doc, address)) != "none"}
    match = next((rank for rank in ("exact", "number", "postcode") if rank in matches), "none")
    if match == "none":
        return Answer(*address, match, None, None, None, retrieved_at)
    doc = matches[match]
    x, y = _point(doc)
    return Answer(*address, match, x, y, _text(doc, "weergavenaam"), retrieved_at)


def _docs(web: Web, query: str) -> list[Mapping[str, Any]]:
    content = web.json(SERVICE, "free", {"fq": query, "fl": _FIELDS, "rows": _MOST})
    try:
        docs = content["response"]["docs"]
    except (KeyError, TypeError):
        raise _other_shape("response.docs") from None
    if not isinstance(docs, list) or not all(isinstance(doc, dict) for doc in docs):
        raise _other_shape("response.docs")
    return docs


def _match(doc: Mapping[str, Any], address: tuple[str, str, str]) -> str:
    """Say how well a found address is the one that was asked: by what it says, not by its score."""
    postcode, number, addition = address
    if _text(doc, "postcode") != postcode:
        return "none"
    if _text(doc, "type") != "adres":
        return "postcode"
    if _LETTERS.sub("", _text(doc, "huis_nlt").upper()) == number + addition:
        return "exact"
    return "number" if _text(doc, "huisnummer") == number else "none"


def _text(doc: Mapping[str, Any], name: str) -> str:
    if name not in doc:
        raise _other_shape(name)
    return str(doc[name])


def _point(doc: Mapping[str, Any]) -> tuple[float, float]:
    found = _POINT.fullmatch(_text(doc, "centroide_rd"))
    if found is None:
        raise _other_shape("centroide_rd")
    return round(float(found[1]), _DECIMALS), round(float(found[2]), _DECIMALS)


def _other_shape(name: str) -> SourceError:
    return SourceError(
        f"Locatieserver: het antwoord heeft geen bruikbaar veld {name}; de dienst is veranderd. Zet geocoder op false, "
        "of zet coördinaten in het register."
    )
