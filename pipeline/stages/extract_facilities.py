"""Stage: extract the facilities of every category from OpenStreetMap, and the service of stops from the timetable."""

from pipeline.config.facilities import FacilitySettings
from pipeline.config.params import NetworkSettings, StopServiceSettings
from pipeline.config.sources import OsmSettings
from pipeline.config.target_groups import TargetGroupSettings
from pipeline.contracts import BASE_AREAS, MAPPED_FACILITIES, STOP_SERVICES
from pipeline.model.facilities import merge_same_place
from pipeline.model.stop_service import with_service
from pipeline.sources.osm.tagged import read_facilities
from pipeline.stages.extract import extract_around
from pipeline.stages.run import run
from pipeline.tables import RegionFiles


def extract_facilities(
    files: RegionFiles,
    *,
    osm: OsmSettings,
    facilities: FacilitySettings,
    network: NetworkSettings,
    target_groups: TargetGroupSettings,
    stop_service: StopServiceSettings,
) -> None:
    """Find the objects of each category within the buffer, count each facility once, and look how stops are served."""
    pbf = files.snapshot("osm") / osm.file
    extract = extract_around(pbf, files.read(BASE_AREAS), network, target_groups)
    found = read_facilities(pbf, facilities.categories)
    found = found[found.intersects(extract)]
    mapped = merge_same_place(found, same_place_m=facilities.same_place_m)
    services = files.read(STOP_SERVICES)
    services = services[services.intersects(extract)]
    files.write((MAPPED_FACILITIES, with_service(mapped, services, facilities.stop_category, stop_service)))


if __name__ == "__main__":
    run(extract_facilities)
