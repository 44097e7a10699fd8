"""Clusters, local checks and walking aids as a reader meets them on the map."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Opened
from tests.browser.test_map_in_browser import ON_FACILITIES, ON_UNITS
from tests.publish.hand_made import CLUSTERS, HOSTILE_IMAGE, HOSTILE_TEMPLATE, HOSTILE_VECTOR

pytestmark = pytest.mark.browser

CLUSTER = f"{HOSTILE_VECTOR} en Kleinzande samen"


def _choose_unit(page: Page, name: str) -> None:
    page.select_option("#unit", label=name)


def _unit_paths(page: Page, fill: str) -> list[str | None]:
    paths = page.locator(f"{ON_UNITS}[fill='{fill}']").all()
    return [one.get_attribute("stroke") for one in paths]


def test_every_verdict_of_a_cluster_has_a_pattern_of_its_own_with_dots(map_page: Opened) -> None:
    patterns = map_page.page.locator("pattern[id^='pattern-together-']")
    assert patterns.count() == 5
    drawn = [one.evaluate("it => it.innerHTML") for one in patterns.all()]
    assert len(set(drawn)) == 5
    assert all("<circle" in one for one in drawn)


def test_units_of_a_cluster_carry_its_pattern_and_those_chosen_stand_out_together(map_page: Opened) -> None:
    page = map_page.page
    fill = "url(#pattern-together-witte-vlek)"
    assert page.evaluate("document.querySelector('#pattern-together-witte-vlek') !== null")
    assert _unit_paths(page, fill).count("#000000") == 0
    _choose_unit(page, "Kleinzande")
    assert _unit_paths(page, fill) == ["#000000", "#000000"]


def test_the_panel_of_a_unit_tells_what_it_is_together(map_page: Opened) -> None:
    page = map_page.page
    _choose_unit(page, "Kleinzande")
    panel, together = page.locator("#panel"), page.locator("#panel .together")
    expect(panel.locator("> .verdict")).to_have_text("Oordeel: te klein")
    expect(panel).to_contain_text("Te klein om alleen te beoordelen")
    expect(together.locator("h3").first).to_have_text(f"Samen met {HOSTILE_VECTOR}")
    expect(together).to_contain_text("75-plus: 38 mensen (32–45; schatting)")
    expect(together).to_contain_text("Oordeel: witte vlek, onder voorbehoud")
    expect(panel).to_contain_text("Voorzieningen, Kleinzande alleen")
    page.select_option("#group", "all_inhabitants")
    expect(together).to_have_count(0)
    assert map_page.complaints == []


def test_the_map_moves_aside_for_the_panel_and_back(map_page: Opened) -> None:
    page = map_page.page
    name = page.locator(".map-name.of-unit", has_text="Binnenstad")
    before = name.bounding_box()
    _choose_unit(page, "Kleinzande")
    panel = page.locator("#panel").bounding_box()
    assert panel is not None
    for one in page.locator(f"{ON_UNITS}[fill='url(#pattern-together-witte-vlek)']").all():
        box = one.bounding_box()
        assert box is not None
        assert box["x"] + box["width"] <= panel["x"]
    page.locator("#panel").get_by_role("button", name="Sluiten").click()
    assert name.bounding_box() == pytest.approx(before, abs=1)


def test_what_would_decide_a_cluster_is_told(map_page: Opened) -> None:
    page = map_page.page
    page.select_option("#group", "walking_aid")
    _choose_unit(page, "Kleinzande")
    expect(page.locator("#panel .together")).to_contain_text("Of de paden naar supermarkt met een rollator")


def test_a_cluster_that_is_too_small_leaves_its_units_dotted_and_says_so(map_page: Opened) -> None:
    page = map_page.page
    _choose_unit(page, "Gehucht")
    expect(page.locator("#panel")).to_contain_text("Te klein om te beoordelen, ook samen met Oude Sluis")
    assert _unit_paths(page, "url(#pattern-too-small)").count("#000000") == 2


def test_hovering_a_unit_of_a_cluster_tells_of_both(map_page: Opened) -> None:
    page = map_page.page
    box = page.locator(f"{ON_UNITS}[fill='url(#pattern-together-witte-vlek)']").first.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + box["width"] * 0.2, box["y"] + box["height"] * 0.85)
    tip = page.locator(".fact-tip")
    expect(tip).to_contain_text("Oordeel: te klein")
    expect(tip).to_contain_text("witte vlek, onder voorbehoud; 38 mensen (32–45; schatting)")
    assert page.locator("img").count() == 0


def test_the_table_has_a_row_per_cluster_that_leads_to_its_units(map_page: Opened) -> None:
    page = map_page.page
    expect(page.locator("#cluster-rows tr")).to_have_count(len(CLUSTERS))
    page.locator("#cluster-rows").get_by_role("button", name=CLUSTER).click()
    expect(page.locator("#panel .together")).to_contain_text("Oordeel: witte vlek")
    expect(page.locator("#unit-rows tr", has_text="Kleinzande").last).to_contain_text("te klein; samen met")
    page.select_option("#group", "all_inhabitants")
    expect(page.locator("#cluster-rows tr")).to_have_count(0)


def test_a_checked_facility_has_a_ring_and_says_who_found_it(map_page: Opened) -> None:
    page = map_page.page
    expect(page.locator("#facility-choosers .checked")).to_have_text("volgens lokale controle1")
    page.locator(ON_FACILITIES).nth(2).hover(force=True)
    tip = page.locator(".fact-tip", has_text="Huisarts")
    expect(tip).to_contain_text("volgens lokale controle (dorpsraad, 1 oktober 2026)")
    page.locator(ON_FACILITIES).nth(0).hover(force=True)
    expect(page.locator(".fact-tip", has_text="Supermarkt")).not_to_contain_text("lokale controle")


def test_a_facility_that_a_check_removed_is_listed_and_not_drawn(map_page: Opened) -> None:
    page = map_page.page
    expect(page.locator(ON_FACILITIES)).to_have_count(4)
    page.locator("#facility-list summary").click()
    expect(page.locator("#facility-list")).to_contain_text(f"{HOSTILE_VECTOR}: er niet meer volgens lokale controle")


def test_hostile_text_in_checks_stays_text(map_page: Opened, index_page: Opened) -> None:
    page = map_page.page
    _choose_unit(page, HOSTILE_TEMPLATE)
    expect(page.locator("#panel")).to_contain_text(f"Volgens lokale controle ({HOSTILE_IMAGE}, 1 oktober 2026) zijn er")
    for opened in (map_page, index_page):
        expect(opened.page.locator("#local-checks, section[aria-labelledby='local-checks']").first).to_contain_text(
            HOSTILE_IMAGE
        )
        assert opened.page.locator("img").count() == 0
        assert opened.complaints == []


def test_a_group_with_a_walking_aid_says_so_and_shows_its_paths(map_page: Opened) -> None:
    page = map_page.page
    expect(page.locator("#group-demands")).to_be_empty()
    expect(page.locator("#all-units th.paths")).to_be_hidden()
    page.select_option("#group", "walking_aid")
    expect(page.locator("#group-demands")).to_have_text("Gerekend met een rollator: geen trappen of onverharde paden.")
    expect(page.locator("#all-units th.paths")).to_be_visible()
    expect(page.locator("#unit-rows tr", has_text="Binnenstad").locator(".paths")).to_have_text("27 % van 38 km")
    _choose_unit(page, "Binnenstad")
    expect(page.locator("#panel")).to_contain_text("van 27 % is niet bekend of het met een rollator kan")
    expect(page.locator("#panel")).to_contain_text("mediaan 560–600 m")
