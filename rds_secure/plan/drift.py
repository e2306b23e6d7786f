"""What differs between AWS and a spec that was applied, out of a plan: drift. It decides nothing, and calls nothing.

A plan says what would be done; this says what is not as it should be, for a job that looks every night.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from rds_secure.kind import FieldChange
from rds_secure.live.authors import Author
from rds_secure.plan.model import Action, Plan, Refusal, Step
from rds_secure.values import Address


class Sort(StrEnum):
    """What is wrong with a resource."""

    MISSING = "missing"
    """It is declared, and not there."""
    DIFFERS = "differs"
    """It is not as it is declared."""
    UNDECLARED = "undeclared"
    """It is the stack's, and declared no longer."""
    MARKS = "marks"
    """Only our own tags are not up to date."""
    ADDED = "added"
    """Others added something to it, which a plan leaves alone."""


@dataclass(frozen=True, slots=True)
class Deviation:
    """A resource that is not as it should be, and who changed it last, where that is known."""

    sort: Sort
    step: Step
    author: Author | None = None


@dataclass(frozen=True, slots=True)
class Drift:
    """All that differs. ``pending``: what AWS has parked until its window, which is no drift.

    ``unknown``: why it is not known who changed things; "" where it is.
    """

    plan: Plan
    deviations: tuple[Deviation, ...] = ()
    unknown: str = ""

    @property
    def is_none(self) -> bool:
        """Whether AWS agrees with the spec. Where something declared could not be seen, nobody knows."""
        return not (self.deviations or self.plan.obstacles)

    @property
    def pending(self) -> Iterator[tuple[Step, FieldChange]]:
        """What waits for a window."""
        return ((step, change) for step in self.plan.steps for change in step.pending)

    @property
    def refusals(self) -> tuple[Refusal, ...]:
        """What is in conflict with the spec, and cannot be settled by an apply."""
        return self.plan.refusals


_SORTS = {
    Action.CREATE: Sort.MISSING,
    Action.UPDATE: Sort.DIFFERS,
    Action.MIGRATE: Sort.DIFFERS,
    Action.DELETE: Sort.UNDECLARED,
    Action.LET_GO: Sort.UNDECLARED,
    Action.RETAG: Sort.MARKS,
}


def drift(plan: Plan) -> Drift:
    """The drift that a plan would settle; who is to blame is filled in with `blamed`."""
    return Drift(plan, tuple(_deviations(plan)))


def blamed(found: Drift, authors: Mapping[Address, Author], unknown: str) -> Drift:
    """The same with who changed what, by address."""
    deviations = (replace(item, author=authors.get(item.step.address)) for item in found.deviations)
    return replace(found, deviations=tuple(deviations), unknown=unknown)


def _deviations(plan: Plan) -> Iterator[Deviation]:
    for step in plan.steps:
        if step.action in _SORTS and step.operations:
            yield Deviation(_SORTS[step.action], step)
        elif step.strangers:
            yield Deviation(Sort.ADDED, step)
