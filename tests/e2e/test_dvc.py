"""What DVC runs, what it does not run, and that a failing stage costs nothing."""

import sys
from pathlib import Path

import pytest
import yaml

from tests.e2e.conftest import Project
from tests.stage_runs import PROJECT, hashes

REGION = "markerwaard"
WRITE_LIMIT = """
import os, sys
limit = os.environ.get("FILE_LIMIT_BYTES")
if limit and any(part == os.environ["LIMITED_MODULE"] for part in sys.orig_argv):
    import resource
    resource.setrlimit(resource.RLIMIT_FSIZE, (int(limit), int(limit)))
"""
"""Run by Python at its start: the operating system refuses to let a file of the named stage grow past the limit."""


def stages() -> dict[str, dict[str, list[dict[str, object]]]]:
    loaded = yaml.safe_load((PROJECT / "dvc.yaml").read_text(encoding="utf-8"))["stages"]
    return {name: stage for name, stage in loaded.items() if "matrix" in stage}


def outs(project: Project, stage: str) -> list[Path]:
    wired = stages()[stage]
    paths = [path for kind in ("outs", "metrics") for one in wired.get(kind, []) for path in one]
    return [project.root / path.replace("${item.region}", REGION) for path in paths]


def results(project: Project) -> dict[str, str]:
    return hashes(project.root / "data", project.root / "maps")


@pytest.mark.skipif(sys.platform == "win32", reason="the operating system has no limit on file sizes")
@pytest.mark.parametrize("stage", stages())
def test_a_stage_that_fails_half_way_its_output_leaves_earlier_outputs(
    stage: str, project: Project, tmp_path: Path
) -> None:
    (tmp_path / "sitecustomize.py").write_text(WRITE_LIMIT, encoding="utf-8")
    before = results(project)
    files = [one for out in outs(project, stage) for one in ([out] if out.is_file() else sorted(out.iterdir()))]
    half = max(one.stat().st_size for one in files) // 2
    run = project.dvc(
        "repro", "--single-item", "--force", f"{stage}@{REGION}",
        PYTHONPATH=str(tmp_path), FILE_LIMIT_BYTES=str(half), LIMITED_MODULE=f"pipeline.stages.{stage}",
    )  # fmt: skip
    assert run.returncode != 0
    assert "File too large" in run.stderr or "Failed to commit transaction" in run.stderr, "it failed at the limit"
    assert [line[:4] for line in run.stderr.splitlines() if not line.startswith("ERROR: ")] == ["FOUT"], run.stderr
    assert f"failed to reproduce '{stage}@{REGION}'" in run.stderr
    assert results(project) == before


def test_nothing_runs_again_when_nothing_changed(project: Project) -> None:
    run = project.dvc("repro")
    assert run.returncode == 0
    assert "Running stage" not in run.stdout
    assert "up to date" in run.stdout


def test_a_changed_threshold_reruns_its_readers_alone(project: Project) -> None:
    project.set_params("share_beyond: 0.50", "share_beyond: 0.60")
    run = project.dvc("repro", "--dry")
    project.set_params("share_beyond: 0.60", "share_beyond: 0.50")
    ran = {line.split("'")[1].split("@")[0] for line in run.stdout.splitlines() if line.startswith("Running stage")}
    assert {"flag_witte_vlekken", "publish_map"} <= ran
    assert not ran & {
        "fetch_osm",
        "build_areas",
        "build_network",
        "compute_reach",
        "summarise_reach",
        "estimate_demand",
    }


def test_running_all_again_without_the_lock_file_gives_the_same_bytes(project: Project) -> None:
    before = results(project)
    lock = (project.root / "dvc.lock").read_text(encoding="utf-8")
    # As the analyst is told to do when a killed run left it half written.
    (project.root / "dvc.lock").unlink()
    run = project.dvc("repro", "--force")
    assert run.returncode == 0, run.stderr
    assert results(project) == before
    assert (project.root / "dvc.lock").read_text(encoding="utf-8") == lock


def test_rows_per_dwelling_are_not_in_the_cache(project: Project) -> None:
    cached = set(hashes(project.root / ".dvc/cache").values())
    processed = project.root / "data/processed" / REGION
    of = hashes(processed)
    for name in ("dwellings", "dwelling_access", "distances"):
        assert of[str(processed / f"{name}.parquet")] not in cached
    assert of[str(processed / "verdicts.parquet")] in cached


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("regions: [markerwaard]", "regions: []", ["regions", "ten minste één waarde"]),
        ("share_beyond: 0.50", "share_beyond: 1.5", ["witte_vlekken.share_beyond", "(nu: 1.5)"]),
        (
            "island_max_nodes: 30",
            "island_max_node: 30",
            ["network.island_max_nodes", "island_max_node: onbekende sleutel"],
        ),
    ],
)
def test_impossible_settings_stop_the_run_and_keep_results(
    old: str, new: str, expected: list[str], project: Project
) -> None:
    before = results(project)
    project.set_params(old, new)
    run = project.dvc("repro")
    project.set_params(new, old)
    assert run.returncode != 0
    for part in expected:
        assert part in run.stderr
    assert "Traceback" not in run.stderr
    assert results(project) == before
