"""A plan as Markdown for a pull request: the verdict, danger first, one fold per resource, how to apply exactly this.

Nothing that comes from AWS or from a spec is ever Markdown or HTML here: it stands in code spans and fences alone, in
which no renderer reads anything (`code`, `fence`), and in the headings of folds, escaped as HTML. There are no tables.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Iterator, Sequence

from rds_secure import resources
from rds_secure.access.delta.model import Danger, Delta
from rds_secure.kind import Stateful
from rds_secure.live import Unseen
from rds_secure.plan.model import Action, Plan, Refusal, Step, seeing
from rds_secure.render import findings_words
from rds_secure.render.access_words import Line, Name, lines, summary
from rds_secure.render.plan_page import counts, kept_only, step_lines
from rds_secure.render.screen import printable
from rds_secure.rules.judgement import Judgement

LIMIT = 60_000
"""Characters of the whole; GitHub takes 65,536 in a comment."""

WIDTH = 100
"""Columns inside a fold."""

_SPAN, _NAME = 300, 80
"""Characters of one code span, and of one that is a name in a list."""
_FOLD = 12_000
"""Characters of one fold."""
_DANGER, _CHANGED, _REFUSED, _NOTED, _COMMAND = 14_000, 10_000, 6_000, 4_000, 4_000
"""Characters of the lists, and of the command."""
_LEFT_OUT = 3_000
"""Characters that are kept to say what was left out."""

_OPENS = frozenset({"iam", "ec2", "kms"})
"""The services whose calls say who may do what, and who can connect."""
_WAYS_IN = frozenset(
    {"public", "security_groups", "iam_auth", "master_password", "default_auth", "auth", "require_tls", "accounts"}
)
"""Fields of what the other services have that open or close a way to the data."""

_DATA, _SMALL, _MIGRATION, _RESTART, _AT_ONCE, _REMOVAL, _ACCESS, _NONE = range(8)
_NOUNS = ("deletion of data", "deletion", "migration", "restart", "change at once", "removal", "change of access")
"""What there is to be afraid of, the worst first, and how it is counted."""


def plan_markdown(
    plan: Plan,
    then: str = "",
    access: Delta | None = None,
    judged: Judgement | None = None,
    show_findings: bool = False,
) -> str:
    """A plan in fewer than `LIMIT` characters; ``then``: the command that applies exactly this one.

    ``access``: what it does to access. ``judged``: what it makes worse; with ``show_findings`` also what failed before.
    """
    start = [
        f"## Plan of stack {code(plan.stack)}",
        verdict(plan),
        f"Account {code(plan.account)}, region {code(plan.region)}.",
        *section("Refused", cut(refusals(plan.refusals), _REFUSED, "refusals")),
        *section("Not seen, and so unknown", cut(hidden(plan.unseen), _REFUSED, "reads")),
        *section("Danger", cut(dangers(plan), _DANGER, "dangers")),
        *(_access(access) if access else ()),
        *(_findings(judged, show_findings) if judged else ()),
    ]
    end = [*_noted(plan), *_approval(plan, then)]
    room = LIMIT - _LEFT_OUT - sum(len(block) + 2 for block in (*start, *end))
    return "\n\n".join([*start, *_folds(plan, room), *end]) + "\n"


def code(text: object, length: int = _SPAN) -> str:
    """A code span that shows this text and nothing else, clipped where it is longer."""
    shown = clipped(printable(str(text)), length)
    shown = shown if shown.strip() else f'"{shown}"'
    ticks = "`" * (1 + max((len(run) for run in re.findall("`+", shown)), default=0))
    pad = " " if shown.startswith(("`", " ")) or shown.endswith(("`", " ")) else ""
    return f"{ticks}{pad}{shown}{pad}{ticks}"


def fence(lines: Iterable[str], language: str = "text") -> str:
    """A block of code that shows these lines and nothing else."""
    body = "\n".join(printable(line) for line in lines)
    ticks = "`" * max(3, 1 + max((len(run) for run in re.findall("`+", body)), default=0))
    return f"{ticks}{language}\n{body}\n{ticks}"


def verdict(plan: Plan) -> str:
    """The first line: whether there is anything to be afraid of."""
    if plan.refusals:
        return f"**Refused: {_count(len(plan.refusals), 'problem')} to settle before anything is applied.**"
    if unseen := [address for item in plan.unseen for address in item.addresses]:
        return f"**Not seen: {_count(len(set(unseen)), 'resource')}, so nothing can be applied.**"
    if plan.is_empty:
        agrees = code(kept_only(plan)) if plan.kept else "AWS agrees with the spec"
        waits = " Changes of ours wait for their window." if plan.waits_for_window else ""
        return f"**No changes: {agrees}.**{waits}"
    ranks = [rank for step in plan.steps for rank, _ in _dangers(step)]
    found = [_count(ranks.count(rank), noun) for rank, noun in enumerate(_NOUNS) if rank in ranks]
    return f"**{', '.join(found) or 'Nothing deleted, restarted or opened'}** · {', '.join(counts(plan))}"


def dangers(plan: Plan) -> list[str]:
    """What can lose data, interrupt, or open a way in; the worst first, each on one line of Markdown."""
    found = [(rank, step.address, line) for step in plan.steps for rank, line in _dangers(step)]
    return [f"- {line}" for _, _, line in sorted(found)]


def _dangers(step: Step) -> Iterator[tuple[int, str]]:
    kind, subject = resources.kind(step.address.kind), f"{code(step.address)}{_named(step)}"
    if step.action is Action.DELETE:
        what = {Stateful.DATA: " with its data", Stateful.KEY: ": what it encrypted cannot be read any more"}
        summary = code("; ".join(operation.summary for operation in step.operations))
        yield (_DATA if kind.stateful else _SMALL), f"**deletes** {subject}{what.get(kind.stateful, '')}: {summary}"
        return
    if step.action is Action.MIGRATE:
        yield _MIGRATION, f"**migrates** {subject}: another database with its data takes its place, with an outage"
    elif any(operation.restarts for operation in step.operations):
        yield _RESTART, f"**restarts** {subject}"
    if kind.stateful is Stateful.DATA and (at_once := [item.path for item in step.changes if item.when == "now"]):
        yield _AT_ONCE, f"**at once**, not in a window: {subject}: {_listed(at_once)}"
    if removed := [operation.summary for operation in step.operations if operation.destructive]:
        yield _REMOVAL, f"**removes** from {subject}: {_listed(removed)}"
    opens = any(item.service in _OPENS for item in step.operations)
    ways = [item.path for item in step.changes if opens or item.path in _WAYS_IN]
    if step.action is Action.CREATE and (opens or ways):
        yield _ACCESS, f"**access**: {subject} is new"
    elif step.action is Action.UPDATE and ways:
        yield _ACCESS, f"**access**: {subject}: {_listed(ways)}"


def _named(step: Step) -> str:
    return f" ({code(step.name)})" if step.name != step.address.name else ""


def _listed(names: Iterable[str]) -> str:
    distinct = list(dict.fromkeys(names))
    more = f" and {len(distinct) - 8} more" if len(distinct) > 8 else ""
    return ", ".join(code(name, _NAME) for name in distinct[:8]) + more


def refusals(found: Sequence[Refusal]) -> list[str]:
    """Refusals, each on one line of Markdown."""
    return [
        f"- {code(item.location or item.address)}: {code(item.what)}; what to do: {code(item.fix)}" for item in found
    ]


def hidden(unseen: Sequence[Unseen]) -> list[str]:
    """Reads that were not answered, each on one line of Markdown."""

    def hides(item: Unseen) -> str:
        found = item.kinds or tuple(map(str, item.addresses))
        return f" hides {_listed(found)}" if found else ""

    return [f"- {code(item.call)}{hides(item)}; what to do: {code(seeing(item))}" for item in unseen]


def _folds(plan: Plan, room: int) -> Iterator[str]:
    """One fold per resource, those with dangers first, as long as there is room; then what is left out."""
    steps = [step for step in plan.steps if not step.says_nothing]
    ranked = sorted(steps, key=lambda step: min((rank for rank, _ in _dangers(step)), default=_NONE))
    for index, step in enumerate(ranked):
        fold = _fold(plan, step)
        room -= len(fold) + 2
        if room < 0:
            left = [str(item.address) for item in ranked[index:]]
            what = f"**{_count(len(left), 'resource')} left out, for there is no room here**: {_listed(left)}"
            yield f"{what}. `rds-secure plan` shows all of it."
            return
        yield fold


def _fold(plan: Plan, step: Step) -> str:
    return folded(step, step.action.value, step_lines(plan, step, WIDTH))


def folded(step: Step, said: str, shown: Iterable[str]) -> str:
    """A resource with ``said`` in its heading and lines below it, which are cut where they are too many."""
    lines = [printable(line) for line in shown]
    kept, room = list[str](), _FOLD
    for line in lines:
        room -= min(len(line), WIDTH * 10) + 1
        if room < 0:
            kept.append(f"... {len(lines) - len(kept)} more lines are left out here")
            break
        kept.append(clipped(line, WIDTH * 10))
    label = html.escape(clipped(printable(str(step.address)), _SPAN))
    return f"<details><summary><code>{label}</code> {html.escape(said)}</summary>\n\n{fence(kept)}\n\n</details>"


def _access(delta: Delta) -> Iterator[str]:
    """What changes about access, each on one line, the worst first; one line where nothing does."""
    if delta.is_empty and not delta.unknown:
        yield summary(delta)
        return
    found = [f"- {_sentence(line)}" for line in lines(delta)]
    unknown = [f"- {code(line)}" for line in delta.unknown]
    yield f"### {summary(delta).rstrip('.')}"
    yield from ("\n".join(part) for part in (cut(found, _CHANGED, "changes"), cut(unknown, _NOTED, "reads")) if part)


def _sentence(line: Line) -> str:
    """Our own words, with every name in a code span."""
    pieces = (code(piece.text, _NAME) if isinstance(piece, Name) else piece for piece in line.sentence)
    return f"{_MARKS.get(line.danger, '')}{''.join(pieces)}"


def _findings(judged: Judgement, everything: bool) -> Iterator[str]:
    """What gets worse by the rules, each on one line, and what is mended; one line where nothing does."""
    found = [_finding(line) for line in findings_words.lines(judged, everything=everything)]
    if found:
        yield f"### {findings_words.summary(judged).rstrip('.')}"
        yield "\n".join(cut(found, _CHANGED, "findings"))
    else:
        yield findings_words.summary(judged)


def _finding(line: findings_words.Line) -> str:
    found = line.finding
    where = f"{code(found.location)}: " if found.location and line.fixed else ""
    fix = f"; what to do: {code(found.fix)}" if line.fixed else ""
    return f"- **{line.word}**: {where}{code(findings_words.about(found))}{fix}"


_MARKS = {Danger.INTERNET: "**internet**: ", Danger.DATA: "**data**: "}


def _noted(plan: Plan) -> Iterator[str]:
    kept = [f"{item.address} ({item.name}): {item.reason}" for item in plan.kept]
    yield from section("No longer declared, kept", cut([f"- {code(line)}" for line in kept], _NOTED, "things"))
    yield from section("Notes", cut([f"- {code(note)}" for note in plan.notes], _NOTED, "notes"))


def _approval(plan: Plan, then: str) -> Iterator[str]:
    yield f"Digest {code(plan.digest)}"
    if then:
        yield "Once it is approved, this applies exactly this plan, and nothing if anything moved:"
        digest = then.rpartition(" ")[2]  # that of who gains access with it
        yield fence([then if len(then) <= _COMMAND else f"rds-secure apply SPEC --expect {digest}"], "sh")


def section(title: str, lines: Sequence[str]) -> Iterator[str]:
    """A heading with lines below it; nothing where there are none."""
    if lines:
        yield f"### {title}"
        yield "\n".join(lines)


def cut(lines: Sequence[str], room: int, what: str) -> list[str]:
    """As many lines as there is room for, and how many there are beyond."""
    kept: list[str] = []
    for line in lines:
        room -= len(line) + 1
        if room < 0:
            return [*kept, f"- **and {len(lines) - len(kept)} {what} more, for which there is no room here**"]
        kept.append(line)
    return kept


def clipped(text: str, length: int) -> str:
    """A text of at most so many characters, which says with … that it was longer."""
    return text if len(text) <= length else f"{text[: length - 1]}…"


def _count(number: int, noun: str) -> str:
    first, _, rest = noun.partition(" ")
    return f"{number} {first}{'' if number == 1 else 's'}{rest and f' {rest}'}"
