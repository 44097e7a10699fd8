"""Checks before publishing: what must hold of every result, whatever the region; and the figures of the run."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt
import pandas as pd

from pipeline.config.profiles import ON_FOOT
from pipeline.config.target_groups import ALL_INHABITANTS
from pipeline.contracts import ALL, CHECKS, DISTANCE_KINDS, DISTANCES, REACH_SHARES
from pipeline.model.tally import known_sum, people_per_dwelling

Tables = Mapping[str, pd.DataFrame]
"""Tables by the name of their contract."""

_TOLERANCE = 1e-6
_OFFENDERS_SHOWN = 5


@dataclass(frozen=True)
class _Outcome:
    """Rows that were looked at, which of them break the check, and the columns that name a row."""

    rows: pd.DataFrame
    breaks: npt.NDArray[np.bool_]
    key: Sequence[str]

    def detail(self) -> str:
        """Name up to five offenders."""
        offenders = self.rows.loc[self.breaks, list(self.key)].head(_OFFENDERS_SHOWN)
        return "; ".join(" ".join(map(str, row)) for row in offenders.itertuples(index=False))


def check_results(tables: Tables) -> pd.DataFrame:
    """Return one row per check, as `contracts.CHECKS` has it; nothing is raised here."""
    outcomes = {
        "placed_plus_not_placed_is_figure": _placed_is_figure(tables),
        "every_dwelling_has_access": _every_dwelling(tables, "dwelling_access"),
        "every_dwelling_has_distances": _every_dwelling(tables, "distances"),
        "every_unit_and_group_has_a_verdict": _every_verdict(tables),
        "distances_are_not_negative": _not_negative(tables["distances"]),
        "second_nearest_is_not_nearer": _second_not_nearer(tables["distances"]),
        "not_connected_has_no_distance": _not_connected(tables),
        "an_aid_brings_nothing_surely_nearer": _aid_not_surely_nearer(tables),
        "only_small_units_are_judged_together": _clusters_are_small(tables),
        "people_low_is_not_above_high": _people_in_order(_judged_demand(tables)),
        "share_low_is_not_above_high": _shares_in_order(tables["reach_shares"]),
        "a_longer_norm_leaves_fewer_beyond": _longer_norm(tables["reach_shares"]),
    }
    for name, frame in sorted(tables.items()):
        key = ALL[name].key
        outcomes[f"keys_are_unique_{name}"] = _Outcome(frame, frame.duplicated(list(key)).to_numpy(), key)
    rows = [
        {
            "check": name,
            "is_passed": not one.breaks.any(),
            "row_count": len(one.rows),
            "fault_count": int(one.breaks.sum()),
            "detail": one.detail(),
        }
        for name, one in outcomes.items()
    ]
    return pd.DataFrame(rows)[list(CHECKS.columns)].astype({"detail": "str"})


def _placed_is_figure(tables: Tables) -> _Outcome:
    """Of all inhabitants: those on dwellings and those not placed are together what CBS counts, per base area."""
    demand = tables["demand"]
    whole = demand[demand["target_group"] == ALL_INHABITANTS].groupby("base_code")["people"]
    placed = known_sum(whole)
    base = tables["base_areas"]
    is_same = np.isclose(
        base["base_code"].map(placed).astype("float64"), base["inhabitants_count"], atol=_TOLERANCE, equal_nan=True
    )
    return _Outcome(base, ~is_same, ["base_code"])


def _every_dwelling(tables: Tables, name: str) -> _Outcome:
    """Every dwelling stands in the table for each profile (and category), also one that is not connected."""
    dwellings, table = tables["dwellings"], tables[name]
    others = [column for column in ALL[name].key if column != "dwelling_id"]
    wanted = max(len(table[others].drop_duplicates()), 1)
    of_row, ids = pd.factorize(table["dwelling_id"])
    times = np.append(np.bincount(of_row, minlength=len(ids)), 0)  # the last is for dwellings that are not there
    breaks = times[pd.Index(ids).get_indexer(dwellings["dwelling_id"])] < wanted
    return _Outcome(dwellings, breaks, ["dwelling_id"])


def _judged_demand(tables: Tables) -> pd.DataFrame:
    """Return the people of all that gets a verdict: units and clusters of these."""
    return pd.concat([tables["unit_demand"], tables["cluster_demand"]], ignore_index=True)


def _every_verdict(tables: Tables) -> _Outcome:
    key = ["unit_code", "target_group"]
    demand = _judged_demand(tables)
    found = demand[key].merge(tables["verdicts"][key].drop_duplicates(), on=key, how="left", indicator=True)
    return _Outcome(demand, (found["_merge"] == "left_only").to_numpy(), key)


def _not_negative(distances: pd.DataFrame) -> _Outcome:
    is_negative = (distances[["nearest_m", "second_m"]] < 0).any(axis=1).to_numpy()
    return _Outcome(distances, is_negative, DISTANCES.key)


def _second_not_nearer(distances: pd.DataFrame) -> _Outcome:
    is_nearer = distances["second_m"] < distances["nearest_m"] - _TOLERANCE
    only_second = distances["nearest_m"].isna() & distances["second_m"].notna()
    return _Outcome(distances, (is_nearer | only_second).to_numpy(), DISTANCES.key)


def _not_connected(tables: Tables) -> _Outcome:
    access, distances = tables["dwelling_access"], tables["distances"]
    without = access.loc[~access["is_connected"], "dwelling_id"]
    breaks = distances["dwelling_id"].isin(without) & distances["nearest_m"].notna()
    return _Outcome(distances, breaks.to_numpy(), DISTANCES.key)


def _aid_not_surely_nearer(tables: Tables) -> _Outcome:
    """With an aid nobody surely walks less far than on foot, and the longest walk is no shorter than the shortest."""
    distances = tables["distances"]
    dwelling, names = pd.factorize(distances["dwelling_id"])
    same_walk = distances["category"].cat.codes.to_numpy() * np.int64(len(names)) + dwelling
    nearest, high = (distances[name].fillna(np.inf).to_numpy() for name in ("nearest_m", "nearest_high_m"))
    is_on_foot = (distances["profile"] == ON_FOOT).to_numpy()
    on_foot_m = np.zeros(len(names) * len(distances["category"].cat.categories))
    on_foot_m[same_walk[is_on_foot]] = nearest[is_on_foot]
    return _Outcome(distances, (high < on_foot_m[same_walk]) | (high < nearest), DISTANCES.key)


def _clusters_are_small(tables: Tables) -> _Outcome:
    """Only units that are too small for a group by themselves are judged together."""
    clusters, verdicts = tables["clusters"], tables["verdicts"]
    found = clusters.merge(verdicts, on=["unit_code", "target_group"], how="left")
    return _Outcome(found, (found["verdict"] != "too_small").to_numpy(), ["unit_code", "target_group"])


def _people_in_order(demand: pd.DataFrame) -> _Outcome:
    below = demand["people_low"] > demand["people"] + _TOLERANCE
    above = demand["people"] > demand["people_high"] + _TOLERANCE
    return _Outcome(demand, (below | above).to_numpy(), ["unit_code", "target_group"])


def _shares_in_order(shares: pd.DataFrame) -> _Outcome:
    return _Outcome(shares, (shares["share_low"] > shares["share_high"] + _TOLERANCE).to_numpy(), REACH_SHARES.key)


def _longer_norm(shares: pd.DataFrame) -> _Outcome:
    key = ["unit_code", "target_group", "category"]
    once = shares.drop_duplicates([*key, "distance_kind"])
    wide = once.pivot(index=key, columns="distance_kind", values=["share_low", "share_high"])
    breaks = np.zeros(len(wide), dtype=bool)
    for bound in ("share_low", "share_high"):
        for shorter, longer in pairwise(DISTANCE_KINDS):
            breaks |= (wide[bound, longer] > wide[bound, shorter] + _TOLERANCE).to_numpy()
    return _Outcome(wide.index.to_frame(index=False), breaks, key)


def mean_walk_m(tables: Tables) -> dict[str, float | None]:
    """Return the mean walking distance (m) per category over all inhabitants placed where one can be walked to."""
    demand = tables["demand"]
    per_dwelling = people_per_dwelling(demand[demand["target_group"] == ALL_INHABITANTS])
    distances = tables["distances"]
    on_foot = distances[distances["profile"] == ON_FOOT]
    rows = on_foot.merge(tables["dwellings"][["dwelling_id", "cell_code"]], on="dwelling_id")
    people = rows["cell_code"].map(per_dwelling).where(rows["nearest_m"].notna())
    total = people.groupby(rows["category"], observed=True).sum()
    summed = (people * rows["nearest_m"]).groupby(rows["category"], observed=True).sum()
    return {str(one): round(float(summed[one] / total[one]), 1) if total[one] > 0 else None for one in total.index}


def describe_run(tables: Tables, cbs_car_km: Mapping[str, float | None]) -> dict[str, object]:
    """Return the figures of the run: mean walking distance beside CBS's mean car-road distance, coverage, sizes."""
    demand = tables["demand"]
    everyone = demand[demand["target_group"] == ALL_INHABITANTS]
    known = everyone["people"].sum()
    placed = everyone.loc[everyone["is_placed"], "people"].sum()
    walk = mean_walk_m(tables)
    return {
        "distances": {
            category: {"mean_walk_m": walk[category], "cbs_car_km": cbs_car_km.get(category)} for category in walk
        },
        "people_placed_share": round(float(placed / known), 4) if known > 0 else None,
        "address_count": int(tables["base_areas"]["address_count"].sum()),
        "dwelling_count": len(tables["dwellings"]),
        "unit_count": len(tables["units"]),
        "unjoined_facility_count": len(tables["unjoined_facilities"]),
        "cluster_count": tables["clusters"]["cluster_code"].nunique(),
        "local_check_count": int(tables["local_checks"]["is_applied"].sum()),
    }
