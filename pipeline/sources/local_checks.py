"""Local checks: what someone on the spot found, from ``config/regions/<region>.checks.csv``."""

import datetime
import re
from collections.abc import Sequence
from pathlib import Path

import pandas as pd
from pyproj import Transformer

from pipeline.contracts import CHECK_KINDS, CRS
from pipeline.errors import SourceError, raise_faults
from pipeline.sources.csv_rows import read_csv

COLUMNS = ("check", "category", "unit", "facility", "name", "latitude", "longitude", "within_m", "role", "date",
           "source", "expires")  # fmt: skip
"""The heading of the file."""

_ALWAYS = ("category", "role", "date", "source", "expires")
_NEEDED = {
    "exists": ("name", "latitude", "longitude"),
    "gone": ("facility",),
    "moved": ("facility", "latitude", "longitude"),
    "none_within": ("unit", "within_m"),
    "complete": ("unit", "within_m"),
    "incomplete": ("unit",),
}
_BOUNDS = {"latitude": (50.0, 54.0), "longitude": (3.0, 8.0), "within_m": (100.0, 100_000.0)}
"""What a number can be: places in and around the Netherlands, in degrees (EPSG:4326); and metres, so that a thousand
metres written as 1.000 is no single metre."""

_NUMBER = re.compile(r"-?\d+([.,]\d+)?")

_TO_RD = Transformer.from_crs("EPSG:4326", CRS, always_xy=True)
_DECIMALS = 2


def read_local_checks(path: Path, categories: Sequence[str]) -> pd.DataFrame:
    """Read the local checks of a region.

    Returns
    -------
    check_id (row of the file), check, category, unit, facility, facility_name, x_m, y_m (EPSG:28992), within_m, role,
    date, source, expires; missing where the check needs none.

    Raises
    ------
    SourceError
        With every fault of every row: what is missing, unknown or impossible.
    """
    if not path.is_file():
        raise SourceError(f"{path.as_posix()}: bestand ontbreekt; maak het met alleen de kop: {','.join(COLUMNS)}.")
    separator = ";" if ";" in path.read_text(encoding="utf-8-sig", errors="replace").partition("\n")[0] else ","
    raw = read_csv(path, separator, by_hand=True)
    raw = raw.loc[(raw != "").any(axis=1), [name for name in raw.columns if name or (raw[name] != "").any()]]
    raise_faults(SourceError, [f"{path.name}: kolom {fault}" for fault in _heading_faults(list(raw.columns))])
    faults = [
        f"{path.name}, rij {number}, {fault}" for number, row in raw.iterrows() for fault in _faults(row, categories)
    ]
    faults += [f"{path.name}, rij {number}: staat er al eerder; laat er één over."
               for number in raw.index[raw.duplicated()]]  # fmt: skip
    raise_faults(SourceError, faults)
    return _typed(raw)


def _heading_faults(names: Sequence[str]) -> list[str]:
    remedy = f"de kop is {','.join(COLUMNS)}."
    twice = {name: name.rpartition(".")[0] for name in names}
    return [f"{name} ontbreekt; {remedy}" for name in COLUMNS if name not in names] + [
        f"{twice[name]} komt meer dan eens voor; laat er één over." if twice[name] in COLUMNS
        else f"'{name}' is onbekend; {remedy}"
        for name in names
        if name not in COLUMNS
    ]  # fmt: skip


def _faults(row: pd.Series, categories: Sequence[str]) -> list[str]:
    kind, faults = row["check"], []
    if kind not in CHECK_KINDS:
        faults.append(f"kolom check: '{kind}' bestaat niet; kies uit {', '.join(CHECK_KINDS)}.")
    needed = (*_ALWAYS, *_NEEDED.get(kind, ()))
    faults += [f"kolom {name}: is leeg; een controle {kind} heeft dit nodig." for name in needed if not row[name]]
    if row["category"] and row["category"] not in categories:
        faults.append(f"kolom category: '{row['category']}' staat niet in facilities.yaml; kies een code daaruit.")
    faults += [fault for name in _BOUNDS if row[name] for fault in _number_faults(name, row[name])]
    dates = {name: _date(row[name]) for name in ("date", "expires") if row[name]}
    faults += [
        f"kolom {name}: '{row[name]}' is geen datum; schrijf jjjj-mm-dd." for name, one in dates.items() if not one
    ]
    if all(dates.get(name) for name in ("date", "expires")) and row["expires"] < row["date"]:
        faults.append(f"kolom expires: {row['expires']} ligt vóór date {row['date']}; verbeter een van beide.")
    return faults


def _number_faults(name: str, text: str) -> list[str]:
    low, high = _BOUNDS[name]
    if not _NUMBER.fullmatch(text):
        return [f"kolom {name}: '{text}' is geen getal; verbeter het."]
    if low <= _number(text) <= high:
        return []
    return [f"kolom {name}: {text} moet tussen {low:g} en {high:g} liggen; verbeter het."]


def _number(text: str) -> float:
    return float(text.replace(",", "."))


def _date(text: str) -> datetime.date | None:
    """Return the date that is written as year-month-day, else None: dates are compared as they are written."""
    try:
        date = datetime.date.fromisoformat(text)
    except ValueError:
        return None
    return date if date.isoformat() == text else None


def _typed(raw: pd.DataFrame) -> pd.DataFrame:
    texts = raw.where(raw != "").rename(columns={"name": "facility_name"})
    numbers = {name: texts[name].map(_number, na_action="ignore").astype("float64") for name in _BOUNDS}
    has_place = texts["check"].isin(["exists", "moved"])
    x, y = _TO_RD.transform(numbers["longitude"].to_numpy(), numbers["latitude"].to_numpy())
    frame = texts.drop(columns=["latitude", "longitude"]).assign(
        check_id=[str(number) for number in raw.index],
        within_m=numbers["within_m"].where(texts["check"].isin(["none_within", "complete"])),
        x_m=pd.Series(x, index=raw.index).round(_DECIMALS).where(has_place),
        y_m=pd.Series(y, index=raw.index).round(_DECIMALS).where(has_place),
    )
    return frame.reset_index(drop=True).astype({"check_id": "str"})
