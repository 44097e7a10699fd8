"""Features of a WFS 2.0.0 or an OGC API Features, page by page, in EPSG:28992, and no fewer than announced."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from xml.etree import ElementTree
from xml.sax.saxutils import escape

from pipeline.config.pdok import FeatureQuery
from pipeline.contracts import CRS
from pipeline.errors import SourceError
from pipeline.sources.web import Params, TemporaryFaultError, Web

Feature = dict[str, Any]
Box = tuple[float, float, float, float]
"""West, south, east, north, in metres: EPSG:28992 has x before y everywhere."""

_EPSG = CRS.removeprefix("EPSG:")
_URN = f"urn:ogc:def:crs:EPSG::{_EPSG}"
_URI = f"http://www.opengis.net/def/crs/EPSG/0/{_EPSG}"
_FES = "http://www.opengis.net/fes/2.0"
_MAY_PASS = frozenset({"NoApplicableCode", "OperationProcessingFailed"})
"""Exceptions of a WFS that are about the service and not about what was asked."""


@dataclass(frozen=True)
class Wanted:
    """Which features: those of which attributes have these values, those in a box, or both."""

    equal: Mapping[str, str] = field(default_factory=dict)
    box: Box | None = None


@dataclass(frozen=True)
class Found:
    """GeoJSON features, and how many the service says there are; None if it does not say."""

    features: list[Feature]
    announced: int | None


def ask_features(web: Web, query: FeatureQuery, wanted: Wanted) -> Found:
    """Ask for all features that are wanted; again if fewer (or more) come than the service announces.

    Raises
    ------
    SourceError
        If the service does not give them all after all attempts, refuses the question, or answers in another CRS.
    """
    pages = _wfs_pages if query.kind == "wfs" else _api_pages

    def ask() -> Found:
        features: list[Feature] = []
        announced = _wfs_count(web, query, wanted) if query.kind == "wfs" else None
        for page in pages(web, query, wanted, announced):
            features += page["features"]
            announced = _agreed(announced, page.get("numberMatched"))
            if len(features) > len(page["features"]):
                of_all = f" van {announced}" if announced is not None else ""
                web.tell(f"{query.collection}: {len(features)}{of_all} rijen opgehaald.")
        _require_whole(features, announced)
        return Found(features, announced)

    return web.patiently(query.service, query.collection, ask)


def _agreed(announced: int | None, stated: object) -> int | None:
    """Return how many features there are; a page that states another number than was announced is no answer."""
    if not isinstance(stated, int):
        return announced
    if announced is not None and stated != announced:
        raise TemporaryFaultError(f"de dienst kondigt nu eens {announced} en dan weer {stated} rijen aan")
    return stated


def _require_whole(features: list[Feature], announced: int | None) -> None:
    if announced is not None and len(features) != announced:
        raise TemporaryFaultError(f"{len(features)} rijen gekregen, {announced} aangekondigd")
    ids = [str(one["id"]) for one in features if one.get("id") is not None]
    if len(set(ids)) < len(ids):
        raise TemporaryFaultError("dezelfde rij kwam meer dan eens")


def _wfs_pages(web: Web, query: FeatureQuery, wanted: Wanted, announced: int | None) -> Iterator[Feature]:
    """Yield pages by their start, until all that were announced have come, or a page is empty."""
    start = 0
    while announced is None or start < announced:
        params = _wfs_params(query, wanted)
        params |= {"outputFormat": "application/json", "count": query.page_size, "startIndex": start}
        page = _page(web, query, query.path, params)
        yield page
        if not page["features"]:
            return
        start += len(page["features"])


def _wfs_params(query: FeatureQuery, wanted: Wanted) -> dict[str, str | int]:
    params: dict[str, str | int] = {
        "service": "WFS", "version": "2.0.0", "request": "GetFeature", "typeNames": query.collection, "srsName": _URN
    }  # fmt: skip
    if wanted.box:
        params["bbox"] = f"{_written(wanted.box)},{_URN}"
    elif wanted.equal:
        params["filter"] = _filter(wanted.equal)
    return params


def _filter(equal: Mapping[str, str]) -> str:
    """Write what must be equal in the Filter Encoding of a WFS."""
    tests = [
        f"<fes:PropertyIsEqualTo><fes:ValueReference>{escape(name)}</fes:ValueReference>"
        f"<fes:Literal>{escape(value)}</fes:Literal></fes:PropertyIsEqualTo>"
        for name, value in equal.items()
    ]
    joined = tests[0] if len(tests) == 1 else f"<fes:And>{''.join(tests)}</fes:And>"
    return f'<fes:Filter xmlns:fes="{_FES}">{joined}</fes:Filter>'


def _wfs_count(web: Web, query: FeatureQuery, wanted: Wanted) -> int | None:
    """Return how many features a WFS says there are; None if it does not know."""

    def ask() -> int | None:
        params = {**_wfs_params(query, wanted), "resultType": "hits"}
        with web.open(query.service, query.path, params) as answer:
            root = _xml(answer.content)
        matched = root.attrib.get("numberMatched", "unknown")
        return int(matched) if matched.isdigit() else None

    return web.patiently(query.service, query.path, ask)


def _api_pages(web: Web, query: FeatureQuery, wanted: Wanted, _: int | None) -> Iterator[Feature]:
    """Yield pages by the link that each has to the next."""
    path = f"{query.path}/collections/{query.collection}/items"
    params: Params | None = {"f": "json", "limit": query.page_size, "crs": _URI, **wanted.equal, **_api_box(wanted.box)}
    seen: set[str] = set()
    while path not in seen:
        seen.add(path)
        page = _page(web, query, path, params)
        if page.get("numberReturned", len(page["features"])) != len(page["features"]):
            raise TemporaryFaultError(f"{len(page['features'])} rijen gekregen, {page['numberReturned']} aangekondigd")
        yield page
        following = next((one for one in page.get("links", []) if one.get("rel") == "next"), None)
        if following is None:
            return
        path, params = str(following["href"]), None
    raise TemporaryFaultError("de dienst verwijst terug naar een bladzijde die al kwam")


def _api_box(box: Box | None) -> dict[str, str]:
    return {"bbox": _written(box), "bbox-crs": _URI} if box else {}


def _written(box: Box) -> str:
    return ",".join(f"{edge:.3f}" for edge in box)


def _page(web: Web, query: FeatureQuery, path: str, params: Params | None) -> Feature:
    """Ask for one page: a GeoJSON collection of features in EPSG:28992."""

    def ask() -> Feature:
        with web.open(query.service, path, params) as answer:
            page, declared = _document(answer.content), answer.headers.get("Content-Crs", "")
        if not isinstance(page, dict) or not isinstance(page.get("features"), list):
            raise TemporaryFaultError("het antwoord bevat geen objecten")
        _require_crs(declared or json.dumps(page.get("crs") or ""), web.service(query.service).label)
        return page

    return web.patiently(query.service, path, ask)


def _require_crs(declared: str, label: str) -> None:
    """Refuse an answer of which the service says that it is in another CRS; where it lies is looked at later."""
    if declared.strip('"') and _EPSG not in declared:
        raise SourceError(
            f"{label}: antwoordt in een ander coördinatenstelsel ({declared.strip('<>')}) dan gevraagd ({CRS}); kies "
            "een andere kind of path, of haal het bestand zelf op en lees het met from: file."
        )


def _document(content: bytes) -> Any:
    if content.lstrip().startswith(b"<"):
        _xml(content)
        raise TemporaryFaultError("het antwoord is geen JSON")
    try:
        return json.loads(content)
    except ValueError:
        raise TemporaryFaultError("het antwoord is geen volledige JSON") from None


def _xml(content: bytes) -> ElementTree.Element:
    """Return the root of an answer in XML; a report of an exception is raised.

    Raises
    ------
    SourceError
        If the service refuses what is asked.
    """
    try:
        root = ElementTree.fromstring(content)
    except ElementTree.ParseError:
        raise TemporaryFaultError("het antwoord is geen volledige XML") from None
    exception = next((one for one in root.iter() if one.tag.endswith("}Exception")), None)
    if exception is None:
        return root
    code = exception.attrib.get("exceptionCode", "")
    text = " ".join(" ".join(exception.itertext()).split())
    if code in _MAY_PASS:
        raise TemporaryFaultError(f"de dienst meldt een storing ({text or code})")
    raise SourceError(
        f"de dienst weigert de vraag ({code}: {text}); controleer path en collection bij de laag, of haal het bestand "
        "zelf op en lees het met from: file."
    )
