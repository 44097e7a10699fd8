"""The sample region as services give it: tables of the CBS, areas of PDOK, a map from Overpass and as an extract."""

import hashlib
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import geopandas as gpd
import osmium
import pandas as pd
import yaml

from pipeline.config.params import DemoSettings
from pipeline.sources import demo
from tests.services.features import Areas, wfs_handler
from tests.services.files import file_handler
from tests.services.odata import ODataTable, odata_handler
from tests.services.overpass import Map, Overpass
from tests.services.server import Fault, Handler, Server, impatient, running
from tests.services.statline import csv_table

GEMEENTE = "GM9901"
SIZE = DemoSettings(seed=1932, municipalities=1, addresses=2000)
EXTRACT = "europe/netherlands/flevoland-latest.osm.pbf"
FEED = "nl/gtfs-nl.zip"
READ_SECONDS = 2.0
"""Longer than any answer takes here."""

MOMENT = "2024-01-01T00:00:00Z"
_AGES = {"Geslacht": "Dimension", "Leeftijd": "Dimension", "Postcode": "GeoDetail", "Perioden": "TimeDimension"}
_HEALTH = {"Leeftijd": "Dimension", "Marges": "Dimension", "WijkenEnBuurten": "GeoDetail", "Perioden": "TimeDimension"}


@dataclass(frozen=True)
class Services:
    """Running services, by their name in services.yaml."""

    servers: dict[str, Server]

    def ask_here(self, root: Path) -> None:
        """Let the project at `root` ask these services, and without much patience."""
        path = root / "config/services.yaml"
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
        for code, server in self.servers.items():
            content["services"][code]["address"] = server.address
        content["web"] = {**impatient(2).model_dump(), "read_seconds": READ_SECONDS}
        path.write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")

    def fail(self, fault: Fault | None) -> None:
        """Let every service do wrong from now on, or well again."""
        for server in self.servers.values():
            server.always = fault and _long_enough(fault)

    def fail_once(self, fault: Fault) -> None:
        """Let the next answer of every service go wrong."""
        for server in self.servers.values():
            server.faults.append(_long_enough(fault))

    @property
    def asked(self) -> int:
        """How many questions came."""
        return sum(len(server.questions) for server in self.servers.values())


def _long_enough(fault: Fault) -> Fault:
    """Return the fault; one that is silent for a while is so for longer than is waited."""
    return replace(fault, silent_seconds=READ_SECONDS + 1) if fault.silent_seconds else fault


@contextmanager
def live_region(folder: Path) -> Iterator[Services]:
    """Serve the sample region while the body runs; its files are made in `folder`."""
    made = demo.generate(SIZE)
    for write in (demo.write_areas, demo.write_figures, demo.write_osm, demo.write_timetable):
        write(made, folder)
    pbf = _sound(folder / "markerwaard.osm.pbf")
    content = pbf.read_bytes()
    digest = hashlib.md5(content).hexdigest()
    drawn = Map(pbf)
    drawn.prepare()
    handlers: dict[str, Handler] = {
        "cbs": odata_handler(
            {"85984NED": _key_figures(folder), "83502NED": _ages(folder), "86134NED": _nearness(folder)}, page=500
        ),
        "dataderden": odata_handler(
            {"50150NED": csv_table(folder / "gezondheid_65plus_2022.csv", "50150NED", _HEALTH, codes="WijkenEnBuurten")}
        ),
        "pdok": wfs_handler(Areas(_layers(folder))),
        "overpass": Overpass({MOMENT: drawn}),
        "geofabrik": file_handler({
            f"/{EXTRACT}": content, f"/{EXTRACT}.md5": f"{digest}  flevoland-latest.osm.pbf\n".encode(),
        }),
        "timetables": file_handler({f"/{FEED}": (folder / "dienstregeling.zip").read_bytes()}),
    }  # fmt: skip
    with ExitStack() as stack:
        yield Services({code: stack.enter_context(running(handler)) for code, handler in handlers.items()})


def _key_figures(folder: Path) -> ODataTable:
    """Return the key figures under the names that the CBS gives them, people over 65 counted."""
    raw = pd.read_csv(folder / "kerncijfers_buurten_2024.csv", dtype="str")
    of_land = raw[raw["water"] == "NEE"]
    people, share = (
        pd.to_numeric(of_land[name], errors="coerce").where(lambda numbers: numbers >= 0)
        for name in ("aantal_inwoners", "percentage_personen_65_jaar_en_ouder")
    )
    older = (people * share / 100 / 5).round() * 5
    table = pd.DataFrame({
        "ID": range(len(of_land)), "WijkenEnBuurten": of_land["buurtcode"].to_numpy(),
        "AantalInwoners_5": people.to_numpy(), "k_65JaarOfOuder_12": older.to_numpy(),
        "Woningvoorraad_35": pd.to_numeric(of_land["woningvoorraad"], errors="coerce").to_numpy(),
    }).astype({"AantalInwoners_5": "Int64", "k_65JaarOfOuder_12": "Int64", "Woningvoorraad_35": "Int64"})  # fmt: skip
    path = folder / "85984NED.csv"
    table.to_csv(path, index=False)
    with path.open("a", encoding="utf-8") as file:
        file.write(f"{len(table)},{GEMEENTE},,,\n")
    return csv_table(path, "85984NED", {"WijkenEnBuurten": "GeoDetail"}, codes="WijkenEnBuurten", period="2024")


def _nearness(folder: Path) -> ODataTable:
    """Return the distances over car roads per buurt and gemeente, under the names that the CBS gives them."""
    buurten, gemeenten = (
        pd.read_csv(folder / name, dtype="str") for name in ("kerncijfers_buurten_2024.csv", "gemeente_2024.csv")
    )
    of_land = buurten[buurten["water"] == "NEE"]
    columns = {
        "AfstandTotHuisartsenpraktijk_5": "huisartsenpraktijk_gemiddelde_afstand_in_km",
        "Binnen1Km_6": "huisartsenpraktijk_gemiddeld_aantal_binnen_1_km",
        "Binnen3Km_7": "huisartsenpraktijk_gemiddeld_aantal_binnen_3_km",
        "Binnen5Km_8": "huisartsenpraktijk_gemiddeld_aantal_binnen_5_km",
        "AfstandTotApotheek_10": "apotheek_gemiddelde_afstand_in_km",
        "AfstandTotGroteSupermarkt_24": "grote_supermarkt_gemiddelde_afstand_in_km",
        "Binnen1Km_25": "grote_supermarkt_gemiddeld_aantal_binnen_1_km",
        "Binnen3Km_26": "grote_supermarkt_gemiddeld_aantal_binnen_3_km",
        "Binnen5Km_27": "grote_supermarkt_gemiddeld_aantal_binnen_5_km",
    }
    tables = [
        rows.reindex(columns=[code, *columns.values()]).set_axis(["WijkenEnBuurten", *columns], axis=1)
        for rows, code in ((of_land, "buurtcode"), (gemeenten, "gemeentecode"))
    ]
    path = folder / "86134NED.csv"
    pd.concat(tables).to_csv(path, index_label="ID")
    return csv_table(path, "86134NED", {"WijkenEnBuurten": "GeoDetail"}, codes="WijkenEnBuurten", period="2024")


def _ages(folder: Path) -> ODataTable:
    """Return inhabitants by age, of the year that a new region asks for."""
    text = (folder / "bevolking_pc4_leeftijd_2023.csv").read_text(encoding="utf-8").replace("2023JJ00", "2024JJ00")
    path = folder / "83502NED.csv"
    path.write_text(text, encoding="utf-8")
    return csv_table(path, "83502NED", _AGES, codes="Postcode")


def _sound(pbf: Path) -> Path:
    """Return the map without what lacks parts: an extract may cut things off, the whole map does not."""
    sound = pbf.with_name("whole.osm.pbf")
    nodes: set[int] = set()
    ways: set[int] = set()
    header = osmium.io.Header()
    header.set("osmosis_replication_timestamp", MOMENT)
    with osmium.SimpleWriter(str(sound), header=header) as writer:
        one: Any
        for one in osmium.FileProcessor(str(pbf)):
            if one.is_node():
                nodes.add(one.id)
            elif one.is_way() and {node.ref for node in one.nodes} <= nodes:
                ways.add(one.id)
            elif one.is_way() or not {member.ref for member in one.members} <= ways:
                continue
            writer.add(one)
    return sound


def _layers(folder: Path) -> dict[str, gpd.GeoDataFrame]:
    path = folder / "gebieden_2024.gpkg"
    layers = {name: gpd.read_file(path, layer=name) for name in ("gemeenten", "wijken", "buurten")}
    figures = pd.read_csv(folder / "kerncijfers_buurten_2024.csv")[["buurtcode", "aantal_inwoners", "woningvoorraad"]]
    layers["buurten"] = layers["buurten"].merge(figures, on="buurtcode", how="left", validate="one_to_one")
    return {f"wijkenbuurten:{name}": layer for name, layer in layers.items()}
