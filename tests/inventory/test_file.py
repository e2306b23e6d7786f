"""Snapshot files: always the same for the same recording, readable by their owner only, and never used when damaged."""

from __future__ import annotations

import gzip
import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import jsonschema
import pytest

from rds_secure.errors import RefusedError, UsageError
from rds_secure.inventory import Place, file
from rds_secure.inventory.recording import Recording, Refusal, call

ROOT = Path(__file__).parents[2]
RECORDING = Recording(
    Place("123456789012", "eu-west-1"),
    "arn:aws:iam::123456789012:user/dana",
    "2026-11-24T20:00:00Z",
    {
        call("rds", "DescribeDBInstances"): {"DBInstances": [{"InstanceCreateTime": datetime(2026, 1, 1, tzinfo=UTC)}]},
        call("kms", "ListKeys"): Refusal("denied", "AccessDenied", "no", 400),
        call("rds", "DescribeEvents", {"Duration": 20160}, "us-east-1", first_page=True): {"Events": [b"\x00\xff"]},
    },
    "orders",
)


@pytest.mark.parametrize("name", ["account.json", "account.json.gz"])
def test_what_is_written_is_read_again_and_only_its_owner_may(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    file.save(path, RECORDING)
    assert file.load(path) == RECORDING
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.read_bytes().startswith(b"\x1f\x8b") is name.endswith(".gz")
    assert [found.name for found in tmp_path.iterdir()] == [name]


def test_the_same_recording_gives_the_same_bytes_whatever_the_order_of_its_calls(tmp_path: Path) -> None:
    turned = replace(RECORDING, answers=dict(reversed(RECORDING.answers.items())))
    for name, recording in (("a.json.gz", RECORDING), ("b.json.gz", turned)):
        file.save(tmp_path / name, recording)
    assert (tmp_path / "a.json.gz").read_bytes() == (tmp_path / "b.json.gz").read_bytes()


def test_files_obey_the_published_schema() -> None:
    schema = json.loads((ROOT / "schemas" / "access-snapshot.schema.json").read_text())
    assert schema == file.file_schema()
    jsonschema.Draft202012Validator(schema).validate(json.loads(file.write(RECORDING)))


def test_a_newer_one_replaces_an_older_one_but_nothing_else(tmp_path: Path) -> None:
    path, other = tmp_path / "account.json.gz", tmp_path / "thesis.txt"
    file.save(path, RECORDING)
    file.save(path, replace(RECORDING, at="2026-11-25T20:00:00Z"))
    assert file.load(path).at == "2026-11-25T20:00:00Z"
    other.write_text("years of work")
    with pytest.raises(UsageError, match="is no snapshot file"):
        file.save(other, RECORDING)
    assert other.read_text() == "years of work"


def changed(**content: object) -> bytes:
    """A file with other content, whose checksum fits."""
    data = {**json.loads(file.write(RECORDING)), **content}
    del data["checksum"]
    return json.dumps({**data, "checksum": file._checksum(data)}).encode()


@pytest.mark.parametrize(
    ("raw", "what"),
    [
        (b"", "is no snapshot file: it is not JSON"),
        (b"[" * 100_000, "is no snapshot file: it is not JSON"),
        (b"stack: orders", "is no snapshot file: it is not JSON"),
        (b'{"resources": {}}', "is no snapshot file"),
        (file.write(RECORDING).replace("dana", "root").encode(), "is not as it was written"),
        (gzip.compress(file.write(RECORDING).encode())[:-20], "is damaged"),
        (changed(format_version="2.0"), r"of another format \(2.0\), written by rds-secure"),
        (changed(recorded_at="yesterday"), "recorded_at"),
        (changed(more=1), "more"),
        (changed(calls=[{"service": "kms", "action": "ListKeys", "params": {}}]), "neither a reply nor an error"),
        (
            changed(calls=[{"service": "kms", "action": "ListKeys", "params": {}, "reply": {"A": {"$time": "x"}}}]),
            "cannot be used|can be used",
        ),
    ],
)
def test_a_file_that_is_none_is_damaged_or_of_another_format_is_refused(raw: bytes, what: str) -> None:
    with pytest.raises(RefusedError, match=what):
        file.read(raw, "account.json")


def test_a_file_that_unpacks_to_more_than_any_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(file, "MAX_BYTES", 1000)
    with pytest.raises(RefusedError, match="larger than any"):
        file.read(gzip.compress(b"0" * 5000), "account.json.gz")


def test_a_file_that_cannot_be_read_or_written_is_wrong_usage(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot be read"):
        file.load(tmp_path / "none.json")
    with pytest.raises(UsageError, match="cannot be written"):
        file.save(tmp_path / "none" / "account.json", RECORDING)
