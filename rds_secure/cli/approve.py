"""What stands in for a typed "yes": an approved digest or plan file, and what --yes confirms and what it does not."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import click

from rds_secure.cli import options

if TYPE_CHECKING:
    from rds_secure.errors import Problem
    from rds_secure.live import Identity
    from rds_secure.plan import Plan
    from rds_secure.plan.approved import ApprovedAccess
    from rds_secure.plan.file import PlanFile
    from rds_secure.reviews import Review
    from rds_secure.spec import Source, Stack


_TOLD = 3
"""So many of what cannot be read are named."""


def apply_command(
    specs: Iterable[str],
    digest: str,
    profile: str | None,
    region: str | None,
    role_arn: str | None,
    sandbox: bool,
    prune_limit: int | None,
    safety: Path | None,
    create_empty: Iterable[str],
    rules: Iterable[str] = (),
) -> str:
    """The command line that applies exactly the plan of this digest, quoted for a POSIX shell.

    ``rules``: the words that say by which rules it is judged.
    """
    words = ["rds-secure", "apply", *specs, *options.reaching(profile, region, role_arn, sandbox)]
    words += ["--prune-limit", str(prune_limit)] if prune_limit is not None else []
    words += ["--safety", str(safety)] if safety else []
    for address in create_empty:
        words += ["--create-empty", address]
    return shlex.join([*words, *rules, "--expect", digest])


def standing(file: PlanFile | None, digest: str | None) -> Callable[[Plan, Review | None], None]:
    """What stops an apply (exit 3) whose plan is not the approved one, to be asked of every plan before it is used.

    Also where somebody gains more by the same calls than was shown (meaning §6), as far as that was shown.
    """
    if file:
        return lambda plan, review: same_or_part(plan, file, review)
    if digest is not None:
        return lambda plan, review: expected(plan, digest, review)
    return lambda plan, review: None


def expected(plan: Plan, digest: str, review: Review | None = None) -> None:
    """Stop unless the plan is the one of this digest, and where that has two parts what is gained too (exit 3)."""
    from rds_secure.errors import Problem, UsageError

    of_plan, _, of_gains = digest.partition(".")
    if plan.digest != of_plan:
        what = f"the plan is not the approved one, {of_plan}: its digest is {plan.digest}"
        fix = "the spec or AWS moved since then: review the plan above; plan --out FILE would tell what moved"
        _stop(plan, [Problem(what, fix)], review)
    if of_gains and review is None:
        raise UsageError(f"--expect {digest} covers who gains access: leave --no-access out, or what follows the dot")
    if of_gains and review and review.gains.digest != of_gains:
        what = f"the plan does not give what was approved: the digest of that is {review.gains.digest}, not {of_gains}"
        fix = "others changed the account since then: review who gains what; plan --out FILE would tell what is new"
        if unread := review.gains.unread:
            of = f"{', '.join(unread[:_TOLD])}{f' and {len(unread) - _TOLD} more' if len(unread) > _TOLD else ''}"
            fix = f"{fix}; unless it is that less is known than then: {of} cannot be read"
        _stop(plan, [Problem(what, fix)], review)


def same_or_part(plan: Plan, file: PlanFile, review: Review | None = None) -> None:
    """Stop unless the plan is the one of the file, or a part of it that is left (exit 3), naming all that moved."""
    from rds_secure.errors import Problem, UsageError
    from rds_secure.plan.part import moved

    if file.access and review is None:
        raise UsageError("the plan file covers who gains access: leave --no-access out")
    if lines := moved(file.approved, plan):
        _stop(plan, [Problem(line, "review the plan above, and have a new one approved") for line in lines], review)
    if file.access and review is not None:
        nobody_gains_more(file.access, review)


def nobody_gains_more(shown: ApprovedAccess, review: Review) -> None:
    """Stop where somebody gains what was not shown, or nobody can tell (exit 3), naming all of it."""
    from rds_secure.access.delta.gains import beyond, unseen
    from rds_secure.errors import Problem

    if questions := unseen(shown, review.gains):
        _stop(review.plan, list(_unseen(questions, review)), review)
    if lines := beyond(shown, review.gains):
        fix = "others changed the account since then: review who gains what, and have a new plan approved"
        _stop(review.plan, [Problem(line, fix) for line in lines], review)


def _unseen(questions: Sequence[str], review: Review) -> Iterator[Problem]:
    """What is not known, by call and error code, as much of it as is readable."""
    from rds_secure.errors import Problem

    codes = {f"{question.service}:{question.action}": code for question, code in review.delta.unread.items()}
    found: dict[str, list[str]] = {}
    for question in questions:
        call, _, subject = question.partition(" of ")
        found.setdefault(call, []).append(subject)
    for call, subjects in found.items():
        more = f" and {len(subjects) - _TOLD} more" if len(subjects) > _TOLD else ""
        of = f" of {', '.join(subjects[:_TOLD])}{more}" if any(subjects) else ""
        what = f"who gains what cannot be compared with what was approved: {call}{of} is not known ({codes[call]})"
        fix = f"allow the caller {call}, or have a plan approved that was made with --no-access, which leaves it out"
        yield Problem(what, fix)


def _stop(plan: Plan, problems: list[Problem], review: Review | None = None) -> NoReturn:
    """Show what would happen now in the place of what was approved, and stop."""
    from rds_secure.errors import RefusedError
    from rds_secure.render.terminal import plan_text

    access, judged = (review.delta, review.judgement) if review else (None, None)
    plan_text(plan, stream=sys.stdout, access=access, judged=judged)
    raise RefusedError(problems)


def unconfirmed(plan: Plan, confirmed: Iterable[str]) -> tuple[str, ...]:
    """The databases, clusters and keys that the plan deletes and nobody has named yet (meaning §5)."""
    from rds_secure import resources
    from rds_secure.plan import Action

    named = set(confirmed)
    gone = (step.address for step in plan.steps if step.action is Action.DELETE)
    return tuple(str(item) for item in gone if resources.kind(item.kind).stateful and str(item) not in named)


def instead(left: tuple[str, ...]) -> str:
    """What to do where nobody can be asked."""
    if not left:
        return "pass --yes, or --expect DIGEST with the approved plan's digest"
    flags = " ".join(f"--confirm {address}" for address in left)
    return f"--yes confirms no deletion of a database or key: pass {flags}, or apply an approved plan"


def one_plan_file(specs: tuple[str, ...]) -> str | None:
    """The plan file that is named in the place of specs, or None."""
    from rds_secure.plan.file import is_one

    found = [path for path in specs if is_one(path)]
    if found and len(specs) > 1:
        raise click.UsageError(f"{found[0]} is a plan file, which is applied alone: name nothing else")
    return found[0] if found else None


def unfinished(stack: str, identity: Identity, digest: str | None) -> PlanFile | None:
    """The plan of the last apply of a stack from here, if it did not come to its end; how far it came is said.

    It must be of the digest, if one is given. Raises `RefusedError`.
    """
    from rds_secure.apply import journal
    from rds_secure.cli.record import place, told
    from rds_secure.render.screen import printable

    where = place(identity.account, identity.region, stack)
    found = journal.last(where) if where else None
    if found is None or found.is_complete:
        click.echo("There is nothing to resume: no apply of this stack from here stopped in the middle.\n")
        return None
    for line in told(found):
        click.echo(printable(line))
    click.echo()
    saved = found.path.with_suffix(journal.PLAN)
    return read(str(saved), digest) if saved.exists() else None


def read(path: str, digest: str | None) -> PlanFile:
    """The plan file, which must be of that digest if one is given. Raises `RefusedError`, `UsageError`."""
    from rds_secure.errors import Problem, RefusedError
    from rds_secure.plan.file import load

    file = load(path)
    of_plan, _, of_gains = (digest or "").partition(".")
    gains = file.access.digest if file.access else ""
    if digest is not None and (of_plan != file.digest or of_gains not in ("", gains)):
        what = f"{path} is the plan {file.digest}{gains and f'.{gains}'}, not the expected {digest}"
        raise RefusedError([Problem(what, "name what was approved: another plan, or its digest")])
    return file


def stack_of(file: PlanFile, region: str | None) -> tuple[Stack, tuple[Source, ...]]:
    """The stack in a plan file, bound to the account and the region of the plan. Raises `RefusedError`, `SpecError`."""
    from dataclasses import replace

    from rds_secure.errors import Problem, RefusedError
    from rds_secure.spec import build

    if region and region != file.approved.region:
        what = f"the plan is for {file.approved.region}, not {region}"
        raise RefusedError([Problem(what, "leave --region out, or make a plan for that region")])
    sources = file.stack()
    return replace(build(sources), account=file.approved.account, region=file.approved.region), sources
