"""Snapshots: byte for byte, with a record that follows the data."""

import hashlib
from pathlib import Path
from typing import Any

import pytest

from pipeline.config.sources import SourceFile
from pipeline.errors import SourceError
from pipeline.sources.snapshots import (
    copy_incoming,
    harmed_files,
    read_provenance,
    sha256_of,
    sums_of,
    write_provenance,
)


def source(file: str) -> SourceFile:
    return SourceFile(file=file, what="Proef", holder="Test", licence="CC0", reference_date="2024-01-01")


def test_a_snapshot_is_byte_for_byte_and_its_record_says_so(tmp_path: Path) -> None:
    (tmp_path / "incoming").mkdir()
    (tmp_path / "incoming/a.csv").write_bytes(b"\xef\xbb\xbfa;b\r\n")
    copy_incoming([source("a.csv")], tmp_path / "incoming", tmp_path / "snapshot")
    write_provenance([source("a.csv")], tmp_path / "snapshot", generator_version="7")
    assert (tmp_path / "snapshot/a.csv").read_bytes() == b"\xef\xbb\xbfa;b\r\n"
    (record,) = read_provenance(tmp_path / "snapshot")
    assert record["sha256"] == hashlib.sha256(b"\xef\xbb\xbfa;b\r\n").hexdigest()
    assert record["generator_version"] == "7"
    assert record["reference_date"] == "2024-01-01"


def test_every_missing_and_empty_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "empty.csv").touch()
    with pytest.raises(SourceError) as caught:
        copy_incoming([source("a.csv"), source("b.csv"), source("empty.csv")], tmp_path, tmp_path / "snapshot")
    assert len(caught.value.faults) == 3
    assert not (tmp_path / "snapshot").exists()


def test_a_missing_record_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="draai `dvc repro`"):
        read_provenance(tmp_path)


def test_a_file_that_is_gone_or_other_than_recorded_is_harmed_also_beside_another(tmp_path: Path) -> None:
    for name in ("a.csv", "a.meta.json", "b.csv"):
        (tmp_path / name).write_text(name, encoding="utf-8")
    records: list[dict[str, Any]] = [
        {"file": "a.csv", "sha256": sha256_of(tmp_path / "a.csv"),
         "beside": {"a.meta.json": sha256_of(tmp_path / "a.meta.json")}},
        {"file": "b.csv", "sha256": sha256_of(tmp_path / "b.csv")},
    ]  # fmt: skip
    assert sums_of(records).keys() == {"a.csv", "a.meta.json", "b.csv"}
    assert harmed_files(records, tmp_path) == []
    (tmp_path / "a.meta.json").write_text("anders", encoding="utf-8")
    (tmp_path / "b.csv").unlink()
    assert harmed_files(records, tmp_path) == ["a.meta.json", "b.csv"]
