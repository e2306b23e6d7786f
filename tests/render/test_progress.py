from __future__ import annotations

import io
import re
from concurrent.futures import ThreadPoolExecutor

import pytest

from rds_secure.events import Done, Event, Failed, Retrying, Skipped, Started, Verifying, Waiting
from rds_secure.render.progress import duration
from rds_secure.render.terminal import Progress
from tests.render.golden_files import assert_golden
from tests.render.plans import address
from tests.render.streams import BrokenPipe

GROUP, KEY, DATABASE = address("iam_group.operators"), address("kms_key.data"), address("db_instance.orders")
POLICY = address("iam_policy.operators")

RUN: tuple[Event, ...] = (
    Started(GROUP, "create group operators", 1, 12),
    Started(KEY, "create key", 2, 12),
    Done(GROUP, "create group operators", 0.31),
    Retrying(KEY, "create key", "MalformedPolicyDocumentException"),
    Done(KEY, "create key", 12.4),
    Started(DATABASE, "create database orders", 3, 12),
    Waiting(DATABASE, "DBInstanceStatus is creating", 30.0),
    Waiting(DATABASE, "DBInstanceStatus is backing-up", 245.0),
    Failed(DATABASE, "create database orders", "InsufficientDBInstanceCapacity", "no db.m7g.large in these zones"),
    Skipped(POLICY, "create policy operators", DATABASE),
    Verifying(1),
    Verifying(2),
)


def drawn(*events: Event, color: bool = False) -> str:
    stream = io.StringIO()
    progress = Progress(stream, color=color)
    for event in events:
        progress(event)
    return stream.getvalue()


def test_a_run_looks_as_approved() -> None:
    assert_golden("progress.txt", drawn(*RUN))
    assert_golden("progress-color.txt", drawn(*RUN, color=True))


def test_a_call_takes_one_line_when_it_is_complete() -> None:
    assert drawn(Started(KEY, "create key", 1, 21)) == ""
    assert drawn(Started(KEY, "create key", 1, 21), Done(KEY, "create key", 2.1)) == (
        "[ 1/21] kms_key.data: create key (2.1 s)\n"
    )


def test_what_is_over_is_counted_whichever_way_it_ended() -> None:
    lines = drawn(*RUN).splitlines()
    assert [line[:7] for line in lines if line.startswith("[")] == ["[ 1/12]", "[ 2/12]", "[ 3/12]", "[ 4/12]"]


def test_a_failure_says_what_failed_and_why() -> None:
    interrupted = Failed(KEY, "create key", "Interrupted", "interrupted while waiting for: x", interrupted=True)
    assert "create key: interrupted while waiting for: x" in drawn(interrupted)
    assert "FAILED" not in drawn(interrupted)
    assert drawn(Failed(KEY, "create key", "LimitExceeded", "too many keys")) == (
        "[1/1] kms_key.data: FAILED: create key: LimitExceeded: too many keys\n"
    )


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "0.0 s"),
        (0.26, "0.3 s"),
        (9.94, "9.9 s"),
        (9.96, "10 s"),
        (59.4, "59 s"),
        (59.6, "1 min 0 s"),
        (245, "4 min 5 s"),
    ],
)
def test_times_are_as_precise_as_they_need_to_be(seconds: float, text: str) -> None:
    assert duration(seconds) == text


def test_lines_of_many_threads_are_whole_and_counted_once() -> None:
    stream = io.StringIO()
    progress = Progress(stream, color=False)
    progress(Started(KEY, "create key", 1, 200))
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(progress, [Done(KEY, "create key", 1.0)] * 200))
    numbers = re.findall(r"^\[ *(\d+)/200\] kms_key\.data: create key \(1\.0 s\)$", stream.getvalue(), re.MULTILINE)
    assert [int(number) for number in numbers] == list(range(1, 201))


def test_a_pipe_that_breaks_silences_it_and_stops_nothing() -> None:
    stream = BrokenPipe()
    progress = Progress(stream, color=False)
    progress(Done(KEY, "create key", 1.0))
    progress(Done(KEY, "create key", 1.0))
    assert stream.attempts == 1


def test_a_stream_that_was_closed_is_left_alone() -> None:
    stream = io.StringIO()
    progress = Progress(stream, color=False)
    stream.close()
    progress(Done(KEY, "create key", 1.0))
    assert stream.closed


def test_words_of_aws_cannot_command_the_terminal() -> None:
    assert r"a\x1b[2J\nb" in drawn(Failed(KEY, "create key", "X", "a\x1b[2J\nb"))
