"""The background of the map: clipped, light, and the same in every run."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from shapely.geometry.base import BaseGeometry

from pipeline.config.params import BackgroundSettings
from pipeline.contracts import BACKGROUND, CRS
from pipeline.model.background import simplify_background
from pipeline.tables import check_table
from tests.model.builders import squares

LAKE = shapely.box(0, 0, 100, 100)


@pytest.fixture
def settings() -> BackgroundSettings:
    """Let the background go on 500 m around the areas; call polygons under 4,000 m2 specks."""
    return BackgroundSettings.model_validate({
        "around_m": 500, "simplify_m": 8, "min_area_m2": 4000,
        "layers": [{"layer": "water", "rank": 1, "match": [{"natural": "water"}]}],
    })  # fmt: skip


def found(*features: tuple[str, int, BaseGeometry]) -> gpd.GeoDataFrame:
    """Make features: layer, rank, shape."""
    return gpd.GeoDataFrame(
        {
            "feature_id": [f"w{number}" for number in range(len(features))],
            "layer": [one[0] for one in features],
            "rank": pd.Series([one[1] for one in features], dtype="int64"),
            "feature_name": pd.Series([None] * len(features), dtype="str"),
        },
        geometry=gpd.GeoSeries([one[2] for one in features], crs=CRS),
        crs=CRS,
    )


def light(settings: BackgroundSettings, *features: tuple[str, int, BaseGeometry]) -> gpd.GeoDataFrame:
    """Return what becomes of features around a square of a kilometre."""
    background = simplify_background(found(*features), squares(["1001"], side_m=1000), settings)
    check_table(BACKGROUND, background)
    return background


def test_specks_are_left_out(settings: BackgroundSettings) -> None:
    pond = shapely.box(500, 500, 560, 560)  # 3,600 m2
    assert light(settings, ("water", 1, LAKE), ("water", 1, pond))["feature_id"].tolist() == ["w0"]


def test_what_lies_far_off_is_left_out_and_the_rest_is_clipped(settings: BackgroundSettings) -> None:
    wide = shapely.box(-9000, 0, 100, 100)
    far = shapely.box(5000, 5000, 6000, 6000)
    background = light(settings, ("water", 1, wide), ("green", 1, far))
    assert background["feature_id"].tolist() == ["w0"]
    assert background.geometry.iloc[0].bounds == (-500, 0, 100, 100)


def test_shapes_are_simplified(settings: BackgroundSettings) -> None:
    angle = np.linspace(0, 2 * np.pi, 1000, endpoint=False)
    round_lake = shapely.Polygon(np.column_stack([500 + 300 * np.cos(angle), 500 + 300 * np.sin(angle)]))
    simple = light(settings, ("water", 1, round_lake)).geometry.iloc[0]
    assert shapely.get_num_coordinates(simple) < 30
    assert simple.area == pytest.approx(round_lake.area, rel=0.05)


def test_roads_of_a_rank_become_one_shape_and_keep_their_course(settings: BackgroundSettings) -> None:
    pieces = [shapely.LineString([(x, 0), (x + 100, 0)]) for x in (0, 100, 200)]
    background = light(
        settings, ("road", 1, pieces[0]), ("road", 1, pieces[1]), ("road", 2, pieces[2]), ("railway", 1, pieces[0])
    )
    lengths = background.set_index(["layer", "rank"]).geometry.length
    assert lengths.to_dict() == {("railway", 1): 100, ("road", 1): 200, ("road", 2): 100}
    assert set(background.geom_type) == {"LineString"}


def test_a_shape_of_the_wrong_kind_for_its_layer_is_left_out(settings: BackgroundSettings) -> None:
    line = shapely.LineString([(0, 0), (100, 0)])
    background = light(
        settings, ("water", 1, line), ("road", 1, LAKE), ("place", 1, LAKE), ("place", 2, shapely.Point(5, 5))
    )
    assert background["feature_id"].tolist() == ["w3"]


def test_row_order_does_not_change_the_shape_of_roads(settings: BackgroundSettings) -> None:
    pieces = [("road", 1, shapely.LineString([(x, x), (x + 100, x + 100)])) for x in range(0, 900, 100)]
    one, other = light(settings, *pieces), light(settings, *reversed(pieces))
    assert shapely.to_wkb(shapely.normalize(one.geometry.iloc[0])) == shapely.to_wkb(
        shapely.normalize(other.geometry.iloc[0])
    )


def test_the_same_input_gives_the_same_bytes(settings: BackgroundSettings) -> None:
    features = [("water", 1, LAKE), ("road", 1, shapely.LineString([(0, 0), (900, 90)]))]
    one, other = (light(settings, *features).to_wkb() for _ in range(2))
    pd.testing.assert_frame_equal(one, other)
