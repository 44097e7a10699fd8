"""Stage: build areas, base areas, units and dwellings."""

from pipeline.config.params import DwellingSettings, LimitSettings, UnitSettings
from pipeline.config.region import RegionSettings
from pipeline.config.sources import AreaSettings, OsmSettings
from pipeline.contracts import AREAS, BASE_AREAS, DWELLINGS, FIGURES, UNITS
from pipeline.model import areas as area_model
from pipeline.model import dwellings as dwelling_model
from pipeline.model import matching
from pipeline.model import units as unit_model
from pipeline.sources.areas import read_areas
from pipeline.sources.osm.addresses import read_addresses
from pipeline.sources.osm.extract import read_extract
from pipeline.sources.osm.land import read_buildings, read_places, read_water
from pipeline.stages.run import run
from pipeline.tables import RegionFiles


def build_areas(
    files: RegionFiles,
    *,
    region: RegionSettings,
    areas: AreaSettings,
    osm: OsmSettings,
    units: UnitSettings,
    dwellings: DwellingSettings,
    limits: LimitSettings,
) -> None:
    """Bring boundaries, figures, addresses and buildings together into base areas, units and dwellings."""
    pbf = files.snapshot("osm") / osm.file
    every = read_areas(areas.layers, files.snapshot("areas"), limits)
    area_model.require_overlap(read_extract(pbf), every, region)
    figures = files.read(FIGURES)
    addresses = read_addresses(pbf)
    located = dwelling_model.locate_addresses(addresses, every, base_level=region.base_level)
    kind = dwelling_model.building_kind(addresses.geometry, read_buildings(pbf), dwellings)
    homes = area_model.figure_by_area(figures, "homes")
    found = dwelling_model.select_dwellings(located, kind, homes, dwellings)
    places, water = read_places(pbf), read_water(pbf)
    base = area_model.locate_base_areas(every, located, found, places, region)
    base = area_model.count_base_areas(base, located, found, figures, dwellings)
    area_model.require_usable(base, region)
    base = base.assign(
        base_name=area_model.name_base_areas(base, found, every, name_share=units.name_share),
        land_km2=area_model.land_km2(base, water),
    )
    named = unit_model.assign_units(base, units, region.unit_names)
    base = base.join(named["unit_code"], on="base_code", validate="one_to_one")
    homes_of_units = dwelling_model.dwellings_of_units(found, base)
    matching.require_match(figures, homes_of_units, limits)
    files.write(
        (AREAS, every),
        (BASE_AREAS, base),
        (UNITS, unit_model.dissolve_units(base, named, region.gemeenten)),
        (DWELLINGS, homes_of_units),
    )


if __name__ == "__main__":
    run(build_areas)
