"""Local checks overrule sources: facilities that are there or not, and what is known to be complete or absent."""

from itertools import combinations

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
    checks: pd.DataFrame, units: pd.DataFrame, mapped: pd.DataFrame, *, file: str, as_of: str, same_place_m: float
) -> pd.DataFrame:
    """Return the checks with codes for the units and facilities that they name, as `contracts.LOCAL_CHECKS` has them.

    Parameters
    ----------
    checks
        As `sources.local_checks` reads them.
    units, mapped
        `contracts.UNITS` and `contracts.KNOWN_FACILITIES`.
    file
        Name of the file, for messages.
    as_of
        Day (year-month-day) before which an expired check no longer counts.
    same_place_m
        Nearer than this two facilities of one name are the same.

    Raises
    ------
    SourceError
        With one fault per unit that does not exist, per name that several facilities have, and per checks of which only
        one can count.
    """
    faults: list[str] = []
    frame = checks.copy()
    frame["unit_code"] = pd.Series([_unit_of(row, units, file, faults) for _, row in checks.iterrows()], dtype="str")
    found = [_facility_of(row, mapped, file, faults) for _, row in checks.iterrows()]
    raise_faults(SourceError, faults)
    frame["facility_id"] = pd.Series(found, dtype="str")
    names = mapped.set_index("facility_id")["facility_name"]
    own = frame["facility_name"].where(frame["check"] == "exists")
    as_mapped = frame["facility_id"].map(names).astype("str")
    frame["facility_name"] = own.fillna(as_mapped).fillna(frame["facility"]).astype("str")
    is_known = ~frame["check"].isin(_OF_FACILITY) | frame["facility_id"].notna()
    frame["is_applied"] = (frame["expires"] >= as_of) & is_known
    raise_faults(SourceError, _contradictions(frame[frame["is_applied"]], file, same_place_m))
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
    objects = of_category["osm_ids"].fillna("")
    by_object = pd.Series([wanted in ids.split() for ids in objects], of_category.index, dtype="bool")
    by_name = of_category["facility_name"].str.casefold() == wanted.casefold()
    found = of_category.loc[(of_category["facility_id"] == wanted) | by_object | by_name, "facility_id"].tolist()
    if len(found) > 1:
        faults.append(
            f"{file}, rij {row['check_id']}, kolom facility: '{wanted}' past op {len(found)} voorzieningen; "
            f"noem er één: {', '.join(found)}."
        )
    return found[0] if found else None


def _contradictions(applied: pd.DataFrame, file: str, same_place_m: float) -> list[str]:
    """Return one fault per checks of which only one can count."""
    found = [
        (rows, f"gaan over dezelfde voorziening ({facility})")
        for facility, rows in applied[applied["check"].isin(_OF_FACILITY)].groupby("facility_id")
        if len(rows) > 1
    ]
    on_completeness = applied[applied["check"].isin(("complete", "incomplete"))]
    found += [
        (rows, f"spreken elkaar tegen over {category} in {unit}")
        for (unit, category), rows in on_completeness.groupby(["unit_code", "category"])
        if len(set(rows["check"])) > 1
    ]
    exists = applied[applied["check"] == "exists"]
    found += [
        (exists.loc[[one, other]], f"gaan over dezelfde voorziening ({exists.loc[one, 'facility_name']})")
        for _, rows in exists.groupby(["category", exists["facility_name"].str.casefold()])
        for one, other in combinations(rows.index, 2)
        if np.hypot(*(rows.loc[one, axis] - rows.loc[other, axis] for axis in ("x_m", "y_m"))) <= same_place_m
    ]
    return [f"{file}, rij {' en '.join(rows['check_id'])}: {problem}; laat er één over." for rows, problem in found]


def apply_checks(mapped: gpd.GeoDataFrame, checks: pd.DataFrame, *, same_place_m: float) -> gpd.GeoDataFrame:
    """Return the facilities after the checks, as `contracts.FACILITIES` has them.

    One that is gone is left out; one that moved stands in its new place; one that exists is added, unless a source
    has one of its category within `same_place_m`, which then counts as confirmed. What a check says is there, is sure.
    """
    applied = checks[checks["is_applied"]]
    gone, moved, exists = (applied[applied["check"] == kind] for kind in ("gone", "moved", "exists"))
    kept = mapped[~mapped["facility_id"].isin(gone["facility_id"])]
    frame = _at_new_places(kept.assign(check_id=pd.Series(pd.NA, kept.index, "str")), moved)
    there = [stands_there(row, frame, same_place_m) for _, row in exists.iterrows()]
    confirming = {check: facility for check, facility in zip(exists["check_id"], there, strict=True) if facility}
    for check, facility in reversed(confirming.items()):
        frame.loc[frame["facility_id"] == facility, "check_id"] = check
    new = _as_facilities(exists[~exists["check_id"].isin(confirming)])
    both = gpd.GeoDataFrame(pd.concat([frame, new], ignore_index=True), geometry="geometry", crs=CRS)
    both["certainty"] = both["certainty"].where(both["check_id"].isna(), "confirmed")
    return both[list(FACILITIES.columns)]


def _at_new_places(facilities: gpd.GeoDataFrame, moved: pd.DataFrame) -> gpd.GeoDataFrame:
    """Return the facilities with those that moved in their new places, marked by the check that says so."""
    here = facilities["facility_id"].isin(moved["facility_id"]).to_numpy()
    to = moved.set_index("facility_id").loc[facilities.loc[here, "facility_id"]]
    shapes, check_ids = facilities.geometry.to_numpy().copy(), facilities["check_id"].copy()
    shapes[here] = shapely.points(to["x_m"].to_numpy(), to["y_m"].to_numpy())
    check_ids[here] = to["check_id"].to_numpy()
    return facilities.set_geometry(gpd.GeoSeries(shapes, facilities.index, crs=CRS)).assign(check_id=check_ids)


def stands_there(check: pd.Series, facilities: gpd.GeoDataFrame, same_place_m: float) -> str | None:
    """Return the id of the facility that a check *exists* is about; None if it is a new one.

    It is of the same category and within `same_place_m`, and has the same name or none at all. The nearest counts.
    """
    name = str(check["facility_name"]).casefold()
    of_category = facilities[facilities["category"] == check["category"]]
    near = of_category[of_category["facility_name"].fillna(name).str.casefold() == name]
    away = near.distance(shapely.Point(check["x_m"], check["y_m"]))
    return str(near.loc[away.idxmin(), "facility_id"]) if len(away) and away.min() <= same_place_m else None


def _as_facilities(exists: pd.DataFrame) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(
        {
            "facility_id": exists["category"] + "-check-" + exists["check_id"],
            "category": exists["category"],
            "facility_name": exists["facility_name"],
            **{
                name: pd.Series(pd.NA, exists.index, "str")
                for name in ("osm_ids", "service", "timetable_ids", "registers", "source_date")
            },
            "origin": pd.Series("check", exists.index, "str"),
            "certainty": pd.Series("confirmed", exists.index, "str"),
            "capacity": pd.Series(np.nan, exists.index, "float64"),
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

    *Complete* holds as far as `within_m` reaches; *doubtful* (a check that a category is incomplete) holds everywhere,
    and wins.
    """
    says = checks[checks["is_applied"] & checks["check"].isin(_OF_UNIT)]
    rows = says[["unit_code", "category"]].assign(
        completeness=says["check"].map({"incomplete": "doubtful"}).fillna("complete").astype("str"),
        within_m=says["within_m"].fillna(np.inf),
    )
    rows = rows.sort_values(["unit_code", "category", "completeness", "within_m"], ascending=[True, True, False, False])
    return rows.drop_duplicates(["unit_code", "category"], ignore_index=True)
