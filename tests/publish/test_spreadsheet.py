"""The CSV opens in Dutch Excel and holds no formula from outside."""

import csv
import io

from pipeline.publish.results import Results
from pipeline.publish.spreadsheet import BYTE_ORDER_MARK, witte_vlekken_csv
from tests.publish.hand_made import GROUPS, SQUARES


def _rows(results: Results) -> dict[tuple[str, str], dict[str, str]]:
    text = witte_vlekken_csv(results).removeprefix(BYTE_ORDER_MARK)
    rows = csv.DictReader(io.StringIO(text, newline=""), delimiter=";")
    return {(row["Code"], row["Doelgroep"]): row for row in rows}


def test_a_row_per_unit_and_group(results: Results) -> None:
    assert len(_rows(results)) == len(SQUARES) * len(GROUPS)
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


def test_no_cell_from_outside_is_a_formula(results: Results) -> None:
    assert _rows(results)["DP0004", "75-plus"]["Gebied"] == "'=HYPERLINK(1)"


def test_the_region_is_marked_as_fictional(results: Results) -> None:
    assert all("FICTIEF" in row["Regio"] for row in _rows(results).values())
