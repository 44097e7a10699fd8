"""Stage: bring the figures of all tables into one long table, beside those that came with the areas."""

from pathlib import Path

import pandas as pd

from pipeline.config.params import LimitSettings
from pipeline.config.sources import AreaSettings, FigureSettings
from pipeline.contracts import FIGURE_COMPARISON, FIGURES
from pipeline.model.second_source import compare_figures
from pipeline.sources.areas import read_attributes
from pipeline.sources.figures import figures_of_rows, read_figures
from pipeline.stages.run import run
from pipeline.tables import RegionFiles


def build_figures(files: RegionFiles, *, figures: FigureSettings, areas: AreaSettings, limits: LimitSettings) -> None:
    """Read the snapshot of figures and write them as one table, each with its rounding as an interval.

    Figures that came with the areas are a second source: they are compared and not used.
    """
    found = read_figures(figures.tables, files.snapshot("figures"), limits)
    second = _figures_of_areas(areas, files.snapshot("areas"), limits)
    files.write((FIGURES, found), (FIGURE_COMPARISON, compare_figures(found, second)))


def _figures_of_areas(areas: AreaSettings, folder: Path, limits: LimitSettings) -> pd.DataFrame:
    tables = [(layer, layer.figure_table) for layer in areas.layers]
    found = [
        figures_of_rows(table, read_attributes(layer, folder), limits) for layer, table in tables if table is not None
    ]
    return pd.concat(found, ignore_index=True) if found else FIGURES.empty()


if __name__ == "__main__":
    run(build_figures)
