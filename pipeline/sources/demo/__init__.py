"""The generator of Markerwaard, an invented gemeente in a polder never made, in the raw formats of real sources."""

from pipeline.sources.demo.areas import write_areas
from pipeline.sources.demo.figures import write_figures
from pipeline.sources.demo.osm_file import write_osm
from pipeline.sources.demo.region import DemoRegion, generate
from pipeline.sources.demo.registers import write_registers
from pipeline.sources.demo.timetable import write_timetable

GENERATOR_VERSION = "3"

__all__ = [
    "GENERATOR_VERSION",
    "DemoRegion",
    "generate",
    "write_areas",
    "write_figures",
    "write_osm",
    "write_registers",
    "write_timetable",
]
