"""Which buildings are there, and their addresses: street, house number, postcode and woonplaats."""

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.random import Generator
from numpy.typing import NDArray

from pipeline.sources.demo.buildings import HOMES
from pipeline.sources.demo.districts import DISTRICTS, OUTSIDE, SPLIT_POSTCODE
from pipeline.sources.demo.layout import Plan

DESIGNED_ADDRESS_COUNT = 15_000
ADDRESSES_PER_POSTCODE = 22
POSTCODES_PER_GEMEENTE = 12
LETTERED_SHARE = 0.05
_LETTERS = "ABCDEGHJKLMNPRSTVWXZ"


def choose_buildings(plan: Plan, buildings: gpd.GeoDataFrame, address_count: int, rng: Generator) -> gpd.GeoDataFrame:
    """Keep as many rows of buildings as give about `address_count` addresses.

    A dorp gets the dwellings that the plan gives it and fills from its centre; what is left goes to the town,
    spread over its buurten by the room that they have.
    """
    scale = address_count / DESIGNED_ADDRESS_COUNT
    target = _targets(plan, buildings, scale)
    centre = {p.name: p.centre for p in plan.places}
    spots = shapely.get_coordinates(shapely.centroid(buildings.geometry.to_numpy()))
    districts = [*DISTRICTS, OUTSIDE]
    home = np.array([centre[districts[d].place] for d in buildings["district"]])
    is_kern = np.array([districts[d].character == "dorp" for d in buildings["district"]])
    draw = rng.random(int(buildings["row"].max()) + 1)[buildings["row"].clip(lower=0)]
    by_distance = np.hypot(*(spots - home).T) * (0.8 + 0.4 * draw)
    order = pd.Series(np.where(is_kern, by_distance, draw), index=buildings.index)
    order = order.groupby(buildings["row"]).transform("min").where(buildings["facility"] < 0, -1.0)
    sorted_rows = buildings.assign(order=order).sort_values(["district", "order", "row"], kind="stable")
    reached = sorted_rows.groupby("district")["unit_count"].cumsum()
    kept = (reached <= sorted_rows["district"].map(target)) | (sorted_rows["facility"] >= 0)
    return sorted_rows[kept].sort_index().drop(columns="order").reset_index(drop=True)


def _targets(plan: Plan, buildings: gpd.GeoDataFrame, scale: float) -> pd.Series:
    room = buildings.groupby("district")["unit_count"].sum()
    wanted = {p.name: p.dwelling_count for p in plan.places}
    districts = [*DISTRICTS, OUTSIDE]
    target = room * min(scale, 1.0)
    for index in room.index:
        if districts[index].character == "dorp":
            target[index] = round(wanted[districts[index].place] * scale)
    in_town = [i for i in room.index if districts[i].place == "Markerstad" and districts[i].character != "farm"]
    rest = DESIGNED_ADDRESS_COUNT * scale - target.drop(in_town).sum()
    target[in_town] = room[in_town] * min(rest / room[in_town].sum(), 1.0)
    return target.round()


def make_addresses(plan: Plan, buildings: gpd.GeoDataFrame, streets: gpd.GeoDataFrame, rng: Generator) -> pd.DataFrame:
    """Give addresses their numbers along the street, odd on one side and even on the other.

    Returns
    -------
    One row per address: `x`, `y` (EPSG:28992), `street`, `number`, `postcode`, `city`, `building` (row of `buildings`),
    `district`, `is_home`.
    """
    table = buildings.drop(columns="geometry").assign(
        building=np.arange(len(buildings)), street=streets["name"].to_numpy()[buildings["piece"]]
    )
    table["along"] = _along_street(buildings, table["street"])
    table["city"] = [[*DISTRICTS, OUTSIDE][d].place + plan.suffix for d in table["district"]]
    table = table.sort_values(["city", "street", "side", "along"], kind="stable")
    table = table[table["use"].isin([*HOMES, "retail", "industrial"]) | (table["facility"] >= 0)]
    table = table.loc[table.index.repeat(table["unit_count"])].reset_index(drop=True)
    table["nth"] = table.groupby("building").cumcount()
    table["is_home"] = table["use"].isin(HOMES) & (table["facility"] < 0)
    table["number"] = _numbers(table, rng)
    table["postcode"] = _postcodes(plan, table, buildings)
    table[["x", "y"]] = _inside(buildings, table)
    return table[["x", "y", "street", "number", "postcode", "city", "building", "district", "is_home"]]


def _along_street(buildings: gpd.GeoDataFrame, street: pd.Series) -> NDArray[np.float64]:
    """How far along its street, measured in the direction in which the street mostly runs."""
    centre = shapely.get_coordinates(shapely.centroid(buildings.geometry.to_numpy()))
    frame = pd.DataFrame({"street": street.to_numpy(), "x": centre[:, 0], "y": centre[:, 1]})
    spread = frame.groupby("street")[["x", "y"]].transform("std").fillna(0)
    middle = frame.groupby("street")[["x", "y"]].transform("mean")
    east_west = spread["x"] >= spread["y"]
    product = ((frame["x"] - middle["x"]) * (frame["y"] - middle["y"])).groupby(frame["street"]).transform("sum")
    tilt = np.where(product >= 0, 1.0, -1.0)
    along = np.where(east_west, frame["x"] + 0.3 * tilt * frame["y"], frame["y"] + 0.3 * tilt * frame["x"])
    return np.asarray(along)


def _numbers(table: pd.DataFrame, rng: Generator) -> list[str]:
    """House numbers: flats count on, halls have 12-1, 12-2, and a few homes were put in between as 12a."""
    shares_number = (table["nth"] > 0) & table["use"].isin(["industrial"])
    squeezed = (table["nth"] == 0) & (table["use"] == "house") & (rng.random(len(table)) < LETTERED_SHARE)
    first = table.groupby(["city", "street", "side"]).cumcount() == 0
    counts_on = ~(shares_number | (squeezed & ~first))
    step = counts_on.groupby([table["city"], table["street"], table["side"]]).cumsum()
    number = 2 * step - (table["side"] == 1)
    addition = np.where(table["use"] == "industrial", "-" + (table["nth"] + 1).astype(str), "")
    single = table["unit_count"] == 1
    addition = np.where(single, "", addition)
    run = (~counts_on).groupby([table["city"], table["street"], number]).cumsum()
    letters = np.array(["", *"abcdefghijklmnopqrstuvwxyz"])[run.clip(upper=26)]
    return [f"{n}{a or letter}" for n, a, letter in zip(number, addition, letters, strict=True)]


def _postcodes(plan: Plan, table: pd.DataFrame, buildings: gpd.GeoDataFrame) -> pd.Series:
    districts = [*DISTRICTS, OUTSIDE]
    digits = pd.Series([districts[d].postcode for d in table["district"]], index=table.index)
    split = table["district"] == next(i for i, d in enumerate(DISTRICTS) if d.name == SPLIT_POSTCODE)
    east = shapely.get_x(shapely.centroid(buildings.geometry.to_numpy()))[table["building"]]
    digits = digits.mask(split & (east > np.median(east[split]) if split.any() else False), 1492)
    digits = digits + POSTCODES_PER_GEMEENTE * plan.number
    chunk = table.groupby(["city", "street", "side"]).cumcount() // ADDRESSES_PER_POSTCODE
    group = pd.Series(list(zip(table["street"], table["side"], chunk, strict=True)), index=table.index)
    nth = group.groupby(digits).transform(lambda g: pd.factorize(g)[0]).astype(int)
    letters = [_LETTERS[n // len(_LETTERS) % len(_LETTERS)] + _LETTERS[n % len(_LETTERS)] for n in nth]
    return digits.astype(str) + pd.Series(letters, index=table.index)


def _inside(buildings: gpd.GeoDataFrame, table: pd.DataFrame) -> NDArray[np.float64]:
    """Address points spread along the front half of their building."""
    corners = shapely.get_coordinates(buildings.geometry.to_numpy()).reshape(len(buildings), 5, 2)[table["building"]]
    share = ((table["nth"] + 0.5) / table["unit_count"]).to_numpy()[:, None]
    front = corners[:, 0] + share * (corners[:, 1] - corners[:, 0])
    return np.asarray(np.round(front + 0.42 * (corners[:, 3] - corners[:, 0]), 2))
