"""``--cloudtrail`` of an audit: its options, and where the events come from: a look-up, or a folder of trail files."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from rds_secure.cli import guardrails, recorded

if TYPE_CHECKING:
    from rds_secure.audit.report import Audit
    from rds_secure.audit.trail.context import Context
    from rds_secure.audit.trail.model import Report
    from rds_secure.cli.audit.account import Reaching, Seen
    from rds_secure.live.recorded import Readings

F = TypeVar("F", bound=Callable[..., Any])

_UNITS = {"d": "days", "h": "hours", "m": "minutes"}
_KEY = "rds_secure.events"


@dataclass(frozen=True, slots=True)
class Wish:
    """What is wanted of CloudTrail. ``folder``: None for its look-up. ``asks``: whether the account is asked at all."""

    folder: Path | None
    since: datetime | None
    until: datetime | None
    trusted: tuple[str, ...]
    accounts: tuple[str, ...]
    limit: int
    asks: bool


def _time(ctx: click.Context, param: click.Parameter, value: str | None) -> None:
    """A time in ISO 8601, or how long ago: 7d, 36h, 30m."""
    if value is None:
        return
    from rds_secure.audit.trail.event import moment

    if ago := re.fullmatch(r"(\d{1,5})([dhm])", value, re.ASCII):
        _keep(ctx, param, datetime.now(UTC) - timedelta(**{_UNITS[ago[2]]: int(ago[1])}))
        return
    found = moment(value)
    if found is None:
        raise click.BadParameter(f"{value!r} is no time: write 2026-11-24, 2026-11-24T10:00:00Z, or 7d, 36h, 30m ago")
    _keep(ctx, param, found)


def _keep(ctx: click.Context, param: click.Parameter, value: Any) -> None:
    ctx.meta.setdefault(_KEY, {})[param.name] = value


def _folder(ctx: click.Context, param: click.Parameter, value: str | None) -> None:
    if value and not Path(value).is_dir():
        raise click.BadParameter(f"there is no folder {value!r}")
    _keep(ctx, param, value)


_OPTIONS = (
    click.option(
        "--cloudtrail",
        metavar="[=FOLDER]",
        expose_value=False,
        callback=_folder,
        help="Read what was done, and show what nobody should have done: by CloudTrail's own look-up of 90 days, or in "
        "trail files (*.json, *.json.gz).",
    ),
    click.option(
        "--since", metavar="TIME", expose_value=False, callback=_time,
        help="Events from then on: 2026-11-24T10:00:00Z, or 7d, 36h ago.",
    ),
    click.option("--until", metavar="TIME", expose_value=False, callback=_time, help="Events until then."),
    click.option(
        "--authorised", multiple=True, metavar="PATTERN", expose_value=False, callback=_keep,
        help="These may change databases too, such as the role that applies specs: an ARN, 'role deploy-*'.",
    ),
    click.option(
        "--known-account", multiple=True, metavar="ID", expose_value=False, callback=_keep,
        help="Snapshots may be shared with this account, and keys granted to it; repeatable.",
    ),
    click.option(
        "--limit", type=click.IntRange(min=50), metavar="N", expose_value=False, callback=_keep,
        help="Events of one look-up.  [default: 5000]",
    ),
    click.option(
        "--no-account", is_flag=True, expose_value=False, callback=_keep,
        help="With --cloudtrail=FOLDER: ask nothing of the account, judge the files alone, by SPEC if given.",
    ),
)  # fmt: skip


def options(function: F) -> F:
    """The options; what they say is for `given`, and no parameter of the command."""
    for option in reversed(_OPTIONS):
        function = option(function)
    return function


def given() -> Wish | None:
    """What is wanted of CloudTrail; None where it is not to be asked."""
    said = click.get_current_context().meta.get(_KEY, {})
    source, no_account = said.get("cloudtrail"), bool(said.get("no_account"))
    if source is None:
        for name in ("since", "until", "authorised", "known_account", "limit", "no_account"):
            if said.get(name):
                raise click.UsageError(f"--{name.replace('_', '-')} is about events: add --cloudtrail")
        return None
    since, until = said.get("since"), said.get("until")
    if since and until and since > until:
        raise click.UsageError("--since is later than --until")
    if no_account and not source:
        raise click.UsageError("--no-account asks nothing: say which files to read, --cloudtrail=FOLDER")
    folder = Path(source) if source else None
    if folder and said.get("limit"):
        raise click.UsageError("--limit is for CloudTrail's look-up: of files all is read")
    return Wish(
        folder, since, until, said["authorised"], said["known_account"], said.get("limit") or 5000, asks=not no_account
    )


def check(wish: Wish, reaching: Reaching) -> None:
    """Whether there are events where they are to come from. Raises `click.UsageError`."""
    if wish.folder is None and recorded.given():
        raise click.UsageError("--snapshot holds no events: say --cloudtrail=FOLDER")
    if wish.folder is None and reaching.sandbox:
        raise click.UsageError("the sandbox keeps no events that can be looked up: say --cloudtrail=FOLDER")


def added(wish: Wish, seen: Seen, audit: Audit) -> Audit:
    """The audit, with what the trail shows of the account that was read."""
    from rds_secure.audit.trail.context import accounts_in, context_of
    from rds_secure.audit.trail.event import principal_of

    known = {*wish.accounts, *(one for each in seen.declared for one in accounts_in(each.stack))}
    trusted = (*wish.trusted, principal_of(seen.account.identity.arn))
    context = context_of(seen.to_be, accounts=known, trusted=trusted)
    notes = [f"The plan of stack {name} is refused: who is listed is told without it." for name in seen.refused]
    found = files(wish, context, notes) if wish.folder else looked_up(seen.account, wish, context, notes)
    return replace(audit, trail=found)


def alone(wish: Wish, reaching: Reaching) -> Audit:
    """Files alone, and nothing of an account: listed is whom a spec itself lets in, nobody is unlisted without one."""
    from rds_secure.access.posture import Posture
    from rds_secure.audit.report import Audit
    from rds_secure.audit.trail.context import Context, accounts_in, context_of
    from rds_secure.cli.access.source import of_spec

    if recorded.given() or reaching.profile or reaching.role_arn or reaching.sandbox:
        raise click.UsageError("--no-account asks nothing: leave --profile, --role-arn, --sandbox and --snapshot out")
    if not reaching.specs:
        if reaching.region:
            raise click.UsageError("--no-account without SPEC: leave --region out")
        context = Context(accounts=frozenset(wish.accounts), trusted=wish.trusted)
    else:
        asked = of_spec(reaching.specs, reaching.region)
        accounts = {*wish.accounts, *(accounts_in(asked.stack) if asked.stack else ())}
        context = context_of(Posture(asked.inventory), accounts=accounts, trusted=wish.trusted)
    binding = guardrails.given()
    if guardrails.records():
        raise click.UsageError("--record: with --no-account there is nothing to record")
    return Audit(datetime.now(UTC), binding, trail=files(wish, context, []))


def files(wish: Wish, context: Context, notes: list[str]) -> Report:
    """What the trail files in a folder show. Raises `UsageError` where there is no event in them."""
    from rds_secure.audit.trail.files import Folder
    from rds_secure.audit.trail.judge import judge
    from rds_secure.audit.trail.report import report
    from rds_secure.errors import UsageError

    assert wish.folder is not None  # noqa: S101
    read = Folder(wish.folder)
    seen = judge(read.records(), context, wish.since, wish.until)
    if not read.files:
        raise UsageError(f"there is no trail file (*.json, *.json.gz) in {wish.folder}")
    if seen.malformed == seen.records and (read.broken or seen.malformed):
        why = read.broken[0] if read.broken else "no record in it is one of CloudTrail"
        raise UsageError(f"no event can be read in {wish.folder}: {why}")
    gaps = (*notes, *read.gaps(), *seen.silences())
    return report(seen, f"{read.files} files in {wish.folder}", gaps, wish.since, wish.until)


def looked_up(account: Readings, wish: Wish, context: Context, notes: list[str]) -> Report:
    """What CloudTrail's own look-up shows."""
    from rds_secure.audit.trail.judge import judge
    from rds_secure.audit.trail.lookup import DAYS, LookUps
    from rds_secure.audit.trail.report import report
    from rds_secure.inventory import Place

    if sys.stderr.isatty():
        click.echo("Reading CloudTrail, one look-up a second: this takes some minutes.", err=True)
    until = wish.until or datetime.now(UTC)
    oldest, since = datetime.now(UTC) - timedelta(days=DAYS), wish.since
    if since and since < oldest:
        notes = [*notes, f"CloudTrail's look-up has {DAYS} days only: --cloudtrail=FOLDER reads more."]
    since = max(since, oldest) if since else oldest
    identity = account.identity
    with account.reading() as reader:
        place = Place(identity.account, identity.region, identity.partition)
        looked = LookUps(reader, place, since, until, wish.limit)
        seen = judge(looked.records(), context, since, until)
    return report(seen, f"CloudTrail's look-up in {place.region}", (*notes, *looked.gaps), since, until)
