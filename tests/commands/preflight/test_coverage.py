"""What the sources cover, worked out by hand on squares of a kilometre."""

import geopandas as gpd
import pandas as pd
import pytest
import shapely

from pipeline.commands.preflight.coverage import Tables, check_edge, check_extract, check_tables
from pipeline.commands.preflight.findings import Findings
from pipeline.config.params import NetworkSettings, PreflightSettings
from pipeline.config.target_groups import TargetGroupSettings
from pipeline.contracts import CRS
from pipeline.settings_files import read_sections
from tests.stage_runs import PROJECT

WEST, SOUTH = 190_000.0, 500_000.0
REGION = shapely.box(WEST, SOUTH, WEST + 10_000, SOUTH + 10_000)
SHARED = read_sections(PROJECT / "config", ["network", "target_groups"])
NETWORK: NetworkSettings = SHARED["network"]
GROUPS: TargetGroupSettings = SHARED["target_groups"]
# 1.5 x the longest norm of 3,000 m is less than 5,000 m.
NEEDED_M = 5_000


def around(metres: float) -> shapely.Polygon:
    return shapely.box(WEST - metres, SOUTH - metres, WEST + 10_000 + metres, SOUTH + 10_000 + metres)


def extract_findings(extract: shapely.Polygon, network: NetworkSettings = NETWORK) -> Findings:
    found = Findings("Kampen")
    check_extract(extract, REGION, network, GROUPS, found)
    return found


def test_a_buffer_as_wide_as_asked_is_enough() -> None:
    found = extract_findings(around(NEEDED_M))
    assert found.facts == [("Uittreksel", "reikt ten minste 5 km buiten de regio")]
    assert not found.remarks


def test_a_longer_norm_asks_a_wider_buffer() -> None:
    wide = NETWORK.model_copy(update={"buffer_factor": 2.0})
    assert extract_findings(around(5_999), wide).remarks
    assert not extract_findings(around(6_000), wide).remarks


def test_a_tight_extract_is_remarked_with_the_box_to_ask_for() -> None:
    found = extract_findings(around(4_980))
    assert "reikt maar 4,98 km buiten de regio" in found.remarks[0]
    found = extract_findings(around(250))
    assert "reikt maar 250 m buiten de regio" in found.remarks[0]
    box = found.remarks[0].partition("ten minste ")[2].partition(" ")[0]
    west, south, east, north = map(float, box.split(","))
    corners = gpd.GeoSeries([shapely.box(west, south, east, north)], crs="EPSG:4326").to_crs(CRS)[0]
    assert corners.buffer(100).covers(around(NEEDED_M))


def test_an_extract_that_leaves_out_a_part_says_how_much_is_in() -> None:
    half = shapely.box(WEST, SOUTH, WEST + 5_000, SOUTH + 10_000)
    assert "beslaat 50 % van de regio" in extract_findings(half).remarks[0]


def tables(placed: float | None = 1.0, unjoined: int = 0, weak: tuple[str, ...] = ()) -> Tables:
    """Two units of two dwellings; on one dwelling of A live 30 people, on every other 10."""
    points = {"a1": 1_000, "a2": 3_000, "b1": 8_000, "b2": 9_500}
    dwellings = gpd.GeoDataFrame(
        {"dwelling_id": list(points), "cell_code": ["a1", "rest", "rest", "rest"], "unit_code": ["A", "A", "B", "B"]},
        geometry=[shapely.Point(WEST + x, SOUTH + 5_000) for x in points.values()],
        crs=CRS,
    )
    demand = pd.DataFrame(
        {
            "cell_code": ["a1", "rest", "elsewhere", "rest"],
            "target_group": ["all_inhabitants"] * 3 + ["age_75_plus"],
            "is_placed": [True, True, False, True],
            "dwelling_count": [1, 3, 0, 3],
            "people": [30.0, 30.0, 40.0, 3.0],
        }
    )
    units = gpd.GeoDataFrame(
        {"unit_code": ["A", "B"], "unit_name": ["Zalk", "Wilsum [B]"], "is_weak": ["A" in weak, "B" in weak]},
        geometry=[REGION, REGION],
        crs=CRS,
    )
    base = gpd.GeoDataFrame({"base_code": ["1"]}, geometry=[REGION], crs=CRS)
    return Tables(base, units, dwellings, demand, placed, unjoined)


def edge_findings(metres: float, share_beyond: float = 0.5) -> Findings:
    found = Findings("Kampen")
    check_edge(tables(), around(metres), GROUPS, share_beyond, found)
    return found


def test_people_near_the_edge_are_counted_where_they_live() -> None:
    # The longest norm is 1,500 m: in a box of the region itself, 1,000 m and 9,500 m lie within it of the edge.
    found = edge_findings(0)
    assert found.facts == [("Rand", "67 % van de inwoners woont er dichterbij dan de langste norm (1,5 km)")]
    # 30 of 40 people of Zalk, 10 of 20 of Wilsum, which is not more than half.
    assert "dan 1,5 km in Zalk; daar kan" in found.remarks[0]
    assert "in Zalk en Wilsum [B]; daar" in edge_findings(0, share_beyond=0.4).remarks[0]


def test_who_lives_outside_the_extract_is_past_its_edge() -> None:
    found = Findings("Kampen")
    check_edge(tables(), shapely.box(WEST - 9_000, SOUTH - 9_000, WEST + 5_000, SOUTH + 19_000), GROUPS, 0.5, found)
    assert found.facts[0][1].startswith("33 % van de inwoners")
    assert "in Wilsum [B];" in found.remarks[0]


def test_nobody_near_the_edge_is_nothing_to_say() -> None:
    found = edge_findings(2_000)
    assert not found.facts + found.remarks


@pytest.mark.parametrize(("placed", "is_remarked"), [(0.95, False), (0.946, True), (None, False)])
def test_people_without_a_dwelling_are_remarked(
    placed: float | None, is_remarked: bool, settings: PreflightSettings
) -> None:
    found = Findings("Kampen")
    check_tables(tables(placed), settings, found)
    assert [remark[:6] for remark in found.remarks] == (["94,6 %"] if is_remarked else [])
    assert found.facts[0] == ("Inwoners", f"{'onbekend' if placed is None else '95 %'} op een woning geplaatst")


def test_weak_units_and_unjoined_facilities_are_named(settings: PreflightSettings) -> None:
    found = Findings("Kampen")
    check_tables(tables(unjoined=3, weak=("A", "B")), settings, found)
    assert "past niet bij CBS in Wilsum [B] en Zalk;" in found.remarks[0]
    assert found.facts[1] == ("Voorzieningen", "3 zonder weg in de buurt")
