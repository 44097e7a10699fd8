"""What became of rows of registers is told in words, row by row, and nothing from a register runs as code."""

import csv
import io

import pytest

from pipeline import contracts
from pipeline.publish.conflation import conflation_counts, conflation_csv, conflation_lines, sources_of_facilities
from pipeline.publish.index_page import build_index
from pipeline.publish.map_page import build_map
from pipeline.publish.results import Results
from tests.publish.frames import HOSTILE, HOSTILE_FORMULA, HOSTILE_IMAGE, HOSTILE_SCRIPT, HOSTILE_VECTOR, frame
from tests.publish.hand_made import make_results
from tests.publish.hand_made_registers import REASONS, conflated


def test_the_hand_made_rows_have_every_outcome_and_reason() -> None:
    assert tuple(REASONS) == contracts.CONFLATED
    assert {why for reasons in REASONS.values() for why in reasons} == set(contracts.CONFLATED_WHY)


def test_what_needs_a_look_comes_first(results: Results) -> None:
    lines = conflation_lines(results)
    assert [one.what for one in lines] == [
        *["apart gelaten"] * 4, *["niet geplaatst"] * 2, "buiten de kaart", *["samengevoegd"] * 3, "toegevoegd",
        "weggelaten",
    ]  # fmt: skip
    assert not [one for one in lines if "{" in one.why]
    assert all(bool(one.facility_id) == (one.what in ("samengevoegd", "toegevoegd", "apart gelaten")) for one in lines)


def test_the_reason_names_the_other_how_far_and_how_alike(results: Results) -> None:
    by_row = {one.row: one for one in conflation_lines(results)}
    one = by_row["lijst.xlsx, rij 2"]
    assert one.why == f"zelfde naam als {HOSTILE_VECTOR}, 12 m verderop (namen voor 72 % gelijk)"
    assert one.place == f"midden van de postcode bij de Locatieserver ({HOSTILE_SCRIPT})"
    assert by_row["lijst.xlsx, rij 5"].why == "geen bekende huisarts in de buurt"


def test_one_without_a_name_is_called_by_its_kind() -> None:
    row = conflated(2, "merged", "no_name", register_name=None, other_name=None, name_similarity=None)
    (line,) = conflation_lines(make_results(conflation=frame(contracts.CONFLATION, [row])))
    assert line.name == "zonder naam"
    assert line.why.startswith("zelfde plek als een huisarts zonder naam, 12 m verderop, waarvan")


def test_outcomes_are_counted(results: Results) -> None:
    text = conflation_counts(results)
    assert text.startswith("12 rijen: 3 samengevoegd met een voorziening die al bekend was, 1 toegevoegd, 4 toegevoegd")
    assert text.endswith("1 weggelaten volgens de instellingen.")


def test_the_table_has_every_row_and_no_formula(results: Results) -> None:
    text = conflation_csv(results)
    rows = list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff")), delimiter=";"))
    assert [one["Rij"] for one in rows] == [str(number) for number in range(2, 14)]
    assert rows[0]["Naam in het register"] == f"'{HOSTILE_FORMULA}"
    assert (rows[0]["Afstand (m)"], rows[0]["Gelijkenis van de namen (0-1)"]) == ("12", "0,72")
    assert rows[3]["Vergeleken met"] == ""


def test_without_registers_there_is_a_heading_and_no_section() -> None:
    results = make_results(conflation=frame(contracts.CONFLATION, []))
    assert len(conflation_csv(results).splitlines()) == 1
    assert conflation_counts(results) == ""
    assert "samengevoegd.csv" not in build_index(results)


def test_the_page_shows_the_table_and_escapes_it(results: Results) -> None:
    page = build_index(results)
    assert "samengevoegd.csv" in page
    assert "apart gelaten" in page
    for text in HOSTILE:
        if "<" in text:
            assert text not in page
    assert HOSTILE_IMAGE.replace("<", "&lt;").replace(">", "&gt;") in page


@pytest.mark.parametrize(
    ("origin", "certainty", "capacity", "said"),
    [
        ("both", "confirmed", 40.0, "Bron: de kaart en een register (a.csv, rij 2); zeker; capaciteit 40"),
        ("register", "single", None, "Bron: register (a.csv, rij 2); één bron"),
        ("both", "probable", None, "Bron: de kaart en een register (a.csv, rij 2); waarschijnlijk dezelfde"),
        ("register", "place_uncertain", None,
         "Bron: register (a.csv, rij 2); plaats onzeker (midden van de postcode)"),
    ],
)  # fmt: skip
def test_a_facility_tells_where_it_is_known_from(
    origin: str, certainty: str, capacity: float | None, said: str, results: Results
) -> None:
    same = {"origin": origin, "certainty": certainty, "registers": "a.csv, rij 2", "capacity": capacity}
    facilities = results.facilities.assign(**same)
    told = sources_of_facilities(make_results(facilities=facilities))
    assert set(told.values()) == {said}
    assert set(told) == set(facilities["facility_id"])


def test_a_facility_of_the_map_alone_tells_nothing_more(results: Results) -> None:
    facilities = results.facilities.assign(origin="osm", registers=None).astype({"registers": "str"})
    assert sources_of_facilities(make_results(facilities=facilities)) == {}
    assert "Bron: de kaart en een register" in build_map(results)
