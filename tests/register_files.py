"""A register of facilities with rows of every kind, written as CSV, workbook or GeoPackage."""

import csv
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import geopandas as gpd
import openpyxl
import pandas as pd

from pipeline.config.registers import FacilityRegister

HEADINGS = ("Naam", "Soort", "Breedte", "Lengte", "Postcode", "Huisnr", "Toev", "Plaatsen")
"""The columns of a register, in the order of `ROWS`."""

# The first stands on the point where the axes of EPSG:28992 are defined: 155,000 m east, 463,000 m north.
ROWS: tuple[tuple[Any, ...], ...] = (
    ("Praktijk De Brug", "Huisarts", "52,155174", "5,387206", "1000 aa", "3", "", "4"),
    ("Praktijk Zuid", "huisarts", "", "", "1000AA", "12", "b", ""),
    ("De Winkel", "Super", "52.502", "5.902", "", "", "", ""),
    ("De School", "School", "52,503", "5,903", "", "", "", "200"),
    ("De Zwerver", "Super", "", "", "", "", "", ""),
)
CATEGORIES: dict[str, str | None] = {"Huisarts": "gp", "super": "supermarket", "School": None}
TOLD = {"what": "Lijst", "holder": "Gemeente", "licence": "CC0", "reference_date": "2024-06-01"}
COLUMNS = dict(zip(("name", "category", "latitude", "longitude", "postcode", "house_number", "addition", "capacity"),
                   HEADINGS, strict=True))  # fmt: skip


def settings(file: str, **other: Any) -> dict[str, Any]:
    """Return the settings of the register as a file has them."""
    return {"file": file, "columns": dict(COLUMNS), "categories": dict(CATEGORIES), **TOLD, **other}


def register(file: str, **other: Any) -> FacilityRegister:
    """Return the settings of the register."""
    return FacilityRegister.model_validate(settings(file, **other))


def write(path: Path, rows: Sequence[Sequence[Any]] = ROWS, headings: Sequence[str] = HEADINGS) -> None:
    """Write the register, in the form that the name of `path` asks for."""
    if path.suffix == ".csv":
        with path.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file, delimiter=";").writerows([headings, *rows])
    elif path.suffix == ".xlsx":
        book = openpyxl.Workbook()
        for row in (headings, *rows):
            book.worksheets[0].append(list(row))
        book.save(path)
    else:
        write_layer(path, pd.DataFrame(rows, columns=list(headings)))


def write_layer(path: Path, frame: pd.DataFrame, points: Sequence[Any] | None = None, crs: Any = "EPSG:28992") -> None:
    """Write a GeoPackage with `points` (by default at their coordinates, where they have any) and the other columns."""
    if points is None:
        degrees = frame[["Lengte", "Breedte"]].replace("", "nan").map(lambda one: float(one.replace(",", ".")))
        shapes = gpd.GeoSeries.from_xy(degrees["Lengte"], degrees["Breedte"], crs="EPSG:4326").to_crs(crs)
        points = list(shapes.where(degrees["Lengte"].notna()))
        frame = frame.drop(columns=["Lengte", "Breedte"])
    layer = gpd.GeoDataFrame(frame, geometry=list(points), crs=crs)
    with warnings.catch_warnings(action="ignore"):
        layer.to_file(path, layer="lijst")
