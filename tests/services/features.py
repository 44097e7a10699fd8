"""Areas as a WFS 2.0.0 and as an OGC API Features, in the shapes of those of PDOK.

`Areas` may lie: `left_out` rows are announced and not given, `crs` is that of the answers whatever was asked.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode
from xml.etree import ElementTree

import geopandas as gpd
import pandas as pd
import shapely

from tests.services.server import Answer, Handler, Question

URN = "urn:ogc:def:crs:EPSG::28992"
URI = "http://www.opengis.net/def/crs/EPSG/0/28992"
_FES = "{http://www.opengis.net/fes/2.0}"
_MOST = 1000
_GEOJSON = "application/geo+json"


@dataclass
class Areas:
    """What is served: layers by their name, in EPSG:28992.

    Attributes
    ----------
    lost_in_box
        Place of a row that is neither given nor announced where a box is asked for.
    miscounts
        Whether pages of the WFS state another number of rows than `resultType=hits` does.
    """

    layers: Mapping[str, gpd.GeoDataFrame]
    left_out: int = 0
    lost_in_box: int | None = None
    twice: int = 0
    crs: str = "EPSG:28992"
    declares_crs: bool = True
    swaps_axes: bool = False
    miscounts: bool = False
    exception: tuple[str, int] | None = None
    filters: frozenset[str] = field(default_factory=lambda: frozenset({"gemeentecode", "jaarcode", "gemeentenaam"}))


def wfs_handler(areas: Areas) -> Handler:
    """Return what answers GetFeature: by `filter` or `bbox`, in pages, or only the number that match."""

    def handle(question: Question) -> Answer:
        query = {name.lower(): value for name, value in question.query.items()}
        if areas.exception is not None:
            return _exception(areas.exception[0], "storing", areas.exception[1])
        if query.get("version") != "2.0.0" or query.get("request") != "GetFeature":
            return _exception("InvalidParameterValue", "VERSION of REQUEST", 400)
        if query.get("typenames") not in areas.layers:
            return _exception("InvalidParameterValue", f"TYPENAMES '{query.get('typenames')}'", 400)
        if "filter" in query and "bbox" in query:
            return _exception("InvalidParameterValue", "FILTER en BBOX samen", 400)
        if query["srsname"] != URN:
            return _exception("InvalidParameterValue", "SRSNAME", 400)
        rows = areas.layers[query["typenames"]]
        if "filter" in query:
            rows = _equal(rows, _equals(query["filter"]))
        else:
            rows = _in_box(rows.drop(index=rows.index[_lost(areas)]), query["bbox"], URN)
        if query.get("resulttype") == "hits":
            return _hits(len(rows))
        begin, count = int(query.get("startindex", 0)), min(int(query["count"]), _MOST)
        given = _lied(rows, areas).iloc[begin : begin + count]
        content = {"type": "FeatureCollection", "name": query["typenames"], **_crs_member(areas)}
        if areas.miscounts:
            content |= {"numberMatched": len(rows) + 1, "numberReturned": len(given)}
        return Answer(_json({**content, "features": _features(given, areas)}), "application/json; charset=utf-8")

    return handle


def api_handler(areas: Areas, base: str) -> Handler:
    """Return what answers ``{base}/collections/{name}/items``, in pages that link to the next."""

    def handle(question: Question) -> Answer:
        name = question.path.removeprefix(f"/{base}/collections/").removesuffix("/items")
        query = dict(question.query)
        known = {"f", "limit", "crs", "bbox", "bbox-crs", "cursor", *areas.filters}
        if name not in areas.layers:
            return Answer(_json({"code": "NotFound"}), "application/problem+json", 404)
        if set(query) - known or query["crs"] != URI:
            detail = f"unknown query parameter(s) found: {', '.join(set(query) - known)}"
            return Answer(_json({"title": "Bad Request", "detail": detail}), "application/problem+json", 400)
        rows = _equal(areas.layers[name], {key: query[key] for key in areas.filters & set(query)})
        if "bbox" in query:
            rows = _in_box(rows.drop(index=rows.index[_lost(areas)]), f"{query['bbox']},{query['bbox-crs']}", URI)
        begin, limit = int(query.get("cursor", 0)), min(int(query.get("limit", 10)), _MOST)
        rows = _lied(rows, areas)
        given = rows.iloc[begin : begin + limit]
        content: dict[str, Any] = {"type": "FeatureCollection", "features": _features(given, areas), "links": []}
        content["numberReturned"] = len(given) + (areas.left_out if begin + limit >= len(rows) else 0)
        if begin + limit < len(rows):
            href = f"http://{question.headers['host']}{question.path}?{urlencode({**query, 'cursor': begin + limit})}"
            content["links"].append({"rel": "next", "href": href, "type": _GEOJSON})
        declared = f"<{URI.replace('28992', areas.crs.removeprefix('EPSG:'))}>"
        return Answer(_json(content), _GEOJSON, headers={"Content-Crs": declared} if areas.declares_crs else {})

    return handle


def _lost(areas: Areas) -> list[int]:
    return [] if areas.lost_in_box is None else [areas.lost_in_box]


def _equals(text: str) -> dict[str, str]:
    """Return what a filter asks to be equal."""
    tests = ElementTree.fromstring(text).iter(f"{_FES}PropertyIsEqualTo")
    return {str(one.findtext(f"{_FES}ValueReference")): str(one.findtext(f"{_FES}Literal")) for one in tests}


def _equal(rows: gpd.GeoDataFrame, equals: Mapping[str, str]) -> gpd.GeoDataFrame:
    for name, value in equals.items():
        rows = rows[rows[name].astype(str) == value]
    return rows


def _in_box(rows: gpd.GeoDataFrame, text: str, crs: str) -> gpd.GeoDataFrame:
    west, south, east, north, declared = text.split(",")
    assert declared == crs
    box = shapely.box(float(west), float(south), float(east), float(north))
    shapes = rows.envelope if crs == URI else rows.make_valid()  # services differ in this
    return rows[shapes.intersects(box) | rows.geometry.isna()]


def _lied(rows: gpd.GeoDataFrame, areas: Areas) -> gpd.GeoDataFrame:
    kept = rows.iloc[: max(len(rows) - areas.left_out, 0)]
    if areas.twice:
        return gpd.GeoDataFrame(pd.concat([kept.iloc[: len(kept) - areas.twice], kept.iloc[: areas.twice]]))
    return kept


def _features(rows: gpd.GeoDataFrame, areas: Areas) -> list[dict[str, Any]]:
    shapes = rows.geometry
    if areas.crs != "EPSG:28992":
        shapes = shapes.to_crs(areas.crs)
    if areas.swaps_axes:
        shapes = gpd.GeoSeries(shapely.transform(shapes.to_numpy(), lambda xy: xy[:, ::-1]), index=shapes.index)
    properties = rows.drop(columns="geometry").astype(object).where(rows.drop(columns="geometry").notna(), None)
    return [
        {
            "type": "Feature", "id": f"laag.{number}", "properties": values,
            "geometry": None if shape is None else shapely.geometry.mapping(shape),
        }
        for number, values, shape in zip(rows.index, properties.to_dict("records"), shapes, strict=True)
    ]  # fmt: skip


def _crs_member(areas: Areas) -> dict[str, Any]:
    if not areas.declares_crs:
        return {}
    return {"crs": {"type": "name", "properties": {"name": f"urn:ogc:def:crs:{areas.crs.replace(':', '::')}"}}}


def _hits(count: int) -> Answer:
    body = (
        '<?xml version="1.0" encoding="UTF-8"?>\n<wfs:FeatureCollection xmlns:wfs="http://www.opengis.net/wfs/2.0" '
        f'timeStamp="2026-01-01T00:00:00" numberMatched="{count}" numberReturned="0"></wfs:FeatureCollection>'
    )
    return Answer(body.encode(), "text/xml; subtype=gml/3.2.1; charset=UTF-8")


def _exception(code: str, text: str, status: int) -> Answer:
    body = (
        '<?xml version="1.0" encoding="UTF-8"?>\n<ows:ExceptionReport xmlns:ows="http://www.opengis.net/ows/1.1" '
        f'version="2.0.0"><ows:Exception exceptionCode="{code}"><ows:ExceptionText>{text}</ows:ExceptionText>'
        "</ows:Exception></ows:ExceptionReport>"
    )
    return Answer(body.encode(), "text/xml; charset=UTF-8", status)


def _json(content: Any) -> bytes:
    return json.dumps(content, ensure_ascii=False, default=lambda value: value.item()).encode()
