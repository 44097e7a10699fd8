"""Tables of the invented country, as the stages read them: dwellings, base areas, units and figures."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from pipeline.contracts import CLUSTERS
from pipeline.model.network import Ints

_PEOPLE_PER_HOME, _SHARE_65 = 2.1, 0.21
_ROUNDING = 5.0
_AGES = {"65_69": 0.27, "70_74": 0.25, "75_79": 0.2, "80_84": 0.14, "85_89": 0.09, "90_94": 0.04, "95_plus": 0.01}
"""Part of the people of 65 and over that is of an age."""

_LAND_KM2 = 2.5


@dataclass(frozen=True)
class CountryTables:
    """Dwellings without their geometry; every base area is a unit of its own; nothing is judged together."""

    dwellings: pd.DataFrame
    base_areas: pd.DataFrame
    units: pd.DataFrame
    figures: pd.DataFrame
    clusters: pd.DataFrame


def make_tables(area: Ints, seed: int = 1932) -> CountryTables:
    """Make the tables of addresses that lie in the areas numbered `area`."""
    count = np.bincount(area)
    codes = pd.Series([f"BU{number:08}" for number in range(len(count))], dtype="str")
    wijken = ("WK" + codes.str[2:8]).astype("str")
    of_area = pd.DataFrame({
        "cell_code": codes + "/" + codes + "/-/" + wijken, "base_code": codes, "unit_code": codes, "buurt_code": codes,
        "postcode_code": pd.Series([None] * len(codes), dtype="str"), "wijk_code": wijken,
        "gemeente_code": ("GM" + codes.str[2:6]).astype("str"),
    })  # fmt: skip
    dwellings = of_area.take(area).reset_index(drop=True)
    dwellings.insert(0, "dwelling_id", "n" + pd.Series(np.arange(len(area))).astype("str"))
    figures = _make_figures(codes, count, np.random.default_rng(seed))
    base = of_area[["base_code", "gemeente_code", "wijk_code", "unit_code"]].assign(
        inhabitants_count=figures.loc[figures["variable"] == "inhabitants", "value"].to_numpy(),
        homes_count=figures.loc[figures["variable"] == "homes", "value"].to_numpy(),
        dwelling_count=count,
    )
    units = pd.DataFrame({"unit_code": codes, "unit_name": codes, "land_km2": _LAND_KM2})
    return CountryTables(dwellings, base, units, figures, pd.DataFrame(columns=list(CLUSTERS.columns), dtype="str"))


def _make_figures(codes: pd.Series, count: Ints, rng: np.random.Generator) -> pd.DataFrame:
    """Return figures rounded to five as CBS rounds them, and a share of people with limited mobility."""
    people = count * rng.normal(_PEOPLE_PER_HOME, 0.2, len(count))
    elderly = people * rng.normal(_SHARE_65, 0.04, len(count)).clip(0.02)
    exact = {"homes": count * rng.normal(1, 0.05, len(count)), "inhabitants": people, "inhabitants_65_plus": elderly}
    exact |= {f"age_{age}": elderly * share * rng.normal(1, 0.1, len(count)) for age, share in _AGES.items()}
    pieces = [
        _piece(codes, name, np.round(values.clip(0) / _ROUNDING) * _ROUNDING, _ROUNDING / 2)
        for name, values in exact.items()
    ]
    share = np.round(rng.normal(0.25, 0.05, len(count)).clip(0.05, 0.6), 3)
    pieces.append(_piece(codes, "mobility_limited_share", share, 0.0005))
    return pd.concat(pieces, ignore_index=True).astype({"variable": "str"})


def _piece(codes: pd.Series, variable: str, value: np.ndarray[tuple[int], np.dtype[np.float64]], half: float
           ) -> pd.DataFrame:  # fmt: skip
    bounds = {"value": value, "low": (value - half).clip(0), "high": value + half}
    return pd.DataFrame({"area_code": codes, "variable": variable, **bounds})
