"""Of what a question is asked: an account as it is, or as a spec would leave it. One place for all the questions."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

import click

from rds_secure.cli import options, recorded

if TYPE_CHECKING:
    from rds_secure.inventory import Inventory, Topic
    from rds_secure.spec import Stack

F = TypeVar("F", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True)
class Asked:
    """What the options of a question lead to. ``stack``: where a spec is given, whose names may be used."""

    inventory: Inventory
    stack: Stack | None = None


def source(function: F) -> F:
    """SPEC…, and how to reach AWS."""
    function = recorded.snapshot(options.access(function))
    return click.argument("specs", nargs=-1, metavar="[SPEC…]")(function)


def ask(
    topics: Collection[Topic],
    specs: tuple[str, ...],
    profile: str | None,
    region: str | None,
    role_arn: str | None,
    sandbox: bool,
) -> Asked:
    """The inventory that the options name, with what these topics need."""
    from rds_secure import api
    from rds_secure.spec import named

    account = recorded.readings(named("access"), profile, region, role_arn, sandbox)
    return Asked(api.take_inventory(account, topics))
