"""`rds-secure sandbox`: the local stand-in for AWS."""

from __future__ import annotations

import click


@click.group("sandbox")
def command() -> None:
    """A local stand-in for AWS: a small seeded account in us-east-1, shared by all commands until it is stopped."""


@command.command()
@click.option(
    "--realism",
    metavar="all|none|NAME,…",
    help="What takes its time as at AWS, also of one that runs. All, unless RDS_SECURE_SANDBOX_REALISM says otherwise.",
)
def start(realism: str | None) -> None:
    """Start it; says where it listens. One that runs goes on as it is, unless --realism says otherwise."""
    from rds_secure import sandbox

    words = None if realism is None else _checked(realism)
    running = sandbox.start()
    if words is not None:
        running.realism(words)
    click.echo(f"sandbox at {running.endpoint}, account {running.account}, region {running.region}")


def _checked(words: str) -> str:
    from rds_secure.sandbox import realism

    try:
        realism.rows(words)
    except ValueError as error:
        raise click.BadParameter(str(error), param_hint="--realism") from error
    return words


@command.command()
def rows() -> None:
    """List what takes its time in it, by the names that --realism takes."""
    from rds_secure.sandbox import realism

    for row in realism.ROWS:
        click.echo(f"{row.name:<28} {row.shows} ({row.source})")


@command.command()
def window() -> None:
    """Let every database's maintenance window pass, so that what waits for one is done."""
    from rds_secure import sandbox

    running = sandbox.status()
    if running is None:
        raise click.UsageError("no sandbox is running: start one with `rds-secure sandbox start`")
    running.pass_window()
    click.echo("the maintenance windows have passed")


@command.command()
def status() -> int:
    """Say whether it runs; exit 1 if not."""
    from rds_secure import sandbox

    running = sandbox.status()
    click.echo(f"sandbox at {running.endpoint}, pid {running.pid}" if running else "no sandbox is running")
    return 0 if running else 1


@command.command()
def stop() -> None:
    """Stop it; everything in it is gone."""
    from rds_secure import sandbox

    click.echo("sandbox stopped" if sandbox.stop() else "no sandbox was running")


@command.command()
def reset() -> None:
    """Put it back to the seeded account."""
    from rds_secure import sandbox

    click.echo(f"sandbox at {sandbox.reset().endpoint} is as new")
