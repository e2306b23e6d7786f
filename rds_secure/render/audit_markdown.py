"""An audit as Markdown, for an issue or a pull request. What AWS tells stands in code: it is no markup."""

from __future__ import annotations

from collections.abc import Iterator

from rds_secure.audit.history import Comparison
from rds_secure.audit.report import Audit
from rds_secure.audit.standing import Standing
from rds_secure.finding import State
from rds_secure.render.audit_words import (
    LET_PASS,
    blinded,
    expected,
    facts,
    grades,
    groups,
    heading,
    reasons,
    since,
    stands,
    summed,
    told,
    unread,
)
from rds_secure.render.check_page import ordered
from rds_secure.render.findings_words import answered
from rds_secure.render.hub_markdown import hub_blocks
from rds_secure.render.markdown import code, cut, section
from rds_secure.render.trail_markdown import blocks

_STANDING, _FOUND, _CHANGES, _REST = 8_000, 12_000, 8_000, 2_500
"""Characters of lists: together, and with those of a trail, fewer than GitHub takes in a comment."""


def audit_markdown(found: Audit) -> str:
    """The whole audit, in fewer than 60,000 characters; with a trail the trail alone may take half of them."""
    return "\n\n".join(_blocks(found)) + "\n"


def _blocks(found: Audit) -> Iterator[str]:
    yield "## Audit"
    yield f"**{summed(found)}**{f' **{expected(found)}**' if expected(found) else ''}"
    yield code(heading(found))
    yield from section("Not as expected", cut(list(_broken(found)), _REST, "expectations"))
    if found.compared:
        yield from _compared(found.compared)
    if found.posture:
        yield from section("Databases", cut([_database(one, found) for one in found.standings], _STANDING, "databases"))
        yield from section("Fails", cut(list(_failures(found)), _FOUND, "findings"))
        for state, title in LET_PASS.items():
            yield from section(title, cut(list(_let_pass(found, state)), _REST, "of them"))
    if whys := reasons(found):
        yield from section(
            "Not known", cut([f"- {len(each)}: {code(why)}" for why, each in whys.items()], _REST, "more")
        )
    yield from section("Not read, and so unknown", cut([f"- {code(each)}" for each in unread(found)], _REST, "reads"))
    if found.trail:
        yield from blocks(found.trail, 1.0 if found.posture is None else 0.2 if found.hub else 0.35)
    if found.hub:
        yield from hub_blocks(found.hub, 0.15 if found.trail else 0.35)


def _compared(one: Comparison) -> Iterator[str]:
    yield f"**{since(one)}**{f' {note}' if (note := blinded(one)) else ''}"
    lines = [f"- **{change.sort}** {change.entry.severity} {code(told(change))}" for change in one.changes]
    yield from section("Since then", cut(lines, _CHANGES, "changes"))


def _database(one: Standing, found: Audit) -> str:
    place = f" ({code(here)})" if (here := stands(one.stack, one.address)) else ""
    failed = f"**{grades(one.failed)}**; " if one.failed else ""
    return (
        f"- {code(one.id)}{place}: {failed}{'; '.join(f'{fact.label} {code(fact.text)}' for fact in facts(one, found))}"
    )


def _failures(found: Audit) -> Iterator[str]:
    for group in groups(found):
        place = f" ({code(group.stands)})" if group.stands else ""
        for one in group.findings:
            at = f", at {code(str(one.location))}" if one.location else ""
            yield f"- **{one.severity}** {code(group.called)}{place}: {code(one.rule)}, {code(one.message)}{at}"


def _let_pass(found: Audit, state: State) -> Iterator[str]:
    for one in ordered(found.findings, state):
        said = f", {code(answered(one))}" if answered(one) else ""
        yield f"- {one.severity} {code(one.subject)}: {code(one.rule)}, {code(one.message)}{said}"


def _broken(found: Audit) -> Iterator[str]:
    for one in found.broken:
        problem = found.problem(one)
        at = f"{code(str(problem.location))}: " if problem.location else ""
        yield f"- {at}{code(problem.what)}"
