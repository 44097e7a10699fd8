"""The CSV opens in Dutch Excel and holds no formula from outside."""

import csv
import io

from pipeline.publish.results import Results
from pipeline.publish.spreadsheet import BYTE_ORDER_MARK, witte_vlekken_csv
from tests.publish.hand_made import CLUSTERS, GROUPS, HOSTILE_VECTOR, SQUARES


def _rows(results: Results) -> dict[tuple[str, str], dict[str, str]]:
    text = witte_vlekken_csv(results).removeprefix(BYTE_ORDER_MARK)
    rows = csv.DictReader(io.StringIO(text, newline=""), delimiter=";")
    return {(row["Code"], row["Doelgroep"]): row for row in rows}


def test_a_row_per_unit_and_group_and_per_cluster(results: Results) -> None:
    assert len(_rows(results)) == len(SQUARES) * len(GROUPS) + len(CLUSTERS) * (len(GROUPS) - 1)
    assert witte_vlekken_csv(results).startswith(f"{BYTE_ORDER_MARK}Regio;Code;Gebied;")


def test_figures_have_a_decimal_comma_and_unknown_is_a_word(results: Results) -> None:
    rows = _rows(results)
    assert rows["DP0001", "75-plus"]["Supermarkt: aandeel verder dan norm, zeker"] == "0,150"
    assert rows["DP0001", "75-plus"]["Supermarkt: mediaan is bovengrens"] == "ja"
    assert rows["DP0005", "75-plus"]["Mensen"] == "onbekend"
    assert rows["DP0005", "75-plus"]["Supermarkt: mediaan (m)"] == "onbekend"


def test_verdict_and_its_reservation(results: Results) -> None:
    row = _rows(results)["WK000103", "75-plus"]
    assert (row["Oordeel"], row["Onder voorbehoud"], row["Oordeel als er niets op de kaart ontbreekt"]) == (
        "geen",
        "ja",
        "aandacht",
    )


def test_a_cluster_names_its_units_and_a_unit_its_cluster(results: Results) -> None:
    rows = _rows(results)
    cluster = rows["DP0006+DP0007", "75-plus"]
    assert (cluster["Soort"], cluster["Oordeel"]) == ("cluster", "witte vlek")
    assert cluster["Gebieden in cluster"] == f"{HOSTILE_VECTOR}, Kleinzande"
    unit = rows["DP0006", "75-plus"]
    assert (unit["Oordeel"], unit["Oordeel samen"]) == ("te klein", "witte vlek, onder voorbehoud")
    assert unit["Samen beoordeeld als"] == f"{HOSTILE_VECTOR} en Kleinzande samen"
    assert rows["DP0001", "75-plus"]["Samen beoordeeld als"] == "niet van toepassing"


def test_paths_are_told_for_groups_with_an_aid(results: Results) -> None:
    rows = _rows(results)
    told = rows["WK000101", "Met loophulpmiddel"]
    assert (told["Loopt"], told["Paden (km)"]) == ("met een rollator", "38,0")
    assert told["Paden: aandeel waarvan dat niet bekend is"] == "0,270"
    assert (told["Supermarkt: mediaan (m)"], told["Supermarkt: mediaan als onbekende paden niet kunnen (m)"]) == (
        "561",
        "598",
    )
    assert told["Supermarkt: aandeel dat afhangt van onbekende paden"] == "0,400"
    on_foot = rows["WK000101", "75-plus"]
    assert (on_foot["Loopt"], on_foot["Paden (km)"]) == ("te voet", "niet van toepassing")


def test_local_checks_have_a_column(results: Results) -> None:
    assert (
        "(<img src=x onerror=alert(1)>, 1 oktober 2026) zijn er binnen 1.500 m"
        in (_rows(results)["DP0003", "75-plus"]["Lokale controles"])
    )


def test_no_cell_from_outside_is_a_formula(results: Results) -> None:
    assert _rows(results)["DP0004", "75-plus"]["Gebied"] == "'=HYPERLINK(1)"


def test_the_region_is_marked_as_fictional(results: Results) -> None:
    assert all("FICTIEF" in row["Regio"] for row in _rows(results).values())
