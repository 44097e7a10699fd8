"""Whether the results are those of the present files, settings and code, as DVC keeps it."""

import json
import subprocess
import sys

from pipeline.errors import WoonzorgError
from pipeline.settings_files import read_sections
from pipeline.stages.run import CONFIG

GOALS = ("check_results", "record_basis")
"""Stages that must be up to date, with all that they rest on, before results are frozen or compared."""


def require_current(region: str) -> None:
    """Do nothing if the results of `region` are up to date.

    Raises
    ------
    WoonzorgError
        If they are not, with the stages that must run; or if DVC cannot tell.
    """
    regions = read_sections(CONFIG, ["regions"])["regions"]
    if region not in regions:
        raise WoonzorgError(
            f"{CONFIG.as_posix()}/params.yaml: regio {region} staat niet bij regions ({', '.join(regions)}); voeg haar "
            "toe en draai `dvc repro`."
        )
    outdated = _outdated(region)
    if outdated:
        raise WoonzorgError(
            f"{region}: de resultaten horen niet bij de bestanden, instellingen en code van nu (verouderd of nog niet "
            f"gemaakt: {', '.join(outdated)}); draai eerst `dvc repro`."
        )


def _outdated(region: str) -> list[str]:
    goals = [f"{stage}@{region}" for stage in GOALS]
    run = subprocess.run(
        [sys.executable, "-m", "dvc", "status", "--json", "--with-deps", *goals],
        capture_output=True, text=True, encoding="utf-8", check=False,
    )  # fmt: skip
    if run.returncode != 0:
        reason = " ".join(run.stderr.split())
        raise WoonzorgError(
            f"`dvc status` mislukte ({reason}); draait er nog een `dvc repro`, wacht dan tot die klaar is."
        )
    return [stage.split("@")[0] for stage in json.loads(run.stdout)]
