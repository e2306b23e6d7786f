"""By which rules a plan is judged before it is carried out: the options of all commands that plan."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

import click

from rds_secure.cli import guardrails

if TYPE_CHECKING:
    from rds_secure.rules.judgement import Bounds
    from rds_secure.spec import Stack

F = TypeVar("F", bound=Callable[..., Any])

_KEY = "rds_secure.judging"
_FLAGS = (
    ("no-check", "Do not judge the plan by the rules of security; the account is not read for that."),
    ("fail-on-old", "Also refuse what fails already, of what the stack declares, and read all that tells it."),
    ("show-findings", "Also list what failed before and still does."),
)


def _keep(ctx: click.Context, param: click.Parameter, value: bool) -> None:
    ctx.meta[f"{_KEY}.{param.name}"] = value


def options(function: F) -> F:
    """``--rules``, ``--fail-on``, and the flags; what they say is for the functions below, and no parameter."""
    for name, text in _FLAGS:
        function = click.option(f"--{name}", is_flag=True, expose_value=False, callback=_keep, help=text)(function)
    return guardrails.options(function)


def given(stack: Stack) -> Bounds | None:
    """What plans of a stack are held to; None where they are not judged."""
    from rds_secure.errors import Problem, RefusedError
    from rds_secure.rules.judgement import Bounds

    binding = guardrails.given(stack)
    if not _is("no_check"):
        return Bounds(binding, _is("fail_on_old") or any(policy.said.fail_on_old for policy in binding.policies))
    if _is("fail_on_old") or _is("show_findings"):
        raise click.UsageError("--no-check judges nothing: leave --fail-on-old and --show-findings out")
    places = [*(policy.at() for policy in binding.policies), *stack.tightening.at.values()]
    if places:
        raise RefusedError([Problem("--no-check would let a plan past what binds it", "leave it out", places[0])])
    return None


def shows_all() -> bool:
    """Whether to list what failed before."""
    return _is("show_findings")


def words() -> list[str]:
    """The options as they were given, for a command line that holds a plan to the same."""
    if _is("no_check"):
        return ["--no-check"]
    return [*guardrails.words(), *(["--fail-on-old"] if _is("fail_on_old") else [])]


def _is(name: str) -> bool:
    return bool(click.get_current_context().meta.get(f"{_KEY}.{name}"))
