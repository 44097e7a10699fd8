"""A register of facilities as a gemeente keeps it: a workbook with a title, odd headings, decimal commas and gaps."""

import datetime
import re
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import numpy as np
import shapely
import xlsxwriter
from pyproj import Transformer

from pipeline.sources.demo.facilities import FACILITIES, spot_of
from pipeline.sources.demo.region import DemoRegion, Municipality

FILE_NAME = "voorzieningen_gemeente.xlsx"
SHEET = "Voorzieningen"
HEADINGS = ("Nr", "Naam  locatie", "Soort\nvoorziening", "Breedtegraad", "Lengtegraad", "Postcode", "Huisnr.", "Toev.",
            "Zitplaatsen / bedden", "Contactpersoon")  # fmt: skip
TITLE = "Sociale kaart gemeente Markerwaard"
_NO_ADDRESS = ("", "", "")
_HEADING_ROW = 2
_MOMENT = datetime.datetime(2024, 1, 1)
_UNKNOWN_NUMBER = 998

_MAPPED = (
    ("MFC De Gouw", "Dorpshuis", "Dorpshuis De Gouw", (9, -4), "120"),
    ("Wijkcentrum de Kiem", "buurthuis", "Wijkcentrum De Kiem", (-6, 12), "85"),
    ("Zorgcentrum De Burgt", "Verpleging en verzorging", "Zorgcentrum De Burcht", (14, 8), "64"),
    ("Hospice Avondlicht", "Verpleging en verzorging", "Woongroep De Vlonder", (48, 20), "6"),
    ("Brede school De Botter", "Basisschool", "Obs De Botter", (3, 3), ""),
)
"""Name there, kind, name on the map, metres east and north of that, capacity. One is near that, but another."""

_NOT_MAPPED = (
    ("Huiskamer De Lantaarn", "Inloop", (1_150, -40), "30"),
    ("Buurtsalon 't Anker", "Dorpshuis", (560, 50), ""),
)
"""Name, kind, spot in the town, capacity: the first by its place, the second by its address alone."""


def write_registers(region: DemoRegion, folder: Path) -> None:
    """Write the register into `folder`; the same region gives the same bytes."""
    rows = [row for municipality in region.municipalities for row in _rows(municipality)]
    written = BytesIO()
    with xlsxwriter.Workbook(written, {"in_memory": True}) as book:
        book.set_properties({"created": _MOMENT})
        sheet = book.add_worksheet(SHEET)
        sheet.write(0, 0, TITLE)
        sheet.write_row(_HEADING_ROW, 0, HEADINGS)
        for number, row in enumerate(rows, start=1):
            empty_row_above = number > len(_MAPPED)
            sheet.write_row(_HEADING_ROW + number + empty_row_above, 0, (number, *row))
    (folder / FILE_NAME).write_bytes(written.getvalue())


def _rows(m: Municipality) -> Iterator[tuple[str | int, ...]]:
    for name, kind, as_mapped, (east, north), capacity in _MAPPED:
        index = next(i for i, one in enumerate(FACILITIES) if one.name == as_mapped)
        ((x, y),) = shapely.get_coordinates(m.buildings[m.buildings["facility"] == index].centroid.to_numpy())
        yield (name, kind, *_degrees(x + east, y + north), *_NO_ADDRESS, capacity, "")
    (by_place, by_address), town = _NOT_MAPPED, "Markerstad"
    name, kind, spot, capacity = by_place
    yield (name, kind, *_degrees(*spot_of(m.plan, town, spot)), *_NO_ADDRESS, capacity, "")
    name, kind, spot, capacity = by_address
    x, y = spot_of(m.plan, town, spot)
    near = m.addresses.iloc[int(np.hypot(m.addresses["x"] - x, m.addresses["y"] - y).argmin())]
    postcode, (number, addition) = str(near["postcode"]), _split(str(near["number"]))
    yield (name, kind, "", "", f"{postcode[:4]} {postcode[4:].lower()}", number, addition, capacity, "")
    yield ("Inloophuis De Verte", "Inloop", "", "", postcode, _UNKNOWN_NUMBER, "", "", "")
    yield ("Repair Café (wisselende plek)", "Inloop", "", "", "", "", "", "", "")


def _split(number: str) -> tuple[int, str]:
    digits = re.match(r"\d+", number)
    assert digits is not None
    return int(digits[0]), number[digits.end() :]


def _degrees(x: float, y: float) -> tuple[str, str]:
    """Give latitude and longitude with decimal commas."""
    longitude, latitude = Transformer.from_crs(28992, 4326, always_xy=True).transform(x, y)
    return f"{latitude:.6f}".replace(".", ","), f"{longitude:.6f}".replace(".", ",")
