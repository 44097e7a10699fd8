"""Figures from the CBS: asked once, read as a file is, and what goes wrong leaves the earlier snapshot as it was."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from pipeline.config.params import DemoSettings, LimitSettings
from pipeline.config.region import RegionSettings
from pipeline.config.sources import FigureSettings
from pipeline.errors import SourceError
from pipeline.settings_files import read_sections
from pipeline.sources.cbs.differences import differences_name
from pipeline.sources.fetching import Mode
from pipeline.sources.figures import read_figures
from pipeline.sources.reference_figures import read_reference
from pipeline.sources.snapshots import read_provenance
from pipeline.stages.fetch_figures import fetch_figures
from pipeline.tables import RegionFiles
from tests.services.odata import ODataTable, odata_handler
from tests.services.server import FAULTS, Server, impatient, running, services_at
from tests.services.statline import odata_table
from tests.stage_runs import PROJECT, hashes

LIMITS: LimitSettings = read_sections(PROJECT / "config", ["limits"])["limits"]
DEMO: DemoSettings = read_sections(PROJECT / "config", ["demo"])["demo"]
REGION = RegionSettings(
    label="Proef", is_fictional=True, gemeenten={"GM0001": "Een", "GM0002": "Twee"}, base_level="buurt"
)
SOURCE = {"what": "Proef", "holder": "CBS", "licence": "CC BY 4.0"}
AREAS = ["NL00", "GM0001", "WK000100", "BU00010000", "GM0002", "BU00020000", "GM0003", "BU00030000"]
TOPICS = ("AantalInwoners_5", "k_65JaarOfOuder_12", "Woningvoorraad_35", "AfstandTotHuisartsenpraktijk_110")
UNITS = dict(zip(TOPICS, ("aantal", "aantal", "aantal", "km"), strict=True))


def key_figures() -> ODataTable:
    rows = [
        {"WijkenEnBuurten": code.ljust(10), **dict(zip(TOPICS, (number * 100, None, 0, 1.5), strict=True))}
        for number, code in enumerate(AREAS)
    ]
    return odata_table(
        "85618NED", rows, {"WijkenEnBuurten": "GeoDetail"}, title="Kerncijfers wijken en buurten 2023", units=UNITS
    )


def ages() -> ODataTable:
    rows = [
        {"Geslacht": sex, "Leeftijd": age.ljust(8), "Postcode": code.ljust(8), "Perioden": period, "Bevolking_1": 25}
        for sex in ("T001038", "3000   ")
        for age in ("10000", "71400", "71500")
        for code in ("PC1000", "PC1001", "PC2000")
        for period in ("2022JJ00", "2023JJ00")
    ]
    kinds = {"Geslacht": "Dimension", "Leeftijd": "Dimension", "Postcode": "Dimension", "Perioden": "TimeDimension"}
    return odata_table("83502NED", rows, kinds, units={"Bevolking_1": "aantal"})


def settings(**first: Any) -> FigureSettings:
    columns = {
        "inhabitants": {"column": "AantalInwoners", "rounding": 5},
        "inhabitants_65_plus": {"column": "k_65JaarOfOuder", "rounding": 5},
        "homes": {"column": "Woningvoorraad", "rounding": 5},
    }
    kerncijfers = {"file": "kern.csv", "code": "WijkenEnBuurten", "cbs": {"table": "85618NED"}, **SOURCE}
    leeftijd = {
        "file": "leeftijd.csv", "code": "Postcode", "cbs": {"table": "83502NED", "codes": ["PC100"]}, **SOURCE,
        "where": {"Geslacht": "T001038"}, "key": "Leeftijd", "value": "Bevolking", "rounding": 5,
        "keys": {"71400": "age_65_69", "71500": "age_70_74"},
    }  # fmt: skip
    reference = {
        **kerncijfers, "file": "nabij.csv", "rounding": 0.1,
        "columns": {"gp": {"mean_km": "AfstandTotHuisartsenpraktijk"}},
    }  # fmt: skip
    return FigureSettings.model_validate(
        {
            "from": "services",
            "tables": [{**kerncijfers, "columns": columns, **first}, leeftijd],
            "reference": [reference],
        }
    )


@pytest.fixture
def tables() -> dict[str, ODataTable]:
    return {"85618NED": key_figures(), "83502NED": ages()}


@pytest.fixture
def server(tables: dict[str, ODataTable]) -> Iterator[Server]:
    with running(odata_handler(tables, page=3)) as one:
        yield one


@pytest.fixture
def files(tmp_path: Path) -> RegionFiles:
    return RegionFiles(tmp_path, "proef")


def fetch(
    files: RegionFiles, server: Server, figures: FigureSettings | None = None, mode: Mode = Mode.MISSING
) -> pd.DataFrame:
    """Take the snapshot and return the figures in it."""
    figures = figures or settings()
    fetch_figures(
        files, region=REGION, figures=figures, demo=DEMO, limits=LIMITS, web=impatient(),
        services=services_at(cbs=server.address), mode=mode,
    )  # fmt: skip
    return read_figures(figures.tables, files.snapshot("figures"), LIMITS).set_index(["area_code", "variable"])


def test_the_region_is_read_with_the_years_of_the_tables(files: RegionFiles, server: Server) -> None:
    found = fetch(files, server)
    codes = found.index.get_level_values("area_code")
    assert set(codes) == {"GM0001", "WK000100", "BU00010000", "GM0002", "BU00020000", "1000", "1001"}
    assert found.loc[("BU00010000", "inhabitants"), "value"] == 300
    assert found.loc[[("1000", "age_65_69")]][["value", "low", "high"]].to_numpy().tolist() == [[25, 22.5, 27.5]]
    assert set(found["year"]) == {2023}
    nearness = read_reference(settings().reference, files.snapshot("figures"), LIMITS)
    of_gemeente = nearness[nearness["area_code"] == "GM0002"]
    assert of_gemeente[["category", "measure", "value"]].to_numpy().tolist() == [["gp", "mean_km", 1.5]]


def test_missing_is_not_zero(files: RegionFiles, server: Server) -> None:
    found = fetch(files, server)["value"].unstack()
    assert found["inhabitants_65_plus"].isna().all()
    assert (found.loc["BU00010000":"WK000100", "homes"] == 0).all()


def test_only_rows_that_are_read_are_asked_for(files: RegionFiles, server: Server) -> None:
    fetch(files, server)
    filters = {question.query["$filter"] for question in server.questions if "$filter" in question.query}
    assert (
        "startswith(Postcode,'PC100') and Geslacht eq 'T001038' and (Leeftijd eq '71400   ' or "
        "Leeftijd eq '71500   ') and Perioden eq '2023JJ00'"
    ) in filters
    rows = (files.snapshot("figures") / "leeftijd.csv").read_text(encoding="utf-8").splitlines()
    assert rows[0] == "ID,Geslacht,Leeftijd,Postcode,Perioden,Bevolking_1"
    assert len(rows) == 5
    assert rows[1].endswith(",T001038,71400   ,PC1000  ,2023JJ00,25")


def test_the_record_says_what_was_asked_and_given(files: RegionFiles, server: Server) -> None:
    fetch(files, server)
    records = {one["file"]: one for one in read_provenance(files.snapshot("figures"))}
    kern = records["kern.csv"]
    assert (kern["reference_date"], kern["rows"], list(kern["beside"])) == ("2023-01-01", 5, ["kern.csv.meta.json"])
    assert kern["request"]["codes"] == ["GM0001", "WK0001", "BU0001", "GM0002", "WK0002", "BU0002"]
    assert records["nabij.csv"]["request"]["codes"] == kern["request"]["codes"]
    meta = json.loads((files.snapshot("figures") / "leeftijd.csv.meta.json").read_text(encoding="utf-8"))
    assert meta["infos"]["Identifier"] == "83502NED"
    assert [one["Key"] for one in meta["dimensions"]["Perioden"]] == ["2022JJ00", "2023JJ00"]


def test_nothing_is_asked_twice_unless_the_settings_change(files: RegionFiles, server: Server) -> None:
    fetch(files, server)
    asked, before = len(server.questions), hashes(files.snapshot("figures"))
    fetch(files, server)
    fetch(files, server, mode=Mode.OFFLINE)
    assert (len(server.questions), hashes(files.snapshot("figures"))) == (asked, before)
    fetch(files, server, settings(year=2023))
    assert len(server.questions) > asked


def test_what_was_asked_can_be_read_as_files_of_the_user(files: RegionFiles, server: Server) -> None:
    live = fetch(files, server)
    content = settings(year=2023).model_dump(by_alias=True)
    for one in [*content["tables"], *content["reference"]]:
        one.update(year=2023, reference_date="2023-01-01")
    files.incoming.mkdir()
    for path in files.snapshot("figures").glob("*.csv"):
        (files.incoming / path.name).write_bytes(path.read_bytes())
    asked = len(server.questions)
    pd.testing.assert_frame_equal(
        fetch(files, server, FigureSettings.model_validate({**content, "from": "file"})), live
    )
    assert len(server.questions) == asked


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_that_passes_leaves_no_trace(name: str, files: RegionFiles, server: Server, tmp_path: Path) -> None:
    undisturbed = fetch(files, server)
    questions = len(server.questions)
    server.faults.extend([None if number % 4 else FAULTS[name] for number in range(questions)])
    disturbed = RegionFiles(tmp_path / "gestoord", "proef")
    pd.testing.assert_frame_equal(fetch(disturbed, server), undisturbed)
    folders = [one.snapshot("figures") for one in (files, disturbed)]
    contents = [{path.name: path.read_bytes() for path in folder.glob("*.csv*")} for folder in folders]
    assert contents[0] == contents[1]


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_that_stays_leaves_the_earlier_snapshot(name: str, files: RegionFiles, server: Server) -> None:
    fetch(files, server)
    before = hashes(files.root)
    server.always = FAULTS[name]
    with pytest.raises(SourceError) as caught:
        fetch(files, server, mode=Mode.FORCE)
    assert len(caught.value.faults) == 3
    assert all("wat er eerder was opgehaald blijft staan" in fault for fault in caught.value.faults)
    assert hashes(files.root) == before


def renamed(table: ODataTable) -> None:
    table.rows = [{key.replace("Aantal", "Totaal"): value for key, value in row.items()} for row in table.rows]


def doubled(table: ODataTable) -> None:
    table.rows = [{**row, "AantalInwoners_6": 1} for row in table.rows]


def text_for_a_number(table: ODataTable) -> None:
    table.rows = [{**row, "AantalInwoners_5": "veel"} for row in table.rows]


def of_another_year(table: ODataTable) -> None:
    swap = {"GM0002": "GM0009", "BU00020000": "BU00090000"}
    table.rows = [
        {**row, "WijkenEnBuurten": swap.get(code := row["WijkenEnBuurten"].strip(), code)} for row in table.rows
    ]


def emptied(table: ODataTable) -> None:
    table.rows = []


def short(table: ODataTable) -> None:
    table.withheld = 2


def in_unit(table: ODataTable, unit: str) -> None:
    table.properties = [{**one, "Unit": one.get("Unit", "").replace("aantal", unit)} for one in table.properties]


def in_thousands(table: ODataTable) -> None:
    in_unit(table, "x 1 000")


def relative(table: ODataTable) -> None:
    in_unit(table, "per 1 000 inwoners")


def without_areas(table: ODataTable) -> None:
    table.properties = [one for one in table.properties if one["Key"] != "WijkenEnBuurten"]


@pytest.mark.parametrize(
    ("damage", "expected"),
    [
        (renamed, "kern.csv: kolom AantalInwoners ontbreekt"),
        (doubled, "kern.csv: kolom AantalInwoners komt meer dan eens voor"),
        (text_for_a_number, "kern.csv, rij 2, 3, 4, 5, 6, kolom AantalInwoners: 'veel' is geen getal"),
        (of_another_year, "kern.csv: CBS, tabel 85618NED heeft geen rijen voor GM0002; bestond de gemeente al in het"),
        (emptied, "kern.csv: CBS, tabel 85618NED heeft geen rijen voor GM0001, GM0002; bestond"),
        (short, "3 rijen gekregen en 5 aangekondigd, ook na 3 pogingen"),
        (in_thousands, "kern.csv: kolom AantalInwoners is in 'x 1 000', en de instelling verwacht 'aantal'"),
        (relative, "kern.csv: kolom AantalInwoners is in 'per 1 000 inwoners', en de instelling verwacht 'aantal'"),
        (without_areas, "kern.csv: code WijkenEnBuurten is geen dimensie van de tabel"),
    ],
)
def test_a_table_that_is_not_as_it_should_be_leaves_the_earlier_snapshot(
    damage: Any, expected: str, files: RegionFiles, server: Server, tables: dict[str, ODataTable]
) -> None:
    fetch(files, server)
    before = hashes(files.root)
    damage(tables["85618NED"])
    with pytest.raises(SourceError) as caught:
        fetch(files, server, mode=Mode.FORCE)
    assert expected in caught.value.faults[0]
    assert all(fault.endswith(".") for fault in caught.value.faults)
    assert hashes(files.root) == before


@pytest.mark.parametrize("unit", ["personen", "", "Aantal"])
def test_a_unit_in_words_of_its_own_may_be_right(
    unit: str, files: RegionFiles, server: Server, tables: dict[str, ODataTable]
) -> None:
    in_unit(tables["85618NED"], unit)
    assert fetch(files, server).loc[[("BU00010000", "inhabitants")]]["value"].tolist() == [300]


def test_the_year_of_the_settings_must_be_that_of_the_table(files: RegionFiles, server: Server) -> None:
    with pytest.raises(SourceError, match=r"kern.csv: year is 2024, maar de tabel gaat over 2023 \(Kerncijfers wijken"):
        fetch(files, server, settings(year=2024))


def test_another_release_is_told_and_listed(
    files: RegionFiles, server: Server, tables: dict[str, ODataTable], capsys: pytest.CaptureFixture[str]
) -> None:
    fetch(files, server)
    assert not (files.snapshot("figures") / differences_name("kern.csv")).exists()
    table = tables["85618NED"]
    table.infos = {**table.infos, "Modified": "2025-09-30T02:00:00"}
    changed = [{**row, "Woningvoorraad_35": 5 if row["ID"] == 3 else 0, "Nieuw_9": 1} for row in table.rows]
    table.rows = [row for row in changed if row["ID"] != 2]
    capsys.readouterr()
    fetch(files, server)
    assert capsys.readouterr().out == ""
    fetch(files, server, mode=Mode.FORCE)
    told = capsys.readouterr().out
    assert (
        "kern.csv: de tabel is gewijzigd sinds de vorige keer (2025-03-01 wordt 2025-09-30): 1 x kolom erbij "
        "(Nieuw_9), 1 x rij weg (WK000100), 1 x waarde gewijzigd (BU00010000, Woningvoorraad_35: 0 wordt 5); alle "
        "verschillen staan in kern.csv.verschillen.csv.\n"
    ) in told
    listed = (files.snapshot("figures") / differences_name("kern.csv")).read_text(encoding="utf-8")
    assert [line.split(",")[0] for line in listed.splitlines()[1:]] == ["kolom erbij", "rij weg", "waarde gewijzigd"]
    before = hashes(files.snapshot("figures"))
    fetch(files, server)
    assert hashes(files.snapshot("figures")) == before


def test_other_settings_are_not_taken_for_another_release(
    files: RegionFiles, server: Server, capsys: pytest.CaptureFixture[str]
) -> None:
    fetch(files, server)
    fetch(files, server, settings(cbs={"table": "85618NED", "codes": ["GM0003"]}))
    assert "gewijzigd" not in capsys.readouterr().out
    assert not (files.snapshot("figures") / differences_name("kern.csv")).exists()


def test_a_later_year_is_told(
    files: RegionFiles, server: Server, tables: dict[str, ODataTable], capsys: pytest.CaptureFixture[str]
) -> None:
    fetch(files, server)
    table = tables["83502NED"]
    table.rows = [{**row, "Perioden": row["Perioden"].replace("2023", "2024")} for row in table.rows]
    table.dimensions = {**table.dimensions, "Perioden": [{"Key": "2022JJ00"}, {"Key": "2024JJ00"}]}
    found = fetch(files, server, mode=Mode.FORCE)
    assert "leeftijd.csv: gaat nu over 2024 in plaats van 2023.\n" in capsys.readouterr().out
    assert set(found.loc[[("1000", "age_65_69")]]["year"]) == {2024}


def test_an_earlier_table_that_was_harmed_is_told(
    files: RegionFiles, server: Server, capsys: pytest.CaptureFixture[str]
) -> None:
    fetch(files, server)
    (files.snapshot("figures") / "kern.csv").write_text("<html>", encoding="utf-8")
    fetch(files, server)
    assert "kern.csv: de vorige tabel is niet meer leesbaar, dus verschillen" in capsys.readouterr().out


def test_a_column_is_found_by_its_group(files: RegionFiles, server: Server, tables: dict[str, ODataTable]) -> None:
    rows = [{"RegioS": code.ljust(6), "Totaal_1": 100, "Totaal_2": 10} for code in ("GM0001", "GM0002")]
    groups = {"Totaal_1": "Inwoners", "Totaal_2": "Woningen"}
    tables["70072NED"] = odata_table("70072NED", rows, {"RegioS": "GeoDimension"}, period="2023", groups=groups)
    columns = {
        "inhabitants": {"column": "Totaal", "group": "Inwoners", "rounding": 1},
        "homes": {"column": "Totaal", "group": "Woningen", "rounding": 1},
    }
    found = fetch(files, server, settings(code="RegioS", cbs={"table": "70072NED"}, columns=columns))
    assert found.loc[("GM0002", "inhabitants"), "value"] == 100
    assert found.loc[("GM0002", "homes"), "value"] == 10


def test_a_forecast_in_thousands_becomes_people(
    files: RegionFiles, server: Server, tables: dict[str, ODataTable]
) -> None:
    rows = [
        {"RegioIndeling2021": code, "PrognoseInterval": kind, "Perioden": period, "TotaleBevolking_1": 164.8}
        for code in ("GM0001", "GM0002")
        for kind in ("MW00000", "MOG0067")
        for period in ("2023JJ00", "2035JJ00")
    ]
    kinds = {"RegioIndeling2021": "GeoDimension", "PrognoseInterval": "Dimension", "Perioden": "TimeDimension"}
    tables["85173NED"] = odata_table("85173NED", rows, kinds, units={"TotaleBevolking_1": "x 1 000"})
    forecast = settings(
        code="RegioIndeling2021", cbs={"table": "85173NED"}, year=2035, where={"PrognoseInterval": "MW00000"},
        columns={"inhabitants_2035": {"column": "TotaleBevolking", "unit": "thousand", "rounding": 0.1}},
    )  # fmt: skip
    found = fetch(files, server, forecast).loc[[("GM0001", "inhabitants_2035")]]
    assert found[["value", "low", "high"]].round().to_numpy().tolist() == [[164_800, 164_750, 164_850]]
    assert set(found["year"]) == {2035}
