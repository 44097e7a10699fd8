"""Each verdict is explained with its figures, its reasons and what would change it."""

import pytest

from pipeline.config.region import RegionSettings
from pipeline.errors import WoonzorgError
from pipeline.publish.explain import Explanation, explain, explain_all, find_unit
from pipeline.publish.results import Results
from tests.publish.hand_made import SQUARES, make_results


def _of(results: Results, name: str) -> Explanation:
    code = next(code for code, one in SQUARES.items() if one.name == name)
    return explain_all(results)[code, "age_75_plus"]


def _text(results: Results, name: str) -> str:
    return "\n".join(_of(results, name).lines)


def test_head_names_unit_kind_group_and_verdict(results: Results) -> None:
    assert _of(results, "Wilsum").lines[0] == "Wilsum (dorp) – 75-plus: onbepaald"


def test_counts_show_estimate_interval_margin_and_people_without_a_home(results: Results) -> None:
    counts = " ".join(_of(results, "Wilsum").counts)
    assert counts.startswith("67 mensen (57–78; schatting).")
    assert "ruimste marge: 53–81" in counts
    assert "Van 27 mensen is de woning niet bekend." in counts


def test_the_edge_of_the_extract_is_told_and_what_would_decide_it(results: Results) -> None:
    wilsum = _of(results, "Wilsum")
    assert wilsum.categories[0].sentence.startswith(
        "Supermarkt: mediaan hoogstens 5,5 km; 100 % woont verder dan 800 m van de dichtstbijzijnde die bekend is, "
        "maar voor 85 % kan er buiten de kaartuitsnede één dichterbij zijn: onbeslist (zeker 15 %, hoogstens 100 %; "
        "10–67 mensen)."
    )
    assert wilsum.decides == (
        "Een controle ter plaatse of er buiten de rand van de kaart binnen 800 m lopen een supermarkt is.",
        "De adressen van de bewoners die nu op geen woning zijn geplaatst.",
    )
    assert "onbeslist: supermarkt en halte. Het kan nog uitkomen op zware witte vlek." in _text(results, "Wilsum")


def test_several_causes_together_ask_for_each_datum(results: Results) -> None:
    assert [text.split(" ")[1] for text in _of(results, "Oost").decides] == ["looproute", "adressen"]


def test_attention_names_what_is_beyond_and_how_bad_it_may_turn_out(results: Results) -> None:
    text = _text(results, "Oost")
    assert "verder dan de norm: halte." in text
    assert "61 % woont verder dan 500 m: buiten bereik (41–42 mensen)" in text
    assert "Valt alles wat onbeslist is tegen, dan wordt het: zware witte vlek." in text


def test_none_is_said_outright_only_without_any_doubt(results: Results) -> None:
    assert "Elke essentiële voorziening is binnen bereik" in _text(results, "Binnenstad")
    assert "Elke essentiële voorziening is binnen bereik" not in _text(results, "Zuid")


def test_reservations_say_why_and_what_it_would_become(results: Results) -> None:
    text = _text(results, "Zuid")
    assert text.startswith("Zuid (wijk) – 75-plus: geen, onder voorbehoud")
    assert "huisarts ligt volgens de kaart verder dan de norm, maar op de kaart kan er een ontbreken." in text
    assert "Ontbreekt er niets, dan wordt het: aandacht." in text
    assert "gevonden woningen (217) past niet bij het aantal volgens CBS (1.102)" in text


def test_severe_names_what_is_beyond_the_outermost_distance(results: Results) -> None:
    text = _text(results, "De `${1}` & ${alert(1)}")
    assert "Zwaar, want zelfs verder dan de uiterste afstand: supermarkt." in text
    assert "Ook verder dan het uiterste: 97–98 % woont verder dan 1,5 km." in text


def test_too_small_is_shown_but_not_judged(results: Results) -> None:
    small = _of(results, "=HYPERLINK(1)")
    assert small.conclusion == ("Te klein om te beoordelen: het kunnen er maar 9 zijn, minder dan 25.",)
    assert small.categories[1].share == "61 %"
    assert small.decides == ()


def test_unknown_figures_stay_unknown(results: Results) -> None:
    secret = _of(results, "Geheim")
    assert secret.count == "geen gegevens"
    assert "0 mensen" not in _text(results, "Geheim")
    assert secret.decides == ("Het aantal mensen van deze groep in dit gebied, dat nu ontbreekt of geheim is.",)


def test_categories_without_a_norm_are_shown_and_do_not_count(results: Results) -> None:
    hospital, bench = _of(results, "Binnenstad").categories[3:]
    assert hospital.sentence.startswith("Ziekenhuis: mediaan hoogstens 6,4 km; geen norm; telt niet mee.")
    assert bench.sentence.startswith("Bankje: op de kaart is er geen die te voet te bereiken is;")


def test_every_group_has_its_block_and_a_fictional_region_says_so(results: Results) -> None:
    lines = explain(results, "DP0001")
    assert "FICTIEF" in lines[0]
    assert [line for line in lines if line.startswith("Wilsum")] == [
        "Wilsum (dorp) – Alle inwoners: onbepaald",
        "Wilsum (dorp) – 75-plus: onbepaald",
        "Wilsum (dorp) – Met loophulpmiddel: onbepaald",
    ]


def test_a_real_region_is_not_called_fictional() -> None:
    real = RegionSettings(label="Echt", is_fictional=False, gemeenten={"GM0001": "Echt"}, base_level="buurt")
    assert explain(make_results(region=real), "DP0001")[0] == "Wilsum (dorp) – Alle inwoners: onbepaald"


@pytest.mark.parametrize("text", ["DP0001", "dp0001", "wilsum", " Wilsum "])
def test_a_unit_is_found_by_code_or_name(results: Results, text: str) -> None:
    assert find_unit(results, text) == "DP0001"


def test_an_unknown_unit_lists_the_choices(results: Results) -> None:
    with pytest.raises(WoonzorgError, match=r"gebied 'Zwolle' bestaat niet; kies .*Binnenstad \(WK000101\).*Wilsum"):
        find_unit(results, "Zwolle")


def test_a_name_that_two_units_share_asks_for_the_code() -> None:
    units = make_results().units
    units.loc[units["unit_code"] == "WK000102", "unit_name"] = "Zuid"
    with pytest.raises(WoonzorgError, match=r"'zuid' past op meer dan één gebied; .*\(WK000102\), Zuid \(WK000103\)\."):
        find_unit(make_results(units=units), "zuid")
