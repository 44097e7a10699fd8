"""Geometry of the map: units once, a light background, facilities; in degrees, rounded and simplified."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import folium
import geopandas as gpd
import numpy as np
import shapely
from branca.element import MacroElement
from jinja2 import Template
from shapely.geometry.base import BaseGeometry

from pipeline.publish.offline_page import OfflineMap
from pipeline.publish.results import Results

MAX_BACKGROUND_VERTICES = 45_000
"""About 1 MB of the page (21 bytes a vertex): a background that takes more loses its least important parts."""

_DECIMALS = 5
"""Decimals of a degree: about one metre."""

_BELOW, _UNITS, _ABOVE, _NAMES, _POINTS = "background", "units", "lines", "names", "facilities"
_PANES = {_BELOW: 350, _UNITS: 400, _ABOVE: 420, _POINTS: 450, _NAMES: 460}
"""Panes and their height; water and roads lie above the units, which would hide them."""

_AREA_STYLES: Mapping[str, dict[str, Any]] = {
    "green": {"fillColor": "#cfe3c3", "fillOpacity": 1, "stroke": False, "fill": True},
    "built_up": {"fillColor": "#dcd5cc", "fillOpacity": 1, "stroke": False, "fill": True},
}
_LINE_STYLES: Mapping[str, dict[str, Any]] = {
    "water": {"color": "#6ea8d0", "fillColor": "#a9cfe8", "fillOpacity": 0.9, "weight": 1, "opacity": 0.9},
    "road": {"color": "#5d5d5d", "opacity": 0.55, "fill": False},
    "railway": {"color": "#333333", "weight": 1.8, "opacity": 0.7, "dashArray": "7 4", "fill": False},
}
_ROAD_WEIGHTS = {1: 2.6, 2: 1.8, 3: 1.1}
_SMALL_ROAD_WEIGHT = 0.6
_LAYER_ORDER = ("water", "road", "railway", "built_up", "green")

_POINT_TURNS: tuple[tuple[str, str, float], ...] = (
    ("#ffffff", "", 1.5), ("", "#ffffff", 2.5), ("#1a1a1a", "", 1.5), ("", "#1a1a1a", 2.5),
)  # fmt: skip
"""Edge, fill (empty: the colour of the category) and width of the edge, for each time round the colours."""
_POINT_COLOURS = ("#0072b2", "#e69f00", "#009e73", "#cc79a7", "#56b4e9")
"""Colours that stay apart for colour-blind readers (Okabe and Ito); used filled first, then as rings."""


class _Start(MacroElement):
    """Hands the layers to our own script, once they exist."""

    _template = Template(
        "{% macro script(this, kwargs) %}"
        "woonzorgkaart({map: {{ this._parent.get_name() }}, units: {{ this.units }}, facilities: { "
        "{% for code, name in this.facilities.items() %}{{ code|tojson }}: {{ name }}, {% endfor %}}});"
        "{% endmacro %}"
    )

    def __init__(self, units: str, facilities: Mapping[str, str]) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._name = "Start"
        self.units = units
        self.facilities = facilities


def build_layers(results: Results, unit_codes: Sequence[str]) -> OfflineMap:
    """Build the map: its panes, background, units (numbered as in `unit_codes`) and facilities.

    No text from outside enters it: names stand in the page's data, by the same numbers.
    """
    map_ = OfflineMap(tiles=None, zoom_control=False, attributionControl=False, zoomSnap=0.25, minZoom=7, maxZoom=18)
    for name, height in _PANES.items():
        folium.map.CustomPane(name, z_index=height, pointer_events=name in (_UNITS, _POINTS)).add_to(map_)
    for layer in _background_layers(results):
        layer.add_to(map_)
    units = _units_layer(results, unit_codes)
    units.add_to(map_)
    facilities = {code: _facilities_layer(results, code) for code in results.categories}
    for one in facilities.values():
        one.add_to(map_)
    _Start(units.get_name(), {code: one.get_name() for code, one in facilities.items()}).add_to(map_)
    return map_


def point_style(position: int) -> dict[str, Any]:
    """Return the marker of the category at a position: filled, then rings, then both with a dark core or edge."""
    turn, place = divmod(position, len(_POINT_COLOURS))
    colour = _POINT_COLOURS[place]
    edge, fill, weight = _POINT_TURNS[turn % len(_POINT_TURNS)]
    return {
        "radius": 6 if weight < 2 else 5, "color": edge or colour, "weight": weight, "fillColor": fill or colour,
        "fillOpacity": 1.0, "fill": True,
    }  # fmt: skip


def label_points(results: Results, unit_codes: Sequence[str]) -> list[tuple[float, float, str, int]]:
    """Return the names on the map (latitude, longitude, name, rank): units first, then places that are no unit."""
    units = results.units.set_index("unit_code").loc[list(unit_codes)]
    points = units.representative_point()
    names = [(point, str(name), 0) for point, name in zip(points, units["unit_name"], strict=True)]
    known = {name.casefold() for _, name, _ in names}
    places = results.background[results.background["layer"] == "place"].dropna(subset=["feature_name"])
    places = places.sort_values(["rank", "feature_id"])
    others = zip(places.representative_point(), places["feature_name"], places["rank"], strict=True)
    names += [(point, str(name), int(rank)) for point, name, rank in others if str(name).casefold() not in known]
    degrees = _degrees(gpd.GeoSeries([point for point, _, _ in names], crs=results.units.crs))
    return [(lat, lon, name, rank) for lat, lon, (_, name, rank) in zip(degrees.y, degrees.x, names, strict=True)]


def facility_order(results: Results, category: str) -> gpd.GeoDataFrame:
    """Return the facilities of a category in the order in which the map numbers them."""
    of_category = results.facilities[results.facilities["category"] == category]
    return of_category.sort_values("facility_id")


def _degrees(geometry: gpd.GeoSeries) -> gpd.GeoSeries:
    """Bring metres to degrees, rounded to `_DECIMALS`."""
    in_degrees = geometry.to_crs("EPSG:4326")
    rounded = shapely.transform(in_degrees.to_numpy(), lambda xy: np.round(xy, _DECIMALS))
    return gpd.GeoSeries(rounded, index=geometry.index, crs=in_degrees.crs)


def _geojson(geometry: Sequence[BaseGeometry]) -> dict[str, Any]:
    features = [
        {"type": "Feature", "properties": {"i": number}, "geometry": shapely.geometry.mapping(one)}
        for number, one in enumerate(geometry)
    ]
    return {"type": "FeatureCollection", "features": features}


def _units_layer(results: Results, unit_codes: Sequence[str]) -> folium.GeoJson:
    units = results.units.set_index("unit_code").loc[list(unit_codes)].geometry
    # Unlike `simplify`, this keeps borders that units share in one piece.
    simple = units.simplify_coverage(results.map.simplify_m)
    return folium.GeoJson(_geojson(list(_degrees(simple))), control=False, pane=_UNITS)


def _facilities_layer(results: Results, category: str) -> folium.GeoJson:
    style = point_style(list(results.categories).index(category))
    marker = folium.CircleMarker()
    # Folium forgets the pane of a CircleMarker and the colours of one without a border.
    marker.options = {**style, "pane": _POINTS}
    points = _degrees(facility_order(results, category).geometry)
    return folium.GeoJson(_geojson(list(points)), control=False, show=False, pane=_POINTS, marker=marker)


def _background_layers(results: Results) -> Iterator[folium.GeoJson]:
    kept = dict(_kept_background(results))
    for pane, styles in ((_BELOW, _AREA_STYLES), (_ABOVE, _LINE_STYLES)):
        for layer, style in styles.items():
            for (rank, of_layer), geometry in kept.items():
                if of_layer != layer:
                    continue
                full = style if layer != "road" else {**style, "weight": _ROAD_WEIGHTS.get(rank, _SMALL_ROAD_WEIGHT)}
                yield folium.GeoJson(
                    _geojson(list(_degrees(geometry))), control=False, pane=pane, interactive=False,
                    style_function=lambda _, full=full: full,
                )  # fmt: skip


def _kept_background(results: Results) -> Iterator[tuple[tuple[int, str], gpd.GeoSeries]]:
    """Yield the background per rank and layer, most important first, as far as `MAX_BACKGROUND_VERTICES` goes."""
    frame = results.background[results.background["layer"].isin(_LAYER_ORDER)]
    room = MAX_BACKGROUND_VERTICES
    for rank in sorted({int(rank) for rank in frame["rank"]}):
        for layer in _LAYER_ORDER:
            of_block = frame[(frame["rank"] == rank) & (frame["layer"] == layer)]
            # One shape per block: a feature of its own costs 210 bytes, however small it is.
            merged = gpd.GeoSeries([of_block.geometry.make_valid().union_all()], crs=frame.crs)
            vertices = int(shapely.get_num_coordinates(merged.iloc[0]))
            if 0 < vertices <= room:
                room -= vertices
                yield (rank, layer), merged
