"""`rds-secure plan`: what apply would do."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

import click

from rds_secure.cli import judging, options, recorded

PENDING = 2
REFUSED = 3
FORMS = ("text", "json", "markdown")


class _Command(click.Command):
    """``--iam-policy`` alone means ``--iam-policy=apply``; click by itself would take the next word for its value."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        given = ["--iam-policy=apply" if word == "--iam-policy" else word for word in args]
        return super().parse_args(ctx, given)


@click.command("plan", cls=_Command)
@options.specs
@options.access
@recorded.snapshot
@options.prune_limit
@options.safety
@options.create_empty
@options.no_access
@judging.options
@click.option("--format", "form", type=click.Choice(FORMS), default="text", help="markdown is for pull requests.")
@click.option(
    "--out",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Also write the plan to a file, for `apply FILE` once it is approved.",
)
@click.option("--show-calls", is_flag=True, help="List the exact API calls, also as AWS CLI commands.")
@click.option(
    "--iam-policy",
    "least_policy",
    type=click.Choice(["apply", "read"]),
    metavar="[=apply|=read]",
    help="Print the least IAM policy with which a caller can apply this plan, as JSON, in place of the plan; with "
    "=read that for planning only, without calling AWS.",
)
@click.option("--detailed-exitcode", is_flag=True, help="Exit 2 when changes are pending.")
def command(
    specs: tuple[str, ...],
    profile: str | None,
    region: str | None,
    role_arn: str | None,
    sandbox: bool,
    prune_limit: int | None,
    safety: Path | None,
    create_empty: tuple[str, ...],
    no_access: bool,
    form: str,
    out: Path | None,
    show_calls: bool,
    detailed_exitcode: bool,
    least_policy: str | None,
) -> int:
    """Compare a spec with live AWS, or with a recorded snapshot of it, and show what would change. Nothing is changed.

    Exit code 3 means that something is refused: a conflict, a change that AWS cannot make in place, or one that makes
    something worse by the rules of security (--fail-on); or that something was not seen, such as what a snapshot does
    not have.
    """
    from rds_secure import api
    from rds_secure.cli.approve import apply_command
    from rds_secure.errors import RefusedError
    from rds_secure.live.recorded import Recorded
    from rds_secure.plan import Deletion, permissions
    from rds_secure.spec import load
    from rds_secure.spec.safety import read_safety

    stack, sources = load(specs)
    if least_policy == "read":
        click.echo(permissions.text(permissions.documents(permissions.reading())))
        return 0
    empty, bounds = options.addresses(create_empty, stack), judging.given(stack)
    if out and recorded.given():
        raise click.UsageError("a plan of a snapshot cannot be saved with --out: it rests on what was true then")
    account = recorded.readings(stack, profile, region, role_arn, sandbox)
    at = account.recording.at if isinstance(account, Recorded) else ""
    deletion = Deletion(limit=prune_limit, at_most=read_safety(safety) if safety else None)
    planned = api.make_plan(stack, account, sources, deletion, empty)
    if not (sandbox or least_policy):  # the sandbox has no permissions
        planned = api.with_preconditions(planned, account)
    made = planned.plan
    if least_policy:
        if not made.is_applicable:
            raise RefusedError(made.obstacles)
        click.echo(permissions.text(api.least_policy(planned)))
        return 0
    review = api.review(planned, account, bounds=bounds, access=not no_access)
    show_findings = judging.shows_all()
    made, access, judged = review.plan, None if no_access else review.delta, review.judgement
    if out and made.is_applicable:
        from rds_secure.plan import file

        file.save(out, file.write(made, sources, prune_limit, empty, None if no_access else review.gains))
    again = (profile, region, role_arn, sandbox, prune_limit, safety, create_empty, judging.words())
    then = apply_command(specs, review.digest, *again) if made.is_applicable and not made.is_empty and not at else ""
    if form == "json":
        from rds_secure.render.json import plan_json

        click.echo(plan_json(replace(made, notes=(recorded.since(at), *made.notes)) if at else made, access, judged))
    elif form == "markdown":
        from rds_secure.render.markdown import plan_markdown
        from rds_secure.render.screen import write_text

        write_text(
            sys.stdout,
            (f"> {recorded.since(at)}\n\n" if at else "")
            + plan_markdown(made, then, access, judged, judging.shows_all()),
        )
    else:
        from rds_secure.render.terminal import plan_text

        if at:
            click.echo(recorded.since(at))
        plan_text(
            made,
            show_calls=show_calls,
            stream=sys.stdout,
            then=then,
            access=access,
            judged=judged,
            show_findings=show_findings,
        )
    if out and not made.is_applicable:
        click.echo(f"{out} was not written: this plan cannot be applied", err=True)
    if not made.is_applicable:
        return REFUSED
    return PENDING if detailed_exitcode and not made.is_empty else 0
