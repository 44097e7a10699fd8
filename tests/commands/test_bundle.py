"""``woonzorg bundle`` and ``woonzorg adopt``: snapshots go from one analyst to the next whole, checked, and alone."""

import hashlib
import json
import shutil
import stat
import warnings
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from pipeline.sources.bundles.form import FORMAT, MANIFEST, VERSION
from tests import tiny_region
from tests.commands.conftest import Woonzorg
from tests.commands.live import FILE, list_region, snapshot, taking
from tests.services.files import file_handler
from tests.services.server import Server, running
from tests.stage_runs import PROJECT, hashes
from tests.tiny_region import REGION

BUNDLE = "bundel.zip"
SECRET = "naam;adres\nA. de Vries;Dorpsstraat 1\n"
Content = dict[str, bytes]


@pytest.fixture
def server() -> Iterator[Server]:
    with running(file_handler({})) as one:
        yield one


@pytest.fixture
def sender(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, server: Server, woonzorg: Woonzorg) -> Path:
    """Return the folder of who bundles: fetched, partly of a service, with a register beside it; the working folder."""
    root = tmp_path / "sender"
    tiny_region.write_region(root)
    raw = root / "data/raw" / REGION
    server.handler = file_handler({f"/{FILE}": (raw / "incoming" / FILE).read_bytes()})
    monkeypatch.setattr("pipeline.stages.fetch_figures.take_snapshot", taking(server.address))
    monkeypatch.chdir(root)
    (raw / "incoming" / FILE).unlink()
    assert woonzorg("fetch", REGION).exit_code == 0
    (raw / "registers").mkdir(exist_ok=True)
    for path in (raw / "registers/corporatie.csv", raw / "figures/corporatie.csv", raw / "incoming/corporatie.csv"):
        path.write_text(SECRET, encoding="utf-8")
    (root / "config/regions/andere.yaml").write_text("region: {}", encoding="utf-8")
    return root


@pytest.fixture
def bundle(sender: Path, woonzorg: Woonzorg) -> Path:
    result = woonzorg("bundle", REGION, BUNDLE)
    assert result.exit_code == 0, result.output
    return sender / BUNDLE


@pytest.fixture
def receiver(bundle: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the folder of who has the product as shipped, and nothing of the region; the working folder."""
    root = tmp_path / "receiver"
    shutil.copytree(PROJECT / "config", root / "config")
    monkeypatch.chdir(root)
    return root


def test_only_snapshots_and_settings_are_in_it(bundle: Path) -> None:
    with zipfile.ZipFile(bundle) as archive:
        names = archive.namelist()
        manifest = json.loads(archive.read(MANIFEST))
        assert not any(SECRET.encode() in archive.read(name) for name in names)
    assert names[0] == MANIFEST
    assert {name.split("/")[1] for name in names if name.startswith("snapshots")} == {
        "areas", "figures", "osm", "timetables",
    }  # fmt: skip
    assert [name for name in names if name.startswith("settings")] == [
        f"settings/{REGION}.checks.csv", f"settings/{REGION}.yaml",
    ]  # fmt: skip
    assert not [name for name in names if "corporatie" in name or "andere" in name]
    assert (manifest["format"], manifest["version"], manifest["region"]) == (FORMAT, VERSION, REGION)
    assert {entry["path"] for entry in manifest["files"]} == set(names) - {MANIFEST}


def test_equal_snapshots_give_equal_bytes(sender: Path, bundle: Path, woonzorg: Woonzorg) -> None:
    before = bundle.read_bytes()
    for path in (sender / "data/raw" / REGION).rglob("*"):
        path.touch()
    woonzorg("bundle", REGION, "nog-een.zip")
    assert (sender / "nog-een.zip").read_bytes() == before


def test_what_is_missing_or_harmed_is_not_bundled(sender: Path, woonzorg: Woonzorg) -> None:
    folder = sender / "data/raw" / REGION
    shutil.rmtree(folder / "osm")
    (folder / "figures" / FILE).write_text("geknoei", encoding="utf-8")
    (folder / "figures/cijfers.csv").unlink()
    result = woonzorg("bundle", REGION)
    assert result.exit_code == 1
    faults = result.stderr.splitlines()
    assert len(faults) == 3
    assert not list(sender.glob("*.zip"))


def test_who_adopts_it_can_run_without_network(
    sender: Path, bundle: Path, receiver: Path, server: Server, woonzorg: Woonzorg
) -> None:
    asked = len(server.questions)
    result = woonzorg("adopt", str(bundle))
    assert result.exit_code == 0, result.output
    assert f"Zet {REGION} bij regions in config/params.yaml." in result.stdout
    for kind in ("areas", "figures", "osm"):
        theirs = {name: content for name, content in snapshot(sender, kind).items() if name != "corporatie.csv"}
        assert snapshot(receiver, kind) == theirs
    settings = f"config/regions/{REGION}.yaml"
    assert (receiver / settings).read_bytes() == (sender / settings).read_bytes()
    for note in (f"data/raw/{REGION}/incoming", f"data/raw/{REGION}/registers", f"data/baselines/{REGION}"):
        assert (receiver / note / "README.md").is_file()
    assert not (receiver / f"data/raw/{REGION}/incoming" / FILE).exists(), "a service gives it"
    list_region(receiver, REGION)
    fetched = woonzorg("fetch", REGION, "--offline")
    assert fetched.exit_code == 0, fetched.output
    assert len(server.questions) == asked
    assert woonzorg("adopt", str(bundle)).exit_code == 0, "what is the same already is no fault"


def test_what_is_there_already_is_replaced_only_when_asked(bundle: Path, receiver: Path, woonzorg: Woonzorg) -> None:
    woonzorg("adopt", str(bundle))
    settings = receiver / f"config/regions/{REGION}.yaml"
    settings.write_text(settings.read_text(encoding="utf-8") + "# van mij\n", encoding="utf-8")
    table = receiver / "data/raw" / REGION / "figures" / FILE
    table.write_text("van mij", encoding="utf-8")
    before = hashes(receiver)
    refused = woonzorg("adopt", str(bundle))
    assert refused.exit_code == 1
    assert refused.stderr.splitlines() == [
        f"FOUT data/raw/{REGION}/figures is er al en is anders; vervang het met --replace."
    ]
    assert hashes(receiver) == before
    result = woonzorg("adopt", str(bundle), "--replace")
    assert result.exit_code == 0, result.output
    assert table.read_text(encoding="utf-8") != "van mij"
    assert settings.read_text(encoding="utf-8").endswith("# van mij\n")
    assert "LET OP" in result.stdout


def content_of(bundle: Path) -> Content:
    with zipfile.ZipFile(bundle) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def listed(content: Content) -> Content:
    """Return the content with a table of contents that fits it."""
    manifest = json.loads(content[MANIFEST])
    manifest["files"] = [
        {"path": name, "bytes": len(one), "sha256": hashlib.sha256(one).hexdigest()}
        for name, one in content.items()
        if name != MANIFEST
    ]
    return {**content, MANIFEST: json.dumps(manifest).encode()}


def write(path: Path, content: Content) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, one in content.items():
            archive.writestr(name, one)


def with_manifest(**changes: Any) -> Callable[[Content], Content]:
    def change(content: Content) -> Content:
        manifest = {**json.loads(content[MANIFEST]), **changes}
        return {**content, MANIFEST: json.dumps(manifest).encode()}

    return change


def adding(name: str, text: bytes = b"x") -> Callable[[Content], Content]:
    return lambda content: listed({**content, name: text})


def changed_settings(content: Content) -> Content:
    name = f"settings/{REGION}.yaml"
    settings = yaml.safe_load(content[name])
    settings["region"]["base_level"] = "straat"
    settings["osm"]["file"] = "../../elders.pbf"
    return listed({**content, name: yaml.safe_dump(settings).encode()})


TABLE = f"snapshots/figures/{FILE}"
RECORD = "snapshots/figures/provenance.json"
FIGURES = ("cijfers.csv", FILE, "gezondheid.csv", "gemeente.csv")
DAMAGES: dict[str, tuple[Callable[[Content], Content], tuple[str, ...]]] = {
    "no table of contents": (
        lambda content: {name: one for name, one in content.items() if name != MANIFEST},
        ("manifest.json ontbreekt: dit is geen bundel",),
    ),
    "a table of contents that is no JSON": (
        lambda content: {**content, MANIFEST: b"{"}, ("manifest.json: is geen inhoudsopgave",),
    ),
    "another version of the form": (with_manifest(version=2), ("de bundel heeft vorm 2 en hier wordt vorm 1 gelezen",)),
    "another kind of zip": (with_manifest(format="docx"), ("manifest.json: format: ontbreekt of is onmogelijk",)),
    "a region that is a path": (
        with_manifest(region="../../etc"), ("manifest.json: region: ontbreekt of is onmogelijk",),
    ),
    "another value": (
        lambda content: {**content, TABLE: content[TABLE].replace(b"5", b"6")},
        (f"'{TABLE}' is niet wat manifest.json zegt",),
    ),
    "another value, with a table of contents that fits": (
        lambda content: listed({**content, TABLE: content[TABLE].replace(b"5", b"6")}),
        (f"'{FILE}' is niet wat provenance.json zegt (sha256)",),
    ),
    "a file less": (
        lambda content: {name: one for name, one in content.items() if name != TABLE},
        (f"'{TABLE}' staat in manifest.json en ontbreekt",),
    ),
    "a file less, not listed either": (
        lambda content: listed({name: one for name, one in content.items() if name != TABLE}),
        (f"'{FILE}' en provenance.json spreken elkaar tegen",),
    ),
    "a snapshot without record": (
        lambda content: listed({name: one for name, one in content.items() if name != RECORD}),
        ("snapshots/figures/provenance.json ontbreekt",),
    ),
    "a record that is no record": (
        lambda content: listed({**content, RECORD: b'{"file": 1}'}),
        ("snapshots/figures/provenance.json is niet te lezen",),
    ),
    "a record that does not say whose it is": (
        lambda content: listed({**content, RECORD: content[RECORD].replace(b'"holder"', b'"houder"')}),
        tuple(f"provenance.json zegt van '{name}' niet" for name in FIGURES),
    ),
    "a file more": (
        lambda content: {**content, "snapshots/figures/meer.csv": b"x"},
        ("'snapshots/figures/meer.csv' staat niet in manifest.json",),
    ),
    "a file more, listed": (
        adding("snapshots/figures/meer.csv"), ("'meer.csv' en provenance.json spreken elkaar tegen",),
    ),
    "a path that climbs": (
        adding("snapshots/figures/../../../../kwaad.csv"), ("kwaad.csv' hoort niet in een bundel van vierkant",),
    ),
    "an absolute path": (adding("/tmp/kwaad.csv"), ("'/tmp/kwaad.csv' hoort niet in een bundel",)),
    "a path of Windows": (adding("snapshots/figures/C:kwaad.csv"), ("C:kwaad.csv' hoort niet in een bundel",)),
    "a backslash": (adding("snapshots/figures/..\\kwaad.csv"), ("kwaad.csv' hoort niet in een bundel",)),
    "a register": (adding("snapshots/registers/corporatie.csv"), ("corporatie.csv' hoort niet in een bundel",)),
    "a name that no disk takes": (adding(f"snapshots/figures/{'a' * 256}"), ("' hoort niet in een bundel",)),
    "code": (adding("pipeline/kwaad.py"), ("'pipeline/kwaad.py' hoort niet in een bundel",)),
    "settings of another region": (
        adding("settings/kampen.yaml"), ("'settings/kampen.yaml' hoort niet in een bundel",),
    ),
    "a hidden file": (adding("snapshots/figures/.gitignore"), (".gitignore' hoort niet in een bundel",)),
    "settings with faults": (
        changed_settings, ("region.base_level: moet een van deze zijn", "osm.file: heeft niet de vorm"),
    ),
    "several at once": (
        lambda content: {**content, TABLE: b"x", "snapshots/osm/vierkant.osm.pbf": b"y"},
        (f"'{TABLE}' is niet wat", "'snapshots/osm/vierkant.osm.pbf' is niet wat"),
    ),
    "several wrong names at once": (
        lambda content: listed({**content, "/kwaad": b"x", "kwaad": b"y"}),
        ("'/kwaad' hoort niet", "'kwaad' hoort niet"),
    ),
}  # fmt: skip


def refused(woonzorg: Woonzorg, bundle: Path, receiver: Path) -> list[str]:
    """Return the faults of a bundle that is refused; nothing may be written."""
    before = hashes(receiver / "config")
    result = woonzorg("adopt", str(bundle))
    assert result.exit_code == 1, result.output
    assert "Traceback" not in result.output
    assert hashes(receiver / "config") == before
    assert sorted(path.name for path in receiver.iterdir() if path.name != ".woonzorg") == ["config"]
    assert not [path for path in receiver.glob(".woonzorg/*") if path.is_dir()]
    faults = result.stderr.splitlines()
    assert all(fault.startswith("FOUT ") and fault.endswith(".") for fault in faults)
    return faults


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_bundle_is_refused_whole(damage: str, bundle: Path, receiver: Path, woonzorg: Woonzorg) -> None:
    change, messages = DAMAGES[damage]
    write(bundle, change(content_of(bundle)))
    faults = refused(woonzorg, bundle, receiver)
    assert len(faults) == len(messages), faults
    for fault, message in zip(faults, messages, strict=True):
        assert message in fault


def test_half_a_bundle_and_no_zip_are_refused(bundle: Path, receiver: Path, woonzorg: Woonzorg) -> None:
    whole = bundle.read_bytes()
    for part in (whole[: len(whole) // 2], b"", b"geen zip"):
        bundle.write_bytes(part)
        (fault,) = refused(woonzorg, bundle, receiver)
        assert "is geen gave zip" in fault
    bundle.unlink()
    (fault,) = refused(woonzorg, bundle, receiver)
    assert "bestand ontbreekt" in fault


@pytest.mark.parametrize("place", [0.2, 0.4, 0.6, 0.8])
def test_a_flipped_byte_is_noticed(place: float, bundle: Path, receiver: Path, woonzorg: Woonzorg) -> None:
    content = bytearray(bundle.read_bytes())
    content[int(len(content) * place)] ^= 0xFF
    bundle.write_bytes(content)
    refused(woonzorg, bundle, receiver)


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_damage_is_no_fault_of_the_disk(method: int, bundle: Path, receiver: Path, woonzorg: Woonzorg) -> None:
    """Each way of packing has an error of its own."""
    content = bundle.read_bytes()
    deflated, other = (
        part + number.to_bytes(2, "little") for part, number in ((b"", zipfile.ZIP_DEFLATED), (b"", method))
    )
    bundle.write_bytes(content.replace(b"\x14\x00\x00\x00" + deflated, b"\x14\x00\x00\x00" + other))
    (fault,) = refused(woonzorg, bundle, receiver)
    assert "is geen gave zip" in fault


def test_a_link_instead_of_a_file_is_refused(bundle: Path, receiver: Path, woonzorg: Woonzorg) -> None:
    content = content_of(bundle)
    with zipfile.ZipFile(bundle, "w") as archive:
        for name, one in content.items():
            info = zipfile.ZipInfo(name)
            info.external_attr = (stat.S_IFLNK if name == TABLE else stat.S_IFREG) << 16
            archive.writestr(info, one)
    (fault,) = refused(woonzorg, bundle, receiver)
    assert "is een verwijzing of map" in fault


def test_the_same_name_twice_is_refused(bundle: Path, receiver: Path, woonzorg: Woonzorg) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with zipfile.ZipFile(bundle, "a") as archive:
            archive.writestr(TABLE, b"anders")
    faults = refused(woonzorg, bundle, receiver)
    assert "staat er 2 keer in" in faults[0]


@pytest.mark.parametrize(
    ("limit", "message"),
    [
        ({"most_files": 3}, "bestanden, meer dan 3"),
        ({"largest_total_mb": 0.05}, "MB, meer dan 0.05"),
        ({"largest_file_mb": 0.05}, "'snapshots/osm/vierkant.osm.pbf' is uitgepakt"),
        ({"largest_text_mb": 0.0001}, "'manifest.json' is uitgepakt"),
    ],
)
def test_a_bomb_is_not_unpacked(
    limit: dict[str, float], message: str, bundle: Path, receiver: Path, woonzorg: Woonzorg,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    path = receiver / "config/params.yaml"
    params = yaml.safe_load(path.read_text(encoding="utf-8"))
    params["bundles"] |= limit
    path.write_text(yaml.safe_dump(params), encoding="utf-8")
    if "largest_file_mb" in limit or "largest_total_mb" in limit:
        write(bundle, listed({**content_of(bundle), "snapshots/osm/vierkant.osm.pbf": b"\0" * 100_000}))

    def never(*_: object, **__: object) -> None:
        raise AssertionError("nothing of it may be unpacked")

    monkeypatch.setattr(zipfile.ZipFile, "open", never)
    faults = refused(woonzorg, bundle, receiver)
    assert any(message in fault for fault in faults), faults


def test_a_bomb_that_lies_about_its_size_is_refused(bundle: Path, receiver: Path, woonzorg: Woonzorg) -> None:
    content = content_of(bundle)
    large = {**content, TABLE: b"\0" * 3_000_000}
    write(bundle, listed(large))
    raw = bundle.read_bytes()
    bundle.write_bytes(raw.replace((3_000_000).to_bytes(4, "little"), (10).to_bytes(4, "little")))
    refused(woonzorg, bundle, receiver)
