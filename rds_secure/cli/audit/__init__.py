"""`rds-secure audit`: the rules of security over an account, how its databases stand, and what was done in it."""

from __future__ import annotations

import click

from rds_secure.cli import guardrails, options, recorded
from rds_secure.cli.audit import events, forms


class _Command(click.Command):
    """``--cloudtrail`` alone means its look-up; click by itself would take the next word for its value."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        given = ["--cloudtrail=" if word == "--cloudtrail" else word for word in args]
        return super().parse_args(ctx, given)


@click.command("audit", cls=_Command)
@click.argument("specs", nargs=-1, metavar="[SPEC…]")
@click.option("--format", "form", type=click.Choice(forms.FORMS), default="text", help="text is for people.")
@click.option(
    "--all", "everything", is_flag=True, help="List what is not known too, and all the evidence that is kept."
)
@guardrails.options
@events.options
@recorded.snapshot
@options.access
def command(
    specs: tuple[str, ...],
    form: str,
    everything: bool,
    profile: str | None,
    region: str | None,
    role_arn: str | None,
    sandbox: bool,
) -> int:
    """Judge everything of RDS in an account and Region by the rules of security, whoever made it. Nothing is changed.

    With SPEC, of one stack or more, findings on what it declares say where that is written, and what it expects
    ('expect:') is held against the account as it is. --cloudtrail reads what was done there as well.

    Exit code 3: something is as bad as --fail-on, or not as a spec expects. What could not be read is unknown, is
    said, and fails nothing.
    """
    from rds_secure.cli.audit import account

    wish = events.given()
    reaching = account.Reaching(specs, profile, region, role_arn, sandbox)
    if wish and not wish.asks:
        found = events.alone(wish, reaching)
    else:
        if wish:
            events.check(wish, reaching)
        seen = account.see(reaching, foresees=wish is not None)
        found = account.audited(seen)
        found = events.added(wish, seen, found) if wish else found
    forms.show(found, form, everything=everything)
    return guardrails.FAILED if found.stops else 0
