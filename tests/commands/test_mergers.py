"""Gemeenten that merged between the years of sources."""

from typing import Any

import pytest
import yaml

from pipeline.commands.mergers import merger_of, merger_remarks
from pipeline.config.gemeenten import Merger
from pipeline.settings_files import SECTIONS, read_sections
from tests import tiny_region
from tests.stage_runs import PROJECT

MERGERS: list[Merger] = read_sections(PROJECT / "config", ["mergers"])["mergers"]


def told(gemeenten: dict[str, str], **years: int) -> list[str]:
    """Return the remarks for these gemeenten, with areas, figures or ages by postcode of other years than 2024."""
    settings: dict[str, Any] = tiny_region.settings()
    settings["region"]["gemeenten"] = gemeenten
    for layer in settings["areas"]["layers"]:
        layer["reference_date"] = f"{years.get('areas', 2024)}-01-01"
    for table, kind in zip(settings["figures"]["tables"], ("figures", "ages", "health"), strict=True):
        table["year"] = years.get(kind, 2024)
    settings["figures"]["tables"][1]["code"] = "Postcode"
    sections = {
        name: SECTIONS[name][1].model_validate(yaml.safe_load(yaml.safe_dump(settings[name])))
        for name in ("region", "areas", "figures")
    }
    return merger_remarks({**sections, "mergers": MERGERS})


def test_sources_after_the_merger_know_the_gemeente() -> None:
    assert told({"GM1960": "West Betuwe"}, areas=2019, figures=2019, health=2019) == []
    assert told({"GM0166": "Kampen"}, areas=2018) == []


def test_a_source_from_before_is_named_with_what_it_has_instead() -> None:
    (remark,) = told({"GM1960": "West Betuwe"}, areas=2018, health=2016)
    assert remark == (
        "West Betuwe (GM1960): in deze omvang pas sinds 2019, met het gebied van Geldermalsen (GM0236), "
        "Neerijnen (GM0304) en Lingewaal (GM0733). Nog met de oude indeling: gebieden.gpkg (2018) en gezondheid.csv "
        "(2016); neem een uitgave vanaf 2019, of gebruik voor alle bronnen een jaar van vóór de herindeling, met de "
        "codes van toen bij gemeenten."
    )


def test_figures_by_postcode_know_no_gemeenten() -> None:
    assert told({"GM1960": "West Betuwe"}, ages=2016) == []


def test_a_gemeente_that_is_gone_is_told_where_it_went() -> None:
    (remark,) = told({"GM0788": "Haaren"}, areas=2020)
    assert remark == (
        "Haaren (GM0788): opgeheven in 2021 en verdeeld over Boxtel (GM0757), Oisterwijk (GM0824), Tilburg (GM0855) "
        "en Vught (GM0865). Al met de nieuwe indeling: cijfers.csv (2024), gezondheid.csv (2024) en gemeente.csv "
        "(2024); noem bij gemeenten de nieuwe, of neem uitgaven van vóór 2021."
    )


def test_without_settings_that_can_be_read_nothing_is_told() -> None:
    assert merger_remarks({"mergers": MERGERS}) == []


@pytest.mark.parametrize(("wanted", "year"), [("Geldermalsen", 2019), ("gm0236", 2019), ("WEESP", 2023)])
def test_a_gemeente_that_ended_is_found_by_name_or_code(wanted: str, year: int) -> None:
    merger = merger_of(wanted, MERGERS)
    assert merger is not None
    assert merger.year == year


def test_a_gemeente_that_is_there_did_not_end() -> None:
    assert merger_of("West Betuwe", MERGERS) is None


def test_the_table_of_mergers_gives_the_numbers_of_gemeenten_that_cbs_counts() -> None:
    # CBS, news on 1 January of each year: 388 gemeenten in 2017, 380 in 2018, 355 in 2019 and 2020, and so on.
    counts = {2017: 388, 2018: 380, 2019: 355, 2020: 355, 2021: 352, 2022: 345, 2023: 342}
    new = {code for merger in MERGERS for code in merger.into if int(code[2:]) >= 1949}
    for year in range(2018, 2024):
        of_year = [merger for merger in MERGERS if merger.year == year]
        ended = {code for merger in of_year for code in merger.ended}
        born = {code for merger in of_year for code in merger.into if code in new}
        assert counts[year] == counts[year - 1] - len(ended) + len(born), year


def test_no_gemeente_ends_twice_or_after_it_ended() -> None:
    ended = [code for merger in MERGERS for code in merger.ended]
    assert len(set(ended)) == len(ended)
    assert not {code for merger in MERGERS for code in merger.into} & set(ended)
