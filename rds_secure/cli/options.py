"""Options that several commands share, and what they lead to."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

if TYPE_CHECKING:
    from rds_secure.api import Account
    from rds_secure.spec import Stack
    from rds_secure.values import Address

F = TypeVar("F", bound=Callable[..., Any])


def specs(function: F) -> F:
    """SPEC…: files or a folder of one stack."""
    return click.argument("specs", nargs=-1, required=True, metavar="SPEC…")(function)


def access(function: F) -> F:
    """How to reach AWS."""
    for option in (
        click.option("--sandbox", is_flag=True, help="Use the local sandbox; it is started if needed."),
        click.option("--role-arn", metavar="ARN", help="Act as this role."),
        click.option("--region", metavar="REGION", help="The region, where the spec names none."),
        click.option("--profile", metavar="NAME", help="A profile of the AWS configuration."),
    ):
        function = option(function)
    return function


def reaching(profile: str | None, region: str | None, role_arn: str | None, sandbox: bool) -> list[str]:
    """The same options as words of a command line."""
    written = (("--profile", profile), ("--region", region), ("--role-arn", role_arn))
    words = [word for name, value in written if value for word in (name, value)]
    return [*words, *(["--sandbox"] if sandbox else [])]


def prune_limit(function: F) -> F:
    """How many deletions pass."""
    return click.option(
        "--prune-limit",
        type=click.IntRange(min=0),
        metavar="N",
        help="Allow up to N deletions; more than 5, or than a fifth of the stack, are refused otherwise.",
    )(function)


def preflight(function: F) -> F:
    """Whether IAM is asked before the first call; never in the sandbox, which has no permissions."""
    return click.option(
        "--preflight",
        type=click.Choice(["auto", "require", "skip"]),
        default="auto",
        show_default=True,
        help="Ask IAM first whether the caller may make every call; if not, nothing is changed (exit 3). What cannot "
        "be checked is said, and stops the run with require only.",
    )(function)


def _in_a_folder(ctx: click.Context, param: click.Parameter, value: tuple[Path, ...]) -> tuple[Path, ...]:
    """Files in folders that exist: better known before an apply than after it."""
    for path in value:
        if not path.absolute().parent.is_dir():
            raise click.BadParameter(f"there is no folder {path.parent}")
    return value


def report(function: F) -> F:
    """Where to write what came of it."""
    return click.option(
        "--report",
        multiple=True,
        type=click.Path(dir_okay=False, writable=True, path_type=Path),
        callback=_in_a_folder,
        metavar="FILE",
        help="Write a record of the change when it is over: JSON, or Markdown where the name ends in .md; repeatable.",
    )(function)


def safety(function: F) -> F:
    """A file with limits that nothing else can loosen."""
    return click.option(
        "--safety",
        type=click.Path(exists=True, dir_okay=False, path_type=Path),
        metavar="FILE",
        help="Limits of deletions, as below 'safety:' of a spec; neither the spec nor --prune-limit goes beyond them.",
    )(function)


def _seconds(ctx: click.Context, param: click.Parameter, value: str) -> float:
    """Seconds, written as 90, 90s, 5m or 1h."""
    written = re.fullmatch(r"(\d{1,6})([smh]?)", value, re.ASCII)
    if not written:
        raise click.BadParameter(f"{value!r} is no time: write seconds, or 90s, 5m, 1h")
    return float(written[1]) * {"h": 3600, "m": 60}.get(written[2], 1)


def lock(function: F) -> F:
    """Whether to take the lock, and how long to wait for it."""
    for option in (
        click.option("--no-lock", is_flag=True, help="Take no lock; nobody else may apply meanwhile."),
        click.option(
            "--lock-timeout",
            callback=_seconds,
            default="0",
            metavar="TIME",
            help="Wait that long (90, 90s, 5m, 1h) for who holds the stack's lock, instead of failing at once.",
        ),
    ):
        function = option(function)
    return function


def create_empty(function: F) -> F:
    """Databases that may begin again empty."""
    return click.option(
        "--create-empty",
        multiple=True,
        metavar="ADDRESS",
        help="Let a database that is missing, and of which something is left, begin again empty; may be repeated.",
    )(function)


def no_access(function: F) -> F:
    """Whether to leave out what a plan does to access."""
    return click.option(
        "--no-access",
        is_flag=True,
        help="Leave out who gains and loses access; the account is not read for that, and no approval covers it.",
    )(function)


def addresses(written: tuple[str, ...], stack: Stack) -> frozenset[Address]:
    """What ``--create-empty`` names; wrong usage where the stack declares no such thing."""
    declared = {str(address): address for address in stack.resources}
    for name in written:
        if name not in declared:
            raise click.UsageError(f"--create-empty {name}: this stack declares no such resource")
    return frozenset(declared[name] for name in written)


def connect(stack: Stack, profile: str | None, region: str | None, role_arn: str | None, sandbox: bool) -> Account:
    """The account that the options lead to; in the sandbox one that exists on this machine only."""
    from rds_secure import api
    from rds_secure.aws.session import Access

    if not sandbox:
        return api.connect(stack, Access(profile, region, role_arn))
    if profile or role_arn:
        raise click.UsageError("--sandbox has no profiles and no roles to assume: leave --profile and --role-arn out")
    from rds_secure.apply import SystemClock
    from rds_secure.sandbox import SPEED, start

    local = start()
    return api.connect(
        stack,
        Access(
            region=region or (None if stack.region else local.region),
            endpoint=local.endpoint,
            access_key=local.credentials["aws_access_key_id"],
            secret_key=local.credentials["aws_secret_access_key"],
        ),
        SystemClock(SPEED),
    )


def ask(question: str, wanted: str, instead: str) -> bool:
    """Whether the person types ``wanted``. Exit 64 where there is no terminal; ``instead``: what to do then."""
    from rds_secure.errors import UsageError

    if not sys.stdin.isatty():
        raise UsageError(f"there is no terminal to ask on: {instead}")
    answer: str = click.prompt(question, default="", show_default=False)
    return answer.strip() == wanted
