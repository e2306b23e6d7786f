"""What a database, or what is beside one, has before it: the statuses that the next looks show, with their effects.

A look is a DescribeDBInstances, DescribeDBSnapshots or the like that includes it, or a call that it is too busy for.
What is parked for the maintenance window stays parked until `pass_window`. What AWS does when is in the modules of the
rows.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple, TypeAlias
from weakref import ReferenceType, ref

from moto.rds.models import rds_backends

USABLE = ("available", "storage-optimization")
"""Statuses in which a database takes changes (RDS-1)."""

Effect: TypeAlias = Callable[[Any], None]
"""What happens to an instance or a cluster of moto's."""

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
    ``leaving``: security groups. ``parameters``: how its parameter group is applied, ``cluster_parameters``: that of
    its cluster. ``secret``: whether the master password's secret is still being made. ``new``: whether it was never
    available yet.
    """

    of: ReferenceType[Any]
    ahead: list[Step] = field(default_factory=list)
    later: dict[Effect, int] = field(default_factory=dict)
    going: dict[str, Any] = field(default_factory=dict)
    parked: dict[str, Any] = field(default_factory=dict)
    joining: set[str] = field(default_factory=set)
    leaving: tuple[str, ...] = ()
    parameters: str = "in-sync"
    cluster_parameters: str = "in-sync"
    secret: bool = False
    new: bool = False


def course(database: Any) -> Course:
    """The course of a database; it lives and goes with that, and a copy of it begins one of its own."""
    found: Course | None = database.__dict__.get("course")
    if found is None or found.of() is not database:
        found = database.course = Course(of=ref(database))
    return found


def then(database: Any, *steps: Step) -> None:
    """After all that is ahead of it already, these steps."""
    course(database).ahead.extend(steps)


def beyond(database: Any, effect: Effect) -> None:
    """Some looks after everything that is ahead, this takes effect; it holds nothing up."""
    own = course(database)
    own.later[effect] = len(own.ahead) + BEYOND


def set_out(
    database: Any, slow: Mapping[str, Any], aside: Mapping[str, Any], *, now: bool, status: str, takes_time: bool
) -> None:
    """Put changes on their way, but those ``aside`` for the window; ``now`` all that was parked goes with them (RDS-2).

    ``status``: what it is meanwhile. Where nothing ``takes_time``, what is not aside is made at once.
    """
    own = course(database)
    going = {name: value for name, value in slow.items() if name not in aside}
    own.parked |= aside
    if now:
        going, own.parked = own.parked | going, {}
    if not going:
        return
    if not takes_time:
        database.update(**going, in_effect=True)
        return
    own.going |= going
    then(database, Step(), Step(status), Step("available", _arrive))  # RDS-17


def _arrive(database: Any) -> None:
    going, course(database).going = course(database).going, {}
    database.update(**going, in_effect=True)


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
    for database in _all():
        while course(database).ahead or course(database).later:
            look(database)


def pass_window() -> None:
    """The maintenance window of every database comes and goes: nothing is parked any more (RDS-2)."""
    settle()
    for database in _all():
        parked = course(database).parked
        if parked:
            course(database).parked = {}
            database.update(**parked, in_effect=True)
    settle()


def _all() -> Iterator[Any]:
    for account in list(rds_backends.values()):
        for backend in list(account.values()):
            beside: tuple[Any, ...] = (backend.database_snapshots, backend.db_proxies, backend.event_subscriptions)
            for things in (backend.clusters, backend.databases, *beside):
                yield from list(things.values())
