"""Rules of OSM tags: whether an object fits one, and which objects need to be looked at."""

import pytest
from pydantic import TypeAdapter, ValidationError

from pipeline.config.values import TagRule
from pipeline.tag_rules import keys_of, matches, matches_any, values_of


@pytest.mark.parametrize(
    ("rule", "fits"),
    [
        ({"shop": "supermarket"}, True),
        ({"shop": ["bakery", "supermarket"]}, True),
        ({"shop": "*"}, True),
        ({"shop": "bakery"}, False),
        ({"shop": "supermarket", "name": ""}, False),
        ({"shop": "supermarket", "opening_hours": ""}, True),
        ({"shop": "supermarket", "opening_hours": "*"}, False),
        ({"opening_hours": ["", "24/7"]}, True),
        ({"name": ["", "Super"]}, True),
        ({"name": ["", "Duur"]}, False),
    ],
)
def test_a_rule_fits_when_all_its_tags_do(rule: TagRule, fits: bool) -> None:
    assert matches({"shop": "supermarket", "name": "Super"}, rule) is fits


def test_one_rule_that_fits_is_enough() -> None:
    rules: list[TagRule] = [{"shop": "bakery"}, {"name": "Super"}]
    assert matches_any({"shop": "supermarket", "name": "Super"}, rules)
    assert not matches_any({"shop": "supermarket"}, rules)
    assert not matches_any({"shop": "supermarket"}, [])


def test_objects_are_looked_up_by_a_key_that_they_must_have() -> None:
    rules: list[TagRule] = [
        {"highway": "steps", "ramp": ["", "no"]},
        {"kerb": "", "barrier": "kerb"},
        {"ramp": ["", "no"], "stairs": "*"},  # without a ramp at all it fits as well
    ]
    assert keys_of(rules) == ["barrier", "highway", "stairs"]


def test_what_fits_a_rule_has_one_of_its_values() -> None:
    rules: list[TagRule] = [
        {"highway": ["steps", "path"], "ramp": ["", "no"]},
        {"kerb": "", "barrier": "kerb"},
        {"barrier": "*"},
        {"highway": "steps"},
    ]
    assert values_of(rules) == {"barrier": ["*"], "highway": ["path", "steps"]}


@pytest.mark.parametrize("rule", [{}, {"name": ""}, {"name": ["", "Super"]}, {"name": "", "shop": [""]}])
def test_a_rule_that_an_object_without_tags_fits_is_refused(rule: dict[str, object]) -> None:
    with pytest.raises(ValidationError, match="ten minste één tag"):
        TypeAdapter(TagRule).validate_python(rule)
