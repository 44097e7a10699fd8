"""Part 2, reading: from an ``.osm.pbf`` to the walking network and the facilities."""

import tempfile
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from pipeline.config.facilities import FacilitySettings
from pipeline.config.params import NetworkSettings
from pipeline.config.values import TagRule
from pipeline.settings_files import read_sections
from pipeline.tag_rules import keys_of, matches_any
from tests.benchmarks.measuring import in_fresh_process, timed
from tests.benchmarks.regions import SAMPLE, lay_out_sample, real_data, sample_settings
from tests.benchmarks.report import Table, megabytes, times
from tests.stage_runs import PROJECT

Edges = pd.DataFrame
"""from_id, to_id, length_m: each edge once, the lower node first."""

OURS = "ours"
READERS = {
    OURS: "**ours**: `sources.osm` and `model.network`",
    "osmnx": "osmnx: XML made with pyosmium, as osmnx reads no `.pbf`; then `graph_from_xml`, `features_from_xml`",
    "pyrosm": "pyrosm: `get_network('walking')`, `get_pois`",
}


def measure_reader(reader: str, pbf: str, answer: str) -> dict[str, Any]:
    """Measure one reader and keep the edges that it finds; returns also how many facilities."""
    settings = read_sections(PROJECT / "config", ["network", "facilities"])
    read = _PREPARE[reader](Path(pbf), settings["network"], settings["facilities"])
    timing, (edges, facilities) = timed(read, runs=3)
    edges.to_parquet(answer)
    return {"seconds": timing.seconds, "cpu_seconds": timing.cpu_seconds, "facilities": facilities}


def _ours(pbf: Path, network: NetworkSettings, facilities: FacilitySettings) -> Callable[[], tuple[Edges, int]]:
    from pipeline.model.network import edges_of_ways, unique_edges
    from pipeline.sources.osm.tagged import read_facilities
    from pipeline.sources.osm.ways import read_walkable

    def read() -> tuple[Edges, int]:
        ways = read_walkable(pbf, network.walkable, network.not_walkable)
        _, stretches = edges_of_ways(ways.starts, ways.node_ids, ways.x_m, ways.y_m)
        return unique_edges(stretches), len(read_facilities(pbf, facilities.categories))

    return read


def _osmnx(pbf: Path, network: NetworkSettings, facilities: FacilitySettings) -> Callable[[], tuple[Edges, int]]:
    import osmnx

    match = [rule for one in facilities.categories.values() for rule in one.match]

    def read() -> tuple[Edges, int]:
        with tempfile.TemporaryDirectory() as folder:
            roads, places = Path(folder) / "roads.osm", Path(folder) / "places.osm"
            _write_xml(pbf, roads, network.walkable, network.not_walkable, "w")
            _write_xml(pbf, places, match, [], "nwr")
            graph = osmnx.graph_from_xml(roads, bidirectional=True, simplify=False, retain_all=True)
            features = osmnx.features_from_xml(places, tags=dict.fromkeys(keys_of(match), True))
        _, edges = osmnx.graph_to_gdfs(graph, nodes=True)
        ends = edges.reset_index()
        return _edges(ends["u"], ends["v"], ends["length"]), len(features)

    return read


def _write_xml(pbf: Path, xml: Path, wanted: Iterable[TagRule], unwanted: Iterable[TagRule], kinds: str) -> None:
    import osmium
    import osmium.filter

    objects = osmium.FileProcessor(str(pbf)).with_filter(osmium.filter.KeyFilter(*keys_of(wanted)))
    with osmium.BackReferenceWriter(str(xml), ref_src=str(pbf), relation_depth=1) as writer:
        for one in objects:
            tags = dict(one.tags)
            if one.type_str() in kinds and matches_any(tags, wanted) and not matches_any(tags, unwanted):
                writer.add(one)


def _pyrosm(pbf: Path, network: NetworkSettings, facilities: FacilitySettings) -> Callable[[], tuple[Edges, int]]:
    from pyrosm import OSM

    wanted: dict[str, set[str]] = {}
    for rule in (rule for one in facilities.categories.values() for rule in one.match):
        key, value = next(iter(rule.items()))
        wanted.setdefault(key, set()).update([value] if isinstance(value, str) else value)
    chosen = {key: sorted(values) for key, values in wanted.items()}

    def read() -> tuple[Edges, int]:
        reader = OSM(str(pbf))
        _, edges = reader.get_network(network_type="walking", nodes=True)
        return _edges(edges["u"], edges["v"], edges["length"]), len(reader.get_pois(custom_filter=chosen))

    return read


_PREPARE = {OURS: _ours, "osmnx": _osmnx, "pyrosm": _pyrosm}


def _edges(one: pd.Series, other: pd.Series, length_m: pd.Series) -> Edges:
    frame = pd.DataFrame({
        "from_id": np.minimum(one, other).astype("int64"), "to_id": np.maximum(one, other).astype("int64"),
        "length_m": length_m.to_numpy(dtype=np.float64),
    })  # fmt: skip
    return frame[frame["from_id"] != frame["to_id"]].drop_duplicates(["from_id", "to_id"])


def run(folder: Path) -> list[Table]:
    """Measure all readers and compare the networks that they find."""
    data = real_data()
    if data:
        pbf, what = data / "kampen.osm.pbf", "Kampen and around"
    else:
        lay_out_sample(folder / "sample", sample_settings(1))
        pbf = folder / "sample/data/raw" / SAMPLE / f"incoming/{SAMPLE}.osm.pbf"
        what = "the sample region (the data of Kampen is not here)"
    found = {name: in_fresh_process("reading:measure_reader", reader=name, pbf=str(pbf), answer=str(folder / name))
             for name in READERS}  # fmt: skip
    ours = pd.read_parquet(folder / OURS)
    rows = []
    for name, one in found.items():
        edges = pd.read_parquet(folder / name)
        rows.append([
            READERS[name], f"{one['seconds']:.2f}", times(one["seconds"], found[OURS]["seconds"]),
            megabytes(one["peak_mb"]), f"{len(edges):,}",
            f"{edges['length_m'].sum() / 1000:,.1f}", str(one["facilities"]), compared(ours, edges),
        ])  # fmt: skip
    head = ["reader", "seconds", "x ours", "peak MB", "edges", "km", "objects", "edges that ours has too"]
    size = f"{what}, `{pbf.name}` ({pbf.stat().st_size / 1e6:.1f} MB)"
    return [Table("From `.osm.pbf` to walking network and facilities", size, head, rows, _NOTE)]


def compared(ours: Edges, edges: Edges) -> str:
    """Return how many edges are the same, and how far their lengths are apart."""
    both = ours.merge(edges, on=["from_id", "to_id"], suffixes=("", "_other"))
    apart = (both["length_m"] - both["length_m_other"]).abs().max() if len(both) else 0.0
    return f"{len(both):,}; lengths at most {apart:.2f} m apart"


_NOTE = (
    "The same settings say which ways are walkable for ours and osmnx; pyrosm has a filter of its own. Ours measures "
    "in EPSG:28992, the others along the globe. *Objects*: ours has sorted them into categories; in osmnx and pyrosm, "
    "which take the first tag of each rule alone, that is still to be done."
)
