"""Units, what results are reported on: "the wijk, or for small villages the dorp"."""

import re
import unicodedata
from collections.abc import Mapping

import geopandas as gpd
import pandas as pd

from pipeline.config.params import UnitSettings
from pipeline.contracts import CRS
from pipeline.errors import SourceError, raise_faults
from pipeline.model.tally import known_sum


def assign_units(base: pd.DataFrame, settings: UnitSettings, overrides: Mapping[str, str]) -> pd.DataFrame:
    """Return unit_code, unit_name and unit_kind by base area code.

    Parameters
    ----------
    base
        base_code, base_name, gemeente_code, wijk_code, wijk_name, woonplaats_name, inhabitants_count (where a part is
        secret the known rest tells the size of a place; where all is, it is no dorp).
    settings
        Limits in inhabitants.
    overrides
        Unit name by base area code, of the region's settings; base areas with the same name form one unit.
    """
    inhabitants = base["inhabitants_count"].fillna(0)
    place = [base["gemeente_code"], base["woonplaats_name"]]
    in_place = inhabitants.groupby(place).transform("sum")
    is_known = base["inhabitants_count"].notna().groupby(place).transform("any")
    is_dorp = base["woonplaats_name"].notna() & is_known & (in_place < settings.dorp_max_inhabitants)
    in_wijk = inhabitants.where(~is_dorp, 0).groupby(base["wijk_code"]).transform("sum")
    is_split = ~is_dorp & (in_wijk > settings.unit_max_inhabitants)
    units = pd.DataFrame({"unit_code": base["wijk_code"], "unit_name": base["wijk_name"], "unit_kind": "wijk"})
    units.loc[is_split, ["unit_code", "unit_name"]] = base.loc[is_split, ["base_code", "base_name"]].to_numpy()
    units.loc[is_split, "unit_kind"] = "base_area"
    units.loc[is_dorp, "unit_name"] = base.loc[is_dorp, "woonplaats_name"]
    units.loc[is_dorp, "unit_kind"] = "dorp"
    named = base["base_code"].map(dict(overrides))
    units.loc[named.notna(), "unit_name"] = named[named.notna()]
    own_code = is_dorp | named.notna()
    slugs = units.loc[own_code, "unit_name"].map(_slug)
    units.loc[own_code, "unit_code"] = base.loc[own_code, "gemeente_code"] + "-" + slugs
    _require_distinct(units)
    return units.set_index(pd.Index(base["base_code"]))


def _require_distinct(units: pd.DataFrame) -> None:
    """Raise SourceError if units of different names would share a code."""
    names = units.groupby("unit_code")["unit_name"].agg(lambda names: sorted(set(names)))
    clashing = [", ".join(found) for found in names if len(found) > 1]
    raise_faults(
        SourceError,
        [
            f"de namen {found} geven dezelfde code; kies in region.unit_names namen die meer verschillen."
            for found in clashing
        ],
    )


def _slug(name: str) -> str:
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")


def dissolve_units(base: gpd.GeoDataFrame, units: pd.DataFrame, gemeenten: Mapping[str, str]) -> gpd.GeoDataFrame:
    """Return one row per unit, as `contracts.UNITS` has it, from base areas that carry unit_code.

    CBS homes are missing as soon as they are unknown in one of its base areas.
    """
    shape = base[["unit_code", "geometry"]].dissolve("unit_code")
    grouped = base.groupby("unit_code")
    frame = gpd.GeoDataFrame(
        {
            "gemeente_code": grouped["gemeente_code"].first(),
            "base_count": grouped.size(),
            "dwelling_count": grouped["dwelling_count"].sum(),
            "homes_count": known_sum(grouped["homes_count"]),
            "is_weak": grouped["is_weak"].any(),
            "land_km2": grouped["land_km2"].sum(),
            "geometry": shape.geometry,
        },
        geometry="geometry",
        crs=CRS,
    )
    described = units.drop_duplicates("unit_code").set_index("unit_code")
    frame = frame.join(described, validate="one_to_one").reset_index()
    return frame.assign(gemeente_name=frame["gemeente_code"].map(dict(gemeenten)))
