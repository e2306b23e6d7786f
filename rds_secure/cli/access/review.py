"""`rds-secure access review`: who may do what, as a list for auditors."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click

from rds_secure.cli.access import source
from rds_secure.cli.access.who import choosing, posture

FORMS = ("csv", "json", "text")


@click.command("review")
@source.source
@choosing
@click.option("--format", "form", type=click.Choice(FORMS), default="csv", help="csv is UTF-8, for spreadsheets.")
def command(
    on: tuple[str, ...],
    verbs: tuple[str, ...],
    principals: tuple[str, ...],
    scp: Path | None,
    form: str,
    **reaching: Any,
) -> int:
    """List who may do what for a review: a row for each principal, path, verb and database.

    A row tells the condition, the statements that allow it, and since when it can be so at the earliest: IAM dates
    users, roles and versions of policies, but not attachments. What could not be read is said on the error output, and
    in the JSON; the exit code is 0 all the same.
    """
    from rds_secure.access.findings import Asked, find
    from rds_secure.access.register import review
    from rds_secure.access.unknown import sentences
    from rds_secure.render import review as drawn

    told, state = posture(scp, reaching)
    found = find(told, Asked(principals, verbs, on), state)
    entries = review(found)
    if form == "text":
        drawn.review_text(found, entries, stream=sys.stdout)
        return 0
    for piece in drawn.review_json(found, entries) if form == "json" else drawn.review_csv(found, entries):
        click.echo(piece.encode(), nl=False)
    for sentence in sentences(found.unknown, partial=found.inventory.partial):
        click.echo(f"not known: {sentence}", err=True)
    return 0
