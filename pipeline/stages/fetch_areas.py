"""Stage: take a snapshot of the boundaries."""

from pipeline.config.params import DemoSettings, LimitSettings, NetworkSettings
from pipeline.config.region import RegionSettings
from pipeline.config.services import Services, WebSettings
from pipeline.config.sources import AreaSettings
from pipeline.config.target_groups import TargetGroupSettings
from pipeline.sources import areas as area_source
from pipeline.sources import pdok
from pipeline.sources.demo import write_areas
from pipeline.sources.fetching import Mode, Places, take_snapshot
from pipeline.stages.demo import invent_snapshot
from pipeline.stages.run import run
from pipeline.stages.services import open_web
from pipeline.tables import RegionFiles, replaced_together


def fetch_areas(
    files: RegionFiles,
    *,
    region: RegionSettings,
    areas: AreaSettings,
    demo: DemoSettings,
    limits: LimitSettings,
    network: NetworkSettings,
    target_groups: TargetGroupSettings,
    web: WebSettings,
    services: Services,
    mode: Mode = Mode.MISSING,
) -> None:
    """Copy, generate or ask for the areas and read them once; a snapshot that cannot be read is not kept."""
    snapshot, way = files.snapshot("areas"), open_web(web, services)
    with replaced_together(snapshot) as temporary:
        folder = temporary[snapshot]
        if areas.origin == "demo":
            invent_snapshot(write_areas, demo, areas.layers, folder)
        else:
            wanted = pdok.Region(
                region.gemeenten, network.buffer_m(target_groups.longest_norm_m), limits.repaired_share
            )
            lives = pdok.live_layers(areas, wanted, way)
            take_snapshot(areas.files, lives, Places(files.incoming, snapshot, folder), mode)
        found = area_source.read_areas(areas.layers, folder, limits)
        if areas.origin == "services":
            area_source.require_wijken(found, region.gemeenten)
        for file, codes in area_source.repaired_areas(areas.layers, folder, limits).items():
            crossing = "grens die zichzelf kruiste is" if len(codes) == 1 else "grenzen die zichzelf kruisten zijn"
            way.tell(f"{file}: {len(codes)} {crossing} hersteld ({', '.join(codes)}).")


if __name__ == "__main__":
    run(fetch_areas)
