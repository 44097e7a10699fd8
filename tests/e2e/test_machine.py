"""What machines do to a run: it is killed, meets another run, a folder that takes no files, a full disk."""

import os
import random
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from tests.e2e.conftest import Project, dvc_command, dvc_environment

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="looks at processes in /proc, mounts and drops rights")

REGION = "markerwaard"
KILLS = 20
PATIENCE_SECONDS = 300
_BEGUN = re.compile(r"^(?:Running stage|Stage) '([^'@]+)[^']*'(?:$|:| is cached)", re.MULTILINE)
SHARES = ("share_beyond: 0.50", "share_beyond: 0.60")


def faults(errors: str) -> list[str]:
    """Return what a run complains of, without what DVC adds; a traceback is never right."""
    assert "Traceback" not in errors, errors
    return [line for line in errors.splitlines() if line and not line.startswith("ERROR: failed to reproduce")]


class Victim:
    """A run of DVC in a group of processes of its own, to be killed."""

    def __init__(self, project: Project, folder: Path) -> None:
        self._project = project
        self._output, self._errors = folder / "output", folder / "errors"
        with self._output.open("w") as output, self._errors.open("w") as errors:
            self._process = subprocess.Popen(
                dvc_command("repro"), cwd=project.root, env=dvc_environment(PYTHONUNBUFFERED="1"),
                stdout=output, stderr=errors, start_new_session=True,
            )  # fmt: skip

    def wait_until(self, stages_begun: int, seconds: float) -> int | None:
        """Wait for so many stages to begin and then some time; return its exit status, nothing if it still runs."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while len(self.begun()) < stages_begun and self._process.poll() is None:
            assert time.monotonic() < deadline, "it hangs"
            time.sleep(0.02)
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(seconds)
        return self._process.returncode

    def kill(self, with_stage: bool) -> str:
        """Kill DVC, alone or with the stage that it runs; wait until nothing is left, and say what it was at."""
        at = self.begun()[-1] if self.begun() else "start"
        (os.killpg if with_stage else os.kill)(self._process.pid, signal.SIGKILL)
        self._process.wait()
        deadline = time.monotonic() + PATIENCE_SECONDS
        while self._project.processes():
            assert time.monotonic() < deadline, "its stage hangs"
            time.sleep(0.05)
        assert "Traceback" not in self.errors(), self.errors()
        return f"{at}{'' if with_stage else ', alone'}"

    def begun(self) -> list[str]:
        """Return the stages that began or were restored."""
        return _BEGUN.findall(self._output.read_text(encoding="utf-8"))

    def errors(self) -> str:
        return self._errors.read_text(encoding="utf-8")


def mend(project: Project) -> None:
    """Do what the analyst is told when a file of DVC itself was cut short."""
    check = project.woonzorg("check")
    assert "Traceback" not in check.stderr
    told = [line for line in check.stderr.splitlines() if "is half geschreven" in line]
    assert len(told) == 1, check.stderr
    damaged = next(name for name in ("dvc.lock", ".dvc/tmp/rwlock") if f"{name} is half" in told[0])
    (project.root / damaged).unlink()


def rerun(project: Project) -> None:
    """Run DVC to its end; what stops it is told, and mended."""
    run = project.dvc("repro")
    if run.returncode:
        mend(project)
        run = project.dvc("repro")
    assert run.returncode == 0, run.stderr


def other_results(project: Project) -> dict[str, str]:
    """Return the results of an undisturbed run with the other setting."""
    project.set_params(*SHARES)
    rerun(project)
    found = project.results()
    project.set_params(*reversed(SHARES))
    rerun(project)
    return found


def half_written(project: Project, whole: list[dict[str, str]]) -> list[str]:
    """Return the files that no undisturbed run makes; hidden ones are temporary, and read by nobody."""
    seen = {path: digest for path, digest in project.results().items() if "/." not in path}
    return [path for path, digest in seen.items() if digest not in [one.get(path) for one in whole]]


def test_killed_at_random_moments_a_rerun_gives_the_results_of_an_undisturbed_run(
    project: Project, tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    whole = [project.results()]
    root = tmp_path / "killed"
    root.mkdir()
    killed = Project(root)
    moments: list[str] = []
    mended, setting, rng = 0, 0, random.Random(3)
    while len(moments) < KILLS:
        victim = Victim(killed, tmp_path)
        status = victim.wait_until(rng.randint(0, 3), rng.uniform(0, 1.5))
        if status is None:
            moments.append(victim.kill(with_stage=len(moments) % 2 == 0))
            assert half_written(killed, whole) == [], moments
        elif status:
            mend(killed)
            mended += 1
        else:
            whole = whole if len(whole) == 2 else [*whole, other_results(project)]
            assert killed.results() == whole[setting], "it came to its end"
            killed.set_params(SHARES[setting], SHARES[1 - setting])
            setting = 1 - setting
    if setting:
        killed.set_params(*reversed(SHARES))
    rerun(killed)
    print(f"killed at {moments}; {mended} times a file of DVC was cut short")
    record_property("killed at", "; ".join(moments))
    assert killed.results() == whole[0]
    assert (root / "dvc.lock").read_bytes() == (project.root / "dvc.lock").read_bytes()


@pytest.mark.parametrize(
    ("name", "start"),
    [("dvc.lock", "schema: '2.0'\nstages:\n  build_areas@markerwaard:\n    cm"), ("dvc.lock", "schema"),
     (".dvc/tmp/rwlock", ""), (".dvc/tmp/rwlock", '{"write": {"/a')],
)  # fmt: skip
def test_a_file_of_dvc_that_was_cut_short_is_named_with_the_remedy(name: str, start: str, project: Project) -> None:
    path = project.root / name
    whole = path.read_bytes()
    path.write_text(start, encoding="utf-8")
    try:
        run = project.woonzorg("run", f"publish_map@{REGION}")
    finally:
        path.write_bytes(whole)
    assert run.returncode == 1
    assert run.stderr.startswith(f"FOUT {name} is half geschreven")
    assert len(run.stderr.splitlines()) == 1


def test_of_two_runs_at_once_one_works_and_the_other_waits_or_says_why_not(project: Project) -> None:
    before = project.results()
    runs = [
        subprocess.Popen(
            dvc_command("repro", "--force", "--downstream", f"flag_witte_vlekken@{REGION}"), text=True,
            cwd=project.root, env=dvc_environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )
        for _ in range(2)
    ]  # fmt: skip
    said = [run.communicate(timeout=PATIENCE_SECONDS) for run in runs]
    assert any(run.returncode == 0 and "Running stage" in output for run, (output, _) in zip(runs, said, strict=True))
    for run, (_, errors) in zip(runs, said, strict=True):
        assert "Traceback" not in errors
        assert run.returncode == 0 or "is busy" in errors or "Unable to acquire lock" in errors, errors
    rerun(project)
    assert project.results() == before


def test_a_file_in_the_place_of_the_folder_of_maps_is_one_message(project: Project) -> None:
    before = project.results()
    folder, aside = project.root / "maps" / REGION, project.root / "aside"
    folder.rename(aside)
    folder.touch()
    run = project.dvc("repro", "--force", "--single-item", f"publish_map@{REGION}")
    folder.unlink()
    aside.rename(folder)
    assert run.returncode != 0
    assert len(faults(run.stderr)) == 1
    assert project.results() == before
    rerun(project)
    assert project.results() == before


def bound_by_rights() -> list[str]:
    """Return what goes before a command so that rights hold for it, also when it is root that runs it."""
    if os.geteuid():
        return []
    if shutil.which("setpriv") is None:
        pytest.skip("rights do not hold for root: run this test as another user, or install setpriv")
    above = "-dac_override,-dac_read_search"
    return ["setpriv", f"--bounding-set={above}", f"--inh-caps={above}"]


@pytest.mark.parametrize(
    ("stage", "folder"), [("publish_map", f"maps/{REGION}"), ("flag_witte_vlekken", f"data/processed/{REGION}")]
)
def test_a_folder_that_takes_no_files_is_one_message(stage: str, folder: str, project: Project) -> None:
    before = project.results()
    again = ("repro", "--force", "--single-item", f"{stage}@{REGION}")
    command = [*bound_by_rights(), *dvc_command(*again)]
    (project.root / folder).chmod(0o555)
    try:
        run = subprocess.run(
            command, cwd=project.root, env=dvc_environment(), capture_output=True, text=True, check=False
        )
    finally:
        (project.root / folder).chmod(0o755)
    assert run.returncode != 0
    said = faults(run.stderr)
    assert len(said) == 1, said
    assert said[0].startswith(f"FOUT {REGION}: ")
    assert "Permission denied" in said[0]
    assert project.results() == before
    run = project.dvc(*again)
    assert run.returncode == 0, run.stderr
    assert project.results() == before


@contextmanager
def nearly_full(folder: Path, content: Path, free_bytes: int) -> Iterator[None]:
    """Put the content of `folder` on a disk of its own with little room left."""
    shutil.copytree(folder, content)
    blocks = sum(one.stat().st_size // 4096 + 2 for one in content.rglob("*"))
    size = f"size={blocks * 4096 + free_bytes}"
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", size, "tmpfs", folder], capture_output=True, check=False)
    try:
        if mounted.returncode:
            pytest.skip("only who may mount a disk can fill one: run this test as root")
        shutil.copytree(content, folder, dirs_exist_ok=True)
        yield
    finally:
        if not mounted.returncode:
            subprocess.run(["umount", folder], check=True)


@pytest.mark.parametrize(
    ("stage", "folder"),
    [
        ("fetch_areas", f"data/raw/{REGION}"),
        ("fetch_osm", f"data/raw/{REGION}"),
        ("build_areas", f"data/processed/{REGION}"),
        ("publish_map", f"maps/{REGION}"),
    ],
)
def test_a_full_disk_is_one_message(stage: str, folder: str, project: Project, tmp_path: Path) -> None:
    before = project.results()
    with nearly_full(project.root / folder, tmp_path / "content", free_bytes=16_384):
        run = project.dvc("repro", "--force", "--single-item", f"{stage}@{REGION}")
        kept = project.results()
    assert run.returncode != 0
    assert [line.startswith(f"FOUT {REGION}: ") for line in faults(run.stderr)] == [True], run.stderr
    assert kept == before
    assert project.results() == before
