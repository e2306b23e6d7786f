"""What an apply writes down as it goes, and what is told of one that ended in the middle."""

from __future__ import annotations

import json
import stat
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rds_secure.apply.journal import KEPT, Journal, folder, last, read, settle
from rds_secure.events import Done, Failed, Skipped, Started, Stopping, Verifying, Waiting
from rds_secure.values import Address

A, B = Address("db_instance", "orders"), Address("kms_key", "data")
BEGIN: dict[str, Any] = {
    "stack": "orders",
    "account": "123456789012",
    "region": "eu-west-1",
    "who": "arn:aws:iam::123456789012:user/dana",
    "digest": "abc",
    "calls": 4,
}


def journal(path: Path) -> Journal:
    times = count()
    made = Journal(path, lambda: f"2026-11-24T12:00:{next(times):02}.000+00:00")
    made.begin(**BEGIN)
    return made


def started(address: Address, what: str) -> Started:
    return Started(address, what, 1, 4, f"rds:{what}")


def test_every_call_is_on_disk_before_it_goes_out_and_when_it_is_done(tmp_path: Path) -> None:
    path = tmp_path / "applies" / "a.jsonl"
    written = journal(path)
    written(started(A, "Create"))
    assert [json.loads(line)["event"] for line in path.read_text().splitlines()] == ["begin", "started"]
    written(Done(A, "Create", 1.23456, "rds:Create", "req-1"))
    line = json.loads(path.read_text().splitlines()[-1])
    assert line == {
        "at": "2026-11-24T12:00:02.000+00:00",
        "event": "done",
        "address": "db_instance.orders",
        "call": "rds:Create",
        "summary": "Create",
        "request_id": "req-1",
        "seconds": 1.235,
    }
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_what_was_out_when_it_ended_may_have_taken_effect(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    written = journal(path)
    for event in (
        started(A, "Create"),
        started(B, "Make"),
        Waiting(A, "it to be available", 3.0),
        Done(A, "Create", 1.0, "rds:Create", "req-1"),
        started(A, "Tag"),
        Failed(A, "Tag", "Throttling", "Rate exceeded", "rds:Tag", "req-2"),
        Verifying(1),
    ):
        written(event)
    told = read(path)
    assert told is not None
    assert [line["summary"] for line in told.done] == ["Create"]
    assert [line["code"] for line in told.failed] == ["Throttling"]
    assert [(line["address"], line["summary"]) for line in told.open] == [("kms_key.data", "Make")]
    assert (told.left, told.ended, told.is_complete) == (1, "", False)


def test_how_it_ended_is_told(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    written = journal(path)
    written(Skipped(A, "Tag", B, "rds:Tag"))
    written(Stopping())
    written.end("interrupted")
    told = read(path)
    assert told is not None
    assert (told.ended, told.is_complete, told.begin["who"]) == ("interrupted", False, BEGIN["who"])
    written(started(A, "Create"))  # after its end nothing is written, and nothing is raised
    assert read(path) == told


def test_one_that_was_carried_out_in_full_leaves_nothing_to_resume(tmp_path: Path) -> None:
    written = journal(tmp_path / "a.jsonl")
    written.end("done")
    told = last(tmp_path)
    assert told is not None
    assert told.is_complete


@given(cut=st.integers(min_value=0, max_value=600), noise=st.binary(max_size=20))
def test_a_journal_that_a_crash_cut_off_is_read_as_far_as_it_goes(
    tmp_path_factory: pytest.TempPathFactory, cut: int, noise: bytes
) -> None:
    path = tmp_path_factory.mktemp("cut") / "a.jsonl"
    written = journal(path)
    written(started(A, "Create"))
    written(Done(A, "Create", 1.0, "rds:Create", "req-1"))
    whole = path.read_bytes()
    path.write_bytes(whole[: min(cut, len(whole))] + noise)
    told = read(path)
    assert told is None or len(told.done) + len(told.open) <= 1


def test_the_newest_journal_counts_and_old_ones_go(tmp_path: Path) -> None:
    for number in range(KEPT + 3):
        journal(tmp_path / f"{number:03}.jsonl").end("done")
    journal(tmp_path / "900.jsonl")
    kept = sorted(path.name for path in tmp_path.glob("*.jsonl"))
    assert (len(kept), kept[-1]) == (KEPT, "900.jsonl")
    told = last(tmp_path)
    assert told is not None
    assert told.path.name == "900.jsonl"


def test_what_has_nothing_left_is_told_no_more(tmp_path: Path) -> None:
    settle(tmp_path)  # there may be none
    journal(tmp_path / "a.jsonl")(started(A, "Create"))
    settle(tmp_path)
    told = last(tmp_path)
    assert told is not None
    assert told.is_complete


def test_a_place_that_cannot_be_written_stops_nothing(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    written = journal(tmp_path / "file" / "a.jsonl")
    written(started(A, "Create"))
    written.end("done")
    assert "cannot be written" in written.trouble
    assert last(tmp_path / "file") is None


def test_each_stack_of_each_account_and_region_has_a_folder_of_its_own() -> None:
    where = folder(Path("/state"), "123456789012", "eu-west-1", "orders")
    assert where == Path("/state/applies/123456789012/eu-west-1/orders")
