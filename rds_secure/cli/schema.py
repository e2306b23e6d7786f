"""`rds-secure schema`: the JSON Schemas, as they are in schemas/."""

from __future__ import annotations

import click


@click.command("schema")
@click.argument(
    "which",
    type=click.Choice(
        [
            "stack",
            "plan",
            "plan-file",
            "drift",
            "report",
            "access-who",
            "access-review",
            "access-reach",
            "access-encryption",
        ]
    ),
    default="stack",
)
@click.option("--sandbox", is_flag=True, help="Accepted everywhere; schema calls nothing.")
def command(which: str, sandbox: bool) -> None:
    """Print the JSON Schema of spec files (stack, for editors), of `plan --format json`, of what `plan --out` writes,
    of `drift --format json`, of what `apply --report` writes, or of `access who --format json`,
    `access review --format json`, `access reach --format json` and `access encryption --format json`.
    """
    import json

    if which == "stack":
        from rds_secure.spec.schema import stack_schema

        made = stack_schema()
    elif which == "plan-file":
        from rds_secure.plan.file import file_schema

        made = file_schema()
    elif which == "plan":
        from rds_secure.render.json import plan_schema

        made = plan_schema()
    elif which == "drift":
        from rds_secure.render.json import drift_schema

        made = drift_schema()
    elif which == "access-who":
        from rds_secure.render.json import who_schema

        made = who_schema()
    elif which == "access-review":
        from rds_secure.render.json import review_schema

        made = review_schema()
    elif which == "access-reach":
        from rds_secure.render.json import reach_schema

        made = reach_schema()
    elif which == "access-encryption":
        from rds_secure.render.json import encryption_schema

        made = encryption_schema()
    else:
        from rds_secure.render.json import report_schema

        made = report_schema()
    click.echo(json.dumps(made, indent=2))
