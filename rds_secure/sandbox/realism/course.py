"""What an instance has before it: the statuses that the next looks at it show, and what takes effect with each.

A look is a DescribeDBInstances that includes the instance, or a call that it is too busy for. What is parked for the
maintenance window stays parked until `pass_window`. What AWS does when is in the modules of the rows.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple, TypeAlias

from moto.rds.models import DBInstance, rds_backends

USABLE = ("available", "storage-optimization")
"""Statuses in which an instance takes changes (RDS-1)."""


Effect: TypeAlias = Callable[[DBInstance], None]

BEYOND = 3
"""Looks that something takes beyond the status: one shows it, and that is not enough."""


class Step(NamedTuple):
    """What the next look shows: a status, None for the same as before, and what is in effect from then on."""

    status: str | None = None
    effect: Effect | None = None


@dataclass
class Course:
    """What has not happened yet to one thing, ``of``.

    ``ahead``: statuses, one a look; ``later``: what else takes effect, and after how many looks. ``going`` and
    ``parked``: changes by moto's names, those on their way and those that wait for the window. ``joining`` and
    ``leaving``: security groups. ``parameters``: how its parameter group is applied. ``secret``: whether the master
    password's secret is still being made.
    """

    of: Any
    ahead: list[Step] = field(default_factory=list)
    later: dict[Effect, int] = field(default_factory=dict)
    going: dict[str, Any] = field(default_factory=dict)
    parked: dict[str, Any] = field(default_factory=dict)
    joining: set[str] = field(default_factory=set)
    leaving: tuple[str, ...] = ()
    parameters: str = "in-sync"
    secret: bool = False


def course(database: Any) -> Course:
    """The course of an instance; it lives and goes with the instance, and a copy of that begins one of its own."""
    found: Course | None = database.__dict__.get("course")
    if found is None or found.of is not database:
        found = database.course = Course(of=database)
    return found


def then(database: Any, *steps: Step) -> None:
    """After all that is ahead of it already, these steps."""
    course(database).ahead.extend(steps)


def beyond(database: Any, effect: Effect) -> None:
    """Some looks after everything that is ahead, this takes effect; it holds nothing up."""
    own = course(database)
    own.later[effect] = len(own.ahead) + BEYOND


def look(database: Any) -> None:
    """Somebody looks: the next step is taken."""
    own = course(database)
    if own.ahead:
        step = own.ahead.pop(0)
        database.status = step.status or database.status
        if step.effect:
            step.effect(database)
    own.later = {effect: left - 1 for effect, left in own.later.items()}
    for effect in [effect for effect, left in own.later.items() if not left]:
        del own.later[effect]
        effect(database)


def settle() -> None:
    """Everything that is on its way is there; what is parked stays parked."""
    for database in _databases():
        while course(database).ahead or course(database).later:
            look(database)


def pass_window() -> None:
    """The maintenance window of every instance comes and goes: nothing is parked any more (RDS-2)."""
    settle()
    for database in _databases():
        parked = course(database).parked
        if parked:
            course(database).parked = {}
            database.update(**parked, in_effect=True)
    settle()


def _databases() -> Iterator[Any]:
    for account in list(rds_backends.values()):
        for backend in list(account.values()):
            yield from list(backend.databases.values())
