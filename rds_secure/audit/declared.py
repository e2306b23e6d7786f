"""What specs say of an account that is audited: what is whose, where it is written, and what is expected. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from rds_secure.access import expect
from rds_secure.access.expect import Names, Outcome
from rds_secure.access.posture import Posture
from rds_secure.finding import Finding, State
from rds_secure.live import Snapshot
from rds_secure.plan import Plan
from rds_secure.rules.subjects import Spot
from rds_secure.spec import Stack


@dataclass(frozen=True, slots=True)
class Declared:
    """A stack, what of it is in the account, and the plan for the rest, which is never carried out here."""

    stack: Stack
    snapshot: Snapshot
    plan: Plan

    @property
    def names(self) -> Names:
        """What the words of its expectations stand for."""
        return Names(self.plan.known, self.stack.aws_name, self.stack.resources)


@dataclass(frozen=True, slots=True)
class Expectation:
    """What a stack expects, and what has become of it in the account as it is."""

    stack: str
    outcome: Outcome


def owned(declared: Iterable[Declared]) -> Mapping[str, Spot]:
    """ARN or id → the stack and address of what the stacks have in the account."""
    return {
        value: (each.stack.name, address)
        for each in declared
        for address, live in each.snapshot.live.items()
        for name in ("id", "arn")
        if (value := live.exports.get(name))
    }


def located(findings: Iterable[Finding], declared: Iterable[Declared]) -> Iterator[Finding]:
    """The findings; what fails, or nobody knows, of what a spec declares with the place where that is written."""
    stacks = {each.stack.name: each.stack for each in declared}
    for one in findings:
        stack = stacks.get(one.stack)
        if stack and one.address and one.state is not State.PASS:
            yield replace(one, location=stack.place(one.address, one.path))
        else:
            yield one


def expectations(declared: Sequence[Declared], posture: Posture) -> tuple[Expectation, ...]:
    """What has become of everything that the stacks expect."""
    return tuple(
        Expectation(each.stack.name, outcome)
        for each in declared
        for outcome in expect.judge(each.stack.expectations, posture, each.names)
    )
