"""What a plan is: steps of calls, what is kept and why, and what is refused. How one is made: `planner`."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from rds_secure.errors import Location, Problem
from rds_secure.inventory.recording import NOT_RECORDED
from rds_secure.kind import FieldChange
from rds_secure.live import Unseen
from rds_secure.operation import Operation
from rds_secure.plan import actions
from rds_secure.values import JSON, Address, Lookup, Ref, Secret, Text, encode

FORMAT: Final = "1.1"
"""The version of the plan's format; the first number changes when an old reader would misread it."""


class Action(StrEnum):
    """What happens to a resource."""

    CREATE = "create"
    UPDATE = "update"
    MIGRATE = "migrate"
    """Another object takes its place, with all that is in it: the first one stays, aside."""
    DELETE = "delete"
    LET_GO = "let go"
    RETAG = "tags only"
    NONE = "none"
    UNSEEN = "not seen"
    """It could not be read: nothing is planned on it (meaning §8)."""


@dataclass(frozen=True, slots=True)
class Step:
    """Everything that happens to one resource, in order.

    ``cause``: "spec" where the spec is not what was last applied, "drift" where it is and AWS differs, "" for neither,
    and where no tag tells.
    ``pending`` waits for a window and needs no call; ``strangers`` are others' additions which we show and leave.
    ``uses``: resources of the stack that the live object refers to; they can only go after it lets go of them.
    ``renames``: it gets another name, so that whatever refers to it is called only then.
    """

    address: Address
    name: str
    action: Action
    operations: tuple[Operation, ...] = ()
    changes: tuple[FieldChange, ...] = ()
    pending: tuple[FieldChange, ...] = ()
    strangers: tuple[FieldChange, ...] = ()
    notes: tuple[str, ...] = ()
    cause: str = ""
    uses: tuple[Address, ...] = ()
    renames: bool = False

    @property
    def says_nothing(self) -> bool:
        """Whether there is neither anything to do nor anything to show."""
        return self.action is Action.NONE and not (self.pending or self.strangers or self.notes)

    @property
    def is_open(self) -> bool:
        """Whether anything is left to do, or nobody can tell."""
        return bool(self.operations) or self.action is Action.UNSEEN


@dataclass(frozen=True, slots=True)
class Kept:
    """Something of the stack that stays although it is no longer declared."""

    address: Address
    name: str
    reason: str


@dataclass(frozen=True, slots=True)
class Refusal:
    """Something that the spec asks for and that we do not do; the whole apply stops on it (exit 3)."""

    address: Address
    what: str
    fix: str
    location: Location | None = None


@dataclass(frozen=True, slots=True)
class Basis:
    """What of AWS a plan was derived from, as far as it matters (meaning §6), as plain JSON.

    ``live``: address → field → value of what is declared, or no longer declared; the members of a set and the entries
    of a mapping each on their own (``parameters[rds.force_ssl]``). ``parked``: likewise what AWS has put aside and the
    plan would flush. ``lookups``: a look-up's canonical text → what it finds. ``sets``: address → fields that are sets.
    ``unfinished``: addresses of what an apply of this very spec has begun to make, and not finished.
    """

    live: Mapping[str, Mapping[str, JSON]] = dataclasses.field(default_factory=dict)
    parked: Mapping[str, Mapping[str, JSON]] = dataclasses.field(default_factory=dict)
    lookups: Mapping[str, tuple[str, ...]] = dataclasses.field(default_factory=dict)
    sets: Mapping[str, frozenset[str]] = dataclasses.field(default_factory=dict)
    unfinished: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Plan:
    """The steps that make AWS agree with a stack, in the order of their addresses."""

    account: str
    region: str
    stack: str
    steps: tuple[Step, ...] = ()
    kept: tuple[Kept, ...] = ()
    refusals: tuple[Refusal, ...] = ()
    notes: tuple[str, ...] = ()
    known: Mapping[Ref, str] = dataclasses.field(default_factory=dict, repr=False)
    basis: Basis = dataclasses.field(default=Basis(), repr=False)
    digest: str = ""
    unseen: tuple[Unseen, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Whether there is no call to make."""
        return not any(step.operations for step in self.steps)

    @property
    def is_applicable(self) -> bool:
        """The one answer to "may this be applied?"."""
        return not self.obstacles

    @property
    def obstacles(self) -> tuple[Problem, ...]:
        """Everything that keeps it from being applied: what is refused, and what is declared and could not be seen.

        A call that hides nothing declared keeps nothing from being applied, only from being deleted.
        """
        refused = (Problem(item.what, item.fix, item.location) for item in self.refusals)
        hidden = (
            Problem(f"{', '.join(map(str, item.addresses))} could not be seen ({item.call})", seeing(item))
            for item in self.unseen
            if item.addresses
        )
        return (*refused, *hidden)

    @property
    def waits_for_window(self) -> bool:
        """Whether AWS has parked changes of ours."""
        return any(step.pending for step in self.steps)

    def count(self, action: Action) -> int:
        """How many resources an action happens to."""
        return sum(1 for step in self.steps if step.action is action)

    def operations(self) -> Iterator[tuple[Step, Operation]]:
        """Every call of the plan."""
        for step in self.steps:
            for operation in step.operations:
                yield step, operation


def seeing(item: Unseen) -> str:
    """What to do about something that could not be seen."""
    if item.code == NOT_RECORDED:
        return item.message
    return f"allow {actions.name(item.service, item.action)}, or use an endpoint that offers it; then plan again"


def as_json(value: Any) -> JSON:
    """Any part of a plan as plain JSON, references encoded: what digests are made of."""
    if isinstance(value, Ref | Text | Lookup | Secret):
        return encode(value)
    if isinstance(value, Address):
        return str(value)
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {item.name: as_json(getattr(value, item.name)) for item in dataclasses.fields(value)}
    if isinstance(value, Mapping):
        return {str(key): as_json(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return tuple(as_json(item) for item in value)
    return value
