"""What Security Hub says, and where we say otherwise, as Markdown for a ticket. Names stand in code (`markdown`)."""

from __future__ import annotations

from collections.abc import Iterator

from rds_secure.audit.hub.model import Health, HubReport, OfControl
from rds_secure.render.hub_page import counted, few, put_aside, ranked, sums, without
from rds_secure.render.markdown import code, cut, section
from rds_secure.render.trail_view import stamp

_CONTROLS, _RESOURCES, _DIFFER, _STRANGE, _GAPS = 16_000, 14_000, 14_000, 6_000, 5_000
"""Characters of the lists: together fewer than GitHub takes in a comment."""


def hub_blocks(found: HubReport, share: float) -> Iterator[str]:
    """The whole answer, in fewer than 60,000 characters, or a ``share`` of them."""
    yield "## What Security Hub says"
    if found.unread:
        yield f"**Unknown**: {code(found.unread)}."
        return

    def listed(title: str, lines: Iterator[str], room: int, what: str) -> Iterator[str]:
        return section(title, cut(list(lines), round(room * share), what))

    yield f"**{counted(found)}**"
    if note := put_aside(found.aside):
        yield code(note)
    yield from listed("By control", _controls(found), _CONTROLS, "controls")
    yield from listed("By resource", _resources(found), _RESOURCES, "resources")
    yield from listed("Where Security Hub and we differ", _differing(found), _DIFFER, "disagreements")
    yield from listed("Fails there, and is nothing that we know", _strange(found), _STRANGE, "findings")
    yield from listed("Not in this answer", (f"- {gap}" for gap in found.gaps), _GAPS, "gaps")


def _controls(found: HubReport) -> Iterator[str]:
    for one in found.controls:
        if one.count.health in (Health.FAILED, Health.UNKNOWN):
            yield f"- {_control(one)}"
    passed = [one.id for one in found.controls if one.count.health is Health.PASSED]
    for word, ids in (("passed", passed), ("not evaluated", without(found.controls))):
        if ids:
            yield f"- {word}: {', '.join(ids)}"


def _control(one: OfControl) -> str:
    severity = f", {one.severity}" if one.severity else ""
    title = f" {code(one.title)}" if one.title else ""
    failing = f": {code(few(one.failing, everything=False))}" if one.failing else ""
    return f"**{one.id}** {one.count.health}{severity} ({sums(one.count)}){title}{failing}"


def _resources(found: HubReport) -> Iterator[str]:
    for one in ranked(found.resources):
        failed = f": {', '.join(one.failed)}" if one.failed else ""
        yield f"- {code(one.name or one.resource)} {one.count.health} ({sums(one.count)}){failed}"


def _differing(found: HubReport) -> Iterator[str]:
    for one in found.disagreements:
        message = f", {code(one.message)}" if one.message else ""
        note = f". {one.note}" if one.note else ""
        yield (
            f"- **{one.control}** {code(one.name)}: Security Hub says **{one.hub}** (as of {stamp(one.updated)}), "
            f"we say **{one.ours}** ({', '.join(one.rules)}{message}){note}"
        )


def _strange(found: HubReport) -> Iterator[str]:
    for one in found.strange:
        yield f"- **{one.control}** {code(one.resource)} as of {stamp(one.updated)}"
