"""Command: which verdicts change, and by what."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape
from rich.padding import Padding
from rich.table import Table

from pipeline.commands.freshness import require_current
from pipeline.commands.other_settings import Sections, merged_with_file, present_sections
from pipeline.commands.region import REGION_ARGUMENT
from pipeline.commands.trial import trial
from pipeline.errors import WoonzorgError
from pipeline.model.basis import differing_kinds, sections_of_data
from pipeline.model.comparison import Side
from pipeline.publish.changes import ChangeReport, describe
from pipeline.publish.comparison import Comparison
from pipeline.publish.spreadsheet import changes_csv
from pipeline.stages import baselines
from pipeline.stages.baselines import PRESENT, Outcome
from pipeline.stages.run import CONFIG
from pipeline.tables import RegionFiles, replaced_together


def compare(
    region: REGION_ARGUMENT,
    names: Annotated[
        list[str] | None,
        typer.Argument(help="Eén vastgelegde stand (vergeleken met de resultaten van nu) of twee."),
    ] = None,
    settings: Annotated[
        Path | None,
        typer.Option("--with", help="Bestand met andere instellingen: dezelfde secties als in config/."),
    ] = None,
    csv: Annotated[
        Path | None, typer.Option("--csv", help="Schrijf de veranderingen ook als tabel voor Excel.")
    ] = None,
) -> None:
    """Noem de oordelen die veranderen, en waardoor: andere gegevens, andere instellingen of andere code."""
    files = RegionFiles(Path(), region)
    report = describe(_compared(files, names or [], settings))
    _print(report)
    if csv is not None:
        _write_csv(csv, changes_csv(report))


def _compared(files: RegionFiles, names: list[str], settings: Path | None) -> Comparison:
    if settings is not None and not names:
        return _with_settings(files, settings)
    if settings is None and len(names) in (1, 2):
        return _with_baselines(files, names)
    raise WoonzorgError(
        "kies één vergelijking: `--with instellingen.yaml`, of de naam van één of twee vastgelegde standen "
        f"(er zijn er: {', '.join(baselines.baseline_names(files)) or 'nog geen'})."
    )


def _with_settings(files: RegionFiles, path: Path) -> Comparison:
    present = present_sections(files.root / CONFIG, files.region)
    sections = merged_with_file(present, path)
    require_current(files.region)
    with trial(files, sections, path.as_posix()) as scratch:
        return baselines.compare(
            baselines.read_present(files, PRESENT), baselines.read_present(scratch, f"met {path.name}")
        )


def _with_baselines(files: RegionFiles, names: list[str]) -> Comparison:
    frozen = [baselines.read_baseline(files, name) for name in names]
    if len(frozen) == 1:
        require_current(files.region)
        frozen.append(baselines.read_present(files, PRESENT))
    before, after = frozen
    kinds = differing_kinds(before.basis, after.basis)
    if "settings" not in kinds or len(kinds) == 1:
        return baselines.compare(before, after)
    try:
        return _with_causes(files, before, after)
    except WoonzorgError as error:
        return baselines.compare(before, after, note=f"Niet uit elkaar te houden: {' '.join(error.faults)}")


def _with_causes(files: RegionFiles, before: Outcome, after: Outcome) -> Comparison:
    """Tell causes apart: run the data and code of now, if one side has the same, under the settings of the other."""
    require_current(files.region)
    present = baselines.read_present(files, PRESENT)
    sides: dict[Side, tuple[Outcome, Outcome]] = {"before": (after, before), "after": (before, after)}
    for settings_of, (own, other) in sides.items():
        if not {"data", "code"} & set(differing_kinds(own.basis, present.basis)):
            sections = _exchanged(present_sections(files.root / CONFIG, files.region), own, other)
            with trial(files, sections, f"instellingen van {other.label}") as scratch:
                exchanged = baselines.read_present(scratch, other.label)
                return baselines.compare(before, after, exchanged, settings_of)
    raise WoonzorgError(f"de gegevens en code van nu zijn niet die van {before.label} of {after.label}.")


def _exchanged(present: Sections, own: Outcome, other: Outcome) -> Sections:
    """Return the settings of `other`, but those of `own` for what goes with its data."""
    of_data = sections_of_data(own.basis, other.basis)
    settings = {
        name: (own if name in of_data else other).basis["settings"].get(name, value) for name, value in present.items()
    }
    chosen = {key: value for key, value in present["region"].items() if key == "baseline"}
    return {**settings, "region": {**settings["region"], **chosen}}


def _write_csv(path: Path, text: str) -> None:
    try:
        with replaced_together(path) as temporary:
            temporary[path].write_text(text, encoding="utf-8", newline="")
    except OSError as error:
        raise WoonzorgError(
            f"{path.as_posix()}: niet te schrijven ({error}); sluit het bestand of kies een ander."
        ) from None


def _print(report: ChangeReport) -> None:
    console = Console(highlight=False)
    console.print(escape(f"{report.region}: {report.before_label} → {report.after_label}"), style="bold")
    for text in (*report.summary, report.cause):
        console.print(escape(text), end="\n" if text else "")
    for kind, lines in report.differences:
        console.print(f"Verschil in {escape(kind)}:")
        for line in lines:
            console.print(Padding(escape(f"- {line}"), (0, 0, 0, 2)))
    if report.lines:
        console.print(_table(report))


def _table(report: ChangeReport) -> Table:
    table = Table(show_lines=True, expand=True)
    table.add_column("Gebied en doelgroep", ratio=3, overflow="fold")
    table.add_column(escape(f"Oordeel {report.before_label} → {report.after_label}"), ratio=4, overflow="fold")
    table.add_column("Waardoor", ratio=7, overflow="fold")
    for line in report.lines:
        why = list(line.reasons) if report.has_one_cause else [*line.reasons, f"Oorzaak: {line.cause}."]
        cells = [f"{line.unit_name}\n{line.group_label}", f"{line.before}\n→ {line.after}", "\n".join(why)]
        table.add_row(*map(escape, cells))
    return table
