"""Areas of a region and of what lies around it, asked of PDOK and kept as GeoJSON that `sources.areas` reads."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from pipeline.config.pdok import FeatureQuery
from pipeline.config.sources import AreaLayer, AreaSettings
from pipeline.contracts import CRS
from pipeline.errors import SourceError, collected, raise_faults
from pipeline.sources import area_features as rows
from pipeline.sources.feature_services import Feature, Wanted, ask_features
from pipeline.sources.fetching import Live, Received
from pipeline.sources.shapes import NETHERLANDS, repair
from pipeline.sources.web import Web

_SHOWN = 5


@dataclass(frozen=True)
class Region:
    """What is asked for.

    Parameters
    ----------
    gemeenten
        Name by code.
    buffer_m
        How far around them areas are wanted, in metres.
    repaired_share
        What part of its area (0-1) the repair of a boundary may change.
    """

    gemeenten: Mapping[str, str]
    buffer_m: float
    repaired_share: float


@dataclass
class _Answer:
    """The areas of a layer, each once, names of water by code, and how many rows came of each question."""

    land: dict[str, list[Feature]] = field(default_factory=dict)
    water: dict[str, str] = field(default_factory=dict)
    asked: list[dict[str, Any]] = field(default_factory=list)

    @property
    def features(self) -> list[Feature]:
        return [one for same in self.land.values() for one in same]


def live_layers(areas: AreaSettings, region: Region, web: Web) -> list[Live]:
    """Return the layers that services give, that of the gemeenten first: the others lie in the box around it."""
    if areas.origin != "services":
        return []
    return [
        Live(layer, _request(layer, areas, region, web), partial(_get, layer, areas=areas, region=region, web=web))
        for layer in areas.files
        if layer.is_live
    ]


def _request(layer: AreaLayer, areas: AreaSettings, region: Region, web: Web) -> dict[str, Any]:
    query, outline = _query(layer), _outline(areas)
    request = {
        "address": web.service(query.service).address,
        **query.model_dump(exclude={"page_size"}),
        "crs": CRS,
        "code": layer.code,
        "gemeenten": sorted(region.gemeenten),
        "buffer_m": region.buffer_m,
    }
    return request if layer is outline else {**request, "outline": _request(outline, areas, region, web)}


def _query(layer: AreaLayer) -> FeatureQuery:
    if layer.pdok is None:
        raise ValueError(f"layer {layer.file} is not asked of a service")
    return layer.pdok


def _outline(areas: AreaSettings) -> AreaLayer:
    if areas.gemeenten is None:
        raise ValueError("settings without gemeenten have no layers of services")
    return areas.gemeenten


def _get(layer: AreaLayer, folder: Path, *, areas: AreaSettings, region: Region, web: Web) -> Received:
    """Ask for the areas of the region by gemeente and those around it by box, and write them into `folder`."""
    query, outline, answer = _query(layer), _outline(areas), _Answer()
    if layer is not outline and not (folder / outline.file).is_file():
        raise SourceError([])  # what is wrong was said of the gemeenten
    faults: list[str] = []
    for code in region.gemeenten if query.gemeente else ():
        with collected(faults):
            if not _add(answer, layer, Wanted({str(query.gemeente): code, **query.where}), web):
                raise SourceError(_no_such_gemeente(code, layer, areas, region, web))
    raise_faults(SourceError, faults)
    gemeenten = answer.features if layer is outline else rows.read_layer(outline, folder)
    of_region = [one for one in gemeenten if rows.code_of(one, outline) in region.gemeenten]
    asked_by_code = set(answer.land)
    came = _add(answer, layer, Wanted(query.where, rows.box_around(of_region, region.buffer_m)), web)
    _require_all(asked_by_code, came, layer)
    if not answer.land:
        raise SourceError(
            f"{query.collection}: de dienst geeft geen gebieden in en om de regio; verbeter path, collection of where."
        )
    rows.write_layer(answer.features, layer, folder)
    web.tell(_summary(answer, layer))
    report = rows.write_report(_report(answer, layer, region), layer, folder)
    return Received(f"{query.year}-01-01", len(answer.features), (report,))


def _require_all(of_region: set[str], came: set[str], layer: AreaLayer) -> None:
    """Require that what lies in the region also came with what lies in the box around it: not every service counts."""
    lost = sorted(of_region - came)
    if lost:
        raise SourceError(
            f"{_query(layer).collection}: de dienst gaf {len(lost)} gebieden van de regio wel per gemeente en niet in "
            f"het vak eromheen ({', '.join(lost[:_SHOWN])}), dus er kan meer ontbreken; haal het later opnieuw op."
        )


def _add(answer: _Answer, layer: AreaLayer, wanted: Wanted, web: Web) -> set[str]:
    """Ask for areas and add those that are not there yet; return the codes of all that came and are land.

    Raises
    ------
    SourceError
        If they cannot be what was asked for.
    """
    query = _query(layer)
    found = ask_features(web, query, wanted)
    features = [rows.plain(one) for one in found.features]
    rows.require_attributes(features, layer, query)
    land = [one for one in features if rows.is_land(one, query)]
    rows.require_near(land, wanted.box or NETHERLANDS.bounds, layer)
    known = set(answer.land)
    for one in rows.touching(features, wanted.box) if wanted.box else features:
        code = rows.code_of(one, layer)
        if not rows.is_land(one, query):
            answer.water[code] = str(one["properties"].get(layer.name or layer.code))
        elif code not in known:
            answer.land.setdefault(code, []).append(one)
    question = {"equal": dict(wanted.equal), "box_m": wanted.box}
    answer.asked.append({**question, "announced": found.announced, "received": len(features)})
    return {rows.code_of(one, layer) for one in land}


def _no_such_gemeente(code: str, layer: AreaLayer, areas: AreaSettings, region: Region, web: Web) -> str:
    name, year = region.gemeenten[code], _query(layer).year
    if layer is not _outline(areas):
        return (
            f"{_query(layer).collection}: geen gebieden van gemeente {code} ({name}) in {year}, terwijl de gemeente er "
            "wel is; haal het later opnieuw op, of kies voor alle lagen hetzelfde jaar."
        )
    heirs = _heirs(name, areas, web)
    hint = f"; een gebied dat {name} heet ligt dan in {', '.join(heirs)}" if heirs else ""
    return (
        f"gemeente {code} ({name}) bestaat niet in {year}{hint}; verbeter region.gemeenten, of kies gebieden van een "
        "jaar waarin de gemeente bestaat."
    )


def _heirs(name: str, areas: AreaSettings, web: Web) -> list[str]:
    """Return the gemeenten that an area with the name of one that is gone lies in, as far as services tell."""
    heirs: set[str] = set()
    for layer in areas.files:
        if layer.pdok is None or layer.pdok.gemeente is None or layer.name is None:
            continue
        with suppress(SourceError):
            found = ask_features(web, layer.pdok, Wanted({layer.name: name, **layer.pdok.where}))
            named = [rows.plain(one)["properties"] for one in found.features]
            heirs |= {f"{one.get(layer.pdok.gemeente)} ({one.get('gemeentenaam', 'naam onbekend')})" for one in named}
    return sorted(heirs)[:_SHOWN]


def _report(answer: _Answer, layer: AreaLayer, region: Region) -> dict[str, Any]:
    features = answer.features
    _, is_repaired = repair(rows.shapes_of(features), region.repaired_share)
    repaired = [rows.code_of(one, layer) for one, mended in zip(features, is_repaired, strict=True) if mended]
    return {
        "asked": answer.asked,
        "water_dropped": dict(sorted(answer.water.items())),
        "repaired_when_read": sorted(repaired),
    }


def _summary(answer: _Answer, layer: AreaLayer) -> str:
    names = list(answer.water.values())
    more = f" en nog {len(names) - _SHOWN}" if len(names) > _SHOWN else ""
    kind = "watergebied" if len(names) == 1 else "watergebieden"
    dropped = f"; {len(names)} {kind} weggelaten ({', '.join(names[:_SHOWN])}{more})" if names else ""
    return f"{layer.file}: {len(answer.features)} gebieden van {_query(layer).year}{dropped}."
