"""`rds-secure access encryption`: how data is protected."""

from __future__ import annotations

import sys

import click

from rds_secure.cli.access import source

FORMS = ("text", "json", "markdown")


@click.command("encryption")
@source.source
@click.option("--format", "form", type=click.Choice(FORMS), default="text", help="text is for people.")
def command(
    specs: tuple[str, ...],
    form: str,
    profile: str | None,
    region: str | None,
    role_arn: str | None,
    sandbox: bool,
) -> None:
    """Show how each database is protected: its key and who may use it, TLS and whether it is in effect, certificates,
    snapshots and whom they are shared with, the secret of the master password, insights, logs, backups.

    What is weak has a "!", what could not be read a "?". What is encrypted inside a database (TDE, columns) AWS does
    not tell.
    """
    from datetime import UTC, datetime

    from rds_secure.access.key_users import key_users
    from rds_secure.access.posture import Posture
    from rds_secure.inventory import Topic
    from rds_secure.render.protection import Told

    topics = {Topic.DATABASES, Topic.KEYS, Topic.PROTECTION, Topic.IDENTITIES, Topic.ORGANIZATION}
    asked = source.ask(topics, specs, profile, region, role_arn, sandbox)
    posture = Posture(asked.inventory)
    told = Told(asked.inventory, posture.protection, key_users(posture), datetime.now(UTC), source.state(asked))
    if form == "json":
        from rds_secure.render.json import encryption_json

        click.echo(encryption_json(told))
    elif form == "markdown":
        from rds_secure.render.encryption_markdown import encryption_markdown

        click.echo(encryption_markdown(told), nl=False)
    else:
        from rds_secure.render.access_text import encryption_text

        encryption_text(told, stream=sys.stdout)
