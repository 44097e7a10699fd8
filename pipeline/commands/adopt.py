"""Command: take over the snapshots that another analyst bundled."""

import shutil
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated

import typer

from pipeline.commands.alone import alone
from pipeline.commands.fetch_stages import snapshot_folders
from pipeline.commands.region_files import NO_CHECKS, folder_notes
from pipeline.errors import SourceError, WoonzorgError, collected, raise_faults
from pipeline.settings_files import PARAMS, REGION, SECTIONS, read_sections
from pipeline.sources.bundles.form import NEVER_BUNDLED
from pipeline.sources.bundles.unpacking import Unpacked, unpack
from pipeline.sources.snapshots import records_by_file, sha256_of
from pipeline.stages.run import CONFIG
from pipeline.tables import RegionFiles, replaced_together

_SCRATCH = Path(".woonzorg")


def adopt(
    path: Annotated[Path, typer.Argument(metavar="BESTAND", help="Zip die met woonzorg bundle is gemaakt.")],
    replace: Annotated[bool, typer.Option("--replace", help="Vervang momentopnamen die er al zijn.")] = False,
) -> None:
    """Neem de momentopnamen uit een bundel over, nadat alles erin is nagekeken."""
    if not path.is_file():
        raise WoonzorgError(f"{path.as_posix()}: bestand ontbreekt; noem de zip die u kreeg.")
    limits = read_sections(CONFIG, ["bundles"])["bundles"]
    _SCRATCH.mkdir(exist_ok=True)
    with TemporaryDirectory(dir=_SCRATCH) as scratch:
        unpacked = unpack(path, Path(scratch), _kinds(), limits)
        files = RegionFiles(Path(), unpacked.manifest.region)
        with alone(files):
            content = _content(files, unpacked, replace=replace)
            _write(content)
        for line in [*(f"Overgenomen: {target.as_posix()}" for target in content), *_what_next(files, unpacked)]:
            typer.echo(line)


def _kinds() -> list[str]:
    folders = snapshot_folders(RegionFiles(Path(), "region"))
    return [folder.name for folder in folders if folder.name not in NEVER_BUNDLED]


def _content(files: RegionFiles, unpacked: Unpacked, *, replace: bool) -> dict[Path, Path | str]:
    """Return what comes where: a folder or file of the bundle, or a text; what is there already is a fault or stays.

    Raises
    ------
    WoonzorgError
        With everything that stands in the way.
    """
    faults: list[str] = []
    content: dict[Path, Path | str] = {}
    with collected(faults):
        content |= _settings(files, unpacked)
    for kind, folder in unpacked.snapshots.items():
        content[files.snapshot(kind)] = folder
        content |= {files.incoming / name: folder / name for name in _of_the_user(folder)}
    in_the_way = [path for path, source in content.items() if isinstance(source, Path) and _differs(path, source)]
    if not replace:
        faults += [f"{one.as_posix()} is er al en is anders; vervang het met --replace." for one in in_the_way]
    raise_faults(WoonzorgError, faults)
    return {path: source for path, source in content.items() if not path.exists() or path in in_the_way}


def _settings(files: RegionFiles, unpacked: Unpacked) -> dict[Path, Path | str]:
    """Return settings, checks and notes for a region that is not known here; one that is known keeps its own.

    Raises
    ------
    SettingsError
        With every fault of the settings in the bundle.
    """
    target, settings = files.root / CONFIG / REGION.format(region=files.region), unpacked.settings(".yaml")
    if target.exists():
        return {}
    if settings is None:
        raise SourceError(
            f"{files.region} heeft hier geen instellingen en in de bundel zitten ze niet; vraag om een bundel met "
            "instellingen, of maak ze met woonzorg new-region."
        )
    _require_sound(settings, files.region)
    notes = folder_notes(files.region, unpacked.manifest.label)
    missing = {files.root / path: text for path, text in notes.items() if not (files.root / path).exists()}
    content: dict[Path, Path | str] = {target: settings, **missing}
    if not files.local_checks.exists():
        content[files.local_checks] = unpacked.settings(".checks.csv") or NO_CHECKS
    return content


def _require_sound(settings: Path, region: str) -> None:
    config = settings.parent / "checked"
    (config / "regions").mkdir(parents=True)
    shutil.copyfile(settings, config / REGION.format(region=region))
    read_sections(config, [name for name, (file, _) in SECTIONS.items() if file == REGION], region)


def _of_the_user(folder: Path) -> list[str]:
    """Return the files of a snapshot that a user put down: a run copies them from incoming anew."""
    return [
        name
        for name, record in records_by_file(folder).items()
        if "request" not in record and "generator_version" not in record
    ]


def _differs(path: Path, source: Path) -> bool:
    if not path.exists():
        return False
    if path.is_dir() != source.is_dir():
        return True
    if path.is_dir():
        return {one.name: sha256_of(one) for one in path.iterdir() if one.is_file()} != {
            one.name: sha256_of(one) for one in source.iterdir()
        }
    return sha256_of(path) != sha256_of(source)


def _write(content: Mapping[Path, Path | str]) -> None:
    """Write everything, or nothing."""
    with replaced_together(*content) as temporary:
        for target, source in content.items():
            if isinstance(source, str):
                temporary[target].write_text(source, encoding="utf-8", newline="\n")
            elif source.is_dir():
                shutil.copytree(source, temporary[target])
            else:
                shutil.copyfile(source, temporary[target])


def _what_next(files: RegionFiles, unpacked: Unpacked) -> list[str]:
    settings = unpacked.settings(".yaml")
    own = files.root / CONFIG / REGION.format(region=files.region)
    lines = []
    if settings is not None and sha256_of(settings) != sha256_of(own):
        lines.append(
            f"LET OP config/{REGION.format(region=files.region)} is hier anders dan in de bundel; woonzorg sources "
            f"{files.region} zegt of de momentopnamen erbij passen."
        )
    if files.region not in read_sections(files.root / CONFIG, ["regions"])["regions"]:
        lines.append(f"Zet {files.region} bij regions in config/{PARAMS}.")
    return [*lines, "Daarna volstaat woonzorg run; daarvoor is geen netwerk nodig."]
