"""Read and write the tables between stages: checked against their contract, sorted by key, replaced atomically."""

import os
import re
import shutil
import sys
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import pandera.errors
import pyarrow

from pipeline.contracts import CRS, Contract
from pipeline.errors import TableError, raise_faults

_OFFENDERS_SHOWN = 5
_DECIMALS = 9
"""Numbers are kept to nine decimals: finer is noise, and differs between machines."""
_LEFTOVER = re.compile(r"\.(?P<target>.+)\.(?P<process>\d+)-[0-9a-f]{32}\.(copy\.)?(?P<kind>new|old)")
"""How the temporary paths of `replaced_together` are named: with the process that made them."""


@dataclass(frozen=True)
class RegionFiles:
    """Where everything of one region lies, below the project folder `root`."""

    root: Path
    region: str

    @property
    def incoming(self) -> Path:
        """The folder in which the user puts files."""
        return self.root / "data" / "raw" / self.region / "incoming"

    @property
    def registers(self) -> Path:
        """The folder in which the user puts registers."""
        return self.root / "data" / "raw" / self.region / "registers"

    @property
    def local_checks(self) -> Path:
        """The file in which the user notes what was found on the spot."""
        return self.root / "config" / "regions" / f"{self.region}.checks.csv"

    def snapshot(self, source: str) -> Path:
        """Return the folder with the snapshot of `source` (areas, figures, osm, facility_registers)."""
        return self.root / "data" / "raw" / self.region / source

    def processed(self, name: str) -> Path:
        """Return the path of a file in the region's processed folder."""
        return self.root / "data" / "processed" / self.region / name

    def table(self, contract: Contract) -> Path:
        """Return the path of a table."""
        return self.processed(f"{contract.name}.parquet")

    @property
    def basis(self) -> Path:
        """The record of what the verdicts rest on."""
        return self.processed("basis.json")

    @property
    def baselines(self) -> Path:
        """The folder with the results that the user froze, a folder per name."""
        return self.root / "data" / "baselines" / self.region

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

    Targets may be files or folders. A target keeps its content until the moment it is replaced. What
    killed processes left next to the targets is put right first.
    """
    mark = f"{os.getpid()}-{uuid.uuid4().hex}"
    temporary = {target: target.with_name(f".{target.name}.{mark}.new") for target in targets}
    try:
        for folder in dict.fromkeys(target.parent for target in targets):
            folder.mkdir(parents=True, exist_ok=True)
            _put_right(folder)
        yield temporary
        _replace_all(temporary)
    finally:
        for path in temporary.values():
            _remove(path)


def _replace_all(temporary: dict[Path, Path]) -> None:
    """Replace all; each step is one rename, so that a process killed between two of them leaves nothing half."""
    earlier = {target: new.with_suffix(".old") for target, new in temporary.items() if target.exists()}
    try:
        for target, new in temporary.items():
            if target in earlier:
                _keep(target, earlier[target])
            new.replace(target)
    except BaseException:
        for target, new in temporary.items():
            if target not in earlier:
                _remove(target)
            elif earlier[target].exists():
                if target.is_dir():
                    target.replace(new)
                earlier[target].replace(target)
        raise
    finally:
        for target, old in earlier.items():
            if old.exists():
                # Named as new again it can be removed in steps: as old, what is left of it would be put back.
                old.replace(temporary[target])


def _keep(target: Path, old: Path) -> None:
    """Keep the present content under another name; a folder cannot be replaced in place, so it moves."""
    if target.is_dir():
        target.replace(old)
        return
    copy = old.with_suffix(".copy.new")
    try:
        shutil.copy2(target, copy)
        copy.replace(old)
    finally:
        _remove(copy)


def _put_right(folder: Path) -> None:
    """Undo what killed processes left: a folder moved aside goes back if its place is empty, the rest goes."""
    for left in sorted(folder.iterdir()):
        found = _LEFTOVER.fullmatch(left.name)
        if found is None or _is_alive(int(found["process"])):
            continue
        target = left.with_name(found["target"])
        with suppress(OSError):
            if found["kind"] == "old" and left.is_dir() and not target.exists():
                left.replace(target)
            else:
                _remove(left)


def _is_alive(process: int) -> bool:
    if sys.platform == "win32":
        return True
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)
