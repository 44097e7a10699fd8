"""What the sources cover of the region: from the tables of the last run, or else from the files themselves."""

import json
from dataclasses import dataclass

import geopandas as gpd
import pandas as pd
import shapely
from shapely.geometry.base import BaseGeometry

from pipeline import contracts
from pipeline.commands.preflight.findings import Findings
from pipeline.commands.wording import names
from pipeline.config.params import LimitSettings, NetworkSettings, PreflightSettings
from pipeline.config.region import RegionSettings
from pipeline.config.sources import AreaSettings
from pipeline.config.target_groups import ALL_INHABITANTS, TargetGroupSettings
from pipeline.contracts import CRS
from pipeline.errors import TableError
from pipeline.model.tally import people_per_dwelling
from pipeline.publish.dutch_numbers import norm_distance, number, share
from pipeline.sources.areas import read_areas
from pipeline.tables import RegionFiles

METRICS = "metrics.json"
"""The figures of the last run, in the folder of its tables."""


@dataclass(frozen=True, eq=False)
class Tables:
    """What the last run of a region found, as far as coverage rests on it."""

    base_areas: gpd.GeoDataFrame
    units: gpd.GeoDataFrame
    dwellings: gpd.GeoDataFrame
    demand: pd.DataFrame
    people_placed_share: float | None
    unjoined_facility_count: int


def check_extract(
    extract: shapely.Polygon,
    region_outline: BaseGeometry,
    network: NetworkSettings,
    groups: TargetGroupSettings,
    found: Findings,
) -> None:
    """Look whether the extract leaves the buffer around the region that the longest norm asks; all in EPSG:28992."""
    needed_m = network.buffer_m(groups.longest_norm_m)
    outside = region_outline.difference(extract).area / region_outline.area
    around_m = 0.0 if outside else region_outline.distance(extract.exterior)
    if around_m >= needed_m:
        found.facts.append(("Uittreksel", f"reikt ten minste {norm_distance(needed_m)} buiten de regio"))
        return
    text = f"reikt maar {norm_distance(around_m // 10 * 10)} buiten de regio"
    if outside:
        text = f"beslaat {share(1 - outside)} van de regio"
    found.facts.append(("Uittreksel", f"{text}; nodig is {norm_distance(needed_m)} eromheen"))
    found.remarks.append(
        f"het uittreksel van OpenStreetMap {text}; daarbuiten kan iets dichterbij liggen, en dan blijft een oordeel "
        f"onbepaald. Neem een uittreksel van {_box_in_degrees(region_outline, needed_m)}."
    )


def _box_in_degrees(outline: BaseGeometry, around_m: float) -> str:
    """Write the box around `outline` as osmium's ``--bbox`` wants it: west, south, east, north."""
    west, south, east, north = (
        gpd.GeoSeries([shapely.box(*outline.bounds).buffer(around_m)], crs=CRS).to_crs("EPSG:4326").total_bounds
    )
    return f"ten minste {west:.3f},{south:.3f},{east:.3f},{north:.3f} (osmium extract --bbox)"


def outline_of_files(
    files: RegionFiles, areas: AreaSettings, region: RegionSettings, limits: LimitSettings
) -> BaseGeometry | None:
    """Return the wijken of the region from the files that the user brought; None where these hold none of them.

    Raises
    ------
    SourceError
        If the file with wijken has faults.
    """
    wijken = read_areas([layer for layer in areas.layers if layer.level == "wijk"], files.incoming, limits)
    own = wijken[wijken["gemeente_code"].isin(list(region.gemeenten))]
    return None if own.empty else own.union_all()


def read_tables(files: RegionFiles) -> Tables:
    """Read the tables of the last run.

    Raises
    ------
    TableError
        If one is missing, damaged or of another version.
    """
    metrics = files.processed(METRICS)
    try:
        known = json.loads(metrics.read_text(encoding="utf-8"))
        placed_share, unjoined_count = known["people_placed_share"], known["unjoined_facility_count"]
    except (OSError, ValueError, KeyError, TypeError):
        raise TableError(f"{metrics.as_posix()}: niet leesbaar; draai `dvc repro`.") from None
    return Tables(
        files.read(contracts.BASE_AREAS),
        files.read(contracts.UNITS),
        files.read(contracts.DWELLINGS),
        files.read(contracts.DEMAND),
        placed_share,
        unjoined_count,
    )


def check_tables(tables: Tables, settings: PreflightSettings, found: Findings) -> None:
    """Say what the last run could not place, join or trust."""
    placed = tables.people_placed_share
    found.facts.append(("Inwoners", f"{share(placed)} op een woning geplaatst"))
    if placed is not None and placed < settings.placed_share:
        few = f"{share(placed, settings.placed_share)} van de inwoners is op een woning geplaatst"
        found.remarks.append(
            f"{few}, minder dan {share(settings.placed_share)}; wie niet geplaatst is, telt als mogelijk buiten "
            "bereik. Zijn de adressen in OpenStreetMap volledig?"
        )
    weak = sorted(tables.units.loc[tables.units["is_weak"], "unit_name"])
    if weak:
        found.remarks.append(
            f"het aantal gevonden woningen past niet bij CBS in {names(weak)}; oordelen daar staan onder voorbehoud."
        )
    found.facts.append(("Voorzieningen", f"{number(tables.unjoined_facility_count)} zonder weg in de buurt"))


def check_edge(
    tables: Tables,
    extract: shapely.Polygon,
    groups: TargetGroupSettings,
    share_beyond: float,
    found: Findings,
) -> None:
    """Say how many people live nearer to the edge of the extract than the longest norm, and where most of them do."""
    norm_m = max(norm.norm_m for norms in groups.norms.values() for norm in norms.values())
    near = _people_by_edge(tables, extract, norm_m)
    everyone = float(near.sum().sum())
    if not everyone or not near["near"].any():
        return
    of_all = share(near["near"].sum() / everyone)
    found.facts.append(
        ("Rand", f"{of_all} van de inwoners woont er dichterbij dan de langste norm ({norm_distance(norm_m)})")
    )
    shares = near["near"] / near.sum(axis="columns")
    names_of = tables.units.set_index("unit_code")["unit_name"]
    units = [str(names_of[code]) for code in shares[shares > share_beyond].sort_values(ascending=False).index]
    if units:
        found.remarks.append(
            f"de meeste mensen wonen dichter bij de rand van het uittreksel dan {norm_distance(norm_m)} in "
            f"{names(units)}; daar kan een oordeel onbepaald blijven."
        )


def _people_by_edge(tables: Tables, extract: shapely.Polygon, norm_m: float) -> pd.DataFrame:
    """Return the people on dwellings per unit: within `norm_m` of the edge (or beyond it), and farther."""
    inner = extract.buffer(-norm_m)
    shapely.prepare(inner)
    per_dwelling = people_per_dwelling(tables.demand[tables.demand["target_group"] == ALL_INHABITANTS])
    people = tables.dwellings["cell_code"].map(per_dwelling).fillna(0)
    is_far = shapely.intersects(inner, tables.dwellings.geometry.to_numpy())
    by_unit = tables.dwellings["unit_code"]
    return pd.DataFrame(
        {
            "near": people.where(~is_far, 0).groupby(by_unit).sum(),
            "far": people.where(is_far, 0).groupby(by_unit).sum(),
        }
    )
