"""Damages of boundaries, in a GeoPackage or GeoJSON: derived from the settings that say how a layer is read."""

import json
import warnings
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import shapely

from pipeline.config.sources import AreaLayer
from tests.damage.case import Damage, documented, harmless, refused

Shape = Any
"""A geometry of whatever kind."""

Change = Callable[[gpd.GeoDataFrame], gpd.GeoDataFrame]
WRONG_CRS = ("EPSG:4326", "EPSG:3857", "EPSG:25831", "EPSG:28991", "EPSG:31370")


def layer_damages(layer: AreaLayer, names: list[str]) -> Iterator[Damage]:
    """Yield every damage of a layer beyond those of any file; `names` are all layers of its file."""

    def redraw(change: Change) -> Callable[[Path], None]:
        return partial(_redraw, layer, names, change)

    yield from _crs_damages(layer, redraw)
    yield from _geometry_damages(redraw)
    yield from _code_damages(layer, redraw)
    for column in [layer.code, layer.name, layer.woonplaats, layer.land_ha, *layer.where]:
        if column is not None:
            yield refused(f"column {column} missing", redraw(partial(_drop, column)), column, "ontbreekt")
            yield refused(f"column {column} renamed", redraw(partial(_rename, column)), column, "ontbreekt")
    for column in layer.where:
        yield refused(f"no area with the wanted {column}", redraw(partial(_set, column, "x")), "geen gebieden met")
    if layer.land_ha is not None:
        yield from _land_damages(layer.land_ha, redraw)
    if layer.layer is not None:
        yield refused(f"layer {layer.layer} missing", partial(_without_layer, layer.layer, names), layer.layer)
    else:
        yield refused("UTF-16", _to_utf16)
        yield refused("Latin-1", partial(_in_latin_1, layer), "UTF-8")
        yield refused("no coordinate system declared", _without_crs_member, "buiten Nederland", "stelsel")
        yield refused("no list of features", partial(_edit_json, _without_features))


def _crs_damages(layer: AreaLayer, redraw: Callable[[Change], Callable[[Path], None]]) -> Iterator[Damage]:
    for crs in WRONG_CRS:
        says = "buiten Nederland" if crs != "EPSG:31370" else ""
        yield refused(f"declared as {crs}", redraw(partial(_declare, crs)), says)
    yield refused("axes swapped", redraw(_swap_axes), "buiten Nederland", "volgorde van x en y")
    yield refused("axes of degrees swapped", redraw(_swap_degrees), "buiten Nederland", "volgorde van x en y")
    yield refused("all areas elsewhere", redraw(partial(_move, 2_000_000)), "buiten Nederland")
    if layer.layer is not None:
        yield refused("no coordinate system", redraw(partial(_declare, None)), "coördinatenstelsel ontbreekt")


def _geometry_damages(redraw: Callable[[Change], Callable[[Path], None]]) -> Iterator[Damage]:
    shapes: dict[str, tuple[Callable[[Shape], Shape], str]] = {
        "crossing itself": (_bow_tie, "ongeldige geometrie"),
        "null": (lambda _: None, "geen geometrie"),
        "empty": (lambda _: shapely.Polygon(), "geen geometrie"),
        "a line": (lambda shape: shapely.LineString([*shape.envelope.exterior.coords][:3]), "geen vlak"),
        "a point": (lambda shape: shape.centroid, "geen vlak"),
        "a collection": (lambda shape: shapely.GeometryCollection([shape, shape.centroid]), "geen vlak"),
        "elsewhere": (lambda shape: shapely.transform(shape, lambda xy: xy + 5_000_000), "buiten Nederland"),
        "with one corner far away": (_spike, "buiten Nederland"),
    }
    for name, (change, says) in shapes.items():
        yield refused(f"one area {name}", redraw(partial(_reshape, change)), says)
    yield harmless("heights beside the coordinates", redraw(_lift))
    yield harmless("areas in another order", redraw(lambda areas: areas.iloc[::-1]))


def _code_damages(layer: AreaLayer, redraw: Callable[[Change], Callable[[Path], None]]) -> Iterator[Damage]:
    code = layer.code
    yield harmless("codes padded", redraw(partial(_map, code, lambda cell: f" {cell}  ")))
    yield harmless("codes in lower case", redraw(partial(_map, code, str.lower)))
    yield refused("one code null", redraw(partial(_set_first, layer, None)), "zonder geldige code")
    yield refused("one code blank", redraw(partial(_set_first, layer, "")), "zonder geldige code")
    yield refused("one code malformed", redraw(partial(_set_first, layer, "Noord")), "zonder geldige code", "Noord")
    yield refused("one code twice", redraw(partial(_code_twice, layer)), "meer dan eens")


def _land_damages(column: str, redraw: Callable[[Change], Callable[[Path], None]]) -> Iterator[Damage]:
    for name, value, says in (
        ("huge", 1e9, "meer land"),
        ("negative", -5.0, "negatief"),
        ("as text with a decimal comma", "12,5", "geen getal"),
    ):
        yield refused(f"land {name}", redraw(partial(_set_land, column, value)), says)
    yield documented("land unknown (-99997)", redraw(partial(_set_land, column, -99997.0)), land_is_measured)
    yield documented("land unknown (null)", redraw(partial(_set_land, column, None)), land_is_measured)


def land_is_measured(before: Path, after: Path) -> None:
    """Assert that one area lost its land, and that its base area has the land of its polygon instead."""
    old, new = (gpd.read_parquet(folder / "areas.parquet").set_index("area_code") for folder in (before, after))
    (code,) = new.index[new["land_km2"].isna() & old["land_km2"].notna()]
    base = gpd.read_parquet(after / "base_areas.parquet").set_index("base_code")
    measured = base.loc[code, "land_km2"]
    assert 0 < measured <= base.geometry.area[code] / 1e6 + 1e-9


def _redraw(layer: AreaLayer, names: list[str], change: Change, path: Path) -> None:
    if layer.layer is None:
        _write_geojson(change(pyogrio.read_dataframe(path)), path)
        return
    found = {name: pyogrio.read_dataframe(path, layer=name) for name in names}
    path.unlink()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about the damage itself
        for name, areas in found.items():
            drawn = change(areas) if name == layer.layer else areas
            pyogrio.write_dataframe(drawn, path, layer=name, geometry_type="Unknown")


def _write_geojson(areas: gpd.GeoDataFrame, path: Path) -> None:
    """Write GeoJSON with every decimal, and the coordinate system in the manner of CBS."""
    assert areas.crs is not None
    number = areas.crs.to_epsg()
    features = [
        {"type": "Feature", "properties": _plain(row), "geometry": shapely.geometry.mapping(shape) if shape else None}
        for row, shape in zip(areas.drop(columns="geometry").to_dict("records"), areas.geometry, strict=True)
    ]
    crs = {"type": "name", "properties": {"name": f"urn:ogc:def:crs:EPSG::{number}"}}
    text = json.dumps({"type": "FeatureCollection", "crs": crs, "features": features}, ensure_ascii=False)
    path.write_text(text, encoding="utf-8")


def _plain(row: dict[Any, Any]) -> dict[str, Any]:
    return {str(name): None if pd.isna(value) else value for name, value in row.items()}


def _declare(crs: str | None, areas: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(areas.drop(columns="geometry"), geometry=areas.geometry.to_numpy(), crs=crs)


def _transformed(areas: gpd.GeoDataFrame, change: Callable[[Any], Any]) -> gpd.GeoDataFrame:
    return areas.set_geometry(gpd.GeoSeries(shapely.transform(areas.geometry.to_numpy(), change), crs=areas.crs))


def _swap_axes(areas: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    return _transformed(areas, lambda xy: xy[:, ::-1])


def _swap_degrees(areas: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    return _swap_axes(areas.to_crs("EPSG:4326"))


def _move(metres: float, areas: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    return _transformed(areas, lambda xy: xy + metres)


def _reshape(change: Callable[[Shape], Shape], areas: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    shapes = areas.geometry.to_numpy().copy()
    shapes[0] = change(shapes[0])
    return areas.set_geometry(gpd.GeoSeries(shapes, index=areas.index, crs=areas.crs))


def _bow_tie(shape: Shape) -> Shape:
    west, south, east, north = shape.bounds
    return shapely.Polygon([(west, south), (east, north), (east, south), (west, north)])


def _spike(shape: Shape) -> Shape:
    west, south, east, north = shape.bounds
    return shapely.Polygon([(west, south), (east, south), (east + 1e7, north + 1e7), (west, north)])


def _lift(areas: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    return areas.set_geometry(gpd.GeoSeries(shapely.force_3d(areas.geometry.to_numpy(), 1.5), crs=areas.crs))


def _drop(column: str, areas: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    return areas.drop(columns=column)


def _rename(column: str, areas: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    return areas.rename(columns={column: f"was_{column}"})


def _set(column: str, value: str, areas: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    return areas.assign(**{column: value})


def _map(column: str, change: Callable[[str], str], areas: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    return areas.assign(**{column: areas[column].astype(str).map(change)})


def _read_rows(layer: AreaLayer, areas: gpd.GeoDataFrame) -> np.ndarray[Any, Any]:
    """Return the places of the rows that the settings choose."""
    chosen = np.ones(len(areas), dtype=bool)
    for column, values in layer.where.items():
        chosen &= areas[column].isin(values).to_numpy()
    return np.flatnonzero(chosen)


def _set_first(layer: AreaLayer, value: str | None, areas: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    codes = areas[layer.code].astype(object).to_numpy().copy()
    codes[_read_rows(layer, areas)[0]] = value
    return areas.assign(**{layer.code: codes})


def _code_twice(layer: AreaLayer, areas: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    first, second = _read_rows(layer, areas)[:2]
    codes = areas[layer.code].astype(object).to_numpy().copy()
    codes[first] = codes[second]
    return areas.assign(**{layer.code: codes})


def _set_land(column: str, value: object, areas: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    land = areas[column].astype(object if isinstance(value, str) else float).to_numpy().copy()
    land[0] = value
    return areas.assign(**{column: [str(one) for one in land] if isinstance(value, str) else land})


def _without_layer(name: str, names: list[str], path: Path) -> None:
    found = {one: pyogrio.read_dataframe(path, layer=one) for one in names if one != name}
    path.unlink()
    for one, areas in found.items():
        pyogrio.write_dataframe(areas, path, layer=one)


def _to_utf16(path: Path) -> None:
    path.write_bytes(path.read_text(encoding="utf-8").encode("utf-16"))


def _in_latin_1(layer: AreaLayer, path: Path) -> None:
    content = json.loads(path.read_text(encoding="utf-8"))
    content["features"][0]["properties"][layer.name or layer.woonplaats or layer.code] = "Café"
    path.write_bytes(json.dumps(content, ensure_ascii=False).encode("latin-1", errors="replace"))


def _edit_json(change: Callable[[dict[str, Any]], None], path: Path) -> None:
    content = json.loads(path.read_text(encoding="utf-8"))
    change(content)
    path.write_text(json.dumps(content), encoding="utf-8")


def _without_crs_member(path: Path) -> None:
    _edit_json(lambda content: content.pop("crs"), path)


def _without_features(content: dict[str, Any]) -> None:
    content["features"] = []
