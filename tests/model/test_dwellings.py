"""Addresses: the areas they lie in, their buildings, and which of them are dwellings."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from pipeline.config.params import DwellingSettings
from pipeline.contracts import CRS
from pipeline.errors import TableError
from pipeline.model.dwellings import (
    building_kind,
    cell_codes,
    covering_code,
    dwellings_of_units,
    locate_addresses,
    select_dwellings,
    wijk_of_buurt,
)
from tests.model.builders import base_area, base_areas, squares


def at(*x_m: float) -> gpd.GeoSeries:
    """Return points on a line through the middle of the squares."""
    return gpd.GeoSeries([shapely.Point(x, 50) for x in x_m], crs=CRS)


def known(codes: pd.Series) -> list[str | None]:
    return [None if pd.isna(code) else str(code) for code in codes]


@pytest.fixture
def settings() -> DwellingSettings:
    return DwellingSettings(
        home_buildings=["house"], possible_home_buildings=["yes"], enough_homes_share=0.9, weak_ratio_low=0.8,
        weak_ratio_high=1.25,
    )  # fmt: skip


def test_a_point_gets_the_square_it_lies_in_and_on_a_border_the_lowest_code() -> None:
    codes = covering_code(at(50, 150, 100, 250), squares(["B", "A"]))
    assert known(codes) == ["B", "A", "A", None]


def test_covering_code_keeps_the_index_of_the_points() -> None:
    series = at(150, 50).set_axis([7, 3])
    assert covering_code(series, squares(["B", "A"])).to_dict() == {7: "A", 3: "B"}


@pytest.mark.parametrize("crs", ["EPSG:4326", None])
def test_points_in_another_crs_are_a_fault(crs: str | None, settings: DwellingSettings) -> None:
    elsewhere = gpd.GeoSeries([shapely.Point(50, 50)], crs=crs)
    with pytest.raises(TableError, match="moet EPSG:28992 zijn"):
        covering_code(elsewhere, squares(["A"]))
    with pytest.raises(TableError, match="moet EPSG:28992 zijn"):
        building_kind(elsewhere, squares(["A"], building="house"), settings)


def test_the_code_of_a_buurt_holds_that_of_its_wijk() -> None:
    assert known(wijk_of_buurt(pd.Series(["BU01660003", None], dtype="str"))) == ["WK016600", None]


@pytest.fixture
def areas() -> gpd.GeoDataFrame:
    """Make two buurten in the first 200 m, a wijk over 300 m, and postcode areas over the first and the next 200 m."""
    levels = {
        "BU00010101": ("buurt", 0, 100), "BU00010102": ("buurt", 100, 200), "WK000109": ("wijk", 0, 300),
        "1001": ("postcode", 0, 200), "1002": ("postcode", 200, 400),
    }  # fmt: skip
    shapes = [shapely.box(west, 0, east, 100) for _, west, east in levels.values()]
    names = [level for level, _, _ in levels.values()]
    return gpd.GeoDataFrame({"area_code": list(levels), "area_level": names}, geometry=shapes, crs=CRS)


def addresses(postcodes: list[str | None], *x_m: float) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame({"postcode_code": pd.Series(postcodes, dtype="str")}, geometry=at(*x_m))


def test_codes_of_an_address_come_from_itself_then_from_the_polygons(areas: gpd.GeoDataFrame) -> None:
    located = locate_addresses(addresses([None, "1002", None], 50, 150, 250), areas, base_level="postcode")
    assert known(located["postcode_code"]) == ["1001", "1002", "1002"]  # the second says so, against its polygon
    assert known(located["base_code"]) == ["1001", "1002", "1002"]
    assert known(located["buurt_code"]) == ["BU00010101", "BU00010102", None]
    # The wijk follows from the code of the buurt, also against the polygon; without one it is that of the polygon.
    assert known(located["wijk_code"]) == ["WK000101", "WK000101", "WK000109"]


def test_a_postcode_that_is_no_area_here_puts_the_address_outside(areas: gpd.GeoDataFrame) -> None:
    located = locate_addresses(addresses(["9999"], 50), areas, base_level="postcode")
    assert known(located["base_code"]) == [None]


def test_base_areas_may_be_buurten(areas: gpd.GeoDataFrame) -> None:
    located = locate_addresses(addresses(["1001", None], 50, 250), areas, base_level="buurt")
    assert known(located["base_code"]) == ["BU00010101", None]


def test_building_kind_takes_the_likeliest_home_at_a_point(settings: DwellingSettings) -> None:
    buildings = squares(["a", "b", "c", "d"], building=["house", "yes", "church", "yes"])
    overlapping = pd.concat([buildings, squares(["e"], building=["church"])], ignore_index=True)
    kind = building_kind(at(50, 150, 250, 450), gpd.GeoDataFrame(overlapping), settings)
    assert kind.tolist() == [2, 1, 0, 0]


def located_in(base: str, kinds: list[int]) -> tuple[gpd.GeoDataFrame, np.ndarray[tuple[int], np.dtype[np.int64]]]:
    frame = gpd.GeoDataFrame({"base_code": [base] * len(kinds)}, geometry=at(*range(len(kinds))))
    return frame, np.array(kinds, dtype=np.int64)


@pytest.mark.parametrize(
    ("homes", "chosen"),
    [
        (10.0, [0, 1, 2, 3, 4, 5, 6, 7, 8]),  # nine tagged homes are 0.9 of ten: enough
        (11.0, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]),  # nine are fewer than 9.9: what may be a home counts too
        (np.nan, [0, 1, 2, 3, 4, 5, 6, 7, 8]),  # unknown: nothing says that homes are missing
    ],
)
def test_possible_homes_count_only_where_tagged_ones_are_too_few(
    homes: float, chosen: list[int], settings: DwellingSettings
) -> None:
    located, kind = located_in("1001", [2] * 9 + [1, 0])
    found = select_dwellings(located, kind, pd.Series({"1001": homes}), settings)
    assert found.index.tolist() == chosen


def test_possible_homes_count_where_no_home_is_tagged_at_all(settings: DwellingSettings) -> None:
    located, kind = located_in("1001", [1, 1, 0])
    assert len(select_dwellings(located, kind, pd.Series({"1001": 2.0}), settings)) == 2


def test_an_address_outside_all_base_areas_is_no_dwelling(settings: DwellingSettings) -> None:
    located, kind = located_in("1001", [2, 2])
    located.loc[0, "base_code"] = pd.NA
    assert select_dwellings(located, kind, pd.Series({"1001": 2.0}), settings).index.tolist() == [1]


def test_dwellings_with_the_same_areas_share_a_cell() -> None:
    codes = pd.DataFrame({
        "base_code": ["1001", "1001", "1001"], "buurt_code": ["BU1", "BU1", None], "postcode_code": ["1001"] * 3,
        "wijk_code": ["WK1"] * 3,
    })  # fmt: skip
    assert cell_codes(codes).tolist() == ["1001/BU1/1001/WK1", "1001/BU1/1001/WK1", "1001/-/1001/WK1"]


def test_dwellings_outside_the_region_are_left_out() -> None:
    found = gpd.GeoDataFrame(
        {"osm_id": ["n1", "n2"], "base_code": ["1001", "1002"], "buurt_code": "BU1", "postcode_code": "1001",
         "wijk_code": "WK1"},
        geometry=at(50, 150),
    )  # fmt: skip
    placed = dwellings_of_units(found, base_areas(base_area("1001", unit_code="U7")))
    assert placed["dwelling_id"].tolist() == ["n1"]
    assert placed["unit_code"].tolist() == ["U7"]
