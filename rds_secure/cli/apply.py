"""`rds-secure apply`: show the plan, ask, carry it out, read back."""

from __future__ import annotations

from pathlib import Path

import click

from rds_secure.cli import options


@click.command("apply")
@options.specs
@options.access
@options.prune_limit
@options.safety
@options.create_empty
@click.option("--yes", is_flag=True, help="Do not ask. Never confirms the deletion of a database or key.")
@options.preflight
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
    yes: bool,
    preflight: str,
    show_calls: bool,
) -> int:
    """Make AWS agree with a spec: plan, ask, call in dependency order, wait until ready, read back."""
    from rds_secure import api
    from rds_secure.cli.carry import carry_out
    from rds_secure.plan import Deletion
    from rds_secure.spec import load
    from rds_secure.spec.safety import read_safety

    stack, sources = load(specs)
    empty = options.addresses(create_empty, stack)
    account = options.connect(stack, profile, region, role_arn, sandbox)
    deletion = Deletion(limit=prune_limit, at_most=read_safety(safety) if safety else None)
    planned = api.make_plan(stack, account, sources, deletion, empty)
    ask = "skip" if sandbox else preflight
    return carry_out(planned, account, deletion, show_calls=show_calls, confirmed=yes, wanted="yes", preflight=ask)
