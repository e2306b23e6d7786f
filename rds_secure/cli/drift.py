"""`rds-secure drift`: what differs from the spec, for a job that looks every night."""

from __future__ import annotations

import sys

import click

from rds_secure.cli import options

DRIFTED = 2
FORMS = ("text", "json", "markdown")


@click.command("drift")
@options.specs
@options.access
@click.option("--format", "form", type=click.Choice(FORMS), default="text", help="text is for people.")
def command(
    specs: tuple[str, ...],
    profile: str | None,
    region: str | None,
    role_arn: str | None,
    sandbox: bool,
    form: str,
) -> int:
    """Show what differs from a spec that was applied, and who changed it. Nothing is changed.

    Exit code 0: AWS agrees with the spec, or waits for its window; 2: something differs, also what others added to
    the stack's resources, unless the spec leaves it to them with `ignore`. Who changed a resource last is taken from
    CloudTrail's ninety days, where the caller may read them (cloudtrail:LookupEvents).
    """
    from rds_secure import api
    from rds_secure.plan import Deletion
    from rds_secure.spec import load

    stack, sources = load(specs)
    account = options.connect(stack, profile, region, role_arn, sandbox)
    found = api.find_drift(api.make_plan(stack, account, sources, Deletion(everything=True)), account)
    if form == "json":
        from rds_secure.render.json import drift_json

        click.echo(drift_json(found))
    elif form == "markdown":
        from rds_secure.render.drift_markdown import drift_markdown

        click.echo(drift_markdown(found), nl=False)
    else:
        from rds_secure.render.terminal import drift_text

        drift_text(found, stream=sys.stdout)
    return 0 if found.is_none else DRIFTED
