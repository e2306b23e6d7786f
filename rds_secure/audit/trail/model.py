"""What is found in a trail, as data: findings by principal, and how much of the trail was seen. No judgement."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from rds_secure.finding import Severity


def lower(severity: Severity) -> Severity:
    """One step less."""
    return Severity(max(severity - 1, Severity.LOW))


@dataclass(frozen=True, slots=True)
class Evidence:
    """An event that shows a pattern. ``asked``: parameters of the call, what may be secret in them masked."""

    id: str
    at: datetime
    call: str
    """``rds:DeleteDBInstance``."""
    region: str
    what: str
    """What was done, in words."""
    severity: Severity
    address: str
    agent: str
    session: str
    """The ARN of the session, or of whoever called."""
    error: str
    asked: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Finding:
    """A pattern in what a principal did. ``count``: how many events; ``evidence``: the worst and first of them."""

    pattern: str
    title: str
    severity: Severity
    attempted: bool
    """Whether the calls failed, so that nothing of it came to be. Denied calls have a pattern of their own."""
    count: int
    first: datetime
    last: datetime
    evidence: tuple[Evidence, ...]
    note: str = ""
    """What makes it worse, or is not known."""


@dataclass(frozen=True, slots=True)
class Suspect:
    """A principal and what was found, the worst first."""

    principal: str
    findings: tuple[Finding, ...]

    @property
    def severity(self) -> Severity:
        """That of the worst finding."""
        return max(finding.severity for finding in self.findings)


@dataclass(frozen=True, slots=True)
class Coverage:
    """What was read, and from when to when events are in it. ``gaps``: what is not, in sentences."""

    source: str
    since: datetime | None
    until: datetime | None
    events: int
    first: datetime | None
    last: datetime | None
    malformed: int
    gaps: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Report:
    """The answer, the worst principals first."""

    account: str
    region: str
    suspects: tuple[Suspect, ...]
    coverage: Coverage

    def worst(self) -> Severity | None:
        """The highest severity; None where nothing was found."""
        return max((suspect.severity for suspect in self.suspects), default=None)
