"""Profiles through all stages: where nobody walks with an aid, and where steps or a path lie between two halves."""

from pathlib import Path
from typing import Any

import yaml

from pipeline import contracts
from pipeline.config.profiles import ON_FOOT
from tests import tiny_region
from tests.stage_runs import run_stages, stage_names
from tests.tiny_region import BLOCK_M, ORIGIN_X, ORIGIN_Y, REGION, SIDE_M


def test_a_region_where_nobody_walks_with_an_aid_runs_to_the_end(tiny: Path) -> None:
    path = tiny / "config/target_groups.yaml"
    groups = yaml.safe_load(path.read_text(encoding="utf-8"))
    for group in groups["target_groups"]["groups"].values():
        group["profile"] = ON_FOOT
    path.write_text(yaml.safe_dump(groups, allow_unicode=True), encoding="utf-8")
    names = stage_names()
    files = run_stages(tiny, REGION, names[names.index("build_network") :])
    assert set(files.read(contracts.DISTANCES)["profile"]) == {ON_FOOT}
    assert files.read(contracts.UNIT_PATHS).empty
    assert files.read(contracts.CHECKS)["is_passed"].all()


def write_streets(path: Path, crossing: dict[str, str]) -> None:
    """Write the tiny region, in which the streets from west to east cross the middle with these tags."""
    osm = tiny_region._Osm()
    steps = [index * BLOCK_M for index in range(int(2 * SIDE_M / BLOCK_M) + 1)]
    for step in steps:
        osm.way([(ORIGIN_X + step, ORIGIN_Y + other) for other in steps], {"highway": "residential"})
        along = [(ORIGIN_X + other, ORIGIN_Y + step) for other in steps]
        middle = len(steps) // 2
        osm.way(along[: middle + 1], {"highway": "residential"})
        osm.way(along[middle : middle + 2], crossing)
        osm.way(along[middle + 1 :], {"highway": "residential"})
    for column, row in tiny_region.BUURTEN.values():
        tiny_region._add_homes(osm, ORIGIN_X + column * SIDE_M, ORIGIN_Y + row * SIDE_M + SIDE_M / 2)
    for index, tags in enumerate(tiny_region.FACILITIES.values()):
        osm.point(ORIGIN_X + 300 + 10 * index, ORIGIN_Y + SIDE_M / 2, tags)
    tiny_region.write_objects(path, osm, 8000)


def reach_in_the_east(tiny: Path, crossing: dict[str, str]) -> Any:
    """Return how far the supermarket in the west is from the east with a rollator, over a `crossing` between both."""
    write_streets(tiny / "data/raw" / REGION / "incoming/vierkant.osm.pbf", crossing)
    names = stage_names()
    files = run_stages(tiny, REGION, names[: names.index("flag_witte_vlekken") + 1])
    key = {"unit_code": "WK000101", "target_group": "limited_mobility", "category": "supermarket"}
    found = []
    for contract in (contracts.REACH_DISTANCES, contracts.CATEGORY_VERDICTS):
        table = files.read(contract)
        for column, value in key.items():
            table = table[table[column] == value]
        found.append(table.iloc[0])
    return found[0]["median_m"], found[0]["median_high_m"], found[1]["reach"], found[1]["undecided_cause"]


def test_steps_between_two_halves_put_the_other_half_out_of_reach(tiny: Path) -> None:
    # The few homes along the steps join the street at either end of these; of the others none has a way there.
    median_m, median_high_m, reach, cause = reach_in_the_east(tiny, {"highway": "steps"})
    assert str(median_m) == str(median_high_m) == "nan"
    assert (reach, cause) == ("beyond", "none")


def test_a_path_between_two_halves_of_which_the_surface_is_not_mapped_gives_a_range(tiny: Path) -> None:
    median_m, median_high_m, reach, cause = reach_in_the_east(tiny, {"highway": "path"})
    assert abs(median_m - 1574) < 1
    assert str(median_high_m) == "nan"
    assert (reach, cause) == ("beyond", "none")  # 400 m is the norm: beyond it either way
