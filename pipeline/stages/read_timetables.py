"""Stage: read from the timetable how often the stops in the area_around are served."""

import geopandas as gpd

from pipeline.config.params import NetworkSettings, StopServiceSettings
from pipeline.config.sources import TimetableSettings
from pipeline.config.target_groups import TargetGroupSettings
from pipeline.contracts import BASE_AREAS, CRS, STOP_SERVICES
from pipeline.model.network import area_around
from pipeline.model.stop_service import stop_services
from pipeline.sources.timetables import read_timetable
from pipeline.stages.run import run
from pipeline.tables import RegionFiles


def read_timetables(
    files: RegionFiles,
    *,
    timetables: TimetableSettings | None,
    stop_service: StopServiceSettings,
    network: NetworkSettings,
    target_groups: TargetGroupSettings,
) -> None:
    """Count departures out and back per stop; without a timetable the table has no rows."""
    services = gpd.GeoDataFrame(STOP_SERVICES.empty(), geometry=gpd.GeoSeries([], crs=CRS), crs=CRS)
    if timetables is not None:
        around = area_around(files.read(BASE_AREAS), network, target_groups.longest_norm_m)
        found = read_timetable(files.snapshot("timetables") / timetables.file, around, stop_service)
        services = stop_services(found.stops, found.calls, stop_service)
    files.write((STOP_SERVICES, services))


if __name__ == "__main__":
    run(read_timetables)
