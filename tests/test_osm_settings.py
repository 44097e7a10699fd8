"""Where the map comes from is said in one way, and wholly."""

from typing import Any

import pytest
from pydantic import ValidationError

from pipeline.config.sources import OsmSettings

FILE: dict[str, Any] = {"file": "kaart.osm.pbf", "what": "Kaart", "holder": "Test", "licence": "CC0"}
OVERPASS: dict[str, Any] = {"overpass": {"service": "overpass"}}
EXTRACTS: dict[str, Any] = {"extracts": [{"service": "geofabrik", "path": "europe/netherlands/drenthe-latest.osm.pbf"}]}


@pytest.mark.parametrize("way", [OVERPASS, EXTRACTS, {"extracts": [{"file": "drenthe.osm.pbf"}]}])
def test_a_live_map_tells_its_own_date_and_one_of_the_user_does_not(way: dict[str, Any]) -> None:
    assert OsmSettings.model_validate({"from": "services", **FILE, **way}).is_live
    with pytest.raises(ValidationError, match=r"reference_date ontbreekt bij kaart\.osm\.pbf"):
        OsmSettings.model_validate({"from": "file", **FILE, **way})


@pytest.mark.parametrize(
    ("way", "fault"),
    [
        ({}, "is overpass of extracts nodig"),
        ({**OVERPASS, **EXTRACTS}, "niet allebei"),
        ({"extracts": [{"service": "geofabrik"}]}, "geef service en path, of file"),
        ({"extracts": [{"path": "a.osm.pbf"}]}, "geef service en path, of file"),
        ({"extracts": [{"service": "geofabrik", "path": "a.osm.pbf", "file": "a.osm.pbf"}]}, "geef service en path"),
        ({"extracts": [{"service": "geofabrik", "path": "https://elders.nl/a.osm.pbf?x"}]}, "pattern"),
        ({"extracts": [{"file": "../a.osm.pbf"}]}, "pattern"),
        ({"overpass": {"service": "overpass", "date": "1 mei 2025"}}, "pattern"),
    ],
)
def test_what_is_said_in_two_ways_or_by_halves_is_a_fault(way: dict[str, Any], fault: str) -> None:
    with pytest.raises(ValidationError, match=fault):
        OsmSettings.model_validate({"from": "services", **FILE, **way})
