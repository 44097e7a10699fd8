"""Files from outside: there, whole, changed, old."""

import hashlib
import json
from datetime import date
from pathlib import Path

import pytest

from pipeline.commands.preflight.findings import Findings
from pipeline.commands.preflight.source_files import (
    Source,
    check_ages,
    check_files,
    check_sizes,
    file_fault,
    sources_of,
)
from pipeline.config.params import PreflightSettings
from pipeline.config.sources import OsmSettings, SourceFile
from pipeline.settings_files import read_sections
from pipeline.tables import RegionFiles
from tests.stage_runs import PROJECT

TODAY = date(2025, 1, 1)


def named(file: str, reference_date: str = "2024-06-01") -> SourceFile:
    return SourceFile(file=file, what="", holder="", licence="", reference_date=reference_date)


@pytest.fixture
def files(tmp_path: Path) -> RegionFiles:
    found = RegionFiles(tmp_path, "kampen")
    found.incoming.mkdir(parents=True)
    return found


def take_snapshot(files: RegionFiles, kind: str, content: dict[str, bytes]) -> None:
    """Write a snapshot as a fetch stage does."""
    folder = files.snapshot(kind)
    folder.mkdir(parents=True)
    for name, one in content.items():
        (folder / name).write_bytes(one)
    records = [{"file": name, "sha256": hashlib.sha256(one).hexdigest()} for name, one in content.items()]
    (folder / "provenance.json").write_text(json.dumps(records), encoding="utf-8")


def check(files: RegionFiles, settings: PreflightSettings, *sources: Source) -> Findings:
    found = Findings("Kampen")
    check_files(files, sources, found)
    check_sizes(files, sources, settings, found)
    return found


def test_every_fault_of_every_file_comes_at_once(files: RegionFiles, settings: PreflightSettings) -> None:
    (files.incoming / "leeg.csv").write_bytes(b"")
    (files.incoming / "map.csv").mkdir()
    (files.incoming / "goed.csv").write_bytes(b"a")
    (files.incoming / "wegg.csv").write_bytes(b"a")
    (files.incoming / "README.md").write_text("lees mij", encoding="utf-8")
    sources = [Source("figures", False, tuple(named(f"{name}.csv") for name in ("leeg", "map", "goed", "weg")))]
    found = check(files, settings, *sources)
    assert [fault.split(": ")[0] for fault in found.faults] == [
        f"data/raw/kampen/incoming/{name}.csv" for name in ("leeg", "map", "weg")
    ]
    assert "leeg; zet er een volledige kopie neer" in found.faults[0]
    assert "is een map" in found.faults[1]
    assert "bestand ontbreekt" in found.faults[2]
    # What stands there unused may be a misspelt name.
    assert found.faults[2].endswith("(hier staat ongebruikt: wegg.csv).")
    assert found.facts == [
        ("Bestanden", "1 van de 4 bestanden, minder dan 0,1 MB; nieuw of gewijzigd sinds de vorige run: alle")
    ]


def test_without_any_file_nothing_is_called_the_same(files: RegionFiles, settings: PreflightSettings) -> None:
    found = check(files, settings, Source("figures", False, (named("a.csv"), named("b.csv"))))
    assert found.facts == [("Bestanden", "geen van de 2 bestanden is te gebruiken")]


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "cijfers.csv"
    path.write_bytes(b"a")

    def refuse(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", refuse)
    assert str(file_fault(path)).startswith("is niet te lezen (Permission denied)")


def test_the_same_files_as_last_time_are_told_from_changed_ones(
    files: RegionFiles, settings: PreflightSettings
) -> None:
    take_snapshot(files, "figures", {"een.csv": b"aaaa", "twee.csv": b"bbbb", "drie.csv": b"cccc"})
    for name, content in {"een.csv": b"aaaa", "twee.csv": b"bbbX", "drie.csv": b"ccccc"}.items():
        (files.incoming / name).write_bytes(content)
    names = ("een.csv", "twee.csv", "drie.csv")
    found = check(files, settings, Source("figures", False, tuple(map(named, names))))
    assert found.facts[0][1].endswith("nieuw of gewijzigd sinds de vorige run: twee.csv en drie.csv")
    same = check(files, settings, Source("figures", False, (named("een.csv"),)))
    assert same.facts[0][1].endswith("gelijk aan de vorige run")
    assert not same.faults + same.remarks


@pytest.mark.parametrize("record", ["", "{", "[]", "[3]", '[{"file": "een.csv"}]'])
def test_a_damaged_record_makes_every_file_a_new_one(
    record: str, files: RegionFiles, settings: PreflightSettings
) -> None:
    take_snapshot(files, "osm", {"een.csv": b"aaaa"})
    (files.snapshot("osm") / "provenance.json").write_text(record, encoding="utf-8")
    (files.incoming / "een.csv").write_bytes(b"aaaa")
    found = check(files, settings, Source("osm", False, (named("een.csv"),)))
    assert found.facts[0][1].endswith("nieuw of gewijzigd sinds de vorige run: alle")


@pytest.mark.parametrize(("size", "is_remarked"), [(500_000, False), (499_999, True), (2_000_000, False)])
def test_a_file_half_as_large_as_last_time_is_remarked(
    size: int, is_remarked: bool, files: RegionFiles, settings: PreflightSettings
) -> None:
    take_snapshot(files, "figures", {"een.csv": b"a" * 1_000_000})
    (files.incoming / "een.csv").write_bytes(b"a" * size)
    found = check(files, settings, Source("figures", False, (named("een.csv"),)))
    assert bool(found.remarks) == is_remarked
    if is_remarked:
        assert "een.csv is 0,5 MB, terwijl het de vorige keer 1,0 MB was" in found.remarks[0]


@pytest.mark.parametrize(("name", "is_remarked"), [("x.osm.pbf", True), ("x.csv", False)])
def test_a_large_extract_is_remarked(
    name: str, is_remarked: bool, files: RegionFiles, settings: PreflightSettings
) -> None:
    low = settings.model_copy(update={"large_extract_mb": 0.001})
    (files.incoming / name).write_bytes(b"a" * 1001)
    assert bool(check(files, low, Source("osm", False, (named(name),))).remarks) == is_remarked
    (files.incoming / name).write_bytes(b"a" * 1000)
    assert not check(files, low, Source("osm", False, (named(name),))).remarks


def test_what_the_project_invents_needs_no_file(files: RegionFiles, settings: PreflightSettings) -> None:
    invented = Source("osm", True, (named("x.osm.pbf", "1990-01-01"),))
    found = check(files, settings, invented)
    check_ages("x.yaml", [invented], settings, TODAY, found)
    assert not found.faults + found.remarks
    assert found.facts[0][0] == "Verzonnen"


def ages(settings: PreflightSettings, kind: str, *dates: str) -> Findings:
    found = Findings("Kampen")
    one = Source(kind, False, tuple(named(f"{index}.csv", day) for index, day in enumerate(dates)))
    check_ages("config/regions/kampen.yaml", [one], settings, TODAY, found)
    return found


@pytest.mark.parametrize(
    ("kind", "reference_date", "is_old"),
    [
        ("osm", "2023-01-02", False),
        ("osm", "2022-12-31", True),
        ("figures", "2022-12-31", False),
        ("figures", "2020-12-31", True),
        ("areas", "2021-01-01", False),
    ],
)
def test_each_kind_has_its_own_age(kind: str, reference_date: str, is_old: bool, settings: PreflightSettings) -> None:
    assert bool(ages(settings, kind, reference_date).remarks) == is_old


def test_an_old_source_is_named_with_its_age(settings: PreflightSettings) -> None:
    found = ages(settings, "figures", "2024-01-01", "2019-01-01", "2018-07-01")
    assert found.remarks == [
        "cijfers ouder dan 4 jaar: 2.csv (6 jaar en 6 maanden) en 1.csv (6 jaar); kijk of er een nieuwere uitgave is."
    ]
    assert found.facts == [("Peildatum cijfers", "01-07-2018 tot 01-01-2024")]


def test_a_date_that_does_not_exist_or_lies_ahead_is_named(settings: PreflightSettings) -> None:
    found = ages(settings, "osm", "2023-02-30", "2025-01-02")
    assert found.faults == [
        "config/regions/kampen.yaml: osm: reference_date '2023-02-30' van 0.csv is geen datum; schrijf jaar-maand-dag."
    ]
    assert "peildatum in de toekomst: 1.csv" in found.remarks[0]


def test_sources_are_those_of_the_settings_that_could_be_read() -> None:
    osm = OsmSettings.model_validate({"from": "file", **named("x.osm.pbf").model_dump()})
    assert [(one.kind, one.is_demo) for one in sources_of({"osm": osm})] == [("osm", False)]
    assert sources_of({}) == []


def test_a_file_with_several_layers_counts_once(settings: PreflightSettings, files: RegionFiles) -> None:
    sections = read_sections(PROJECT / "config", ["areas", "figures", "osm"], "markerwaard")
    (areas, figures, _) = sources_of(sections)
    assert [one.file for one in areas.files] == ["gebieden_2024.gpkg"]
    assert "gemeente_2024.csv" in [one.file for one in figures.files], "the reference table is a file as well"


def test_a_register_lies_in_either_folder(files: RegionFiles, settings: PreflightSettings) -> None:
    files.registers.mkdir(parents=True)
    source = Source("facility_registers", is_demo=False, files=(named("a.csv"), named("b.csv"), named("c.csv")))
    (files.incoming / "a.csv").write_bytes(b"a")
    (files.registers / "b.csv").write_bytes(b"b")
    (files.registers / "zorgkaart.csv").write_bytes(b"c")
    (fault,) = check(files, settings, source).faults
    assert fault.startswith("data/raw/kampen/registers/c.csv: bestand ontbreekt")
    assert "ongebruikt: zorgkaart.csv" in fault


class Asked(SourceFile):
    """A file that a service gives."""

    @property
    def is_live(self) -> bool:
        return True


def test_what_services_give_need_not_be_brought(files: RegionFiles, settings: PreflightSettings) -> None:
    own = named("eigen.csv")
    live = [Asked(file=name, what="", holder="", licence="") for name in ("tabel.csv", "nieuw.csv")]
    (files.incoming / "eigen.csv").write_bytes(b"1")
    take_snapshot(files, "figures", {"tabel.csv": b"1", "eigen.csv": b"1"})
    source = Source("figures", is_demo=False, files=(own, *live), asks_services=True)
    found = Findings("Kampen")
    check_files(files, [source], found)
    check_sizes(files, [source], settings, found)
    check_ages("config", [source], settings, TODAY, found)
    assert found.faults == []
    assert dict(found.facts)["Bestanden"].startswith("1 bestanden")
    assert dict(found.facts)["Van diensten"] == "2 bestanden; nog op te halen (kost netwerk): nieuw.csv"


def test_the_same_files_are_brought_where_services_are_not_asked(files: RegionFiles) -> None:
    live = Asked(file="tabel.csv", what="", holder="", licence="", reference_date="2024-01-01")
    found = Findings("Kampen")
    check_files(files, [Source("figures", is_demo=False, files=(live,))], found)
    assert len(found.faults) == 1
