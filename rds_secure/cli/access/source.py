"""Of what a question is asked: an account as it is, or as a spec would leave it. One place for all the questions."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar

import click

from rds_secure.cli import options, recorded

if TYPE_CHECKING:
    from rds_secure.inventory import Inventory, Topic
    from rds_secure.live.recorded import Readings
    from rds_secure.spec import Source, Stack
    from rds_secure.values import Ref

F = TypeVar("F", bound=Callable[..., Any])

_ANY_NUMBER = 1_000_000
"""Of deletions: a question deletes nothing."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What the options of a question lead to. ``stack``: where a spec is given, whose names may be used.

    ``account``: what was read; None where a spec alone was asked. ``known``: what references of the stack yield there.
    """

    inventory: Inventory
    stack: Stack | None = None
    account: Readings | None = None
    known: Mapping[Ref, str] = field(default_factory=dict)


def _keep(ctx: click.Context, param: click.Parameter, value: bool) -> None:
    ctx.meta[f"rds_secure.{param.name}"] = value


def _given(name: str) -> bool:
    return bool(click.get_current_context().meta.get(f"rds_secure.{name}"))


def source(function: F) -> F:
    """SPEC…, which state of it is meant, and how to reach AWS. The former are for `ask`, and no parameters."""
    function = recorded.snapshot(options.access(function))
    for name, text in (
        ("now", "With SPEC: ask the account as it is; the spec only lends its names."),
        ("offline", "With SPEC: ask the spec alone, without credentials; what it does not tell is unknown."),
    ):
        function = click.option(f"--{name}", is_flag=True, expose_value=False, callback=_keep, help=text)(function)
    return click.argument("specs", nargs=-1, metavar="[SPEC…]")(function)


def ask(
    topics: Collection[Topic],
    specs: tuple[str, ...],
    profile: str | None,
    region: str | None,
    role_arn: str | None,
    sandbox: bool,
) -> Asked:
    """The inventory that the options name, with what these topics need. Raises `RefusedError` for a refused plan."""
    from rds_secure import api
    from rds_secure.spec import load, named

    now, offline = _given("now"), _given("offline")
    if now and offline:
        raise click.UsageError("--now asks the account, and --offline does not: leave one of them out")
    if not specs:
        if now or offline:
            raise click.UsageError(f"{'--now' if now else '--offline'} is about a spec: name one")
        account = recorded.told(recorded.readings(named("access"), profile, region, role_arn, sandbox))
        return Asked(api.take_inventory(account, topics), account=account)
    stack, sources = load(specs)
    if offline:
        if profile or role_arn or sandbox or recorded.given():
            what = "--profile, --role-arn, --sandbox and --snapshot"
            raise click.UsageError(f"--offline asks the spec alone: leave {what} out")
        return _alone(sources, region)
    account = recorded.told(recorded.readings(stack, profile, region, role_arn, sandbox))
    if now:
        return Asked(api.take_inventory(account, topics), stack, account)
    return _foreseen(account, topics, stack, sources)


def judged(
    topics: Collection[Topic],
    specs: tuple[str, ...],
    profile: str | None,
    region: str | None,
    role_arn: str | None,
    sandbox: bool,
    *,
    online: bool,
) -> Asked:
    """A spec by itself, or (``online``) the account as applying it would leave it. Raises `RefusedError`."""
    from rds_secure.spec import load

    stack, sources = load(specs)
    if not online:
        return _alone(sources, region)
    return _foreseen(
        recorded.told(recorded.readings(stack, profile, region, role_arn, sandbox)), topics, stack, sources
    )


def of_spec(specs: tuple[str, ...], region: str | None) -> Asked:
    """A spec by itself: no credentials, no network. Raises `RefusedError`."""
    from rds_secure.spec import load

    return _alone(load(specs)[1], region)


def state(asked: Asked) -> str:
    """Which state of the account is asked about, in words; "" for the account as it is."""
    if asked.stack is None or _given("now"):
        return ""
    told = "of the spec alone" if asked.inventory.partial else "as applying the spec would leave it"
    return f"stack {asked.stack.name}, {told}"


def _alone(sources: tuple[Source, ...], region: str | None) -> Asked:
    from rds_secure.access.alone import offline
    from rds_secure.errors import RefusedError
    from rds_secure.spec import build

    plan, inventory = offline(sources, region or "")
    if not plan.is_applicable:
        raise RefusedError(plan.obstacles)
    return Asked(inventory, build(sources))


def _foreseen(account: Readings, topics: Collection[Topic], stack: Stack, sources: tuple[Source, ...]) -> Asked:
    """The account as applying the spec would leave it."""
    from rds_secure import api
    from rds_secure.access.also import questions
    from rds_secure.access.foresee import foreseen
    from rds_secure.errors import RefusedError
    from rds_secure.plan import Deletion

    planned = api.make_plan(stack, account, sources, Deletion(limit=_ANY_NUMBER))
    if not planned.plan.is_applicable:
        raise RefusedError(planned.plan.obstacles)
    inventory = api.take_inventory(account, topics, questions(planned.plan, topics))
    left, known = foreseen(inventory, planned.plan)
    return Asked(left, planned.stack, account, known)
