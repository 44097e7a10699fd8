"""Conflation: which rows of registers are facilities that are known already, and which are new.

A row and a facility can only be one within a category. They are *surely* one when their names are alike and they lie
within the distance for the category; *probably* when they stand in one place and their names are half alike, or one of
them has none. Each is paired once: sure pairs first, as many as there can be, the likeliest together.
"""

import unicodedata
from collections.abc import Collection

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from rapidfuzz import fuzz
from scipy.optimize import linear_sum_assignment

from pipeline.config.registers import ConflationSettings
from pipeline.contracts import CONFLATION, CRS, KNOWN_FACILITIES
from pipeline.model.crs import require_rd

_DECIMALS = 4
_METRES = 2
_SURE, _PROBABLE = "confirmed", "probable"


def from_map(mapped: gpd.GeoDataFrame, source_date: str) -> gpd.GeoDataFrame:
    """Return the facilities of the map (`contracts.MAPPED_FACILITIES`) as `contracts.KNOWN_FACILITIES` has them."""
    return mapped.assign(
        origin=pd.Series(np.where(mapped["osm_ids"].isna(), "timetable", "osm"), mapped.index, "str"),
        registers=pd.Series(pd.NA, mapped.index, "str"),
        certainty=pd.Series("single", mapped.index, "str"),
        source_date=pd.Series(source_date, mapped.index, "str"),
        capacity=np.nan,
    )[list(KNOWN_FACILITIES.columns)]


def conflate(
    known: gpd.GeoDataFrame,
    rows: gpd.GeoDataFrame,
    dates: dict[str, str],
    extract: shapely.Geometry,
    settings: ConflationSettings,
) -> tuple[gpd.GeoDataFrame, pd.DataFrame]:
    """Bring the rows of registers together with the facilities that are known.

    Parameters
    ----------
    known
        `contracts.KNOWN_FACILITIES`, of the map alone.
    rows
        Of all registers: register, row, row_id, name, word, category, postcode, place_source, place_match, place_found,
        capacity, and where they are (a missing point: not known).
    dates
        Day (year-month-day) of which each register tells.
    extract
        What the map covers: a row outside it cannot be walked to and is none of the facilities.
    settings
        Distances and likenesses.

    Returns
    -------
    The facilities, and what became of every row (`contracts.CONFLATION`). Registers come one after the other, in the
    order of `dates`; the rows of one are never taken for each other.
    """
    require_rd(known.geometry, rows.geometry)
    told = [_without_facility(rows, extract)]
    for register, date in dates.items():
        here = rows[(rows["register"] == register) & rows["category"].notna() & rows.intersects(extract)]
        pairs = match_rows(here, known, settings)
        known, part = _take_in(here, known, pairs, date)
        told.append(part)
    frame = pd.concat(told, ignore_index=True)
    kinds = {name: kind for name, kind in CONFLATION.empty().dtypes.items() if name in frame}
    return known, frame.astype(kinds)[list(CONFLATION.columns)]


def _without_facility(rows: gpd.GeoDataFrame, extract: shapely.Geometry) -> pd.DataFrame:
    """Tell of the rows that become no facility: left out by the settings, without a place, or outside the map."""
    has_address = rows["postcode"].notna() & rows["house_number"].notna()
    is_placed = rows.geometry.notna()
    what = np.select([rows["category"].isna(), ~is_placed, ~rows.intersects(extract)],
                     ["not_ours", "no_place", "outside"], "")  # fmt: skip
    why = np.select([what == "not_ours", what == "outside", has_address],
                    ["left_out", "outside_extract", "unknown_address"], "no_address")  # fmt: skip
    told = _told(rows).assign(what=what, why=why, distance_m=np.nan, name_similarity=np.nan)
    return pd.DataFrame(told[what != ""]).reindex(columns=list(CONFLATION.columns))


def _told(rows: gpd.GeoDataFrame) -> pd.DataFrame:
    columns = ["register", "row", "name", "word", "category", "place_source", "place_match", "place_found"]
    return pd.DataFrame(rows[columns]).rename(columns={"name": "register_name"})


def likeness(one: str | None, other: str | None, generic: Collection[str]) -> float:
    """Return how alike two names are (0-1) without the words that only say of which kind; NaN where no other is left.

    Examples
    --------
    >>> likeness("Dorpshuis De Gouw", "de gouw", {"dorpshuis", "de"}), likeness("Dorpshuis", "De Gouw", {"dorpshuis"})
    (1.0, nan)
    """
    words = [_telling(name, generic) for name in (one, other)]
    if not all(words):
        return float("nan")
    return round(fuzz.token_set_ratio(*words) / 100, _DECIMALS)


def _telling(name: str | None, generic: Collection[str]) -> str:
    if name is None or pd.isna(name):
        return ""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().casefold()
    words = "".join(one if one.isalnum() else " " for one in plain).split()
    return " ".join(word for word in words if word not in generic)


def match_rows(rows: gpd.GeoDataFrame, known: gpd.GeoDataFrame, settings: ConflationSettings) -> pd.DataFrame:
    """Return per row of one register that comes near a known facility of its category the one that it is, or was not.

    Returns
    -------
    row_id, facility_id, distance_m, similarity, what (merged, left_apart), why, certainty.
    """
    pairs = _pairs(rows, known, settings)
    is_alike, is_half = pairs["similarity"] >= settings.alike, pairs["similarity"] >= settings.perhaps_alike
    is_in_place = pairs["distance_m"] <= np.minimum(settings.near_m, pairs["limit_m"])
    is_within = pairs["distance_m"] <= pairs["limit_m"]
    pairs["is_sure"] = is_alike & is_within
    pairs["is_probable"] = (is_half | pairs["similarity"].isna()) & is_in_place
    pairs["why"] = np.select([is_alike, is_half, pairs["similarity"].isna()],
                             ["same_name", "nearly_same_name", "no_name"], "other_name")  # fmt: skip
    sure = _best(pairs[pairs["is_sure"]], settings)
    left = pairs[~pairs["row_id"].isin(sure["row_id"]) & ~pairs["facility_id"].isin(sure["facility_id"])]
    probable = _best(left[left["is_probable"]], settings)
    merged = pd.concat([sure.assign(certainty=_SURE), probable.assign(certainty=_PROBABLE)])
    apart = pairs[~pairs["row_id"].isin(merged["row_id"]) & (is_within | is_alike)]
    taken = (apart["is_sure"] | apart["is_probable"]) & apart["facility_id"].isin(merged["facility_id"])
    reason = np.select([taken, apart["distance_m"] > apart["limit_m"]], ["taken", "too_far"],
                       apart["why"].replace({"nearly_same_name": "other_name"}))  # fmt: skip
    apart = apart.assign(why=reason, certainty="").sort_values(
        ["similarity", "distance_m", "facility_id"], ascending=[False, True, True]
    )
    both = [merged.assign(what="merged"), apart.drop_duplicates("row_id").assign(what="left_apart")]
    return pd.concat(both, ignore_index=True).drop(columns=["is_sure", "is_probable", "limit_m"])


def _pairs(rows: gpd.GeoDataFrame, known: gpd.GeoDataFrame, settings: ConflationSettings) -> pd.DataFrame:
    """Return every row with every known facility of its category that lies near enough to look at."""
    generic = frozenset(settings.generic_words)
    ones, others = rows.sort_values("row_id"), known.sort_values("facility_id")
    points, places = ones.geometry.to_numpy(), others.geometry.to_numpy()
    one, other = shapely.STRtree(places).query(points, predicate="dwithin", distance=settings.look_within_m)
    same = ones["category"].to_numpy()[one] == others["category"].to_numpy()[other]
    one, other = one[same], other[same]
    names, known_names = ones["name"].to_numpy()[one], others["facility_name"].to_numpy()[other]
    return pd.DataFrame({
        "row_id": ones["row_id"].to_numpy()[one],
        "facility_id": others["facility_id"].to_numpy()[other],
        "other_name": known_names,
        "distance_m": np.round(shapely.distance(points[one], places[other]), _METRES),
        "limit_m": [settings.limit_m(str(category)) for category in ones["category"].to_numpy()[one]],
        "similarity": [likeness(*pair, generic) for pair in zip(names, known_names, strict=True)],
    }).astype({"row_id": "str", "facility_id": "str", "other_name": "str", "distance_m": "float64",
               "limit_m": "float64", "similarity": "float64"})  # fmt: skip


def _best(pairs: pd.DataFrame, settings: ConflationSettings) -> pd.DataFrame:
    """Return as many of the pairs as can be without a row or facility twice, and of these the likeliest together."""
    if pairs.empty:
        return pairs
    row, rows = pd.factorize(pairs["row_id"], sort=True)
    facility, facilities = pd.factorize(pairs["facility_id"], sort=True)
    unlike = 1 - pairs["similarity"].fillna(settings.perhaps_alike) + pairs["distance_m"] / pairs["limit_m"]
    forbidden = float(unlike.sum()) + 1
    cost = np.full((len(rows), len(facilities)), forbidden)
    cost[row, facility] = unlike
    chosen = linear_sum_assignment(cost)
    is_chosen = np.zeros(cost.shape, dtype=bool)
    is_chosen[chosen] = True
    return pairs[is_chosen[row, facility]]


def _take_in(
    rows: gpd.GeoDataFrame, known: gpd.GeoDataFrame, pairs: pd.DataFrame, date: str
) -> tuple[gpd.GeoDataFrame, pd.DataFrame]:
    """Return the facilities with the rows of one register taken in, and what became of the rows."""
    found = pairs.set_index("row_id").reindex(rows["row_id"]).set_axis(rows.index)
    is_merged = found["what"] == "merged"
    added = _as_facilities(rows[~is_merged], date)
    ids = found["facility_id"].where(is_merged).fillna(pd.Series(added["facility_id"]))
    told = _told(rows).assign(
        what=found["what"].fillna("added"),
        why=found["why"].fillna("none_near"),
        facility_id=ids,
        other_id=found["facility_id"],
        other_name=found["other_name"],
        distance_m=found["distance_m"],
        name_similarity=found["similarity"],
    )
    merged = rows[is_merged].assign(facility_id=ids, certainty=found["certainty"])
    both = pd.concat([_merged(known, merged, date), added], ignore_index=True)
    return gpd.GeoDataFrame(both, geometry="geometry", crs=CRS), told


def _merged(known: gpd.GeoDataFrame, rows: pd.DataFrame, date: str) -> gpd.GeoDataFrame:
    """Return the known facilities, those of `rows` with what the register adds to them; they stay where they are."""
    new = rows.set_index("facility_id").reindex(known["facility_id"]).set_axis(known.index)
    here = known["facility_id"].isin(rows["facility_id"])
    listed = known["registers"].where(known["registers"].isna(), known["registers"] + "; ").fillna("") + _named(new)
    was_sure = known["certainty"] == _SURE
    return known.assign(
        facility_name=known["facility_name"].fillna(new["name"]),
        origin=known["origin"].where(~here | (known["origin"] == "register"), "both"),
        registers=known["registers"].where(~here, listed),
        certainty=known["certainty"].where(~here | was_sure, new["certainty"]),
        source_date=known["source_date"].where(~here | (known["source_date"] > date), date),
        capacity=known["capacity"].fillna(new["capacity"]),
    )


def _named(rows: pd.DataFrame) -> pd.Series:
    """Name the row of the register that each is; missing where there is none."""
    numbers = rows["row"].map("{:.0f}".format, na_action="ignore").astype("str")
    return rows["register"].astype("str") + ", rij " + numbers


def _as_facilities(rows: gpd.GeoDataFrame, date: str) -> gpd.GeoDataFrame:
    """Return rows as facilities that no other source has."""
    is_rough, none = rows["place_match"] == "postcode", pd.Series(pd.NA, rows.index, "str")
    return gpd.GeoDataFrame(
        {
            "facility_id": rows["category"] + "-register-" + rows["row_id"],
            "category": rows["category"],
            "facility_name": rows["name"],
            "osm_ids": none,
            "service": none,
            "timetable_ids": none,
            "origin": pd.Series("register", rows.index, "str"),
            "registers": _named(rows),
            "certainty": is_rough.map({True: "place_uncertain", False: "single"}).astype("str"),
            "source_date": pd.Series(date, rows.index, "str"),
            "capacity": rows["capacity"],
            "geometry": rows.geometry,
        },
        geometry="geometry",
        crs=CRS,
    )
