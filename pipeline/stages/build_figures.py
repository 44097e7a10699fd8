"""Stage: bring the figures of all tables into one long table."""

from pipeline.config.params import LimitSettings
from pipeline.config.sources import FigureSettings
from pipeline.contracts import FIGURES
from pipeline.sources.figures import read_figures
from pipeline.stages.run import run
from pipeline.tables import RegionFiles


def build_figures(files: RegionFiles, *, figures: FigureSettings, limits: LimitSettings) -> None:
    """Read the snapshot of figures and write them as one table, each with its rounding as an interval."""
    files.write((FIGURES, read_figures(figures.tables, files.snapshot("figures"), limits)))


if __name__ == "__main__":
    run(build_figures)
