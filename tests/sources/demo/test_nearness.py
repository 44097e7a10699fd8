"""How near facilities really are in the invented gemeente: more than the map shows, and the same by hand."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import shapely

from pipeline.sources.demo import DemoRegion, nearness
from pipeline.sources.demo.districts import DISTRICTS
from pipeline.sources.demo.facilities import FACILITIES
from pipeline.sources.demo.nearness import UNMAPPED, nearness_figures

SECRET_FIGURE = -99997
GP = "huisartsenpraktijk_gemiddeld_aantal_binnen_{}_km"
SUPERMARKET_KM = "grote_supermarkt_gemiddelde_afstand_in_km"


@pytest.fixture(scope="module")
def figures(region: DemoRegion) -> pd.DataFrame:
    return nearness_figures(region.municipalities[0])


def test_practices_that_nobody_mapped_are_counted(
    figures: pd.DataFrame, region: DemoRegion, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(nearness, "UNMAPPED", {})
    as_mapped = nearness_figures(region.municipalities[0])
    others = [name for name in figures.columns if "huisarts" not in name]
    pd.testing.assert_frame_equal(figures[others], as_mapped[others])
    town = [i for i, district in enumerate(DISTRICTS) if district.place == "Markerstad" and i in figures.index]
    more = (figures - as_mapped).loc[town, GP.format(5)]
    assert more.max() == pytest.approx(len(UNMAPPED["gp"]))


def test_farther_out_there_are_never_fewer(figures: pd.DataFrame) -> None:
    assert (figures[GP.format(1)] <= figures[GP.format(3)]).all()
    assert (figures[GP.format(3)] <= figures[GP.format(5)]).all()
    assert np.isfinite(figures.to_numpy()).all()


def test_roads_are_longer_than_the_crow_flies_but_not_by_much(figures: pd.DataFrame, region: DemoRegion) -> None:
    m = region.municipalities[0]
    rows = m.buildings[m.buildings["facility"] >= 0]
    names = [FACILITIES[one].tags.get("shop") for one in rows["facility"]]
    shops = shapely.union_all(shapely.centroid(rows.geometry.to_numpy()[[name == "supermarket" for name in names]]))
    homes = m.addresses[m.addresses["is_home"] & (m.addresses["district"] < len(DISTRICTS))]
    crow_km = pd.Series(shapely.distance(shapely.points(homes[["x", "y"]].to_numpy()), shops) / 1000)
    mean = crow_km.groupby(homes["district"].to_numpy()).mean()
    by_road, as_flown = figures.loc[mean.index, SUPERMARKET_KM].to_numpy(), mean.to_numpy()
    assert (by_road > as_flown - 0.1).all()
    assert (by_road < 2 * as_flown + 0.5).all()


def test_both_files_have_the_columns_and_keep_secrets(folder: Path, figures: pd.DataFrame) -> None:
    buurten, gemeente = (
        pd.read_csv(folder / name) for name in ("kerncijfers_buurten_2024.csv", "gemeente_2024.csv")
    )  # fmt: skip
    assert set(figures.columns) <= set(buurten.columns)
    assert gemeente[SUPERMARKET_KM].tolist() == [figures.loc[-1, SUPERMARKET_KM]]
    known = buurten[buurten[SUPERMARKET_KM] != SECRET_FIGURE]
    assert known[SUPERMARKET_KM].min() < gemeente[SUPERMARKET_KM].item() < known[SUPERMARKET_KM].max()
    secret = buurten[buurten["aantal_inwoners"] == SECRET_FIGURE]
    assert len(secret)
    assert (secret[SUPERMARKET_KM] == SECRET_FIGURE).all()
