"""Street names: stretches that run on belong to one street, and each district names its streets after one theme."""

from collections import defaultdict

import geopandas as gpd
import numpy as np
from numpy.random import Generator

from pipeline.sources.demo.districts import DISTRICTS
from pipeline.sources.demo.footways import FOOT_KINDS
from pipeline.sources.demo.streets import ends_of

STRAIGHT_ON_DEGREES = 38.0
_THEMES = {
    "old": """
        Haven Kerk Vis Touw Boter Kaas Zout Smeden Kuipers Wal Toren Nieuwe Oude Molen Koren Riet Turf Hooi
        Wagen Poort Markt Peper Schippers Netten Teer Zeilmakers Lijnbaan Klooster Gasthuis Weeshuis
    """,
    "bird": """
        Merel Lijster Vink Mees Spreeuw Kievit Grutto Reiger Meeuw Stern Aalscholver Zwaluw Leeuwerik Wulp
        Scholekster Karekiet Nachtegaal Winterkoning Roodborst Sperwer Havik Buizerd Torenvalk Koekoek
        IJsvogel Fuut Meerkoet Tureluur
    """,
    "flower": """
        Waterlelie Zwanenbloem Dotterbloem Pinksterbloem Rietorchis Lisdodde Gele-lis Kattenstaart Watermunt
        Egelskop Krabbenscheer Kalmoes Pijlkruid Valeriaan Moerasspirea Wollegras Kamperfoelie Margriet
        Klaver Boterbloem Zegge Bies
    """,
    "sea": """
        Tromp Evertsen Krabbe De-Haen Boisot Bontekoe Barentsz Van-Galen Van-Speijk Witte-de-With Banckert
        Brakel Zoutman Kortenaer Houtman Van-Neck Linschoten Schouten Le-Maire Tasman Van-Kinsbergen
        Piet-Hein
    """,
    "tree": """
        Eiken Beuken Linden Kastanje Essen Iepen Wilgen Populieren Elzen Berken Esdoorn Lijsterbes Meidoorn
        Sleedoorn Hazelaar Vlier Kornoelje Liguster Notelaar Acacia Plataan Haagbeuk
    """,
    "polder": """
        Klei Schelpen Zavel Kwelder Greppel Tocht Sluis Gemaal Kavel Akker Weide Koolzaad Vlas Tarwe Gerst
        Haver Biet Karwij Dijk Kolk Waard Lepelaar Botter Tjalk Aak Schokker Hoogaars Pluut
    """,
    "mayor": """
        Burgemeester-Lely Wethouder-Roos Dijkgraaf-Mulder Ingenieur-Smit Dominee-Prins Pastoor-Hoek
        Meester-De-Graaf Dokter-Visser Notaris-Kok Landdrost-Otto Burgemeester-Dekker Wethouder-Bos
        Ingenieur-Jansma Dijkgraaf-Post Rector-Maas
    """,
}
_SUFFIXES = {
    "core": ("straat", "steeg", "gracht", "kade", "plein"),
    "bloemkool": ("hof", "gaarde", "erf", "meent", "weide", "oord", "pad"),
    "industrial": ("weg", "kade"),
    "dorp": ("straat", "weg", "laan", "hof", "pad"),
}
_TOWN_THEMES = {0: "old", 1: "bird", 2: "flower", 3: "sea", 4: "tree"}
_SUFFIXES_ELSE = ("straat", "laan", "weg", "plantsoen", "hof", "singel", "dreef")


def name_streets(streets: gpd.GeoDataFrame, rng: Generator) -> gpd.GeoDataFrame:
    """Give every street stretch the `name` of its street; main roads and ways for those on foot keep theirs."""
    named = streets.reset_index(drop=True)
    has_name = ((named["name"] != "") | named["kind"].isin(FOOT_KINDS)).to_numpy()
    stroke = _strokes(named, has_name)
    district = named["district"].to_numpy()
    pools: dict[int, list[str]] = {}
    used = set(named["name"])
    given: dict[int, str] = {}
    names = named["name"].to_list()
    for i in np.flatnonzero(~has_name).tolist():
        root = int(stroke[i])
        if root not in given:
            pool = pools.setdefault(int(district[i]), _pool(int(district[i]), rng))
            while pool and pool[-1] in used:
                pool.pop()
            given[root] = pool.pop() if pool else _spare(used)
            used.add(given[root])
        names[i] = given[root]
    return named.assign(name=names)


def _pool(district: int, rng: Generator) -> list[str]:
    character = DISTRICTS[district].character if 0 <= district < len(DISTRICTS) else "dorp"
    wijk = DISTRICTS[district].wijk if 0 <= district < len(DISTRICTS) else 90
    theme = _TOWN_THEMES.get(wijk, ("polder", "tree", "bird")[wijk % 3])
    if DISTRICTS[min(district, len(DISTRICTS) - 1)].name == "Burgemeestersbuurt":
        theme = "mayor"
    suffixes = _SUFFIXES.get(character, _SUFFIXES_ELSE)
    names = [root.replace("-", " ") + suffix for suffix in suffixes for root in _THEMES[theme].split()]
    return [names[i] for i in rng.permutation(len(names))]


def _spare(used: set[str]) -> str:
    roots = [r.replace("-", " ") for theme in _THEMES.values() for r in theme.split()]
    endings = ("pad", "kamp", "veld", "rij", "sluis", "werf", "baan", "hoeve", "wijk")
    return next(n for e in endings for r in roots if (n := r + e) not in used)


def _strokes(streets: gpd.GeoDataFrame, has_name: np.ndarray) -> np.ndarray:
    """Join stretches into streets: at each junction the two stretches that run on straightest belong together."""
    start, stop, _ = ends_of(streets.geometry)
    at_node: defaultdict[int, list[tuple[int, float]]] = defaultdict(list)
    for i, line in enumerate(streets.geometry):
        if not has_name[i]:
            points = np.asarray(line.coords)
            for node, leg in ((start[i], points[1] - points[0]), (stop[i], points[-2] - points[-1])):
                at_node[int(node)].append((i, float(np.degrees(np.arctan2(leg[1], leg[0])))))
    parent = list(range(len(streets)))

    def find(i: int) -> int:
        while parent[i] != i:
            parent[i] = parent[parent[i]]
            i = parent[i]
        return i

    for legs in at_node.values():
        pairs = sorted(
            (abs(abs((a - b + 180) % 360 - 180) - 180), i, j) for k, (i, a) in enumerate(legs) for j, b in legs[k + 1 :]
        )
        taken: set[int] = set()
        for bend, i, j in pairs:
            if bend < STRAIGHT_ON_DEGREES and i not in taken and j not in taken:
                taken |= {i, j}
                parent[find(i)] = find(j)
    return np.array([find(i) for i in range(len(streets))])
