"""A boundary that crosses itself is put right only where that leaves the area as it is."""

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from pipeline.sources.shapes import repair

SQUARE = shapely.box(0, 0, 100, 100)
BOW_TIE = shapely.Polygon([(0, 0), (100, 100), (100, 0), (0, 100)])
SPIKE = shapely.Polygon([(0, 0), (100, 0), (100, 100), (50, 100), (50, 150), (50, 100), (0, 100)])
LOOP = shapely.Polygon([(0, 0), (100, 0), (100, 100), (0, 100), (0, 105), (5, 105), (-5, 100), (0, 95)])


def repaired(*shapes: BaseGeometry | None) -> tuple[list[BaseGeometry | None], list[bool]]:
    found, is_repaired = repair(np.array(shapes, dtype=object), 0.01)
    return list(found), is_repaired.tolist()


def test_small_faults_are_repaired_to_polygons_alone() -> None:
    assert not SPIKE.is_valid
    assert not LOOP.is_valid
    shapes, is_repaired = repaired(SPIKE, LOOP)
    assert is_repaired == [True, True]
    for shape in shapes:
        assert shape is not None
        assert shape.is_valid
        assert shape.geom_type == "MultiPolygon"
    assert shapes[0] is not None
    assert shapes[0].equals(SQUARE)


def test_what_is_sound_or_would_become_another_area_stays_as_it_is() -> None:
    line = shapely.LineString([(0, 0), (1, 1)])
    given = [SQUARE, BOW_TIE, line, None, shapely.Polygon()]
    shapes, is_repaired = repaired(*given)
    assert not any(is_repaired)
    assert all(one is other for one, other in zip(shapes, given, strict=True))


def test_coordinates_that_are_no_numbers_stay_to_be_reported() -> None:
    endless = shapely.Polygon([(0, 0), (np.inf, 0), (1, 1)])
    shapes, is_repaired = repaired(endless)
    assert shapes == [endless]
    assert is_repaired == [False]
