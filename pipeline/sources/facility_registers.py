"""Registers of facilities that users keep: what each row says, and where it says that it is."""

import hashlib
import re
from collections.abc import Sequence
from pathlib import Path

import geopandas as gpd
import pandas as pd
from pyproj import Transformer

from pipeline.config.registers import FacilityRegister, as_word
from pipeline.contracts import CRS
from pipeline.errors import SourceError, collected, raise_faults
from pipeline.sources.csv_rows import match_column, show_rows
from pipeline.sources.sheets import read_sheet

COLUMNS = ("register", "row", "row_id", "name", "word", "category", "x_m", "y_m", "postcode", "house_number",
           "addition", "capacity")  # fmt: skip
"""What is read of every row."""

_BOUNDS = {"latitude": (50.0, 54.0), "longitude": (3.0, 8.0), "x": (-7_000.0, 300_000.0), "y": (289_000.0, 629_000.0),
           "capacity": (0.0, 100_000.0)}  # fmt: skip
"""What a number can be: degrees (EPSG:4326) and metres (EPSG:28992) in and around the Netherlands; places to sit or
live."""

_NUMBER = re.compile(r"-?\d+([.,]\d+)?")
_POSTCODE = re.compile(r"[1-9]\d{3}[A-Z]{2}")
_HOUSE_NUMBER = re.compile(r"(\d{1,5})(?:[\s/-]*([A-Za-z0-9][A-Za-z0-9\s/-]*))?")
_TO_RD = Transformer.from_crs("EPSG:4326", CRS, always_xy=True)
_DECIMALS = 2
_SHOWN = 60
_ID_DIGITS = 10


def read_registers(registers: Sequence[FacilityRegister], folder: Path) -> pd.DataFrame:
    """Read every register from `folder`.

    Returns
    -------
    `COLUMNS`: register (file), row (as a spreadsheet counts), row_id (the same for the same facility of the same
    register, wherever its row stands), name (missing: not named), word (theirs for the category), category (missing:
    the settings leave its rows out), x_m and y_m (EPSG:28992; missing: no coordinates), postcode, house_number and
    addition (missing: not given), capacity (missing: unknown).

    Raises
    ------
    SourceError
        With every fault of every file: file, row, column, value, remedy.
    """
    faults: list[str] = []
    frames = []
    for register in registers:
        with collected(faults):
            frames.append(_read_register(register, folder / register.file))
    raise_faults(SourceError, faults)
    empty = pd.DataFrame({name: pd.Series(dtype=kind) for name, kind in _KINDS.items()})
    return pd.concat([empty, *frames], ignore_index=True)[list(COLUMNS)]


_KINDS = dict.fromkeys(COLUMNS, "str") | {"row": "int64", "x_m": "float64", "y_m": "float64", "capacity": "float64"}


def _read_register(register: FacilityRegister, path: Path) -> pd.DataFrame:
    raw = read_sheet(path, sheet=register.sheet, heading_row=register.heading_row)
    headings = {
        name: " ".join(heading.split())
        for name, heading in register.columns.model_dump(exclude_none=True).items()
    }  # fmt: skip
    faults: list[str] = []
    texts = pd.DataFrame(index=raw.index)
    for name, heading in headings.items():
        with collected(faults):
            texts[name] = raw[match_column(raw.drop(columns="geometry"), heading, path.name)]
    raise_faults(SourceError, faults)
    texts = texts.reindex(columns=[*type(register.columns).model_fields], fill_value="")
    codes = {as_word(word): code for word, code in register.categories.items()}
    words = texts["category"].map(as_word)
    is_ours = words.map(codes).notna()
    faults += _category_faults(path.name, headings["category"], texts["category"], words.isin(list(codes)))
    for number, row in texts[is_ours].iterrows():
        faults += [f"{path.name}, rij {number}, kolom {fault}" for fault in _row_faults(row, headings)]
    raise_faults(SourceError, faults)
    rows = _typed(register.file, texts, raw.geometry, words.map(codes))
    raise_faults(SourceError, _twice(rows))
    return rows


def _category_faults(file: str, heading: str, words: pd.Series, is_known: pd.Series) -> list[str]:
    """Return a fault per word that the settings do not have: what it means is not guessed."""
    unknown = words[~is_known]
    return [
        f"{file}, rij {show_rows(rows.index)}, kolom {heading}: is leeg; vul de soort in."
        if not word
        else f"{file}, rij {show_rows(rows.index)}, kolom {heading}: '{word[:_SHOWN]}' staat niet bij categories in de "
        "instellingen; zet het erbij met een code uit facilities.yaml, of met null om deze rijen weg te laten."
        for word, rows in unknown.groupby(unknown, sort=True)
    ]


def _row_faults(row: pd.Series, headings: dict[str, str]) -> list[str]:
    faults = [
        f"{headings[name]}: {fault}"
        for name in _BOUNDS
        if row[name] and (fault := _number_fault(row[name], *_BOUNDS[name]))
    ]
    for one, other in (("latitude", "longitude"), ("x", "y")):
        if bool(row[one]) != bool(row[other]):
            blank = other if row[one] else one
            faults.append(f"{headings[blank]}: is leeg terwijl de andere coördinaat er staat; vul aan of wis beide.")
    if _NUMBER.fullmatch(row["capacity"]) and not _number(row["capacity"]).is_integer():
        faults.append(f"{headings['capacity']}: '{row['capacity']}' is geen heel aantal; verbeter het.")
    if row["postcode"] and not _POSTCODE.fullmatch(_packed(row["postcode"])):
        faults.append(
            f"{headings['postcode']}: '{row['postcode'][:_SHOWN]}' is geen volledige postcode; schrijf vier cijfers en "
            "twee letters, of wis de cel."
        )
    if row["house_number"] and not _HOUSE_NUMBER.fullmatch(row["house_number"]):
        faults.append(
            f"{headings['house_number']}: '{row['house_number'][:_SHOWN]}' is geen huisnummer; schrijf een getal, met "
            "zo nodig een toevoeging erachter, of wis de cel."
        )
    return faults


def _number_fault(text: str, low: float, high: float) -> str | None:
    if not _NUMBER.fullmatch(text):
        return f"'{text[:_SHOWN]}' is geen getal; verbeter het."
    if low <= _number(text) <= high:
        return None
    return f"{text[:_SHOWN]} moet tussen {low:.0f} en {high:.0f} liggen; verbeter het."


def _number(text: str) -> float:
    return float(text.replace(",", "."))


def _packed(text: str) -> str:
    return "".join(text.split()).upper()


def _typed(file: str, texts: pd.DataFrame, points: gpd.GeoSeries, codes: pd.Series) -> pd.DataFrame:
    used = texts.where(codes.notna(), "")
    number = {name: used[name].where(used[name] != "").map(_number, na_action="ignore").astype("float64")
              for name in _BOUNDS}  # fmt: skip
    x, y = _TO_RD.transform(number["longitude"].to_numpy(), number["latitude"].to_numpy())
    is_shaped = points.notna() & codes.notna()
    x_m = number["x"].fillna(pd.Series(x, index=texts.index)).where(number["x"].notna() | number["latitude"].notna())
    y_m = number["y"].fillna(pd.Series(y, index=texts.index)).where(number["y"].notna() | number["latitude"].notna())
    parts = used["house_number"].str.extract(f"^{_HOUSE_NUMBER.pattern}$")
    addition = parts[1].fillna("").str.strip() + used["addition"]
    rows = pd.DataFrame({
        "register": file,
        "row": texts.index,
        "name": texts["name"],
        "word": texts["category"],
        "category": codes,
        "x_m": x_m.fillna(points.x.where(is_shaped)).round(_DECIMALS),
        "y_m": y_m.fillna(points.y.where(is_shaped)).round(_DECIMALS),
        "postcode": used["postcode"].map(_packed),
        "house_number": parts[0].fillna(""),
        "addition": addition,
        "capacity": number["capacity"],
    })  # fmt: skip
    blanked = rows.replace("", pd.NA).astype({name: kind for name, kind in _KINDS.items() if name in rows})
    return blanked.assign(row_id=[_row_id(row) for _, row in blanked.iterrows()]).astype({"row_id": "str"})


def _row_id(row: pd.Series) -> str:
    """Return what names the facility of a row for local checks; it stays when rows are inserted above it."""
    place = ("x_m", "y_m", "postcode", "house_number", "addition")
    parts = [row["register"], row["word"], *(row[one] for one in ("name", *place))]
    text = "|".join("" if pd.isna(one) else str(one).casefold() for one in parts)
    return hashlib.sha256(text.encode()).hexdigest()[:_ID_DIGITS]


def _twice(rows: pd.DataFrame) -> list[str]:
    has_place = rows["x_m"].notna() | rows["house_number"].notna()
    again = rows[rows["category"].notna() & has_place & rows["row_id"].duplicated()]
    return [
        f"{row.register}, rij {row.row}: naam, soort en plaats staan er al eerder; laat er één over."
        for row in again.itertuples()
    ]
