"""``--security-hub`` and ``--import`` of an audit: what Security Hub says beside it, and our findings sent there."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, TypeVar

import click

from rds_secure.cli import options as shared
from rds_secure.cli import recorded

if TYPE_CHECKING:
    from rds_secure.audit.hub.importing import Sending
    from rds_secure.audit.report import Audit
    from rds_secure.cli.audit.account import Seen

F = TypeVar("F", bound=Callable[..., Any])

_KEY = "rds_secure.hub"


@dataclass(frozen=True, slots=True)
class Wish:
    """What is wanted of Security Hub: that it is read, that our findings are sent there, and without a question."""

    reads: bool
    sends: bool
    yes: bool


def _keep(ctx: click.Context, param: click.Parameter, value: Any) -> None:
    ctx.meta.setdefault(_KEY, {})[param.name] = value


_OPTIONS = (
    click.option(
        "--security-hub",
        is_flag=True,
        expose_value=False,
        callback=_keep,
        help="Show what Security Hub says as well, and where it and the rules differ.",
    ),
    click.option(
        "--import",
        "sends",
        is_flag=True,
        expose_value=False,
        callback=_keep,
        help="Send the findings to Security Hub, after showing what is sent; the only option that writes to AWS.",
    ),
    click.option("--yes", is_flag=True, expose_value=False, callback=_keep, help="With --import: send without asking."),
)


def options(function: F) -> F:
    """The options; what they say is for `given`, and no parameter of the command."""
    for option in reversed(_OPTIONS):
        function = option(function)
    return function


def given(*, asks: bool) -> Wish:
    """What is wanted; `click.UsageError` for what makes no sense. ``asks``: whether the account is asked at all."""
    said = click.get_current_context().meta.get(_KEY, {})
    wish = Wish(bool(said.get("security_hub")), bool(said.get("sends")), bool(said.get("yes")))
    if wish.yes and not wish.sends:
        raise click.UsageError("--yes is for --import")
    for flag, wanted in (("--security-hub", wish.reads), ("--import", wish.sends)):
        if wanted and not asks:
            raise click.UsageError(f"{flag} asks the account: leave --no-account out")
        if wanted and recorded.given():
            raise click.UsageError(f"{flag} asks Security Hub, of which --snapshot holds nothing: leave that out")
    return wish


def added(seen: Seen, found: Audit) -> Audit:
    """The audit, with what Security Hub says, held against every rule there is: also those that were not asked."""
    from rds_secure.audit.hub.report import hub_report
    from rds_secure.rules import Context, judge, subjects_of

    subjects = tuple(subjects_of(seen.posture))
    ours = judge(found.guardrails.table, subjects, Context(seen.posture, found.at))
    with seen.account.reading() as reader:
        return replace(found, hub=hub_report(reader, seen.posture.inventory.place, subjects, ours))


def sent(wish: Wish, seen: Seen, found: Audit) -> int:
    """Show what is to be sent to Security Hub, ask, and send it; the exit code: 1 where some of it was not taken."""
    from rds_secure import api
    from rds_secure.errors import DeclinedError
    from rds_secure.render.sending_page import came_of, sending_text

    account = seen.account
    if not isinstance(account, api.Account):
        raise click.UsageError("--import writes to an account, which a recording is not")
    with account.reading() as reader:
        plan = _plan(reader, seen, found)
    click.echo(sending_text(plan, f"{account.identity.region} of account {account.identity.account}"), err=True)
    if plan.is_empty:
        return 0
    question = f"Send this to Security Hub in {account.identity.region}? Only 'yes' will do"
    if not wish.yes and not shared.ask(question, "yes", "pass --yes"):
        raise DeclinedError("nothing was sent to Security Hub")
    done = api.import_findings(plan, account)
    click.echo(came_of(done), err=True)
    return 1 if done.failed else 0


def _plan(reader: Any, seen: Seen, found: Audit) -> Sending:
    from rds_secure.audit.hub.importing import ours, sending
    from rds_secure.render.asff import PRODUCT, product_arn
    from rds_secure.rules.subjects import unlisted

    unseen = unlisted(seen.posture.inventory)
    looked_for = {f"{PRODUCT}/{rule.id}" for rule in found.guardrails.rules if unseen.isdisjoint(rule.of)}
    there = ours(reader, product_arn(seen.posture.inventory.place))
    return sending(in_asff(found), there, looked_for)


def in_asff(found: Audit) -> list[dict[str, Any]]:
    """The findings of an audit in Security Hub's format. Raises `click.UsageError` where no account was asked."""
    from rds_secure.render.asff import asff_of

    if found.posture is None:
        raise click.UsageError("findings in Security Hub's format name an account: leave --no-account out")
    return asff_of(found.posture, found.findings, found.guardrails.rules, found.at)
