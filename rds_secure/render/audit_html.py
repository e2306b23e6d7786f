"""An audit as one HTML page, for phones and desks: sums, databases, what fails, pictures, a trail. It loads nothing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from rds_secure.audit.history import Comparison, Sort
from rds_secure.audit.report import Audit, failing
from rds_secure.audit.standing import Standing
from rds_secure.finding import Finding, Severity, State
from rds_secure.render.audit_reach import pictures
from rds_secure.render.audit_words import (
    LET_PASS,
    WORST_FIRST,
    Group,
    beside,
    blinded,
    expected,
    facts,
    graded,
    groups,
    reasons,
    since,
    stands,
    told,
    unread,
)
from rds_secure.render.check_page import ordered
from rds_secure.render.findings_words import answered
from rds_secure.render.html import folded, listed, page, said, text
from rds_secure.render.hub_html import hub_html
from rds_secure.render.protection import Mood
from rds_secure.render.reach_page import LIMITS
from rds_secure.render.trail_html import trail_html

_DATABASES, _THINGS, _REASONS, _CHANGES = 200, 200, 50, 12
"""As many databases, things that fail, reasons, and changes without a fold are shown; the JSON has all."""

_MOODS: Mapping[Mood, str] = {Mood.WEAK: "high", Mood.UNKNOWN: "unknown", Mood.PLAIN: "", Mood.GOOD: "good"}
_SORTS: Mapping[Sort, str] = {Sort.NEW: "high", Sort.GONE: "good", Sort.CHANGED: "unknown"}


@dataclass(frozen=True, slots=True)
class _Section:
    """A part of the page: where links lead, its heading, what is in it."""

    anchor: str
    title: str
    body: tuple[str, ...]


def audit_html(found: Audit) -> str:
    """The whole page."""
    where = f"account {found.account}, {found.region}" if found.account else "trail files"
    return page(f"Audit of {where}", _body(found, f"Audit of {where}"))


def _body(found: Audit, title: str) -> Iterator[str]:
    sections = [one for one in _sections(found) if one.body]
    yield f'<header><h1>{text(title)}</h1><p class="dim">{text(beside(found))}</p>'
    yield from _sums(found)
    if held := expected(found):
        yield f"<p>{said(held, 'high' if found.broken else 'good')}</p>"
    if found.compared:
        yield f'<p><a href="#since">{text(since(found.compared))}</a></p>'
    links = "".join(f'<a href="#{one.anchor}">{text(one.title)}</a>' for one in sections)
    yield f"<nav>{links}</nav></header><main>"
    for one in sections:
        yield f'<section id="{one.anchor}"><h2>{text(one.title)}</h2>'
        yield from one.body
        yield "</section>"
    yield f'</main><footer><p class="dim">{text(LIMITS)}</p></footer>'


def _sums(found: Audit) -> Iterator[str]:
    if found.posture is None:
        return
    failed = graded(failing(found.findings))
    yield '<ul class="sums">'
    for grade in WORST_FIRST:
        number = failed.get(grade, 0)
        kind = str(grade) if number else "dim"
        yield f'<li class="{kind}"><b>{number}</b>{text(grade)}</li>'
    for state, kind in ((State.WAIVED, ""), (State.KNOWN, ""), (State.UNKNOWN, "unknown"), (State.PASS, "good")):
        number = sum(one.state is state for one in found.findings)
        words = {State.UNKNOWN: "not known", State.PASS: "passed", State.KNOWN: "known before"}.get(state, str(state))
        if number or state is State.PASS:
            yield f'<li class="{kind}"><b>{number}</b>{text(words)}</li>'
    yield "</ul>"


def _sections(found: Audit) -> Iterator[_Section]:
    yield _Section("expected", "Not as expected", tuple(listed(_broken(found))))
    if found.posture:
        yield _Section("databases", "Databases", tuple(_databases(found)))
        yield _Section("fails", "What fails", tuple(_failures(found)))
    if found.compared:
        yield _Section("since", "Since the audit before", tuple(_compared(found.compared)))
    if found.posture:
        yield _Section("access", "From where databases are reached", tuple(pictures(found.posture, found.names)))
    if found.trail:
        yield _Section("trail", "What the trail shows", tuple(trail_html(found.trail)))
    if found.hub:
        yield _Section("hub", "What Security Hub says", tuple(hub_html(found.hub)))
    for state, title in LET_PASS.items():
        yield _Section(state, title, tuple(listed(_let_pass(found, state))))
    yield _Section("unknown", "Not known", tuple(_unknown(found)))


def _compared(one: Comparison) -> Iterator[str]:
    yield f"<p><strong>{text(since(one))}</strong></p>"
    items = [
        f"{said(change.sort, _SORTS[change.sort])} {said(change.entry.severity, str(change.entry.severity))} "
        f"{text(told(change))}"
        for change in one.changes
    ]
    yield from listed(items[:_CHANGES])
    yield from folded(f"{len(items) - _CHANGES} more", items[_CHANGES:])
    if note := blinded(one):
        yield f"<p>{said(note, 'unknown')}</p>"


def _broken(found: Audit) -> Iterator[str]:
    for one in found.broken:
        problem = found.problem(one)
        at = f"<code>{text(problem.location)}</code><br>" if problem.location else ""
        yield f'{at}{text(problem.what)}<br><span class="dim">fix: {text(problem.fix)}</span>'


def _databases(found: Audit) -> Iterator[str]:
    if not found.standings:
        hidden = found.posture.protection.unread if found.posture else ()
        yield f"<p>{'No database could be listed.' if hidden else 'There is none.'}</p>"
        return
    yield '<div class="cards">'
    for one in found.standings[:_DATABASES]:
        yield from _database(one, found)
    yield "</div>"
    yield from _more(len(found.standings) - _DATABASES)


def _database(one: Standing, found: Audit) -> Iterator[str]:
    place = stands(one.stack, one.address)
    beside = f"{one.protected.engine} {one.protected.version}{f' · {place}' if place else ''}"
    yield f'<article class="card"><h3>{text(one.id)}</h3><div class="dim">{text(beside)}</div>'
    if one.failed:
        yield f"<div>{_grades(one.failed)}</div>"
    yield "<dl>"
    for fact in facts(one, found):
        yield f"<dt>{text(fact.label)}</dt><dd>{said(fact.text, _MOODS[fact.mood])}</dd>"
    yield "</dl></article>"


def _grades(counts: Mapping[Severity, int]) -> str:
    return ", ".join(said(f"{number} {grade}", str(grade)) for grade, number in counts.items())


def _failures(found: Audit) -> Iterator[str]:
    """Things on which something fails; those on which nothing but what is low does are folded."""
    every = groups(found)
    if not every:
        yield f"<p>{said('Nothing fails.', 'good')}</p>"
        return
    bad = [group for group in every if group.findings[0].severity > Severity.LOW]
    low = every[len(bad) :]
    yield from _groups(bad[:_THINGS])
    if low:
        yield f"<details><summary>{len(low)} on which only low rules fail</summary>"
        yield from _groups(low[:_THINGS])
        yield "</details>"
    yield from _more(max(len(bad) - _THINGS, 0) + max(len(low) - _THINGS, 0))


def _groups(some: Sequence[Group]) -> Iterator[str]:
    yield '<div class="cards">'
    for group in some:
        yield from _group(group)
    yield "</div>"


def _group(group: Group) -> Iterator[str]:
    yield f'<article class="card"><h3>{text(group.called)}</h3>'
    if group.stands:
        yield f'<div class="dim">{text(group.stands)}</div>'
    yield from listed(map(_finding, group.findings))
    yield "</article>"


def _finding(one: Finding) -> str:
    at = f"<br><code>{text(one.location)}</code>" if one.location else ""
    return (
        f"{said(one.severity, str(one.severity))} {text(one.message)}{at}"
        f'<br><span class="dim"><code>{text(one.rule)}</code> · fix: {text(one.fix)}</span>'
    )


def _let_pass(found: Audit, state: State) -> Iterator[str]:
    for one in ordered(found.findings, state):
        why = f'<br><span class="dim">{text(answered(one))}</span>' if answered(one) else ""
        yield (
            f"{said(one.severity, str(one.severity))} <code>{text(one.rule)}</code> {text(one.subject)}: "
            f"{text(one.message)}{why}"
        )


def _unknown(found: Audit) -> Iterator[str]:
    every = reasons(found)
    yield from listed(
        f"{said(len(findings), 'unknown')} {text(why)}: {text(', '.join(dict.fromkeys(one.rule for one in findings)))}"
        for why, findings in list(every.items())[:_REASONS]
    )
    yield from _more(len(every) - _REASONS)
    calls = list(unread(found))
    if calls:
        yield "<h3>Not read</h3>"
        yield from listed(map(text, calls))


def _more(number: int) -> Iterator[str]:
    if number > 0:
        yield f'<p class="dim">{number} more are left out here; the JSON form has all.</p>'
