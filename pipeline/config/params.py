"""Sections of ``params.yaml``."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from pipeline.config.values import LEVELS, Code, Level, Metres, People, Section, Share, TagRule


class UnitSettings(Section):
    """How base areas become units (design: "the wijk, or for small villages the dorp")."""

    dorp_max_inhabitants: People
    unit_max_inhabitants: People
    name_share: Share

    @model_validator(mode="after")
    def _dorp_below_unit(self) -> Self:
        if self.dorp_max_inhabitants > self.unit_max_inhabitants:
            raise ValueError("dorp_max_inhabitants mag niet groter zijn dan unit_max_inhabitants")
        return self


class DwellingSettings(Section):
    """Which addresses count as dwellings, and when their number is too far from CBS's."""

    home_buildings: list[str] = Field(min_length=1)
    possible_home_buildings: list[str]
    enough_homes_share: Share
    weak_ratio_low: float = Field(gt=0, le=1)
    weak_ratio_high: float = Field(ge=1, le=100)


class NetworkSettings(Section):
    """Which ways can be walked and driven, how addresses join them, and where the extract ends."""

    walkable: list[TagRule] = Field(min_length=1)
    not_walkable: list[TagRule]
    drivable: list[TagRule] = Field(min_length=1)
    not_drivable: list[TagRule]
    connect_max_m: Metres
    edge_m: Metres
    cut_m: Metres
    buffer_min_m: Metres
    buffer_factor: float = Field(ge=1, le=100)
    island_max_nodes: int = Field(ge=0, le=1_000_000)
    car_island_max_nodes: int = Field(ge=0, le=1_000_000)

    def buffer_m(self, longest_norm_m: float) -> float:
        """Return how far around the region facilities, ways and areas are looked for, in metres."""
        return max(self.buffer_min_m, self.buffer_factor * longest_norm_m)


class WitteVlekSettings(Section):
    """When a unit is a witte vlek for a target group."""

    share_beyond: Share
    min_beyond: int = Field(ge=1, le=100)
    anchor_categories: list[Code] = Field(min_length=1)


class MapSettings(Section):
    """Limits of the published map."""

    max_file_mb: float = Field(gt=0, le=1000)
    simplify_m: float = Field(ge=0, le=500_000)
    density_classes: int = Field(ge=3, le=7)


class LimitSettings(Section):
    """What is impossible: beyond it a file is at fault and nothing is computed."""

    largest_count: dict[Level, People]
    largest_km: float = Field(gt=0, le=500)
    largest_within_count: float = Field(gt=0, le=1_000_000)
    land_of_polygon: float = Field(ge=1, le=100)
    repaired_share: Share
    matched_share: Share

    @model_validator(mode="after")
    def _every_level(self) -> Self:
        missing = [level for level in LEVELS if level not in self.largest_count]
        if missing:
            raise ValueError(f"largest_count: {', '.join(missing)} ontbreekt")
        return self


class BackgroundLayer(Section):
    """A layer of the background: which OSM objects, and how important."""

    layer: Literal["water", "built_up", "green", "road", "railway", "place"]
    rank: int = Field(ge=1, le=9)
    match: list[TagRule] = Field(min_length=1)


class BackgroundSettings(Section):
    """The light background of the map."""

    around_m: Metres
    simplify_m: Metres
    min_area_m2: float = Field(ge=0, le=1e9)
    layers: list[BackgroundLayer] = Field(min_length=1)


class DemoSettings(Section):
    """The invented municipality: seed and size."""

    seed: int = Field(ge=0)
    municipalities: int = Field(ge=1, le=1000)
    addresses: int = Field(ge=2000, le=1_000_000)


Weekday = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]


class StopServiceSettings(Section):
    """When a stop has the service that the norms ask for, and how stops of a timetable are found on the map."""

    from_hour: int = Field(ge=0, le=23)
    to_hour: int = Field(ge=1, le=24)
    at_least_per_hour: int = Field(ge=1, le=60)
    days: list[Weekday] = Field(min_length=1)
    normal_day_share: float = Field(gt=0, le=1)
    match_m: Metres
    same_spot_m: Metres

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.from_hour >= self.to_hour:
            raise ValueError("from_hour moet voor to_hour liggen")
        if self.same_spot_m > self.match_m:
            raise ValueError("same_spot_m mag niet groter zijn dan match_m")
        return self


class ClusterSettings(Section):
    """When small neighbouring units are judged together: how far apart their middles may be over the network."""

    max_m: Metres


class SourceAges(Section):
    """Years after which a source of each kind is called old."""

    areas: float = Field(gt=0, le=100)
    figures: float = Field(gt=0, le=100)
    osm: float = Field(gt=0, le=100)
    timetables: float = Field(gt=0, le=100)

    facility_registers: float = Field(gt=0, le=100)


class RunCost(Section):
    """What a run costs where nothing was measured yet on this machine: seconds, and megabytes of disk."""

    dvc_start_seconds: float = Field(ge=0, le=100_000)
    dvc_stage_seconds: float = Field(ge=0, le=100_000)
    stage_start_seconds: float = Field(ge=0, le=100_000)
    stage_seconds_per_mb: dict[Code, Annotated[float, Field(ge=0, le=100_000)]]
    demo_seconds_per_mb: float = Field(ge=0, le=100_000)
    demo_mb_per_1000_addresses: float = Field(gt=0, le=1000)
    disk_start_mb: float = Field(ge=0, le=100_000)
    disk_mb_per_mb: float = Field(ge=0, le=100_000)


class PreflightSettings(Section):
    """What is remarked on before a run, and what the run is forecast to cost."""

    max_age_years: SourceAges
    much_smaller_share: Share
    large_extract_mb: float = Field(gt=0, le=100_000)
    placed_share: Share
    cost: RunCost


class BundleSettings(Section):
    """How large a bundle of snapshots may be that comes from elsewhere: megabytes unpacked, and files.

    `largest_text_mb` holds for its table of contents, records and settings, which are read as a whole.
    """

    largest_text_mb: float = Field(gt=0, le=1000)
    largest_file_mb: float = Field(gt=0, le=1_000_000)
    largest_total_mb: float = Field(gt=0, le=1_000_000)
    most_files: int = Field(ge=1, le=100_000)
