"""Faults of a source come all at once; files and settings that do not fit each other leave the results as they were.

What damage of every kind ends in, file by file, is in ``tests/damage``.
"""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pipeline.errors import SourceError, WoonzorgError
from tests import tiny_region
from tests.stage_runs import hashes, run_stages
from tests.tiny_region import REGION


def replace(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def incoming(root: Path) -> Path:
    return root / "data/raw" / REGION / "incoming"


def test_all_faults_of_a_source_come_at_once(tiny: Path) -> None:
    replace(incoming(tiny) / "cijfers.csv", "BU00010000,400,100,20", "Noord,veel,-1,20")
    replace(incoming(tiny) / "leeftijd.csv", "40", "x")
    with pytest.raises(SourceError) as caught:
        run_stages(tiny, REGION, ["fetch_figures"])
    assert [fault.split(":")[0] for fault in caught.value.faults] == [
        "cijfers.csv, rij 2, kolom code",
        "cijfers.csv, rij 2, kolom inhabitants",
        "cijfers.csv, rij 2, kolom inhabitants_65_plus",
        "leeftijd.csv, rij 2, kolom inwoners",
    ]


def test_all_missing_files_are_named_at_once(tiny: Path) -> None:
    for path in incoming(tiny).glob("*.csv"):
        path.unlink()
    with pytest.raises(SourceError) as caught:
        run_stages(tiny, REGION, ["fetch_figures"])
    assert len(caught.value.faults) == 4


def test_one_mistake_all_through_a_column_is_one_fault(tiny: Path) -> None:
    path = incoming(tiny) / "leeftijd.csv"
    path.write_text(path.read_text(encoding="utf-8").replace("BU0001", "Noord"), encoding="utf-8")
    with pytest.raises(SourceError, match=r"^leeftijd.csv, rij 2, 3, 4, 5, 6 en nog 23, kolom code: 'Noord0000' is"):
        run_stages(tiny, REGION, ["fetch_figures"])


def reset(change: Callable[[dict[str, Any]], None]) -> Callable[[Path], None]:
    """Return a damage to the settings of the region."""

    def damage(root: Path) -> None:
        content = tiny_region.settings()
        change(content)
        tiny_region.write_settings(root, content)

    return damage


def without_wijken(content: dict[str, Any]) -> None:
    content["areas"]["layers"] = [one for one in content["areas"]["layers"] if one["level"] != "wijk"]


def without_postcodes(content: dict[str, Any]) -> None:
    content["areas"]["layers"] = [one for one in content["areas"]["layers"] if one["level"] != "postcode"]
    content["region"]["base_level"] = "postcode"


def one_short_street(root: Path) -> None:
    osm = tiny_region._Osm()
    x, y = tiny_region.ORIGIN_X, tiny_region.ORIGIN_Y
    osm.way([(x + 400, y + 500), (x + 500, y + 500)], {"highway": "residential"})
    for column, row in tiny_region.BUURTEN.values():
        tiny_region._add_homes(osm, x + column * tiny_region.SIDE_M, y + row * tiny_region.SIDE_M + 500)
    tiny_region.write_objects(incoming(root) / "vierkant.osm.pbf", osm, 8000)


def figures_for_one_buurt(root: Path) -> None:
    path = incoming(root) / "cijfers.csv"
    text = path.read_text(encoding="utf-8").splitlines()
    path.write_text("\n".join([*text[:2], ""]), encoding="utf-8")


MISFITS: dict[str, tuple[Callable[[Path], None], str]] = {
    "another gemeente": (
        reset(lambda one: one["region"].update(gemeenten={"GM0002": "Elders"})),
        "geen enkel gebied ligt in GM0002",
    ),
    "a filter that leaves nothing": (
        reset(lambda one: one["areas"]["layers"][0].update(where={"naam": ["niets"]})),
        "geen gebieden met",
    ),
    "no layer of wijken": (reset(without_wijken), "een laag met level wijk ontbreekt"),
    "no layer of base areas": (reset(without_postcodes), "een laag met level postcode ontbreekt"),
    "a name for an area that is none": (
        reset(lambda one: one["region"].update(unit_names={"BU00019999": "Nergens"})),
        "BU00019999 is geen gebied",
    ),
    "two names with one code": (
        reset(lambda one: one["region"].update(unit_names={"BU00010000": "!!", "BU00010001": "??"})),
        "geven dezelfde code",
    ),
    "figures for a quarter of the homes": (figures_for_one_buurt, "cijfers.csv: heeft maar voor 25% van de woningen"),
    "one short street": (one_short_street, "geen samenhangend loopnetwerk"),
}


def later_outputs(root: Path) -> dict[str, str]:
    """Return what no stage here comes to: the network and the maps."""
    found = hashes(root / "maps", root / "data/processed")
    return {path: digest for path, digest in found.items() if "network_" in path or "maps" in path}


@pytest.mark.parametrize("name", MISFITS)
def test_files_and_settings_that_do_not_fit_each_other_leave_the_results(name: str, tiny: Path) -> None:
    misfit, expected = MISFITS[name]
    misfit(tiny)
    before = later_outputs(tiny)
    with pytest.raises(WoonzorgError) as caught:
        run_stages(tiny, REGION)
    assert expected in "\n".join(caught.value.faults)
    assert later_outputs(tiny) == before


def test_a_file_where_a_folder_belongs_leaves_the_results(tiny: Path) -> None:
    before = hashes(tiny / "data/processed")
    shutil.rmtree(tiny / "maps" / REGION)
    (tiny / "maps" / REGION).touch()
    with pytest.raises(OSError, match="vierkant"):
        run_stages(tiny, REGION, ["publish_map"])
    assert hashes(tiny / "data/processed") == before
