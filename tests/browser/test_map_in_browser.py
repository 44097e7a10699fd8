"""The map as a reader meets it: opened from disk, without a network."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Opened
from tests.publish.hand_made import (
    HOSTILE_FORMULA,
    HOSTILE_IMAGE,
    HOSTILE_SCRIPT,
    HOSTILE_TEMPLATE,
    HOSTILE_VECTOR,
    SQUARES,
)

pytestmark = pytest.mark.browser

ON_UNITS = ".leaflet-units-pane path.leaflet-interactive"
ON_FACILITIES = ".leaflet-facilities-pane path.leaflet-interactive"
RINGS = ".leaflet-facilities-pane path:not(.leaflet-interactive)"


def _legend(page: Page) -> list[str]:
    return [" ".join(text.split()) for text in page.locator("#legend-classes li").all_inner_texts()]


def _choose_unit(page: Page, name: str) -> None:
    page.select_option("#unit", label=name)


def _fills(page: Page) -> list[str | None]:
    return [one.get_attribute("fill") for one in page.locator(ON_UNITS).all()]


def test_opening_asks_for_the_file_alone_and_complains_of_nothing(map_page: Opened) -> None:
    map_page.page.wait_for_timeout(200)
    assert [url.rsplit("/", 1)[1] for url in map_page.requests] == ["kaart.html"]
    assert map_page.complaints == []


def test_it_opens_with_witte_vlekken_for_75_plus(map_page: Opened) -> None:
    page = map_page.page
    expect(page.locator("#legend-title")).to_have_text("Witte vlekken: 75-plus")
    assert _legend(page) == [
        "geen 2 gebieden",
        "aandacht 1 gebied",
        "witte vlek 1 gebied",
        "zware witte vlek 1 gebied",
        "onbepaald 2 gebieden",
        "te klein 3 gebieden",
        "witte vlek, samen met buurgebieden 2 gebieden",
        "* onder voorbehoud 3 gebieden",
    ]


def test_every_unit_is_drawn_and_the_unknown_is_a_pattern(map_page: Opened) -> None:
    fills = _fills(map_page.page)
    assert len(fills) == len(SQUARES)
    assert fills.count("url(#pattern-undetermined)") == 2
    assert fills.count("url(#pattern-too-small)") == 3
    assert fills.count("url(#pattern-together-witte-vlek)") == 2


def test_an_undetermined_unit_looks_different_from_none(map_page: Opened) -> None:
    assert map_page.page.locator("#pattern-undetermined").count() == 1
    assert len(set(_fills(map_page.page))) == 7


def test_choosing_a_theme_changes_legend_and_map(map_page: Opened) -> None:
    page = map_page.page
    before = _fills(page)
    expect(page.locator("#category")).to_be_hidden()
    page.select_option("#theme", "reach")
    page.select_option("#category", "stop")
    expect(page.locator("#legend-title")).to_have_text("75-plus: lopen naar halte, verder dan 500 m")
    assert "onbepaald 1 gebied" in _legend(page)
    assert "geen gegevens 1 gebied" in _legend(page)
    assert _fills(page) != before
    page.select_option("#theme", "per_km2")
    expect(page.locator("#legend-title")).to_have_text("75-plus per km² land")


def test_the_choosers_work_by_keyboard(map_page: Opened) -> None:
    page = map_page.page
    page.get_by_label("Thema").focus()
    page.keyboard.press("ArrowDown")
    expect(page.locator("#legend-title")).to_contain_text("lopen naar supermarkt")
    page.get_by_label("Doelgroep").focus()
    page.keyboard.press("ArrowUp")
    expect(page.locator("#legend-title")).to_contain_text("Alle inwoners: lopen naar supermarkt")


def test_a_chosen_unit_is_explained_until_the_panel_is_closed(map_page: Opened) -> None:
    page = map_page.page
    _choose_unit(page, "Wilsum")
    panel = page.locator("#panel")
    expect(panel).to_contain_text("Wilsum (dorp)")
    expect(panel).to_contain_text("67 mensen (57–78; schatting)")
    expect(panel).to_contain_text("mediaan hoogstens 5,5 km")
    expect(panel).to_contain_text("Een controle ter plaatse")
    name = page.locator(".map-name.of-unit", has_text="Wilsum").bounding_box()
    covered = panel.bounding_box()
    assert name is not None
    assert covered is not None
    assert name["x"] + name["width"] <= covered["x"], "the panel hides the unit that it tells of"
    page.select_option("#theme", "per_1000")
    expect(panel).to_contain_text("per 1.000 inwoners")
    panel.get_by_role("button", name="Sluiten").click()
    expect(panel).to_be_hidden()


def test_hovering_tells_of_the_unit_and_clicking_keeps_it(map_page: Opened) -> None:
    page = map_page.page
    attention = _fills(page).index("#fdbb6b")
    box = page.locator(ON_UNITS).nth(attention).bounding_box()
    assert box is not None
    x, y = box["x"] + box["width"] * 0.25, box["y"] + box["height"] * 0.85
    page.mouse.move(x, y)
    tip = page.locator(".fact-tip")
    expect(tip).to_contain_text("Oost (deel van een wijk)")
    expect(tip).to_contain_text("61 %")
    expect(tip).to_contain_text("Wat dit zou beslissen")
    frame, shown = page.locator(".folium-map").bounding_box(), tip.bounding_box()
    assert frame is not None
    assert shown is not None
    assert shown["y"] >= frame["y"]
    assert shown["y"] + shown["height"] <= frame["y"] + frame["height"]
    page.mouse.click(x, y)
    expect(page.locator("#panel")).to_contain_text("Oost (deel van een wijk)")


def test_facilities_can_be_switched_and_benches_start_hidden(map_page: Opened) -> None:
    page = map_page.page
    expect(page.locator(ON_FACILITIES)).to_have_count(4)
    page.get_by_label("Bankjes").check()
    expect(page.locator(ON_FACILITIES)).to_have_count(5)
    expect(page.locator(RINGS)).to_have_count(2)
    page.get_by_label("Huisartsen").uncheck()
    expect(page.locator(RINGS)).to_have_count(0)
    page.get_by_label("Huisartsen").check()
    page.get_by_label("Supermarkten").uncheck()
    expect(page.locator(ON_FACILITIES)).to_have_count(4)


def test_a_stop_that_does_not_count_is_faint_and_says_so(map_page: Opened) -> None:
    page = map_page.page
    why = "te weinig vertrek volgens de dienstregeling; telt niet mee"
    stop = page.locator(ON_FACILITIES).nth(1)
    assert [one.get_attribute("fill-opacity") for one in page.locator(ON_FACILITIES).all()] == ["1", "0.3", "1", "1"]
    stop.hover(force=True)
    expect(page.locator(".fact-tip")).to_contain_text(why)
    page.locator("#facility-list summary").click()
    expect(page.locator("#facility-list")).to_contain_text(f"({why})")


@pytest.mark.parametrize("name", [HOSTILE_IMAGE, HOSTILE_TEMPLATE, HOSTILE_FORMULA, HOSTILE_VECTOR])
def test_hostile_names_of_units_stay_text(map_page: Opened, name: str) -> None:
    page = map_page.page
    _choose_unit(page, name)
    expect(page.locator("#panel h2")).to_have_text(f"{name} (dorp)")
    expect(page.locator("#unit-rows")).to_contain_text(name)
    expect(page.locator(".map-name.of-unit", has_text=name).first).to_contain_text(name)
    assert page.locator("img").count() == 0
    assert map_page.complaints == []


def test_hostile_names_of_facilities_stay_text(map_page: Opened) -> None:
    page = map_page.page
    page.locator("#facility-list summary").click()
    for position, name in enumerate((HOSTILE_TEMPLATE, HOSTILE_SCRIPT, HOSTILE_IMAGE)):
        page.locator(ON_FACILITIES).nth(position).hover(force=True)
        expect(page.locator(".fact-tip", has=page.locator(".unit-name", has_text=name))).to_be_visible()
        expect(page.locator("#facility-list")).to_contain_text(name)
    assert page.locator("img").count() == 0
    assert map_page.complaints == []


def test_the_map_says_that_the_region_is_fictional(map_page: Opened) -> None:
    expect(map_page.page.locator(".map-frame .fictional")).to_have_text(
        "FICTIEF: verzonnen gemeente, geen echte gegevens"
    )
    expect(map_page.page.locator(".map-frame .fictional")).to_be_in_viewport()


def test_title_legend_scale_and_sources_are_in_view_without_scrolling(map_page: Opened) -> None:
    page = map_page.page
    for selector in ("h1", "#legend-classes", ".leaflet-control-scale", ".source-line"):
        expect(page.locator(selector)).to_be_in_viewport()
    expect(page.get_by_title("Inzoomen")).to_be_visible()


def test_the_table_holds_every_unit_for_the_chosen_group(map_page: Opened) -> None:
    page = map_page.page
    expect(page.locator("#unit-rows tr")).to_have_count(len(SQUARES))
    page.select_option("#group", "all_inhabitants")
    expect(page.locator("#unit-table-caption")).to_have_text("Doelgroep: Alle inwoners")
    expect(page.locator("#unit-rows tr", has_text="Wilsum")).to_contain_text("536 mensen (456–622)")
    page.locator("#unit-rows").get_by_role("button", name="Wilsum").click()
    expect(page.locator("#panel")).to_contain_text("Wilsum (dorp)")


def test_polygons_are_no_tab_stops_without_a_name(map_page: Opened) -> None:
    assert {one.get_attribute("tabindex") for one in map_page.page.locator(ON_UNITS).all()} == {"-1"}


def test_print_keeps_map_legend_title_and_sources_on_one_landscape_page(map_page: Opened) -> None:
    page = map_page.page
    printed = page.pdf(prefer_css_page_size=True)
    assert printed.count(b"/MediaBox [0 0 841.9") == 1
    page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    page.emulate_media(media="print")
    for selector in ("h1", "#legend-classes", ".source-line", ".folium-map", ".fictional"):
        expect(page.locator(selector).first).to_be_visible()
    for selector in ("#choosers", ".leaflet-control-zoom", "#all-units"):
        expect(page.locator(selector)).to_be_hidden()
    page.evaluate("window.dispatchEvent(new Event('afterprint'))")
    page.emulate_media(media="screen")
    expect(page.locator("#choosers")).to_be_visible()


def test_the_index_asks_for_nothing_more_and_leads_to_the_map(index_page: Opened) -> None:
    assert [url.rsplit("/", 1)[1] for url in index_page.requests] == ["index.html"]
    assert index_page.complaints == []
    index_page.page.get_by_role("link", name="Open de kaart").click()
    expect(index_page.page.locator("#legend-title")).to_be_visible()
