"""Stage: judge how complete each category of facilities is on the map, by what CBS counts."""

from pathlib import Path

import geopandas as gpd
import numpy as np
import shapely

from pipeline.config.completeness import CompletenessLimits
from pipeline.config.facilities import FacilitySettings
from pipeline.config.params import LimitSettings, NetworkSettings
from pipeline.config.region import CompletenessSettings
from pipeline.config.sources import FigureSettings, OsmSettings, TimetableSettings
from pipeline.config.target_groups import ALL_INHABITANTS, TargetGroupSettings
from pipeline.contracts import (
    BASE_AREAS,
    COMPLETENESS,
    COMPLETENESS_AREAS,
    COMPLETENESS_MEASURES,
    DEMAND,
    DWELLINGS,
    FACILITIES,
)
from pipeline.model import car_distances
from pipeline.model import completeness as model
from pipeline.model.stop_service import completeness_by_timetable
from pipeline.model.walks import chosen_by_category
from pipeline.sources.osm.tagged import read_facilities
from pipeline.sources.osm.ways import read_drivable
from pipeline.sources.reference_figures import read_reference
from pipeline.stages.extract import extract_around
from pipeline.stages.run import run
from pipeline.tables import RegionFiles


def judge_completeness(
    files: RegionFiles,
    *,
    osm: OsmSettings,
    facilities: FacilitySettings,
    network: NetworkSettings,
    target_groups: TargetGroupSettings,
    figures: FigureSettings,
    timetables: TimetableSettings | None,
    limits: LimitSettings,
    completeness: CompletenessSettings,
    completeness_limits: CompletenessLimits,
) -> None:
    """Drive from every dwelling to the facilities that CBS would count, and compare; the user may overrule."""
    pbf = files.snapshot("osm") / osm.file
    base, dwellings, demand = files.read(BASE_AREAS), files.read(DWELLINGS), files.read(DEMAND)
    reference = read_reference(figures.reference, files.snapshot("figures"), limits)
    model.require_areas(reference, dwellings)
    extract = extract_around(pbf, base, network, target_groups)
    ways = read_drivable(pbf, network.drivable, network.not_drivable)
    roads = car_distances.car_network(ways.starts, ways.node_ids, ways.x_m, ways.y_m, ways.cut_ids, extract, network)
    found = _counted(files.read(FACILITIES), pbf, facilities, completeness_limits)
    access, drives = car_distances.drive(
        roads, dwellings.geometry.to_numpy(), found.geometry.to_numpy(),
        chosen_by_category(found, sorted(set(reference["category"]))), list(model.RADIUS_M.values()),
        connect_max_m=network.connect_max_m,
    )  # fmt: skip
    people = car_distances.people_of_dwellings(dwellings, demand[demand["target_group"] == ALL_INHABITANTS])
    areas = model.compare_areas(
        reference, dwellings, people, access, drives, model.covered_shares(base), completeness_limits
    )
    measures = model.summarise_measures(areas, people.sum(), completeness_limits)
    inside = found[shapely.intersects(found.geometry.to_numpy(), shapely.union_all(base.geometry.to_numpy()))]
    judged = model.judge(
        measures, inside["category"].value_counts().reindex(list(facilities.categories), fill_value=0),
        people.sum(), completeness_limits,
        known=completeness_by_timetable(facilities, has_timetable=timetables is not None),
        overrules={code: model.Judgement(one.judgement, one.reason) for code, one in completeness.overrules.items()},
    )  # fmt: skip
    files.write((COMPLETENESS, judged), (COMPLETENESS_MEASURES, measures), (COMPLETENESS_AREAS, areas))


def _counted(
    found: gpd.GeoDataFrame, pbf: Path, facilities: FacilitySettings, limits: CompletenessLimits
) -> gpd.GeoDataFrame:
    """Return the facilities but those that CBS does not count, such as small shops."""
    small = {
        code: facilities.categories[code].model_copy(update={"match": rules, "exclude": []})
        for code, rules in limits.not_compared.items()
    }
    if not small:
        return found
    others = read_facilities(pbf, small)
    ids = set(others["category"] + " " + others["osm_id"])
    is_small = [
        isinstance(objects, str) and any(f"{category} {one}" in ids for one in objects.split())
        for category, objects in zip(found["category"], found["osm_ids"], strict=True)
    ]
    return found[~np.array(is_small, dtype=bool)]


if __name__ == "__main__":
    run(judge_completeness)
