"""The facilities of the invented gemeente: which, where, and how they are mapped."""

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import shapely
from numpy.random import Generator
from shapely import STRtree
from shapely.geometry import LineString, Point, Polygon

from pipeline.errors import SourceError
from pipeline.sources.demo.districts import CRS, DISTRICTS
from pipeline.sources.demo.footways import FOOT_KINDS
from pipeline.sources.demo.layout import Plan
from pipeline.sources.demo.pen import drawn_radius_m, ring_stretch

Tags = dict[str, str]
SETBACK_M = 6.0
LOT_GAP_M = 2.4
SEARCH_M = (140, 380, 1_000)


@dataclass(frozen=True)
class Facility:
    """One facility: where it stands and how OpenStreetMap has it.

    `spot` is (nominal radius m, degrees) in the town and (east m, north m) of the centre in a dorp; `form` is node,
    building, both (mapped twice) or relation; `size` is front and depth in m.
    """

    name: str
    place: str
    spot: tuple[float, float]
    tags: Tags
    size: tuple[float, float] = (14, 13)
    form: str = "node"
    building: str = "retail"


def _doctor(**more: str) -> Tags:
    return {"amenity": "doctors", "healthcare": "doctor", **more}


_SUPER: Tags = {"shop": "supermarket"}
_PHARMACY: Tags = {"amenity": "pharmacy", "healthcare": "pharmacy", "dispensing": "yes"}
_DORPSHUIS: Tags = {"amenity": "community_centre"}
_BIG = (28.0, 42.0)
_TOWN = "Markerstad"

# fmt: off
FACILITIES = (
    Facility("Dagwinkel Breestraat", _TOWN, (300, 12), _SUPER, (22, 34), "both"),
    Facility("Kaapstander", _TOWN, (330, -50), _SUPER, (20, 32), "node"),
    Facility("Kaapstander", _TOWN, (1_180, 62), _SUPER, _BIG, "building"),
    Facility("'t Schap", _TOWN, (820, 78), _SUPER, (22, 30), "node"),
    Facility("Dagwinkel Rietlanden", _TOWN, (1_400, 2), _SUPER, _BIG, "relation"),
    Facility("Kaap & Zonen", _TOWN, (850, -2), _SUPER, _BIG, "both"),
    Facility("Polderland", _TOWN, (800, -83), _SUPER, _BIG, "building"),
    Facility("Dagwinkel Noord", _TOWN, (1_430, 35), _SUPER, _BIG, "node"),
    Facility("Buurtwinkel De Meent", _TOWN, (1_350, -14), {"shop": "convenience"}),
    Facility("Huisartsenpraktijk De Haven", _TOWN, (250, 40), _doctor(), form="node"),
    Facility("Praktijk 't Gasthuis", _TOWN, (280, -60), _doctor(), form="building", building="yes"),
    Facility("Huisartsen Singelkwartier", _TOWN, (760, 65), _doctor(), form="node"),
    Facility("Gezondheidscentrum Rietlanden", _TOWN, (1_300, -8), {"healthcare": "centre"}, (30, 24), "both", "yes"),
    Facility("Huisartsen Rietlanden", _TOWN, (1_290, -6), _doctor()),
    Facility("Huisartsenpraktijk Nieuwland", _TOWN, (860, -68), _doctor()),
    Facility("GGD-testlocatie Markerstad", _TOWN, (1_550, 18),
             {"amenity": "doctors", "healthcare": "sample_collection"},
             (20, 30), "node", "industrial"),
    Facility("Apotheek Breestraat", _TOWN, (360, 4), _PHARMACY),
    Facility("Apotheek Noord", _TOWN, (1_150, 65), _PHARMACY),
    Facility("Apotheek Rietlanden", _TOWN, (1_310, -4), _PHARMACY),
    Facility("Apotheek Nieuwland", _TOWN, (880, -62), _PHARMACY, form="both"),
    Facility("Stadhuis Markerwaard", _TOWN, (210, -8), {"amenity": "townhall"}, (26, 24), "building", "yes"),
    Facility("Bibliotheek Markerstad", _TOWN, (400, 22), {"amenity": "library"}, (24, 24), "both", "yes"),
    Facility("De Vogelhof", _TOWN, (1_400, 60), _DORPSHUIS, (24, 20), "building", "yes"),
    Facility("Wijkcentrum De Kiem", _TOWN, (1_500, -71), _DORPSHUIS, (24, 20), "node", "yes"),
    Facility("Huiskamer van de wijk", _TOWN, (900, -8),
             {"amenity": "social_facility", "social_facility": "community_centre"}, building="yes"),
    Facility("De Rietpluim", _TOWN, (1_450, -6), _DORPSHUIS, (20, 24), "building", "yes"),
    Facility("", _TOWN, (900, 40), _DORPSHUIS, (18, 18), "node", "yes"),
    Facility("Buurtkamer De Wissel", _TOWN, (1_400, 24), _DORPSHUIS, (18, 14), "node", "yes"),
    Facility("'t Kraaiennest", _TOWN, (430, 62), {"amenity": "social_facility", "social_facility": "community_centre"},
             building="yes"),
    Facility("Verpleeghuis Dijkzicht", _TOWN, (1_450, 82), {"amenity": "nursing_home"}, (60, 22), "building", "yes"),
    Facility("Zorgcentrum De Burcht", _TOWN, (900, 3), {"amenity": "social_facility", "social_facility": "nursing_home",
             "social_facility:for": "senior"}, (54, 20), "both", "yes"),
    Facility("Woongroep De Vlonder", _TOWN, (1_500, -52),
             {"amenity": "social_facility", "social_facility": "group_home"}, (26, 16), "building", "yes"),
    Facility("AZC Markerwaard", _TOWN, (1_600, 22), {"amenity": "social_facility", "social_facility": "shelter",
             "social_facility:for": "refugee"}, (44, 20), "building", "yes"),
    Facility("Streekziekenhuis Markerwaard", _TOWN, (1_600, 56), {"amenity": "hospital", "healthcare": "hospital"},
             (70, 44), "relation", "hospital"),
    Facility("Polikliniek De Kolk", _TOWN, (1_150, 22), {"amenity": "clinic"}, (30, 20), "building", "yes"),
    Facility("Postkantoor Breestraat", _TOWN, (420, 8), {"amenity": "post_office"}),
    Facility("Bouwmarkt De Kolk", _TOWN, (1_400, 20), {"shop": "doityourself"}, (50, 60), "building"),
    Facility("Obs De Botter", _TOWN, (1_300, 68), {"amenity": "school"}, (52, 26), "building", "school"),
    Facility("Obs De Zeeheld", _TOWN, (900, -46), {"amenity": "school"}, (52, 26), "building", "school"),
    Facility("Markercollege", _TOWN, (1_650, 6), {"amenity": "school"}, (74, 40), "relation", "school"),
    Facility("Sint-Joriskerk", _TOWN, (240, -30), {"amenity": "place_of_worship", "religion": "christian"}, (20, 44),
             "building", "church"),
    Facility("Kaapstander", "Gouwekerk", (60, 40), _SUPER, (24, 36), "building"),
    Facility("Huisartsenpraktijk Gouwekerk", "Gouwekerk", (-70, 60), _doctor()),
    Facility("Apotheek Gouwekerk", "Gouwekerk", (-90, 50), _PHARMACY),
    Facility("Dorpshuis De Gouw", "Gouwekerk", (90, -70), _DORPSHUIS, (24, 20), "both", "yes"),
    Facility("Postpunt Gouwekerk", "Gouwekerk", (70, 30), {"amenity": "post_office"}),
    Facility("Gouwehof", "Gouwekerk", (-150, -30), {"amenity": "nursing_home"}, (44, 18), "building", "yes"),
    Facility("De Ark", "Gouwekerk", (-20, -80), {"amenity": "school"}, (44, 20), "building", "school"),
    Facility("Gouwer Kerk", "Gouwekerk", (20, 60), {"amenity": "place_of_worship"}, (14, 30), "building", "church"),
    Facility("Dorpshuis 't Trefpunt & De Tint", "Trintelveld", (40, 30), _DORPSHUIS, (24, 18), "building", "yes"),
    Facility("Huisarts Trintelveld", "Trintelveld", (-60, 40), _doctor(dispensing="yes"), form="both", building="yes"),
    Facility("De Trintel", "Trintelveld", (60, -80), {"amenity": "school"}, (40, 20), "building", "school"),
    Facility("Kerkje van Rietmeen", "Rietmeen", (30, 20), {"amenity": "place_of_worship"}, (11, 22),
             "building", "church"),
    Facility("Dorpshuis Noorderkoog", "Noorderkoog", (20, -20), _DORPSHUIS, (18, 14), "building", "yes"),
    Facility("Gemaal Dijkmeen", "Dijkmeen", (-65, -192), _DORPSHUIS, (18, 14), "building", "yes"),
    Facility("Dagwinkel Oosteroever", "Oosteroever", (40, 20), _SUPER, (20, 28), "building"),
    Facility("Huisarts Oosteroever", "Oosteroever", (-30, 20), _doctor()),
    Facility("Apotheek Oosteroever", "Oosteroever", (-50, 20), _PHARMACY),
    Facility("De Oever", "Oosteroever", (0, -30), _DORPSHUIS, (20, 16), "building", "yes"),
)
# fmt: on


def make_sites(plan: Plan, streets: gpd.GeoDataFrame, land: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Find a free lot beside a street for every facility of `FACILITIES`, as near its spot as streets allow.

    Raises
    ------
    SourceError
        If a facility fits nowhere near its spot: the plan and the list of facilities contradict each other.
    """
    room = _Room(plan, streets)
    rows = [(index, *room.take(facility, plan)) for index, facility in enumerate(FACILITIES)]
    facility, piece, position_m, side, lots = zip(*rows, strict=True)
    where = STRtree(land.geometry.to_numpy()).query(shapely.centroid(lots), predicate="intersects")
    district = np.full(len(lots), len(DISTRICTS))
    district[where[0]] = land["district"].to_numpy()[where[1]]
    return gpd.GeoDataFrame(
        {
            "use": [f.building for f in FACILITIES],
            "lot": "facility",
            "district": district,
            "unit_count": 1,
            "piece": piece,
            "row": -1 - np.arange(len(lots)),
            "position_m": position_m,
            "side": side,
            "facility": facility,
        },
        geometry=list(lots),
        crs=CRS,
    )


class _Room:
    """The room that is left beside the streets."""

    def __init__(self, plan: Plan, streets: gpd.GeoDataFrame) -> None:
        lines = streets.geometry.to_numpy()
        is_built = ~streets["kind"].isin(["dam", "ring_road", *FOOT_KINDS]) & ~streets["is_bridge"]
        self._built = lines[is_built]
        self._piece = np.flatnonzero(is_built)
        self._near, self._all = STRtree(self._built), STRtree(lines)
        self._closed = shapely.union_all(
            [shapely.buffer(plan.water(), 5), shapely.buffer(plan.railway, 14), *plan.parks]
        )
        self._taken: list[Polygon] = []

    def take(self, facility: Facility, plan: Plan) -> tuple[int, float, int, Polygon]:
        """Take the free lot nearest to the facility's spot: stretch, position along it (m), side, lot."""
        spot = Point(spot_of(plan, facility.place, facility.spot))
        for reach_m in SEARCH_M:
            near = self._near.query(spot, predicate="dwithin", distance=reach_m)
            tries = sorted(
                (spot.distance(lot.centroid), int(self._piece[i]), at, side, lot)
                for i in near
                for at, side, lot in _lots(self._built[i], facility.size)
            )
            for _, piece, at, side, lot in tries:
                if self._is_free(lot):
                    self._taken.append(lot)
                    return piece, at, side, lot
        raise SourceError(f"Markerwaard heeft in {facility.place} geen plek voor {facility.name or facility.tags}.")

    def _is_free(self, lot: Polygon) -> bool:
        if self._all.query(lot, predicate="dwithin", distance=LOT_GAP_M).size or shapely.intersects(lot, self._closed):
            return False
        return all(lot.distance(other) > LOT_GAP_M for other in self._taken)


def spot_of(plan: Plan, place_name: str, spot: tuple[float, float]) -> tuple[float, float]:
    """Give the point (EPSG:28992) that a facility's `spot` means."""
    place = plan.place(place_name)
    if place.kind != "town":
        return place.centre[0] + spot[0], place.centre[1] + spot[1]
    radius_m = drawn_radius_m(spot[0]) * float(ring_stretch(spot[1]))
    angle = np.radians(spot[1])
    return float(place.centre[0] + radius_m * np.cos(angle)), float(place.centre[1] + radius_m * np.sin(angle))


def _lots(line: LineString, size: tuple[float, float]) -> list[tuple[float, int, Polygon]]:
    front, depth = size
    found: list[tuple[float, int, Polygon]] = []
    for at in np.arange(7 + front / 2, line.length - 7 - front / 2, 15):
        here, ahead = np.array(line.interpolate(at).coords[0]), np.array(line.interpolate(at + 1).coords[0])
        along = (ahead - here) / max(float(np.hypot(*(ahead - here))), 1e-6)
        for side in (1, -1):
            across = side * np.array([-along[1], along[0]])
            near, far = here + across * SETBACK_M - along * front / 2, here + across * SETBACK_M + along * front / 2
            found.append(
                (float(at), side, Polygon(np.round([near, far, far + across * depth, near + across * depth], 2)))
            )
    return found


def make_benches(streets: gpd.GeoDataFrame, count: int, rng: Generator) -> list[tuple[float, float, Tags]]:
    """Benches beside streets of town and dorpen: x, y (EPSG:28992) and tags."""
    local = streets[streets["kind"].isin(["residential", "living_street", "quay", "shopping", "collector"])]
    share = local.length.to_numpy() / local.length.sum()
    chosen = local.geometry.to_numpy()[rng.choice(len(local), size=count, p=share)]
    points = shapely.get_coordinates(shapely.line_interpolate_point(chosen, rng.random(count), normalized=True))
    points = points + rng.choice([-3.0, 3.0], (count, 2))
    return [(float(x), float(y), {"amenity": "bench"}) for x, y in points]
