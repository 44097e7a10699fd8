"""Small units are judged with their neighbours, and say so wherever they are shown."""

import pytest

from pipeline.errors import WoonzorgError
from pipeline.publish.explain import Explanation, explain, explain_all, find_unit
from pipeline.publish.index_page import build_index
from pipeline.publish.places import read_places
from pipeline.publish.results import Results
from tests.publish.hand_made import HOSTILE_VECTOR, make_results

CODE = "DP0006+DP0007"
NAME = f"{HOSTILE_VECTOR} en Kleinzande samen"


def _of(results: Results, code: str, group: str = "age_75_plus") -> Explanation:
    return explain_all(results)[code, group]


def test_a_unit_that_is_judged_with_others_gives_their_verdict(results: Results) -> None:
    unit = _of(results, "DP0006")
    assert unit.lines[0] == (
        f"Kleinzande (dorp) – 75-plus: te klein; samen met {HOSTILE_VECTOR}: witte vlek, onder voorbehoud"
    )
    assert unit.conclusion == (
        "Te klein om alleen te beoordelen (het kunnen er maar 16 zijn, minder dan 25); samen met "
        f"{HOSTILE_VECTOR}: witte vlek, onder voorbehoud.",
    )


def test_it_tells_the_people_reasons_and_data_of_the_cluster(results: Results) -> None:
    lines = _of(results, "DP0006", "walking_aid").lines
    start = lines.index(f" {NAME}:")
    assert lines[start + 1] == "  38 mensen (32–45; schatting). Het oordeel rekent met de ruimste marge: 30–46."
    told = "\n".join(lines[start:])
    assert "Nog niet te zeggen; onbeslist: supermarkt." in told
    assert "Wat dit zou beslissen: of de paden naar supermarkt" in told
    assert told.index("Kleinzande alleen:") > told.index("Wat dit zou beslissen")


def test_a_cluster_that_is_itself_too_small_is_said_to_be(results: Results) -> None:
    assert _of(results, "DP0008").conclusion == (
        "Te klein om te beoordelen, ook samen met Oude Sluis: het kunnen er maar 4 zijn, minder dan 25, en samen maar "
        "8.",
    )
    assert _of(results, "DP0008+DP0009").conclusion == (
        "Ook samen te klein om te beoordelen: het kunnen er maar 8 zijn, minder dan 25.",
    )


def test_without_a_cluster_for_the_group_a_unit_stands_alone(results: Results) -> None:
    assert _of(results, "DP0006", "all_inhabitants").together is None
    assert (CODE, "all_inhabitants") not in explain_all(results)


def test_a_cluster_is_the_sum_of_its_units(results: Results) -> None:
    cluster = read_places(results).clusters[CODE]
    assert (cluster.dwelling_count, cluster.homes_count, cluster.base_count) == (434, 430.0, 2)
    units = results.units.copy()
    units.loc[units["unit_code"] == "DP0006", ["homes_count", "is_weak"]] = [None, True]
    unknown = read_places(make_results(units=units)).clusters[CODE]
    assert (unknown.homes_count, unknown.is_weak) == (None, True)


@pytest.mark.parametrize(
    "text",
    [CODE, CODE.lower(), NAME, NAME.upper(), NAME.removesuffix(" samen"), f"Kleinzande en {HOSTILE_VECTOR} samen"],
)
def test_a_cluster_is_found_by_code_name_or_units_in_any_order(results: Results, text: str) -> None:
    assert find_unit(results, text) == CODE


def test_a_cluster_is_explained_for_the_groups_that_it_is_formed_for(results: Results) -> None:
    heads = [line for line in explain(results, CODE) if line.startswith(NAME)]
    assert heads == [
        f"{NAME} (cluster) – 75-plus: witte vlek, onder voorbehoud",
        f"{NAME} (cluster) – Met loophulpmiddel: onbepaald",
    ]


def test_an_unknown_name_lists_clusters_too(results: Results) -> None:
    with pytest.raises(WoonzorgError, match=r"Gehucht en Oude Sluis samen \(DP0008\+DP0009\)"):
        find_unit(results, "Zwolle")


def test_what_is_far_only_onder_voorbehoud_makes_no_severe(results: Results) -> None:
    cluster = _of(results, CODE)
    assert not any("Zwaar, want" in text for text in cluster.conclusion)
    assert (
        "Onder voorbehoud: halte ligt volgens de kaart ook verder dan de uiterste afstand, maar zo ver weg kan er op "
        "de kaart een ontbreken. Ontbreekt er niets, dan wordt het: zware witte vlek."
    ) in cluster.conclusion
    assert "Zo ver weg kunnen er haltes op de kaart ontbreken." in cluster.categories[1].sentence


def test_the_index_lists_clusters_and_counts_their_units_as_too_small(results: Results) -> None:
    page = build_index(results)
    assert page.count("en Kleinzande samen (cluster)") == 1
    assert page.count('rowspan="2">Gehucht en Oude Sluis samen') == 1
    small = page.split("75-plus</th>", 1)[1].split("</tr>", 1)[0]
    assert [cell.split("<", 1)[0] for cell in small.split('class="number">')[1:]] == list("2111251")


def test_a_region_without_clusters_has_no_section_for_them(results: Results) -> None:
    alone = results.clusters.iloc[:0]
    known = {name: getattr(results, name) for name in ("unit_demand", "verdicts", "category_verdicts")}
    of_units = {name: rows[~rows["unit_code"].str.contains("+", regex=False)] for name, rows in known.items()}
    assert "Kleine gebieden die samen" not in build_index(make_results(clusters=alone, **of_units))
