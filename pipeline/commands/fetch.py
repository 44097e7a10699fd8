"""Command: fetch the sources of a region."""

from collections.abc import Mapping
from contextlib import nullcontext
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from pipeline.commands.alone import alone
from pipeline.commands.fetch_stages import FetchStage, fetch_stages
from pipeline.commands.preflight.source_files import KINDS
from pipeline.commands.region import REGION_ARGUMENT, require_region
from pipeline.commands.snapshot_words import date_text, rows_text
from pipeline.commands.undoing import undone_if_interrupted
from pipeline.errors import WoonzorgError, collected, raise_faults
from pipeline.publish.labels import listing
from pipeline.sources.fetching import Mode
from pipeline.sources.snapshots import records_by_file

_INTERRUPTED = 130
_COLUMNS = ("Bestand", "Wat", "Gedaan", "Rijen", "Peildatum")

Records = Mapping[str, Mapping[str, Any]]


def fetch(
    region: REGION_ARGUMENT,
    force: Annotated[bool, typer.Option("--force", help="Vraag alles opnieuw, ook wat er al is.")] = False,
    offline: Annotated[bool, typer.Option("--offline", help="Gebruik geen netwerk; zeg wat er ontbreekt.")] = False,
) -> None:
    """Haal de bronnen van een regio op: alleen wat er nog niet is, of wat bij andere instellingen hoort."""
    if force and offline:
        raise WoonzorgError("--force en --offline gaan niet samen; kies er één.")
    files = require_region(Path(), region)
    mode = Mode.FORCE if force else Mode.OFFLINE if offline else Mode.MISSING
    stages = fetch_stages(files)
    try:
        with alone(files), undone_if_interrupted([folder for stage in stages for folder in stage.folders]):
            _fetch_all(stages, mode)
    except KeyboardInterrupt:
        typer.echo(
            "Afgebroken. Alle momentopnamen zijn zoals ze waren; een begonnen download gaat de volgende keer verder.",
            err=True,
        )
        raise typer.Exit(_INTERRUPTED) from None


def _fetch_all(stages: list[FetchStage], mode: Mode) -> None:
    """Fetch every source; those that fail keep what they had and are reported together."""
    faults: list[str] = []
    rows: list[tuple[str, ...]] = []
    console = Console(highlight=False)
    for stage in stages:
        before = _records(stage)
        found: list[str] = []
        typer.echo(f"{stage.words} …")
        with console.status(escape(stage.words)) if console.is_terminal else nullcontext(), collected(found):
            _run(stage, mode)
        faults += [f"{stage.words}: {fault}" for fault in found]
        rows += _failed_rows(before) if found else _rows(before, _records(stage), mode)
    if rows:
        console.print(_table(rows))
    raise_faults(WoonzorgError, faults)


def _run(stage: FetchStage, mode: Mode) -> None:
    missing = [KINDS.get(folder.name, folder.name) for folder in stage.needs if not folder.is_dir()]
    if missing:
        raise WoonzorgError(f"kan pas als er een momentopname is van {listing(missing)}; los eerst die fout op.")
    try:
        stage.run(mode)
    except OSError as error:
        raise WoonzorgError(
            f"lezen of schrijven mislukte ({error}); controleer schijfruimte en rechten. De eerdere momentopname staat "
            "er nog."
        ) from None


def _records(stage: FetchStage) -> Records:
    return {name: one for folder in stage.folders for name, one in records_by_file(folder).items()}


def _rows(before: Records, after: Records, mode: Mode) -> list[tuple[str, ...]]:
    return [_row(record, _done(before.get(name), record, mode)) for name, record in after.items()]


def _failed_rows(before: Records) -> list[tuple[str, ...]]:
    return [_row(record, "mislukt; de eerdere blijft") for record in before.values()]


def _row(record: Mapping[str, Any], done: str) -> tuple[str, ...]:
    return str(record["file"]), str(record["what"]), done, rows_text(record), date_text(record.get("reference_date"))


def _done(before: Mapping[str, Any] | None, record: Mapping[str, Any], mode: Mode) -> str:
    """Say what happened to a file: a live one has its request in the record, one of the sample region its generator."""
    if "request" in record:
        is_kept = before is not None and before.get("retrieved_at") == record.get("retrieved_at")
        return "behouden" if is_kept and mode is not Mode.FORCE else "opgehaald"
    if "generator_version" in record:
        return "gemaakt (voorbeelddata)"
    is_same = before is not None and before.get("sha256") == record.get("sha256")
    return "overgenomen, ongewijzigd" if is_same else "overgenomen uit incoming"


def _table(rows: list[tuple[str, ...]]) -> Table:
    table = Table()
    for column in _COLUMNS:
        table.add_column(column, overflow="fold", justify="right" if column == "Rijen" else "left")
    for row in rows:
        table.add_row(*map(escape, row))
    return table
