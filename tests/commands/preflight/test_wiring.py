"""What rests on what, as dvc.yaml has it."""

from pathlib import Path, PurePosixPath

import pytest

from pipeline.commands.preflight.wiring import Stage, read_stages, unmade_deps, with_downstream, with_upstream
from pipeline.commands.stage_words import in_words
from pipeline.errors import SettingsError
from tests.stage_runs import PROJECT


@pytest.fixture(scope="module")
def stages() -> list[Stage]:
    return read_stages(PROJECT, ["kampen", "zwolle"])


def names(stages: list[Stage]) -> list[str]:
    return [stage.name for stage in stages]


def test_every_region_has_its_own_stages(stages: list[Stage]) -> None:
    assert names(stages)[:3] == ["check_settings", "fetch_areas@kampen", "fetch_areas@zwolle"]
    assert not [path for stage in stages for path in (*stage.deps, *stage.outs) if "$" in str(path)]


def test_what_no_stage_makes_has_to_be_there(stages: list[Stage]) -> None:
    deps = {str(dep) for dep in unmade_deps(stages)}
    assert {"config", "pipeline/config/sources.py"} <= deps
    assert {"data/raw/kampen/incoming", "data/raw/zwolle/incoming"} <= deps
    assert not [dep for dep in deps if dep.startswith(("data/processed", "maps"))]
    # The record lies in the snapshot that a stage makes.
    assert "data/raw/kampen/osm/provenance.json" not in deps


def test_a_new_dep_that_no_stage_makes_is_found_without_code(tmp_path: Path) -> None:
    text = "stages: {judge: {matrix: {region: x}, cmd: x, deps: ['config/regions/${item.region}.checks.csv']}}"
    (tmp_path / "dvc.yaml").write_text(text, encoding="utf-8")
    assert unmade_deps(read_stages(tmp_path, ["zalk"])) == [PurePosixPath("config/regions/zalk.checks.csv")]


def test_a_change_reaches_what_rests_on_it_in_its_own_region(stages: list[Stage]) -> None:
    reached = names(with_downstream(stages, {"compute_reach@kampen"}))
    assert reached == [
        "compute_reach@kampen", "summarise_reach@kampen", "flag_witte_vlekken@kampen", "check_results@kampen",
        "publish_map@kampen",
    ]  # fmt: skip
    assert names(with_downstream(stages, {"check_settings"})) == ["check_settings"]
    assert with_downstream(stages, set()) == []
    assert with_upstream(stages, []) == stages


def test_a_target_takes_along_what_it_rests_on(stages: list[Stage]) -> None:
    leading = ["fetch_areas", "fetch_figures", "build_figures"]
    assert names(with_upstream(stages, ["build_figures@kampen"])) == [f"{name}@kampen" for name in leading]
    both = names(with_upstream(stages, ["build_figures"]))
    assert set(both) == {f"{name}@{region}" for name in leading for region in ("kampen", "zwolle")}


def test_every_unknown_target_is_named(stages: list[Stage]) -> None:
    with pytest.raises(SettingsError) as caught:
        with_upstream(stages, ["kaart", "build_figures", "publish_map@zalk"])
    assert len(caught.value.faults) == 2
    assert "stap 'kaart' bestaat niet; kies uit: check_settings, fetch_areas@kampen" in caught.value.faults[0]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (None, "beschadigd"),
        ("stages: [", "beschadigd"),
        ("stages: 3", "beschadigd"),
        ("", "beschadigd"),
    ],
)
def test_wiring_that_cannot_be_read_is_a_fault(text: str | None, expected: str, tmp_path: Path) -> None:
    if text is not None:
        (tmp_path / "dvc.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(SettingsError, match=expected):
        read_stages(tmp_path, ["kampen"])


def test_every_stage_has_words_for_the_analyst(stages: list[Stage]) -> None:
    assert not [stage.name for stage in stages if in_words(stage.name).startswith(stage.action)]
