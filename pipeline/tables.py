"""Read and write the tables between stages: checked against their contract, sorted by key, replaced atomically."""

import re
import shutil
import sys
import uuid
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import pandera.errors
import pyarrow
from filelock import FileLock, Timeout

from pipeline.contracts import CRS, Contract
from pipeline.errors import TableError, raise_faults

_OFFENDERS_SHOWN = 5
_DECIMALS = 9
"""Numbers are kept to nine decimals: finer is noise, and differs between machines."""


@dataclass(frozen=True)
class RegionFiles:
    """Where everything of one region lies, below the project folder `root`."""

    root: Path
    region: str

    @property
    def incoming(self) -> Path:
        """The folder in which the user puts files."""
        return self.root / "data" / "raw" / self.region / "incoming"

    def snapshot(self, source: str) -> Path:
        """Return the folder with the snapshot of `source` (areas, figures, osm, reference)."""
        return self.root / "data" / "raw" / self.region / source

    def processed(self, name: str) -> Path:
        """Return the path of a file in the region's processed folder."""
        return self.root / "data" / "processed" / self.region / name

    def table(self, contract: Contract) -> Path:
        """Return the path of a table."""
        return self.processed(f"{contract.name}.parquet")

    def published(self, name: str) -> Path:
        """Return the path of a file that people open."""
        return self.root / "maps" / self.region / name

    def read(self, contract: Contract) -> Any:
        """Read a table: a GeoDataFrame if its contract has a geometry, else a DataFrame."""
        return read_table(contract, self.table(contract))

    def write(self, *tables: tuple[Contract, pd.DataFrame]) -> None:
        """Write tables together: all of them are replaced, or none."""
        with replaced_together(*(self.table(contract) for contract, _ in tables)) as temporary:
            for contract, frame in tables:
                write_table(contract, frame, temporary[self.table(contract)])


def check_table(contract: Contract, frame: pd.DataFrame) -> None:
    """Hold `frame` against its contract.

    Raises
    ------
    TableError
        With every fault: table, column, number of rows, up to five offenders.
    """
    faults = _geometry_faults(contract, frame) if contract.geometry else []
    try:
        contract.schema.validate(pd.DataFrame(frame.drop(columns="geometry", errors="ignore")), lazy=True)
    except pandera.errors.SchemaErrors as error:
        faults += _schema_faults(contract, error.failure_cases)
    raise_faults(TableError, faults)


def _schema_faults(contract: Contract, cases: pd.DataFrame) -> list[str]:
    faults = []
    for (column, check), rows in cases.groupby([cases["column"].astype(str), cases["check"].astype(str)], sort=True):
        offenders = ", ".join(map(repr, rows["failure_case"].drop_duplicates().head(_OFFENDERS_SHOWN)))
        faults.append(
            f"tabel {contract.name}, kolom {column}: {check} geldt niet voor {len(rows)} rijen ({offenders})."
        )
    return faults


def _geometry_faults(contract: Contract, frame: pd.DataFrame) -> list[str]:
    if not isinstance(frame, gpd.GeoDataFrame):
        return [f"tabel {contract.name}: heeft geen geometrie."]
    faults = []
    if frame.crs is None or frame.crs.to_epsg() != int(CRS.removeprefix("EPSG:")):
        faults.append(f"tabel {contract.name}: CRS is {frame.crs}, moet {CRS} zijn.")
    missing = int((frame.geometry.isna() | frame.geometry.is_empty).sum())
    if missing:
        faults.append(f"tabel {contract.name}: {missing} rijen zonder geometrie.")
    return faults


def write_table(contract: Contract, frame: pd.DataFrame, path: Path) -> None:
    """Write `frame` as Parquet (GeoParquet with geometry), columns and rows in the contract's order.

    Raises
    ------
    TableError
        If it breaks the contract.
    """
    missing = [name for name in contract.columns if name not in frame.columns]
    raise_faults(TableError, [f"tabel {contract.name}: kolom {name} ontbreekt." for name in missing])
    ordered = frame[list(contract.columns)].sort_values(list(contract.key), kind="stable").reset_index(drop=True)
    numbers = ordered.select_dtypes("float64").columns
    ordered[numbers] = ordered[numbers].round(_DECIMALS)
    check_table(contract, ordered)
    ordered.to_parquet(path, compression="zstd", index=False)


def read_table(contract: Contract, path: Path) -> Any:
    """Read a table and hold it against its contract.

    Raises
    ------
    TableError
        If the file is missing, damaged, or breaks the contract.
    """
    if not path.exists():
        raise TableError(f"{path.as_posix()}: ontbreekt; draai eerst `dvc repro`.")
    try:
        frame = gpd.read_parquet(path) if contract.geometry else pd.read_parquet(path)
    except (pyarrow.ArrowInvalid, OSError) as error:
        reason = " ".join(str(error).split())
        raise TableError(f"{path.as_posix()}: niet leesbaar ({reason}); verwijder het en draai `dvc repro`.") from None
    check_table(contract, frame)
    return frame


@contextmanager
def replaced_together(*targets: Path) -> Iterator[dict[Path, Path]]:
    """Yield a temporary path per target; when the body ends well, all targets are replaced, else none.

    Targets may be files or folders. A target keeps its content until the moment it is replaced. Another process that
    writes one of them is waited for; what a killed one left is cleared up first, so that all of its targets are as
    they were before it, or all as it made them.
    """
    mark = uuid.uuid4().hex
    temporary = {target: _beside(target, mark, "new") for target in targets}
    with ExitStack() as held:
        for target in sorted(targets):
            target.parent.mkdir(parents=True, exist_ok=True)
            held.enter_context(_alone(target))
        _clear_up(targets)
        try:
            yield temporary
            _replace_all(temporary, mark)
        finally:
            for path in temporary.values():
                _remove(path)


def _beside(target: Path, mark: str, kind: str) -> Path:
    return target.with_name(f".{target.name}.{mark}.{kind}")


@contextmanager
def _alone(target: Path) -> Iterator[None]:
    """Be the only process that writes `target`; the operating system lets go of it when a process dies."""
    lock = FileLock(target.with_name(f".{target.name}.lock"))
    try:
        lock.acquire(blocking=False)
    except Timeout:
        print(f"Wacht tot een andere berekening klaar is met {target.as_posix()}.", file=sys.stderr, flush=True)
        lock.acquire()
    try:
        yield
    finally:
        # Where others wait for it, they see that it is gone and make their own. Windows keeps it: there it is harmless.
        with suppress(OSError):
            Path(lock.lock_file).unlink()
        lock.release()


def _clear_up(targets: Sequence[Path]) -> None:
    """Undo or finish the replacement that a killed process was at, and remove what it left."""
    for mark in {mark for target in targets for mark in _marks_left(target)}:
        new, old = ({target: _beside(target, mark, kind) for target in targets} for kind in ("new", "old"))
        if any(path.exists() for path in new.values()):
            _put_back({target: old[target] for target in targets if not (new[target].exists() and target.exists())})
        for path in (*new.values(), *old.values()):
            _remove(path)


def _marks_left(target: Path) -> Iterator[str]:
    pattern = re.compile(rf"\.{re.escape(target.name)}\.([0-9a-f]{{32}})\.(new|old)")
    for path in target.parent.iterdir():
        if match := pattern.fullmatch(path.name):
            yield match[1]


def _replace_all(temporary: dict[Path, Path], mark: str) -> None:
    kept: dict[Path, Path] = {}
    try:
        for target, new in temporary.items():
            if target.exists():
                kept[target] = _beside(target, mark, "old")
                _keep(target, kept[target])
            new.replace(target)
    except BaseException:
        _put_back(kept)
        raise
    finally:
        for old in kept.values():
            _remove(old)


def _put_back(kept: dict[Path, Path]) -> None:
    for target, old in kept.items():
        if old.exists():
            if target.is_dir():
                _remove(target)
            old.replace(target)


def _keep(target: Path, old: Path) -> None:
    """Keep the present content under another name; a folder cannot be replaced in place, so it moves."""
    if target.is_dir():
        target.replace(old)
        return
    try:
        old.hardlink_to(target)
    except OSError:  # not every file system has links
        shutil.copy2(target, old)


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)
