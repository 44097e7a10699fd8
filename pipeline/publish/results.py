"""Everything that publication reads: settings, tables, provenance and metrics of one region."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import geopandas as gpd
import pandas as pd

from pipeline.config.facilities import Category
from pipeline.config.params import MapSettings, WitteVlekSettings
from pipeline.config.profiles import Profiles
from pipeline.config.region import RegionSettings
from pipeline.config.target_groups import Norm, TargetGroupSettings
from pipeline.contracts import FIGURE_COMPARISON
from pipeline.publish.comparison import Comparison

DEFAULT_GROUP = "age_75_plus"
"""The target group that the pages open with, where it exists."""


@dataclass(frozen=True, eq=False)
class Results:
    """What one run of a region found, read-only; the tables are those of `pipeline.contracts`.

    Attributes
    ----------
    unit_demand
        Of units and of clusters; as in all tables of results the code of a cluster stands in the place of a unit's.
    provenance
        A record per file from outside: ``file, what, holder, licence, reference_date, sha256`` and, for the sample
        region, ``generator_version``.
    metrics
        ``distances`` (per category ``mean_walk_m`` and ``cbs_car_km``, either may be None), ``reference`` (a list of
        ``year, what, holder``), ``figures_matched_share`` (per file), ``people_placed_share``,
        ``address_count``, ``dwelling_count``, ``unit_count``, ``unjoined_facility_count``, ``cluster_count``,
        ``local_check_count``.
    since_baseline
        What changed since the baseline that the settings name; None where they name none.
    """

    region_code: str
    region: RegionSettings
    categories: Mapping[str, Category]
    target_groups: TargetGroupSettings
    profiles: Profiles
    witte_vlekken: WitteVlekSettings
    map: MapSettings
    units: gpd.GeoDataFrame
    base_areas: gpd.GeoDataFrame
    known_facilities: gpd.GeoDataFrame
    conflation: pd.DataFrame
    facilities: gpd.GeoDataFrame
    background: gpd.GeoDataFrame
    local_checks: pd.DataFrame
    check_findings: pd.DataFrame
    unit_paths: pd.DataFrame
    clusters: pd.DataFrame
    unit_demand: pd.DataFrame
    reach_distances: pd.DataFrame
    reach_shares: pd.DataFrame
    category_verdicts: pd.DataFrame
    verdicts: pd.DataFrame
    completeness: pd.DataFrame
    completeness_measures: pd.DataFrame
    checks: pd.DataFrame
    provenance: Sequence[Mapping[str, Any]]
    metrics: Mapping[str, Any]
    since_baseline: Comparison | None = None
    figure_comparison: pd.DataFrame = field(default_factory=FIGURE_COMPARISON.empty)

    @property
    def default_group(self) -> str:
        """The target group to open with: people of 75 and over, else the first."""
        groups = self.target_groups.groups
        return DEFAULT_GROUP if DEFAULT_GROUP in groups else next(iter(groups))

    def norms_of(self, group_code: str) -> Mapping[str, Norm]:
        """Return the norms of a target group per category."""
        return self.target_groups.norms_of(group_code)
