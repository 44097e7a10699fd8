"""Demand: how many people of each target group live where, with the interval that rounding and rates leave.

Figures of different areas meet on the dwelling. A count of the base area is spread over its dwellings; shares and rates
are read from the finest area around the dwelling that has them. All dwellings with the same areas form a *cell*.
"""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from pipeline.config.target_groups import TargetGroup, Term
from pipeline.config.values import LEVELS
from pipeline.contracts import DEMAND, UNIT_DEMAND
from pipeline.model.tally import known_sum

Interval = pd.DataFrame
"""Columns value, low, high (worst case), rounding_low, rounding_high (rounding alone), weight_low, weight_high (what
does not cancel in a share: rounding and the margin of figures per area, not the range of national rates)."""

_KINDS = ("", "rounding_", "weight_")
_COLUMNS = ["value", *(f"{kind}{bound}" for kind in _KINDS for bound in ("low", "high"))]
_OF_CELL = {
    "people": ("value", "value"),
    "people_low": ("low", "value"),
    "people_high": ("high", "value"),
    "rounding_low": ("rounding_low", "value"),
    "rounding_high": ("rounding_high", "value"),
    "weight_low": ("weight_low", "low"),
    "weight_high": ("weight_high", "high"),
}
"""Columns of the table: of which people of the base area, and with which bound of the cell's part of them."""

_PER_1000 = 1000


def estimate_demand(
    dwellings: pd.DataFrame, base_areas: pd.DataFrame, figures: pd.DataFrame, groups: Mapping[str, TargetGroup]
) -> pd.DataFrame:
    """Return people per cell and target group, as `contracts.DEMAND` has them.

    People per dwelling = figure / max(CBS homes, dwellings found); what is left over is *not placed* and forms a cell
    of its own per base area. Unknown figures stay missing.

    Parameters
    ----------
    dwellings, base_areas, figures
        As their contracts have them.
    groups
        Target groups with their terms.
    """
    bounds = ("value", "low", "high")
    wide = {bound: figures.pivot(index="area_code", columns="variable", values=bound) for bound in bounds}
    cells = _cells(dwellings, base_areas, _homes(base_areas, wide))
    pieces = []
    for code, group in groups.items():
        people = _sum_terms([_term_people(cells, wide, term) for term in group.terms])
        piece = cells[["cell_code", "base_code", "unit_code", "is_placed", "dwelling_count"]].assign(target_group=code)
        for column, (name, bound) in _OF_CELL.items():
            part = cells[f"part_{bound}"]
            piece[column] = (people[name] * part).mask(part == 0, 0.0)
        pieces.append(piece)
    return pd.concat(pieces, ignore_index=True)[list(DEMAND.columns)]


def _homes(base_areas: pd.DataFrame, wide: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Return max(CBS homes, dwellings found) by base area: value, and low and high over the rounding of CBS homes."""
    base = base_areas.set_index("base_code")
    found = base["dwelling_count"].astype("float64")
    homes = {bound: base["homes_count"] for bound in ("value", "low", "high")}
    if "homes" in wide["value"].columns:
        homes |= {bound: wide[bound]["homes"].reindex(base.index) for bound in ("low", "high")}
    return pd.DataFrame({bound: one.fillna(found).clip(lower=found) for bound, one in homes.items()})


def _cells(dwellings: pd.DataFrame, base_areas: pd.DataFrame, homes: pd.DataFrame) -> pd.DataFrame:
    """Return cells of dwellings and, per base area, one of people not placed.

    `part_value` is the share of the base area's people that is in the cell; `part_low` and `part_high` its bounds.
    """
    codes = [f"{level}_code" for level in LEVELS]
    placed = dwellings.groupby("cell_code", as_index=False).agg(
        dict.fromkeys(["base_code", "unit_code", *codes], "first") | {"dwelling_id": "size"}
    )
    placed = placed.rename(columns={"dwelling_id": "dwelling_count"}).assign(is_placed=True)
    rest = base_areas[["base_code", "unit_code", "gemeente_code", "wijk_code"]].assign(
        cell_code=base_areas["base_code"] + "/not placed", dwelling_count=0, is_placed=False
    )
    is_buurt = rest["base_code"].str.startswith("BU")
    rest["buurt_code"] = rest["base_code"].where(is_buurt)
    rest["postcode_code"] = rest["base_code"].where(~is_buurt)
    found = base_areas["dwelling_count"].to_numpy(dtype="float64")
    for bound, opposite in (("value", "value"), ("low", "high"), ("high", "low")):
        placed[f"part_{bound}"] = placed["dwelling_count"] / placed["base_code"].map(homes[opposite])
        among = homes[bound].to_numpy(dtype="float64")
        rest[f"part_{bound}"] = 1 - np.divide(found, among, out=np.zeros(len(found)), where=among > 0)
    return pd.concat([placed, rest], ignore_index=True)


def _sum_terms(terms: Sequence[Interval]) -> Interval:
    total = terms[0]
    for one in terms[1:]:
        total = total + one
    return total


def _term_people(cells: pd.DataFrame, wide: Mapping[str, pd.DataFrame], term: Term) -> Interval:
    """Return count x share x rates for each cell, as if all people of its base area lived there."""
    counts = _of_base(cells, wide, term.count)
    people = counts
    if term.part:
        people = people * _look_up(cells, wide, term.part, term.of)
    if term.rate_figure:
        people = people * _look_up(cells, wide, [term.rate_figure.figure], [])
        people = _widened(people, term.rate_figure.low_factor, term.rate_figure.high_factor, ("", "weight_"))
    for rate in term.rates:
        people = _widened(people * rate.value, rate.low / rate.value, rate.high / rate.value, ("",))
    return _nobody_is_nobody(people, counts)


def _widened(people: Interval, low_factor: float, high_factor: float, kinds: Sequence[str]) -> Interval:
    """Return people with the bounds of the named kinds widened by factors."""
    low = {f"{kind}low": people[f"{kind}low"] * low_factor for kind in kinds}
    high = {f"{kind}high": people[f"{kind}high"] * high_factor for kind in kinds}
    return people.assign(**low, **high)


def _nobody_is_nobody(people: Interval, counts: Interval) -> Interval:
    """Return people with zero where the count is zero, also where the share is unknown: at most the count then."""
    nobody = counts["value"] == 0
    at_most = people.fillna({f"{kind}high": counts[f"{kind}high"] for kind in _KINDS})
    zero = at_most.assign(value=0.0, **{f"{kind}low": 0.0 for kind in _KINDS})
    return people.mask(nobody, zero)


def _interval(value: pd.Series, low: pd.Series, high: pd.Series) -> Interval:
    bounds = {f"{kind}{bound}": one for kind in _KINDS for bound, one in (("low", low), ("high", high))}
    return pd.DataFrame({"value": value, **bounds})


def _of_base(cells: pd.DataFrame, wide: Mapping[str, pd.DataFrame], variable: str) -> Interval:
    unknown = pd.Series(np.nan, index=cells.index)
    if variable not in wide["value"].columns:
        return _interval(unknown, unknown, unknown)
    value, low, high = (cells["base_code"].map(wide[bound][variable]) for bound in ("value", "low", "high"))
    return _interval(value, low, high)


def _look_up(cells: pd.DataFrame, wide: Mapping[str, pd.DataFrame], part: Sequence[str], of: Sequence[str]) -> Interval:
    """Return sum(part) / sum(of), or part itself where `of` is empty, from the finest area that knows it.

    Where none does (an address without postcode, people not placed), the mean of the base area's other dwellings
    stands in, with their lowest low and highest high.
    """
    shares = _shares(wide, part, of)
    found = pd.DataFrame(np.nan, index=cells.index, columns=list(shares.columns))
    for level in LEVELS:
        there = shares.reindex(cells[f"{level}_code"]).set_axis(cells.index)
        found = found.where(found["value"].notna(), there)
    return found.where(found["value"].notna(), _base_mean(cells, found))


def _base_mean(cells: pd.DataFrame, shares: Interval) -> Interval:
    """Return for each cell the mean share of its base area's dwellings of which it is known, low and high at worst."""
    base, count = cells["base_code"], cells["dwelling_count"].where(shares["value"].notna(), 0)
    total = count.groupby(base).transform("sum")
    mean = shares.fillna(0).mul(count, axis=0).groupby(base).transform("sum").div(total.where(total > 0), axis=0)
    placed = shares.where(count > 0).groupby(base)
    worst = {f"{kind}low": placed[f"{kind}low"].transform("min") for kind in ("", "weight_")}
    worst |= {f"{kind}high": placed[f"{kind}high"].transform("max") for kind in ("", "weight_")}
    return mean.assign(**worst)


def _shares(wide: Mapping[str, pd.DataFrame], part: Sequence[str], of: Sequence[str]) -> Interval:
    """Return the share per area; low puts the part at its lowest and the rest at its highest, high the other way."""
    if not {*part, *of} <= set(wide["value"].columns):
        return pd.DataFrame(columns=_COLUMNS, dtype="float64")
    total = {bound: frame[list(part)].sum(axis=1, skipna=False) for bound, frame in wide.items()}
    if not of:
        return _interval(total["value"], total["low"], total["high"])
    others = [one for one in of if one not in part]
    rest = {bound: frame[others].sum(axis=1, skipna=False) for bound, frame in wide.items()}
    value = total["value"] / (total["value"] + rest["value"])
    low = (total["low"] / (total["low"] + rest["high"])).where(value.notna())
    high = (total["high"] / (total["high"] + rest["low"])).where(value.notna())
    return _interval(value, low, high)


def is_estimate(group: TargetGroup) -> bool:
    """Say whether a group rests on more than a count: a share of another year or area, a rate, a model."""
    return any(term.part or term.rate_figure or term.rates for term in group.terms)


def summarise_demand(
    demand: pd.DataFrame, units: pd.DataFrame, groups: Mapping[str, TargetGroup], base_areas: pd.DataFrame
) -> pd.DataFrame:
    """Return people per unit and target group, as `contracts.UNIT_DEMAND` has them.

    Low and high are worst-case sums. The interval to show adds the rounding of base areas as the root of summed
    squares (their rounding errors are independent) and the range of rates linearly (it is the same everywhere).

    Parameters
    ----------
    demand, units, base_areas
        As their contracts have them.
    groups
        Target groups.
    """
    keys = ["unit_code", "target_group"]
    names = ["people", "people_low", "people_high", "rounding_low", "rounding_high"]
    per_base = known_sum(demand.groupby([*keys, "base_code"])[names])
    per_unit = known_sum(per_base.groupby(level=keys))
    squares = pd.DataFrame({
        "low": (per_base["people"] - per_base["rounding_low"]) ** 2,
        "high": (per_base["rounding_high"] - per_base["people"]) ** 2,
    })  # fmt: skip
    rounding = np.sqrt(known_sum(squares.groupby(level=keys)))
    frame = per_unit[["people", "people_low", "people_high"]].copy()
    below = rounding["low"] + per_unit["rounding_low"] - per_unit["people_low"]
    above = rounding["high"] + per_unit["people_high"] - per_unit["rounding_high"]
    frame["shown_low"] = (frame["people"] - below).clip(lower=frame["people_low"])
    frame["shown_high"] = (frame["people"] + above).clip(upper=frame["people_high"])
    unplaced = known_sum(demand[~demand["is_placed"]].groupby(keys)["people"])
    frame["not_placed_people"] = unplaced.reindex(frame.index).clip(lower=0)
    frame = frame.reset_index()
    land = frame["unit_code"].map(units.set_index("unit_code")["land_km2"])
    frame["people_per_km2"] = frame["people"] / land.where(land > 0)
    total = frame["unit_code"].map(known_sum(base_areas.groupby("unit_code")["inhabitants_count"]))
    frame["people_per_1000"] = frame["people"] / total.where(total > 0) * _PER_1000
    frame["is_estimate"] = frame["target_group"].map({code: is_estimate(group) for code, group in groups.items()})
    return frame[list(UNIT_DEMAND.columns)]
