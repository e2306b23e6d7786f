"""What `apply`, `destroy` and `migration` have in common: show, ask, lock, carry out, verify, and say what was made."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

import click

from rds_secure import api
from rds_secure.access.expect import problems
from rds_secure.apply import Guard, Outcome
from rds_secure.cli import approve, options, permission
from rds_secure.cli.main import INTERRUPTED
from rds_secure.cli.record import Record
from rds_secure.cli.turn import Turn
from rds_secure.errors import ApplyError, DeclinedError, Problem, RdsSecureError, RefusedError
from rds_secure.events import each
from rds_secure.plan import Action, Deletion, Plan
from rds_secure.render.terminal import plan_text, progress, result_text
from rds_secure.reviews import Review
from rds_secure.rules.judgement import Bounds

REFUSED = 3


@dataclass(frozen=True, slots=True)
class Question:
    """What is to be typed, whether it was said beforehand, and what to do ``instead`` where nobody can be asked."""

    wanted: str
    confirmed: bool
    instead: str


@dataclass(frozen=True, slots=True)
class Terms:
    """On what terms a plan is carried out.

    ``standing`` stops one that is not as it was approved, None where nothing was approved beforehand; ``record``: what
    is kept of the apply; ``begun``: whether a plan is the rest of what was cut short; ``access``: whether to tell what
    the plan does to access; ``bounds``: by which rules it is judged, None for none; ``show_findings``: whether to list
    what fails them already.
    """

    question: Callable[[Plan], Question]
    deletion: Deletion
    turn: Turn
    preflight: str = permission.SKIP
    standing: Callable[[Plan, Review | None], None] | None = None
    show_calls: bool = False
    record: Record = field(default_factory=Record)
    access: bool = True
    bounds: Bounds | None = None
    begun: Callable[[Plan], bool] = lambda plan: False
    show_findings: bool = False


def carry_out(make_plan: Callable[[], api.Planned], account: api.Account, terms: Terms) -> int:
    """Show a plan, and carry it out once that is confirmed; the exit code.

    The lock is taken after the question. If another apply was there since the plan was made, it is made again (meaning
    §6), and carried out only if it is still the one that was shown, or approved.
    """
    turn = terms.turn
    expected, planned = _undisturbed(make_plan, turn)
    planned, review = _reviewed(planned, account, terms)
    if terms.standing:
        terms.standing(planned.plan, review if terms.access else None)
    access = review.delta if terms.access else None
    plan_text(
        planned.plan,
        show_calls=terms.show_calls,
        stream=sys.stdout,
        access=access,
        judged=review.judgement,
        show_findings=terms.show_findings,
    )
    if not planned.plan.is_applicable:
        return REFUSED
    if planned.plan.is_empty:
        terms.record.nothing_left(planned.plan)
        return 0
    permission.check(planned, account, terms.preflight, locks=turn.lock is not None)
    if short := api.too_short(planned, account):
        click.echo(f"Warning: {short}.", err=True)
    question = terms.question(planned.plan)
    if not question.confirmed:
        asked = f"Type {question.wanted!r} to carry this out"
        if not options.ask(asked, question.wanted, question.instead):
            raise DeclinedError("declined: nothing was changed")
    click.echo()
    with turn.hold(planned.plan.digest, expected) as (guard, came_between):
        if came_between:
            planned, review = _as_shown(planned.plan, review, make_plan(), account, terms)
            if planned.plan.is_empty:
                click.echo("No changes are left: another apply made them meanwhile.")
                return 0
        return _write(planned, review, account, terms, guard)


def _undisturbed(make_plan: Callable[[], api.Planned], turn: Turn) -> tuple[int, api.Planned]:
    """The generation that comes next, and the plan.

    A plan that fails or is refused may have been read half-way through another apply. That one is waited for, or named
    (`ApplyError`), and then the plan is made again.
    """
    expected, failure = turn.next(), None
    try:
        planned = make_plan()
        if planned.plan.is_applicable:
            return expected, planned
    except RdsSecureError as error:
        failure = error
    if turn.came_between(expected):
        return turn.next(), make_plan()
    if failure:
        raise failure
    return expected, planned


def _as_shown(
    shown: Plan, gained: Review, now: api.Planned, account: api.Account, terms: Terms
) -> tuple[api.Planned, Review]:
    """The plan of now, if it is the one that was shown or approved, or nothing is left of it, and nobody gains more.

    Raises `RefusedError`.
    """
    now, review = _reviewed(now, account, terms)
    if terms.standing:
        terms.standing(now.plan, review if terms.access else None)
        return now, review
    if now.plan.is_applicable and (now.plan.is_empty or now.plan.digest == shown.digest):
        if terms.access:
            approve.nobody_gains_more(gained.gains, review)
        return now, review
    what = f"another apply came between, and the plan is not the one that was shown any more (digest {shown.digest})"
    raise RefusedError([Problem(what, "run the same command again, and look at the new plan")])


def _write(planned: api.Planned, review: Review, account: api.Account, terms: Terms, guard: Guard) -> int:
    """Carry out a plan, verify, and say what was made; the exit code."""
    record = terms.record
    again: api.Planned | None = None
    ended = "failed"
    record.begin(planned.plan, account.identity.arn, review.gains if terms.access else None)
    try:
        with progress(sys.stdout, account.clock.now) as observe:
            outcome = api.apply(planned, account, each(record, observe), guard=guard)
            ended = _ended(outcome)
            if outcome.succeeded:
                again = api.verify(planned, account, terms.deletion, observe)
        if outcome.interrupted:
            click.echo(_account(planned.plan, outcome), err=True)
            return INTERRUPTED
        if not outcome.succeeded or again is None:
            raise ApplyError(_account(planned.plan, outcome))
        if left := _left(planned.plan, again.plan):
            raise ApplyError(left)
        if planned.back is None and (broken := _unexpected(again, account, review)):
            raise ApplyError(broken)
        ended = "done"
    except KeyboardInterrupt:
        ended = "interrupted"
        click.echo("left at once: what was out may still take effect; run the same apply again", err=True)
        raise
    finally:
        exports = _exports(again) if again else {}
        record.end(ended, planned.plan, again.plan if again else None, exports)
    _say(planned, again)
    return 0


def _reviewed(planned: api.Planned, account: api.Account, terms: Terms) -> tuple[api.Planned, Review]:
    """A plan in which what is not as expected, or gets worse, is refused, or told of a way back; and its review."""
    begun = terms.begun(planned.plan) and not planned.plan.is_empty
    review = api.review(planned, account, bounds=terms.bounds, access=terms.access, begun=begun)
    return replace(planned, plan=review.plan), review


def _unexpected(again: api.Planned, account: api.Account, review: Review) -> str:
    """What is not as the stack expects although it was foreseen to be; "" where all is."""
    if not again.stack.expectations:
        return ""
    outcomes = api.review(again, account, access=False).outcomes
    found = problems(review.stopping(outcomes), account.identity.account)
    return "\n".join(["all calls are made, but not all is as expected:", *map(str, found)]) if found else ""


def _ended(outcome: Outcome) -> str:
    return "interrupted" if outcome.interrupted else "not converged" if outcome.succeeded else "failed"


def _exports(found: api.Planned) -> api.Exports:
    return {address: dict(live.exports) for address, live in found.snapshot.live.items()}


def _say(planned: api.Planned, again: api.Planned) -> None:
    waiting = {
        step.address: str(again.snapshot.live[step.address].facts.get("window", ""))
        for step in again.plan.steps
        if step.pending
    }
    result_text(
        planned.plan,
        _exports(again),
        stream=sys.stdout,
        waiting=waiting,
        now=datetime.now(UTC),
        refused=len(again.plan.refusals),
    )


def _account(plan: Plan, outcome: Outcome) -> str:
    """What is done and what remains, in plain words."""
    total = sum(1 for _ in plan.operations())
    broken_off = sum(1 for item in outcome.failures if item.interrupted)
    lines = [
        f"{len(outcome.done)} of {total} calls are done, {len(outcome.failures) - broken_off} failed, "
        f"{len(outcome.skipped) + broken_off} remain"
    ]
    if outcome.lost:
        lines.insert(0, f"stopped: {outcome.lost}")
    lines += [f"  {item.address}: {item.operation.summary}: {item.code}: {item.message}" for item in outcome.failures]
    lines.append("nothing is lost: run the same apply again, and it goes on from what is there")
    return "\n".join(lines)


def _left(before: Plan, after: Plan) -> str:
    """What was touched and is not as declared yet; "" where all of it is."""
    touched = {step.address for step in before.steps if step.operations}
    left = [step for step in after.steps if step.address in touched and step.is_open]
    if not left:
        return ""
    fields = [
        f"  {step.address}.{change.path}: is {change.old!r}, should be {change.new!r}"
        for step in left
        for change in step.changes
        if step.action is not Action.DELETE
    ]
    fields += [f"  {step.address}: still there" for step in left if step.action is Action.DELETE]
    fields += [f"  {step.address}: still carries our tags" for step in left if step.action is Action.LET_GO]
    fields += [f"  {step.address}: could not be read back" for step in left if step.action is Action.UNSEEN]
    return "\n".join(["all calls were made, but AWS does not agree with the spec yet:", *fields])
