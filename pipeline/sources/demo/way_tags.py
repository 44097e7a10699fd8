"""The OpenStreetMap tags of streets and paths: what each kind is, and what mappers noted of it, which is little.

The shares are those of a real gemeente of this kind (Kampen, January 2023), by length.
"""

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.random import Generator
from numpy.typing import NDArray

from pipeline.sources.demo.districts import DISTRICTS
from pipeline.sources.demo.facilities import Tags

Shares = dict[str, float]

# fmt: off
WAY_TAGS: dict[str, Tags] = {
    "residential": {"highway": "residential", "maxspeed": "30"},
    "living_street": {"highway": "living_street"},
    "quay": {"highway": "residential", "maxspeed": "30"},
    "collector": {"highway": "residential", "maxspeed": "30"},
    "tertiary": {"highway": "tertiary", "maxspeed": "50"},
    "avenue": {"highway": "tertiary", "maxspeed": "50", "sidewalk": "separate", "foot": "use_sidepath"},
    "ring_road": {"highway": "secondary", "maxspeed": "70", "foot": "use_sidepath"},
    "shopping": {"highway": "pedestrian"},
    "industrial": {"highway": "unclassified"},
    "polder": {"highway": "unclassified", "maxspeed": "60"},
    "dike": {"highway": "unclassified", "maxspeed": "60", "embankment": "yes"},
    "dam": {"highway": "unclassified", "maxspeed": "60", "cycleway": "lane"},
    "cycleway": {"highway": "cycleway", "foot": "yes"},
    "sidewalk": {"highway": "footway", "footway": "sidewalk"},
    "raised_crossing": {"highway": "footway", "footway": "crossing"},
    "lowered_crossing": {"highway": "footway", "footway": "crossing"},
    "steep_bridge": {"highway": "footway", "surface": "wood"},
    "gated_path": {"highway": "footway", "surface": "asphalt", "smoothness": "good"},
    "grass_path": {"highway": "path", "surface": "grass"},
    "bare_footway": {"highway": "footway"},
    "paved_footway": {"highway": "footway", "surface": "paving_stones", "smoothness": "good"},
    "park": {"highway": "footway"},
    "alley": {"highway": "footway"},
    "steps": {"highway": "steps", "step_count": "18", "handrail": "yes"},
    "track": {"highway": "track"},
    "drive": {"highway": "service", "service": "driveway"},
    "wood": {"highway": "path"},
}
_STREET: dict[str, Shares] = {
    "surface": {"paving_stones": 0.26, "asphalt": 0.05}, "smoothness": {"intermediate": 0.55, "good": 0.35},
    "sidewalk": {"both": 0.05, "no": 0.03, "right": 0.02, "left": 0.01}, "lit": {"yes": 0.27},
}
_ROAD: dict[str, Shares] = {
    "surface": {"asphalt": 0.31, "paving_stones": 0.08, "concrete": 0.01},
    "smoothness": {"good": 0.67, "intermediate": 0.17},
    "sidewalk": {"no": 0.08, "both": 0.03, "left": 0.01}, "lit": {"no": 0.1, "yes": 0.05},
    "cycleway:right": {"track": 0.2},
}
_CROSSING: dict[str, Shares] = {"surface": {"asphalt": 0.4, "paving_stones": 0.2}}
NOTED: dict[str, dict[str, Shares]] = {
    "residential": _STREET,
    "collector": _STREET,
    "quay": {**_STREET, "surface": {"sett": 0.31}},
    "living_street": {"surface": {"paving_stones": 0.23}, "smoothness": {"intermediate": 0.9}, "lit": {"yes": 0.23}},
    "tertiary": {"surface": {"asphalt": 0.53, "paving_stones": 0.05}, "smoothness": {"good": 0.65},
                 "sidewalk": {"both": 0.08, "no": 0.03}, "lit": {"yes": 0.27}},
    "avenue": {"surface": {"asphalt": 0.5}, "smoothness": {"good": 0.65}, "lit": {"yes": 0.3}},
    "ring_road": {"surface": {"asphalt": 0.67}, "smoothness": {"good": 0.2}, "sidewalk": {"no": 0.05}},
    "shopping": {"surface": {"paving_stones": 0.78}, "smoothness": {"good": 0.9}, "lit": {"yes": 0.7}},
    "industrial": _ROAD,
    "polder": _ROAD,
    "dike": {**_ROAD, "surface": {"asphalt": 0.4}},
    "dam": {**_ROAD, "surface": {"asphalt": 0.4}},
    "cycleway": {"surface": {"asphalt": 0.47, "concrete": 0.28, "paving_stones": 0.07, "fine_gravel": 0.01},
                 "smoothness": {"good": 0.76, "intermediate": 0.06, "excellent": 0.03}, "width": {"3": 0.05},
                 "lit": {"yes": 0.38}},
    "sidewalk": {"surface": {"paving_stones": 0.6}, "smoothness": {"good": 0.8, "intermediate": 0.1}},
    "raised_crossing": _CROSSING,
    "lowered_crossing": _CROSSING,
    "park": {"surface": {"fine_gravel": 0.2, "asphalt": 0.15, "paving_stones": 0.1, "compacted": 0.05,
                         "unhewn_cobblestone": 0.02},
             "smoothness": {"good": 0.6, "intermediate": 0.2}, "lit": {"yes": 0.2}},
    "alley": {"surface": {"paving_stones": 0.5, "asphalt": 0.04, "sett": 0.01},
              "smoothness": {"good": 0.8, "intermediate": 0.1}, "width": {"1": 0.03, "0.8": 0.02},
              "wheelchair": {"yes": 0.02, "no": 0.02}, "lit": {"yes": 0.32}},
    "steps": {"surface": {"concrete": 0.45, "paving_stones": 0.06}, "incline": {"up": 0.64}, "lit": {"yes": 0.25}},
    "track": {"surface": {"grass_paver": 0.27, "fine_gravel": 0.1, "grass": 0.02, "paved": 0.01},
              "smoothness": {"intermediate": 0.25},
              "tracktype": {"grade2": 0.56, "grade5": 0.17, "grade3": 0.08, "grade4": 0.05, "grade1": 0.04},
              "access": {"private": 0.04}},
    "drive": {"surface": {"paving_stones": 0.08, "asphalt": 0.04, "concrete": 0.03, "unpaved": 0.02},
              "smoothness": {"good": 0.4, "intermediate": 0.2}, "access": {"private": 0.25}},
    "wood": {"surface": {"ground": 0.25, "fine_gravel": 0.05}},
}
"""Per kind and key the share of its length that has each value; the rest has no such tag. Smoothness is noted
together with the surface: its shares are of what has one."""
# fmt: on
CYCLE_ALLEY_SHARE = 0.3
NOTED_AT_ONCE_M = 1_000.0
BARE_DISTRICTS = ("Burgemeestersbuurt", "De Rietlanden", "De Waterlelie")
"""Where nobody noted the surface of any footpath."""
STEEP_INCLINE = "10%"
BRIDGE_INCLINE_SHARE = 0.1


def tag_ways(ways: gpd.GeoDataFrame, rng: Generator) -> list[Tags]:
    """Tags for every stretch. A street is noted as a whole, and as many streets as make up the share."""
    bare = [i for i, district in enumerate(DISTRICTS) if district.name in BARE_DISTRICTS]
    is_bare = ways["kind"].isin(["alley", "park"]) & ways["district"].isin(bare)
    is_cycled = (ways["kind"] == "alley") & (rng.random(len(ways)) < CYCLE_ALLEY_SHARE)
    kinds = ways["kind"].mask(is_cycled, "cycleway").mask(is_bare, "bare_footway")
    name = ways["name"].mask(ways["kind"] == "park", "")
    tagged = [WAY_TAGS[k] | ({"name": n} if n else {}) for k, n in zip(kinds, name, strict=True)]
    street, length = _streets_of(ways), shapely.length(ways.geometry.to_numpy())
    for kind, noted in NOTED.items():
        rows = np.flatnonzero(kinds == kind)
        if len(rows):
            _note(tagged, rows, street[rows], length[rows], noted, rng)
    _tag_bridges(tagged, ways, rng)
    return tagged


def _note(
    tagged: list[Tags], rows: NDArray[np.int64], street: NDArray[np.int64], length_m: NDArray[np.float64],
    noted: dict[str, Shares], rng: Generator,
) -> None:  # fmt: skip
    """Add the tags that were noted of ways of one kind, in place."""
    _, whole = np.unique(street, return_inverse=True)
    whole_m = np.bincount(whole, weights=length_m).astype(np.float64)
    for key, shares in noted.items():
        place = _places(whole_m, rng)[whole]
        value = np.searchsorted(np.cumsum(list(shares.values())), place, side="right")
        for row, found in zip(rows.tolist(), value.tolist(), strict=True):
            if found < len(shares) and (key != "smoothness" or "surface" in tagged[row]):
                tagged[row][key] = list(shares)[found]


def _streets_of(ways: gpd.GeoDataFrame) -> NDArray[np.int64]:
    """Give what is noted as a whole one number: a street as far as it lies in one square, or a way without a name."""
    middle = shapely.get_coordinates(shapely.line_interpolate_point(ways.geometry.to_numpy(), 0.5, normalized=True))
    column, row = np.floor(middle / NOTED_AT_ONCE_M).T
    own = np.where(ways["name"] == "", np.arange(len(ways)), -1)
    wholes = pd.DataFrame({"name": ways["name"].to_numpy(), "x": column, "y": row, "own": own})
    return np.asarray(wholes.groupby(["name", "x", "y", "own"]).ngroup(), dtype=np.int64)


def _places(length_m: NDArray[np.float64], rng: Generator) -> NDArray[np.float64]:
    """Lay streets end to end in any order: where the middle of each comes, as a share of the whole."""
    order = rng.permutation(len(length_m))
    place = np.empty(len(length_m))
    place[order] = (np.cumsum(length_m[order]) - length_m[order] / 2) / length_m.sum()
    return place


def _tag_bridges(tagged: list[Tags], ways: gpd.GeoDataFrame, rng: Generator) -> None:
    kinds, bridges = ways["kind"].tolist(), np.flatnonzero(ways["is_bridge"])
    for row, draw in zip(bridges.tolist(), rng.random(len(bridges)), strict=True):
        tagged[row] |= {"bridge": "yes", "layer": "1"}
        if kinds[row] == "steep_bridge":
            tagged[row]["incline"] = STEEP_INCLINE
        elif draw < BRIDGE_INCLINE_SHARE:
            tagged[row]["incline"] = "up"
