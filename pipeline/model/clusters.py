"""Clusters: neighbouring units that are too small for a target group each, judged together."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from scipy.cluster.hierarchy import fcluster, linkage
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import dijkstra
from scipy.spatial import KDTree

from pipeline.config.target_groups import TargetGroup
from pipeline.contracts import CLUSTER_DEMAND, CLUSTERS
from pipeline.errors import SourceError, raise_faults
from pipeline.model.demand import summarise_demand
from pipeline.model.network import Floats, Ints, Network
from pipeline.model.reach import Homes
from pipeline.model.tally import known_sum

_APART = 1e12
"""Metres between units that cannot be joined; complete linkage wants a finite number."""

KIND = "cluster"
"""The kind of unit that a cluster is, besides `contracts.UNIT_KINDS`."""


def too_small(unit_demand: pd.DataFrame, groups: Mapping[str, TargetGroup]) -> pd.DataFrame:
    """Return the rows of `contracts.UNIT_DEMAND` of which the low bound is under the group's min_count."""
    min_count = unit_demand["target_group"].map({code: group.min_count for code, group in groups.items()})
    return unit_demand[unit_demand["people_low"] < min_count]


def form_clusters(
    small: pd.DataFrame, names: Mapping[str, str], apart_m: pd.DataFrame, named: Sequence[Sequence[str]], max_m: float
) -> pd.DataFrame:
    """Return which small units are judged together per target group, as `contracts.CLUSTERS` has it.

    Units that the settings name belong together, in that order; of the others those of which every pair is at most
    `max_m` apart, nearest first (complete linkage), in order of name.

    Parameters
    ----------
    small
        unit_code and target_group of units that are too small by themselves.
    names
        Name of every unit by code.
    apart_m
        Distance between units in metres, by unit code either way; units that are missing are far apart.
    named
        Groups of unit codes.
    max_m
        Longest distance within a cluster.
    """
    rows = []
    for group, units in small.groupby("target_group")["unit_code"]:
        left = sorted(units)
        found = [[code for code in one if code in left] for one in named]
        left = [code for code in left if not any(code in one for one in named)]
        linked = [sorted(one, key=lambda code: _sorted_as(names[code])) for one in _linked(left, apart_m, max_m)]
        for members in [*found, *linked]:
            if len(members) > 1:
                code, name = "+".join(sorted(members)), _together([names[one] for one in members])
                rows += [(str(group), member, code, name) for member in members]
    return pd.DataFrame(rows, columns=list(CLUSTERS.columns)).astype("str")


def _linked(codes: list[str], apart_m: pd.DataFrame, max_m: float) -> list[list[str]]:
    if len(codes) < 2:
        return []
    apart = apart_m.reindex(index=codes, columns=codes).fillna(_APART).to_numpy(dtype=np.float64)
    label = fcluster(linkage(apart[np.triu_indices(len(codes), 1)], "complete"), max_m, criterion="distance")
    return [[code for code, one in zip(codes, label, strict=True) if one == number] for number in np.unique(label)]


def _sorted_as(name: str) -> str:
    """Return what a name is sorted by: 's-Heerenbroek stands under the s."""
    return name.lstrip("'’").casefold()


def _together(names: Sequence[str]) -> str:
    return f"{', '.join(names[:-1])} en {names[-1]} samen"


def named_units(clusters: Sequence[Sequence[str]], units: pd.DataFrame) -> list[list[str]]:
    """Return the clusters of the region's settings as unit codes.

    Raises
    ------
    SourceError
        With one fault per name that is no unit or several, or that stands in two clusters.
    """
    fits = {name: _units_called(name, units) for one in clusters for name in one}
    faults = [
        f"region.clusters: '{name}' {'past op meer dan één gebied' if codes else 'is geen gebied van deze regio'}; "
        "kies een naam of code van een unit."
        for name, codes in fits.items()
        if len(codes) != 1
    ]
    found = [[code for name in one for code in fits[name]] for one in clusters]
    flat = [code for one in found for code in one]
    twice = sorted({code for code in flat if flat.count(code) > 1})
    faults += [f"region.clusters: {code} staat er meer dan eens in; laat er één over." for code in twice]
    raise_faults(SourceError, faults)
    return found


def _units_called(name: str, units: pd.DataFrame) -> list[str]:
    """Return the codes of the units with this name or code, capitals or not."""
    wanted = name.casefold()
    is_called = (units["unit_name"].str.casefold() == wanted) | (units["unit_code"].str.casefold() == wanted)
    return [str(code) for code in units.loc[is_called, "unit_code"]]


def distances_between(
    codes: Sequence[str], dwellings: gpd.GeoDataFrame, network: Network, max_m: float
) -> pd.DataFrame:
    """Return the walk (m) between the middles of units up to `max_m`, by unit code either way; farther is missing.

    The middle of a unit is the node nearest to the mean place of its dwellings; one without dwellings has none.
    """
    living = dwellings[dwellings["unit_code"].isin(codes)]
    middle = pd.DataFrame({
        "x": shapely.get_x(living.geometry.to_numpy()), "y": shapely.get_y(living.geometry.to_numpy()),
    }).groupby(living["unit_code"].to_numpy()).mean()  # fmt: skip
    used = np.unique(np.append(network.start, network.end))
    node = used[KDTree(np.column_stack([network.x_m[used], network.y_m[used]])).query(middle.to_numpy())[1]]
    apart = _walk_between(network, np.asarray(node, dtype=np.int64), max_m)
    frame = pd.DataFrame(apart, index=middle.index, columns=middle.index)
    return frame.where(np.isfinite(frame))


def _walk_between(network: Network, nodes: Ints, max_m: float) -> Floats:
    size = len(network.x_m)
    graph = coo_matrix((network.length_m, (network.start, network.end)), shape=(size, size)).tocsr()
    rows = [dijkstra(graph, directed=False, indices=one, limit=max_m)[nodes] for one in nodes]
    return np.array(rows, dtype=np.float64).reshape(len(nodes), len(nodes))


def by_cluster(frame: pd.DataFrame, clusters: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of `frame` (unit_code, target_group) that are in a cluster, with its code as unit_code."""
    found = frame.merge(clusters[["target_group", "unit_code", "cluster_code"]], on=["target_group", "unit_code"])
    return found.drop(columns="unit_code").rename(columns={"cluster_code": "unit_code"})[list(frame.columns)]


def homes_in_clusters(homes: Homes, clusters: pd.DataFrame, group: str) -> Homes:
    """Return the dwellings with the cluster that they are in for `group` as their unit."""
    of_unit = clusters[clusters["target_group"] == group].set_index("unit_code")["cluster_code"]
    codes = pd.Index(sorted(of_unit.unique()))
    position = codes.get_indexer(of_unit.reindex(homes.units))
    return replace(homes, units=codes, unit=np.append(position, -1)[homes.unit])


def members(clusters: pd.DataFrame) -> pd.DataFrame:
    """Return every cluster (cluster_code) with its units (unit_code), whatever the target group."""
    return clusters[["cluster_code", "unit_code"]].drop_duplicates()


def cluster_demand(
    demand: pd.DataFrame,
    units: pd.DataFrame,
    base_areas: pd.DataFrame,
    clusters: pd.DataFrame,
    groups: Mapping[str, TargetGroup],
) -> pd.DataFrame:
    """Return people per cluster and target group, as `contracts.CLUSTER_DEMAND` has them."""
    if clusters.empty:
        return CLUSTER_DEMAND.empty()
    return summarise_demand(
        by_cluster(demand, clusters),
        _summed(units, clusters, "land_km2"),
        groups,
        _summed(base_areas, clusters, "inhabitants_count"),
    )


def _summed(frame: pd.DataFrame, clusters: pd.DataFrame, column: str) -> pd.DataFrame:
    """Return unit_code (of the cluster) and the sum of `column` over rows of its units; unknown if any is."""
    found = members(clusters).merge(frame[["unit_code", column]], on="unit_code")
    return known_sum(found.groupby("cluster_code")[column]).rename_axis("unit_code").reset_index()


def weak_clusters(clusters: pd.DataFrame, weak_units: Sequence[str]) -> list[str]:
    """Return the clusters with a weak unit."""
    found = members(clusters)
    return sorted(found.loc[found["unit_code"].isin(weak_units), "cluster_code"].unique())


def completeness_of_clusters(local: pd.DataFrame, clusters: pd.DataFrame) -> pd.DataFrame:
    """Return what checks say of completeness in clusters, as `local_checks.completeness_by_unit` does of units.

    A category is complete in a cluster, as far as in all of its units, and doubtful if it is so in one.
    """
    found = members(clusters)
    size = found.groupby("cluster_code").size()
    said = found.merge(local, on="unit_code").groupby(["cluster_code", "category"], as_index=False).agg(
        completeness=("completeness", "max"), within_m=("within_m", "min"), count=("within_m", "size")
    )  # fmt: skip
    is_doubtful = said["completeness"] == "doubtful"
    said["within_m"] = said["within_m"].mask(is_doubtful, np.inf)
    holds = (said["count"] == said["cluster_code"].map(size)) | is_doubtful
    return said[holds].rename(columns={"cluster_code": "unit_code"})[list(local.columns)]
