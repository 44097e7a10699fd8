"""Stage: extract the facilities of every category from OpenStreetMap."""

from pipeline.config import FacilitySettings, OsmSettings
from pipeline.contracts import FACILITIES
from pipeline.model.facilities import merge_same_place
from pipeline.sources.osm import read_facilities
from pipeline.stages.run import run
from pipeline.tables import RegionFiles


def extract_facilities(files: RegionFiles, *, osm: OsmSettings, facilities: FacilitySettings) -> None:
    """Find the objects of each category and count each facility once."""
    found = read_facilities(files.snapshot("osm") / osm.file, facilities.categories)
    files.write((FACILITIES, merge_same_place(found, same_place_m=facilities.same_place_m)))


if __name__ == "__main__":
    run(extract_facilities)
