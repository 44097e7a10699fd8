"""A village from points to verdicts: what the stages do from the network on, for one unit in which all is one cell."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import pandas as pd
import shapely

from pipeline.config.profiles import ON_FOOT
from pipeline.config.target_groups import TargetGroup, TargetGroupSettings
from pipeline.contracts import CLUSTER_DEMAND, CLUSTERS, FACILITIES, LOCAL_CHECKS
from pipeline.model import demand as demand_model
from pipeline.model import reach as reach_model
from pipeline.model import walks as walk_model
from pipeline.model import witte_vlekken as verdict_model
from pipeline.model.local_checks import completeness_by_unit, proved_m
from pipeline.model.network import Network, join_points
from pipeline.model.profiles import Passable
from pipeline.model.walk_lengths import LengthSummary
from tests.model.builders import (
    ALL_COMPLETE,
    CATEGORIES,
    CONNECT_MAX_M,
    NORMS,
    WITTE_VLEKKEN,
    XY,
    base_area,
    base_areas,
    dwelling_rows,
    dwellings,
    figures,
    group_settings,
    table,
    units,
)


@dataclass(frozen=True)
class Village:
    """What the stages from the network to the verdicts leave of one unit U1 in which everyone lives in one cell."""

    tables: dict[str, pd.DataFrame]

    @property
    def verdict(self) -> Any:
        """The only row of verdicts."""
        return self.tables["verdicts"].iloc[0]

    def category(self, code: str) -> Any:
        """Return the verdict of one category."""
        judged = self.tables["category_verdicts"].set_index("category")
        return judged.loc[code]


def build_village(
    network: Network,
    homes: Sequence[XY],
    facilities: Mapping[str, Sequence[XY]],
    *,
    people: float = 1000.0,
    cbs_homes: float | None = None,
    completeness: Mapping[str, str] = ALL_COMPLETE,
    groups: Mapping[str, TargetGroup] | None = None,
    with_aid: Mapping[str, Passable] | None = None,
    checks: Iterable[Mapping[str, Any]] = (),
) -> Village:
    """Take homes and facilities through network, demand, reach and verdicts as the stages do.

    Every category of `facilities` counts; one without any facility is an empty list. `with_aid` is the network by
    profile besides on foot; `checks` are rows of local checks that hold.
    """
    categories = {code: CATEGORIES[code] for code in facilities}
    norms = {"usual": {code: norm for code, norm in NORMS["usual"].items() if code in facilities}}
    settings = group_settings(groups, norms)
    living = dwellings(dwelling_rows(len(homes), base="BU00010000", buurt="BU00010000", wijk="WK000100", at=homes))
    count = float(len(homes)) if cbs_homes is None else cbs_homes
    base = base_areas(
        base_area("BU00010000", inhabitants_count=people, homes_count=count, dwelling_count=len(homes)),
    )
    in_units = units("U1", dwelling_count=len(homes))
    demand = demand_model.estimate_demand(
        living, base, figures({("BU00010000", "inhabitants"): people}), settings.groups
    )
    unit_demand = demand_model.summarise_demand(demand, in_units, settings.groups, base)
    found = table(FACILITIES, [
        {"facility_id": f"{category}-{number}", "category": category, "geometry": shapely.Point(place)}
        for category, places in facilities.items()
        for number, place in enumerate(places)
    ])  # fmt: skip
    local_checks = table(
        LOCAL_CHECKS, [{"check_id": str(n), "is_applied": True, **one} for n, one in enumerate(checks)]
    )
    walked = walk_and_weigh(network, with_aid or {}, living, demand, found, local_checks, settings, list(categories))
    judged = verdict_model.judge_categories(
        walked["reach_distances"], walked["reach_shares"], settings.groups, categories, completeness,
        completeness_by_unit(local_checks), share_beyond=0.5,
    )  # fmt: skip
    verdicts = verdict_model.flag(
        judged, walked["reach_shares"], unit_demand, [], settings.groups, categories, WITTE_VLEKKEN
    )
    return Village({
        "base_areas": base, "units": in_units, "dwellings": living, "demand": demand, "unit_demand": unit_demand,
        "clusters": CLUSTERS.empty(), "cluster_demand": CLUSTER_DEMAND.empty(), "local_checks": local_checks, **walked,
        "category_verdicts": judged, "verdicts": verdicts,
    })  # fmt: skip


def walk_and_weigh(
    network: Network,
    with_aid: Mapping[str, Passable],
    living: gpd.GeoDataFrame,
    demand: pd.DataFrame,
    found: gpd.GeoDataFrame,
    local_checks: pd.DataFrame,
    settings: TargetGroupSettings,
    categories: Sequence[str],
) -> dict[str, pd.DataFrame]:
    """Walk to facilities and weigh the walks by people, as the stages compute_reach and summarise_reach do."""
    homes, places = living.geometry.to_numpy(), found.geometry.to_numpy()
    by_profile = walk_model.search_profiles(
        {ON_FOOT: Passable.everywhere(network), **with_aid}, homes, places,
        walk_model.chosen_by_category(found, categories), connect_max_m=CONNECT_MAX_M,
    )  # fmt: skip
    access = {profile: one for profile, (one, _) in by_profile.items()}
    walks = [one for _, several in by_profile.values() for one in several]
    ids, joined = living["dwelling_id"], join_points(network, places, connect_max_m=CONNECT_MAX_M)
    unjoined = walk_model.unjoined_facilities(found, joined)
    limits = reach_model.limits_of(settings)
    to_try, lengths = reach_model.distances_to_try(limits), LengthSummary(living, demand, CLUSTERS.empty(), settings)
    beyond = []
    for one in walks:
        outside_m = reach_model.outside_m(
            access[one.profile], proved_m(local_checks, one.category, living["unit_code"])
        )
        unknown = reach_model.Unknown(outside_m, reach_model.crow_m(homes, unjoined, one.category))
        lengths.add(one, access[one.profile], outside_m)
        if (one.category, one.profile) in to_try:
            distances_m = to_try[one.category, one.profile]
            beyond.append(reach_model.beyond_by_cell(lengths.homes, one, access[one.profile], unknown, distances_m))
    return {
        "dwelling_access": walk_model.access_table(ids, access),
        "unjoined_facilities": unjoined,
        "distances": walk_model.distances_table(ids, found["facility_id"], walks),
        "reach_distances": lengths.table(pd.Index(found["facility_id"])),
        "reach_shares": reach_model.summarise_shares(demand, pd.concat(beyond, ignore_index=True), limits),
    }
