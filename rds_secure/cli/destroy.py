"""`rds-secure destroy`: delete what a stack owns, data excepted."""

from __future__ import annotations

from pathlib import Path

import click

from rds_secure.cli import judging, options


@click.command("destroy")
@options.specs
@options.access
@options.lock
@click.option("--confirm", metavar="STACK", help="The stack's name, in place of typing it.")
@click.option("--include-data", is_flag=True, help="Delete databases as well, each with a final snapshot.")
@click.option("--no-final-snapshot", is_flag=True, help="With --include-data: no snapshot, and the keys go too.")
@options.preflight
@options.report
@options.no_access
@judging.options
@click.option("--show-calls", is_flag=True, help="List the exact API calls with the plan.")
def command(
    specs: tuple[str, ...],
    profile: str | None,
    region: str | None,
    role_arn: str | None,
    sandbox: bool,
    lock_timeout: float,
    no_lock: bool,
    confirm: str | None,
    include_data: bool,
    no_final_snapshot: bool,
    preflight: str,
    report: tuple[Path, ...],
    no_access: bool,
    show_calls: bool,
) -> int:
    """Delete what a stack owns. Databases and keys are kept, with all that they use, and listed.

    --include-data deletes databases with a final snapshot, and keeps the keys which those need. With
    --no-final-snapshot databases and keys both go, the keys after 30 days; only a data key that is kept in an SSM
    parameter goes at once, because AWS has no way back for those.
    """
    from rds_secure import api
    from rds_secure.cli.carry import Question, Terms, carry_out
    from rds_secure.cli.record import Record
    from rds_secure.cli.turn import turn
    from rds_secure.plan import Deletion
    from rds_secure.spec import load

    if no_final_snapshot and not include_data:
        raise click.UsageError("--no-final-snapshot goes with --include-data")
    stack, sources = load(specs)
    if confirm is not None and confirm != stack.name:
        raise click.UsageError(f"--confirm {confirm} does not name the stack, which is {stack.name}")
    bounds = judging.given(stack)
    account = options.connect(stack, profile, region, role_arn, sandbox)
    reaching = options.reaching(profile, account.identity.region, role_arn, sandbox)
    deletion = Deletion(
        stateful=api.stateful(keys=no_final_snapshot) if include_data else frozenset(),
        final_snapshot=not no_final_snapshot,
        everything=True,
    )
    question = Question(stack.name, confirm is not None, "pass --confirm STACK")
    return carry_out(
        lambda: api.make_plan(stack.emptied(), account, deletion=deletion),
        account,
        Terms(
            lambda plan: question,
            deletion,
            turn(stack.name, account, lock_timeout, no_lock, reaching),
            preflight="skip" if sandbox else preflight,
            show_calls=show_calls,
            record=Record(report, [source.file for source in sources]),
            access=not no_access,
            bounds=bounds,
            show_findings=judging.shows_all(),
        ),
    )
