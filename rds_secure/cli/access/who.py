"""`rds-secure access who`: who may do what to which database."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from rds_secure.cli.access import source

if TYPE_CHECKING:
    from rds_secure.access.posture import Posture
    from rds_secure.access.sessions import Passed

F = TypeVar("F", bound=Callable[..., Any])
FORMS = ("text", "json", "markdown")


def choosing(function: F) -> F:
    """What is asked about, and the organization's policies from a file."""
    for option in (
        click.option(
            "--scp",
            type=click.Path(exists=True, dir_okay=False, path_type=Path),
            metavar="FILE",
            help="The organization's policies, in place of what Organizations says: a JSON list of levels from the "
            "root down to the account, each a list of policy documents.",
        ),
        click.option(
            "--principal",
            "principals",
            multiple=True,
            metavar="PATTERN",
            help="Of these only: role/app-*, dana, service/*, an ARN, an ADDRESS of the spec; repeatable.",
        ),
        click.option(
            "--verb", "verbs", multiple=True, metavar="VERB", help="This only, such as delete, read-secret; repeatable."
        ),
        click.option(
            "--on",
            multiple=True,
            metavar="DATABASE",
            help="On this only: db:orders, cluster:shop, a pattern, an ADDRESS of the spec; new: any that is yet to be "
            "made; repeatable.",
        ),
    ):
        function = option(function)
    return function


def posture(scp: Path | None, reaching: dict[str, Any]) -> tuple[Posture, str]:
    """What the engines tell of what the options name, and which state of it that is.

    The organization is not read where a file stands in for it.
    """
    from rds_secure.access.findings import TOPICS
    from rds_secure.access.posture import Posture
    from rds_secure.access.scp import levels_in
    from rds_secure.inventory import Topic

    levels = None if scp is None else levels_in(scp)
    asked = source.ask([topic for topic in TOPICS if scp is None or topic is not Topic.ORGANIZATION], **reaching)
    return Posture(asked.inventory, levels), source.state(asked)


@click.command("who")
@source.source
@choosing
@click.option(
    "--session-policy",
    "session",
    multiple=True,
    metavar="FILE|ARN",
    help="In sessions of the --principal (or of whom --why is about) that are given this policy when they begin, as "
    "AssumeRole takes it: one JSON document, and up to ten ARNs of managed policies; repeatable.",
)
@click.option(
    "--why",
    nargs=2,
    metavar="PRINCIPAL VERB",
    help="Tell the statements that decide this instead, on the database that follows, or is named by --on.",
)
@click.option("--format", "form", type=click.Choice(FORMS), default="text", help="text is for people.")
@click.option("--all", "everything", is_flag=True, help="Show every row and name that the text leaves out.")
def command(
    on: tuple[str, ...],
    verbs: tuple[str, ...],
    principals: tuple[str, ...],
    scp: Path | None,
    session: tuple[str, ...],
    why: tuple[str, str] | None,
    form: str,
    everything: bool,
    **reaching: Any,
) -> int:
    """Who may do what to which database, on which conditions, and as which roles; who can give themselves more.

    The verbs: create, modify, delete, describe, connect (by IAM, or through the Data API), read-secret (of the master
    user), use-key and break-key (of the database). What could not be read is said first, and the exit code is 0 all
    the same: who may is told as far as it is known.
    """
    from rds_secure.access import sessions

    given = sessions.passed(session)
    if why is not None:
        if principals or verbs or form != "text":
            raise click.UsageError("--why takes no --principal, --verb or --format")
        return _why(*why, on, scp, given, reaching)
    if given is not None and not principals:
        raise click.UsageError("--session-policy is about somebody's session: name the role or user by --principal")
    from rds_secure.access.findings import Asked, find

    told, state = posture(scp, reaching)
    found = find(told, Asked(principals, verbs, on, given), state)
    if form == "json":
        from rds_secure.render.who_json import who_json

        for piece in who_json(found):
            click.echo(piece, nl=False)
    elif form == "markdown":
        from rds_secure.render.who_markdown import who_markdown

        click.echo(who_markdown(found), nl=False)
    else:
        from rds_secure.render.who import who_text

        who_text(found, stream=sys.stdout, everything=everything)
    return 0


def _why(
    principal: str,
    verb: str,
    on: tuple[str, ...],
    scp: Path | None,
    session: Passed | None,
    reaching: dict[str, Any],
) -> int:
    """Tell the statements that decide. Words that are called like databases, and are no files, are not of the spec."""
    from rds_secure.access import naming
    from rds_secure.access.findings import Asked
    from rds_secure.access.why import why
    from rds_secure.render.who import why_text

    naming.verb(verb)
    named = tuple(word for word in reaching["specs"] if naming.names_database(word) and not Path(word).exists())
    specs = tuple(word for word in reaching["specs"] if word not in named)
    told, _ = posture(scp, reaching | {"specs": specs})
    found = why(told, Asked([principal], [verb], (*on, *named), session))
    why_text(found, stream=sys.stdout)
    return 0
