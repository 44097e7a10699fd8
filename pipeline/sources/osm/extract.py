"""An extract as a whole: whether it is sound, and which area it covers."""

from pathlib import Path
from typing import Any

import osmium
import shapely

from pipeline.errors import SourceError, raise_faults
from pipeline.sources.osm.objects import to_rd
from pipeline.sources.osm_files import readable

_ORDER = "nwr"


def check_extract(pbf: Path) -> None:
    """Read the extract from end to end.

    Raises
    ------
    SourceError
        If it is damaged, not in order, or holds no nodes or no streets.
    """
    counts, streets, last, is_in_order = dict.fromkeys(_ORDER, 0), 0, (0, False, 0), True
    with readable(pbf):
        for one in osmium.FileProcessor(str(pbf)):
            kind = one.type_str()
            counts[kind] += 1
            place = (_ORDER.index(kind), one.id > 0, abs(one.id))
            is_in_order &= place > last
            last = place
            streets += kind == "w" and "highway" in one.tags
    missing = {
        "bevat geen gegevens; zet er een volledige kopie neer": any(counts.values()),
        "bevat geen knopen (node); zet er een volledig uittreksel neer": counts["n"],
        "staat niet op volgorde van soort en nummer; zet het op volgorde met `osmium sort`": is_in_order,
        "bevat geen straten (geen way met highway); zet er een volledig uittreksel neer": streets,
    }
    raise_faults(SourceError, [f"{pbf.name}: {fault}." for fault, is_right in missing.items() if not is_right][:1])


def read_extract(pbf: Path) -> shapely.Polygon:
    """Return the area that the extract covers: the box in its header, else the box around its nodes.

    Returns
    -------
    Polygon in EPSG:28992; its straight sides follow the meridians and parallels to within a metre.
    """
    with readable(pbf):
        box = _header_box(pbf)
        if not box.valid():
            for node in osmium.FileProcessor(str(pbf), osmium.osm.NODE):
                if isinstance(node, osmium.osm.Node):
                    box.extend(node.location)
    return _polygon_of_box(box)


def read_header_extract(pbf: Path) -> shapely.Polygon | None:
    """Return the area that the extract says to cover, without reading what it holds; None where it does not say.

    Raises
    ------
    SourceError
        If the file does not begin as an extract.
    """
    with readable(pbf):
        box = _header_box(pbf)
    return _polygon_of_box(box) if box.valid() else None


def _header_box(pbf: Path) -> Any:
    header = osmium.io.Reader(str(pbf), osmium.osm.osm_entity_bits.NOTHING)
    box = header.header().box()
    header.close()
    return box


def _polygon_of_box(box: Any) -> shapely.Polygon:
    corners = shapely.box(box.bottom_left.lon, box.bottom_left.lat, box.top_right.lon, box.top_right.lat)
    polygon: shapely.Polygon = shapely.transform(shapely.segmentize(corners, 0.002), to_rd)
    return polygon
