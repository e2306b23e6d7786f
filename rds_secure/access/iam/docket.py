"""Which of the actions that are asked about the statements of policies cover, worked out once for each policy.

Most statements treat most actions alike (``rds:*``), so that few of them have to be decided for a caller. Nothing is
decided here.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rds_secure.access.iam.match import action_fits, template
from rds_secure.access.iam.policy import Policy, Statement
from rds_secure.access.iam.spread import places

Coverage = tuple[int, ...]
"""For each action of the docket, which statements cover it: a bit for each statement."""


class Docket:
    """The actions that are asked about."""

    def __init__(self, actions: Iterable[str]) -> None:
        self.actions = tuple(dict.fromkeys(actions))
        self.number = {action: number for number, action in enumerate(self.actions)}
        self._patterns: dict[str, int] = {}
        self._policies: dict[Policy, Coverage] = {}
        self._whole = (1 << len(self.actions)) - 1

    def covered(self, statement: Statement) -> int:
        """The actions that a statement covers: a bit for each action."""
        found = 0
        for pattern in statement.actions:
            found |= self._fitting(pattern.widest)
        return self._whole & ~found if statement.not_actions else found

    def _fitting(self, pattern: str) -> int:
        if (found := self._patterns.get(pattern)) is None:
            written = template(pattern, variables=False)
            found = sum(1 << number for action, number in self.number.items() if action_fits(written, action))
            self._patterns[pattern] = found
        return found

    def coverage(self, policy: Policy) -> Coverage:
        """Which statements of a policy cover each action; of one that was not read, all of them may."""
        if (found := self._policies.get(policy)) is None:
            if policy.statements is None:
                found = (1,) * len(self.actions)
            else:
                found = self.transposed([self.covered(statement) for statement in policy.statements])
            self._policies[policy] = found
        return found

    def transposed(self, covered: Sequence[int]) -> Coverage:
        """The coverage of statements of which each covers some actions."""
        found = [0] * len(self.actions)
        for bit, actions in enumerate(covered):
            for number in places(actions):
                found[number] |= 1 << bit
        return tuple(found)
