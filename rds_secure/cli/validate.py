"""`rds-secure validate`: everything that can be known of a spec without AWS."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from rds_secure.cli import options

if TYPE_CHECKING:
    from rds_secure.spec import Stack


@click.command("validate")
@options.specs
@click.option("--sandbox", is_flag=True, help="Accepted everywhere; validate calls nothing.")
def command(specs: tuple[str, ...], sandbox: bool) -> None:
    """Check a spec: syntax, fields, references, names, sizes. Nothing is called.

    SPEC is a file or a folder; naming one file of a stack loads all of them.
    """
    from rds_secure.spec import load

    stack, _ = load(specs)
    if stack.waivers or stack.tightening.said.also:
        _know_rules(stack)
    count = len(stack.resources)
    click.echo(f"{stack.name}: {count} resource{'s' * (count != 1)}, no problems.")


def _know_rules(stack: Stack) -> None:
    """Whether there are the rules that a spec names; those of other packages need not be installed here."""
    from rds_secure.errors import SpecError
    from rds_secure.rules import META, RULES, binding

    named = {one.waiver.rule for one in stack.waivers}.union(stack.tightening.said.also)
    others = {name for name in named if "/" in name}
    if problems := binding.unknown_in(stack, {*(rule.id for rule in (*RULES, *META)), *others}):
        raise SpecError(problems)
