"""`rds-secure audit trail`: what CloudTrail shows that nobody should have done."""

from __future__ import annotations

import re
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from rds_secure.cli import recorded
from rds_secure.cli.access import source

if TYPE_CHECKING:
    from rds_secure.audit.trail.context import Context
    from rds_secure.audit.trail.model import Report
    from rds_secure.live.recorded import Readings

FORMS = ("text", "json", "markdown")
LEVELS = ("low", "medium", "high", "critical")

_UNITS = {"d": "days", "h": "hours", "m": "minutes"}


def _time(ctx: click.Context, param: click.Parameter, value: str | None) -> datetime | None:
    """A time in ISO 8601, or how long ago: 7d, 36h, 30m."""
    from rds_secure.audit.trail.event import moment

    if value is None:
        return None
    if ago := re.fullmatch(r"(\d{1,5})([dhm])", value, re.ASCII):
        return datetime.now(UTC) - timedelta(**{_UNITS[ago[2]]: int(ago[1])})
    found = moment(value)
    if found is None:
        raise click.BadParameter(f"{value!r} is no time: write 2026-11-24, 2026-11-24T10:00:00Z, or 7d, 36h, 30m ago")
    return found


@click.command("trail")
@source.source
@click.option(
    "--from",
    "folder",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    metavar="FOLDER",
    help="Read the trail files in it (*.json, *.json.gz) in place of CloudTrail's own look-up of 90 days.",
)
@click.option("--since", callback=_time, metavar="TIME", help="From then on: 2026-11-24T10:00:00Z, or 7d, 36h ago.")
@click.option("--until", callback=_time, metavar="TIME", help="Until then.")
@click.option(
    "--authorised",
    "trusted",
    multiple=True,
    metavar="PATTERN",
    help="These may change databases too, such as the role that applies specs: an ARN, 'role deploy-*'; repeatable.",
)
@click.option(
    "--known-account",
    "accounts",
    multiple=True,
    metavar="ID",
    help="Snapshots may be shared with this account, and keys granted to it; repeatable.",
)
@click.option("--no-account", is_flag=True, help="With --from: ask nothing of the account; no credentials are needed.")
@click.option(
    "--limit",
    type=click.IntRange(min=50),
    default=5_000,
    show_default=True,
    help="Events of one look-up, without --from.",
)
@click.option("--fail-on", type=click.Choice(LEVELS), default="high", show_default=True, help="Exit 3 from here on.")
@click.option("--format", "form", type=click.Choice(FORMS), default="text", help="text is for people.")
@click.option("--all", "everything", is_flag=True, help="Show all the evidence that is kept.")
def command(
    folder: Path | None,
    since: datetime | None,
    until: datetime | None,
    trusted: tuple[str, ...],
    accounts: tuple[str, ...],
    no_account: bool,
    limit: int,
    fail_on: str,
    form: str,
    everything: bool,
    **reaching: Any,
) -> int:
    """Read CloudTrail, and show what looks unauthorised: deletions, protection taken off, databases, snapshots and
    keys opened to others, credentials read, logging switched off, denied calls, the root user, changes by somebody
    who is not listed for them. By principal, the worst first, with the events; exit 3 where something is bad.

    Listed is who may, in the account as it is; with SPEC, as applying it would leave the account; with SPEC --offline
    --from FOLDER, whom the spec itself lets in. What AWS does for itself, or through AWS Backup, is left out.
    Without --from the caller needs cloudtrail:LookupEvents.
    """
    from rds_secure.finding import Severity

    if since and until and since > until:
        raise click.UsageError("--since is later than --until")
    context, account = _context(folder, trusted, accounts, reaching, no_account=no_account)
    found = _files(folder, context, since, until) if folder else _looked_up(account, context, since, until, limit)
    _show(found, form, everything=everything)
    worst = found.worst()
    return 3 if worst is not None and worst >= Severity.parse(fail_on) else 0


def _context(
    folder: Path | None,
    trusted: tuple[str, ...],
    accounts: tuple[str, ...],
    reaching: dict[str, Any],
    *,
    no_account: bool,
) -> tuple[Context, Readings | None]:
    """What events are judged against, and the account that was read for it."""
    from rds_secure.access.posture import Posture
    from rds_secure.audit.trail.context import TOPICS, Context, accounts_in, context_of
    from rds_secure.audit.trail.event import principal_of

    if no_account:
        if folder is None or recorded.given() or any(reaching.values()):
            raise click.UsageError("--no-account is for --from FOLDER alone: it asks nothing, of a spec neither")
        return Context(accounts=frozenset(accounts), trusted=trusted), None
    if folder is None and recorded.given():
        raise click.UsageError("--snapshot holds no events: add --from FOLDER")
    if folder is None and reaching.get("sandbox"):
        raise click.UsageError("the sandbox keeps no events that can be looked up: add --from FOLDER")
    asked = source.ask(TOPICS, **reaching)
    if folder is None and asked.account is None:
        raise click.UsageError("--offline calls nothing: add --from FOLDER")
    known = {*accounts, *(accounts_in(asked.stack) if asked.stack else ())}
    ours = principal_of(asked.account.identity.arn) if asked.account else ""
    trusted = (*trusted, *([ours] if ours else []))
    return context_of(Posture(asked.inventory), accounts=known, trusted=trusted), asked.account


def _files(folder: Path, context: Context, since: datetime | None, until: datetime | None) -> Report:
    from rds_secure.audit.trail.files import Folder
    from rds_secure.audit.trail.judge import judge
    from rds_secure.audit.trail.report import report
    from rds_secure.errors import UsageError

    read = Folder(folder)
    seen = judge(read.records(), context, since, until)
    if not read.files:
        raise UsageError(f"there is no trail file (*.json, *.json.gz) in {folder}")
    if seen.malformed == seen.records and (read.broken or seen.malformed):
        why = read.broken[0] if read.broken else "no record in it is one of CloudTrail"
        raise UsageError(f"no event can be read in {folder}: {why}")
    return report(seen, f"{read.files} files in {folder}", (*read.gaps(), *seen.silences()), since, until)


def _looked_up(
    account: Readings | None, context: Context, since: datetime | None, until: datetime | None, limit: int
) -> Report:
    from rds_secure.audit.trail.judge import judge
    from rds_secure.audit.trail.lookup import DAYS, LookUps
    from rds_secure.audit.trail.report import report
    from rds_secure.inventory import Place

    assert account is not None  # noqa: S101 - where there is none, there is a folder
    if sys.stderr.isatty():
        click.echo("Reading CloudTrail, one look-up a second: this takes some minutes.", err=True)
    until = until or datetime.now(UTC)
    oldest = datetime.now(UTC) - timedelta(days=DAYS)
    late = [f"CloudTrail's look-up has {DAYS} days only: --from FOLDER reads more."] if since and since < oldest else []
    since = max(since, oldest) if since else oldest
    identity = account.identity
    with account.reading() as reader:
        place = Place(identity.account, identity.region, identity.partition)
        looked = LookUps(reader, place, since, until, limit)
        seen = judge(looked.records(), context, since, until)
    return report(seen, f"CloudTrail's look-up in {place.region}", (*late, *looked.gaps), since, until)


def _show(found: Report, form: str, *, everything: bool) -> None:
    if form == "json":
        from rds_secure.render.json import trail_json

        click.echo(trail_json(found))
    elif form == "markdown":
        from rds_secure.render.trail_markdown import trail_markdown

        click.echo(trail_markdown(found), nl=False)
    else:
        from rds_secure.render.trail_page import trail_text

        trail_text(found, stream=sys.stdout, everything=everything)
