"""The extract as a whole: damage is named, and the area is told."""

from pathlib import Path

import pytest

from pipeline.errors import SourceError
from pipeline.sources.osm.extract import check_extract, read_extract, read_header_extract
from tests.sources.osm.drawn import SQUARE, extract


def test_the_extract_is_the_box_of_its_header_else_of_its_nodes(tmp_path: Path) -> None:
    with_box = read_extract(extract(tmp_path / "box.osm.pbf", SQUARE))
    without = read_extract(extract(tmp_path / "nodes.osm.pbf", SQUARE, box=False))
    assert with_box.area == pytest.approx(100 * without.area, rel=0.01)
    assert with_box.covers(without.centroid)


def test_a_complete_extract_passes_and_damage_is_named(pbf: Path, tmp_path: Path) -> None:
    check_extract(extract(pbf, SQUARE, [(7, [1, 2], {"highway": "residential"})]))
    with pytest.raises(SourceError, match="bevat geen straten"):
        check_extract(extract(tmp_path / "nodes.osm.pbf", SQUARE))
    with pytest.raises(SourceError, match="bevat geen gegevens"):
        check_extract(extract(tmp_path / "empty.osm.pbf", []))
    content = pbf.read_bytes()
    for share in (0.1, 0.5, 0.9):
        pbf.write_bytes(content[: int(len(content) * share)])
        with pytest.raises(SourceError, match="niet volledig leesbaar"):
            check_extract(pbf)


def test_the_header_tells_the_area_without_reading_on(pbf: Path) -> None:
    whole = extract(pbf, SQUARE)
    assert read_header_extract(whole).equals(read_extract(whole))  # type: ignore[union-attr]
    content = whole.read_bytes()
    whole.write_bytes(content[:-10])
    assert read_header_extract(whole) is not None, "what follows the header is the stage's to read"


def test_a_header_that_names_no_area_or_is_none_at_all(pbf: Path) -> None:
    assert read_header_extract(extract(pbf, SQUARE, box=False)) is None
    pbf.write_bytes(b"geen uittreksel")
    with pytest.raises(SourceError, match="niet volledig leesbaar"):
        read_header_extract(pbf)
