"""The figures of a region as tables at the CBS: what to serve, the settings that ask for it, and a fetch of it."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from pipeline.config.region import RegionSettings
from pipeline.config.sources import FigureSettings
from pipeline.settings_files import read_sections
from pipeline.sources.figures import read_figures
from pipeline.sources.reference_figures import read_reference
from pipeline.stages.fetch_figures import fetch_figures
from pipeline.tables import RegionFiles
from tests.services.odata import ODataTable, odata_handler
from tests.services.server import impatient, running, services_at
from tests.services.statline import csv_table
from tests.stage_runs import PROJECT

Settings = dict[str, Any]
Figures = tuple[pd.DataFrame, pd.DataFrame]

_KINDS = {"Perioden": "TimeDimension", "Leeftijd": "Dimension", "Geslacht": "Dimension", "Marges": "Dimension"}


def figures_through_odata(
    folder: Path, region: RegionSettings, figures: Mapping[str, Any], codes: Mapping[str, list[str]], files: RegionFiles
) -> Figures:
    """Serve the CSV files of a region as tables of the CBS, fetch them with the stage, and read what came.

    Parameters
    ----------
    folder
        With the files that the settings name.
    region
        Whose gemeenten are asked for.
    figures
        The settings that read those files.
    codes
        Beginnings of the codes of areas by file, where they are not those of the gemeenten.
    files
        Where the snapshot comes.
    """
    every = _all_tables(figures)
    identifier = {name: f"{90_000 + number}NED" for number, name in enumerate({one["file"]: None for one in every})}
    tables = {identifier[one["file"]]: _served(folder, identifier[one["file"]], one) for one in every}
    with running(odata_handler(tables, page=500)) as server:
        changed = [_asked(folder, identifier[one["file"]], one, codes) for one in every]
        settings = {
            "from": "services",
            "tables": changed[: len(figures["tables"])],
            "reference": changed[len(figures["tables"]) :],
        }
        fetched = FigureSettings.model_validate(settings)
        sections = read_sections(PROJECT / "config", ["demo", "limits"])
        fetch_figures(
            files, region=region, figures=fetched, web=impatient(), services=services_at(cbs=server.address), **sections
        )
    return read(fetched, files.snapshot("figures"))


def read(figures: FigureSettings, folder: Path) -> Figures:
    """Read the figures and the reference in `folder`."""
    limits = read_sections(PROJECT / "config", ["limits"])["limits"]
    return read_figures(figures.tables, folder, limits), read_reference(figures.reference, folder, limits)


def in_order(figures: pd.DataFrame) -> pd.DataFrame:
    """Return figures by their key."""
    return figures.sort_values(["area_code", "variable"], ignore_index=True)


def _all_tables(figures: Mapping[str, Any]) -> list[Settings]:
    return [*figures["tables"], *figures["reference"]]


def _asked(folder: Path, identifier: str, one: Settings, codes: Mapping[str, list[str]]) -> Settings:
    """Return the settings that ask for a table; what it tells itself is left out."""
    changed = {**one, "cbs": {"table": identifier, "codes": codes.get(one["file"], [])}, "reference_date": None}
    return {**changed, "year": None} if "Perioden" in _dimensions(folder, one) else changed


def _served(folder: Path, identifier: str, one: Settings) -> ODataTable:
    return csv_table(folder / one["file"], identifier, _dimensions(folder, one), codes=one["code"])


def _dimensions(folder: Path, one: Settings) -> dict[str, str]:
    """Return the dimensions of a table: the areas, the key of a long one, and those that tables of the CBS have."""
    header = (folder / one["file"]).read_text(encoding="utf-8-sig").partition("\n")[0].strip().split(",")
    kinds = {**_KINDS, one["code"]: "GeoDetail", **({one["key"]: "Dimension"} if "key" in one else {})}
    return {column: kinds[column] for column in header if column in kinds}
