"""The filter says which rows, and never becomes longer than a server takes."""

import pytest

from pipeline.sources.cbs.filters import area_codes, batches, narrowed, row_filter
from tests.services.odata_filter import Filter


def test_a_region_is_its_gemeenten_wijken_and_buurten() -> None:
    assert area_codes(["GM0166", "GM1690"]) == ["GM0166", "WK0166", "BU0166", "GM1690", "WK1690", "BU1690"]


def test_values_are_quoted_and_alternatives_bracketed() -> None:
    text = row_filter("RegioS", ["GM01"], {"Perioden": ["2023JJ00"], "Soort": ["a", "d'r"]})
    assert text == "startswith(RegioS,'GM01') and Perioden eq '2023JJ00' and (Soort eq 'a' or Soort eq 'd''r')"
    row = {"RegioS": "GM0166  ", "Perioden": "2023JJ00", "Soort": "d'r"}
    assert Filter(text)(row)
    for key in row:
        assert not Filter(text)({**row, key: "anders"})


def test_many_codes_are_asked_in_batches_of_a_limited_length() -> None:
    codes = [f"PC{number}" for number in range(1000, 1200)]
    found = list(batches("Postcode", codes))
    assert [code for batch in found for code in batch] == codes
    assert len(found) > 1
    assert all(len(batch) > 1 for batch in found)
    assert list(batches("Postcode", [])) == []


@pytest.mark.parametrize(
    ("codes", "expected"),
    [
        (["GM0001", "WK0001", "BU0001"], [["GM0001"], ["WK0001", "BU0001"]]),
        (["PC8"], [[f"PC8{digit}"] for digit in range(10)]),
        (["WK0363"], [[f"WK0363{one}"] for one in "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"]),
        (["GM0001"], []),
        (["BU00010000"], []),
        (["NL00"], []),
    ],
)
def test_fewer_areas_cover_the_same(codes: list[str], expected: list[list[str]]) -> None:
    assert narrowed(codes) == expected
