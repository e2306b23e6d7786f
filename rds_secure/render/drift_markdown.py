"""Drift as Markdown, for an issue or a chat. What comes from AWS or a spec stands in spans and fences (`markdown`)."""

from __future__ import annotations

from collections.abc import Iterator

from rds_secure.plan.drift import Deviation, Drift, Sort
from rds_secure.render.drift_page import SORTS, counted
from rds_secure.render.markdown import WIDTH, code, cut, folded, hidden, refusals, section
from rds_secure.render.plan_page import step_lines

_LISTED, _FOLDS = 6_000, 30_000
"""Characters of each list, and of all folds: together fewer than GitHub takes in a comment."""


def drift_markdown(found: Drift) -> str:
    """What differs from a spec, in fewer than 60,000 characters."""
    return "\n\n".join(_blocks(found)) + "\n"


def _blocks(found: Drift) -> Iterator[str]:
    plan = found.plan
    yield f"## Drift of stack {code(plan.stack)}"
    yield "**No drift: AWS agrees with the spec.**" if found.is_none else f"**{', '.join(counted(found))}**"
    yield f"Account {code(plan.account)}, region {code(plan.region)}."
    yield from section("What differs", cut([_line(item) for item in found.deviations], _LISTED, "resources"))
    room = _FOLDS
    for item in found.deviations:
        if item.sort is not Sort.MISSING:
            fold = folded(item.step, SORTS[item.sort], step_lines(plan, item.step, WIDTH))
            room -= len(fold)
            if room > 0:
                yield fold
    yield from section("In conflict", cut(refusals(found.refusals), _LISTED, "conflicts"))
    yield from section("Not seen, and so unknown", cut(hidden(plan.unseen), _LISTED, "reads"))
    waiting = [f"- {code(f'{step.address}.{change.path}')}" for step, change in found.pending]
    yield from section("Parked by AWS until the window, no drift", cut(waiting, _LISTED, "changes"))
    if found.unknown:
        yield code(found.unknown)


def _line(item: Deviation) -> str:
    author = item.author
    by = f"; last changed by {code(author.who)} with {code(author.call)} at {code(author.at)}" if author else ""
    return f"- {code(item.step.address)} {SORTS[item.sort]}{by}"
