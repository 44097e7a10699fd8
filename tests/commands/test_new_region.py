"""``woonzorg new-region``: settings and folders from names, codes or a provincie; and the regions that are shipped."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from pipeline.commands.gemeente_choice import chosen
from pipeline.commands.region_files import region_files
from pipeline.config.gemeenten import OsmAround
from pipeline.errors import WoonzorgError
from pipeline.settings_files import check_all, read_sections
from pipeline.sources.gemeenten import Gemeente
from pipeline.tables import RegionFiles
from tests.commands.conftest import Woonzorg
from tests.commands.live import list_region
from tests.services.gebieden import gebieden_handler
from tests.services.server import FAULTS, Server, running
from tests.shipped_regions import SHIPPED, all_gemeenten, new_region_of
from tests.stage_runs import PROJECT, hashes

NAMESAKES = [
    Gemeente("GM0014", "Groningen (gemeente)", "Groningen"), Gemeente("GM0888", "Beek (L.)", "Limburg"),
    Gemeente("GM0373", "Bergen (NH.)", "Noord-Holland"), Gemeente("GM0893", "Bergen (L.)", "Limburg"),
    Gemeente("GM0518", "'s-Gravenhage (gemeente)", "Zuid-Holland"),
]  # fmt: skip
KNOWN = [*all_gemeenten(), *NAMESAKES]


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a folder with settings but for the regions that are shipped to be fetched, as the working folder."""
    shutil.copytree(PROJECT / "config", tmp_path / "config")
    for region in SHIPPED:
        (tmp_path / f"config/regions/{region}.yaml").unlink()
        (tmp_path / f"config/regions/{region}.checks.csv").unlink()
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def cbs(project: Path) -> Iterator[Server]:
    """Return the service that the settings name."""
    tables = read_sections(project / "config", ["gemeente_tables"])["gemeente_tables"].tables
    with running(gebieden_handler(KNOWN, tables[max(tables)])) as server:
        path = project / "config/services.yaml"
        settings = yaml.safe_load(path.read_text(encoding="utf-8"))
        settings["services"]["cbs"]["address"] = server.address
        settings["web"] |= {
            "attempts": 2,
            "first_pause_seconds": 0.01,
            "read_seconds": 0.3,
            "longest_pause_seconds": 0.1,
        }
        path.write_text(yaml.safe_dump(settings), encoding="utf-8")
        yield server


def gemeenten_of(project: Path, region: str) -> dict[str, str]:
    settings = yaml.safe_load((project / f"config/regions/{region}.yaml").read_text(encoding="utf-8"))
    found: dict[str, str] = settings["region"]["gemeenten"]
    return found


@pytest.mark.parametrize("region", SHIPPED)
def test_a_shipped_region_is_what_new_region_makes(
    region: str, project: Path, cbs: Server, woonzorg: Woonzorg, monkeypatch: pytest.MonkeyPatch
) -> None:
    shipped = SHIPPED[region]
    names = ",".join(name for name, _ in shipped.gemeenten.values())
    how = ("--provincie", "drenthe") if region == "drenthe" else ("--gemeenten", names)
    result = woonzorg("new-region", region, *how, "--label", shipped.label)
    assert result.exit_code == 0, result.output
    for path, text in region_files(new_region_of(region)).items():
        assert (PROJECT / path).read_text(encoding="utf-8") == text, path
        made = (project / path).read_text(encoding="utf-8")
        assert made.splitlines()[:-1] == text.splitlines()[:-1], path
    assert gemeenten_of(project, region) == {code: name for code, (name, _) in shipped.gemeenten.items()}
    assert len(cbs.questions) == 2


@pytest.mark.parametrize("region", SHIPPED)
def test_a_shipped_region_has_valid_settings(region: str, tmp_path: Path) -> None:
    shutil.copytree(PROJECT / "config", tmp_path / "config")
    list_region(tmp_path, region)
    assert check_all(tmp_path / "config") == [region]
    assert RegionFiles(tmp_path, region).local_checks.is_file()


@pytest.mark.parametrize("region", SHIPPED)
def test_a_shipped_region_has_the_folders_that_dvc_wants(region: str) -> None:
    for folder in (f"data/raw/{region}/incoming", f"data/raw/{region}/registers", f"data/baselines/{region}"):
        assert (PROJECT / folder / "README.md").is_file()


def test_the_gemeenten_are_those_that_were_asked_for() -> None:
    codes = {region: {code for code in shipped.gemeenten} for region, shipped in SHIPPED.items()}
    assert codes["hoeksche-waard"] == {"GM1963"}
    assert len(codes["hoogeveen-eo"]) == 6
    assert len(codes["rivierenland"]) == 8
    assert len(codes["drenthe"]) == 12
    assert len(codes["drenthe"] & codes["hoogeveen-eo"]) == 4


def test_with_codes_no_service_is_asked(project: Path, cbs: Server, woonzorg: Woonzorg) -> None:
    result = woonzorg("new-region", "proef", "--gemeenten", "GM0118, gm1690")
    assert result.exit_code == 0, result.output
    assert cbs.questions == []
    assert gemeenten_of(project, "proef") == {"GM0118": "GM0118", "GM1690": "GM1690"}
    assert "Vul de namen van de gemeenten in" in result.stdout
    assert "regions: [proef]" in result.stdout
    assert "woonzorg fetch proef" in result.stdout


def test_names_go_as_people_write_them(project: Path, cbs: Server, woonzorg: Woonzorg) -> None:
    result = woonzorg("new-region", "mix", "--gemeenten", "groningen,BEEK (L.), bergen (nh.),GM0118,'s-gravenhage")
    assert result.exit_code == 0, result.output
    assert gemeenten_of(project, "mix") == {
        "GM0518": "'s-Gravenhage", "GM0888": "Beek", "GM0373": "Bergen", "GM0014": "Groningen", "GM0118": "Hoogeveen",
    }  # fmt: skip
    assert cbs.questions


def test_all_names_that_are_not_known_come_together_with_what_they_may_be(
    project: Path, cbs: Server, woonzorg: Woonzorg
) -> None:
    before = hashes(project)
    result = woonzorg("new-region", "proef", "--gemeenten", "Hogeveen,Geldermalsen,Xyzzy,Meppel,bergen")
    assert result.exit_code == 1
    assert result.stderr.splitlines() == [
        "FOUT gemeente 'Hogeveen' is niet bekend; bedoelt u Hoogeveen?",
        "FOUT gemeente 'Geldermalsen' bestaat sinds 2019 niet meer en is opgegaan in West Betuwe (GM1960); noem die.",
        "FOUT gemeente 'Xyzzy' is niet bekend; controleer de naam of noem de code (GM0118).",
        "FOUT gemeente 'bergen' is er meer dan eens; noem de code: GM0373 (Noord-Holland) of GM0893 (Limburg).",
    ]
    assert hashes(project) == before


def test_a_provincie_that_is_not_known_comes_with_the_choice(project: Path, cbs: Server, woonzorg: Woonzorg) -> None:
    result = woonzorg("new-region", "proef", "--provincie", "Drente")
    assert result.exit_code == 1
    assert result.stderr.startswith("FOUT provincie 'Drente' is niet bekend; kies uit: Drenthe, Gelderland,")


def test_a_service_that_is_down_is_one_message_with_a_way_out(project: Path, cbs: Server, woonzorg: Woonzorg) -> None:
    cbs.always = FAULTS["503"]
    before = hashes(project)
    result = woonzorg("new-region", "proef", "--gemeenten", "Hoogeveen")
    assert result.exit_code == 1
    (fault,) = result.stderr.splitlines()
    assert "de dienst antwoordt 503, ook na 2 pogingen" in fault
    assert hashes(project) == before


@pytest.mark.parametrize("region", ["kampen", "markerwaard"])
def test_a_region_that_is_there_is_never_overwritten(region: str, project: Path, woonzorg: Woonzorg) -> None:
    before = hashes(project)
    result = woonzorg("new-region", region, "--gemeenten", "GM0118")
    assert result.exit_code == 1
    assert f"config/regions/{region}.yaml bestaat al en blijft zoals het is" in result.stderr
    assert hashes(project) == before


def test_a_note_of_the_user_is_not_overwritten_either(project: Path, woonzorg: Woonzorg) -> None:
    note = project / "data/raw/proef/incoming/README.md"
    note.parent.mkdir(parents=True)
    note.write_text("van mij", encoding="utf-8")
    result = woonzorg("new-region", "proef", "--gemeenten", "GM0118")
    assert result.exit_code == 1
    assert "data/raw/proef/incoming/README.md bestaat al" in result.stderr
    assert not (project / "config/regions/proef.yaml").exists()
    assert note.read_text(encoding="utf-8") == "van mij"


@pytest.mark.parametrize("region", ["Proef", "../proef", "een twee", "-x", "a/b", "x\n", ""])
def test_a_name_that_no_file_can_have_is_refused(region: str, project: Path, woonzorg: Woonzorg) -> None:
    before = hashes(project)
    result = woonzorg("new-region", "--gemeenten", "GM0118", "--", region)
    assert result.exit_code == 1
    assert "kan geen naam van een regio zijn" in result.stderr
    assert hashes(project) == before


@pytest.mark.parametrize("how", [(), ("--gemeenten", " , "), ("--gemeenten", "GM0118", "--provincie", "Drenthe")])
@pytest.mark.usefixtures("project")
def test_gemeenten_or_a_provincie(how: tuple[str, ...], woonzorg: Woonzorg) -> None:
    result = woonzorg("new-region", "proef", *how)
    assert result.exit_code == 1
    assert "noem --gemeenten of --provincie, een van beide." in result.stderr


def test_a_label_cannot_become_settings(project: Path, woonzorg: Woonzorg) -> None:
    label = 'A: "b" # c\nosm: {from: demo}\n...'
    result = woonzorg("new-region", "proef", "--gemeenten", "GM0118", "--label", label)
    assert result.exit_code == 0, result.output
    settings = yaml.safe_load((project / "config/regions/proef.yaml").read_text(encoding="utf-8"))
    assert settings["region"]["label"] == label
    assert settings["osm"]["from"] == "services"


def around() -> OsmAround:
    found: OsmAround = read_sections(PROJECT / "config", ["osm_around"])["osm_around"]
    return found


def test_a_region_at_the_border_takes_the_extract_of_the_neighbours() -> None:
    paths = around().extracts(["GM0114"], ["Drenthe"])
    assert paths[0] == "europe/netherlands/drenthe-latest.osm.pbf"
    assert "europe/germany/niedersachsen-latest.osm.pbf" in paths
    assert "europe/netherlands/groningen-latest.osm.pbf" in paths
    assert not [path for path in around().extracts(["GM0119"], ["Drenthe"]) if "germany" in path]


@pytest.mark.parametrize("provincies", [(), ("Atlantis",), ("Drenthe", "Atlantis")])
def test_where_provincies_are_not_known_the_whole_country_is_taken(provincies: tuple[str, ...]) -> None:
    paths = around().extracts(["GM0114", "GM0166"], provincies)
    assert paths == ["europe/netherlands-latest.osm.pbf", "europe/germany/niedersachsen-latest.osm.pbf"]


def test_every_provincie_lists_its_own_extract_first_and_neighbours_mutually() -> None:
    provincies = around().provincies
    own = {name: paths[0] for name, paths in provincies.items()}
    assert len(own) == len(set(own.values())) == 12
    for name, paths in provincies.items():
        for other, path in own.items():
            assert (path in paths) == (own[name] in provincies[other]), (name, other)


def test_an_ended_gemeente_is_refused_by_code_too() -> None:
    mergers = read_sections(PROJECT / "config", ["mergers"])["mergers"]
    with pytest.raises(WoonzorgError, match="opgegaan in West Betuwe"):
        chosen(["GM0236"], None, mergers, list)
