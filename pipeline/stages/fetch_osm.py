"""Stage: take a snapshot of the OpenStreetMap extract."""

from pathlib import Path

from pipeline.config.facilities import FacilitySettings
from pipeline.config.params import BackgroundSettings, DemoSettings, LimitSettings, NetworkSettings
from pipeline.config.region import RegionSettings
from pipeline.config.services import OverpassSettings, Services, WebSettings
from pipeline.config.sources import AreaSettings, OsmSettings
from pipeline.config.target_groups import TargetGroupSettings
from pipeline.model.areas import areas_of_region
from pipeline.model.network import area_around
from pipeline.sources import extracts
from pipeline.sources import overpass as overpass_source
from pipeline.sources.areas import read_areas
from pipeline.sources.demo import write_osm
from pipeline.sources.downloads import Downloads
from pipeline.sources.fetching import Live, Mode, Places, take_snapshot
from pipeline.sources.osm.extract import check_extract
from pipeline.sources.osm.land import READ_ALWAYS
from pipeline.sources.osm_cut import Box, box_around
from pipeline.stages.demo import invent_snapshot
from pipeline.stages.run import run
from pipeline.stages.services import open_downloads
from pipeline.tables import RegionFiles, replaced_together


def fetch_osm(
    files: RegionFiles,
    *,
    osm: OsmSettings,
    demo: DemoSettings,
    region: RegionSettings,
    areas: AreaSettings,
    limits: LimitSettings,
    network: NetworkSettings,
    target_groups: TargetGroupSettings,
    facilities: FacilitySettings,
    background: BackgroundSettings,
    web: WebSettings,
    services: Services,
    overpass: OverpassSettings,
    mode: Mode = Mode.MISSING,
) -> None:
    """Copy, generate or fetch the extract and read it from end to end; a damaged extract is not kept.

    What services give is the box around the areas of the region with the buffer, and of Overpass what the settings use.
    """
    snapshot = files.snapshot("osm")
    with replaced_together(snapshot) as temporary:
        folder = temporary[snapshot]
        if osm.origin == "demo":
            invent_snapshot(write_osm, demo, [osm], folder)
        else:
            lives = []
            if osm.origin == "services":
                own = areas_of_region(read_areas(areas.layers, files.snapshot("areas"), limits), region)
                box = box_around(area_around(own, network, target_groups.longest_norm_m))
                wanted = asked(network, facilities, background)
                lives = [_live(osm, box, wanted, open_downloads(files, web, services), overpass, files.incoming)]
            take_snapshot([osm], lives, Places(files.incoming, snapshot, folder), mode)
        check_extract(folder / osm.file)


def _live(
    osm: OsmSettings,
    box: Box,
    wanted: tuple[str, ...],
    downloads: Downloads,
    settings: OverpassSettings,
    incoming: Path,
) -> Live:
    if osm.overpass is None:
        return extracts.live(osm, box, downloads, incoming)
    question = overpass_source.Question(osm.overpass.service, wanted, box, osm.overpass.date)
    return overpass_source.live(osm, question, downloads.web, settings)


def asked(network: NetworkSettings, facilities: FacilitySettings, background: BackgroundSettings) -> tuple[str, ...]:
    """Return what Overpass is asked for: what the reader always reads, and what the settings name."""
    of_facilities = [rule for one in facilities.categories.values() for rule in one.match]
    of_background = [rule for one in background.layers for rule in one.match]
    return overpass_source.statements([*READ_ALWAYS, *of_facilities, *of_background], network.walkable)


if __name__ == "__main__":
    run(fetch_osm)
