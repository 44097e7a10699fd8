"""The interactive map: one HTML file that works without a network."""

from collections.abc import Mapping
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from pipeline.errors import WoonzorgError
from pipeline.publish.about import about
from pipeline.publish.map_data import map_data
from pipeline.publish.map_layers import build_layers
from pipeline.publish.offline_page import asset, json_for_script, leaflet_script, leaflet_style, render_parts, seal
from pipeline.publish.places import read_places
from pipeline.publish.results import Results
from pipeline.publish.verdict_choice import VERDICT_FILLS

_SCRIPTS = ("map_elements.js", "map_facilities.js", "map_page.js")


def build_map(results: Results) -> str:
    """Build the map page of a region.

    Two builds from the same results give the same text.

    Raises
    ------
    WoonzorgError
        If the page grows larger than ``map.max_file_mb``, or would ask anything of the network.
    """
    unit_codes = list(read_places(results).units)
    container, script = render_parts(build_layers(results, unit_codes))
    html = render_template(
        "map_page.html.jinja",
        about(results)
        | {
            "leaflet_style": leaflet_style(),
            "style": asset("map_page.css"),
            "container": container,
            "data": json_for_script(map_data(results, unit_codes)),
            "scripts": [leaflet_script(), *(asset(name) for name in _SCRIPTS), script],
            "verdict_fills": VERDICT_FILLS,
            "categories": [category.label for category in results.categories.values()],
        },
    )
    page = seal(html)
    _check_size(page, results.map.max_file_mb)
    return page


def render_template(name: str, context: Mapping[str, Any]) -> str:
    """Fill one of the page templates; every text is escaped unless it is marked as safe."""
    environment = Environment(
        loader=PackageLoader("pipeline.publish", "."),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template(name).render(context)


def _check_size(page: str, max_file_mb: float) -> None:
    size_mb = len(page.encode()) / 1e6
    if size_mb > max_file_mb:
        raise WoonzorgError(
            f"De kaart is {size_mb:.1f} MB, meer dan map.max_file_mb ({max_file_mb:g}) in config/params.yaml; verhoog "
            "map.simplify_m, splits de regio in gemeenten, of verhoog map.max_file_mb."
        )
