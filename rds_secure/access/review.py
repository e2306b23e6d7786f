"""A plan with what it does to access: what has to be read for that, and the comparison. It reads nothing itself."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from rds_secure.access.delta import Delta, compare
from rds_secure.access.delta.gains import gains
from rds_secure.access.foresee import foresee
from rds_secure.access.posture import Posture
from rds_secure.inventory.model import Question
from rds_secure.inventory.questions import Topic
from rds_secure.inventory.subjects import key_questions
from rds_secure.plan.approved import ApprovedAccess
from rds_secure.plan.model import Plan
from rds_secure.values import resolve

_KEY = re.compile(r"arn:[a-z-]+:kms:[a-z0-9-]+:\d{12}:key/[A-Za-z0-9-]+")
_GROUPS = {
    "DBParameterGroupName": "DescribeDBParameters",
    "DBClusterParameterGroupName": "DescribeDBClusterParameters",
}
"""Parameters of calls that name a group, and the question of what is in it."""


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
    def gains(self) -> ApprovedAccess:
        """Who gains what: what an approval covers."""
        return gains(self.delta, self.plan.known)

    @property
    def digest(self) -> str:
        """What an approval is bound to: the plan's digest, and where a call bears on access that of the gains."""
        return f"{self.plan.digest}.{self.gains.digest}" if self.topics else self.plan.digest

    @cached_property
    def delta(self) -> Delta:
        """What the plan does to access."""
        return compare(self.before, self.after) if self.before and self.after else Delta()


def questions_of(plan: Plan, topics: frozenset[Topic]) -> Iterator[Question]:
    """What does not follow from the databases that there are: keys and groups that the plan's calls name."""
    for _, operation in plan.operations():
        params = resolve(operation.params, plan.known)
        if Topic.KEYS in topics:
            for arn in sorted(set(_KEY.findall(str(params)))):
                yield from key_questions(arn)
        if Topic.PROTECTION in topics:
            yield from _groups(params)


def _groups(params: Any) -> Iterator[Question]:
    for name, action in _GROUPS.items():
        if isinstance(group := params.get(name), str):
            yield Question("rds", action, group)
