"""Stage: extract the facilities of every category from OpenStreetMap."""

from pipeline.config.facilities import FacilitySettings
from pipeline.config.params import NetworkSettings
from pipeline.config.sources import OsmSettings
from pipeline.config.target_groups import TargetGroupSettings
from pipeline.contracts import BASE_AREAS, MAPPED_FACILITIES
from pipeline.model.facilities import merge_same_place
from pipeline.model.network import limit_extract
from pipeline.sources.osm import read_extract, read_facilities
from pipeline.stages.run import run
from pipeline.tables import RegionFiles


def extract_facilities(
    files: RegionFiles,
    *,
    osm: OsmSettings,
    facilities: FacilitySettings,
    network: NetworkSettings,
    target_groups: TargetGroupSettings,
) -> None:
    """Find the objects of each category within the buffer and count each facility once."""
    pbf = files.snapshot("osm") / osm.file
    extract = limit_extract(read_extract(pbf), files.read(BASE_AREAS), network, target_groups.longest_norm_m)
    found = read_facilities(pbf, facilities.categories)
    found = found[found.intersects(extract)]
    files.write((MAPPED_FACILITIES, merge_same_place(found, same_place_m=facilities.same_place_m)))


if __name__ == "__main__":
    run(extract_facilities)
