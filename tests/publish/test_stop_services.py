"""What the map tells of the service of stops."""

import json
from dataclasses import replace
from typing import Any

from pipeline.publish.map_data import map_data
from pipeline.publish.results import Results

TOO_LITTLE = "te weinig vertrek volgens de dienstregeling; telt niet mee"


def told(results: Results, category: str = "stop", **changed: Any) -> tuple[dict[str, str], list[int]]:
    """Return the words on the service of each facility and which do not count, after a change of every stop."""
    of_stops = results.facilities["category"] == "stop"
    facilities = results.facilities.assign(
        **{name: results.facilities[name].mask(of_stops, value) for name, value in changed.items()}
    )
    data = json.loads(map_data(replace(results, facilities=facilities), list(results.units["unit_code"])))
    found = data["facilities"][category]
    return found["services"], found["uncounted"]


def test_a_stop_where_too_little_leaves_does_not_count(results: Results) -> None:
    assert told(results) == ({"0": TOO_LITTLE}, [0])


def test_a_stop_that_is_served_or_of_which_nothing_is_known_counts(results: Results) -> None:
    assert told(results, service="hourly") == ({"0": "vertrek vaak genoeg volgens de dienstregeling"}, [])
    assert told(results, service="unknown", timetable_ids=None) == ({"0": "dienstregeling niet bekend"}, [])


def test_a_stop_of_the_timetable_alone_says_so(results: Results) -> None:
    words = "vertrek vaak genoeg volgens de dienstregeling; ontbreekt op OpenStreetMap"
    assert told(results, service="hourly", osm_ids=None) == ({"0": words}, [])


def test_nothing_is_told_of_other_categories(results: Results) -> None:
    assert told(results, "supermarket") == ({}, [])
