"""Local checks overrule sources: facilities that are there or not, and what is known to be complete or absent."""

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from pipeline.contracts import CRS, FACILITIES, LOCAL_CHECKS
from pipeline.errors import SourceError, raise_faults
from pipeline.model.network import Floats

_OF_FACILITY = ("gone", "moved")
_OF_UNIT = ("none_within", "complete", "incomplete")


def resolve_checks(
    checks: pd.DataFrame, units: pd.DataFrame, mapped: pd.DataFrame, *, file: str, as_of: str
) -> pd.DataFrame:
    """Return the checks with codes for the units and facilities that they name, as `contracts.LOCAL_CHECKS` has them.

    Parameters
    ----------
    checks
        As `sources.local_checks` reads them.
    units, mapped
        `contracts.UNITS` and `contracts.MAPPED_FACILITIES`.
    file
        Name of the file, for messages.
    as_of
        Day (year-month-day) before which an expired check no longer counts.

    Raises
    ------
    SourceError
        With one fault per unit that does not exist and per name that several facilities have.
    """
    faults: list[str] = []
    frame = checks.copy()
    frame["unit_code"] = pd.Series([_unit_of(row, units, file, faults) for _, row in checks.iterrows()], dtype="str")
    found = [_facility_of(row, mapped, file, faults) for _, row in checks.iterrows()]
    raise_faults(SourceError, faults)
    frame["facility_id"] = pd.Series(found, dtype="str")
    names = mapped.set_index("facility_id")["facility_name"]
    own = frame["facility_name"].where(frame["check"] == "exists")
    frame["facility_name"] = own.fillna(frame["facility_id"].map(names)).fillna(frame["facility"]).astype("str")
    is_known = ~frame["check"].isin(_OF_FACILITY) | frame["facility_id"].notna()
    frame["is_applied"] = (frame["expires"] >= as_of) & is_known
    texts = ["check", "category", "role", "date", "source", "expires"]
    return frame[list(LOCAL_CHECKS.columns)].astype(dict.fromkeys(texts, "str") | {"is_applied": "bool"})


def _unit_of(row: pd.Series, units: pd.DataFrame, file: str, faults: list[str]) -> str | None:
    if row["check"] not in _OF_UNIT:
        return None
    wanted = str(row["unit"]).casefold()
    fits = (units["unit_name"].str.casefold() == wanted) | (units["unit_code"].str.casefold() == wanted)
    codes = units.loc[fits, "unit_code"].tolist()
    if len(codes) != 1:
        problem = "is geen gebied van deze regio" if not codes else "past op meer dan één gebied"
        faults.append(f"{file}, rij {row['check_id']}, kolom unit: '{row['unit']}' {problem}; geef een naam of code.")
    return codes[0] if codes else None


def _facility_of(row: pd.Series, mapped: pd.DataFrame, file: str, faults: list[str]) -> str | None:
    """Return the facility that the check names by id, by OSM object or by name; None if the source has none."""
    if row["check"] not in _OF_FACILITY:
        return None
    wanted, of_category = str(row["facility"]), mapped[mapped["category"] == row["category"]]
    by_object = of_category["osm_ids"].str.split().map(lambda ids: wanted in ids)
    by_name = of_category["facility_name"].str.casefold() == wanted.casefold()
    found = of_category.loc[(of_category["facility_id"] == wanted) | by_object | by_name, "facility_id"].tolist()
    if len(found) > 1:
        faults.append(
            f"{file}, rij {row['check_id']}, kolom facility: '{wanted}' past op {len(found)} voorzieningen; "
            f"noem er één: {', '.join(found)}."
        )
    return found[0] if found else None


def apply_checks(mapped: gpd.GeoDataFrame, checks: pd.DataFrame, *, same_place_m: float) -> gpd.GeoDataFrame:
    """Return the facilities after the checks, as `contracts.FACILITIES` has them.

    One that is gone is left out; one that moved stands in its new place; one that exists is added, unless the source
    has one of its category within `same_place_m`, which then counts as confirmed.
    """
    applied = checks[checks["is_applied"]]
    gone = applied.loc[applied["check"] == "gone", "facility_id"]
    frame = mapped[~mapped["facility_id"].isin(gone)].assign(check_id=pd.Series(pd.NA, mapped.index, "str"))
    moved = applied[applied["check"] == "moved"].set_index("facility_id")
    here = frame["facility_id"].isin(moved.index).to_numpy()
    to = moved.loc[frame.loc[here, "facility_id"]]
    shapes = frame.geometry.to_numpy().copy()
    shapes[here] = shapely.points(to["x_m"].to_numpy(), to["y_m"].to_numpy())
    frame = frame.set_geometry(gpd.GeoSeries(shapes, index=frame.index, crs=CRS))
    frame.loc[here, "check_id"] = to["check_id"].to_numpy()
    exists = applied[applied["check"] == "exists"]
    confirmed = dict(zip(_already_there(exists, frame, same_place_m), exists["check_id"], strict=True))
    known = frame["facility_id"].isin([one for one in confirmed if one is not None])
    frame.loc[known, "check_id"] = frame.loc[known, "facility_id"].map(confirmed)
    new = exists[~exists["check_id"].isin([check for one, check in confirmed.items() if one is not None])]
    return gpd.GeoDataFrame(pd.concat([frame, _as_facilities(new)], ignore_index=True), geometry="geometry", crs=CRS)[
        list(FACILITIES.columns)
    ]


def _already_there(exists: pd.DataFrame, facilities: gpd.GeoDataFrame, same_place_m: float) -> list[str | None]:
    """Return per check the facility of its category that stands there; None, or its row if there is none."""
    found: list[str | None] = []
    for _, row in exists.iterrows():
        near = facilities[facilities["category"] == row["category"]]
        away = near.distance(shapely.Point(row["x_m"], row["y_m"]))
        is_there = len(away) > 0 and away.min() <= same_place_m
        found.append(str(near.loc[away.idxmin(), "facility_id"]) if is_there else None)
    return found


def _as_facilities(exists: pd.DataFrame) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(
        {
            "facility_id": exists["category"] + "-check-" + exists["check_id"],
            "category": exists["category"],
            "facility_name": exists["facility_name"],
            "osm_ids": pd.Series(pd.NA, exists.index, "str"),
            "check_id": exists["check_id"],
            "geometry": gpd.points_from_xy(exists["x_m"], exists["y_m"]),
        },
        geometry="geometry",
        crs=CRS,
    )


def proved_m(checks: pd.DataFrame, category: str, unit_codes: pd.Series) -> Floats:
    """Return per dwelling the walk (m) within which a check says that there is no facility but those known; else 0.

    Parameters
    ----------
    checks
        `contracts.LOCAL_CHECKS`.
    unit_codes
        The unit of each dwelling.
    """
    says = checks[checks["is_applied"] & (checks["check"] == "none_within") & (checks["category"] == category)]
    farthest = says.groupby("unit_code")["within_m"].max()
    return np.asarray(unit_codes.map(farthest).fillna(0.0), dtype=np.float64)


def completeness_by_unit(checks: pd.DataFrame) -> pd.DataFrame:
    """Return what checks say of completeness: unit_code, category, completeness, within_m.

    *Complete* holds as far as `within_m` reaches (infinite for a check that a category is complete); *doubtful* (a
    check that it is not) holds everywhere, and wins.
    """
    says = checks[checks["is_applied"] & checks["check"].isin(_OF_UNIT)]
    rows = says[["unit_code", "category"]].assign(
        completeness=says["check"].map({"incomplete": "doubtful"}).fillna("complete").astype("str"),
        within_m=says["within_m"].fillna(np.inf),
    )
    rows = rows.sort_values(["unit_code", "category", "completeness", "within_m"], ascending=[True, True, False, False])
    return rows.drop_duplicates(["unit_code", "category"], ignore_index=True)
