"""How near facilities are over car roads, as the CBS counts it: from every home to the facilities that really exist.

The map lacks some of these (`UNMAPPED`), so that what is counted here and what the map shows differ as in reality.
"""

from collections.abc import Sequence

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import connected_components, dijkstra

from pipeline.sources.demo.districts import DISTRICTS
from pipeline.sources.demo.facilities import FACILITIES, Tags, spot_of
from pipeline.sources.demo.region import Municipality
from pipeline.sources.demo.way_tags import WAY_TAGS

UNMAPPED = {"gp": ((760.0, -30.0), (1_150.0, 48.0), (1_200.0, -38.0), (1_450.0, 66.0))}
"""Practices in an ordinary home, which nobody put on the map: nominal radius (m) and degrees in the town."""

_DRIVEN = ("tertiary", "secondary", "unclassified", "residential", "living_street", "service")
_TOWN = "Markerstad"
_SAME_CORNER_CM = 100
_RADII_KM = (1, 3, 5)
_STEMS = {
    "gp": ("huisartsenpraktijk_gemiddelde_afstand_in_km", "huisartsenpraktijk_gemiddeld_aantal_binnen_{}_km",
           _RADII_KM),
    "pharmacy": ("apotheek_gemiddelde_afstand_in_km", "", ()),
    "hospital": ("ziekenhuis_incl_buitenpolikliniek_gem_afst_in_km",
                 "ziekenhuis_incl_buitenpoli_gem_aantal_binnen_{}_km", (5,)),
    "supermarket": ("grote_supermarkt_gemiddelde_afstand_in_km", "grote_supermarkt_gemiddeld_aantal_binnen_{}_km",
                    _RADII_KM),
    "library": ("bibliotheek_gemiddelde_afstand_in_km", "", ()),
}  # fmt: skip
"""Per kind the columns of the CBS geodata: of the mean distance, of numbers within so many km, and how many km."""

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


def nearness_figures(m: Municipality) -> pd.DataFrame:
    """Return the columns of nearness by district, and those of the whole gemeente as district -1.

    Means over all people in homes on the map, rounded to one decimal as the CBS does.
    """
    homes, people = _inhabited(m)
    columns: dict[str, pd.Series] = {}
    by = [homes["district"].to_numpy(), np.full(len(homes), -1)]
    drives = _Drives(m)
    for kind, (mean_km, within, radii_km) in _STEMS.items():
        km = drives.km(homes[["x", "y"]].to_numpy(), _places(m, kind))
        columns[mean_km] = _means(km.min(axis=0), people, by)
        for radius in radii_km:
            columns[within.format(radius)] = _means((km <= radius).sum(axis=0).astype(np.float64), people, by)
    return pd.DataFrame(columns).round(1)


def _means(values: Floats, people: Floats, by: Sequence[Ints]) -> pd.Series:
    frame = pd.DataFrame({"sum": values * people, "people": people})
    sums = pd.concat([frame.groupby(key).sum() for key in by])
    return sums["sum"] / sums["people"]


def _inhabited(m: Municipality) -> tuple[pd.DataFrame, Floats]:
    """Return the homes that are on the map and the people in each; `people.settle` keeps them first and in order."""
    homes = m.addresses[m.addresses["is_home"] & (m.addresses["district"] < len(DISTRICTS))]
    return homes, m.homes["household_size"].to_numpy()[: len(homes)].astype(np.float64)


def _places(m: Municipality, kind: str) -> Floats:
    rows = m.buildings[[f >= 0 and _is(kind, FACILITIES[f].tags) for f in m.buildings["facility"]]]
    mapped = shapely.get_coordinates(shapely.centroid(rows.geometry.to_numpy()))
    spots = [spot_of(m.plan, _TOWN, spot) for spot in UNMAPPED.get(kind, ())]
    homes = m.addresses.loc[m.addresses["is_home"], ["x", "y"]].to_numpy()
    others = [homes[np.hypot(*(homes - spot).T).argmin()] for spot in spots]
    return np.vstack([mapped, *others])


def _is(kind: str, tags: Tags) -> bool:
    match kind:
        case "gp":
            return tags.get("healthcare") == "doctor"
        case "pharmacy":
            return tags.get("amenity") == "pharmacy" or tags.get("dispensing") == "yes"
        case "supermarket":
            return tags.get("shop") == "supermarket"
    return tags.get("amenity") == kind


def _largest_part(ends: Ints) -> Ints:
    """Return the pieces of street that hang together with most others: cars cannot leave the rest."""
    size = int(ends.max()) + 1
    part = connected_components(csr_matrix((np.ones(len(ends)), tuple(ends.T)), shape=(size, size)), directed=False)[1]
    of_piece = part[ends[:, 0]]
    largest: Ints = ends[of_piece == np.bincount(of_piece).argmax()]
    return largest


class _Drives:
    """Distances over the streets that cars may use."""

    def __init__(self, m: Municipality) -> None:
        ways = pd.concat([m.streets[["kind", "geometry"]], m.paths[["kind", "geometry"]]])
        lines = ways.geometry.to_numpy()[[WAY_TAGS[kind]["highway"] in _DRIVEN for kind in ways["kind"]]]
        xy, owner = shapely.get_coordinates(lines, return_index=True)
        corners, node = np.unique(np.rint(xy * _SAME_CORNER_CM).astype(np.int64), axis=0, return_inverse=True)
        ends = np.sort(np.column_stack([node.ravel()[:-1], node.ravel()[1:]])[owner[1:] == owner[:-1]], axis=1)
        self._ends = _largest_part(np.unique(ends[ends[:, 0] != ends[:, 1]], axis=0))
        places = corners / _SAME_CORNER_CM
        self._pieces: NDArray[np.object_] = np.asarray(shapely.linestrings(places[self._ends]), dtype=object)
        self._length: Floats = np.asarray(shapely.length(self._pieces), dtype=np.float64)
        self._tree = shapely.STRtree(self._pieces)
        size = len(corners)
        self._graph: csr_matrix = csr_matrix((self._length, tuple(self._ends.T)), shape=(size, size))

    def km(self, homes: Floats, places: Floats) -> Floats:
        """Return the distance from every home (column) to every place (row), the way from and to the street counted."""
        home, along_home, off_home = self._join(homes)
        place, along_place, off_place = self._join(places)
        left, right = self._ends[place].T
        from_left, from_right = (dijkstra(self._graph, directed=False, indices=one) for one in (left, right))
        rest = self._length[place] - along_place
        at_node = np.minimum(from_left + along_place[:, None], from_right + rest[:, None])
        by_left = at_node[:, self._ends[home, 0]] + along_home
        by_right = at_node[:, self._ends[home, 1]] + self._length[home] - along_home
        away = np.minimum(by_left, by_right)
        same = place[:, None] == home
        away = np.where(same, np.minimum(away, np.abs(along_place[:, None] - along_home)), away)
        return np.asarray((away + off_place[:, None] + off_home) / 1000)

    def _join(self, xy: Floats) -> tuple[Ints, Floats, Floats]:
        points = np.asarray(shapely.points(xy), dtype=object)
        piece: Ints = np.asarray(self._tree.nearest(points), dtype=np.int64)
        lines = self._pieces[piece]
        return piece, shapely.line_locate_point(lines, points), shapely.distance(lines, points)
