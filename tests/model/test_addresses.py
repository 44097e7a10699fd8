"""Where rows of registers are: their coordinates, their address among those known, an answer, or nowhere."""

from typing import Any

import numpy as np
import pandas as pd
import pytest

from pipeline.model.addresses import Address, addresses_to_ask, locate_rows, normal_addresses, take_answers

KNOWN = pd.DataFrame(
    [("1491AB", "12", "", 100.0, 0.0), ("1491 ab", "12a", "", 200.0, 0.0), ("1491AB", "14-2", "", 300.0, 0.0),
     ("1491AB", "16", "b", 400.0, 0.0), ("1491AB", "12", "", 999.0, 0.0), ("1491", "18", "", 500.0, 0.0)],
    columns=["postcode", "house_number", "addition", "x_m", "y_m"],
)  # fmt: skip


def rows(*given: tuple[Any, ...]) -> pd.DataFrame:
    """Make rows: postcode, house number, addition, x."""
    frame = pd.DataFrame(given, columns=["postcode", "house_number", "addition", "x_m"])
    texts = dict.fromkeys(["postcode", "house_number", "addition"], "str")
    return frame.astype({**texts, "x_m": "float64"}).assign(y_m=lambda one: one["x_m"] * 0, category="gp")


@pytest.mark.parametrize(
    ("given", "match", "x"),
    [
        (("1491AB", "12", None, None), "exact", 100.0),  # the first of two
        (("1491 ab", " 012 ", "", None), "exact", 100.0),
        (("1491AB", "12", "A", None), "exact", 200.0),
        (("1491AB", "12 a", None, None), "exact", 200.0),
        (("1491AB", "14", "2", None), "exact", 300.0),
        (("1491AB", "16B", None, None), "exact", 400.0),
        (("1491AB", "12", "C", None), "number", 100.0),
        (("1491AB", "14", None, None), "number", 300.0),
        (("1491AB", "2", None, None), "none", np.nan),
        (("1491AC", "12", None, None), "none", np.nan),
        (("1491AB", None, None, None), "none", np.nan),
        ((None, "12", None, None), "none", np.nan),
    ],
)
def test_an_address_is_found_however_it_is_written(given: tuple[Any, ...], match: str, x: float) -> None:
    (found,) = locate_rows(rows(given), KNOWN).to_dict("records")
    assert (found["place_match"], found["place_source"]) == (match, "none" if match == "none" else "map")
    np.testing.assert_equal(found["x_m"], x)


def test_coordinates_go_before_an_address() -> None:
    (found,) = locate_rows(rows(("1491AB", "12", None, 7.0)), KNOWN).to_dict("records")
    assert (found["place_source"], found["place_match"], found["x_m"]) == ("register", "coordinates", 7.0)


def test_without_known_addresses_nothing_is_found() -> None:
    found = locate_rows(rows(("1491AB", "12", None, None)), KNOWN.iloc[:0])
    assert found["place_match"].tolist() == ["none"]


def test_an_address_without_a_letter_or_a_number_is_none() -> None:
    found = normal_addresses(rows(("1491", "12", None, None), ("1491AB", "a", None, None)))
    assert found.isna().all(axis=None)


def test_only_whole_addresses_of_our_categories_that_were_not_found_are_asked_once() -> None:
    given = rows(("1491AB", "2", "a", None), ("1491 AB", "2A", None, None), ("1491AB", "12", None, None),
                 ("1400AA", "1", None, None), (None, None, None, None), ("1300AA", "1", None, None))  # fmt: skip
    given.loc[5, "category"] = None
    assert addresses_to_ask(locate_rows(given, KNOWN)) == [Address("1400AA", "1", ""), Address("1491AB", "2", "A")]


def test_an_answer_places_every_row_of_its_address_and_no_other() -> None:
    located = locate_rows(rows(("1491AB", "2", "a", None), ("1491 AB", "2A", None, None), ("1491AB", "12", None, None),
                               ("1400AA", "1", None, None)), KNOWN)  # fmt: skip
    answers = pd.DataFrame(
        [("1491AB", "2", "A", "postcode", 5.0, 6.0, "Dorp"), ("1400AA", "1", "", "none", None, None, None)],
        columns=["postcode", "house_number", "addition", "match", "x_m", "y_m", "place_found"],
    )
    found = take_answers(located, answers)
    assert found["place_match"].tolist() == ["postcode", "postcode", "exact", "none"]
    assert found["place_source"].tolist() == ["locatieserver", "locatieserver", "map", "none"]
    assert found["x_m"].tolist()[:3] == [5.0, 5.0, 100.0]
    assert found["place_found"].tolist()[:2] == ["Dorp", "Dorp"]
    assert found["place_found"].isna().tolist() == [False, False, True, True]
    assert take_answers(located, answers.iloc[:0])["place_match"].tolist() == ["none", "none", "exact", "none"]
