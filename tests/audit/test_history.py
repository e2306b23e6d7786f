"""Two audits of one account compared: what is new, gone, changed, and what only cannot be seen any more."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rds_secure.audit.history import EXPECT, TRAIL, Change, Entry, Name, Record, Sort, compare, worst
from rds_secure.finding import Severity, State

AT = datetime(2026, 11, 24, tzinfo=UTC)
FAIL, PASS, UNKNOWN, WAIVED = State.FAIL, State.PASS, State.UNKNOWN, State.WAIVED
HERE: Name = ("not-public", "db:orders")


def entry(state: State = FAIL, severity: Severity = Severity.HIGH, message: str = "so", **more: Any) -> Entry:
    return Entry(state, severity, message, **more)


def record(entries: dict[Name, Entry] | None = None, **more: Any) -> Record:
    return Record("123456789012", "eu-west-1", AT, frozenset({"not-public"}), entries or {}, **more)


def one(before: Entry | None, after: Entry | None, **now: Any) -> Change | None:
    then = record({HERE: before} if before else {})
    found = compare(then, record({HERE: after} if after else {}, **now))
    assert len(found.changes) <= 1
    return found.changes[0] if found.changes else None


@pytest.mark.parametrize(
    ("before", "after", "sort", "note"),
    [
        (None, FAIL, Sort.NEW, ""),
        (PASS, FAIL, Sort.NEW, ""),
        (UNKNOWN, FAIL, Sort.NEW, "nobody knew then"),
        (WAIVED, FAIL, Sort.NEW, "it was waived"),
        (FAIL, PASS, Sort.GONE, ""),
        (WAIVED, PASS, Sort.GONE, ""),
        (FAIL, None, Sort.GONE, "it is not there any more"),
        (FAIL, UNKNOWN, Sort.CHANGED, "nobody knows now"),
        (FAIL, WAIVED, Sort.CHANGED, "it is waived now"),
        (FAIL, State.KNOWN, Sort.CHANGED, "a baseline has it now"),
        (State.KNOWN, FAIL, Sort.NEW, "a baseline had it then"),
        (State.KNOWN, PASS, Sort.GONE, ""),
        (WAIVED, State.KNOWN, None, ""),
        (FAIL, FAIL, None, ""),
        (WAIVED, WAIVED, None, ""),
        (PASS, UNKNOWN, None, ""),
        (None, PASS, None, ""),
        (PASS, None, None, ""),
        (UNKNOWN, None, None, ""),
        (None, WAIVED, None, ""),
    ],
)
def test_what_has_become_of_a_finding(before: State | None, after: State | None, sort: Sort | None, note: str) -> None:
    found = one(entry(before) if before else None, entry(after) if after else None)
    assert (found.sort if found else None, found.note if found else "") == (sort, note)
    assert bool(found and found.counts) is (sort is Sort.NEW)


def test_what_nobody_sees_is_not_gone() -> None:
    unseen = one(entry(), None, unseen=frozenset({"not-public"}))
    assert unseen
    assert (unseen.sort, unseen.note) == (Sort.CHANGED, "nobody sees it now")
    then, now = record({HERE: entry()}), replace(record(), asked=frozenset())
    (unasked,) = compare(then, now).changes
    assert (unasked.sort, unasked.note) == (Sort.CHANGED, "this is not asked now")
    assert compare(record({HERE: entry(PASS)}), record({HERE: entry(UNKNOWN)})).blinded == 1


def test_what_was_not_asked_then_says_so_and_counts() -> None:
    (found,) = compare(replace(record(), asked=frozenset()), record({HERE: entry()})).changes
    assert (found.sort, found.note, found.counts) == (Sort.NEW, "this was not asked then", True)


def test_another_severity_or_message_is_a_change_and_only_what_is_worse_counts() -> None:
    worse = one(entry(severity=Severity.LOW), entry(severity=Severity.HIGH))
    better = one(entry(severity=Severity.HIGH), entry(severity=Severity.LOW))
    other = one(entry(message="port 22"), entry(message="port 22, 3306"))
    assert worse
    assert better
    assert other
    assert [(each.sort, each.counts) for each in (worse, better, other)] == [
        (Sort.CHANGED, True), (Sort.CHANGED, False), (Sort.CHANGED, False),
    ]  # fmt: skip
    assert other.note == "it was: port 22"


def test_a_trail_has_newer_events_or_older_ones_that_are_out_of_sight() -> None:
    name: Name = (f"{TRAIL}data-deleted", "arn:aws:iam::123456789012:role/thief")
    then = replace(record({name: entry(last=AT)}), asked=frozenset({TRAIL}))
    same = replace(then, entries={name: entry(last=AT)})
    newer = replace(then, entries={name: entry(last=AT + timedelta(days=1))})
    assert compare(then, same).changes == ()
    (found,) = compare(then, newer).changes
    assert (found.sort, found.note, found.counts) == (Sort.NEW, "there are newer events", True)
    assert compare(then, replace(then, entries={})).changes == ()
    (first,) = compare(record(), newer).changes
    assert first.note == "this was not asked then"


def test_a_gate_minds_only_what_is_worse() -> None:
    assert compare(record(), record({HERE: entry()})).worse == {HERE}
    assert compare(record({HERE: entry()}), record()).worse == frozenset()
    expected: Name = (f"{EXPECT}bench", "only root may delete db:orders")
    asked = replace(record({expected: entry(PASS)}), asked=frozenset({f"{EXPECT}bench"}))
    broken = replace(asked, entries={expected: entry()})
    assert compare(asked, broken).worse == {expected}
    assert compare(broken, broken).worse == frozenset()


def test_of_two_of_one_name_the_worse_one_counts() -> None:
    assert worst([(HERE, entry(PASS)), (HERE, entry(FAIL)), (HERE, entry(UNKNOWN))])[HERE].state is FAIL


_ENTRIES = st.builds(Entry, st.sampled_from([FAIL, PASS, UNKNOWN, WAIVED]), st.sampled_from(Severity), st.just("so"))
_RECORDS = st.dictionaries(st.tuples(st.sampled_from(["not-public", "other"]), st.sampled_from("abc")), _ENTRIES).map(
    lambda entries: replace(record(entries), asked=frozenset({"not-public", "other"}))
)


@given(_RECORDS, _RECORDS)
def test_an_audit_is_as_itself_and_what_is_new_one_way_is_gone_the_other(then: Record, now: Record) -> None:
    assert compare(then, then).changes == ()
    forth, back = compare(then, now), compare(now, then)
    failing = {(each.rule, each.subject) for each in forth.of(Sort.NEW)}
    for each in back.of(Sort.GONE):
        if then.entries.get((each.rule, each.subject), entry(PASS)).state is PASS and each.entry.state is FAIL:
            assert (each.rule, each.subject) in failing
    told = [(each.rule, each.subject) for each in forth.changes]
    assert len(told) == len(set(told))
    fails = {name for name, found in now.entries.items() if found.state is FAIL}
    before = {name for name, found in then.entries.items() if found.state is FAIL}
    assert failing == fails - before
