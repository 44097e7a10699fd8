"""Kampen's areas asked of services as PDOK gives them: the same tables as from the files of the user."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import pytest
import shapely
import yaml

from pipeline import contracts
from pipeline.contracts import Contract
from pipeline.tables import RegionFiles
from tests.services.features import Areas, api_handler, wfs_handler
from tests.services.server import Question, running
from tests.sources.squares import ask_at
from tests.stage_runs import run_stages

pytestmark = pytest.mark.real
STAGES = ["fetch_areas", "fetch_figures", "fetch_osm", "build_figures", "build_areas"]
BASES = {"wfs": "cbs/wijkenbuurten/2022/wfs/v1_0", "features": "cbs/wijken-en-buurten-2022/ogc/v1"}
BEYOND = 7
"""Wijken of neighbours in the file that lie wholly beyond 5 km from the box around the gemeente."""
NAMES = {"gemeente": "gemeenten", "wijk": "wijken", "buurt": "buurten", "postcode": "postcode4"}


def layers(folder: Path, kind: str) -> dict[str, gpd.GeoDataFrame]:
    """Return Kampen's layers named as PDOK names them; the gemeenten are those of the wijken."""
    wijken = gpd.read_file(folder / "wijken_2022.geojson").rename(
        columns={"code": "wijkcode", "name": "wijknaam", "population": "aantal_inwoners"}
    )
    wijken = wijken.assign(gemeentecode="GM" + wijken["wijkcode"].str[2:6], water="NEE", jaar=2022)
    gemeenten = wijken[["gemeentecode", "water", "jaar", "geometry"]].dissolve("gemeentecode", as_index=False)
    found = {
        "gemeenten": gemeenten.assign(gemeentenaam=gemeenten["gemeentecode"]),
        "wijken": wijken,
        "buurten": gpd.read_file(folder / "buurten_2022.geojson").assign(water="NEE", jaar=2022),
        "postcode4": gpd.read_file(folder / "pc4_2020.geojson").assign(jaarcode="2020"),
    }
    if kind == "features":
        return found
    camel = {"aantal_inwoners": "aantalInwoners"}
    return {("postcode4:" if name == "postcode4" else "wijkenbuurten:") + name: rows.rename(columns=camel)
            for name, rows in found.items()}  # fmt: skip


def live_settings(areas: dict[str, Any], kind: str) -> dict[str, Any]:
    """Return the settings of Kampen's areas with a service for each layer."""

    def live(layer: dict[str, Any]) -> dict[str, Any]:
        level, name = layer["level"], NAMES[layer["level"]]
        query: dict[str, Any] = {"kind": kind, "service": "pdok" if kind == "wfs" else "pdok_api", "page_size": 10}
        prefix = ("postcode4:" if level == "postcode" else "wijkenbuurten:") if kind == "wfs" else ""
        query |= {"path": BASES[kind], "collection": prefix + name, "year": 2020 if level == "postcode" else 2022}
        if level == "postcode":
            query |= {"gemeente": None, "water": None, "where": {"jaarcode": "2020"} if kind == "features" else {}}
        columns = {"code": "wijkcode", "name": "wijknaam"} if level == "wijk" else {}
        return {**layer, **columns, "pdok": query}

    outline = {"file": "gemeenten_2022.geojson", "level": "gemeente", "code": "gemeentecode", "what": "Gemeenten",
               "holder": "CBS / Kadaster", "licence": "CC BY 4.0"}  # fmt: skip
    return {"from": "services", "gemeenten": live(outline), "layers": [live(one) for one in areas["layers"]]}


@pytest.fixture(scope="module", params=BASES)
def asked(
    request: pytest.FixtureRequest, real_data: Path, kampen: RegionFiles, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[RegionFiles]:
    """Return Kampen with its areas from a service, after the stages that build areas."""
    kind, root = str(request.param), tmp_path_factory.mktemp("gevraagd")
    shutil.copytree(kampen.root / "config", root / "config")
    shutil.copytree(real_data, root / "data/raw/kampen/incoming")
    for path in (root / "data/raw/kampen/incoming").glob("*.geojson"):
        path.unlink()  # nothing but the service has areas
    path = root / "config/regions/kampen.yaml"
    content = yaml.safe_load(path.read_text(encoding="utf-8"))
    content["areas"] = live_settings(content["areas"], kind)
    path.write_text(yaml.safe_dump(content, allow_unicode=True, sort_keys=False), encoding="utf-8")
    areas = Areas(layers(real_data, kind))
    handler = wfs_handler(areas) if kind == "wfs" else api_handler(areas, BASES[kind])
    with running(handler) as server:
        ask_at(root, server)
        config = root / "config/services.yaml"
        config.write_text(config.read_text(encoding="utf-8").replace("read_seconds: 0.3", "read_seconds: 60"))
        yield run_stages(root, "kampen", STAGES)
        assert any(more_than_one_page(one) for one in server.questions)


def more_than_one_page(question: Question) -> bool:
    return int(question.query.get("startIndex", question.query.get("cursor", 0))) > 0


@pytest.mark.parametrize("contract", [contracts.BASE_AREAS, contracts.UNITS, contracts.DWELLINGS, contracts.FIGURES])
def test_what_is_built_of_asked_areas_is_what_is_built_of_files(
    contract: Contract, kampen: RegionFiles, asked: RegionFiles
) -> None:
    pd.testing.assert_frame_equal(asked.read(contract), kampen.read(contract), check_exact=True)


def test_areas_are_those_of_the_files_but_for_what_lies_beyond_the_buffer(
    kampen: RegionFiles, asked: RegionFiles
) -> None:
    files, live = kampen.read(contracts.AREAS), asked.read(contracts.AREAS)
    is_asked = files["area_code"].isin(live["area_code"])
    pd.testing.assert_frame_equal(live, files[is_asked].reset_index(drop=True), check_exact=True)
    report = json.loads((asked.snapshot("areas") / "wijken_2022.verslag.json").read_text(encoding="utf-8"))
    box = shapely.box(*report["asked"][-1]["box_m"])
    assert files[is_asked].intersects(box).all()
    assert not files[~is_asked].intersects(box).any()
    assert set(files.loc[~is_asked, "area_level"]) == {"wijk"}
    assert (~is_asked).sum() == BEYOND
