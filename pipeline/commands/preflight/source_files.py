"""The files from outside: whether they are there, whole, changed since the last run, and how old they are."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from pipeline.commands.preflight.findings import Findings
from pipeline.commands.wording import BYTES_PER_MB, age, day, megabytes, names
from pipeline.config.params import PreflightSettings
from pipeline.config.sources import SourceFile
from pipeline.errors import SourceError
from pipeline.publish.labels import listing
from pipeline.sources.snapshots import read_provenance, sha256_of
from pipeline.tables import RegionFiles

KINDS = {
    "areas": "grenzen",
    "figures": "cijfers",
    "osm": "OpenStreetMap",
    "timetables": "dienstregeling",
    "facility_registers": "registers van voorzieningen",
}
"""Kinds of source, in Dutch; each is a section of the settings and a folder of snapshots."""


@dataclass(frozen=True)
class Source:
    """What a region takes from outside of one kind: files that it invents, asks for or the user brings."""

    kind: str
    is_demo: bool
    files: tuple[SourceFile, ...]
    asks_services: bool = False

    @property
    def brought(self) -> tuple[SourceFile, ...]:
        """The files that the user brings."""
        if self.is_demo:
            return ()
        return tuple(one for one in self.files if not (self.asks_services and one.is_live))


def sources_of(sections: Mapping[str, Any]) -> list[Source]:
    """Return the sources that the settings of a region name, as far as these could be read."""
    named: dict[str, Sequence[SourceFile]] = {}
    if "areas" in sections:
        named["areas"] = getattr(sections["areas"], "files", sections["areas"].layers)
    if "figures" in sections:
        named["figures"] = sections["figures"].files
    if "osm" in sections:
        named["osm"] = [sections["osm"]]
    if sections.get("timetables") is not None:
        named["timetables"] = [sections["timetables"]]
    if "facility_registers" in sections and sections["facility_registers"].files:
        named["facility_registers"] = sections["facility_registers"].files
    return [
        Source(kind, sections[kind].origin == "demo", _each_once(files), sections[kind].origin == "services")
        for kind, files in named.items()
    ]


def brought_to(files: RegionFiles, source: Source, one: SourceFile) -> Path:
    """Return where the user puts a file; a register may lie in a folder of its own."""
    path = files.incoming / one.file
    return files.registers / one.file if source.kind == "facility_registers" and not path.exists() else path


def _each_once(files: Sequence[SourceFile]) -> tuple[SourceFile, ...]:
    return tuple({one.file: one for one in files}.values())


def check_files(files: RegionFiles, sources: Sequence[Source], found: Findings) -> None:
    """Look whether the files that the user brings are there, and which differ from the snapshots."""
    brought = [source for source in sources if source.brought]
    named = [one.file for source in brought for one in source.brought]
    changed: list[str] = []
    sizes: list[int] = []
    for source in brought:
        recorded = _recorded_hashes(files.snapshot(source.kind))
        for one in source.brought:
            path = brought_to(files, source, one)
            if (fault := file_fault(path)) is not None:
                instead = "" if path.exists() else _unused_files(path.parent, named)
                found.faults.append(f"{path.relative_to(files.root).as_posix()}: {fault}{instead}.")
                continue
            sizes.append(path.stat().st_size)
            if _differs(path, files.snapshot(source.kind) / one.file, recorded.get(one.file)):
                changed.append(one.file)
    if brought:
        found.facts.append(("Bestanden", _files_fact(sizes, changed, len(named))))
    _tell_live(files, sources, found)
    if any(source.is_demo for source in sources):
        invented = listing([KINDS[source.kind] for source in sources if source.is_demo])
        found.facts.append(("Verzonnen", f"{invented}: dat doet het project zelf, er hoeft geen bestand te staan"))


def _tell_live(files: RegionFiles, sources: Sequence[Source], found: Findings) -> None:
    """Tell how many files services give, and which are still to be asked for."""
    asked = [source for source in sources if source.asks_services]
    live = [(source.kind, one.file) for source in asked for one in source.files if one not in source.brought]
    if live:
        missing = [file for kind, file in live if not (files.snapshot(kind) / file).is_file()]
        text = f"nog op te halen (kost netwerk): {names(missing)}" if missing else "alle opgehaald"
        found.facts.append(("Van diensten", f"{len(live)} {'bestand' if len(live) == 1 else 'bestanden'}; {text}"))


def _unused_files(folder: Path, named: Sequence[str]) -> str:
    """Tell which files stand in `folder` that no setting names: one of these may be meant."""
    unused = sorted(one.name for one in folder.glob("*") if one.is_file() and one.name not in {*named, "README.md"})
    return f" (hier staat ongebruikt: {names(unused)})" if unused else ""


def check_sizes(files: RegionFiles, sources: Sequence[Source], settings: PreflightSettings, found: Findings) -> None:
    """Remark on files of an unusual size: far smaller than last time, or an extract that takes long to read."""
    for source in sources:
        for one in source.brought:
            path = brought_to(files, source, one)
            if file_fault(path) is None:
                found.remarks += _size_remarks(path, files.snapshot(source.kind) / one.file, settings)


def file_fault(path: Path) -> str | None:
    """Say what keeps a file from being read at all, with the remedy but no full stop; None if nothing does."""
    if not path.exists():
        return "bestand ontbreekt; zet het daar neer of verbeter de naam in de instellingen"
    if not path.is_file():
        return "is een map; zet er een bestand met deze naam neer"
    try:
        with path.open("rb") as file:
            is_empty = not file.read(1)
    except OSError as error:
        return f"is niet te lezen ({error.strerror}); controleer rechten en schijf, of zet er een gave kopie neer"
    return "bestand is leeg; zet er een volledige kopie neer" if is_empty else None


def _recorded_hashes(snapshot: Path) -> dict[str, str]:
    """Return the sha256 of each file of the snapshot as it was taken; a record that is lost or damaged has none."""
    try:
        return {str(record["file"]): str(record["sha256"]) for record in read_provenance(snapshot)}
    except (SourceError, ValueError, KeyError, TypeError):
        return {}


def _differs(path: Path, snapshot: Path, recorded: str | None) -> bool:
    if recorded is None or not snapshot.is_file() or path.stat().st_size != snapshot.stat().st_size:
        return True
    return sha256_of(path) != recorded


def _size_remarks(path: Path, snapshot: Path, settings: PreflightSettings) -> list[str]:
    size = path.stat().st_size
    remarks = []
    before = snapshot.stat().st_size if snapshot.is_file() else 0
    if size < settings.much_smaller_share * before:
        remarks.append(
            f"{path.name} is {megabytes(size)}, terwijl het de vorige keer {megabytes(before)} was; "
            "kijk na of het bestand volledig is."
        )
    if path.name.endswith(".pbf") and size > settings.large_extract_mb * BYTES_PER_MB:
        remarks.append(
            f"{path.name} is groot ({megabytes(size)}); dat kost tijd en geheugen. Knip het uit tot de regio met een "
            "rand eromheen, bijvoorbeeld met osmium extract."
        )
    return remarks


def _files_fact(sizes: Sequence[int], changed: Sequence[str], named: int) -> str:
    if not sizes:
        return f"geen van de {named} bestanden is te gebruiken"
    counted = f"{len(sizes)} van de {named} bestanden" if len(sizes) < named else f"{named} bestanden"
    text = f"{counted}, {megabytes(sum(sizes))}"
    if not changed:
        return f"{text}; gelijk aan de vorige run"
    which = "alle" if len(changed) == len(sizes) else names(changed)
    return f"{text}; nieuw of gewijzigd sinds de vorige run: {which}"


def check_ages(
    place: str, sources: Sequence[Source], settings: PreflightSettings, today: date, found: Findings
) -> None:
    """Compare the reference dates of what the user brings with the limits; `place` is the file of these settings."""
    for source in (source for source in sources if not source.is_demo):
        dates: dict[str, date] = {}
        for one in (one for one in source.files if one.reference_date is not None):
            try:
                dates[one.file] = date.fromisoformat(str(one.reference_date))
            except ValueError:
                found.faults.append(
                    f"{place}: {source.kind}: reference_date '{one.reference_date}' van {one.file} is geen datum; "
                    "schrijf jaar-maand-dag."
                )
        if dates:
            limit = getattr(settings.max_age_years, source.kind)
            found.facts.append((f"Peildatum {KINDS[source.kind]}", _span(list(dates.values()))))
            found.remarks += _age_remarks(KINDS[source.kind], dates, limit, today)


def _span(dates: Sequence[date]) -> str:
    first, last = min(dates), max(dates)
    return day(first) if first == last else f"{day(first)} tot {day(last)}"


def _years(count: float) -> str:
    return f"{count:g}".replace(".", ",")


def _age_remarks(kind: str, dates: Mapping[str, date], limit_years: float, today: date) -> list[str]:
    old = {file: one for file, one in dates.items() if (today - one).days > limit_years * 365.25}
    early = [file for file, one in dates.items() if one > today]
    remarks = []
    if old:
        listed = names([f"{file} ({age((today - one).days)})" for file, one in sorted(old.items(), key=lambda x: x[1])])
        remarks.append(f"{kind} ouder dan {_years(limit_years)} jaar: {listed}; kijk of er een nieuwere uitgave is.")
    if early:
        remarks.append(f"{kind} met een peildatum in de toekomst: {names(early)}; verbeter reference_date.")
    return remarks
