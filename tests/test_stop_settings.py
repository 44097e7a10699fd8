"""Settings of timetables: what makes no sense is refused, and a region without a feed says so."""

from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from pipeline.config.facilities import FacilitySettings
from pipeline.config.params import StopServiceSettings
from pipeline.errors import SettingsError
from pipeline.settings_files import check_all, read_sections
from tests import tiny_region
from tests.model.builders import CATEGORIES
from tests.stage_runs import PROJECT

SERVICE: dict[str, Any] = {
    "from_hour": 9, "to_hour": 17, "at_least_per_hour": 1, "days": ["monday"], "normal_day_share": 0.9,
    "match_m": 150.0, "same_spot_m": 20.0,
}  # fmt: skip


@pytest.mark.parametrize(("changed", "expected"), [
    ({"to_hour": 9}, "from_hour moet voor to_hour liggen"),
    ({"same_spot_m": 151.0}, "same_spot_m mag niet groter zijn dan match_m"),
    ({"days": []}, "at least 1"),
    ({"days": ["maandag"]}, "'monday', 'tuesday'"),
    ({"normal_day_share": 0}, "greater than 0"),
    ({"to_hour": 25}, "less than or equal to 24"),
])  # fmt: skip
def test_a_service_that_makes_no_sense_is_refused(changed: dict[str, Any], expected: str) -> None:
    with pytest.raises(ValidationError, match=expected):
        StopServiceSettings.model_validate({**SERVICE, **changed})


def test_stops_of_a_timetable_belong_to_one_category() -> None:
    needing = {code: one.model_copy(update={"needs_timetable": True}) for code, one in CATEGORIES.items()}
    with pytest.raises(ValidationError, match="horen bij één categorie"):
        FacilitySettings(same_place_m=50, categories=needing)
    assert FacilitySettings(same_place_m=50, categories=CATEGORIES).stop_category is None
    assert read_sections(PROJECT / "config", ["facilities"])["facilities"].stop_category == "stop"


def test_a_region_says_that_it_has_no_timetable(tmp_path: Path) -> None:
    tiny_region.write_region(tmp_path)
    config = tmp_path / "config"
    assert read_sections(config, ["timetables"], tiny_region.REGION) == {"timetables": None}
    without = {name: value for name, value in tiny_region.settings().items() if name != "timetables"}
    tiny_region.write_settings(tmp_path, without)
    with pytest.raises(SettingsError, match="sectie timetables ontbreekt"):
        check_all(config)
