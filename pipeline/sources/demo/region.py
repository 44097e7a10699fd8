"""The invented region as a whole: one or more gemeenten, all from one seed."""

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.random import Generator, SeedSequence

from pipeline.config.params import DemoSettings
from pipeline.sources.demo.addresses import choose_buildings, make_addresses
from pipeline.sources.demo.background import Feature, make_background, make_place_nodes
from pipeline.sources.demo.buildings import make_buildings
from pipeline.sources.demo.bus_stops import map_stops
from pipeline.sources.demo.districts import make_buurten, make_faces
from pipeline.sources.demo.facilities import Tags, make_benches, make_sites
from pipeline.sources.demo.layout import Plan, draw_plan
from pipeline.sources.demo.names import name_streets
from pipeline.sources.demo.paths import make_paths
from pipeline.sources.demo.people import settle
from pipeline.sources.demo.streets import make_streets

BENCH_COUNT = 220


@dataclass(frozen=True)
class Municipality:
    """One invented gemeente; all geometry in EPSG:28992."""

    plan: Plan
    buurten: gpd.GeoDataFrame
    streets: gpd.GeoDataFrame
    paths: gpd.GeoDataFrame
    buildings: gpd.GeoDataFrame
    addresses: pd.DataFrame
    homes: pd.DataFrame
    people: pd.DataFrame
    background: list[Feature]
    points: list[tuple[float, float, Tags]]


@dataclass(frozen=True)
class DemoRegion:
    """The invented region and the seed that it came from."""

    seed: int
    municipalities: tuple[Municipality, ...]


def generate(settings: DemoSettings) -> DemoRegion:
    """Invent the region: the same settings give the same region, and touch nothing else."""
    seeds = SeedSequence(settings.seed).spawn(settings.municipalities)
    made = [
        _make_municipality(number, settings.addresses, np.random.default_rng(seed)) for number, seed in enumerate(seeds)
    ]
    return DemoRegion(settings.seed, tuple(made))


def _make_municipality(number: int, address_count: int, rng: Generator) -> Municipality:
    plan = draw_plan(number)
    faces = make_faces(plan)
    buurten = make_buurten(plan, faces)
    streets = name_streets(make_streets(plan, faces, rng), rng)
    sites = make_sites(plan, streets, buurten)
    buildings = choose_buildings(plan, make_buildings(plan, streets, buurten, sites, rng), address_count, rng)
    addresses = make_addresses(plan, buildings, streets, rng)
    homes, people = settle(addresses, _institutions(addresses, buildings), rng)
    return Municipality(
        plan=plan,
        buurten=buurten,
        streets=streets,
        paths=make_paths(plan, streets, buildings, rng),
        buildings=buildings,
        addresses=addresses,
        homes=homes,
        people=people,
        background=make_background(plan, buurten, rng),
        points=[*make_place_nodes(plan, buurten), *map_stops(plan), *make_benches(streets, BENCH_COUNT, rng)],
    )


def _institutions(addresses: pd.DataFrame, buildings: gpd.GeoDataFrame) -> pd.DataFrame:
    facility = buildings["facility"].to_numpy()[addresses["building"]]
    return addresses.assign(facility=facility)[facility >= 0]
