"""Command: which snapshots a region has, and what is the matter with them."""

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from pipeline.commands.fetch_stages import FETCHES, fetch_stages
from pipeline.commands.holdings import Holding, Outlook, holdings
from pipeline.commands.mergers import merger_remarks
from pipeline.commands.preflight.source_files import KINDS, sources_of
from pipeline.commands.region import REGION_ARGUMENT, require_region
from pipeline.commands.snapshot_words import date_text, moment_text, request_text, rows_text
from pipeline.commands.wording import age, megabytes
from pipeline.errors import collected
from pipeline.settings_files import REGION, SECTIONS, read_sections
from pipeline.stages.run import CONFIG
from pipeline.tables import RegionFiles

_COLUMNS = ("Bestand", "Herkomst", "Van wanneer", "Inhoud")
_SHA256_SHOWN = 8


def sources(region: REGION_ARGUMENT) -> None:
    """Toon alle momentopnamen van een regio: wat, van wie, van wanneer, hoe oud, en wat eraan schort."""
    files = require_region(Path(), region)
    sections = _sections(files)
    faults: list[str] = []
    outlook = Outlook(_requests(files, faults), sections["preflight"].max_age_years, date.today())
    held = holdings(files, sources_of(sections), outlook)
    Console(highlight=False).print(_table(held))
    for line in _remark_lines(held, [*faults, *merger_remarks(sections)]):
        typer.echo(line)


def _sections(files: RegionFiles) -> dict[str, Any]:
    of_region = [name for name, (file, _) in SECTIONS.items() if file == REGION]
    return read_sections(files.root / CONFIG, [*of_region, "preflight", "mergers"], files.region)


def _requests(files: RegionFiles, faults: list[str]) -> dict[str, Mapping[str, Any]]:
    """Return what would be asked by the settings of now, per kind of source; why it cannot be told goes to `faults`.

    Of a source without snapshot there is nothing to compare, and that it is missing is told already.
    """
    requests: dict[str, Mapping[str, Any]] = {}
    for stage in fetch_stages(files):
        found: list[str] = []
        with collected(found):
            requests[stage.name.removeprefix(FETCHES)] = stage.requests()
        if any(folder.is_dir() for folder in stage.folders):
            faults += [f"{stage.words}: {fault}" for fault in found]
    return requests


def _table(held: Sequence[Holding]) -> Table:
    table = Table(show_lines=True)
    for column in _COLUMNS:
        table.add_column(column, overflow="fold")
    for one in held:
        table.add_row(*map(escape, _cells(one)))
    return table


def _cells(one: Holding) -> tuple[str, ...]:
    record = one.record
    old = f" ({age(one.days)} oud)" if one.days is not None and one.days >= 0 else ""
    return (
        _lines(f"{record['file']}", f"{record['what']} ({KINDS.get(one.kind, one.kind)})"),
        _lines(f"{record['holder']}, {record['licence']}", request_text(record.get("request"))),
        _lines(f"peildatum {date_text(record.get('reference_date'))}{old}", _retrieved(record)),
        _lines(_rows(record), _size(one), f"sha256 {record['sha256'][:_SHA256_SHOWN]}" if "sha256" in record else ""),
    )


def _lines(*texts: str) -> str:
    return "\n".join(text for text in texts if text)


def _retrieved(record: Mapping[str, Any]) -> str:
    return f"opgehaald {moment_text(record['retrieved_at'])}" if "retrieved_at" in record else ""


def _rows(record: Mapping[str, Any]) -> str:
    return f"{rows_text(record)} rijen" if isinstance(record.get("rows"), int) else ""


def _size(one: Holding) -> str:
    return "niet aanwezig" if one.size is None else megabytes(one.size)


def _remark_lines(held: Sequence[Holding], more: Sequence[str]) -> list[str]:
    of_files = [f"{one.record['file']}: {remark}" for one in held for remark in one.remarks]
    return [f"LET OP {text}" for text in [*of_files, *more]] or ["Er is niets op te merken."]
