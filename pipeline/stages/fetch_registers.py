"""Stage: take a snapshot of the registers of facilities, and of where their addresses are."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

from pipeline.config.params import DemoSettings
from pipeline.config.registers import FacilityRegister, RegisterSettings
from pipeline.config.services import Service, Services, WebSettings
from pipeline.config.sources import OsmSettings, SourceFile
from pipeline.errors import SourceError, collected, raise_faults
from pipeline.model.addresses import Address, addresses_to_ask, locate_rows
from pipeline.sources import locatieserver, snapshots
from pipeline.sources.demo import write_registers
from pipeline.sources.facility_registers import read_registers
from pipeline.sources.fetching import LookedError, Mode
from pipeline.sources.osm.addresses import read_numbered_addresses
from pipeline.sources.web import Web
from pipeline.stages.demo import invent_snapshot
from pipeline.stages.run import run
from pipeline.stages.services import open_web
from pipeline.tables import RegionFiles, replaced_together

SNAPSHOT = "facility_registers"


def fetch_registers(
    files: RegionFiles,
    *,
    facility_registers: RegisterSettings,
    osm: OsmSettings,
    demo: DemoSettings,
    web: WebSettings,
    services: Services,
    mode: Mode = Mode.MISSING,
) -> None:
    """Copy or generate the registers and read them once; ask for addresses that the map lacks, if allowed."""
    if mode is Mode.LOOK:
        raise LookedError({})
    snapshot, registers = files.snapshot(SNAPSHOT), facility_registers.files
    with replaced_together(snapshot) as temporary:
        folder = temporary[snapshot]
        if facility_registers.origin == "demo":
            invent_snapshot(write_registers, demo, registers, folder)
        else:
            _copy(registers, files, folder)
            snapshots.write_records([snapshots.record_of(one, folder) for one in registers], folder)
        rows = read_registers(registers, folder)
        if facility_registers.geocoder:
            located = locate_rows(rows, read_numbered_addresses(files.snapshot("osm") / osm.file))
            known = {} if mode is Mode.FORCE else locatieserver.read_answers(snapshot)
            way = open_web(web, services)
            _keep(_answers(way, addresses_to_ask(located), known, mode), way.service(locatieserver.SERVICE), folder)


def _copy(registers: Sequence[FacilityRegister], files: RegionFiles, folder: Path) -> None:
    """Make `folder` and copy each register into it from the one of the user's two folders in which it lies."""
    folder.mkdir()
    faults: list[str] = []
    for one in registers:
        places = [place for place in (files.registers, files.incoming) if (place / one.file).exists()]
        if len(places) > 1:
            faults.append(f"{one.file}: staat in registers/ en in incoming/; laat er één over.")
            continue
        with collected(faults):
            snapshots.copy_incoming([one], places[0] if places else files.registers, folder)
    raise_faults(SourceError, faults)


def _answers(
    way: Web, wanted: Sequence[Address], known: Mapping[tuple[str, str, str], locatieserver.Answer], mode: Mode
) -> list[locatieserver.Answer]:
    """Return an answer per address; only those that were never asked are asked now."""
    unasked = [address for address in wanted if address not in known]
    if unasked and mode is Mode.OFFLINE:
        raise SourceError(
            f"{locatieserver.ANSWERS}: {len(unasked)} adressen zijn nog niet opgevraagd; haal ze op zonder --offline, "
            "of zet geocoder op false."
        )
    now = datetime.now(UTC).isoformat(timespec="seconds")
    asked = locatieserver.ask_addresses(way, unasked, now)
    return [*(known[address] for address in wanted if address in known), *asked]


def _keep(answers: Sequence[locatieserver.Answer], service: Service, folder: Path) -> None:
    """Write the answers, if there are any, and tell of them in the record of the snapshot."""
    if not answers:
        return
    locatieserver.write_answers(answers, folder)
    latest = max(one.retrieved_at for one in answers)
    file = SourceFile(
        file=locatieserver.ANSWERS, what="Plaatsen van adressen uit registers", holder=service.holder,
        licence=service.licence, reference_date=latest[:10],
    )  # fmt: skip
    record = {**snapshots.record_of(file, folder), "retrieved_at": latest, "rows": len(answers)}
    snapshots.write_records([*snapshots.read_provenance(folder), record], folder)


if __name__ == "__main__":
    run(fetch_registers)
