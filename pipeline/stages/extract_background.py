"""Stage: extract the light background of the map from OpenStreetMap."""

from pipeline.config.params import BackgroundSettings
from pipeline.config.sources import OsmSettings
from pipeline.contracts import BACKGROUND, BASE_AREAS
from pipeline.model.background import simplify_background
from pipeline.sources.osm.tagged import read_background
from pipeline.stages.run import run
from pipeline.tables import RegionFiles


def extract_background(files: RegionFiles, *, osm: OsmSettings, background: BackgroundSettings) -> None:
    """Read water, built-up area, green, roads, railways and place names, and make them light."""
    found = read_background(files.snapshot("osm") / osm.file, background.layers)
    files.write((BACKGROUND, simplify_background(found, files.read(BASE_AREAS), background)))


if __name__ == "__main__":
    run(extract_background)
