"""What was found in a trail, as the published JSON of an audit shows it (`audit_view`)."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from rds_secure.audit.trail.model import Evidence, Finding, Report, Suspect
from rds_secure.finding import Severity
from rds_secure.render.published import View

Level = Literal["low", "medium", "high", "critical"]

LEVELS: dict[Severity, Level] = {
    Severity.LOW: "low",
    Severity.MEDIUM: "medium",
    Severity.HIGH: "high",
    Severity.CRITICAL: "critical",
}


class EvidenceView(View):
    """An event that shows a pattern. Address, agent and parameters are what the caller sent."""

    id: str
    """CloudTrail's eventID."""
    at: str
    """When, in UTC and ISO 8601."""
    call: str
    """The service and the action, such as rds:DeleteDBInstance."""
    region: str
    """Where."""
    severity: Level
    """How bad this event is by itself."""
    what: str
    """What was done, in words."""
    source_ip: str
    """Where the call came from: an address, or the name of a service."""
    user_agent: str
    """What the caller said of itself. Anybody can say anything."""
    session: str
    """The ARN of the session, or of whoever called."""
    error: str
    """The error code; empty where the call succeeded."""
    asked: dict[str, str]
    """Parameters of the call by path, the first 40 of them; what may be a secret is ****."""


class FindingView(View):
    """A pattern in what a principal did."""

    pattern: str
    """The pattern's id."""
    title: str
    """What it is about."""
    severity: Level
    """How bad it is."""
    attempted: bool
    """Whether the calls failed, so that nothing of it came to be."""
    count: int
    """How many events show it."""
    first: str
    """The first of them, in UTC and ISO 8601."""
    last: str
    """The last of them."""
    note: str
    """What makes it worse; may be empty."""
    evidence: tuple[EvidenceView, ...]
    """The worst events, 500 at most."""


class SuspectView(View):
    """A principal, and what was found."""

    principal: str
    """The ARN of a user or role (not of its session); else the name of who called."""
    severity: Level
    """That of the worst finding."""
    findings: tuple[FindingView, ...]
    """The worst first."""


class CoverageView(View):
    """What was read."""

    source: str
    """Where the events are from."""
    since: str | None
    """From when on events were asked for."""
    until: str | None
    """Until when."""
    events: int
    """How many events of the account were looked at."""
    first: str | None
    """The first of them; null where there was none."""
    last: str | None
    """The last of them."""
    malformed: int
    """Records that make no sense, and were passed over."""
    gaps: tuple[str, ...]
    """What is not in this answer, in sentences."""


class TrailView(View):
    """What CloudTrail shows that nobody should have done."""

    worst: Level | None
    """The highest severity; null where nothing was found."""
    principals: tuple[SuspectView, ...]
    """Who did what, the worst first."""
    coverage: CoverageView
    """What was read, and what was not."""


def trail_view(found: Report) -> TrailView:
    """The whole answer."""
    coverage, worst = found.coverage, found.worst()
    return TrailView(
        worst=None if worst is None else LEVELS[worst],
        principals=tuple(map(_suspect, found.suspects)),
        coverage=CoverageView(
            source=coverage.source,
            since=time(coverage.since),
            until=time(coverage.until),
            events=coverage.events,
            first=time(coverage.first),
            last=time(coverage.last),
            malformed=coverage.malformed,
            gaps=coverage.gaps,
        ),
    )


def _suspect(one: Suspect) -> SuspectView:
    findings = tuple(map(_finding, one.findings))
    return SuspectView(principal=one.principal, severity=LEVELS[one.severity], findings=findings)


def _finding(one: Finding) -> FindingView:
    return FindingView(
        pattern=one.pattern,
        title=one.title,
        severity=LEVELS[one.severity],
        attempted=one.attempted,
        count=one.count,
        first=stamp(one.first),
        last=stamp(one.last),
        note=one.note,
        evidence=tuple(map(_evidence, one.evidence)),
    )


def _evidence(one: Evidence) -> EvidenceView:
    return EvidenceView(
        id=one.id,
        at=stamp(one.at),
        call=one.call,
        region=one.region,
        severity=LEVELS[one.severity],
        what=one.what,
        source_ip=one.address,
        user_agent=one.agent,
        session=one.session,
        error=one.error,
        asked=dict(one.asked),
    )


def stamp(at: datetime) -> str:
    """A time in UTC, to the second."""
    return f"{at:%Y-%m-%dT%H:%M:%SZ}"


def time(at: datetime | None) -> str | None:
    """The same, where there is one."""
    return None if at is None else stamp(at)
