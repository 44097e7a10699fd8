"""Small networks, tables and settings for the tests of the model; every length is in metres."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from pipeline.config.facilities import Category
from pipeline.config.params import WitteVlekSettings
from pipeline.config.profiles import ON_FOOT, Profile
from pipeline.config.target_groups import Norm, TargetGroup, TargetGroupSettings
from pipeline.contracts import (
    BASE_AREAS,
    CRS,
    DWELLINGS,
    FIGURES,
    UNITS,
    Column,
    Contract,
)
from pipeline.model.distances import NearestTwo, nearest_two
from pipeline.model.network import Floats, Joined, Network, join_points
from pipeline.model.profiles import Passable, without
from pipeline.model.reach import Unknown
from pipeline.model.walks import Access, Walks

CONFIG = Path(__file__).parents[2] / "config"
CONNECT_MAX_M = 150.0
XY = tuple[float, float]

_DTYPES = {"whole": "int64", "flag": "bool", "code": "str", "choice": "category", "text": "str"}
_NEUTRAL: dict[str, Any] = {
    "code": "-", "choice": "-", "text": "", "count": 0.0, "whole": 0, "share": 1.0, "metres": 0.0, "number": 1.0,
    "flag": False, "point": shapely.Point(0, 0), "polygon": shapely.box(0, 0, 100, 100),
}  # fmt: skip


# --- Tables ----------------------------------------------------------------------------------------------------------


def table(contract: Contract, rows: Iterable[Mapping[str, Any]]) -> Any:
    """Make a table with the columns and kinds of its contract; what a row leaves out is missing, else neutral."""
    full = [{name: row.get(name, _neutral(one)) for name, one in contract.columns.items()} for row in rows]
    dtypes = {
        name: _DTYPES.get(one.kind, "float64") for name, one in contract.columns.items() if one.kind not in _SHAPES
    }
    frame = pd.DataFrame(full, columns=list(contract.columns)).astype(dtypes)
    made = gpd.GeoDataFrame(frame, geometry="geometry", crs=CRS) if contract.geometry else frame
    assert not made.duplicated(list(contract.key)).any(), f"{contract.name}: rows with the same key"
    return made


_SHAPES = ("point", "polygon")


def _neutral(column: Column) -> Any:
    if column.missing is not None:
        return None
    return column.one_of[0] if column.one_of else _NEUTRAL[column.kind]


def figures(values: Mapping[tuple[str, str], float | tuple[float, float, float] | None]) -> pd.DataFrame:
    """Make figures by (area, variable): an exact value, (value, low, high), or None for unknown."""
    rows = []
    for (area, variable), one in values.items():
        value, low, high = one if isinstance(one, tuple) else (one, one, one)
        rows.append({"area_code": area, "variable": variable, "value": value, "low": low, "high": high})
    return pd.DataFrame(table(FIGURES, rows))


def dwelling_rows(
    count: int,
    *,
    base: str,
    unit: str = "U1",
    buurt: str | None = None,
    postcode: str | None = None,
    wijk: str | None = None,
    gemeente: str = "GM0001",
    at: Sequence[XY] = (),
) -> list[dict[str, Any]]:
    """Make `count` dwellings of one cell, at the points of `at` or all on one spot."""
    cell = "/".join([base, buurt or "-", postcode or "-", wijk or "-"])
    return [
        {
            "dwelling_id": f"{cell}#{number}", "cell_code": cell, "base_code": base, "unit_code": unit,
            "buurt_code": buurt, "postcode_code": postcode, "wijk_code": wijk, "gemeente_code": gemeente,
            "geometry": shapely.Point(at[number] if at else (0.0, 0.0)),
        }
        for number in range(count)
    ]  # fmt: skip


def dwellings(*groups: list[dict[str, Any]]) -> gpd.GeoDataFrame:
    """Make the table of dwellings from the rows of `dwelling_rows`."""
    return gpd.GeoDataFrame(table(DWELLINGS, [row for rows in groups for row in rows]))


def base_area(code: str, **values: Any) -> dict[str, Any]:
    """Make the row of a base area of gemeente GM0001 and unit U1."""
    return {"base_code": code, "gemeente_code": "GM0001", "wijk_code": "WK000100", "unit_code": "U1", **values}


def base_areas(*rows: Mapping[str, Any]) -> gpd.GeoDataFrame:
    """Make the table of base areas."""
    return gpd.GeoDataFrame(table(BASE_AREAS, rows))


def units(*codes: str, **values: Any) -> gpd.GeoDataFrame:
    """Make the table of units, all with the same `values`."""
    return gpd.GeoDataFrame(table(UNITS, [{"unit_code": code, **values} for code in codes]))


def squares(codes: Iterable[str], *, side_m: float = 100.0, **columns: Any) -> gpd.GeoDataFrame:
    """Make area_code and squares from west to east, with further columns (one value, or one per square)."""
    names = list(codes)
    shapes = [shapely.box(i * side_m, 0, (i + 1) * side_m, side_m) for i in range(len(names))]
    return gpd.GeoDataFrame({"area_code": names, **columns}, geometry=shapes, crs=CRS)


# --- Networks --------------------------------------------------------------------------------------------------------


def network_of(nodes: Sequence[XY], edges: Sequence[tuple[int, int]], exits: Iterable[int] = ()) -> Network:
    """Make a network of straight edges between numbered nodes."""
    x, y = np.array(nodes, dtype=float).T
    start, end = np.array(edges, dtype=np.int64).reshape(-1, 2).T
    is_exit = np.isin(np.arange(len(nodes)), list(exits))
    return Network(x, y, is_exit, start, end, np.hypot(x[start] - x[end], y[start] - y[end]))


def grid(columns: int, rows: int, *, exits: Iterable[int] = ()) -> Network:
    """Make a grid of streets every 100 m; the node in a column and row has number row * columns + column."""
    nodes = [(100.0 * column, 100.0 * row) for row in range(rows) for column in range(columns)]
    east = [(i, i + 1) for i in range(len(nodes)) if (i + 1) % columns]
    north = [(i, i + columns) for i in range(len(nodes) - columns)]
    return network_of(nodes, east + north, exits)


def points(places: Iterable[XY]) -> npt.NDArray[np.object_]:
    """Make an array of points."""
    return np.array([shapely.Point(place) for place in places], dtype=object)


def join(network: Network, *places: XY) -> Joined:
    """Join points to the network as settings do by default."""
    return join_points(network, points(places), connect_max_m=CONNECT_MAX_M)


def nearest(network: Network, facilities: Sequence[XY], homes: Sequence[XY]) -> NearestTwo:
    """Join facilities and homes to the network and return the nearest two of each home."""
    shops = join(network, *facilities)
    return nearest_two(network, shops, [shops.is_connected], join(network, *homes))[0]


# --- Settings --------------------------------------------------------------------------------------------------------

WEIGHTS = {"supermarket": 52.0, "stop": 52.0, "meeting_place": 12.0, "gp": 12.0, "hospital": None}
CATEGORIES = {
    code: Category(
        label=code, plural=code, match=[{"amenity": code}], is_essential=weight is not None,
        weight_visits_per_year=weight,
    )
    for code, weight in WEIGHTS.items()
}  # fmt: skip
NORMS = {
    "usual": {
        "supermarket": Norm(comfort_m=500, norm_m=800, uiterst_m=1500),
        "stop": Norm(comfort_m=350, norm_m=500, uiterst_m=800),
        "meeting_place": Norm(comfort_m=500, norm_m=800, uiterst_m=1500),
        "gp": Norm(comfort_m=800, norm_m=1500, uiterst_m=3000),
    }
}
WITTE_VLEKKEN = WitteVlekSettings(share_beyond=0.5, min_beyond=2, anchor_categories=["supermarket", "meeting_place"])
ALL_COMPLETE: Mapping[str, str] = dict.fromkeys(CATEGORIES, "complete")
FIXED = {
    "method": "fixed", "reference_norms": "usual", "reference_m_per_s": 1.25, "step_m": 10, "source": "test",
    "speeds": [{"age": 70, "men": 1.1, "women": 0.9}, {"age": 90, "men": 0.6, "women": 0.4}],
}  # fmt: skip


def group(*terms: Mapping[str, Any], min_count: int = 25, **changed: Any) -> TargetGroup:
    """Make a target group of these terms; without any, all inhabitants. `changed` are further settings."""
    return TargetGroup.model_validate({
        "label": "test", "terms": list(terms) or [{"count": "inhabitants"}], "profile": "on_foot", "norms": "usual",
        "min_count": min_count, **changed,
    })  # fmt: skip


def group_settings(
    groups: Mapping[str, TargetGroup] | None = None,
    norms: Mapping[str, Mapping[str, Norm]] | None = None,
    **actieradius: Any,
) -> TargetGroupSettings:
    """Make the settings of target groups; without any, all inhabitants. The actieradius is fixed unless changed."""
    return TargetGroupSettings.model_validate({
        "norms": norms or NORMS, "actieradius": {**FIXED, **actieradius}, "groups": groups or GROUPS,
    })  # fmt: skip


DEMAND_OF_PROFILE = {"what": "test", "source": "test", "otherwise": "passable"}


def profile(*ways: Mapping[str, Any], nodes: Sequence[Mapping[str, Any]] = (), **changed: Any) -> Profile:
    """Make a profile of these demands; what fits none can be passed."""
    demands = {"ways": [{**DEMAND_OF_PROFILE, **one} for one in ways]}
    demands |= {"nodes": [{**DEMAND_OF_PROFILE, **one} for one in nodes]}
    return Profile.model_validate({"label": "test", **demands, **changed})


def rate(value: float, low: float, high: float) -> dict[str, Any]:
    """Make the settings of a rate."""
    bounds = {"value": value, "low": low, "high": high}
    return {**bounds, "what": "test", "source": "test", "year": "2020", "population_base": "all"}


def rate_figure(figure: str, low_factor: float = 1.0, high_factor: float = 1.0) -> dict[str, Any]:
    """Make the settings of a figure that is itself a share, by default without a margin."""
    margin = {"low_factor": low_factor, "high_factor": high_factor}
    return {"figure": figure, **margin, "what": "test", "source": "test", "population_base": "home"}


GROUPS = {"all_inhabitants": group()}


# --- Walks -----------------------------------------------------------------------------------------------------------

NOTHING_UNJOINED = gpd.GeoDataFrame(
    {"facility_id": pd.Series(dtype="str"), "category": pd.Series(dtype="str")}, geometry=gpd.GeoSeries([], crs=CRS)
)


def metres(values: Iterable[float | None]) -> Floats:
    """Make an array of distances, infinite where there is none."""
    return np.array([np.inf if one is None else one for one in values], dtype=np.float64)


def walks_of_lengths(
    nearest_m: Sequence[float | None],
    *,
    high_m: Sequence[float | None] | None = None,
    category: str = "supermarket",
    profile: str = ON_FOOT,
) -> Walks:
    """Make walks to the only facility of a category, of these lengths; `high_m` if nothing unknown can be passed."""
    near, none = metres(nearest_m), np.full(len(nearest_m), -1)
    nearest = np.where(np.isfinite(near), 0, -1)
    high = near if high_m is None else metres(high_m)
    return Walks(category, profile, near, high, np.full(len(near), np.inf), nearest, none)


def access_of_homes(count: int, *, exit_m: float | None = None, not_connected: int = 0) -> Access:
    """Make the access of homes, the last `not_connected` of which are not joined to the network."""
    is_connected = np.arange(count) < count - not_connected
    return Access(is_connected, np.where(is_connected, metres([exit_m]), np.inf))


def nothing_unknown(count: int, access: Access | None = None) -> Unknown:
    """Make what is unknown of homes: what may be beyond the exits of `access`, and no facility that does not join."""
    far = metres([None] * count)
    return Unknown(far if access is None else access.exit_m, far)


def passable(network: Network, at_best: Collection[int] = (), at_worst: Collection[int] = ()) -> Passable:
    """Return what is left of a network without some of its edges, by number, at best and at worst."""
    gone = [np.isin(np.arange(len(network.start)), list(edges)) for edges in (at_best, at_worst)]
    best, worst = (without(network, one, np.zeros(len(network.x_m), dtype=bool)) for one in gone)
    return Passable(best, worst, ~gone[0], ~gone[1])
