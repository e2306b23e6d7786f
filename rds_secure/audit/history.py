"""Two audits of one account compared: what is new, what is gone, what is otherwise. Pure.

A finding is the same one by its rule and its subject; an expectation by its stack and what it says; what a trail shows
by principal and pattern. What is not known any more, or was not asked, is never gone.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import TypeAlias

from rds_secure.finding import Severity, State

Name: TypeAlias = tuple[str, str]
"""Rule and subject; ``expect/`` and the stack, and what is expected; ``trail/`` and the pattern, and the principal."""

EXPECT, TRAIL = "expect/", "trail/"
"""How begins what stands for the rule where there is none."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One finding, as far as it is compared. ``last``: of what a trail shows, the last event."""

    state: State
    severity: Severity
    message: str
    last: datetime | None = None


@dataclass(frozen=True, slots=True)
class Record:
    """An audit, as far as it is compared. ``asked``: the rules (``expect/`` with each stack; `TRAIL`); of others
    nothing is said.

    ``unseen``: rules that are about what could not be listed, so that what is missing of it may be there.
    """

    account: str
    region: str
    at: datetime
    asked: frozenset[str]
    entries: Mapping[Name, Entry] = field(default_factory=dict)
    unseen: frozenset[str] = frozenset()

    def asks(self, rule: str) -> bool:
        """Whether something is said of a rule."""
        return rule in self.asked or (rule.startswith(TRAIL) and TRAIL in self.asked)


class Sort(StrEnum):
    """What has become of a finding."""

    NEW = "new"
    GONE = "gone"
    CHANGED = "changed"


@dataclass(frozen=True, slots=True)
class Change:
    """A finding that is not as it was. ``entry``: as it is, or was where it is gone. ``note``: in what it differs.

    ``counts``: whether it is worse than it was, so that a gate on what is new minds it.
    """

    sort: Sort
    rule: str
    subject: str
    entry: Entry
    note: str = ""
    counts: bool = False


@dataclass(frozen=True, slots=True)
class Comparison:
    """What is not as it was at ``since``, the worst first. ``blinded``: how many passed then, and are not known now."""

    since: datetime
    changes: tuple[Change, ...]
    blinded: int = 0

    def of(self, sort: Sort) -> tuple[Change, ...]:
        """The changes of one sort."""
        return tuple(one for one in self.changes if one.sort is sort)

    @property
    def worse(self) -> frozenset[Name]:
        """What is worse than it was."""
        return frozenset((one.rule, one.subject) for one in self.changes if one.counts)


def compare(then: Record, now: Record) -> Comparison:
    """What is not as it was."""
    changes = [*_now(then, now), *_gone(then, now)]
    order = {sort: number for number, sort in enumerate(Sort)}
    changes.sort(key=lambda one: (order[one.sort], -one.entry.severity, one.rule, one.subject))
    blinded = sum(
        entry.state is State.PASS and name in now.entries and now.entries[name].state is State.UNKNOWN
        for name, entry in then.entries.items()
    )
    return Comparison(then.at, tuple(changes), blinded)


def _now(then: Record, now: Record) -> Iterator[Change]:
    """What fails now and did not so, and what failed and is something else."""
    for (rule, subject), entry in now.entries.items():
        before = then.entries.get((rule, subject))
        if entry.state is State.FAIL and (before is None or before.state is not State.FAIL):
            yield Change(Sort.NEW, rule, subject, entry, _before(before, then.asks(rule)), counts=True)
        elif before and before.state in (State.FAIL, *_LET_PASS):
            yield from _otherwise(rule, subject, before, entry)


def _before(before: Entry | None, was_asked: bool) -> str:
    if before is None:
        return "" if was_asked else "this was not asked then"
    return _WAS.get(before.state, "")


_WAS = {State.WAIVED: "it was waived", State.KNOWN: "a baseline had it then", State.UNKNOWN: "nobody knew then"}
_LET_PASS = {State.WAIVED: "it is waived now", State.KNOWN: "a baseline has it now"}
"""States in which something fails and stops nothing, and how they are told."""


def _otherwise(rule: str, subject: str, before: Entry, entry: Entry) -> Iterator[Change]:
    match entry.state:
        case State.PASS:
            yield Change(Sort.GONE, rule, subject, before)
        case State.UNKNOWN:
            yield Change(Sort.CHANGED, rule, subject, before, "nobody knows now")
        case State.WAIVED | State.KNOWN if before.state is State.FAIL:
            yield Change(Sort.CHANGED, rule, subject, entry, _LET_PASS[entry.state])
        case State.FAIL:
            if before.last and entry.last and entry.last > before.last:
                yield Change(Sort.NEW, rule, subject, entry, "there are newer events", counts=True)
            elif entry.severity != before.severity:
                note = f"it was {before.severity}"
                yield Change(Sort.CHANGED, rule, subject, entry, note, counts=entry.severity > before.severity)
            elif entry.message != before.message and not entry.last:
                yield Change(Sort.CHANGED, rule, subject, entry, f"it was: {before.message}")


def _gone(then: Record, now: Record) -> Iterator[Change]:
    """What failed and is not there any more. Old events are no more than out of sight."""
    for (rule, subject), entry in then.entries.items():
        if entry.state not in (State.FAIL, *_LET_PASS) or (rule, subject) in now.entries or rule.startswith(TRAIL):
            continue
        if not now.asks(rule):
            yield Change(Sort.CHANGED, rule, subject, entry, "this is not asked now")
        elif rule in now.unseen:
            yield Change(Sort.CHANGED, rule, subject, entry, "nobody sees it now")
        else:
            yield Change(Sort.GONE, rule, subject, entry, "it is not there any more")


def worst(entries: Iterable[tuple[Name, Entry]]) -> Mapping[Name, Entry]:
    """By name; of two of one name, such as keys of one id in two Regions, the one that is worse."""
    order = list(State)  # the worst first
    found: dict[Name, Entry] = {}
    for name, entry in entries:
        kept = found.get(name)
        if kept is None or order.index(entry.state) < order.index(kept.state):
            found[name] = entry
    return found


def trail_rule(pattern: str, *, attempted: bool) -> str:
    """What stands for the rule of what a trail shows."""
    return f"{TRAIL}{pattern}{'-attempted' if attempted else ''}"
