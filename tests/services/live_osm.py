"""The tiny region with its map from services on this machine."""

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from pipeline.tables import RegionFiles
from tests import tiny_region
from tests.services.files import file_handler
from tests.services.overpass import Map, Overpass
from tests.services.server import Answer, Handler, Question, impatient
from tests.stage_runs import run_stages

PATH = "europe/netherlands/vierkant-latest.osm.pbf"
MOMENT = "2025-03-01T20:21:22Z"
OVERPASS: Mapping[str, Any] = {"overpass": {"service": "overpass"}}
EXTRACTS: Mapping[str, Any] = {"extracts": [{"service": "geofabrik", "path": PATH}]}
_SOURCE = {"file": "vierkant.osm.pbf", "what": "Kaart", "holder": "Test", "licence": "CC0"}


def map_services(files: Mapping[str, bytes], map_: Map) -> Handler:
    """Return what answers as an Overpass below ``/api`` and as a file server elsewhere."""
    overpass, others = Overpass({MOMENT: map_}), file_handler(files)

    def handle(question: Question) -> Answer:
        return overpass(question) if question.path.startswith("/api/") else others(question)

    return handle


def as_geofabrik(pbf: bytes, path: str = PATH) -> dict[str, bytes]:
    """Return an extract with its checksum, by path."""
    return {f"/{path}": pbf, f"/{path}.md5": f"{hashlib.md5(pbf).hexdigest()}  {Path(path).name}\n".encode()}


def set_services(root: Path, address: str, *, read_seconds: float = 0.3) -> None:
    """Let the settings below `root` ask services at `address`, without patience."""
    path = root / "config/services.yaml"
    settings = yaml.safe_load(path.read_text(encoding="utf-8"))
    settings["web"] = {**impatient().model_dump(), "read_seconds": read_seconds}
    settings["services"]["overpass"]["address"] = f"{address}/api"
    settings["services"]["geofabrik"]["address"] = address
    path.write_text(yaml.safe_dump(settings, allow_unicode=True), encoding="utf-8")


def set_osm(root: Path, **osm: Any) -> None:
    """Let the map of the tiny region come from services as `osm` says."""
    settings = tiny_region.settings()
    settings["osm"] = {"from": "services", **_SOURCE, **osm}
    tiny_region.write_settings(root, settings)


def fetch(root: Path, **osm: Any) -> RegionFiles:
    """Take the snapshot as `osm` says."""
    set_osm(root, **osm)
    return run_stages(root, tiny_region.REGION, ["fetch_osm"])
