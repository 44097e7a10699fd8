"""What people read of completeness: judgement, reason with figures, and measure by measure; escaped on both pages."""

from typing import Any

import pandas as pd
import pytest

from pipeline.publish.completeness import MeasureLine, completeness_lines, doubts
from pipeline.publish.explain import explain_all
from pipeline.publish.index_page import build_index
from pipeline.publish.map_page import build_map
from pipeline.publish.results import Results
from tests.publish.frames import HOSTILE_IMAGE
from tests.publish.hand_made import make_results


def changed(results: Results, category: str, **values: Any) -> Results:
    table = results.completeness.set_index("category").astype("object")
    for name, value in values.items():
        table.loc[category, name] = value
    return make_results(completeness=table.reset_index().astype(results.completeness.dtypes.to_dict()))


def measured(results: Results, **values: Any) -> Results:
    table = results.completeness_measures
    is_it = (table["category"] == "gp") & (table["measure"] == "within_1_km")
    new = table.assign(**{name: table[name].where(~is_it, value) for name, value in values.items()})
    return make_results(completeness_measures=new)


def test_every_category_has_its_state_and_the_figures_side_by_side(results: Results) -> None:
    lines = {one.label: one for one in completeness_lines(results)}
    assert list(lines) == [one.label for one in results.categories.values()]
    assert lines["Supermarkt"].state == "volledig op de kaart"
    assert lines["Supermarkt"].measures == (
        MeasureLine("afstand over de autoweg", "0,8 km", "1,1 km", "niet te weinig"),
    )  # fmt: skip
    assert lines["Huisarts"].measures == (
        MeasureLine("afstand over de autoweg", "2,4 km", "1,5 km", "niet te vergelijken: rand van de kaart"),
        MeasureLine("aantal binnen 1 km", "0,3", "1,0", "te weinig"),
    )
    stops = next(one for one in completeness_lines(results) if HOSTILE_IMAGE.capitalize() in one.reason.capitalize())
    assert stops.state == "volledig op de kaart (zo ingesteld; de cijfers: niet te beoordelen)"


def test_the_reason_of_doubt_has_our_figure_and_that_of_cbs(results: Results) -> None:
    why = doubts(results)
    assert why["gp"] == (
        "De kaart heeft er minder dan het CBS telt: binnen 1 km gemiddeld 0,3 tegen 1,0 volgens het CBS (2024)."
    )
    assert not {"supermarket", "stop"} & set(why)
    assert why["hospital"].endswith(
        "ontbreken is niet te beoordelen, want de kaart heeft voor te veel inwoners geen woning "
        "(over de autoweg gemiddeld 2,3 km; het CBS telt 2,7 km)."
    )
    assert why["bench"].endswith("ontbreken is niet te beoordelen: er zijn geen cijfers van het CBS.")


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({"few_people_share": 0.4}, "minder dan het CBS telt, voor 40 % van de inwoners: binnen 1 km"),
        ({"ours": float("nan")}, "binnen 1 km gemiddeld geen enkele te bereiken tegen 1,0"),
    ],
)
def test_the_reason_says_for_whom_and_when_there_is_none(
    values: dict[str, Any], expected: str, results: Results
) -> None:
    assert expected in doubts(measured(results, **values))["gp"]


def test_density_what_is_set_and_what_is_known_are_reasons_too(results: Results) -> None:
    few = changed(results, "gp", basis="density", mapped_count=2, expected_count=14.6)
    assert doubts(few)["gp"] == (
        "Op de kaart staan 2 huisartsen; bij de landelijke dichtheid zijn er ongeveer 15 te verwachten."
    )
    for basis in ("overrule", "known"):
        assert doubts(changed(results, "gp", basis=basis, reason="niet nagebeld"))["gp"] == "Niet nagebeld."


def test_an_explanation_gives_the_reason_only_where_the_doubt_matters(results: Results) -> None:
    explained = explain_all(results)
    reason = doubts(results)["gp"]
    provisional = "\n".join(explained["WK000103", "age_75_plus"].lines)
    assert f"Er kunnen huisartsen op de kaart ontbreken. {reason}" in provisional
    assert reason not in "\n".join(explained["WK000101", "age_75_plus"].lines)
    # There a local check says that all GPs are known.
    assert reason not in "\n".join(explained["DP0003", "age_75_plus"].lines)


def test_both_pages_show_it_escaped(results: Results) -> None:
    for page in (build_map(results), build_index(results)):
        section = page.split("Hoe volledig de voorzieningen op de kaart staan</summary>", 1)[1].split("</details>", 1)[
            0
        ]
        assert "minder dan het CBS telt" in section
        assert HOSTILE_IMAGE not in section
        assert "&lt;img src=x onerror=alert(1)&gt;" in section.replace("Img", "img").replace("&lt;Img", "&lt;img")
        assert section.count("<tr>") == section.count("</tr>")


def test_the_index_page_puts_our_car_distance_beside_that_of_cbs(results: Results) -> None:
    section = build_index(results).split('<h2 id="distances">', 1)[1].split("</section>", 1)[0]
    assert '<td class="number">810 m</td><td class="number">0,8 km</td><td class="number">0,9 km</td>' in section
    unknown = results.completeness.assign(judgement="unknown", basis="none", measured="unknown")
    none = results.completeness_measures.iloc[:0]
    without = build_index(make_results(completeness=unknown, completeness_measures=pd.DataFrame(none)))
    assert '<td class="number">geen cijfer</td>' in without
