"""`rds-secure validate`: everything that can be known of a spec without AWS."""

from __future__ import annotations

import click

from rds_secure.cli import options


@click.command("validate")
@options.specs
@click.option("--sandbox", is_flag=True, help="Accepted everywhere; validate calls nothing.")
def command(specs: tuple[str, ...], sandbox: bool) -> None:
    """Check a spec: syntax, fields, references, names, sizes. Nothing is called.

    SPEC is a file or a folder; naming one file of a stack loads all of them.
    """
    from rds_secure.spec import load

    stack, _ = load(specs)
    count = len(stack.resources)
    click.echo(f"{stack.name}: {count} resource{'s' * (count != 1)}, no problems.")
