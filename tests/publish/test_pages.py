"""The pages are one file each, the same in every build, sealed against the network and against names that are code."""

import json
import re
from html.parser import HTMLParser
from typing import Any

import geopandas as gpd
import numpy as np
import pytest
from shapely.geometry import LineString

from pipeline.config.params import MapSettings
from pipeline.config.region import RegionSettings
from pipeline.contracts import CRS
from pipeline.errors import WoonzorgError
from pipeline.publish import map_layers
from pipeline.publish.index_page import build_index
from pipeline.publish.map_page import build_map
from pipeline.publish.offline_page import external_references, seal
from pipeline.publish.results import Results
from tests.publish.hand_made import HOSTILE, HOSTILE_IMAGE, SQUARES, make_results


@pytest.fixture(scope="module")
def map_page(results: Results) -> str:
    return build_map(results)


@pytest.fixture(scope="module")
def index_page(results: Results) -> str:
    return build_index(results)


class _Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: set[str] = set()
        self.text: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes.update(name for name, _ in attrs)

    def handle_data(self, data: str) -> None:
        self.text.append(data)


def _parse(page: str) -> _Tags:
    parser = _Tags()
    parser.feed(page)
    return parser


def _data(page: str) -> dict[str, Any]:
    found = re.search(r'<script type="application/json" id="data">(.*?)</script>', page, re.DOTALL)
    assert found is not None
    data: dict[str, Any] = json.loads(found.group(1))
    return data


def test_two_builds_give_the_same_bytes(map_page: str, index_page: str) -> None:
    assert build_map(make_results()) == map_page
    assert build_index(make_results()) == index_page


def test_the_order_of_rows_does_not_matter(results: Results, map_page: str) -> None:
    turned = {
        name: getattr(results, name).iloc[::-1].reset_index(drop=True)
        for name in (
            "units",
            "facilities",
            "known_facilities",
            "conflation",
            "unit_demand",
            "reach_shares",
            "category_verdicts",
            "verdicts",
            "clusters",
            "local_checks",
            "check_findings",
            "unit_paths",
        )
    }
    assert build_map(make_results(**turned)) == map_page


def test_nothing_is_asked_of_the_network(map_page: str, index_page: str) -> None:
    assert external_references(map_page) == []
    assert external_references(index_page) == []


@pytest.mark.parametrize(
    "html",
    [
        '<img src="https://tiles.example/1.png">',
        '<link rel="stylesheet" href="style.css">',
        "<style>@import 'x.css';</style>",
        "<style>p { background: url(https://example.org/x.png) }</style>",
        '<p style="background: url(//example.org/x.png)">',
        '<a href="https://example.org">',
    ],
)
def test_a_page_that_refers_outside_is_refused(html: str) -> None:
    with pytest.raises(WoonzorgError, match="verwijst naar buiten"):
        seal(html)


def test_hostile_names_make_no_elements(map_page: str, index_page: str) -> None:
    assert "img" not in _parse(map_page).tags
    assert "img" not in _parse(index_page).tags
    assert _parse(map_page).tags.count("script") == 6
    assert "script" not in _parse(index_page).tags
    for page in (map_page, index_page):
        assert not any(name.startswith("on") for name in _parse(page).attributes)


def test_hostile_names_are_readable_as_text(map_page: str, index_page: str) -> None:
    names = [one["name"] for one in _data(map_page)["units"]]
    assert sorted(names) == sorted(one.name for one in SQUARES.values())
    assert HOSTILE_IMAGE in "".join(_parse(index_page).text)


def test_no_hostile_name_stands_in_a_script(map_page: str) -> None:
    for script in re.findall(r"<script>(.*?)</script>", map_page, re.DOTALL):
        assert not any(name in script for name in HOSTILE)


def test_only_the_scripts_of_the_page_may_run(map_page: str, index_page: str) -> None:
    assert map_page.count("'sha256-") == 5
    assert "script-src 'none'" in index_page


def test_language_title_landmark_heading_and_viewport(map_page: str, index_page: str) -> None:
    for page in (map_page, index_page):
        assert '<html lang="nl">' in page
        assert 'content="width=device-width, initial-scale=1"' in page
        tags = _parse(page).tags
        assert [tags.count(tag) for tag in ("title", "main", "h1")] == [1, 1, 1]


def test_a_fictional_region_says_so_on_the_map_and_in_the_title(map_page: str, index_page: str) -> None:
    for page in (map_page, index_page):
        assert re.search(r"<title>[^<]*\(fictief\)</title>", page)
        assert "FICTIEF: verzonnen gemeente" in page


def test_a_real_region_does_not() -> None:
    real = RegionSettings(label="Echt", is_fictional=False, gemeenten={"GM0001": "Echt"}, base_level="buurt")
    results = make_results(region=real)
    assert "fictief" not in build_map(results).lower()
    assert "fictief" not in build_index(results).lower()


def test_sources_norms_and_settings_are_shown(map_page: str, index_page: str) -> None:
    for page in (map_page, index_page):
        text = "".join(_parse(page).text)
        assert "© OpenStreetMap-bijdragers (2024; ODbL 1.0)" in text
        assert "eigen oordeel" in text
        assert "tel ze nooit bij elkaar op" in text
        assert "mogelijk niet allemaal op de kaart" in text


def test_our_distances_stand_beside_those_of_cbs(index_page: str) -> None:
    text = " ".join("".join(_parse(index_page).text).split())
    assert "Supermarkt810 m0,8 km0,9 km" in text.replace("Supermarkt ", "Supermarkt").replace("m ", "m")
    assert "Lopen en rijden zijn twee verschillende dingen" in text


def test_checks_are_told_in_dutch(index_page: str) -> None:
    text = "".join(_parse(index_page).text)
    assert "1 van 1 controles in orde" in text
    assert "geen rij staat dubbel in tabel units" in text


def test_a_region_without_reference_has_an_index_too(results: Results) -> None:
    assert "CBS, 2024" not in build_index(make_results(metrics={**results.metrics, "reference": []}))


def test_every_fact_of_a_unit_is_in_the_data(map_page: str) -> None:
    facts = _data(map_page)["facts"]["age_75_plus"]
    wilsum = next(one for one in facts if one["verdict"] == "onbepaald" and one["count"] != "geen gegevens")
    assert wilsum["rows"][0]["median"] == "hoogstens 5,5 km"
    assert wilsum["decides"]


def test_a_map_that_is_too_large_is_refused() -> None:
    small = MapSettings(max_file_mb=0.1, simplify_m=1, density_classes=4)
    with pytest.raises(WoonzorgError, match=r"De kaart is \d\.\d MB, meer dan map\.max_file_mb \(0\.1\)"):
        build_map(make_results(map=small))


def test_coordinates_are_rounded(map_page: str) -> None:
    assert not re.search(r"\d\.\d{6,}[,\]]", map_page[map_page.index("var map_") :])


def test_the_least_important_background_is_left_out(monkeypatch: pytest.MonkeyPatch, results: Results) -> None:
    curve = LineString(np.column_stack([np.linspace(190_000, 190_400, 300), 507_000 + np.arange(300) % 2 * 50]))
    busy = results.background.copy()
    busy.loc[busy["rank"] == 4, "geometry"] = gpd.GeoSeries([curve], crs=CRS).to_numpy()
    full = build_map(make_results(background=busy))
    monkeypatch.setattr(map_layers, "MAX_BACKGROUND_VERTICES", 100)
    lean = build_map(make_results(background=busy))
    assert len(full) - len(lean) > 300 * 15
    assert "#6ea8d0" in lean
