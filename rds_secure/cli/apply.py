"""`rds-secure apply`: show the plan, ask, or see that it is the approved one; carry it out, read back."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from rds_secure.cli import judging, options

if TYPE_CHECKING:
    from rds_secure.cli.carry import Question
    from rds_secure.plan import Plan


@click.command("apply")
@options.specs
@options.access
@options.prune_limit
@options.safety
@options.create_empty
@options.no_access
@judging.options
@click.option(
    "--expect",
    metavar="DIGEST",
    help="Do not ask; apply only the plan of this digest and, with a part after a dot, only where nobody gains more.",
)
@options.lock
@click.option("--yes", is_flag=True, help="Do not ask. Never confirms the deletion of a database or key.")
@click.option(
    "--confirm",
    multiple=True,
    metavar="ADDRESS",
    help="Delete this database or key, in place of typing it; repeatable.",
)
@options.preflight
@options.report
@click.option("--resume", is_flag=True, help="Say how far the last apply came, and do the rest of it without asking.")
@click.option("--show-calls", is_flag=True, help="List the exact API calls with the plan.")
def command(
    specs: tuple[str, ...],
    profile: str | None,
    region: str | None,
    role_arn: str | None,
    sandbox: bool,
    prune_limit: int | None,
    safety: Path | None,
    create_empty: tuple[str, ...],
    no_access: bool,
    expect: str | None,
    lock_timeout: float,
    no_lock: bool,
    yes: bool,
    confirm: tuple[str, ...],
    preflight: str,
    report: tuple[Path, ...],
    resume: bool,
    show_calls: bool,
) -> int:
    """Make AWS agree with a spec: plan, ask, call in dependency order, wait until ready, read back.

    In the place of a spec, a plan file (`plan --out FILE`) applies what was approved with it: the plan is made again
    from the stack inside and from live AWS, and goes on if it is the same, or a part of it that is left. Exit code 3
    names what moved since; nothing is changed then.
    """
    from rds_secure import api
    from rds_secure.cli import approve
    from rds_secure.cli.carry import Question, Terms, carry_out
    from rds_secure.cli.record import Record
    from rds_secure.cli.turn import turn
    from rds_secure.plan import Deletion
    from rds_secure.plan import file as plans
    from rds_secure.spec import load
    from rds_secure.spec.safety import read_safety

    path = approve.one_plan_file(specs)
    file = approve.read(path, expect) if path else None
    if file is None:
        stack, sources = load(specs)
        empty = options.addresses(create_empty, stack)
    elif prune_limit is not None or create_empty or resume:
        raise click.UsageError("a plan file holds its own options: leave --prune-limit, --create-empty, --resume out")
    else:
        stack, sources = approve.stack_of(file, region)
        prune_limit, empty = file.options.prune_limit, file.create_empty()
    bounds = judging.given(stack)
    account = options.connect(stack, profile, region, role_arn, sandbox)
    reaching = options.reaching(profile, account.identity.region, role_arn, sandbox)
    if resume:
        file = approve.unfinished(stack.name, account.identity, expect)
        prune_limit, empty = (file.options.prune_limit, file.create_empty()) if file else (prune_limit, empty)
    deletion = Deletion(limit=prune_limit, at_most=read_safety(safety) if safety else None)
    is_approved = file is not None or expect is not None

    def question(plan: Plan) -> Question:
        left = () if is_approved else approve.unconfirmed(plan, confirm)
        return Question(" ".join(left) or "yes", is_approved or (yes and not left), approve.instead(left))

    return carry_out(
        lambda: api.make_plan(stack, account, sources, deletion, empty),
        account,
        Terms(
            question,
            deletion,
            turn(stack.name, account, lock_timeout, no_lock, reaching),
            preflight="skip" if sandbox else preflight,
            standing=approve.standing(file, expect) if is_approved else None,
            show_calls=show_calls,
            record=Record(
                report,
                [source.file for source in sources],
                lambda path, plan, gains: plans.save(path, plans.write(plan, sources, prune_limit, empty, gains)),
            ),
            begun=lambda plan: file is not None and plan.digest != file.digest,
            access=not no_access,
            bounds=bounds,
            show_findings=judging.shows_all(),
        ),
    )
