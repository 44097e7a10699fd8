"""``gemeenten.yaml``: where names of gemeenten are looked up, and which gemeenten merged."""

from collections.abc import Collection
from typing import Annotated

from pydantic import Field

from pipeline.config.values import Code, GemeenteCode, Section

Year = Annotated[int, Field(ge=1990, le=2100)]


class GemeenteTables(Section):
    """The CBS tables that list all gemeenten of a year with the provincie that each lies in."""

    service: Code
    tables: dict[Annotated[str, Field(pattern=r"^\d{4}$")], Annotated[str, Field(pattern=r"^[A-Za-z0-9]+$")]] = Field(
        min_length=1
    )


ExtractPath = Annotated[str, Field(pattern=r"^[a-z][a-z/-]*\.osm\.pbf$")]


class OsmAround(Section):
    """Where OpenStreetMap of a new region comes from.

    Parameters
    ----------
    overpass_max_gemeenten
        Up to so many gemeenten Overpass is asked; more take extracts.
    country
        The extract that holds every gemeente, for regions of which the provincies are not known.
    provincies
        Per provincie the extracts that hold it and what lies around it in this country.
    abroad
        Per extract of a neighbouring country the gemeenten at that border.
    """

    overpass_max_gemeenten: int = Field(ge=0, le=50)
    country: ExtractPath
    provincies: dict[str, list[ExtractPath]]
    abroad: dict[ExtractPath, list[GemeenteCode]]

    def extracts(self, gemeenten: Collection[str], provincies: Collection[str]) -> list[str]:
        """Return the extracts that a region takes, those of its own provincies first."""
        known = [one for one in self.provincies if one in provincies]
        own = [self.provincies[one][0] for one in known] if len(known) == len(provincies) and known else [self.country]
        around = [] if own == [self.country] else [path for one in known for path in self.provincies[one]]
        abroad = [path for path, codes in self.abroad.items() if set(codes) & set(gemeenten)]
        return list(dict.fromkeys([*own, *around, *abroad]))


class Merger(Section):
    """Gemeenten that ended, and those that got their land.

    Parameters
    ----------
    year
        The first year of which 1 January has the new division.
    ended
        Gemeenten whose code is no longer used, with their names.
    into
        Gemeenten that are new or grew; more than one where a gemeente was split.
    """

    year: Year
    ended: dict[GemeenteCode, str] = Field(min_length=1)
    into: dict[GemeenteCode, str] = Field(min_length=1)


Mergers = list[Merger]
