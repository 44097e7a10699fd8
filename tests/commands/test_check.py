"""``woonzorg check`` as an analyst sees it."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from pipeline.__main__ import app
from pipeline.commands.check import closing_line, forecast_sentence
from pipeline.commands.preflight.findings import Findings
from pipeline.commands.preflight.forecast import Forecast
from pipeline.commands.preflight.inspection import Inspection
from tests.tiny_region import REGION


@pytest.fixture
def broken(project: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a project of which a setting and a file have a fault, as the working folder."""
    monkeypatch.chdir(project)
    params = project / "config/params.yaml"
    params.write_text(params.read_text(encoding="utf-8").replace("share_beyond: 0.50", "share_beyond: 2"), "utf-8")
    (project / "data/raw" / REGION / "incoming/cijfers.csv").unlink()
    return project


@pytest.mark.parametrize("command", ["check", "run"])
def test_faults_go_to_standard_error_and_stop_the_run(command: str, broken: Path) -> None:
    result = CliRunner().invoke(app, [command])
    assert result.exit_code == 1
    faults = result.stderr.splitlines()
    assert len(faults) == 2
    assert faults[0].startswith("FOUT config/params.yaml: witte_vlekken.share_beyond")
    assert faults[1].startswith(f"FOUT {REGION}: data/raw/{REGION}/incoming/cijfers.csv: bestand ontbreekt")
    assert "FOUT" not in result.stdout
    assert not (broken / ".dvc").exists(), "DVC was not asked to do anything"


def test_the_rest_of_the_report_is_on_standard_output(broken: Path) -> None:
    result = CliRunner().invoke(app, ["check", REGION])
    lines = result.stdout.splitlines()
    assert lines[lines.index("Vierkant") + 1].split()[:5] == ["Bestanden", "6", "van", "de", "7"]
    assert lines[-1] == "2 fouten; herstel ze alle voor een run."


def test_a_project_that_dvc_does_not_know_is_one_fault(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(project)
    result = CliRunner().invoke(app, ["check"])
    assert result.exit_code == 1
    assert result.stderr.startswith("FOUT DVC kan niet draaien (you are not inside of a DVC repository")
    assert len(result.stderr.splitlines()) == 1
    assert "Traceback" not in result.output


def inspection(faults: int = 0, remarks: int = 0, forecast: Forecast | None = None) -> Inspection:
    found = Findings("Kampen", ["x"] * faults, ["y"] * remarks)
    return Inspection({"kampen": found}, Findings("Deze computer"), [], forecast)


SECONDS = {"build_areas@kampen": 30.0, "publish_map@kampen": 3.7}


@pytest.mark.parametrize(
    ("measured", "reckoned", "source"),
    [
        (set(SECONDS), set(), "zoals de vorige keer op deze computer"),
        ({"publish_map@kampen"}, {"build_areas@kampen"}, "deels zoals de vorige keer op deze computer, deels geschat"),
        (set(), set(SECONDS), "geschat uit de grootte van de bestanden; hier nog niet eerder gemeten"),
    ],
)
def test_the_forecast_says_how_it_is_known(measured: set[str], reckoned: set[str], source: str) -> None:
    sentence = forecast_sentence(Forecast(SECONDS, measured, reckoned, 1.3, 0))
    assert sentence == f"Een run doet hoogstens 2 stappen en duurt ongeveer 35 seconden ({source})."


def test_the_closing_line_counts() -> None:
    nothing = Forecast({}, set(), set(), 1.3, 0)
    assert closing_line(inspection(faults=1)) == "1 fout; herstel deze voor een run."
    assert closing_line(inspection(remarks=2, forecast=nothing)) == (
        "Geen fouten, 2 opmerkingen. Alles is bij: een run hoeft niets opnieuw te doen."
    )
    assert closing_line(inspection(forecast=nothing)).startswith("Geen fouten, geen opmerkingen.")
    one = Forecast({"publish_map@kampen": 3.7}, set(), {"publish_map@kampen"}, 1.3, 0)
    assert "1 opmerking. Een run doet hoogstens 1 stap" in closing_line(inspection(remarks=1, forecast=one))
