"""Areas of a region and of what lies around it, asked of PDOK and kept as GeoJSON that `sources.areas` reads."""

import json
import re
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import shapely

from pipeline.config.pdok import FeatureQuery
from pipeline.config.sources import AreaLayer, AreaSettings
from pipeline.contracts import CRS
from pipeline.errors import SourceError, collected, raise_faults
from pipeline.sources.feature_services import Box, Feature, Found, Wanted, ask_features
from pipeline.sources.fetching import Live, Received
from pipeline.sources.shapes import NETHERLANDS, repair
from pipeline.sources.web import Web

_LAND = "NEE"
_SHOWN = 5
_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[a-z])(?=[0-9])")


@dataclass(frozen=True)
class Region:
    """What is asked for.

    Parameters
    ----------
    gemeenten
        Name by code.
    buffer_m
        How far around them areas are wanted, in metres.
    repaired_share
        What part of its area (0-1) the repair of a boundary may change.
    """

    gemeenten: Mapping[str, str]
    buffer_m: float
    repaired_share: float


@dataclass
class _Answer:
    """The rows of a layer, with names of attributes as in the files of CBS, and what must be told of them."""

    land: list[Feature] = field(default_factory=list)
    water: dict[str, str] = field(default_factory=dict)
    counts: list[dict[str, Any]] = field(default_factory=list)


def live_layers(areas: AreaSettings, region: Region, web: Web) -> list[Live]:
    """Return the layers that services give, that of the gemeenten first: the others lie in the box around it."""
    return [
        Live(
            layer,
            _request(layer, _outline(areas), region, web),
            partial(_get, layer, areas=areas, region=region, web=web),
        )
        for layer in areas.files
        if areas.origin == "services" and layer.is_live
    ]


def _request(layer: AreaLayer, outline: AreaLayer, region: Region, web: Web) -> dict[str, Any]:
    request = {
        "address": web.service(_query(layer).service).address,
        **_query(layer).model_dump(exclude={"page_size"}),
        "crs": CRS,
        "code": layer.code,
        "gemeenten": sorted(region.gemeenten),
        "buffer_m": region.buffer_m,
    }
    return request if layer is outline else {**request, "outline": _request(outline, outline, region, web)}


def _query(layer: AreaLayer) -> FeatureQuery:
    if layer.pdok is None:
        raise ValueError(f"layer {layer.file} is not asked of a service")
    return layer.pdok


def _get(layer: AreaLayer, folder: Path, *, areas: AreaSettings, region: Region, web: Web) -> Received:
    """Ask for the areas of the region by gemeente and those around it by box, and write them into `folder`."""
    query, outline, answer = _query(layer), _outline(areas), _Answer()
    faults: list[str] = []
    if layer is not outline and not (folder / outline.file).is_file():
        raise SourceError(faults)  # what is wrong was said of the gemeenten
    for code in region.gemeenten if query.gemeente else ():
        with collected(faults):
            land = _add(answer, layer, Wanted({str(query.gemeente): code, **query.where}), web)
            if not land:
                raise SourceError(_no_such_gemeente(code, layer, areas, region, web))
            _require_near(land, NETHERLANDS.bounds, layer)
    raise_faults(SourceError, faults)
    box = _box_around(answer.land if layer is outline else _outlines(outline, region, folder), region.buffer_m)
    _require_near(_add(answer, layer, Wanted(query.where, box), web), box, layer)
    if not answer.land:
        raise SourceError(
            f"{query.collection}: de dienst geeft geen gebieden in en om de regio; verbeter path, collection of where."
        )
    report = _write(answer, layer, region, folder)
    web.tell(_summary(answer, layer))
    return Received(f"{query.year}-01-01", len(answer.land), (report,))


def _add(answer: _Answer, layer: AreaLayer, wanted: Wanted, web: Web) -> list[Feature]:
    """Ask for features and add those that are not there yet; return all that are land.

    Raises
    ------
    SourceError
        If they lack a code, or are of another year.
    """
    query = _query(layer)
    found: Found = ask_features(web, query, wanted)
    features = [_plain(one) for one in found.features]
    _require_attributes(features, layer)
    is_land = [query.water is None or one["properties"][_snake(query.water)] == _LAND for one in features]
    land = [one for one, kept in zip(features, is_land, strict=True) if kept]
    known = {one["properties"][layer.code] for one in answer.land}
    answer.land += [one for one in land if one["properties"][layer.code] not in known]
    answer.water |= {
        str(one["properties"][layer.code]): str(one["properties"].get(layer.name or layer.code))
        for one, kept in zip(features, is_land, strict=True)
        if not kept
    }
    asked: dict[str, Any] = {"equal": dict(wanted.equal), "box_m": wanted.box}
    answer.counts.append({**asked, "announced": found.announced, "received": len(features)})
    return land


def _plain(feature: Feature) -> Feature:
    """Return a feature without what the service adds, its attributes named as in the files of CBS."""
    properties = {_snake(str(name)): value for name, value in (feature.get("properties") or {}).items()}
    return {"type": "Feature", "properties": properties, "geometry": feature.get("geometry")}


def _snake(name: str) -> str:
    """Return ``aantalInwoners`` as ``aantal_inwoners``: a WFS of PDOK has the first, its files have the second."""
    return name if name == name.lower() else _HUMP.sub("_", name).lower().replace("_km_2", "_km2")


def _require_attributes(features: Sequence[Feature], layer: AreaLayer) -> None:
    query = _query(layer)
    wanted = [layer.code, *([_snake(query.water)] if query.water else [])]
    present = set.intersection(*(set(one["properties"]) for one in features)) if features else set(wanted)
    faults = [
        f"{query.collection}: kolom {column} ontbreekt (wel aanwezig: {', '.join(sorted(present)[:8])}); verbeter de "
        "instelling van de laag."
        for column in wanted
        if column not in present
    ]
    years = {str(one["properties"].get("jaar", query.year)) for one in features} - {str(query.year)}
    if years:
        faults.append(
            f"{query.collection}: geeft gebieden van {', '.join(sorted(years))}, gevraagd is {query.year}; verbeter "
            "path of year bij de laag."
        )
    raise_faults(SourceError, faults)


def _no_such_gemeente(code: str, layer: AreaLayer, areas: AreaSettings, region: Region, web: Web) -> str:
    name, year = region.gemeenten[code], _query(layer).year
    if layer is not _outline(areas):
        return (
            f"{_query(layer).collection}: geen gebieden van gemeente {code} ({name}) in {year}, terwijl de gemeente er "
            "dan wel is; haal het later opnieuw op, of kies voor alle lagen hetzelfde jaar."
        )
    heirs = _heirs(name, areas, web)
    hint = f"; een gebied dat {name} heet ligt dan in {', '.join(heirs)}" if heirs else ""
    return (
        f"gemeente {code} ({name}) bestaat niet in {year}{hint}; verbeter region.gemeenten, of kies gebieden van een "
        "jaar waarin de gemeente bestaat."
    )


def _heirs(name: str, areas: AreaSettings, web: Web) -> list[str]:
    """Return the gemeenten that an area with the name of one that is gone lies in, as far as services tell."""
    heirs: set[str] = set()
    for layer in areas.files:
        if layer.pdok is None or layer.pdok.gemeente is None or layer.name is None:
            continue
        with suppress(SourceError):
            found = ask_features(web, layer.pdok, Wanted({layer.name: name, **layer.pdok.where}))
            rows = [_plain(one)["properties"] for one in found.features]
            heirs |= {f"{row.get(layer.pdok.gemeente)} ({row.get('gemeentenaam', 'naam onbekend')})" for row in rows}
    return sorted(heirs)[:_SHOWN]


def _outline(areas: AreaSettings) -> AreaLayer:
    if areas.gemeenten is None:
        raise ValueError("settings without gemeenten have no layers of services")
    return areas.gemeenten


def _outlines(outline: AreaLayer, region: Region, folder: Path) -> list[Feature]:
    """Return the gemeenten of the region, as fetched before into `folder`."""
    features: list[Feature] = json.loads((folder / outline.file).read_text(encoding="utf-8"))["features"]
    return [one for one in features if one["properties"][outline.code] in region.gemeenten]


def _shapes(features: Sequence[Feature]) -> Any:
    """Return geometries; None where there is none, or it cannot be drawn."""
    texts = np.array([json.dumps(one["geometry"]) for one in features], dtype=object)
    return shapely.from_geojson(texts, on_invalid="ignore")


def _box_around(features: Sequence[Feature], buffer_m: float) -> Box:
    west, south, east, north = (float(edge) for edge in shapely.total_bounds(_shapes(features)))
    return west - buffer_m, south - buffer_m, east + buffer_m, north + buffer_m


def _require_near(features: Sequence[Feature], box: Box, layer: AreaLayer) -> None:
    """Refuse areas that lie wholly outside the box that was asked for: their axes, or their CRS, are not as asked."""
    shapes = _shapes(features)
    is_far = ~shapely.is_missing(shapes) & ~shapely.intersects(shapely.envelope(shapes), shapely.box(*box))
    far = [str(one["properties"][layer.code]) for one, outside in zip(features, is_far, strict=True) if outside]
    if far:
        raise SourceError(
            f"{_query(layer).collection}: {len(far)} gebieden liggen buiten het gevraagde vak "
            f"({', '.join(far[:_SHOWN])}); de dienst geeft een ander stelsel dan {CRS} of verwisselt x en y; "
            "kies een andere kind, of haal het bestand zelf op en lees het met from: file."
        )


def _write(answer: _Answer, layer: AreaLayer, region: Region, folder: Path) -> str:
    """Write the areas in the order of their codes, and a report beside them; return the name of the report."""
    rows = sorted(answer.land, key=lambda one: str(one["properties"][layer.code]))
    crs = {"type": "name", "properties": {"name": f"urn:ogc:def:crs:{CRS.replace(':', '::')}"}}
    head = json.dumps({"type": "FeatureCollection", "crs": crs})[:-1]
    lines = ",\n".join(json.dumps(one, ensure_ascii=False) for one in rows)
    (folder / layer.file).write_text(f'{head}, "features": [\n{lines}\n]}}\n', encoding="utf-8", newline="\n")
    _, is_repaired = repair(_shapes(rows), region.repaired_share)
    content = {
        "asked": answer.counts,
        "water_dropped": dict(sorted(answer.water.items())),
        "repaired_when_read": [
            str(one["properties"][layer.code]) for one, mended in zip(rows, is_repaired, strict=True) if mended
        ],
    }
    name = f"{layer.file.removesuffix('.geojson')}.verslag.json"
    text = json.dumps(content, ensure_ascii=False, indent=2) + "\n"
    (folder / name).write_text(text, encoding="utf-8", newline="\n")
    return name


def _summary(answer: _Answer, layer: AreaLayer) -> str:
    names = list(answer.water.values())
    more = f" en nog {len(names) - _SHOWN}" if len(names) > _SHOWN else ""
    kind = "watergebied" if len(names) == 1 else "watergebieden"
    dropped = f"; {len(names)} {kind} weggelaten ({', '.join(names[:_SHOWN])}{more})" if names else ""
    return f"{layer.file}: {len(answer.land)} gebieden van {_query(layer).year}{dropped}."
