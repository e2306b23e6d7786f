"""`rds-secure schema`: the JSON Schemas, as they are in schemas/."""

from __future__ import annotations

from importlib import import_module

import click

SCHEMAS = {
    "stack": ("spec.schema", "stack_schema"),
    "plan": ("render.json", "plan_schema"),
    "plan-file": ("plan.file", "file_schema"),
    "drift": ("render.json", "drift_schema"),
    "report": ("render.json", "report_schema"),
    "access-who": ("render.json", "who_schema"),
    "access-review": ("render.json", "review_schema"),
    "access-reach": ("render.json", "reach_schema"),
    "access-encryption": ("render.json", "encryption_schema"),
    "audit": ("render.audit_view", "audit_schema"),
    "check": ("render.check_view", "check_schema"),
    "policy": ("rules.files", "policy_schema"),
    "profile": ("rules.files", "profile_schema"),
    "baseline": ("rules.files", "baseline_schema"),
    "access-snapshot": ("inventory.file", "file_schema"),
}
"""What there is a schema of, and which function of which module makes it."""


@click.command("schema")
@click.argument("which", type=click.Choice(list(SCHEMAS)), default="stack")
@click.option("--sandbox", is_flag=True, help="Accepted everywhere; schema calls nothing.")
def command(which: str, sandbox: bool) -> None:
    """Print the JSON Schema of spec files (stack, for editors), of `plan --format json`, of what `plan --out` writes,
    of `drift --format json`, of what `apply --report` writes, of `check`, of `access who`, `review`, `reach` and
    `encryption` and of `audit` with `--format json`, or of what `access snapshot` writes.
    """
    import json

    module, function = SCHEMAS[which]
    made = getattr(import_module(f"rds_secure.{module}"), function)()
    click.echo(json.dumps(made, indent=2))
