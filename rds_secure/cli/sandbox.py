"""`rds-secure sandbox`: the local stand-in for AWS."""

from __future__ import annotations

import click


@click.group("sandbox")
def command() -> None:
    """A local stand-in for AWS: a small seeded account in us-east-1, shared by all commands until it is stopped."""


@command.command()
def start() -> None:
    """Start it; says where it listens. Does nothing if it runs."""
    from rds_secure import sandbox

    running = sandbox.start()
    click.echo(f"sandbox at {running.endpoint}, account {running.account}, region {running.region}")


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
