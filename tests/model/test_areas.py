"""Base areas, their wijk and woonplaats, and the units made of them."""

from typing import Any

import geopandas as gpd
import pandas as pd
import pytest
import shapely

from pipeline.config.params import DwellingSettings, UnitSettings
from pipeline.config.region import RegionSettings
from pipeline.contracts import AREAS, BASE_AREAS, CRS, UNITS
from pipeline.errors import SourceError
from pipeline.model.areas import (
    areas_of_region,
    assign_wijk,
    assign_woonplaats,
    count_base_areas,
    dwelling_ratio,
    is_weak,
    land_km2,
    locate_base_areas,
    name_base_areas,
    require_overlap,
    require_usable,
)
from pipeline.model.units import assign_units, dissolve_units
from pipeline.settings_files import read_sections
from pipeline.tables import check_table
from tests.model.builders import CONFIG, figures, squares, table

SETTINGS = read_sections(CONFIG, ["units", "dwellings"])
UNIT_SETTINGS: UnitSettings = SETTINGS["units"].model_copy(
    update={"dorp_max_inhabitants": 5000, "unit_max_inhabitants": 15_000, "name_share": 0.5}
)
DWELLING_SETTINGS: DwellingSettings = SETTINGS["dwellings"].model_copy(
    update={"weak_ratio_low": 0.8, "weak_ratio_high": 1.25}
)
REGION = RegionSettings(label="R", is_fictional=True, gemeenten={"GM0001": "Gemeente"}, base_level="postcode")


def test_an_extract_must_hold_part_of_a_base_area() -> None:
    areas = squares(["1001", "1002"], area_level="postcode")
    require_overlap(shapely.box(150, 0, 900, 900), areas, REGION)
    with pytest.raises(SourceError, match="overlappen niet"):
        require_overlap(shapely.box(5000, 0, 6000, 900), areas, REGION)
    with pytest.raises(SourceError, match="level postcode ontbreekt"):
        require_overlap(shapely.box(150, 0, 900, 900), areas.assign(area_level="wijk"), REGION)


# --- wijk ------------------------------------------------------------------------------------------------------------


@pytest.fixture
def wijken() -> gpd.GeoDataFrame:
    """Make a wijk over the western 130 m and one over the next 270 m."""
    shapes = [shapely.box(0, 0, 130, 100), shapely.box(130, 0, 400, 100)]
    return gpd.GeoDataFrame({"area_code": ["WK000101", "WK000102"]}, geometry=shapes, crs=CRS)


def living(*pairs: tuple[str, str | None]) -> pd.DataFrame:
    return pd.DataFrame(list(pairs), columns=["base_code", "wijk_code"]).astype("str")


def test_a_postcode_belongs_to_the_wijk_of_most_of_its_dwellings(wijken: gpd.GeoDataFrame) -> None:
    base = squares(["1001", "1002"], area_level="postcode")
    homes = living(("1001", "WK000102"), ("1001", "WK000102"), ("1001", "WK000101"), ("1002", "WK000101"))
    wijk = assign_wijk(base, homes, wijken)
    assert wijk["wijk_code"].to_dict() == {"1001": "WK000102", "1002": "WK000101"}
    assert wijk["wijk_share"].to_dict() == pytest.approx({"1001": 2 / 3, "1002": 1})


def test_without_dwellings_a_postcode_belongs_to_the_wijk_of_most_of_its_land(wijken: gpd.GeoDataFrame) -> None:
    base = squares(["1001", "1002"], area_level="postcode")
    wijk = assign_wijk(base, living(("1001", None)), wijken)
    # 1002 lies from 100 to 200 m: 30 m of it in the western wijk.
    assert wijk["wijk_code"].to_dict() == {"1001": "WK000101", "1002": "WK000102"}
    assert wijk["wijk_share"].to_dict() == pytest.approx({"1001": 1, "1002": 0.7})


def test_among_wijken_with_as_many_dwellings_the_lowest_code_counts(wijken: gpd.GeoDataFrame) -> None:
    base = squares(["1001"], area_level="postcode")
    homes = living(("1001", "WK000102"), ("1001", "WK000101"))
    assert assign_wijk(base, homes, wijken).loc["1001", "wijk_code"] == "WK000101"


def test_a_buurt_lies_in_the_wijk_of_its_code(wijken: gpd.GeoDataFrame) -> None:
    base = squares(["BU00010299"], area_level="buurt")
    wijk = assign_wijk(base, living(("BU00010299", "WK000101")), wijken)
    assert wijk.loc["BU00010299"].to_dict() == {"wijk_code": "WK000102", "wijk_share": 1.0}


# --- woonplaats ------------------------------------------------------------------------------------------------------


def test_woonplaats_comes_from_addresses_else_the_source_else_the_nearest_place() -> None:
    names = pd.Series(["Bron", "Bron", None], dtype="str")
    base = squares(["1001", "1002", "1003"], woonplaats_name=names)
    located = pd.DataFrame({
        "base_code": ["1001", "1001", "1001", "1002", None],
        "woonplaats_name": ["Zuid", "Noord", "Noord", None, "Elders"],
    }).astype("str")  # fmt: skip
    places = gpd.GeoDataFrame(
        {"osm_id": ["n2", "n1"], "place_name": ["Ver", "Dichtbij"]},
        geometry=[shapely.Point(0, 50), shapely.Point(240, 50)], crs=CRS,
    )  # fmt: skip
    named = assign_woonplaats(base, located, places)
    assert named["woonplaats_name"].to_dict() == {"1001": "Noord", "1002": "Bron", "1003": "Dichtbij"}
    assert named["woonplaats_source"].to_dict() == {"1001": "addresses", "1002": "source", "1003": "place_node"}


def test_woonplaats_is_unknown_where_nothing_names_one() -> None:
    base = squares(["1001"], woonplaats_name=pd.Series([None], dtype="str"))
    nowhere = pd.DataFrame({"base_code": [], "woonplaats_name": []}, dtype="str")
    places = gpd.GeoDataFrame({"osm_id": [], "place_name": []}, geometry=[], crs=CRS)
    named = assign_woonplaats(base, nowhere, places)
    assert named["woonplaats_name"].isna().all()
    assert named["woonplaats_source"].tolist() == ["unknown"]


# --- land and weakness -----------------------------------------------------------------------------------------------


def test_land_is_that_of_the_source_else_the_square_less_its_water_counted_once() -> None:
    base = squares(["1001", "1002"], side_m=1000, land_km2=[None, 0.9])
    lake = shapely.box(0, 0, 500, 500)
    water = gpd.GeoSeries([lake, shapely.box(250, 0, 500, 500), shapely.box(1000, 0, 2000, 1000)], crs=CRS)
    assert land_km2(base, water).tolist() == pytest.approx([0.75, 0.9])
    assert land_km2(base, gpd.GeoSeries([], crs=CRS)).tolist() == pytest.approx([1, 0.9])


@pytest.mark.parametrize(
    ("dwellings", "homes", "inhabitants", "weak"),
    [
        (80, 100, 200, False),  # 0.8 and 1.25 are still within bounds
        (125, 100, 200, False),
        (79, 100, 200, True),
        (126, 100, 200, True),
        (50, None, 200, True),  # homes unknown while people live there
        (50, None, None, True),  # nothing known
        (0, None, 0, False),  # nobody lives there: nothing can be wrong
        (0, 0, 0, False),
    ],
)
def test_an_area_is_weak_when_dwellings_and_homes_do_not_match(
    dwellings: int, homes: float | None, inhabitants: float | None, weak: bool
) -> None:
    known_homes = pd.Series([homes], dtype="float64")
    ratio = dwelling_ratio(pd.Series([dwellings]), known_homes)
    assert is_weak(ratio, known_homes, pd.Series([inhabitants], dtype="float64"), DWELLING_SETTINGS).tolist() == [weak]


# --- units -----------------------------------------------------------------------------------------------------------


def base_in(code: str, wijk: str, woonplaats: str | None, inhabitants: float | None) -> dict[str, Any]:
    return {
        "base_code": code, "base_name": f"naam {code}", "gemeente_code": "GM0001", "wijk_code": wijk,
        "wijk_name": f"wijk {wijk}", "woonplaats_name": woonplaats, "inhabitants_count": inhabitants,
    }  # fmt: skip


def unit_of(*rows: dict[str, Any], names: dict[str, str] | None = None) -> dict[str, tuple[str, str, str]]:
    """Return (code, name, kind) of the unit by base area."""
    made = assign_units(pd.DataFrame(rows), UNIT_SETTINGS, names or {})
    return {str(base): (row.unit_code, row.unit_name, row.unit_kind) for base, row in made.iterrows()}


def test_a_woonplaats_under_the_limit_is_one_dorp_across_wijken() -> None:
    made = unit_of(base_in("1001", "WK1", "'s-Dorp", 2500), base_in("1002", "WK2", "'s-Dorp", 2499))
    assert set(made.values()) == {("GM0001-s-dorp", "'s-Dorp", "dorp")}


def test_a_woonplaats_at_the_limit_goes_to_its_wijken() -> None:
    made = unit_of(base_in("1001", "WK1", "Stad", 2500), base_in("1002", "WK2", "Stad", 2500))
    assert made == {"1001": ("WK1", "wijk WK1", "wijk"), "1002": ("WK2", "wijk WK2", "wijk")}


def test_a_wijk_above_the_limit_is_reported_per_base_area() -> None:
    at_limit = unit_of(base_in("1001", "WK1", "Stad", 8000), base_in("1002", "WK1", "Stad", 7000))
    assert {kind for _, _, kind in at_limit.values()} == {"wijk"}
    above = unit_of(base_in("1001", "WK1", "Stad", 8000), base_in("1002", "WK1", "Stad", 7001))
    assert above["1001"] == ("1001", "naam 1001", "base_area")


def test_people_of_a_dorp_do_not_count_towards_the_size_of_its_wijk() -> None:
    town = [base_in("1001", "WK1", "Stad", 8000), base_in("1002", "WK1", "Stad", 6000)]
    made = unit_of(*town, base_in("1003", "WK1", "Dorp", 4000))
    assert [made[code][2] for code in ("1001", "1002", "1003")] == ["wijk", "wijk", "dorp"]


def test_dorpen_of_the_same_name_in_two_gemeenten_are_two_units() -> None:
    other = {**base_in("1002", "WK2", "Dorp", 100), "gemeente_code": "GM0002"}
    made = unit_of(base_in("1001", "WK1", "Dorp", 100), other)
    assert {code for code, _, _ in made.values()} == {"GM0001-dorp", "GM0002-dorp"}


def test_unknown_inhabitants_and_unknown_places_do_not_make_a_dorp_of_a_wijk() -> None:
    made = unit_of(base_in("1001", "WK1", None, 300), base_in("1002", "WK1", "Stad", 9000))
    assert {code for code, _, _ in made.values()} == {"WK1"}


def test_a_place_of_which_every_figure_is_secret_is_no_dorp() -> None:
    secret = unit_of(base_in("1001", "WK1", "Stad", None))
    assert secret["1001"][2] == "wijk"
    partly = unit_of(base_in("1001", "WK1", "Dorp", None), base_in("1002", "WK1", "Dorp", 900))
    assert {kind for _, _, kind in partly.values()} == {"dorp"}


def test_names_that_give_one_code_are_a_fault() -> None:
    with pytest.raises(SourceError, match="Oost Dorp, Oost-Dorp"):
        unit_of(base_in("1001", "WK1", "Oost-Dorp", 100), base_in("1002", "WK1", "Oost Dorp", 100))


def test_settings_put_base_areas_together_under_a_name() -> None:
    rows = [
        base_in("1001", "WK1", "Stad", 9000),
        base_in("1002", "WK2", "Dorp", 100),
        base_in("1003", "WK2", "Dorp", 9),
    ]
    made = unit_of(*rows, names={"1001": "De Kolk", "1002": "De Kolk"})
    assert made["1001"][:2] == made["1002"][:2] == ("GM0001-de-kolk", "De Kolk")
    assert made["1003"][0] == "GM0001-dorp"


# --- all together ----------------------------------------------------------------------------------------------------


def region_areas() -> gpd.GeoDataFrame:
    """Two wijken of GM0001 and one of GM0002 from west to east, each with one postcode area of a kilometre."""
    codes = {"WK000101": "postcode", "WK000102": "postcode", "WK000201": "postcode"}
    wijken = [
        {"area_code": code, "area_level": "wijk", "area_name": f"Wijk {code}", "gemeente_code": f"GM{code[2:6]}",
         "geometry": shapely.box(1000 * i, 0, 1000 * i + 1000, 1000)}
        for i, code in enumerate(codes)
    ]  # fmt: skip
    postcodes = [
        {"area_code": f"100{i}", "area_level": "postcode", "woonplaats_name": "Dorp" if i < 2 else "Elders",
         "geometry": one["geometry"]}
        for i, one in enumerate(wijken)
    ]  # fmt: skip
    return gpd.GeoDataFrame(table(AREAS, wijken + postcodes))


def describe(
    areas: gpd.GeoDataFrame,
    located: pd.DataFrame,
    homes: pd.DataFrame,
    known: dict[tuple[str, str], float | None],
) -> gpd.GeoDataFrame:
    """Return the base areas of gemeente GM0001, without place nodes or water."""
    places, water = gpd.GeoDataFrame({"osm_id": [], "place_name": []}, geometry=[], crs=CRS), gpd.GeoSeries([], crs=CRS)
    base = locate_base_areas(areas, located, homes, places, REGION)
    base = count_base_areas(base, located, homes, figures(known), DWELLING_SETTINGS)
    require_usable(base, REGION)
    return base.assign(base_name=name_base_areas(base, homes, areas, name_share=0.5), land_km2=land_km2(base, water))


def test_base_areas_and_units_keep_their_contracts_and_leave_the_neighbours_out() -> None:
    located = pd.DataFrame({
        "base_code": ["1000", "1000", "1002"], "woonplaats_name": ["Dorp", "Dorp", "Elders"],
        "wijk_code": ["WK000101", "WK000101", "WK000201"], "buurt_code": pd.Series([None] * 3, dtype="str"),
    }).astype("str")  # fmt: skip
    known = {("1000", "homes"): 2.0, ("1000", "inhabitants"): 5.0, ("1001", "homes"): None}
    base = describe(region_areas(), located, located.iloc[:2], known)
    assert base["base_code"].tolist() == ["1000", "1001"]
    assert base["dwelling_count"].tolist() == [2, 0]
    assert base["dwelling_ratio"].isna().tolist() == [False, True]
    assert base["is_weak"].tolist() == [False, True]
    named = assign_units(base, UNIT_SETTINGS, REGION.unit_names)
    base = gpd.GeoDataFrame(base.join(named["unit_code"], on="base_code"))
    check_table(BASE_AREAS, gpd.GeoDataFrame(base[list(BASE_AREAS.columns)]))
    made = dissolve_units(base, named, REGION.gemeenten)
    check_table(UNITS, gpd.GeoDataFrame(made[list(UNITS.columns)]))
    # One dorp of two square kilometres; homes are unknown as soon as they are in one part, and one weak part is enough.
    dorp = made.iloc[0]
    assert (len(made), dorp["unit_name"], dorp["gemeente_name"]) == (1, "Dorp", "Gemeente")
    assert (dorp["base_count"], dorp["dwelling_count"], dorp["land_km2"]) == (2, 2, 2)
    assert pd.isna(dorp["homes_count"])
    assert dorp["is_weak"]


def test_a_region_without_areas_or_dwellings_of_its_own_is_a_fault() -> None:
    nobody = pd.DataFrame({
        name: pd.Series(dtype="str") for name in ("base_code", "woonplaats_name", "wijk_code", "buurt_code")
    })  # fmt: skip
    with pytest.raises(SourceError, match="geen enkele woning"):
        describe(region_areas(), nobody, nobody, {})
    elsewhere = region_areas()[lambda areas: areas["area_code"].isin(["WK000201", "1002"])]
    with pytest.raises(SourceError, match="geen enkel gebied"):
        describe(gpd.GeoDataFrame(elsewhere), nobody, nobody, {})


@pytest.mark.parametrize(("homes", "name"), [(2.0, "Kolk (1000)"), (3.0, "Dorp (1000)"), (None, "Dorp (1000)")])
def test_a_postcode_is_named_after_the_buurt_of_half_of_its_homes_else_after_its_woonplaats(
    homes: float | None, name: str
) -> None:
    buurt = {"area_code": "BU00010101", "area_level": "buurt", "area_name": "Kolk", "gemeente_code": "GM0001",
             "geometry": shapely.box(0, 0, 500, 1000)}  # fmt: skip
    every = gpd.GeoDataFrame(pd.concat([region_areas(), table(AREAS, [buurt])], ignore_index=True), crs=CRS)
    living_there = pd.DataFrame({
        "base_code": ["1000"], "buurt_code": ["BU00010101"], "wijk_code": ["WK000101"], "woonplaats_name": ["Dorp"],
    }).astype("str")  # fmt: skip
    base = describe(every, living_there, living_there, {("1000", "homes"): homes})
    assert base["base_name"].tolist() == [name, "Dorp (1001)"]


def test_a_postcode_that_only_touches_a_wijk_or_lies_mostly_outside_belongs_to_none() -> None:
    base = squares(["1001", "1002"], area_level="postcode")
    sliver = gpd.GeoDataFrame({"area_code": ["WK000101"]}, geometry=[shapely.box(0, 0, 101, 100)], crs=CRS)
    wijk = assign_wijk(base, living(), sliver)
    # 1001 lies in it whole; of 1002, from 100 to 200 m, one metre does.
    assert wijk["wijk_code"].fillna("none").to_dict() == {"1001": "WK000101", "1002": "none"}


# --- What may be of the region ---------------------------------------------------------------------------------------


def test_areas_of_the_region_are_those_of_its_gemeenten_and_postcodes_that_touch_them() -> None:
    wijken = squares(["WK000100", "WK000200"], area_level="wijk", gemeente_code=["GM0001", "GM0002"])
    postcodes = squares(["1001", "1002", "1003", "1004"], area_level="postcode", gemeente_code=None)
    every = gpd.GeoDataFrame(pd.concat([wijken, postcodes], ignore_index=True), crs=CRS)
    assert areas_of_region(every, REGION)["area_code"].tolist() == ["WK000100", "1001", "1002"]
    of_buurten = REGION.model_copy(update={"base_level": "buurt"})
    assert areas_of_region(every, of_buurten)["area_code"].tolist() == ["WK000100"]
    with pytest.raises(SourceError, match="geen enkel gebied ligt in GM0009"):
        areas_of_region(every, REGION.model_copy(update={"gemeenten": {"GM0009": "Elders"}}))
