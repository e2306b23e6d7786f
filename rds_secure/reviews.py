"""What a person approves: a plan, what it does to access, what it makes worse, and what is not as expected. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property

from rds_secure.access import delta
from rds_secure.access.account import NAMES
from rds_secure.access.delta import Delta
from rds_secure.access.delta.gains import gains
from rds_secure.access.delta.tags import unseen
from rds_secure.access.expect import Names, Outcome, followed, is_no_worse, judge
from rds_secure.access.expect.words import problem
from rds_secure.access.expect.worse import Followed
from rds_secure.access.foresee import foreseen
from rds_secure.access.posture import Posture
from rds_secure.finding import Finding
from rds_secure.inventory import Inventory
from rds_secure.inventory.questions import Topic
from rds_secure.plan.approved import ApprovedAccess
from rds_secure.plan.model import Plan, Refusal
from rds_secure.rules.engine import nowhere
from rds_secure.rules.judgement import Bounds, Judgement, State, change
from rds_secure.rules.subjects import owned_by
from rds_secure.spec import Stack
from rds_secure.values import Address, Ref


@dataclass(frozen=True)
class Review:
    """A plan, and the account as it is, as far as it was read. ``before``: None where nothing had to be read.

    ``topics``: what the plan's own calls bear on; for the sake of what ``stack`` expects, more may have been read.
    ``binds``: whether what is not as expected, or fails a rule, stops the plan. A way back is never stopped by that.
    ``begun``: it is the rest of a change that was cut short, which is stopped only by what it would make less as
    expected than the account is already: half of it is no better place to stay.
    ``bounds``: by which rules it is judged, at the time ``now`` (with a time zone); None for none.
    """

    bare: Plan
    topics: frozenset[Topic] = frozenset()
    before: Posture | None = None
    stack: Stack | None = None
    binds: bool = True
    bounds: Bounds | None = None
    now: datetime | None = None
    begun: bool = False

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

    def stopping(self, outcomes: tuple[Outcome, ...]) -> tuple[Outcome, ...]:
        """Those that do not hold, and must; of the rest of a change those alone that it makes worse than they are."""
        broken = tuple(outcome for outcome in outcomes if not outcome.holds and self.binds)
        if not (broken and self.begun and self._before):
            return broken
        names, was = self._before
        before = dict(zip(map(id, outcomes), was, strict=True))
        return tuple(outcome for outcome in broken if not is_no_worse(outcome, before[id(outcome)], names))

    @cached_property
    def _before(self) -> tuple[Followed, tuple[Outcome, ...]] | None:
        """How databases are called on the way, and what has become of each expectation in the account as it is."""
        if not (self.stack and self.before and self.after and self._foreseen):
            return None
        live = Names(self.bare.known, self._name_of_now, self.stack.resources)
        later = Names(self._foreseen[1], self.stack.aws_name, self.stack.resources)
        places = [(live.named(one), later.named(one)) for one in self.stack.resources if one.kind in NAMES]
        names = followed(self.before.inventory, self.after.inventory, places)
        return names, judge(self.stack.expectations, self.before, live)

    def _name_of_now(self, address: Address) -> str:
        """What a database of the stack is called as long as it has not its place: in the middle of a migration."""
        where, _, name = self.bare.known.get(Ref(address, "arn"), "").rpartition(":")
        return name if where.endswith((":db", ":cluster")) or not self.stack else self.stack.aws_name(address)

    @cached_property
    def judgement(self) -> Judgement | None:
        """What the plan makes worse by the rules, as far as it was read for that; None where no rule is asked."""
        if self.bounds is None:
            return None
        if not (self.before and self.after and self._foreseen):
            return Judgement(self.bounds, binds=self.binds)
        before = State(self.before, owned_by(self.bare.stack, self.bare.known))
        after = State(self.after, owned_by(self.bare.stack, self._foreseen[1]))
        place = self.stack.place if self.stack else nowhere
        found = change(self.bounds.guardrails, self.bare.stack, before, after, self.now, place)
        declared = frozenset(self.stack.resources) if self.stack else frozenset[Address]()
        return Judgement(self.bounds, found, declared, self.binds)

    @cached_property
    def plan(self) -> Plan:
        """The plan; what is not as expected is refused, or noted where it does not bind, as is that the rest holds.

        What fails a rule is refused as well.
        """
        broken = tuple(self._refusals())
        held = sum(outcome.holds for outcome in self.outcomes)
        notes = [f"{held} of {len(self.outcomes)} expectations hold"] if held else []
        already = "already, before the rest of this: " if self.begun else ""
        notes += [f"not as expected: {already}{item.what}" for item, stops in broken if not stops]
        bare = replace(self.bare, notes=(*self.bare.notes, *notes))
        if not self.binds:
            return bare
        failing = map(refusal, self.judgement.stopping) if self.judgement else ()
        return replace(bare, refusals=(*bare.refusals, *(item for item, stops in broken if stops), *failing))

    def _refusals(self) -> Iterator[tuple[Refusal, bool]]:
        """What is not as expected, and whether it stops the plan."""
        stopping = self.stopping(self.outcomes)
        for number, outcome in enumerate(self.outcomes, 1):
            if not outcome.holds:
                found = problem(outcome, self.bare.account)
                item = Refusal(Address("expect", str(number)), found.what, found.fix, found.location)
                yield item, any(outcome is one for one in stopping)

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
