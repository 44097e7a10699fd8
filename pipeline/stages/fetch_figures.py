"""Stage: take a snapshot of the figures per area."""

from pipeline.config.params import DemoSettings, LimitSettings
from pipeline.config.region import RegionSettings
from pipeline.config.services import Services, WebSettings
from pipeline.config.sources import FigureSettings
from pipeline.sources.cbs.tables import live_tables
from pipeline.sources.demo import write_figures
from pipeline.sources.fetching import Mode, Places, take_snapshot
from pipeline.sources.figures import read_figures
from pipeline.sources.reference_figures import read_reference
from pipeline.stages.demo import invent_snapshot
from pipeline.stages.run import run
from pipeline.stages.services import open_web
from pipeline.tables import RegionFiles, replaced_together


def fetch_figures(
    files: RegionFiles,
    *,
    region: RegionSettings,
    figures: FigureSettings,
    demo: DemoSettings,
    limits: LimitSettings,
    web: WebSettings,
    services: Services,
    mode: Mode = Mode.MISSING,
) -> None:
    """Copy, ask for or generate tables of figures and read them once; a snapshot that cannot be read is not kept."""
    snapshot = files.snapshot("figures")
    with replaced_together(snapshot) as temporary:
        folder = temporary[snapshot]
        if figures.origin == "demo":
            invent_snapshot(write_figures, demo, figures.files, folder)
        else:
            lives = live_tables(figures, region.gemeenten, open_web(web, services), snapshot)
            take_snapshot(figures.files, lives, Places(files.incoming, snapshot, folder), mode)
        read_figures(figures.tables, folder, limits)
        read_reference(figures.reference, folder, limits)


if __name__ == "__main__":
    run(fetch_figures)
