"""`rds-secure apply`: show the plan, ask, carry it out, read back."""

from __future__ import annotations

import click

from rds_secure.cli import options


@click.command("apply")
@options.specs
@options.access
@options.prune_limit
@options.create_empty
@options.lock
@click.option("--yes", is_flag=True, help="Do not ask. Never confirms the deletion of a database or key.")
@click.option("--show-calls", is_flag=True, help="List the exact API calls with the plan.")
def command(
    specs: tuple[str, ...],
    profile: str | None,
    region: str | None,
    role_arn: str | None,
    sandbox: bool,
    prune_limit: int | None,
    create_empty: tuple[str, ...],
    lock_timeout: float,
    no_lock: bool,
    yes: bool,
    show_calls: bool,
) -> int:
    """Make AWS agree with a spec: plan, ask, call in dependency order, wait until ready, read back."""
    from rds_secure import api
    from rds_secure.cli.carry import carry_out
    from rds_secure.cli.turn import turn
    from rds_secure.plan import Deletion
    from rds_secure.spec import load

    stack, sources = load(specs)
    empty = options.addresses(create_empty, stack)
    account = options.connect(stack, profile, region, role_arn, sandbox)
    deletion = Deletion(limit=prune_limit)
    return carry_out(
        lambda: api.make_plan(stack, account, sources, deletion, empty),
        account,
        deletion,
        turn(stack.name, account, lock_timeout, no_lock),
        show_calls=show_calls,
        confirmed=yes,
        wanted="yes",
    )
