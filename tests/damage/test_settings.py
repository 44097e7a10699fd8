"""Every key of every settings file, damaged in every way: a message with file, key and remedy, or a choice."""

from pathlib import Path
from typing import Any

import pytest

from pipeline.config.sources import AreaSettings, FigureSettings
from pipeline.errors import WoonzorgError
from pipeline.sources.areas import read_areas
from pipeline.sources.figures import read_figures
from pipeline.sources.reference_figures import read_reference
from tests import tiny_region
from tests.damage.case import Outcome
from tests.damage.of_settings import (
    FILES,
    SOUND,
    SettingsCase,
    check,
    damaged,
    may_be_a_choice,
    sections,
    settings_cases,
)
from tests.damage.workshop import FOREIGN, SENTENCE

TINY = f"regions/{tiny_region.REGION}.yaml"
LEFT_OUT = ("removed", "given None")


@pytest.mark.parametrize("file", FILES)
def test_a_damaged_key_is_named_unless_it_may_be_a_choice(file: str) -> None:
    wrong = {str(case): problem for case in settings_cases(file) if (problem := _problem(case))}
    assert not wrong, "\n".join(f"{case}: {problem}" for case, problem in wrong.items())


def _problem(case: SettingsCase) -> str | None:
    outcome, faults = check(case)
    if outcome is not Outcome.FAULT:
        return None if outcome is Outcome.SAME or may_be_a_choice(case) else "is not noticed"
    unclear = [fault for fault in faults if not SENTENCE.fullmatch(fault) or FOREIGN.search(fault)]
    if unclear:
        return f"unclear: {unclear[0]}"
    text = "\n".join(faults)
    near = [str(key) for key in case.place[-3:] if isinstance(key, str)]
    if "config/" not in text or not any(key in text for key in near):
        return f"not named: {text}"
    return None


@pytest.fixture(scope="module")
def incoming(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("incoming")
    tiny_region.write_areas(folder)
    tiny_region.write_figures(folder)
    return folder


UNSEEN = [
    case for case in settings_cases(TINY) if case.place[0] in ("areas", "figures") and check(case)[0] is Outcome.CHOICE
]


@pytest.mark.parametrize("case", UNSEEN, ids=str)
def test_what_no_check_of_settings_can_see_the_reading_of_files_does(case: SettingsCase, incoming: Path) -> None:
    try:
        after = _read(damaged(case), incoming)
    except WoonzorgError as error:
        unclear = [fault for fault in error.faults if not SENTENCE.fullmatch(fault) or FOREIGN.search(fault)]
    else:
        unclear = [] if case.damage in LEFT_OUT or after == _read(SOUND[TINY], incoming) else ["is not noticed"]
    assert not unclear


def _read(content: dict[str, Any], folder: Path) -> tuple[str, str, object]:
    """Read areas and figures with the settings of the tiny region as given."""
    limits = sections(SOUND, SettingsCase("params.yaml", ("limits",), ""))["limits"]
    areas = read_areas(AreaSettings.model_validate(content["areas"]).layers, folder, limits)
    settings = FigureSettings.model_validate(content["figures"])
    figures = read_figures(settings.tables, folder, limits)
    reference = read_reference(settings.reference, folder, limits)
    return areas.to_csv(), figures.to_csv(), reference.to_csv()
