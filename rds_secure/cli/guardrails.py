"""What the options of a command bind it to: which rules are asked, and what stops it. One place for all commands."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

import click

if TYPE_CHECKING:
    from rds_secure.rules import Guardrails
    from rds_secure.spec import Stack

F = TypeVar("F", bound=Callable[..., Any])

FAILED = 3
"""The exit code where something fails at or above ``--fail-on``."""


def _keep(ctx: click.Context, param: click.Parameter, value: str) -> None:
    ctx.meta[f"rds_secure.guardrails.{param.name}"] = value


def options(function: F) -> F:
    """``--rules`` and ``--fail-on``; what they say is for `given`, and no parameter of the command."""
    function = click.option(
        "--rules",
        "asked",
        type=click.Choice(["baseline", "strict"]),
        default="baseline",
        show_default=True,
        expose_value=False,
        callback=_keep,
        help="baseline: what every database needs; strict: as much as public controls ask for.",
    )(function)
    return click.option(
        "--fail-on",
        type=click.Choice(["low", "medium", "high", "critical"]),
        default="high",
        show_default=True,
        expose_value=False,
        callback=_keep,
        help="Exit with 3 if a rule of at least this severity fails.",
    )(function)


def given(stack: Stack | None = None) -> Guardrails:
    """The guardrails that the options of this command name, and with a stack what its spec waives."""
    from rds_secure.finding import Severity
    from rds_secure.rules import Guardrails, Profile, Waivers

    said = click.get_current_context().meta
    profile, fail_on = said["rds_secure.guardrails.asked"], said["rds_secure.guardrails.fail_on"]
    return Guardrails(Profile(profile), Severity.parse(fail_on), Waivers(stack.waivers if stack else ()))
