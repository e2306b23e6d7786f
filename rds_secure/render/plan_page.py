"""A plan as text for people, much as Terraform shows one: what happens to each resource, and why."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from rich.text import Text as Line

from rds_secure import resources
from rds_secure.access.delta.model import Delta
from rds_secure.errors import Location
from rds_secure.live import Unseen
from rds_secure.plan.model import Action, Kept, Plan, Refusal, Step, seeing
from rds_secure.render.access_section import access_section
from rds_secure.render.calls import calls
from rds_secure.render.change import Changes
from rds_secure.render.findings_section import findings_section
from rds_secure.render.screen import BOLD, DIM, GREEN, MAGENTA, RED, YELLOW, indented, joined, part, words, wrapped
from rds_secure.render.value import Values
from rds_secure.rules.judgement import Judgement
from rds_secure.values import Address

SYMBOLS = {
    Action.CREATE: ("+", GREEN),
    Action.UPDATE: ("~", YELLOW),
    Action.MIGRATE: ("»", MAGENTA),
    Action.DELETE: ("-", RED),
    Action.LET_GO: ("·", YELLOW),
    Action.RETAG: ("·", DIM),
    Action.NONE: ("·", DIM),
    Action.UNSEEN: ("?", RED),
}
"""The sign of every action, and its colour."""

_CAUSES = {
    "spec": ("changed in the spec", DIM),
    "drift": ("drift: AWS was changed behind the spec", MAGENTA),
}
_KEPT = "no longer declared, kept"
_NAMED = 5
"""How many of what is kept are named in one line."""


def plan_page(
    plan: Plan,
    width: int,
    show_calls: bool,
    then: str = "",
    access: Delta | None = None,
    judged: Judgement | None = None,
    show_findings: bool = False,
) -> Iterator[Line]:
    """All lines of a plan; ``then``: the command that applies exactly this one, where there is one.

    ``access``: what it does to access, if that was asked for; ``judged``: what it makes worse, likewise;
    ``show_findings``: also what failed before.
    """
    yield joined(part(f"Stack {plan.stack}", BOLD), part(f" · account {plan.account} · {plan.region}", DIM))
    yield from _spaced(Steps(plan, width, show_calls).lines(step) for step in plan.steps if not step.says_nothing)
    yield from section("No longer declared, kept", (line for kept in plan.kept for line in kept_lines(kept, width)))
    yield from section("Not seen, and so unknown", (line for item in plan.unseen for line in unseen(item, width)), RED)
    yield from section("Notes", (line for note in plan.notes for line in wrapped(words(note), width, 2, hang=2)))
    yield from section("Refused", (line for refusal in plan.refusals for line in refused(refusal, width)), RED)
    yield from access_section(access, width) if access else ()
    yield from findings_section(judged, width, everything=show_findings) if judged else ()
    yield Line()
    yield from _summary(plan)
    if then:
        yield joined(part("apply exactly this with: ", DIM), part(then))


def step_lines(plan: Plan, step: Step, width: int) -> list[str]:
    """What `plan_page` has of one step, as plain text."""
    return [line.plain for line in Steps(plan, width, show_calls=False).lines(step)]


class Steps:
    """The steps of one plan, as lines; what a step does, and what is not as it should be."""

    def __init__(self, plan: Plan, width: int, show_calls: bool) -> None:
        self.plan, self.width, self.show_calls = plan, width, show_calls
        self.values = Values(plan.known)

    def lines(self, step: Step) -> list[Line]:
        """A heading, and below it all that happens, waits, or is only worth knowing."""
        return [*self.heading(step), *self.body(step)]

    def heading(self, step: Step) -> Iterator[Line]:
        """Its sign, address and name, and what one word says of it."""
        symbol, style = SYMBOLS[step.action]
        address = part(step.address, DIM if step.action is Action.RETAG else BOLD)
        heading = joined(part(symbol, style), " ", address, *_name(step.name, step.address))
        return wrapped([heading, *(joined(" ", line) for line in _reason(step))], self.width, 2, hang=3)

    def body(self, step: Step) -> Iterator[Line]:
        """Its differences, what is parked, what others added, and notes."""
        changes = Changes(self.values, self.width, indent=6)
        yield from (changes.created if step.action is Action.CREATE else changes.changed)(step.changes)
        if step.action is Action.MIGRATE:
            yield from self._course(step)
        if step.action is Action.DELETE and len(step.operations) > 1:
            yield from (indented(6, part(operation.summary)) for operation in step.operations)
        below = replace(changes, indent=8)
        if step.pending:
            yield indented(6, part("parked by AWS until the window:", DIM))
            yield from below.changed(replace(change, when="", note="") for change in step.pending)
        if step.strangers:
            may_go = "exclusive" in resources.kind(step.address.kind).spec.model_fields
            what_else = " (exclusive: true would remove it)" if may_go else ""
            yield indented(6, part(f"not ours, left alone{what_else}:", DIM))
            yield from (joined(" " * 8, part(item.path), ": ", changes.member(item)) for item in step.strangers)
        for note in step.notes:
            yield from wrapped([part("note:", DIM), *words(note)], self.width, 6, hang=6)
        if self.show_calls:
            yield from calls(step, self.plan, indent=6)

    def _course(self, step: Step) -> Iterator[Line]:
        """What happens one after another, with what interrupts the database set apart."""
        yield indented(6, part("in this order:", DIM))
        for number, operation in enumerate(step.operations, 1):
            said = [part(f"{number:2}.", DIM), *words(operation.summary)]
            interrupts = [part("(interrupts it)", RED)] if operation.restarts else []
            yield from wrapped([*said, *interrupts], self.width, 8, hang=4)


def _reason(step: Step) -> Iterator[Line]:
    """What stands behind the name: why it changes, or what one word says of it."""
    if step.cause in _CAUSES:
        yield part(*_CAUSES[step.cause])
    if step.action is Action.RETAG:
        yield part("tags only", DIM)
    if step.action is Action.UNSEEN:
        yield part("not seen: nothing is planned on it", RED)
    if step.action is Action.MIGRATE:
        yield part("another database takes its place, with its data", MAGENTA)
    if step.action is Action.LET_GO:
        yield part("let go: our tags come off, nothing else changes", DIM)
    if step.action is Action.DELETE and len(step.operations) == 1:
        yield part(step.operations[0].summary, DIM)


def _spaced(blocks: Iterable[list[Line]]) -> Iterator[Line]:
    """The blocks with a blank line around each that is longer than one line."""
    was_long = True
    for block in blocks:
        is_long = len(block) > 1
        if is_long or was_long:
            yield Line()
        yield from block
        was_long = is_long


def section(title: str, lines: Iterable[Line], style: str = "") -> Iterator[Line]:
    """A heading with lines below it; nothing where there are none."""
    found = list(lines)
    if found:
        yield Line()
        yield part(title, f"{BOLD} {style}".strip())
        yield from found


def kept_lines(kept: Kept, width: int) -> Iterator[Line]:
    """What stays although it is declared no longer, and why."""
    subject = joined(part(kept.address), *_name(kept.name, kept.address))
    reason = [] if kept.reason == _KEPT else words(f" {kept.reason}", DIM)
    return wrapped([subject, *reason], width, 2, hang=4)


def _name(name: str, address: Address) -> tuple[Line, ...]:
    """The name at AWS, where it is not the key."""
    return (part(f" ({name})", DIM),) if name != address.name else ()


def refused(refusal: Refusal, width: int) -> Iterator[Line]:
    """Where, what, and what to do; the address where the words do not name it."""
    about = "" if str(refusal.address) in refusal.what else f"{refusal.address}: "
    yield from wrapped([*_place(refusal.location), *words(about + refusal.what)], width, 2, hang=4)
    yield from wrapped(words(f"what to do: {refusal.fix}"), width, 6, hang=2)


def unseen(item: Unseen, width: int) -> Iterator[Line]:
    """The call, what it hides, and what would show it."""
    kinds = ", ".join(resources.kind(name).title for name in item.kinds)
    hides = f" hides every {kinds}" if kinds else ""
    yield from wrapped([part(item.call, BOLD), *words(hides)], width, 2, hang=4)
    left = " Nothing declared needs it; what this stack may own of that kind is left alone." if item.kinds else ""
    left = "" if item.addresses else left
    yield from wrapped(words(f"what to do: {seeing(item)}.{left}"), width, 6, hang=2)


def _place(location: Location | None) -> tuple[Line, ...]:
    return (joined(part(location, BOLD), ":"),) if location else ()


def _summary(plan: Plan) -> Iterator[Line]:
    """The counts, what stands in the way, and what an approval is bound to."""
    waiting = sum(len(step.pending) for step in plan.steps)
    waits = f"{_count(waiting, 'change')} of ours {'waits' if waiting == 1 else 'wait'} for the window"
    strangers = sum(len(step.strangers) for step in plan.steps)
    if plan.is_empty and plan.is_applicable and plan.kept:
        yield joined(part("No changes.", f"{BOLD} {GREEN}"), " ", kept_only(plan), f"; {waits}." if waiting else ".")
    elif plan.is_empty and plan.is_applicable:
        agrees = f"AWS agrees with the spec; {waits}." if waiting else "AWS agrees with the spec."
        yield joined(part("No changes.", f"{BOLD} {GREEN}"), " ", agrees)
    else:
        yield joined(part("Plan:", BOLD), " ", ", ".join(counts(plan)), f"; {waits}." if waiting else ".")
    if strangers:
        others = (
            f"{_count(strangers, 'addition')} of others {'is' if strangers == 1 else 'are'} shown above and left alone."
        )
        yield part(others, YELLOW)
    if any(item.addresses for item in plan.unseen):
        yield part("Not seen: without it nothing is applied.", RED)
    if plan.refusals:
        yield part(f"Refused: {_count(len(plan.refusals), 'problem')} to settle before anything is applied.", RED)
    yield part(f"digest {plan.digest}", DIM)


def kept_only(plan: Plan) -> str:
    """What a plan leaves that does nothing else: a destroy of databases alone says so."""
    names = [str(item.address) for item in plan.kept]
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    return f"No longer declared, and kept: {', '.join(names[:_NAMED])}{more}"


def counts(plan: Plan) -> Iterator[str]:
    """What happens to how many resources."""
    yield f"{plan.count(Action.CREATE)} to create"
    yield f"{plan.count(Action.UPDATE)} to change"
    if migrated := plan.count(Action.MIGRATE):
        yield f"{migrated} to migrate"
    yield f"{plan.count(Action.DELETE)} to delete"
    if let_go := plan.count(Action.LET_GO):
        yield f"{let_go} to let go"
    if tagged := plan.count(Action.RETAG):
        yield f"{tagged} tags only"
    if unseen := plan.count(Action.UNSEEN):
        yield f"{unseen} not seen"
    if plan.kept:
        yield f"{len(plan.kept)} kept"


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
