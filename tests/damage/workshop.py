"""Run the stages that a damaged input touches, and say what came of it."""

import importlib
import re
import shutil
import uuid
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

import yaml

from pipeline.errors import WoonzorgError
from pipeline.settings_files import read_sections
from pipeline.stages.run import sections_of
from pipeline.tables import RegionFiles
from tests.damage.case import Case, Found, Outcome
from tests.damage.regions import sources_of, stages_of
from tests.stage_runs import PROJECT

RECORD = "provenance.json"
"""Says which bytes were read, so it differs with every damage."""

WIRING: dict[str, Any] = yaml.safe_load((PROJECT / "dvc.yaml").read_text(encoding="utf-8"))["stages"]
FOREIGN = re.compile(r"Traceback|Error\b|Exception|NoneType|\.new/|/tmp/|\bnan\b")
"""What a message for an analyst never holds."""

SENTENCE = re.compile(r"[^\n]+[;,] [^\n]+\.")
"""What is wrong; what to do."""


class Workshop:
    """A region that was run once, and a copy of it that is damaged again and again.

    Like DVC it runs only the stages of which something that they read has changed, and none twice for the same input.

    Parameters
    ----------
    region
        One of `regions.REGIONS`.
    whole
        Folder in which the region was run once; not changed here.
    folder
        Where the copy is made.
    results
        Where outputs of stages are kept for other damages that lead to the same input; may be shared.
    """

    def __init__(self, region: str, whole: Path, folder: Path, results: Path) -> None:
        self.region, self.sources, self.stages = region, sources_of(region), stages_of(region)
        self.whole, self.damaged, self.results = whole, folder, results
        self.settings = {stage: self._settings_of(stage) for stage in self.stages}
        self.digests: dict[tuple[int, int, int], str] = {}
        self.files = [path.relative_to(whole) for path in whole.rglob("*") if path.is_file()]
        self.before = self._state(whole)

    def _settings_of(self, stage: str) -> dict[str, Any]:
        return read_sections(self.whole / "config", sections_of(_function(stage)), self.region)

    def run(self, case: Case) -> Found:
        """Inflict the damage on a fresh copy and run the stages that it touches, up to the first that fails.

        Asserts that outputs of the failing stage and of those after it keep their bytes, and that the messages are
        what the damage wants.
        """
        self._restore()
        path = Path("data/raw") / self.region / "incoming" / case.file
        (self.damaged / path).unlink()
        shutil.copyfile(self.whole / path, self.damaged / path)
        named = case.damage.inflict(self.damaged / path) or ()
        try:
            self._run_touched(case.file)
        except WoonzorgError as error:
            faults = tuple(one.replace(f"{self.damaged.as_posix()}/", "") for one in error.faults)
            assert_clear(faults, case, named)
            return Found(Outcome.FAULT, faults)
        return Found(self._compare(case))

    def _restore(self) -> None:
        """Put back every file as a link: stages replace their outputs and never write into them."""
        present = {path.relative_to(self.damaged): path for path in self.damaged.rglob("*") if path.is_file()}
        for name in present.keys() - set(self.files):
            present[name].unlink()
        for name in self.files:
            whole, copy = self.whole / name, self.damaged / name
            if name in present and whole.samefile(copy):
                continue
            if copy.is_dir():
                copy.rmdir()
            copy.unlink(missing_ok=True)
            copy.parent.mkdir(parents=True, exist_ok=True)
            copy.hardlink_to(whole)

    def _run_touched(self, file: str) -> None:
        fetch = next(stage for stage, files in self.sources.of_stage.items() if file in {one.file for one in files})
        for place, stage in enumerate(self.stages):
            if stage.startswith("fetch_") and stage != fetch:
                continue
            state = self._state(self.damaged)
            read = {path: state.get(path) for path in self._below(stage, "deps", state)}
            if stage != fetch and all(self.before.get(path) == digest for path, digest in read.items()):
                continue
            try:
                self._run(stage, sha256(repr((stage, sorted(read.items()))).encode()).hexdigest())
            except WoonzorgError:
                self._assert_kept(self.stages[place:])
                raise

    def _assert_kept(self, stages: list[str]) -> None:
        now = self._state(self.damaged)
        for path in (one for stage in stages for one in self._below(stage, "outs", now)):
            assert now.get(path) == self.before.get(path), f"{path} was touched by a run that failed"

    def _run(self, stage: str, key: str) -> None:
        """Run a stage, or take its outputs from the run that read the same."""
        kept = self.results / key
        if not kept.exists():
            _function(stage)(RegionFiles(self.damaged, self.region), **self.settings[stage])
            self._keep(stage, kept)
            return
        for path in (one for one in kept.rglob("*") if one.is_file()):
            out = self.damaged / path.relative_to(kept)
            out.unlink(missing_ok=True)
            out.hardlink_to(path)

    def _keep(self, stage: str, kept: Path) -> None:
        new = kept.with_name(uuid.uuid4().hex)
        for path in self._below(stage, "outs", self._state(self.damaged)):
            (new / path).parent.mkdir(parents=True, exist_ok=True)
            (new / path).hardlink_to(self.damaged / path)
        if not kept.exists():
            new.rename(kept)

    def _below(self, stage: str, kind: str, state: dict[str, str]) -> Iterator[str]:
        """Yield the files that a stage reads (deps) or writes (outs, metrics too), of those here or in `before`."""
        places = WIRING[stage].get(kind, []) + (WIRING[stage].get("metrics", []) if kind == "outs" else [])
        names = [one if isinstance(one, str) else next(iter(one)) for one in places]
        roots = [str(name).replace("${item.region}", self.region) for name in names]
        if stage == "judge_completeness" and kind == "deps":
            figures = next(one for one in roots if one.endswith("/figures"))  # of which it reads the reference alone
            read = [f"{figures}/{one.file}" for one in self.sources.figures.reference]
            roots = [*(one for one in roots if one != figures), *read]
        for path in sorted({*state, *self.before}):
            if any(path == root or path.startswith(f"{root}/") for root in roots) and not path.endswith(RECORD):
                yield path

    def _state(self, root: Path) -> dict[str, str]:
        """Return a digest of every file below data/ and maps/."""
        found = {}
        for path in (one for folder in ("data", "maps") for one in (root / folder).rglob("*")):
            if path.is_file():
                status = path.stat()
                key = (status.st_ino, status.st_mtime_ns, status.st_size)
                if key not in self.digests:
                    self.digests[key] = sha256(path.read_bytes()).hexdigest()
                found[path.relative_to(root).as_posix()] = self.digests[key]
        return found

    def _compare(self, case: Case) -> Outcome:
        folder = f"data/processed/{self.region}"
        now = self._state(self.damaged)
        if all(now.get(path) == digest for path, digest in self.before.items() if path.startswith(folder)):
            return Outcome.SAME
        if case.damage.holds is None:
            return Outcome.UNDETECTABLE
        case.damage.holds(self.whole / folder, self.damaged / folder)
        return Outcome.DOCUMENTED


def _function(stage: str) -> Any:
    return getattr(importlib.import_module(f"pipeline.stages.{stage}"), stage)


def assert_clear(faults: tuple[str, ...], case: Case, named: tuple[str, ...]) -> None:
    """Assert that every message is a Dutch sentence with a remedy, and that together they name what is wrong."""
    assert case.damage.faults in (None, len(faults)), faults
    for fault in faults:
        assert SENTENCE.fullmatch(fault), fault
        assert not FOREIGN.search(fault), fault
    text = "\n".join(faults)
    file = "OpenStreetMap-uittreksel" if case.file.endswith(".pbf") and case.file not in text else case.file
    for part in (file, *case.damage.says, *named):
        assert part in text, f"{part!r} is not named in: {text}"
