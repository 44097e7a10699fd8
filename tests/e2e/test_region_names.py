"""A region whose name holds a hyphen runs like any other."""

from pathlib import Path

from tests.e2e.conftest import Project

REGION = "marker-waard"


def test_dvc_and_woonzorg_take_a_hyphen_in_the_name_of_a_region(tmp_path: Path) -> None:
    project = Project(tmp_path)
    for folder in ("config/regions", "data/raw", "data/baselines"):
        for path in (tmp_path / folder).glob("markerwaard*"):
            path.rename(path.with_name(path.name.replace("markerwaard", REGION)))
    project.set_params("regions: [markerwaard]", f"regions: [{REGION}]")
    run = project.woonzorg("run", f"fetch_areas@{REGION}")
    assert run.returncode == 0, run.stdout + run.stderr
    assert f"grenzen overnemen ({REGION})" in run.stdout
    assert (tmp_path / f"data/raw/{REGION}/areas/provenance.json").is_file()
    fetched = project.woonzorg("fetch", REGION)
    assert fetched.returncode == 0, fetched.stderr
    assert (tmp_path / f"data/raw/{REGION}/osm/provenance.json").is_file()
