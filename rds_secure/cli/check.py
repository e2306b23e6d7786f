"""`rds-secure check`: the rules of security over a spec."""

from __future__ import annotations

from importlib.metadata import version
from typing import TYPE_CHECKING

import click

from rds_secure.cli import guardrails, options, recorded
from rds_secure.cli.access import source

if TYPE_CHECKING:
    from rds_secure.finding import Finding
    from rds_secure.rules import Guardrails
    from rds_secure.spec import Stack

FORMS = ("text", "json", "markdown", "sarif", "junit", "asff")


@click.command("check")
@click.argument("specs", nargs=-1, required=True, metavar="SPEC…")
@click.option("--format", "form", type=click.Choice(FORMS), default="text", help="text is for people.")
@guardrails.options
@guardrails.recording
@click.option("--online", is_flag=True, help="Judge the account as applying the spec would leave it.")
@recorded.snapshot
@options.access
def command(
    specs: tuple[str, ...],
    form: str,
    online: bool,
    profile: str | None,
    region: str | None,
    role_arn: str | None,
    sandbox: bool,
) -> int:
    """Judge a spec by the rules of security, without credentials: what fails, at which line, and how to mend it.

    What a spec alone does not tell is unknown, and fails nothing. Exit code 3: something fails at or above --fail-on.
    `rds-secure explain` lists the rules.
    """
    from datetime import UTC, datetime

    from rds_secure.access.posture import Posture
    from rds_secure.inventory.questions import EVERYTHING
    from rds_secure.rules.judgement import of_stack
    from rds_secure.rules.subjects import owned_by

    if not online and (profile or role_arn or recorded.given()):
        raise click.UsageError("--profile, --role-arn and --snapshot ask the account: say --online as well")
    if form == "asff" and not online:
        raise click.UsageError("--format asff names an account and its ARNs: say --online as well")
    asked = source.judged(EVERYTHING, specs, profile, region, role_arn, sandbox, online=online)
    stack = asked.stack
    if stack is None:
        raise click.UsageError("name a spec")
    binding = guardrails.given(stack)
    at = datetime.now(UTC) if online else None
    seen = (Posture(asked.inventory), at, stack.place, owned_by(stack.name, asked.known))
    findings = of_stack(binding.judge(*seen), stack.name)
    if anew := guardrails.recorded(binding, findings):
        binding, findings = anew, of_stack(anew.judge(*seen), stack.name)
    if form == "asff":
        from rds_secure.render.asff import asff_json, asff_of

        click.echo(asff_json(asff_of(seen[0], findings, binding.rules, datetime.now(UTC))))
        return guardrails.FAILED if binding.stopping(findings) else 0
    click.echo(_shown(form, findings, stack, binding, asked.inventory.partial), nl=form != "markdown")
    return guardrails.FAILED if binding.stopping(findings) else 0


def _shown(form: str, findings: tuple[Finding, ...], stack: Stack, binding: Guardrails, partial: bool) -> str:
    if form == "json":
        from rds_secure.render.check_view import check_json

        return check_json(findings, stack.name, binding, partial)
    if form == "sarif":
        from pathlib import Path

        from rds_secure.errors import Location
        from rds_secure.render.sarif import check_sarif

        first = next((at for address in stack.resources if (at := stack.at(address))), None)
        start = Location(first.file, 1, 1) if first else Location("spec.yaml", 1, 1)
        return check_sarif(findings, binding.rules, version("rds-secure"), start, root=str(Path.cwd()))
    if form == "junit":
        from rds_secure.render.junit import check_junit

        return check_junit(findings, stack.name)
    from rds_secure.render.check_page import check_markdown, check_text

    told = "of the spec alone" if partial else "as applying the spec would leave it"
    of = f"stack {stack.name}, {told}, {binding.called}"
    return check_markdown(findings, of) if form == "markdown" else check_text(findings, of)
