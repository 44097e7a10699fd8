"""Results that can be compared: those of now, and those that the user froze under a name (a *baseline*)."""

import json
import re
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow

from pipeline import contracts
from pipeline.config.region import BASELINE_NAME
from pipeline.errors import TableError, WoonzorgError, collected, raise_faults
from pipeline.model.basis import differences, differing_kinds
from pipeline.model.comparison import (
    COLUMNS,
    Side,
    Tables,
    attribute,
    compare_categories,
    compare_verdicts,
    compared_units,
)
from pipeline.publish.comparison import Comparison
from pipeline.tables import RegionFiles, replaced_together

FROZEN = (
    contracts.VERDICT_TABLE,
    contracts.CATEGORY_VERDICTS,
    contracts.UNIT_DEMAND,
    contracts.CLUSTER_DEMAND,
    contracts.CLUSTERS,
    contracts.UNITS,
    contracts.REACH_DISTANCES,
    contracts.REACH_SHARES,
)
"""The tables of a baseline; none with a row per dwelling."""

PRESENT = "nu"
"""How the present results are called beside a baseline."""

_MEND = "zet de map terug uit een kopie, of verwijder haar en leg opnieuw vast"


@dataclass(frozen=True, eq=False)
class Outcome:
    """One side of a comparison: how it is called, its tables by name, and what they rest on."""

    label: str
    tables: Tables
    basis: Mapping[str, Any]


def baseline_names(files: RegionFiles) -> list[str]:
    """Return the names of the baselines of a region."""
    return sorted(one.parent.name for one in files.baselines.glob(f"*/{files.basis.name}"))


def freeze(files: RegionFiles, name: str) -> Path:
    """Copy the present results into a baseline, whole or not at all; return its folder.

    Raises
    ------
    WoonzorgError
        If the name is malformed or taken, or results are missing.
    """
    target = files.baselines / name
    faults = _name_faults(name)
    if not faults and target.exists():
        faults.append(
            f"{target.as_posix()}: bestaat al en wordt niet overschreven; kies een andere naam of verwijder die map."
        )
    restricted = [contract.name for contract in FROZEN if contract.is_restricted]
    faults += [f"tabel {one}: heeft een rij per woning en mag niet worden vastgelegd." for one in restricted]
    results = [*(files.table(contract) for contract in FROZEN), files.basis]
    faults += [f"{one.as_posix()}: ontbreekt; draai eerst `dvc repro`." for one in results if not one.is_file()]
    raise_faults(WoonzorgError, faults)
    with replaced_together(target) as temporary:
        temporary[target].mkdir()
        for one in results:
            shutil.copyfile(one, temporary[target] / one.name)
    return target


def _name_faults(name: str) -> list[str]:
    if re.fullmatch(BASELINE_NAME, name):
        return []
    return [f"'{name}' is geen naam voor een vastgelegde stand; gebruik kleine letters, cijfers en streepjes."]


def read_present(files: RegionFiles, label: str) -> Outcome:
    """Read the results of the last run.

    Raises
    ------
    TableError
        With a fault per file that is missing or damaged.
    """
    faults: list[str] = []
    tables = {}
    for contract in FROZEN:
        with collected(faults):
            tables[contract.name] = files.read(contract)
    basis: dict[str, Any] = {}
    with collected(faults):
        basis = _read_basis(files.basis, "draai eerst `dvc repro`")
    raise_faults(TableError, faults)
    return Outcome(label, tables, basis)


def read_baseline(files: RegionFiles, name: str) -> Outcome:
    """Read a baseline; it may be of an earlier version, so only the columns that a comparison needs must be there.

    Raises
    ------
    WoonzorgError
        If there is none of this name (with those that there are), or it is damaged.
    """
    folder = files.baselines / name
    if _name_faults(name) or not folder.is_dir():
        there = ", ".join(baseline_names(files)) or "er is er nog geen"
        raise WoonzorgError(
            f"{folder.as_posix()}: deze vastgelegde stand bestaat niet (wel: {there}); kies een andere, of leg de "
            f"resultaten van nu vast met `woonzorg baseline {files.region} {name}`."
        )
    faults: list[str] = []
    tables = {}
    for table, columns in COLUMNS.items():
        with collected(faults):
            tables[table] = _read_columns(folder / f"{table}.parquet", list(columns))
    basis: dict[str, Any] = {}
    with collected(faults):
        basis = _read_basis(folder / files.basis.name, _MEND)
    raise_faults(TableError, faults)
    return Outcome(name, tables, basis)


def _read_columns(path: Path, columns: list[str]) -> pd.DataFrame:
    try:
        return pd.read_parquet(path, columns=columns)
    except (pyarrow.ArrowInvalid, OSError, KeyError) as error:
        reason = " ".join(str(error).split())
        raise TableError(f"{path.as_posix()}: niet leesbaar ({reason}); {_MEND}.") from None


def _read_basis(path: Path, remedy: str) -> dict[str, Any]:
    try:
        basis: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        reason = " ".join(str(error).split())
        raise TableError(f"{path.as_posix()}: niet leesbaar ({reason}); {remedy}.") from None
    if not isinstance(basis, dict) or not {"sources", "inputs", "settings", "code"} <= set(basis):
        raise TableError(f"{path.as_posix()}: onvolledig; {remedy}.")
    return basis


def changes_since(files: RegionFiles, name: str) -> Comparison:
    """Compare a baseline with the present results, without running anything.

    Raises
    ------
    WoonzorgError
        If the baseline does not exist or is damaged.
    """
    note = f"`woonzorg compare {files.region} {name}` rekent dat per oordeel uit, als het uit elkaar te houden is."
    return compare(read_baseline(files, name), read_present(files, PRESENT), note=note)


def compare(
    before: Outcome, after: Outcome, exchanged: Outcome | None = None, settings_of: Side = "before", note: str = ""
) -> Comparison:
    """Compare two outcomes and name the cause of each change.

    Parameters
    ----------
    exchanged
        The data and code of one side under the settings of the other, if that could be run.
    settings_of
        The side whose settings `exchanged` was made with.
    note
        Why causes are not told apart, where they are not.
    """
    changes = compare_verdicts(before.tables, after.tables)
    kinds = differing_kinds(before.basis, after.basis)
    verdicts = None if exchanged is None else exchanged.tables["verdicts"]
    return Comparison(
        before_label=before.label,
        after_label=after.label,
        changes=changes.assign(cause=attribute(changes, kinds, verdicts, settings_of)),
        categories=compare_categories(before.tables, after.tables, changes),
        differences=differences(before.basis, after.basis),
        settings={"before": before.basis["settings"], "after": after.basis["settings"]},
        unit_names=_unit_names(before) | _unit_names(after),
        compared=compared_units(before.tables, after.tables),
        note=note,
    )


def _unit_names(outcome: Outcome) -> dict[str, str]:
    units, clusters = outcome.tables["units"], outcome.tables["clusters"]
    return dict(zip(units["unit_code"], units["unit_name"], strict=True)) | dict(
        zip(clusters["cluster_code"], clusters["cluster_name"], strict=True)
    )
