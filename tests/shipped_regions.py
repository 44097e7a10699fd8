"""The regions that are shipped to be fetched: their gemeenten, as `woonzorg new-region` was given them."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from pipeline.commands.region_files import NewRegion
from pipeline.settings_files import read_sections
from pipeline.sources.gemeenten import Gemeente

PROJECT = Path(__file__).parents[1]
MADE_ON = "2026-11-22"


@dataclass(frozen=True)
class Shipped:
    """A region: its label, and its gemeenten by code as name and provincie."""

    label: str
    gemeenten: Mapping[str, tuple[str, str]]


_DRENTHE = {
    "GM1680": "Aa en Hunze", "GM0106": "Assen", "GM1681": "Borger-Odoorn", "GM0109": "Coevorden", "GM1690": "De Wolden",
    "GM0114": "Emmen", "GM0118": "Hoogeveen", "GM0119": "Meppel", "GM1731": "Midden-Drenthe", "GM1699": "Noordenveld",
    "GM1730": "Tynaarlo", "GM1701": "Westerveld",
}  # fmt: skip
_RIVIERENLAND = {
    "GM0214": "Buren", "GM0216": "Culemborg", "GM0263": "Maasdriel", "GM1740": "Neder-Betuwe", "GM0281": "Tiel",
    "GM1960": "West Betuwe", "GM0668": "West Maas en Waal", "GM0297": "Zaltbommel",
}  # fmt: skip
_AROUND_HOOGEVEEN = {
    "GM1690": ("De Wolden", "Drenthe"),
    "GM0118": ("Hoogeveen", "Drenthe"),
    "GM0119": ("Meppel", "Drenthe"),
    "GM0180": ("Staphorst", "Overijssel"),
    "GM1701": ("Westerveld", "Drenthe"),
    "GM1896": ("Zwartewaterland", "Overijssel"),
}
SHIPPED = {
    "hoogeveen-eo": Shipped("Hoogeveen e.o.", _AROUND_HOOGEVEEN),
    "rivierenland": Shipped("Rivierenland", {code: (name, "Gelderland") for code, name in _RIVIERENLAND.items()}),
    "hoeksche-waard": Shipped("Hoeksche Waard", {"GM1963": ("Hoeksche Waard", "Zuid-Holland")}),
    "drenthe": Shipped("Drenthe", {code: (name, "Drenthe") for code, name in _DRENTHE.items()}),
}


def new_region_of(region: str) -> NewRegion:
    """Return what `woonzorg new-region` makes the region of."""
    shipped = SHIPPED[region]
    names = {code: name for code, (name, _) in shipped.gemeenten.items()}
    provincies = tuple(sorted({provincie for _, provincie in shipped.gemeenten.values()}))
    around = read_sections(PROJECT / "config", ["osm_around"])["osm_around"]
    return NewRegion(region, shipped.label, names, provincies, around, MADE_ON)


def all_gemeenten() -> list[Gemeente]:
    """Return the gemeenten of all shipped regions."""
    found = {code: Gemeente(code, *names) for shipped in SHIPPED.values() for code, names in shipped.gemeenten.items()}
    return [found[code] for code in sorted(found)]
