"""OpenStreetMap asked of Overpass: questions in its language, and answers that are whole or none.

An answer is kept as an extract, so that one reader reads both. Nodes come with the tags they have, ways with all their
nodes, multipolygons with all their members; who changed what is not asked for.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import osmium
from osmium.osm.mutable import Node, Relation, Way

from pipeline.config.services import OverpassSettings
from pipeline.config.sources import SourceFile
from pipeline.config.values import TagRule
from pipeline.sources.fetching import Live, Received
from pipeline.sources.osm_cut import Box, cut
from pipeline.sources.osm_files import writing
from pipeline.sources.web import TemporaryFaultError, Web
from pipeline.tag_rules import keys_of, values_of

_PATH = "interpreter"
_BYTES_PER_MB = 1 << 20
_ORDER = ("node", "way", "relation")
_REMARK_SHOWN = 200
_MOMENT = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z")
_NUMBERS = 1 << 63
_LONGEST_TEXT = 1024
"""Bytes that osmium takes; OpenStreetMap allows 255 characters."""


@dataclass(frozen=True)
class Question:
    """What is asked of Overpass.

    Parameters
    ----------
    service
        Its name in the settings.
    statements
        Kinds of object with their tags, in its language; without the box.
    box
        Where.
    date
        The day of the map that is asked for (yyyy-mm-dd); None for the map of now.
    """

    service: str
    statements: tuple[str, ...]
    box: Box
    date: str | None


@dataclass(frozen=True)
class _Answer:
    """Objects as they came, each once, and the moment that the service says its map is of."""

    objects: Mapping[tuple[str, int], Mapping[str, Any]]
    moment: str


def statements(rules: Sequence[TagRule], ways: Sequence[TagRule]) -> tuple[str, ...]:
    """Return what is asked: objects that may fit one of `rules`, and all ways with a key that a rule of `ways` needs.

    A rule may ask more of an object than its first tag: then too much comes, and the reader leaves it out.
    """
    asked = [f"[{_quoted(key)}{'' if value == '*' else '=' + _quoted(value)}]"
             for key, values in values_of(rules).items() for value in values]  # fmt: skip
    return (
        *(f"way[{_quoted(key)}]" for key in keys_of(ways)),
        *(f"{kind}{tag}" for tag in asked for kind in ("node", "way", 'relation["type"="multipolygon"]')),
    )


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def live(file: SourceFile, question: Question, web: Web, settings: OverpassSettings) -> Live:
    """Return an extract as a file that Overpass gives; how much is asked at once does not change what comes."""

    def get(folder: Path) -> Received:
        return Received(*fetch(web, question, settings, folder / file.file))

    return Live(file, {"address": web.service(question.service).address, **asdict(question)}, get)


def fetch(web: Web, question: Question, settings: OverpassSettings, target: Path) -> tuple[str, int]:
    """Ask Overpass, tile by tile, and write the answer as an extract; return the day that it is of, and its objects.

    All tiles are of one moment: that of the first.

    Raises
    ------
    SourceError
        If the service gives no whole answer, or its map is not as new as the day that is asked for.
    """
    tiles = question.box.tiles(settings.tile_km)
    moment = None if question.date is None else f"{question.date}T00:00:00Z"
    with TemporaryDirectory(dir=target.parent) as folder:
        parts = [Path(folder, f"vak-{number}.osm.pbf") for number in range(1, len(tiles) + 1)]
        for number, (tile, part) in enumerate(zip(tiles, parts, strict=True), start=1):
            if len(tiles) > 1:
                web.tell(f"{web.service(question.service).label}: vak {number} van {len(tiles)}.")
            answer = _ask(web, replace(question, box=tile), settings, moment)
            moment = moment or answer.moment
            _write(answer, part)
        assert moment is not None
        return moment[:10], cut(parts, question.box, target, moment)


def _ask(web: Web, question: Question, settings: OverpassSettings, moment: str | None) -> _Answer:
    text = _in_its_language(question, settings, moment, seconds=max(int(web.settings.read_seconds), 1))
    read = partial(_whole, moment=moment)
    answer: _Answer = web.posted_json(question.service, _PATH, {"data": text}, read)
    return answer


def _in_its_language(question: Question, settings: OverpassSettings, moment: str | None, *, seconds: int) -> str:
    box = question.box
    where = f"({box.south},{box.west},{box.north},{box.east})"
    head = f"[out:json][timeout:{seconds}][maxsize:{settings.memory_mb * _BYTES_PER_MB}]"
    date = "" if moment is None else f'[date:"{moment}"]'
    asked = "".join(f"{one}{where};" for one in question.statements)
    return f"{head}{date};({asked});(._;>;);out body;"


def _whole(answer: Any, *, moment: str | None) -> _Answer:
    """Return what came; `moment` is what was asked for, None where that is now.

    Raises
    ------
    TemporaryFaultError
        If it is no answer, one that the service broke off, one that lacks what it refers to, or of an older map: behind
        one address stand several machines.
    """
    if not isinstance(answer, dict) or not isinstance(answer.get("elements"), list):
        raise TemporaryFaultError("het antwoord is geen antwoord van Overpass")
    if answer.get("remark"):
        remark = " ".join("".join(one if one.isprintable() else " " for one in str(answer["remark"])).split())
        raise TemporaryFaultError(
            f"de dienst brak de vraag af ({remark[:_REMARK_SHOWN]}); kleinere vakken helpen (overpass.tile_km)"
        )
    try:
        objects = {(str(one["type"]), int(one["id"])): one for one in answer["elements"]}
        is_whole = all(_refers_to(one) <= objects.keys() for one in objects.values())
        has_form = all(_can_be_written(one) for one in objects.values())
        found = str(answer["osm3s"]["timestamp_osm_base"])
        is_new_enough = datetime.fromisoformat(found) >= datetime.fromisoformat(moment or found)
    except (KeyError, TypeError, ValueError, AttributeError):
        raise TemporaryFaultError("het antwoord heeft niet de vorm van OpenStreetMap") from None
    if not has_form or not _MOMENT.fullmatch(found):
        raise TemporaryFaultError("het antwoord heeft niet de vorm van OpenStreetMap")
    if not is_whole:
        raise TemporaryFaultError("het antwoord is niet volledig: er ontbreken onderdelen van wegen of vlakken")
    if not is_new_enough:
        raise TemporaryFaultError(f"de kaart daar is van {found}, gevraagd is {moment}; een eerdere date kan wel")
    return _Answer(objects, found)


def _refers_to(one: Mapping[str, Any]) -> set[tuple[str, int]]:
    """Return what an object is made of; relations in a relation are no part of a multipolygon."""
    if one["type"] == "way":
        return {("node", node) for node in one["nodes"]}
    if one["type"] == "relation":
        return {(str(part["type"]), part["ref"]) for part in one["members"] if part["type"] != "relation"}
    float(one["lat"]), float(one["lon"])
    return set()


def _can_be_written(one: Mapping[str, Any]) -> bool:
    """Say whether numbers are numbers, and texts are texts that fit in an extract."""
    tags = one.get("tags") or {}
    numbers = [one["id"], *(one.get("nodes") or ()), *(part["ref"] for part in one.get("members") or ())]
    texts = [*tags, *tags.values(), *(part.get("role", "") for part in one.get("members") or ())]
    return (
        all(type(number) is int and abs(number) < _NUMBERS for number in numbers)
        and all(isinstance(text, str) and len(text.encode(errors="replace")) <= _LONGEST_TEXT for text in texts)
        and all(isinstance(one[name], int | float) for name in ("lat", "lon") if name in one)
    )


def _write(answer: _Answer, path: Path) -> None:
    write: Mapping[str, Callable[[osmium.SimpleWriter, Mapping[str, Any]], None]] = {
        "node": lambda writer, one: writer.add_node(
            Node(id=one["id"], location=(one["lon"], one["lat"]), tags=one.get("tags"))
        ),
        "way": lambda writer, one: writer.add_way(Way(id=one["id"], nodes=one["nodes"], tags=one.get("tags"))),
        "relation": lambda writer, one: writer.add_relation(
            Relation(id=one["id"], members=_members(one["members"]), tags=one.get("tags"))
        ),
    }
    with writing(path, osmium.io.Header()) as writer:
        for kind, number in sorted(answer.objects, key=lambda key: (_ORDER.index(key[0]), key[1])):
            write[kind](writer, answer.objects[kind, number])


def _members(members: Iterable[Mapping[str, Any]]) -> list[tuple[str, int, str]]:
    return [(str(one["type"])[0], one["ref"], one.get("role", "")) for one in members]
