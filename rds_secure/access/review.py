"""A plan with what it does to access: what has to be read for that, and the comparison. It reads nothing itself."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from rds_secure.access.delta import Delta, compare
from rds_secure.access.foresee import foresee
from rds_secure.access.posture import Posture
from rds_secure.inventory.questions import Topic
from rds_secure.plan.model import Plan


@dataclass(frozen=True)
class Review:
    """A plan, and the account as it is, as far as it was read. ``before``: None where nothing had to be read."""

    plan: Plan
    topics: frozenset[Topic] = frozenset()
    before: Posture | None = None

    @cached_property
    def after(self) -> Posture | None:
        """The account as the plan would leave it."""
        return Posture(foresee(self.before.inventory, self.plan), self.before.levels) if self.before else None

    @cached_property
    def delta(self) -> Delta:
        """What the plan does to access."""
        return compare(self.before, self.after) if self.before and self.after else Delta()
