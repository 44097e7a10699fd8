"""The settings that docs/sources.md shows can be used as they stand."""

import re

import pytest
import yaml

from pipeline.config.sources import FigureSettings
from tests.stage_runs import PROJECT

TEXT = (PROJECT / "docs/sources.md").read_text(encoding="utf-8")
BLOCKS = [yaml.safe_load(block) for block in re.findall(r"```yaml\n(.*?)```", TEXT, re.DOTALL)]
TABLES = [*next(one["figures"]["tables"] for one in BLOCKS if "figures" in one)]
TABLES += [table for one in BLOCKS if isinstance(one, list) for table in one if "cbs" in table]


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table["file"])
def test_a_documented_table_is_sound(table: dict[str, object]) -> None:
    settings = FigureSettings.model_validate({"from": "services", "tables": [table]})
    assert settings.files[0].is_live


WANTED = (
    "84286NED", "84583NED", "84799NED", "85039NED", "85318NED", "85618NED", "85984NED", "86165NED", "83502NED",
    "84751NED", "84752NED", "84753NED", "84908NED", "50120NED", "85173NED", "86134NED",
)  # fmt: skip


@pytest.mark.parametrize("identifier", WANTED)
def test_every_table_that_regions_want_is_documented(identifier: str) -> None:
    assert identifier in TEXT
