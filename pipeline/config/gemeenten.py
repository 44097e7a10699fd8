"""``gemeenten.yaml``: where names of gemeenten are looked up, and which gemeenten merged."""

from typing import Annotated

from pydantic import Field

from pipeline.config.values import Code, GemeenteCode, Section

Year = Annotated[int, Field(ge=1990, le=2100)]


class GemeenteTables(Section):
    """The CBS tables that list all gemeenten of a year with the provincie that each lies in."""

    service: Code
    tables: dict[Year, Annotated[str, Field(pattern=r"^[A-Za-z0-9]+$")]] = Field(min_length=1)


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
