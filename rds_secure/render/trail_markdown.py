"""What was found in a trail, as Markdown for a ticket. What callers sent stands in code (`markdown`)."""

from __future__ import annotations

from collections.abc import Iterator

from rich.text import Text as Line

from rds_secure.audit.trail.model import Report, Suspect
from rds_secure.render.markdown import WIDTH, code, cut, section
from rds_secure.render.reach_markdown import folded
from rds_secure.render.trail_page import called, counted, covered, evidence
from rds_secure.render.trail_view import stamp

_LISTED, _FOLDS, _GAPS = 20_000, 30_000, 5_000
"""Characters of lists, and of all folds: together fewer than GitHub takes in a comment."""


def blocks(found: Report, share: float) -> Iterator[str]:
    """The whole answer, in fewer than 60,000 characters, or a ``share`` of them."""
    yield "## What the trail shows"
    yield f"**{counted(found)}**"
    yield code(covered(found.coverage))
    listed = [line for one in found.suspects for line in _lines(one)]
    yield from section("Found", cut(listed, round(_LISTED * share), "findings"))
    room = round(_FOLDS * share)
    for number, suspect in enumerate(found.suspects):
        fold = folded(called(suspect.principal), f"{suspect.severity}, evidence", _evidence(suspect))
        room -= len(fold)
        if room < 0:
            left = len(found.suspects) - number
            yield f"**The evidence on {left} more is left out, for there is no room here**: `--format text` shows it."
            break
        yield fold
    yield from section(
        "Not in this answer", cut([f"- {code(gap)}" for gap in found.coverage.gaps], round(_GAPS * share), "gaps")
    )


def _lines(suspect: Suspect) -> Iterator[str]:
    for one in suspect.findings:
        note = f" ({one.note})" if one.note else ""
        yield (
            f"- **{one.severity}** {code(called(suspect.principal))}: {one.title}{note}, {one.count} "
            f"{'event' if one.count == 1 else 'events'}, the last {stamp(one.last)}"
        )


def _evidence(suspect: Suspect) -> Iterator[Line]:
    for finding in suspect.findings:
        yield Line(finding.title)
        for one in finding.evidence:
            yield from evidence(one, WIDTH)
