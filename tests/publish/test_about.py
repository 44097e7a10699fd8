"""What both pages tell about a run: norms, what groups walk with, and local checks."""

import pytest

from pipeline.publish.about import about
from pipeline.publish.index_page import build_index
from pipeline.publish.map_page import build_map
from pipeline.publish.norm_tables import norm_explanation, norm_tables
from pipeline.publish.results import Results
from tests.publish.frames import HOSTILE_SCRIPT
from tests.publish.hand_made import make_results, target_groups


@pytest.fixture(scope="module")
def by_age() -> Results:
    return make_results(target_groups=target_groups("by_age"))


def test_groups_with_equal_norms_share_a_table(results: Results) -> None:
    (table,) = norm_tables(results)
    assert table.groups == "Alle inwoners, 75-plus en Met loophulpmiddel"
    assert table.rows[0] == ("Supermarkt", "500 m", "800 m", "1,5 km")
    assert norm_explanation(results) == ""


def test_norms_by_age_tell_the_age_the_speed_and_where_it_is_from(by_age: Results) -> None:
    first, second = norm_tables(by_age)
    assert first.groups == "Alle inwoners"
    assert second.groups == "75-plus (80 jaar: 0,70 m/s, 54 %) en Met loophulpmiddel (80 jaar: 0,70 m/s, 54 %)"
    assert second.rows[0] == ("Supermarkt", "270 m", "430 m", "810 m")
    told = norm_explanation(by_age)
    assert "gedeeld door 1,30 m/s, afgerond op 10 m" in told
    assert "Bron: loopsnelheden: met de hand gemaakt." in told
    assert told in build_index(by_age)


def test_profiles_are_told_with_what_holds_without_data_and_their_source(results: Results) -> None:
    (profile,) = about(results)["profiles"]
    assert profile.groups == "Met loophulpmiddel"
    assert profile.demands == "met een rollator: geen trappen of onverharde paden."
    assert profile.rows == (
        ("Trappen", "telt als begaanbaar", HOSTILE_SCRIPT),
        ("Onverharde paden", "is onbekend: met en zonder doorgerekend", "straten gelden als verhard"),
    )
    assert "(wheelchair=yes of designated)" in profile.waived


def test_without_groups_that_need_one_no_profile_is_told(results: Results) -> None:
    groups = results.target_groups
    on_foot = {code: one.model_copy(update={"profile": "on_foot"}) for code, one in groups.groups.items()}
    all_on_foot = make_results(target_groups=groups.model_copy(update={"groups": on_foot}))
    assert about(all_on_foot)["profiles"] == []
    assert "Hulpmiddelen:" not in build_index(all_on_foot)


def test_both_pages_list_local_checks_and_what_is_wrong_with_them(results: Results) -> None:
    for page in (build_map(results), build_index(results)):
        section = page.split("Lokale controles</h2>", 1)[1].split("</section>", 1)[0]
        assert "zijn er binnen 1.500 m geen andere supermarkten of huisartsen" in section
        assert "&lt;img src=x onerror=alert(1)&gt;" in section
        assert "nee, verlopen" in section
        assert "Let op" in section


def test_a_region_without_local_checks_says_so(results: Results) -> None:
    none = make_results(
        local_checks=results.local_checks.iloc[:0],
        check_findings=results.check_findings.iloc[:0],
        facilities=results.facilities.assign(check_id=None),
    )
    for page in (build_map(none), build_index(none)):
        assert "Voor deze regio zijn geen lokale controles vastgelegd." in page
        assert "Let op" not in page
