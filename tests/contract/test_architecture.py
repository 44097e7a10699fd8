"""Who may import whom, and dvc.yaml says all that a stage reads."""

import ast
import importlib
from pathlib import Path

import pytest
import yaml

from pipeline.commands.preflight.source_files import KINDS
from pipeline.model.basis import SOURCE_SECTIONS
from pipeline.settings_files import SECTIONS
from pipeline.sources.bundles.form import NEVER_BUNDLED
from pipeline.sources.snapshots import SNAPSHOTS
from pipeline.stages.graph import files_from_outside, leading_to, read_graph
from pipeline.stages.record_basis import VERDICTS_STAGE, record_basis
from pipeline.stages.run import sections_of

ROOT = Path(__file__).parents[2]
EVERYWHERE = {"config", "contracts", "errors", "tag_rules"}
MAY_IMPORT = {
    "config": {"config"},
    "contracts": set(),
    "errors": set(),
    "tag_rules": {"config"},
    "settings_files": {"config", "errors"},
    "tables": {"contracts", "errors"},
    "model": {"model", *EVERYWHERE},
    "sources": {"sources", *EVERYWHERE},
    "publish": {"publish", *EVERYWHERE},
    "stages": {"stages", "sources", "model", "publish", "tables", "settings_files", *EVERYWHERE},
    "commands": {"commands", "stages", "sources", "model", "publish", "tables", "settings_files", *EVERYWHERE},
    "__main__": {"commands", "errors"},
}
SHARED_BY_SOURCES = {
    f"pipeline.sources.{name}"
    for name in ("area_features", "codes", "csv_rows", "downloads", "feature_services", "fetching", "figure_numbers",
                 "osm_cut", "osm_files", "outlines", "shapes", "sheets", "snapshots", "table_meta", "web")
}  # fmt: skip
HOW_TO_ASK = {"web", "services", "overpass", "background"}
"""Sections that say how services are asked, and for what besides: no verdict rests on them, but on what they gave."""

NOT_IN_MODEL = {"folium", "requests", "httpx", "urllib", "socket", "osmium", "pyogrio", "pathlib", "os", "io", "yaml"}


def modules() -> list[Path]:
    return sorted((ROOT / "pipeline").rglob("*.py"))


def imported(path: Path) -> set[str]:
    """Return the full names of all modules and names that a file imports."""
    names = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            names |= {str(node.module)} | {f"{node.module}.{alias.name}" for alias in node.names}
    return names


def local_files(path: Path) -> set[Path]:
    """Return the files of ours that a file imports directly."""
    found = set()
    for name in imported(path):
        place = ROOT / Path(*name.split("."))
        candidates = (place.with_suffix(".py"), place / "__init__.py")
        found |= {one for one in candidates if name.startswith("pipeline") and one.is_file()}
    return found


def closure(path: Path) -> set[Path]:
    seen, todo = {path}, [path]
    while todo:
        new = local_files(todo.pop()) - seen
        seen |= new
        todo += new
    return seen


def has_code(path: Path) -> bool:
    return any(not isinstance(node, ast.Expr) for node in ast.parse(path.read_text(encoding="utf-8")).body)


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(ROOT)))
def test_a_module_imports_only_what_its_room_may(path: Path) -> None:
    room = path.relative_to(ROOT / "pipeline").parts[0].removesuffix(".py")
    if room == "__init__":
        return
    rooms = {name.split(".")[1] for name in imported(path) if name.startswith("pipeline.")}
    assert rooms <= MAY_IMPORT[room]


@pytest.mark.parametrize("path", sorted((ROOT / "pipeline/model").glob("*.py")), ids=lambda path: path.name)
def test_the_model_reads_no_file_and_knows_no_map_or_network(path: Path) -> None:
    assert not {name.split(".")[0] for name in imported(path)} & NOT_IN_MODEL
    text = path.read_text(encoding="utf-8")
    assert "open(" not in text
    assert "read_parquet" not in text


def test_sources_do_not_know_each_other() -> None:
    folder = ROOT / "pipeline/sources"
    for path in folder.glob("*.py"):
        others = {name for name in imported(path) if name.startswith("pipeline.sources.")}
        modules_of_ours = {".".join(name.split(".")[:3]) for name in others}
        assert modules_of_ours <= SHARED_BY_SOURCES, path.name


def dvc_stages() -> dict[str, dict[str, object]]:
    stages: dict[str, dict[str, object]] = yaml.safe_load((ROOT / "dvc.yaml").read_text(encoding="utf-8"))["stages"]
    return stages


def module_of(stage: str) -> Path:
    return ROOT / "pipeline/stages" / f"{stage}.py"


@pytest.mark.parametrize("stage", dvc_stages())
def test_deps_list_every_local_module(stage: str) -> None:
    deps = {ROOT / str(one) for one in dvc_stages()[stage]["deps"]}  # type: ignore[attr-defined]
    code = {one for one in closure(module_of(stage)) if has_code(one)}
    if stage.startswith("fetch_"):
        assert not {one for one in deps if one.suffix == ".py"}, "a fetch depends on settings and incoming files alone"
        return
    missing = sorted(str(one.relative_to(ROOT)) for one in code - deps)
    assert not missing, f"add to deps of {stage} in dvc.yaml: {missing}"


def test_the_publishing_stage_depends_on_every_asset() -> None:
    assets = {one for one in (ROOT / "pipeline/publish").iterdir() if one.suffix in {".css", ".js", ".jinja"}}
    deps = {ROOT / str(one) for one in dvc_stages()["publish_map"]["deps"]}  # type: ignore[attr-defined]
    assert assets <= deps


@pytest.mark.parametrize("stage", [name for name in dvc_stages() if name != "check_settings"])
def test_params_list_every_section_that_a_stage_reads(stage: str) -> None:
    function = getattr(importlib.import_module(f"pipeline.stages.{stage}"), stage)
    wanted = {(f"config/{SECTIONS[name][0].format(region='${item.region}')}", name) for name in sections_of(function)}
    params = dvc_stages()[stage].get("params", [])
    listed = {(file, name) for one in params for file, names in one.items() for name in names}  # type: ignore[attr-defined]
    assert listed == wanted


@pytest.mark.parametrize("stage", [name for name in dvc_stages() if name != "check_settings"])
def test_every_out_persists_and_rows_per_dwelling_are_never_cached(stage: str) -> None:
    from pipeline.contracts import ALL

    restricted = {f"{name}.parquet" for name, contract in ALL.items() if contract.is_restricted}
    for kind in ("outs", "metrics"):
        for one in dvc_stages()[stage].get(kind, []):  # type: ignore[attr-defined]
            ((path, options),) = one.items()
            assert options["persist"] is True
            if Path(path).name in restricted:
                assert options["cache"] is False
                assert options["push"] is False


def test_a_snapshot_that_is_never_pushed_is_never_bundled() -> None:
    fetches = [one for name, one in dvc_stages().items() if name.startswith("fetch_")]
    outs = [out for one in fetches for out in one["outs"]]  # type: ignore[attr-defined]
    kept_here = {Path(path).name for one in outs for path, options in one.items() if options.get("push") is False}
    assert kept_here
    assert kept_here <= set(NEVER_BUNDLED)


def test_every_stage_module_is_a_stage_of_dvc() -> None:
    wired = {module_of(stage).name for stage in dvc_stages()}
    written = {one.name for one in (ROOT / "pipeline/stages").glob("*.py")}
    assert written - wired == {
        "__init__.py",
        "run.py",
        "results.py",
        "graph.py",
        "baselines.py",
        "services.py",
        "extract.py",
        "demo.py",
    }


def test_the_recorded_basis_holds_every_section_and_file_that_a_verdict_rests_on() -> None:
    graph = read_graph("${item.region}")
    leading = leading_to(graph, [VERDICTS_STAGE])
    assert "publish_map" not in leading
    assert {"fetch_osm", "build_network", "compute_reach"} <= set(leading)
    functions = [getattr(importlib.import_module(f"pipeline.stages.{name}"), name) for name in leading]
    read = {section for one in functions for section in sections_of(one)}
    assert set(sections_of(record_basis)) == read - HOW_TO_ASK
    brought = {f"data/raw/${{item.region}}/{folder}" for folder in ("incoming", "registers")}
    assert set(files_from_outside(graph, leading)) - brought <= set(graph["record_basis"].deps)


def test_every_snapshot_is_fetched_named_in_dutch_and_goes_with_the_data() -> None:
    fetched = [
        Path(out).name for name, stage in read_graph("r").items() if name.startswith("fetch_") for out in stage.outs
    ]
    assert sorted(fetched) == sorted(SNAPSHOTS)
    assert set(KINDS) == set(SNAPSHOTS)
    assert set(SOURCE_SECTIONS) == {*SNAPSHOTS, "demo"}


def test_there_is_no_utils() -> None:
    assert not [path for path in modules() if "util" in path.name or "helper" in path.name]
