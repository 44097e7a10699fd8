"""Areas as GeoJSON features: named as in the files of CBS, looked at before they are trusted, kept in one order."""

import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import shapely

from pipeline.config.pdok import FeatureQuery
from pipeline.config.sources import AreaLayer
from pipeline.contracts import CRS
from pipeline.errors import SourceError, raise_faults
from pipeline.sources.feature_services import Box, Feature
from pipeline.sources.shapes import Shapes

_LAND, _WATER, _ABROAD = "NEE", "JA", "B"
_SHOWN = 5
_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[a-z])(?=[0-9])")


def plain(feature: Feature) -> Feature:
    """Return a feature without what the service adds, its attributes named as in the files of CBS."""
    properties = {_snake(str(name)): value for name, value in (feature.get("properties") or {}).items()}
    return {"type": "Feature", "properties": properties, "geometry": feature.get("geometry")}


def _snake(name: str) -> str:
    """Return ``aantalInwoners`` as ``aantal_inwoners``: a WFS of PDOK has the first, its files have the second."""
    return name if name == name.lower() else _HUMP.sub("_", name).lower().replace("_km_2", "_km2")


def code_of(feature: Feature, layer: AreaLayer) -> str:
    """Return the code of an area."""
    return str(feature["properties"][layer.code]).strip()


def is_land(feature: Feature, query: FeatureQuery) -> bool:
    """Say whether an area is land, and in the country."""
    return query.water is None or feature["properties"][_snake(query.water)] == _LAND


def require_attributes(features: Sequence[Feature], layer: AreaLayer, query: FeatureQuery) -> None:
    """Require that areas have a code, say whether they are water, and are of the year that was asked for.

    Raises
    ------
    SourceError
        With everything that is wrong with them.
    """
    water = _snake(query.water) if query.water else None
    wanted = [layer.code, *([water] if water else [])]
    present = set.intersection(*(set(one["properties"]) for one in features)) if features else set(wanted)
    faults = [
        f"{query.collection}: kolom {column} ontbreekt (wel aanwezig: {', '.join(sorted(present)[:8])}); verbeter de "
        "instelling van de laag."
        for column in wanted
        if column not in present
    ]
    kinds = {str(one["properties"].get(water, _LAND)) for one in features} - {_LAND, _WATER, _ABROAD}
    if kinds:
        faults.append(
            f"{query.collection}: kolom {water}: '{min(kinds)}' is geen {_WATER} of {_LAND}; verbeter de instelling "
            "van de laag."
        )
    years = {str(one["properties"].get("jaar", query.year)) for one in features} - {str(query.year)}
    if years:
        faults.append(
            f"{query.collection}: geeft gebieden van {', '.join(sorted(years))}, gevraagd is {query.year}; verbeter "
            "path of year bij de laag."
        )
    raise_faults(SourceError, faults)


def shapes_of(features: Sequence[Feature]) -> Shapes:
    """Return geometries; None where there is none, or it cannot be drawn."""
    texts = np.array([json.dumps(one["geometry"]) for one in features], dtype=object)
    shapes: Shapes = shapely.from_geojson(texts, on_invalid="ignore")
    return shapes


def box_around(features: Sequence[Feature], buffer_m: float) -> Box:
    """Return the box around areas, and so many metres more on every side."""
    west, south, east, north = (float(edge) for edge in shapely.total_bounds(shapes_of(features)))
    return west - buffer_m, south - buffer_m, east + buffer_m, north + buffer_m


def require_near(features: Sequence[Feature], box: Box, layer: AreaLayer) -> None:
    """Refuse areas that lie wholly outside the box that was asked for: their axes, or their CRS, are not as asked.

    Raises
    ------
    SourceError
        If there are any.
    """
    shapes = shapes_of(features)
    is_far = ~shapely.is_missing(shapes) & ~shapely.intersects(shapely.envelope(shapes), shapely.box(*box))
    far = [code_of(one, layer) for one, outside in zip(features, is_far, strict=True) if outside]
    if far:
        raise SourceError(
            f"{layer.file}: {len(far)} gebieden liggen buiten het gevraagde vak ({', '.join(far[:_SHOWN])}); de dienst "
            f"geeft een ander stelsel dan {CRS} of verwisselt x en y; kies een andere kind, of haal het bestand zelf "
            "op en lees het met from: file."
        )


def touching(features: Sequence[Feature], box: Box) -> list[Feature]:
    """Return the areas that touch a box (some services look at the box around an area), and those without a shape."""
    shapes = shapely.make_valid(shapes_of(features))
    is_inside = shapely.is_missing(shapes) | shapely.intersects(shapes, shapely.box(*box))
    return [one for one, inside in zip(features, is_inside, strict=True) if inside]


def write_layer(features: Sequence[Feature], layer: AreaLayer, folder: Path) -> None:
    """Write areas as GeoJSON in EPSG:28992, in the order of their codes, each on a line."""
    crs = {"type": "name", "properties": {"name": f"urn:ogc:def:crs:{CRS.replace(':', '::')}"}}
    head = json.dumps({"type": "FeatureCollection", "crs": crs})[:-1]
    rows = sorted(features, key=lambda one: code_of(one, layer))
    lines = ",\n".join(json.dumps(one, ensure_ascii=False) for one in rows)
    (folder / layer.file).write_text(f'{head}, "features": [\n{lines}\n]}}\n', encoding="utf-8", newline="\n")


def read_layer(layer: AreaLayer, folder: Path) -> list[Feature]:
    """Read what `write_layer` wrote."""
    features: list[Feature] = json.loads((folder / layer.file).read_text(encoding="utf-8"))["features"]
    return features


def write_report(content: Mapping[str, Any], layer: AreaLayer, folder: Path) -> str:
    """Write what must be told of a layer beside it, and return the name of the file."""
    name = f"{layer.file.removesuffix('.geojson')}.verslag.json"
    text = json.dumps(content, ensure_ascii=False, indent=2) + "\n"
    (folder / name).write_text(text, encoding="utf-8", newline="\n")
    return name
