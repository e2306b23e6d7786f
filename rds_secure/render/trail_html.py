"""What was found in a trail, as a part of a page: by principal, the worst first, events folded. It decides nothing."""

from __future__ import annotations

from collections.abc import Iterator

from rds_secure.audit.trail.model import Evidence, Finding, Report, Suspect
from rds_secure.render.html import listed, said, text
from rds_secure.render.trail_page import asked_for, called, clipped, counted, covered, said_of
from rds_secure.render.trail_view import stamp

_SUSPECTS, _EVENTS = 100, 10
"""As many principals, and events of one pattern, are shown."""


def trail_html(found: Report) -> Iterator[str]:
    """Everything, principal by principal."""
    yield f'<p><strong>{text(counted(found))}</strong></p><p class="dim">{text(covered(found.coverage))}</p>'
    yield '<div class="cards">'
    for suspect in found.suspects[:_SUSPECTS]:
        yield from _suspect(suspect)
    yield "</div>"
    if len(found.suspects) > _SUSPECTS:
        yield f'<p class="dim">{len(found.suspects) - _SUSPECTS} more are left out here; the JSON form has all.</p>'
    yield "<h3>Not in this answer</h3>"
    yield from listed(map(text, found.coverage.gaps))


def _suspect(one: Suspect) -> Iterator[str]:
    name = called(one.principal)
    yield f'<article class="card"><h3>{text(name)}</h3>'
    if name != one.principal:
        yield f'<div class="dim">{text(one.principal)}</div>'
    for finding in one.findings:
        yield from _finding(finding)
    yield "</article>"


def _finding(one: Finding) -> Iterator[str]:
    events = f"{one.count} event{'' if one.count == 1 else 's'}, the last {stamp(one.last)}"
    note = f" ({text(one.note)})" if one.note else ""
    yield f"<details><summary>{said(one.severity, str(one.severity))} {text(one.title)}{note}: {text(events)}</summary>"
    yield from listed(map(_event, one.evidence[:_EVENTS]))
    if one.count > _EVENTS:
        yield f'<p class="dim">and {one.count - _EVENTS} more</p>'
    yield "</details>"


def _event(one: Evidence) -> str:
    asked = asked_for(one)
    more = f'<br><span class="dim">asked {text(asked)}</span>' if asked else ""
    return f'{text(stamp(one.at))} {text(clipped(one.what))}<br><span class="dim">{text(said_of(one))}</span>{more}'
