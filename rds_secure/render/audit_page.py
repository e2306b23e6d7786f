"""An audit as text for people: sums, how each database stands, then what fails, thing by thing, the worst first."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TextIO

from rich.text import Text as Line

from rds_secure.audit.history import Comparison, Sort
from rds_secure.audit.report import Audit
from rds_secure.audit.standing import Standing
from rds_secure.finding import Finding
from rds_secure.render.audit_words import (
    LET_PASS,
    SIGNS,
    Group,
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
from rds_secure.render.encryption_page import MARKS
from rds_secure.render.encryption_page import STYLES as MOODS
from rds_secure.render.findings_words import answered
from rds_secure.render.hub_page import hub_section
from rds_secure.render.screen import BOLD, DIM, GREEN, MAGENTA, RED, columns, joined, part, words, wrapped, write
from rds_secure.render.trail_page import STYLES, trail_section

_DATABASES, _REASONS, _SHOWN = 20, 8, 100
"""Databases, reasons why things are not known, and things that fail, where not all is asked for."""


def audit_text(
    found: Audit, *, stream: TextIO, everything: bool = False, color: bool | None = None, width: int | None = None
) -> None:
    """Write an audit; with ``everything`` also what is not known one by one, and all the evidence of a trail."""
    write(stream, audit_page(found, width or columns(stream), everything=everything), color)


def audit_page(found: Audit, width: int, *, everything: bool = False) -> Iterator[Line]:
    """All lines."""
    yield from wrapped(words(heading(found), DIM), width, 0)
    yield part(summed(found), BOLD)
    if held := expected(found):
        yield part(held, RED if found.broken else GREEN)
    if found.compared:
        yield from _compared(found.compared, width)
    yield from _broken(found, width)
    if found.posture:
        yield from _standings(found, width, everything=everything)
        yield from _failures(found, width, everything=everything)
        yield from _let_pass(found, width)
        yield from _unknown(found, width, everything=everything)
        yield from _unread(found, width)
    if found.trail:
        yield Line()
        yield from trail_section(found.trail, width, everything=everything)
    if found.hub:
        yield Line()
        yield from hub_section(found.hub, width, everything=everything)


def _compared(one: Comparison, width: int) -> Iterator[Line]:
    yield Line()
    yield part(since(one), BOLD)
    for change in one.changes:
        style = (
            "" if change.sort is Sort.CHANGED else GREEN if change.sort is Sort.GONE else STYLES[change.entry.severity]
        )
        pieces = [part(SIGNS[change.sort], style), part(f"{change.entry.severity!s:<8}", style), *words(told(change))]
        yield from wrapped(pieces, width, 2, hang=11)
    if note := blinded(one):
        yield from wrapped([part("?", MAGENTA), *words(note)], width, 2, hang=2)


def _standings(found: Audit, width: int, *, everything: bool) -> Iterator[Line]:
    yield Line()
    if not found.standings:
        unread = found.posture.protection.unread if found.posture else ()
        yield part("No database." if not unread else "No database could be listed.", BOLD)
    shown = found.standings if everything else found.standings[:_DATABASES]
    for one in shown:
        yield from wrapped(list(_name(one)), width, 0, hang=2)
        for fact in facts(one, found):
            pieces = [
                part(f"{MARKS[fact.mood]} {fact.label:<8}", MOODS[fact.mood]),
                *words(fact.text, MOODS[fact.mood]),
            ]
            yield from wrapped(pieces, width, 2, hang=11)

    if len(found.standings) > len(shown):
        yield part(f"and {len(found.standings) - len(shown)} more databases: --all shows them", DIM)


def _name(one: Standing) -> Iterator[Line]:
    yield part(one.id, BOLD)
    yield part(f"· {one.protected.engine} {one.protected.version}", DIM)
    if place := stands(one.stack, one.address):
        yield part(f"· {place}", DIM)
    if one.failed:
        yield joined(part("· ", DIM), part(grades(one.failed), STYLES[max(one.failed)]))


def _failures(found: Audit, width: int, *, everything: bool) -> Iterator[Line]:
    listed = groups(found)
    shown = listed if everything else listed[:_SHOWN]
    for group in shown:
        yield Line()
        yield from _group(group, width)
    if len(listed) > len(shown):
        yield Line()
        yield part(f"and {len(listed) - len(shown)} more things on which a rule fails: --all shows them")


def _group(group: Group, width: int) -> Iterator[Line]:
    place = f" · {group.stands}" if group.stands else ""
    yield joined(part(group.called, BOLD), part(place, DIM))
    for one in group.findings:
        yield from _finding(one, width)


def _finding(one: Finding, width: int) -> Iterator[Line]:
    style = STYLES[one.severity]
    pieces = [part(f"{one.severity!s:<8}", style), part(f"{one.rule}:", style), *words(one.message)]
    yield from wrapped(pieces, width, 2, hang=9)
    if one.location:
        yield from wrapped([part("at: ", DIM), part(one.location)], width, 11)
    yield from wrapped([part("fix:", DIM), *words(one.fix)], width, 11, hang=5)


def _let_pass(found: Audit, width: int) -> Iterator[Line]:
    for state, title in LET_PASS.items():
        listed = ordered(found.findings, state)
        if listed:
            yield Line()
            yield part(title, BOLD)
        for one in listed:
            yield from wrapped(words(f"{one.severity} {one.rule}: {one.subject}: {one.message}"), width, 2, hang=2)
            if said := answered(one):
                yield from wrapped(words(said, DIM), width, 4, hang=2)


def _unknown(found: Audit, width: int, *, everything: bool) -> Iterator[Line]:
    why_not = reasons(found)
    if not why_not:
        return
    number = sum(map(len, why_not.values()))
    yield Line()
    more = "" if everything else "; --all lists them"
    yield part(f"Not known: {number} answer{'' if number == 1 else 's'}{more}", f"{BOLD} {MAGENTA}")
    shown = list(why_not.items()) if everything else list(why_not.items())[:_REASONS]
    for why, findings in shown:
        rules = ", ".join(dict.fromkeys(one.rule for one in findings))
        if everything:
            yield from wrapped([part(f"{len(findings):>5}"), *words(f"{why}:")], width, 2, hang=6)
            for one in findings:
                yield from wrapped(words(f"{one.subject}: {one.rule}", DIM), width, 8, hang=2)
        else:
            yield from wrapped([part(f"{len(findings):>5}"), *words(f"{why}: {rules}")], width, 2, hang=6)
    if len(why_not) > len(shown):
        yield part(f"        and {len(why_not) - len(shown)} more reasons")


def _unread(found: Audit, width: int) -> Iterator[Line]:
    listed = unread(found)
    if listed:
        yield Line()
        yield part("Not read, and so unknown", f"{BOLD} {MAGENTA}")
    for each in listed:
        yield from wrapped(words(each), width, 2, hang=2)


def _broken(found: Audit, width: int) -> Iterator[Line]:
    if found.broken:
        yield Line()
        yield part("Not as expected", f"{BOLD} {RED}")
    for one in found.broken:
        problem = found.problem(one)
        where = [part(f"{problem.location}:", DIM)] if problem.location else []
        yield from wrapped([*where, *words(problem.what)], width, 2, hang=2)
        yield from wrapped([part("fix:", DIM), *words(problem.fix)], width, 4, hang=5)
