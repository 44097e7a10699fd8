"""``woonzorg check`` and ``woonzorg run`` with real DVC: nothing to do, a change, a failing stage, Ctrl-C."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from tests.e2e.conftest import Project
from tests.stage_runs import hashes

REGION = "markerwaard"


def command(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "pipeline", *arguments]


def environment(**extra: str) -> dict[str, str]:
    # Without the folder of this Python on the path, as when the analyst calls woonzorg by its full name.
    return {**os.environ, "PATH": os.defpath, "NO_COLOR": "1", "PYTHONIOENCODING": "utf-8", **extra}


def woonzorg(project: Project, *arguments: str, **extra: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command(*arguments), cwd=project.root, env=environment(**extra), capture_output=True, text=True, check=False
    )


def results(project: Project) -> dict[str, str]:
    return hashes(project.root / "data", project.root / "maps")


@contextmanager
def changed(project: Project, old: str, new: str) -> Iterator[None]:
    """Change a setting, and leave settings and results as they were."""
    project.set_params(old, new)
    try:
        yield
    finally:
        project.set_params(new, old)
        assert project.dvc("repro").returncode == 0


def test_nothing_to_do_is_said_and_the_results_are_summarised(project: Project) -> None:
    before = results(project)
    run = woonzorg(project, "run")
    assert (run.returncode, run.stderr) == (0, "")
    assert "Alles is bij: een run hoeft niets opnieuw te doen." in run.stdout
    assert "niets hoefde opnieuw" in run.stdout
    assert "Markerwaard (FICTIEF" in run.stdout
    assert f"Kaart: {project.root / 'maps' / REGION / 'kaart.html'}" in run.stdout
    assert results(project) == before


def test_check_foresees_what_a_changed_setting_reruns(project: Project) -> None:
    with changed(project, "share_beyond: 0.50", "share_beyond: 0.55"):
        check = woonzorg(project, "check")
        assert (check.returncode, check.stderr) == (0, "")
        assert "hoogstens 5 stappen" in check.stdout, "settings, verdicts, checks, basis and map"
        run = woonzorg(project, "run")
        assert run.returncode == 0
        steps = [line for line in run.stdout.splitlines() if line.startswith("stap ")]
        assert steps[0] == "stap 1 van 5: instellingen nakijken"
        assert steps[1] == f"stap 2 van 5: witte vlekken bepalen ({REGION})"
        assert "Klaar in" in run.stdout


def test_a_failing_stage_is_told_without_noise_and_costs_nothing(project: Project) -> None:
    before = results(project)
    with changed(project, "max_file_mb: 15", "max_file_mb: 0.001"):
        run = woonzorg(project, "run")
        assert run.returncode == 1
        lines = run.stderr.splitlines()
        assert lines[0].startswith(f"FOUT {REGION}: ")
        assert lines[-1] == f"De run stopte bij: kaart maken ({REGION}). Uitkomsten van eerder zijn bewaard."
        assert not [line for line in lines if "Traceback" in line or line.startswith("ERROR")]
        assert "Klaar in" not in run.stdout
        assert results(project) == before


def test_a_fault_stops_before_dvc(project: Project) -> None:
    before = results(project)
    with changed(project, "share_beyond: 0.50", "share_beyond: 1.5"):
        run = woonzorg(project, "run")
        assert run.returncode == 1
        assert run.stderr.startswith("FOUT config/params.yaml: witte_vlekken.share_beyond")
        assert run.stdout == ""
    assert results(project) == before


def test_an_unknown_target_is_named(project: Project) -> None:
    run = woonzorg(project, "run", "kaart")
    assert run.returncode == 1
    assert run.stderr.startswith("FOUT stap 'kaart' bestaat niet; kies uit: check_settings")


def test_a_target_that_makes_no_map_is_not_summarised(project: Project) -> None:
    run = woonzorg(project, "run", f"build_figures@{REGION}")
    assert (run.returncode, run.stderr) == (0, "")
    assert "Kaart:" not in run.stdout


def wait_for_stage(stage: str, project: Project, run: subprocess.Popen[str]) -> None:
    deadline = time.monotonic() + 120
    while not any(f"pipeline.stages.{stage}" in one for one in project.processes()):
        assert run.poll() is None, "it ended before the stage began"
        assert time.monotonic() < deadline, f"{stage} never began"
        time.sleep(0.01)


@pytest.mark.skipif(sys.platform != "linux", reason="looks at processes in /proc")
def test_ctrl_c_ends_the_stage_and_keeps_the_results(project: Project) -> None:
    before = results(project)
    with changed(project, "simplify_m: 5", "simplify_m: 6"):
        run = subprocess.Popen(
            command("run"), cwd=project.root, env=environment(), text=True,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )  # fmt: skip
        wait_for_stage("publish_map", project, run)
        run.send_signal(signal.SIGINT)
        _, errors = run.communicate(timeout=60)
        assert run.returncode == 130
        assert errors.startswith("Afgebroken.")
        assert len(errors.splitlines()) == 1
        assert project.processes() == []
        assert results(project) == before
    assert results(project) == before
