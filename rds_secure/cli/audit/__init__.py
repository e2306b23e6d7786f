"""`rds-secure audit`: the rules of security over an account, how its databases stand, and what was done in it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from rds_secure.cli import guardrails, options, recorded
from rds_secure.cli.audit import events, forms, hub

if TYPE_CHECKING:
    from rds_secure.audit.history import Record


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
@click.option(
    "--compare",
    "before",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Show what is new, gone or changed since an earlier audit, as --format json printed it.",
)
@click.option("--new-only", is_flag=True, help="With --compare: only what is worse than then counts for exit code 3.")
@guardrails.options
@guardrails.recording
@events.options
@hub.options
@recorded.snapshot
@options.access
def command(
    specs: tuple[str, ...],
    form: str,
    everything: bool,
    before: Path | None,
    new_only: bool,
    profile: str | None,
    region: str | None,
    role_arn: str | None,
    sandbox: bool,
) -> int:
    """Judge everything of RDS in an account and Region by the rules of security, whoever made it. Nothing is changed
    but by --import.

    With SPEC, of one stack or more, findings on what it declares say where that is written, and what it expects
    ('expect:') is held against the account as it is. --cloudtrail reads what was done there as well, --security-hub
    what Security Hub says.

    Exit code 3: something is as bad as --fail-on, or not as a spec expects. What could not be read is unknown, is
    said, and fails nothing.
    """
    from rds_secure.cli.audit import account

    if new_only and before is None:
        raise click.UsageError("--new-only needs an earlier audit: --compare FILE")
    wish, then = events.given(), _earlier(before)
    beside = hub.given(asks=wish is None or wish.asks)
    reaching = account.Reaching(specs, profile, region, role_arn, sandbox)
    if wish and not wish.asks:
        found = events.alone(wish, reaching)
    else:
        if wish:
            events.check(wish, reaching)
        seen = account.see(reaching, foresees=wish is not None)
        found = account.audited(seen)
        found = events.added(wish, seen, found) if wish else found
        found = hub.added(seen, found) if beside.reads else found
    if then:
        from rds_secure.audit.compared import since

        if new_only:
            guardrails.let_old_pass(found.guardrails, "--new-only")
        found = since(found, then, new_only=new_only)
    forms.show(found, form, everything=everything)
    taken = hub.sent(beside, seen, found) if beside.sends else 0
    return guardrails.FAILED if found.stops else taken


def _earlier(path: Path | None) -> Record | None:
    if path is None:
        return None
    from rds_secure.render.audit_earlier import earlier

    return earlier(path)
