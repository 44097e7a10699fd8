"""The areas of the sample region asked of services: the same tables; and its key figures as a second source."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import pytest
import yaml

from pipeline import contracts
from pipeline.errors import SourceError
from pipeline.settings_files import read_sections
from pipeline.sources.areas import read_areas
from pipeline.tables import RegionFiles
from tests.sample_region import REGION, copy_settings
from tests.services.features import Areas, api_handler, wfs_handler
from tests.services.server import Server, running
from tests.sources.squares import QUERIES, ask_at
from tests.stage_runs import run_stages

STAGES = ["fetch_areas", "fetch_figures", "build_figures"]
KEY_FIGURES = {"aantal_inwoners": "aantalInwoners", "woningvoorraad": "woningvoorraad",
               "percentage_personen_65_jaar_en_ouder": "percentagePersonen65JaarEnOuder"}  # fmt: skip
SECOND = {
    "inhabitants": {"column": "aantal_inwoners", "rounding": 5},
    "inhabitants_65_plus": {
        "column": "percentage_personen_65_jaar_en_ouder", "unit": "percent", "percent_of": "inhabitants", "rounding": 1
    },
    "homes": {"column": "woningvoorraad", "rounding": 5},
}  # fmt: skip


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> RegionFiles:
    """Return the sample region as it is shipped, but small; not to be changed."""
    root = tmp_path_factory.mktemp("verzonnen")
    copy_settings(root, addresses=2000)
    return run_stages(root, REGION, STAGES)


def layers(made: RegionFiles, kind: str) -> dict[str, gpd.GeoDataFrame]:
    """Return the layers of the sample region, each area with its key figures, as a service names them."""
    path = made.snapshot("areas") / "gebieden_2024.gpkg"
    found = {name: gpd.read_file(path, layer=name) for name in ("gemeenten", "wijken", "buurten")}
    figures = pd.read_csv(made.snapshot("figures") / "kerncijfers_buurten_2024.csv")
    numbers = figures.set_index("buurtcode")[list(KEY_FIGURES)].apply(pd.to_numeric, errors="coerce").fillna(-99997)
    found["buurten"] = gpd.GeoDataFrame(
        found["buurten"].join(numbers, on="buurtcode").fillna(dict.fromkeys(numbers, -99997))
    )
    if kind == "features":
        return found
    return {f"wijkenbuurten:{name}": rows.rename(columns=KEY_FIGURES) for name, rows in found.items()}


class Asked:
    """The sample region with its areas from a service."""

    def __init__(self, made: RegionFiles, root: Path, kind: str, server: Server) -> None:
        self.kind, self.files, self.server = kind, RegionFiles(root, REGION), server
        shutil.copytree(made.root / "config", root / "config")
        shutil.copytree(made.root / "data/raw" / REGION / "figures", self.files.incoming)
        self.areas = Areas(layers(made, kind))
        server.handler = wfs_handler(self.areas) if kind == "wfs" else api_handler(self.areas, QUERIES[kind]["path"])
        ask_at(root, server)
        self._write_settings()

    def _write_settings(self) -> None:
        path = self.files.root / f"config/regions/{REGION}.yaml"
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
        content["figures"]["from"] = "file"
        layers = [self._live(layer) for layer in content["areas"]["layers"]]
        outline = {**layers[1], **self._query("gemeente"), "level": "gemeente", "code": "gemeentecode", "name": None}
        layers[0]["figures"] = SECOND
        content["areas"] = {"from": "services", "gemeenten": outline, "layers": layers}
        path.write_text(yaml.safe_dump(content, allow_unicode=True, sort_keys=False), encoding="utf-8")

    def _live(self, layer: dict[str, Any]) -> dict[str, Any]:
        return {**layer, "layer": None, **self._query(layer["level"])}

    def _query(self, level: str) -> dict[str, Any]:
        plural = f"{level.removesuffix('e')}en"
        collection = f"wijkenbuurten:{plural}" if self.kind == "wfs" else plural
        return {"file": f"{plural}_2024.geojson", "pdok": {**QUERIES[self.kind], "collection": collection}}

    def figure(self, column: str, code: str, change: float) -> None:
        """Let the service give another figure for a buurt."""
        (name,) = (one for one in self.areas.layers if one.endswith("buurten"))
        rows = self.areas.layers[name].copy()
        rows.loc[rows["buurtcode"] == code, column] += change
        self.areas.layers = {**self.areas.layers, name: rows}

    def compared(self) -> pd.DataFrame:
        table: pd.DataFrame = run_stages(self.files.root, REGION, STAGES).read(contracts.FIGURE_COMPARISON)
        return table


@pytest.fixture(params=["wfs", "features"])
def asked(request: pytest.FixtureRequest, made: RegionFiles, tmp_path: Path) -> Iterator[Asked]:
    with running(wfs_handler(Areas({}))) as server:
        yield Asked(made, tmp_path, request.param, server)


def test_the_same_areas_come_value_for_value(asked: Asked, made: RegionFiles) -> None:
    run_stages(asked.files.root, REGION, ["fetch_areas"])
    frames = []
    for files in (asked.files, made):
        sections = read_sections(files.root / "config", ["areas", "limits"], REGION)
        frames.append(read_areas(sections["areas"].layers, files.snapshot("areas"), sections["limits"]))
    ordered = [one.sort_values("area_code", ignore_index=True) for one in frames]
    pd.testing.assert_frame_equal(ordered[0], ordered[1], check_exact=True)


def test_figures_that_agree_are_counted_and_none_differs(asked: Asked, made: RegionFiles) -> None:
    compared = asked.compared()
    figures = made.read(contracts.FIGURES)
    known = figures[figures["variable"].isin(SECOND) & figures["value"].notna() & (figures["year"] == 2024)]
    assert len(compared) == len(known) > 20
    assert not compared["is_different"].any()
    assert set(compared["second_source"]) == {"buurten_2024.geojson"}


def test_a_difference_of_more_than_rounding_is_told_and_a_rounding_is_not(asked: Asked, made: RegionFiles) -> None:
    figures = made.read(contracts.FIGURES)
    homes = figures[(figures["variable"] == "homes") & (figures["value"] > 20)].sort_values("area_code")
    first, second = homes["area_code"].iloc[:2]
    asked.figure("woningvoorraad", first, 5)
    asked.figure("woningvoorraad", second, 2)  # 2 off: both may be the same number rounded
    compared = asked.compared()
    different = compared[compared["is_different"]]
    assert different[["area_code", "variable"]].to_numpy().tolist() == [[first, "homes"]]
    assert different["second_value"].iloc[0] == different["value"].iloc[0] + 5
    # What is used stays what it was.
    pd.testing.assert_frame_equal(asked.files.read(contracts.FIGURES), figures)


def test_without_key_figures_nothing_is_compared(made: RegionFiles) -> None:
    assert made.read(contracts.FIGURE_COMPARISON).empty


def test_a_figure_that_cannot_be_is_a_fault_with_its_file(asked: Asked, made: RegionFiles) -> None:
    figures = made.read(contracts.FIGURES)
    code = figures.loc[figures["variable"] == "homes", "area_code"].iloc[0]
    asked.figure("woningvoorraad", code, 10_000_000)
    with pytest.raises(SourceError, match=r"buurten_2024\.geojson, rij .*, kolom woningvoorraad: .* is onmogelijk"):
        asked.compared()
