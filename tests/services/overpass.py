"""An Overpass that answers from extracts: as much of its language as we and osmnx ask in.

Documented (OSM wiki, Overpass QL): settings, unions, queries by kind, tag, box or polygon, ``._``, ``>``, ``out``; ways
belong to a box that they cross; relations do through their members; ``timestamp_osm_base``; ``remark`` with status 200.
"""

import json
import re
from collections import defaultdict, deque
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import osmium
import shapely

from tests.services.server import Answer, Question

Key = tuple[str, int]
_KINDS = {"node": ["node"], "way": ["way"], "relation": ["relation"], "rel": ["relation"], "nw": ["node", "way"],
          "nwr": ["node", "way", "relation"]}  # fmt: skip
_QUOTED = r"""(?:"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')"""
_TOKEN = re.compile(
    rf"""\s*(?:(?P<filter>\[(?:{_QUOTED}|[^]"'])*\])|(?P<place>\((?:poly:[^)]*|[-\d.,\s]+)\))|(?P<mark>\._|[();>])"""
    r"""|(?P<word>\w+))"""
)
_TAG = re.compile(rf"""\[(?P<key>{_QUOTED})(?:(?P<how>!?[=~])(?P<value>{_QUOTED}))?\]""")
STATUS = "Connected as: 1\nCurrent time: 2026-11-22T00:00:00Z\nRate limit: 2\n\n2 slots available now.\n"


class Map:
    """A map as an extract has it, with what is where."""

    def __init__(self, pbf: Path) -> None:
        self.objects: dict[Key, dict[str, Any]] = {}
        for one in osmium.FileProcessor(str(pbf)):
            kind = {"n": "node", "w": "way", "r": "relation"}[one.type_str()]
            self.objects[kind, one.id] = {"type": kind, "id": one.id, **_parts(one), **_tags(one)}

    def prepare(self) -> None:
        """Find what is where now, so that the first question takes no longer than the others."""
        assert self.tagged
        assert self._drawn

    @cached_property
    def tagged(self) -> Mapping[str, set[Key]]:
        """What has a key, by the key."""
        found: defaultdict[str, set[Key]] = defaultdict(set)
        for key, one in self.objects.items():
            for tag in one.get("tags", {}):
                found[tag].add(key)
        return found

    @cached_property
    def _drawn(self) -> tuple[list[Key], shapely.STRtree]:
        shapes = {key: self._shape(one) for key, one in self.objects.items() if key[0] != "relation"}
        keys = [key for key, shape in shapes.items() if not shapely.is_empty(shape)]
        return keys, shapely.STRtree([shapes[key] for key in keys])

    def _shape(self, one: Mapping[str, Any]) -> shapely.Geometry:
        if one["type"] == "node":
            return shapely.Point(one["lon"], one["lat"])
        known = [self.objects["node", ref] for ref in one["nodes"] if ("node", ref) in self.objects]
        places = [(node["lon"], node["lat"]) for node in known]
        return shapely.LineString(places) if len(places) > 1 else shapely.MultiPoint(places)

    def within(self, area: shapely.Geometry) -> set[Key]:
        """Return what touches an area: a relation does where one of its ways or nodes does."""
        keys, tree = self._drawn
        near = {keys[index] for index in tree.query(area, predicate="intersects")}
        return near | {
            key
            for key, one in self.objects.items()
            if key[0] == "relation" and any((part["type"], part["ref"]) in near for part in one["members"])
        }

    def below(self, keys: Iterable[Key]) -> set[Key]:
        """Return what ``>`` does: the members of relations, and the nodes of all ways."""
        relations = [self.objects[key] for key in keys if key[0] == "relation"]
        members = {(part["type"], part["ref"]) for one in relations for part in one["members"]}
        members = {key for key in members if key in self.objects and key[0] != "relation"}
        ways = [self.objects[key] for key in {*keys, *members} if key[0] == "way"]
        nodes = {("node", ref) for one in ways for ref in one["nodes"]}
        return members | {key for key in nodes if key in self.objects}


def _parts(one: Any) -> dict[str, Any]:
    if one.is_node():
        return {"lat": round(one.location.lat, 7), "lon": round(one.location.lon, 7)}
    if one.is_way():
        return {"nodes": [node.ref for node in one.nodes]}
    kinds = {"n": "node", "w": "way", "r": "relation"}
    return {"members": [{"type": kinds[part.type], "ref": part.ref, "role": part.role} for part in one.members]}


def _tags(one: Any) -> dict[str, Any]:
    return {"tags": dict(one.tags)} if len(one.tags) else {}


@dataclass
class Overpass:
    """Handles questions.

    Parameters
    ----------
    maps
        By the moment from which they hold; the last is that of now.
    remarks
        What goes wrong with the next answers: half of what was asked comes, with the remark and status 200.
    losses
        How many nodes the next answers lack, without a word.
    asked
        The questions so far, in its language.
    """

    maps: Mapping[str, Map]
    remarks: deque[str] = field(default_factory=deque)
    losses: deque[int] = field(default_factory=deque)
    asked: list[str] = field(default_factory=list)

    def __call__(self, question: Question) -> Answer:
        """Answer ``/status`` and ``/interpreter``."""
        if question.path.endswith("/status"):
            return Answer(STATUS.encode(), "text/plain")
        if not question.path.endswith("/interpreter"):
            return Answer(b"{}", status=404)
        self.asked.append(question.query["data"])
        head, _, rest = question.query["data"].partition(";")
        asked = re.search(r'\[date:"([^"]*)"\]', head)
        moment = max(one for one in self.maps if asked is None or one <= asked[1])
        elements = list(_Run(self.maps[moment], rest).out)
        answer = {"version": 0.6, "osm3s": {"timestamp_osm_base": max(self.maps)}, "elements": elements}
        return Answer(json.dumps(self._spoilt(answer)).encode())

    def _spoilt(self, answer: dict[str, Any]) -> dict[str, Any]:
        if self.losses:
            answer["elements"] = answer["elements"][self.losses.popleft() :]
        if self.remarks:
            half = answer["elements"][: len(answer["elements"]) // 2]
            return {**answer, "elements": half, "remark": self.remarks.popleft()}
        return answer


class _Run:
    """Runs a question: `out` is what it puts out."""

    def __init__(self, map_: Map, text: str) -> None:
        self.map = map_
        self.tokens = deque(_tokens(text))
        self.found: set[Key] = set()
        self.out: list[dict[str, Any]] = []
        self.places: dict[str, set[Key]] = {}
        while self.tokens:
            self.found = self._statement()

    def _statement(self) -> set[Key]:
        kind, text = self.tokens.popleft()
        if text == "(":
            return self._union()
        if text == ">":
            return self._ended(self.map.below(self.found))
        if text == "._":
            return self._ended(self.found)
        if text == "out":
            while self.tokens.popleft()[1] != ";":
                pass
            order = sorted(self.found, key=lambda key: (["node", "way", "relation"].index(key[0]), key[1]))
            self.out += [self.map.objects[key] for key in order]
            return self.found
        assert (kind, text in _KINDS) == ("word", True), f"cannot: {text}"
        return self._query(_KINDS[text])

    def _ended(self, found: set[Key]) -> set[Key]:
        if self.tokens and self.tokens[0][1] == ";":
            self.tokens.popleft()
        return found

    def _union(self) -> set[Key]:
        together: set[Key] = set()
        while self.tokens[0][1] != ")":
            self.found = self._statement()
            together |= self.found
        self.tokens.popleft()
        return self._ended(together)

    def _query(self, kinds: list[str]) -> set[Key]:
        tests: list[_Test] = []
        where: set[Key] | None = None
        while self.tokens[0][0] in {"filter", "place"}:
            kind, text = self.tokens.popleft()
            if kind == "filter":
                tests.append(_Test.of(text))
            else:
                where = self._within(text)
        for test in tests:
            if test.needs_key:
                where = self.map.tagged[test.key] if where is None else where & self.map.tagged[test.key]
        assert where is not None, "all of the map is too much to ask"
        tags_of = {key: self.map.objects[key].get("tags", {}) for key in where if key[0] in kinds}
        return self._ended({key for key, tags in tags_of.items() if all(test.fits(tags) for test in tests)})

    def _within(self, place: str) -> set[Key]:
        if place not in self.places:
            self.places[place] = self.map.within(_area(place))
        return self.places[place]


def _tokens(text: str) -> Iterator[tuple[str, str]]:
    at = 0
    while at < len(text.rstrip()):
        match = _TOKEN.match(text, at)
        assert match is not None, f"cannot: {text[at : at + 40]}"
        assert match.lastgroup is not None
        yield match.lastgroup, match[match.lastgroup]
        at = match.end()


def _area(place: str) -> shapely.Geometry:
    if not place.startswith("(poly:"):
        south, west, north, east = (float(one) for one in place.strip("()").split(","))
        return shapely.box(west, south, east, north)
    numbers = np.array([float(one) for one in place.strip("()").removeprefix("poly:").strip("'\"").split()])
    return shapely.Polygon(numbers.reshape(-1, 2)[:, ::-1])


@dataclass(frozen=True)
class _Test:
    key: str
    how: str | None
    value: str

    @staticmethod
    def of(text: str) -> "_Test":
        match = _TAG.fullmatch(text)
        assert match is not None, f"cannot: {text}"
        key, value = (re.sub(r"\\(.)", r"\1", quoted[1:-1]) for quoted in (match["key"], match["value"] or "''"))
        return _Test(key, match["how"], value)

    @property
    def needs_key(self) -> bool:
        return self.how in {None, "=", "~"}

    def fits(self, tags: Mapping[str, str]) -> bool:
        found = tags.get(self.key)
        if self.how is None:
            return found is not None
        if self.how in {"=", "!="}:
            return (found == self.value) == (self.how == "=")
        return (found is not None and re.search(self.value, found) is not None) == (self.how == "~")
