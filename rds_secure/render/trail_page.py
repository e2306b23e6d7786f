"""What was found in a trail, as text for people: by principal, the worst first. Callers' text is strangers'."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from rich.text import Text as Line

from rds_secure.access.naming import short
from rds_secure.audit.trail.model import Coverage, Evidence, Finding, Report, Suspect
from rds_secure.finding import Severity
from rds_secure.render.screen import BOLD, DIM, RED, YELLOW, joined, part, words, wrapped
from rds_secure.render.trail_view import stamp

STYLES: Mapping[Severity, str] = {
    Severity.CRITICAL: f"{BOLD} {RED}",
    Severity.HIGH: RED,
    Severity.MEDIUM: YELLOW,
    Severity.LOW: "",
}
FEW = 3
"""Events that are shown of a finding, where not all are asked for."""

_LONGEST = 300
"""Characters of what a caller sent."""


def trail_section(found: Report, width: int, *, everything: bool = False) -> Iterator[Line]:
    """All lines; with ``everything`` all the evidence there is."""
    yield part(f"What the trail shows: {counted(found)}", BOLD)
    yield from wrapped(words(covered(found.coverage), DIM), width, 0)
    for suspect in found.suspects:
        yield Line()
        yield from _suspect(suspect, width, everything=everything)
    yield Line()
    yield part("Not in this answer", BOLD)
    for gap in found.coverage.gaps:
        yield from wrapped(words(gap), width, 2, hang=2)


def counted(found: Report) -> str:
    """The answer in a line."""
    if not found.coverage.events:
        return "No event was seen, so that nothing can be said."
    if not found.suspects:
        return "Nothing was found."
    number = len(found.suspects)
    listed = [finding.severity for suspect in found.suspects for finding in suspect.findings]
    by = [f"{listed.count(level)} {level}" for level in sorted(STYLES, reverse=True) if level in listed]
    return f"{number} {'principal' if number == 1 else 'principals'}; findings: {', '.join(by)}."


def covered(coverage: Coverage) -> str:
    """What was read, and from when to when."""
    events = "no event" if not coverage.events else f"{coverage.events} events"
    if coverage.first and coverage.last:
        events += f" from {stamp(coverage.first)} to {stamp(coverage.last)}"
    asked = "".join(
        f", asked for {word} {stamp(at)}" for word, at in (("since", coverage.since), ("until", coverage.until)) if at
    )
    return f"Read {coverage.source}: {events}{asked}."


def called(principal: str) -> str:
    """A principal in few words."""
    return short(principal) if principal.startswith("arn:") else principal


def _suspect(suspect: Suspect, width: int, *, everything: bool) -> Iterator[Line]:
    name = called(suspect.principal)
    beside = f" · {suspect.principal}" if name != suspect.principal else ""
    yield joined(part(name, BOLD), " · ", part(suspect.severity, STYLES[suspect.severity]), part(beside, DIM))
    for finding in suspect.findings:
        yield from wrapped(
            [part(f"{finding.severity!s:<8}", STYLES[finding.severity]), *words(_told(finding))], width, 2, hang=9
        )
        shown = finding.evidence if everything else finding.evidence[:FEW]
        for one in shown:
            yield from evidence(one, width)
        if finding.count > len(shown):
            more = "" if everything else "; --all shows what is kept"
            yield joined("    ", part(f"and {finding.count - len(shown)} more{more}", DIM))


def _told(finding: Finding) -> str:
    events = (
        "1 event" if finding.count == 1 else f"{finding.count} events, {stamp(finding.first)} to {stamp(finding.last)}"
    )
    return f"{finding.title}{f' ({finding.note})' if finding.note else ''}: {events}"


def evidence(one: Evidence, width: int) -> Iterator[Line]:
    """An event."""
    yield from wrapped([part(stamp(one.at)), *words(clipped(one.what))], width, 4, hang=2)
    yield from wrapped(words(said_of(one), DIM), width, 6, hang=2)
    asked = asked_for(one)
    if asked:
        yield from wrapped(words(f"asked {asked}", DIM), width, 6, hang=2)


def said_of(one: Evidence) -> str:
    """The call, where it came from, what the caller says of itself, and the id by which it is found again."""
    error = f" answered {one.error}" if one.error else ""
    name = called(one.session).replace("assumed-role ", "session ", 1) if one.session else "?"
    return (
        f"{one.call} in {one.region or '?'}{error}, from {clipped(one.address or '?')}, as {clipped(name)}, "
        f'agent "{clipped(one.agent)}", event {clipped(one.id or "?")}'
    )


def asked_for(one: Evidence) -> str:
    """The parameters, cut where they are long."""
    return clipped(", ".join(f"{name}={value}" for name, value in one.asked.items()))


def clipped(text: str) -> str:
    """What a caller sent, cut where it is long."""
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"
