"""Events, one by one, held against the patterns; what was found, by principal. It keeps what shows a pattern, no more.

A call that failed is an attempt. What AWS does for itself, or through AWS Backup, shows none.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import pairwise

from rds_secure.audit.trail.asked import asked
from rds_secure.audit.trail.context import Context
from rds_secure.audit.trail.event import Event, parse
from rds_secure.audit.trail.hit import Hit, Pattern
from rds_secure.audit.trail.model import Evidence, Finding, Suspect, lower
from rds_secure.audit.trail.patterns import ALWAYS, BURST, BY_CALL, DENIED, KINDS, MINUTES, ROOT
from rds_secure.finding import Severity

_HOUR, _SILENCE, _TOLD = 3600, 24, 5

KEPT = 500
"""Events that are kept of a pattern and principal as evidence; all are counted."""


@dataclass
class _Group:
    """What one principal did of one pattern."""

    title: str
    severity: Severity = Severity.LOW
    count: int = 0
    first: datetime | None = None
    last: datetime | None = None
    evidence: list[Evidence] = field(default_factory=list)
    times: array[float] = field(default_factory=lambda: array("d"))
    calls: set[str] = field(default_factory=set)

    def add(self, event: Event, evidence: Evidence) -> None:
        self.count += 1
        self.severity = max(self.severity, evidence.severity)
        self.first = event.at if self.first is None else min(self.first, event.at)
        self.last = event.at if self.last is None else max(self.last, event.at)
        if len(self.evidence) < KEPT:
            self.evidence.append(evidence)
        elif (least := min(self.evidence, key=lambda kept: kept.severity)).severity < evidence.severity:
            self.evidence[self.evidence.index(least)] = evidence

    def tally(self, event: Event) -> None:
        """Note a denied call."""
        self.times.append(event.at.timestamp())
        if len(self.calls) < KEPT:
            self.calls.add(f"{event.service}:{event.name}")


@dataclass
class Seen:
    """What went through, and what was found in it so far."""

    context: Context
    records: int = 0
    events: int = 0
    """Events of this account, in this time."""
    malformed: int = 0
    abroad: int = 0
    """Events of other accounts."""
    first: datetime | None = None
    last: datetime | None = None
    _groups: dict[tuple[str, str, bool], _Group] = field(default_factory=dict)
    _told: set[str] = field(default_factory=set)
    _hours: set[int] = field(default_factory=set)

    def take(self, record: object, since: datetime | None = None, until: datetime | None = None) -> Event | None:
        """Look at a record; the event in it, None where it is none, or not one of this account and time."""
        event = parse(record)
        self.records += 1
        if event is None:
            self.malformed += 1
            return None
        if (since and event.at < since) or (until and event.at > until):
            return None
        if self.context.account and event.account and event.account != self.context.account:
            self.abroad += 1
            return None
        self.events += 1
        self.first = event.at if self.first is None or event.at < self.first else self.first
        self.last = event.at if self.last is None or event.at > self.last else self.last
        self._hours.add(int(event.at.timestamp()) // _HOUR)
        found = list(self._found(event))
        if found and event.id not in self._told:  # two trails may hold one event
            self._told.update([event.id] if event.id else ())
            for pattern, hit in found:
                self._note(event, pattern, hit)
        return event

    def _found(self, event: Event) -> Iterator[tuple[Pattern, Hit]]:
        if event.identity.kind == "Root" and (hit := ROOT.judge(event, self.context)):
            yield ROOT, hit
        if event.identity.is_aws:
            return
        if event.denied and (hit := DENIED.judge(event, self.context)):
            yield DENIED, hit
            return
        for pattern in (*BY_CALL.get(f"{event.service}:{event.name}", ()), *ALWAYS):
            if hit := pattern.judge(event, self.context):
                yield pattern, hit

    def _note(self, event: Event, pattern: Pattern, hit: Hit) -> None:
        attempted = bool(event.error) and pattern not in (DENIED, ROOT)
        key = (event.identity.principal, pattern.id, attempted)
        group = self._groups.get(key)
        if group is None:
            group = self._groups[key] = _Group(f"attempted: {pattern.title}" if attempted else pattern.title)
        group.add(event, _evidence(event, hit, attempted=attempted))
        if pattern is DENIED:
            group.tally(event)

    def silences(self) -> Iterator[str]:
        """The longest times of more than a day without any event, in sentences: a trail that was off, or lost files."""
        hours = sorted(self._hours)
        quiet = sorted(((after - before, before) for before, after in pairwise(hours)), reverse=True)
        for length, start in quiet[:_TOLD]:
            if length > _SILENCE:
                at = [datetime.fromtimestamp((start + hour) * _HOUR, UTC) for hour in (1, length)]
                yield f"No event at all from {at[0]:%Y-%m-%dT%H:%MZ} to {at[1]:%Y-%m-%dT%H:%MZ}."

    def suspects(self) -> tuple[Suspect, ...]:
        """What was found, the worst first."""
        by: dict[str, list[Finding]] = {}
        for (principal, pattern, attempted), group in self._groups.items():
            by.setdefault(principal, []).append(_finding(pattern, group, attempted=attempted))
        made = (
            Suspect(principal, tuple(sorted(found, key=lambda one: (-one.severity, one.pattern, one.attempted))))
            for principal, found in by.items()
        )
        return tuple(sorted(made, key=_rank))


def _rank(suspect: Suspect) -> tuple[int, int, str]:
    alike = sum(finding.count for finding in suspect.findings if finding.severity is suspect.severity)
    return -suspect.severity, -alike, suspect.principal


def judge(
    records: Iterable[object], context: Context, since: datetime | None = None, until: datetime | None = None
) -> Seen:
    """All records, held against the patterns."""
    seen = Seen(context)
    for record in records:
        seen.take(record, since, until)
    return seen


def _finding(pattern: str, group: _Group, *, attempted: bool) -> Finding:
    severity, note = group.severity, ""
    if pattern == DENIED.id:
        note = _tries(group)
        severity = min(Severity.HIGH, Severity(severity + 1)) if note else severity
    evidence = sorted(group.evidence, key=lambda one: (-one.severity, one.at, one.id))
    assert group.first is not None  # noqa: S101 - a group begins with an event
    assert group.last is not None  # noqa: S101
    return Finding(
        pattern, group.title, severity, attempted, group.count, group.first, group.last, tuple(evidence), note
    )


def _tries(group: _Group) -> str:
    """Why denied calls look like somebody trying out what works; "" where they do not."""
    times = sorted(group.times)
    most, start = 0, 0
    for end, at in enumerate(times):
        while at - times[start] > MINUTES * 60:
            start += 1
        most = max(most, end - start + 1)
    told = [f"{most} within {MINUTES} minutes"] if most >= BURST else []
    told += [f"{len(group.calls)} different calls"] if len(group.calls) >= KINDS else []
    return ", ".join(told)


def _evidence(event: Event, hit: Hit, *, attempted: bool) -> Evidence:
    severity, what = hit.severity, hit.what
    if hit.unsure:
        severity, what = lower(severity), f"{what} ({hit.unsure})"
    if attempted:
        severity, what = min(severity, Severity.MEDIUM), f"attempted: {what}"
    who = event.identity
    return Evidence(
        event.id,
        event.at,
        f"{event.service}:{event.name}",
        event.region,
        what,
        severity,
        event.address,
        event.agent,
        who.arn or who.invoked_by or who.name,
        event.error,
        asked(event.params),
    )
