"""What Security Hub says, and where we say otherwise, as a part of a page: failures first, the rest folded."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from rds_secure.audit.hub.model import Health, HubReport, OfControl
from rds_secure.render.html import folded, listed, said, text
from rds_secure.render.hub_page import counted, differing, few, put_aside, ranked, sums, without
from rds_secure.render.trail_view import stamp

_KINDS: Mapping[Health, str] = {Health.FAILED: "high", Health.UNKNOWN: "unknown", Health.PASSED: "good"}
_LISTED = 200
"""As many resources, disagreements and strange findings are shown; the JSON has all."""


def hub_html(found: HubReport) -> Iterator[str]:
    """Everything, by control and by resource."""
    if found.unread:
        yield f"<p>{said(f'Unknown: {found.unread}.', 'unknown')}</p>"
        return
    yield f"<p><strong>{text(counted(found))}</strong></p>"
    if note := put_aside(found.aside):
        yield f'<p class="dim">{text(note)}</p>'
    yield from listed(_control(one) for one in found.controls if one.count.health in (Health.FAILED, Health.UNKNOWN))
    yield from folded("passed", [text(one.id) for one in found.controls if one.count.health is Health.PASSED])
    yield from folded("not evaluated", list(map(text, without(found.controls))))
    if found.disagreements:
        yield "<h3>Where Security Hub and we differ</h3>"
    yield from listed(
        text(differing(one)) + (f'<br><span class="dim">{text(one.note)}</span>' if one.note else "")
        for one in found.disagreements[:_LISTED]
    )
    if found.strange:
        yield "<h3>Fails at Security Hub, and is nothing that we know</h3>"
    yield from listed(
        text(f"{one.control} {one.resource} as of {stamp(one.updated)}") for one in found.strange[:_LISTED]
    )
    yield from folded("By resource", list(_resources(found)))
    yield "<h3>Not in this answer</h3>"
    yield from listed(map(text, found.gaps))


def _control(one: OfControl) -> str:
    health = one.count.health
    severity = f" {said(one.severity, str(one.severity))}" if one.severity else ""
    failing = f'<br><span class="dim">{text(few(one.failing, everything=False))}</span>' if one.failing else ""
    head = f"<b>{text(one.id)}</b>{severity} {said(health, _KINDS[health])}"
    return f"{head} ({text(sums(one.count))}) {text(one.title)}{failing}"


def _resources(found: HubReport) -> Iterator[str]:
    for one in ranked(found.resources)[:_LISTED]:
        health, failed = one.count.health, f": {', '.join(one.failed)}" if one.failed else ""
        yield f"{text(one.name or one.resource)} {said(health, _KINDS[health])} ({text(sums(one.count))}){text(failed)}"
