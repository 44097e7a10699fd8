"""Gemeenten that merged between the years of sources: which source knows which gemeenten, and what to do."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from pipeline.config.gemeenten import Merger
from pipeline.config.sources import AreaLayer, FigureTable, ReferenceTable
from pipeline.publish.labels import listing

_BY_POSTCODE = ("postcode", "pc4")
"""How columns of codes are named that know no gemeenten."""


def merger_remarks(sections: Mapping[str, Any]) -> list[str]:
    """Return a remark for each source of another division into gemeenten than the region's settings name.

    Parameters
    ----------
    sections
        Of the settings, as far as these could be read: region, areas, figures and mergers count.
    """
    if not sections.keys() >= {"region", "mergers"}:
        return []
    gemeenten: Mapping[str, str] = sections["region"].gemeenten
    years = dict(_years(sections))
    return [
        remark
        for merger in sections["mergers"]
        for remark in (*_too_early(merger, gemeenten, years), *_too_late(merger, gemeenten, years))
    ]


def _years(sections: Mapping[str, Any]) -> Iterator[tuple[str, int]]:
    """Yield the files whose rows go by gemeente, wijk or buurt, with the year of their division."""
    if "areas" in sections:
        for layer in sections["areas"].layers:
            year = _year_of_layer(layer)
            if layer.level != "postcode" and year is not None:
                yield layer.file, year
    if "figures" in sections:
        for table in sections["figures"].files:
            # A table that is asked of the CBS may leave its year to the table.
            if table.year and not _is_by_postcode(table):
                yield table.file, table.year


def _year_of_layer(layer: AreaLayer) -> int | None:
    query = getattr(layer, "pdok", None)
    if query is not None:
        return int(query.year)
    return int(layer.reference_date[:4]) if layer.reference_date is not None else None


def _is_by_postcode(table: FigureTable | ReferenceTable) -> bool:
    return any(word in table.code.lower() for word in _BY_POSTCODE)


def _too_early(merger: Merger, gemeenten: Mapping[str, str], years: Mapping[str, int]) -> Iterator[str]:
    early = [f"{file} ({year})" for file, year in years.items() if year < merger.year]
    into = [f"{name} ({code})" for code, name in merger.into.items() if code in gemeenten]
    if early and into:
        yield (
            f"{listing(into)}: in deze omvang pas sinds {merger.year}, met het gebied van {_ended(merger)}. Nog met de "
            f"oude indeling: {listing(early)}; neem een uitgave vanaf {merger.year}, of gebruik voor alle bronnen een "
            "jaar van vóór de herindeling, met de codes van toen bij gemeenten."
        )


def _too_late(merger: Merger, gemeenten: Mapping[str, str], years: Mapping[str, int]) -> Iterator[str]:
    late = [f"{file} ({year})" for file, year in years.items() if year >= merger.year]
    ended = [f"{name} ({code})" for code, name in merger.ended.items() if code in gemeenten]
    if late and ended:
        yield (
            f"{listing(ended)}: opgeheven in {merger.year} en {how_it_went(merger)}. Al met de nieuwe indeling: "
            f"{listing(late)}; noem bij gemeenten de nieuwe, of neem uitgaven van vóór {merger.year}."
        )


def _ended(merger: Merger) -> str:
    return listing([f"{name} ({code})" for code, name in merger.ended.items()])


def how_it_went(merger: Merger) -> str:
    """Say where the land of the gemeenten that ended went."""
    into = listing([f"{name} ({code})" for code, name in merger.into.items()])
    return f"verdeeld over {into}" if len(merger.into) > 1 else f"opgegaan in {into}"


def merger_of(name_or_code: str, mergers: Sequence[Merger]) -> Merger | None:
    """Return the merger in which a gemeente ended, by its name or code; None if it did not."""
    wanted = name_or_code.casefold()
    return next(
        (
            merger
            for merger in mergers
            if any(wanted in (code.casefold(), name.casefold()) for code, name in merger.ended.items())
        ),
        None,
    )
