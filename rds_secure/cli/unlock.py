"""`rds-secure unlock`: release a lock whose holder is gone."""

from __future__ import annotations

import click

from rds_secure.cli import options


@click.command("unlock")
@click.argument("stack", metavar="STACK")
@options.access
@click.option("--generation", type=click.IntRange(1, 999_999_999_999), metavar="N", help="The one that you saw.")
@click.option("--yes", is_flag=True, help="Do not ask. Goes with --generation.")
def command(
    stack: str,
    profile: str | None,
    region: str | None,
    role_arn: str | None,
    sandbox: bool,
    generation: int | None,
    yes: bool,
) -> int:
    """Release the lock of a stack, after showing who holds it.

    A holder that is still there notices within seconds and stops. Only the generation that was shown is released: one
    that somebody has taken since then stays locked.
    """
    from rds_secure import api
    from rds_secure.errors import DeclinedError, UsageError
    from rds_secure.render.screen import printable
    from rds_secure.spec import named

    if yes and generation is None:
        raise click.UsageError("--yes needs --generation N, so that nothing is released but what you saw")
    account = options.connect(named(stack), profile, region, role_arn, sandbox)
    lock = api.stack_lock(stack, account)
    found = lock.look(generation or 0)
    if found is None and generation:
        raise UsageError(f"{stack} has no generation {generation} of its lock in {account.identity.region}")
    if found is None or not found.is_held:
        click.echo(f"{stack} is not locked" if generation is None else f"generation {generation} is released already")
        return 0
    click.echo(printable(f"{stack} is locked by {found.record}: generation {found.number}"))
    if not yes and not options.ask(
        "Is that run gone? Type 'yes' to release its lock", "yes", "pass --generation N --yes"
    ):
        raise DeclinedError("declined: the lock stays")
    lock.close(found.number)
    click.echo(f"generation {found.number} of the lock of {stack} is released")
    return 0
