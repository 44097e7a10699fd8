"""Profiles: what each demand makes of the tags of a way or a node, made up and as shipped."""

from collections.abc import Mapping
from typing import Any

import pytest
from pydantic import ValidationError

from pipeline.config.profiles import ON_FOOT, Criterion, Profile
from pipeline.model.profiles import (
    node_states,
    tags_of_nodes,
    way_states,
)
from pipeline.settings_files import read_sections
from pipeline.tag_rules import Tags
from tests.model.builders import CONFIG, DEMAND_OF_PROFILE, profile

NAMES = ("passable", "unknown", "barred")


def state(tags: Tags, one: Profile) -> str:
    return NAMES[way_states([tags], one)[0]]


# --- One demand ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("10", "passable"),  # at the limit
        ("10%", "passable"),
        ("10,5 %", "barred"),
        ("10.0001", "barred"),
        ("-12%", "barred"),  # as steep going down
        ("+ 12", "unknown"),  # not written as a number: no other rule fits
        (" 12 ", "barred"),
        ("12°", "unknown"),  # degrees are not per cent
        ("1:12", "unknown"),
        ("10-12", "unknown"),
        ("", "unknown"),
    ],
)
def test_a_limit_from_above(value: str, expected: str) -> None:
    assert state({"incline": value}, profile({"limit": {"tag": "incline", "at_most": 10}})) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("0.9", "passable"),
        ("0,9", "passable"),
        ("0.89", "barred"),
        ("0,9 m", "passable"),
        ("90 cm", "passable"),
        ("89cm", "barred"),
        ("2'6\"", "unknown"),  # feet are not read
        ("smal", "unknown"),
    ],
)
def test_a_limit_from_below(value: str, expected: str) -> None:
    assert state({"width": value}, profile({"limit": {"tag": "width", "at_least": 0.9}})) == expected


ORDERED = {
    "limit": {"tag": "width", "at_least": 1}, "barred": [{"a": "*"}], "passable": [{"b": "*"}], "unknown": [{"c": "*"}],
}  # fmt: skip


@pytest.mark.parametrize(
    ("tags", "expected"),
    [
        ({"width": "2", "a": "x", "c": "x"}, "passable"),  # the limit comes first, either way
        ({"width": "0.5", "b": "x"}, "barred"),
        ({"width": "smal", "a": "x", "b": "x"}, "barred"),  # unreadable: the first rule that fits
        ({"a": "x", "b": "x", "c": "x"}, "barred"),
        ({"b": "x", "c": "x"}, "passable"),
        ({"c": "x"}, "unknown"),
    ],
)
def test_the_first_that_fits_decides(tags: Tags, expected: str) -> None:
    for otherwise in ("passable", "unknown"):
        assert state(tags, profile({**ORDERED, "otherwise": otherwise})) == expected


@pytest.mark.parametrize("otherwise", ["passable", "unknown"])
def test_otherwise_is_for_what_no_rule_fits(otherwise: str) -> None:
    assert state({"d": "x"}, profile({**ORDERED, "otherwise": otherwise})) == otherwise


def test_the_worst_of_all_demands_counts() -> None:
    demands = ({"barred": [{"a": "no"}]}, {"unknown": [{"b": "*"}]})
    assert state({"a": "yes"}, profile(*demands)) == "passable"
    assert state({"b": "x"}, profile(*demands)) == "unknown"
    assert state({"a": "no", "b": "x"}, profile(*demands)) == "barred"


def test_where_the_map_says_that_it_suits_no_demand_counts() -> None:
    one = profile({"barred": [{"a": "no"}]}, nodes=[{"barred": [{"a": "no"}]}], waived=[{"wheelchair": "yes"}])
    assert state({"a": "no", "wheelchair": "yes"}, one) == "passable"
    assert state({"a": "no", "wheelchair": "limited"}, one) == "barred"
    assert node_states([{"a": "no", "wheelchair": "yes"}, {"a": "no"}], one).tolist() == [0, 2]


def test_ways_and_nodes_have_demands_of_their_own() -> None:
    one = profile({"barred": [{"a": "*"}]}, nodes=[{"unknown": [{"b": "*"}]}])
    assert way_states([{"a": "x"}, {"b": "x"}], one).tolist() == [2, 0]
    assert node_states([{"a": "x"}, {"b": "x"}], one).tolist() == [0, 1]


@pytest.mark.parametrize(
    "fault",
    [
        {"limit": {"tag": "width"}},
        {"limit": {"tag": "width", "at_least": 1, "at_most": 2}},
        {"otherwise": "barred"},
        {"barred": [{"a": ""}]},
    ],
)
def test_a_demand_that_cannot_be_met_is_refused(fault: Mapping[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Criterion.model_validate({**DEMAND_OF_PROFILE, **fault})


def test_nodes_that_carry_no_tags_are_no_obstacles() -> None:
    with pytest.raises(ValidationError, match="geen obstakel"):
        profile(nodes=[{"otherwise": "unknown"}])


def test_the_nodes_to_read_are_those_that_any_profile_asks_about() -> None:
    one = profile({"barred": [{"surface": "*"}]}, nodes=[{"barred": [{"barrier": "stile"}]}])
    other = profile(nodes=[{"limit": {"tag": "maxwidth", "at_least": 1}, "unknown": [{"barrier": "kerb", "kerb": ""}]}])
    assert tags_of_nodes({"one": one, "other": other}) == ["barrier", "maxwidth"]
    assert tags_of_nodes({}) == []


# --- The settings ----------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def shipped() -> dict[str, Profile]:
    return dict(read_sections(CONFIG, ["profiles"])["profiles"])


RESIDENTIAL, PATH, FOOTWAY = {"highway": "residential"}, {"highway": "path"}, {"highway": "footway"}
STEPS, ASPHALT = {"highway": "steps", "surface": "asphalt"}, {"highway": "footway", "surface": "asphalt"}


@pytest.mark.parametrize(
    ("tags", "rollator", "wheelchair"),
    [
        (STEPS, "barred", "barred"),
        ({**STEPS, "ramp": "no"}, "barred", "barred"),
        ({**STEPS, "ramp": "yes"}, "passable", "barred"),
        ({**STEPS, "wheelchair": "yes"}, "passable", "passable"),
        (RESIDENTIAL, "passable", "passable"),
        (ASPHALT, "passable", "passable"),
        (PATH, "unknown", "unknown"),
        (FOOTWAY, "unknown", "unknown"),
        ({"highway": "service"}, "unknown", "unknown"),
        ({"highway": "cycleway"}, "passable", "passable"),
        ({**FOOTWAY, "footway": "sidewalk"}, "passable", "passable"),
        ({"highway": "service", "service": "parking_aisle"}, "passable", "passable"),
        ({"highway": "cycleway", "surface": "gravel"}, "barred", "barred"),
        ({**RESIDENTIAL, "surface": "sand"}, "barred", "barred"),
        ({**RESIDENTIAL, "surface": "compacted"}, "unknown", "unknown"),  # a surface that the settings do not know
        ({**PATH, "surface": "grass_paver"}, "unknown", "barred"),
        ({**PATH, "surface": "fine_gravel"}, "unknown", "barred"),
        ({**RESIDENTIAL, "surface": "cobblestone"}, "passable", "barred"),
        ({**PATH, "wheelchair": "yes"}, "passable", "passable"),
        ({**ASPHALT, "wheelchair": "no"}, "passable", "barred"),
        ({"highway": "track", "tracktype": "grade1"}, "passable", "passable"),
        ({"highway": "track", "tracktype": "grade2"}, "unknown", "barred"),
        ({"highway": "track", "tracktype": "grade3"}, "barred", "barred"),
        ({"highway": "track", "tracktype": "grade5", "surface": "concrete"}, "passable", "passable"),
        ({**PATH, "smoothness": "good"}, "passable", "passable"),
        ({**ASPHALT, "smoothness": "bad"}, "passable", "barred"),
        ({**ASPHALT, "smoothness": "very_bad"}, "barred", "barred"),
        ({**ASPHALT, "incline": "up"}, "unknown", "unknown"),
        ({**ASPHALT, "incline": "1:12"}, "unknown", "unknown"),
        ({**ASPHALT, "incline": "steep"}, "barred", "barred"),
        ({**ASPHALT, "incline": "4%"}, "passable", "passable"),
        ({**ASPHALT, "incline": "10%"}, "passable", "barred"),
        ({**ASPHALT, "incline": "-12%"}, "barred", "barred"),
        ({**ASPHALT, "bridge": "yes"}, "unknown", "unknown"),
        ({**ASPHALT, "bridge": "yes", "incline": "3%"}, "passable", "passable"),
        ({**RESIDENTIAL, "bridge": "yes"}, "passable", "passable"),
        ({**ASPHALT, "width": "0.8"}, "passable", "barred"),
        ({**ASPHALT, "width": "90 cm"}, "passable", "passable"),
    ],
)
def test_ways_in_the_shipped_profiles(shipped: dict[str, Profile], tags: Tags, rollator: str, wheelchair: str) -> None:
    assert state(tags, shipped["rollator"]) == rollator
    assert state(tags, shipped["wheelchair"]) == wheelchair
    assert state(tags, shipped[ON_FOOT]) == "passable"


@pytest.mark.parametrize(
    ("tags", "rollator", "wheelchair"),
    [
        ({"barrier": "bollard"}, "passable", "passable"),
        ({"barrier": "bollard", "maxwidth": "0.8"}, "passable", "barred"),
        ({"barrier": "cycle_barrier"}, "unknown", "barred"),
        ({"barrier": "cycle_barrier", "maxwidth": "1"}, "unknown", "passable"),
        ({"barrier": "stile"}, "barred", "barred"),
        ({"barrier": "stile", "maxwidth": "1"}, "barred", "barred"),
        ({"barrier": "gate"}, "passable", "unknown"),
        ({"barrier": "gate", "maxwidth": "1"}, "passable", "passable"),
        ({"barrier": "gate", "wheelchair": "no"}, "passable", "barred"),
        ({"barrier": "gate", "wheelchair": "yes"}, "passable", "passable"),
        ({"amenity": "cafe", "wheelchair": "no"}, "passable", "passable"),  # no obstacle on the way
        ({"kerb": "raised"}, "barred", "barred"),
        ({"kerb": "rolled"}, "passable", "barred"),
        ({"kerb": "lowered", "barrier": "kerb"}, "passable", "passable"),
        ({"kerb": "flush"}, "passable", "passable"),
        ({"kerb": "yes"}, "unknown", "unknown"),
        ({"barrier": "kerb"}, "unknown", "unknown"),
        ({"kerb": "lowered", "kerb:height": "0.03"}, "passable", "barred"),
        ({"kerb": "raised", "kerb:height": "2 cm"}, "barred", "passable"),
    ],
)
def test_nodes_in_the_shipped_profiles(shipped: dict[str, Profile], tags: Tags, rollator: str, wheelchair: str) -> None:
    assert NAMES[node_states([tags], shipped["rollator"])[0]] == rollator
    assert NAMES[node_states([tags], shipped["wheelchair"])[0]] == wheelchair


def test_every_demand_of_the_shipped_profiles_names_its_source(shipped: dict[str, Profile]) -> None:
    assert all(one.source for profile in shipped.values() for one in (*profile.ways, *profile.nodes))
