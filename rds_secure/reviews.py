"""What a person approves: a plan, what it does to access, what it makes worse, and what is not as expected. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property

from rds_secure.access import delta
from rds_secure.access.delta import Delta
from rds_secure.access.delta.gains import gains
from rds_secure.access.delta.tags import unseen
from rds_secure.access.expect import Names, Outcome, judge
from rds_secure.access.expect.words import problem
from rds_secure.access.foresee import foreseen
from rds_secure.access.posture import Posture
from rds_secure.finding import Finding
from rds_secure.inventory import Inventory
from rds_secure.inventory.questions import Topic
from rds_secure.plan.approved import ApprovedAccess
from rds_secure.plan.model import Plan, Refusal
from rds_secure.rules.change import Bounds, Judgement, compare, of_stack
from rds_secure.rules.engine import nowhere
from rds_secure.rules.settled import settled
from rds_secure.rules.subjects import owned_by
from rds_secure.spec import Stack
from rds_secure.values import Address, Ref


@dataclass(frozen=True)
class Review:
    """A plan, and the account as it is, as far as it was read. ``before``: None where nothing had to be read.

    ``topics``: what the plan's own calls bear on; for the sake of what ``stack`` expects, more may have been read.
    ``binds``: whether what is not as expected, or fails a rule, stops the plan. A way back is never stopped by that.
    ``bounds``: by which rules it is judged, at the time ``now`` (with a time zone); None for none.
    """

    bare: Plan
    topics: frozenset[Topic] = frozenset()
    before: Posture | None = None
    stack: Stack | None = None
    binds: bool = True
    bounds: Bounds | None = None
    now: datetime | None = None

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
    def judgement(self) -> Judgement | None:
        """What the plan makes worse by the rules, as far as it was read for that; None where no rule is asked."""
        if self.bounds is None:
            return None
        if not (self.before and self.after and self._foreseen):
            return Judgement(self.bounds, binds=self.binds)
        before = self._findings(self.before, self.bare.known, self.bounds)
        after = self._findings(self.after, self._foreseen[1], self.bounds)
        declared = frozenset(self.stack.resources) if self.stack else frozenset[Address]()
        return Judgement(self.bounds, compare(before, after), declared, self.binds)

    def _findings(self, posture: Posture, known: Mapping[Ref, str], bounds: Bounds) -> tuple[Finding, ...]:
        """What the rules say of one state of the account, when no window is waited for; ``known``: of references."""
        owned = owned_by(self.bare.stack, known)
        place = self.stack.place if self.stack else nowhere
        inventory = settled(posture.inventory)
        there = posture if inventory is posture.inventory else Posture(inventory, posture.levels)
        return of_stack(bounds.guardrails.judge(there, self.now, place, owned), self.bare.stack)

    @cached_property
    def plan(self) -> Plan:
        """The plan; what is not as expected is refused, or noted where it does not bind, as is that the rest holds.

        What fails a rule is refused as well.
        """
        broken = tuple(self._refusals())
        held = len(self.outcomes) - len(broken)
        notes = (f"{held} of {len(self.outcomes)} expectations hold",) if held and self.outcomes else ()
        if not self.binds:
            told = (f"not as expected: {item.what}" for item in broken)
            return replace(self.bare, notes=(*self.bare.notes, *notes, *told))
        failing = map(refusal, self.judgement.stopping) if self.judgement else ()
        refusals = (*self.bare.refusals, *broken, *failing)
        return replace(self.bare, refusals=refusals, notes=(*self.bare.notes, *notes))

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
        found = delta.compare(self.before, self.after)
        return replace(found, unknown=(*found.unknown, *unseen(self.bare, self.before.who)))


def refusal(finding: Finding) -> Refusal:
    """A failure that stops the plan, as what is refused."""
    what = f"{finding.rule} ({finding.severity}) fails on {finding.subject}: {finding.message}"
    return Refusal(finding.address or Address("rule", finding.rule), what, finding.fix, finding.location)
