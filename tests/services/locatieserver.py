"""PDOK's Locatieserver, version 3.1, as far as ``free`` with a filter on type, postcode and house number goes."""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass

from tests.services.server import Answer, Handler, Question

PATH = "/search/v3_1"
_TERM = re.compile(r"(\w+):(\S+)")


@dataclass(frozen=True)
class Found:
    """An address (or with an empty number a postcode) that the service knows, and where (EPSG:28992)."""

    postcode: str
    number: str
    addition: str
    x_m: float
    y_m: float


def locatieserver(places: Sequence[Found]) -> Handler:
    """Return what answers questions about `places`."""

    def handle(question: Question) -> Answer:
        if question.path != f"{PATH}/free" or set(question.query) != {"fq", "fl", "rows"}:
            return Answer(b"{}", status=400)
        wanted = dict(_TERM.findall(question.query["fq"]))
        found = [one for one in map(_doc, places) if all(str(one.get(key)) == value for key, value in wanted.items())]
        fields = question.query["fl"].split(",")
        docs = [{key: one[key] for key in fields if key in one} for one in found[: int(question.query["rows"])]]
        response = {"numFound": len(found), "start": 0, "maxScore": 9.1, "numFoundExact": True, "docs": docs}
        return Answer(json.dumps({"response": response}).encode())

    return handle


def _doc(place: Found) -> dict[str, str | int]:
    where = {"centroide_rd": f"POINT({place.x_m} {place.y_m})", "postcode": place.postcode}
    if not place.number:
        return {**where, "type": "postcode", "weergavenaam": f"Proefweg, {place.postcode} Dorp"}
    number = f"{place.number}{place.addition}"
    name = f"Proefweg {number}, {place.postcode} Dorp"
    return {**where, "type": "adres", "weergavenaam": name, "huisnummer": int(place.number), "huis_nlt": number}
