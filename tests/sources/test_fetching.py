"""Nothing is asked twice, unless the request changes or the user wants it; and what was there stays."""

from pathlib import Path

import pytest

from pipeline.config.sources import SourceFile
from pipeline.errors import SourceError
from pipeline.sources.fetching import Live, Mode, Places, Received, take_snapshot
from pipeline.sources.snapshots import read_provenance

LIVE = SourceFile(file="tabel.csv", what="Tabel", holder="Proef", licence="CC0")
OWN = SourceFile(file="eigen.csv", what="Eigen", holder="Proef", licence="CC0", reference_date="2024-01-01")


class Service:
    """Counts how often it is asked."""

    def __init__(self) -> None:
        self.asked = 0

    def live(self, **request: str) -> Live:
        return Live(LIVE, {"table": "1", **request}, self.give)

    def give(self, folder: Path) -> Received:
        self.asked += 1
        (folder / "tabel.csv").write_text(f"a\n{self.asked}\n", encoding="utf-8")
        (folder / "tabel.json").write_text("{}", encoding="utf-8")
        return Received("2025-01-01", rows=1, beside=("tabel.json",))


@pytest.fixture
def service() -> Service:
    return Service()


def take(tmp_path: Path, live: Live, mode: Mode = Mode.MISSING) -> str:
    """Take a snapshot in place of the earlier one and return the table in it."""
    (tmp_path / "incoming").mkdir(exist_ok=True)
    (tmp_path / "incoming/eigen.csv").write_text("b\n", encoding="utf-8")
    new, old = tmp_path / "new", tmp_path / "old"
    take_snapshot([LIVE, OWN], [live], Places(tmp_path / "incoming", old, new), mode)
    for path in old.glob("*"):
        path.unlink()
    new.replace(old)
    return (old / "tabel.csv").read_text(encoding="utf-8")


def test_the_record_tells_what_was_asked_and_given(service: Service, tmp_path: Path) -> None:
    take(tmp_path, service.live())
    live, own = read_provenance(tmp_path / "old")
    assert live["request"] == {"table": "1"}
    assert (live["rows"], live["reference_date"]) == (1, "2025-01-01")
    assert list(live["beside"]) == ["tabel.json"]
    assert live["retrieved_at"].endswith("+00:00")
    assert own["reference_date"] == "2024-01-01"
    assert "request" not in own


def test_the_same_request_is_not_made_twice(service: Service, tmp_path: Path) -> None:
    take(tmp_path, service.live())
    before = {path.name: path.read_bytes() for path in (tmp_path / "old").iterdir()}
    take(tmp_path, service.live())
    assert service.asked == 1
    assert {path.name: path.read_bytes() for path in (tmp_path / "old").iterdir()} == before


def test_what_the_settings_tell_of_what_is_kept_is_that_of_now(
    service: Service, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    take(tmp_path, service.live())
    monkeypatch.setattr(f"{__name__}.LIVE", LIVE.model_copy(update={"licence": "CC BY 4.0"}))
    take(tmp_path, service.live())
    assert service.asked == 1
    assert read_provenance(tmp_path / "old")[0]["licence"] == "CC BY 4.0"


def test_another_request_is_made(service: Service, tmp_path: Path) -> None:
    take(tmp_path, service.live())
    assert take(tmp_path, service.live(filter="GM0166")) == "a\n2\n"


@pytest.mark.parametrize("name", ["tabel.csv", "tabel.json"])
def test_a_harmed_or_lost_answer_is_asked_for_again(name: str, service: Service, tmp_path: Path) -> None:
    take(tmp_path, service.live())
    (tmp_path / "old" / name).write_text("geknoei", encoding="utf-8")
    take(tmp_path, service.live())
    assert service.asked == 2
    (tmp_path / "old" / name).unlink()
    take(tmp_path, service.live())
    assert service.asked == 3


def test_the_user_can_have_it_all_asked_again(service: Service, tmp_path: Path) -> None:
    take(tmp_path, service.live())
    assert take(tmp_path, service.live(), Mode.FORCE) == "a\n2\n"


def test_offline_asks_nothing_and_names_all_that_is_missing(service: Service, tmp_path: Path) -> None:
    places = Places(tmp_path / "incoming", tmp_path / "old", tmp_path / "new")
    with pytest.raises(SourceError) as caught:
        take_snapshot([LIVE, OWN], [service.live()], places, Mode.OFFLINE)
    assert len(caught.value.faults) == 2
    assert "tabel.csv (Tabel): staat niet in de momentopname" in caught.value.faults[0]
    assert service.asked == 0


def test_offline_is_content_with_what_is_there(service: Service, tmp_path: Path) -> None:
    take(tmp_path, service.live())
    assert take(tmp_path, service.live(), Mode.OFFLINE) == "a\n1\n"
