"""Tables made by hand: held against their contract, with text that would run as code if it were not escaped."""

from typing import Any

import geopandas as gpd
import pandas as pd

from pipeline.contracts import CRS, Contract

HOSTILE_IMAGE = "<img src=x onerror=alert(1)>"
HOSTILE_TEMPLATE = "De `${1}` & ${alert(1)}"
HOSTILE_SCRIPT = "</script><script>alert(1)</script>"
HOSTILE_FORMULA = "=HYPERLINK(1)"
HOSTILE_VECTOR = '"><svg onload=alert(1)>'
HOSTILE = (HOSTILE_IMAGE, HOSTILE_TEMPLATE, HOSTILE_SCRIPT, HOSTILE_FORMULA, HOSTILE_VECTOR)

WEST, SOUTH, SIDE = 190_000.0, 507_000.0, 100.0
"""South-western corner of the region and side of its squares, in metres (EPSG:28992)."""


def frame(contract: Contract, rows: list[dict[str, Any]]) -> pd.DataFrame:
    kinds = {"whole": "int64", "flag": "bool", "code": "str", "text": "str"}
    columns = {name: kinds.get(one.kind, "float64") for name, one in contract.columns.items() if name != "geometry"}
    table = pd.DataFrame(rows, columns=list(columns)).astype(columns)
    return pd.DataFrame(contract.schema.validate(table))


def spatial(contract: Contract, rows: list[dict[str, Any]]) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(frame(contract, rows), geometry=[row["geometry"] for row in rows], crs=CRS)
