"""Addresses, as points in EPSG:28992."""

from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import shapely

from pipeline.sources.osm.objects import as_frame, point_of, processor
from pipeline.sources.osm_files import readable


def read_addresses(pbf: Path) -> gpd.GeoDataFrame:
    """Read all addresses, each once: a shop mapped at an address that is there already is no second one.

    Returns
    -------
    osm_id (``n1``, ``w2``), postcode_code (four digits), woonplaats_name, geometry (point). Missing where not tagged.
    """
    rows: dict[str, list[Any]] = {"osm_id": [], "postcode_code": [], "woonplaats_name": [], "address": []}
    points: list[shapely.Geometry] = []
    with readable(pbf):
        for one in processor(pbf, ["addr:housenumber"]):
            if one.is_relation() or "addr:housenumber" not in one.tags:
                continue
            point = point_of(one)
            if point is None:
                continue
            rows["osm_id"].append(f"{one.type_str()}{one.id}")
            rows["postcode_code"].append(one.tags.get("addr:postcode"))
            rows["woonplaats_name"].append(one.tags.get("addr:city"))
            rows["address"].append(_whole_address(one))
            points.append(point)
    frame = as_frame(rows, points)
    frame = frame[frame["address"].isna() | ~frame["address"].duplicated()].drop(columns="address")
    frame = frame.reset_index(drop=True)
    digits = frame["postcode_code"].str.strip().str[:4]
    frame["postcode_code"] = digits.where(digits.str.match(r"^[1-9]\d{3}$") == True).astype("str")  # noqa: E712
    return frame


def _whole_address(one: Any) -> str | None:
    """Return the address as one text, or None where it is not whole: two of those may be two homes."""
    parts = [one.tags.get(key) for key in ("addr:postcode", "addr:street", "addr:housenumber")]
    return None if None in parts else "/".join([*parts, one.tags.get("addr:unit", "")])


def read_numbered_addresses(pbf: Path) -> pd.DataFrame:
    """Read where the addresses with a postcode are: postcode, house_number, addition (as tagged), x_m, y_m.

    Addresses come in the order of the extract, also those that are mapped more than once.
    """
    rows: dict[str, list[Any]] = {"postcode": [], "house_number": [], "addition": []}
    points: list[shapely.Geometry] = []
    with readable(pbf):
        for one in processor(pbf, ["addr:housenumber"]):
            if one.is_relation() or not {"addr:housenumber", "addr:postcode"} <= {tag.k for tag in one.tags}:
                continue
            point = point_of(one)
            if point is not None:
                for name, key in zip(rows, ("addr:postcode", "addr:housenumber", "addr:unit"), strict=True):
                    rows[name].append(one.tags.get(key, ""))
                points.append(point)
    frame = as_frame(rows, points)
    return pd.DataFrame(frame.drop(columns="geometry")).assign(x_m=frame.geometry.x, y_m=frame.geometry.y)
