"""A plan with what it does to access: what has to be read for that, and the comparison. It reads nothing itself."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property

from rds_secure.access.delta import Delta, compare
from rds_secure.access.delta.gains import gains
from rds_secure.access.delta.tags import unseen
from rds_secure.access.expect import Names, Outcome, judge
from rds_secure.access.expect.words import problem
from rds_secure.access.foresee import foreseen
from rds_secure.access.posture import Posture
from rds_secure.inventory import Inventory
from rds_secure.inventory.questions import Topic
from rds_secure.plan.approved import ApprovedAccess
from rds_secure.plan.model import Plan, Refusal
from rds_secure.spec import Stack
from rds_secure.values import Address, Ref


@dataclass(frozen=True)
class Review:
    """A plan, and the account as it is, as far as it was read. ``before``: None where nothing had to be read.

    ``topics``: what the plan's own calls bear on; for the sake of what ``stack`` expects, more may have been read.
    ``binds``: whether what is not as expected stops the plan. A way back is never stopped by that.
    """

    bare: Plan
    topics: frozenset[Topic] = frozenset()
    before: Posture | None = None
    stack: Stack | None = None
    binds: bool = True

    @cached_property
    def _foreseen(self) -> tuple[Inventory, Mapping[Ref, str]] | None:
        return foreseen(self.before.inventory, self.bare) if self.before else None

    @cached_property
    def after(self) -> Posture | None:
        """The account as the plan would leave it."""
        if not (self.before and self._foreseen):
            return None
        return Posture(self._foreseen[0], self.before.levels)

    @cached_property
    def outcomes(self) -> tuple[Outcome, ...]:
        """What becomes of each expectation of the stack when the plan is carried out."""
        if not (self.stack and self.stack.expectations and self.after and self._foreseen):
            return ()
        names = Names(self._foreseen[1], self.stack.aws_name, self.stack.resources)
        return judge(self.stack.expectations, self.after, names)

    @cached_property
    def plan(self) -> Plan:
        """The plan; what is not as expected is refused, or noted where it does not bind, as is that the rest holds."""
        broken = tuple(self._refusals())
        held = len(self.outcomes) - len(broken)
        notes = (f"{held} of {len(self.outcomes)} expectations hold",) if held and self.outcomes else ()
        if not self.binds:
            told = (f"not as expected: {item.what}" for item in broken)
            return replace(self.bare, notes=(*self.bare.notes, *notes, *told))
        return replace(self.bare, refusals=(*self.bare.refusals, *broken), notes=(*self.bare.notes, *notes))

    def _refusals(self) -> Iterator[Refusal]:
        for number, outcome in enumerate(self.outcomes, 1):
            if not outcome.holds:
                found = problem(outcome, self.bare.account)
                yield Refusal(Address("expect", str(number)), found.what, found.fix, found.location)

    @cached_property
    def gains(self) -> ApprovedAccess:
        """Who gains what: what an approval covers."""
        return gains(self.delta, self.bare.known)

    @property
    def digest(self) -> str:
        """What an approval is bound to: the plan's digest, and where a call bears on access that of the gains."""
        return f"{self.bare.digest}.{self.gains.digest}" if self.topics else self.bare.digest

    @cached_property
    def delta(self) -> Delta:
        """What the plan does to access; nothing where none of its calls bears on it."""
        if not (self.topics and self.before and self.after):
            return Delta()
        found = compare(self.before, self.after)
        return replace(found, unknown=(*found.unknown, *unseen(self.bare, self.before.who)))
