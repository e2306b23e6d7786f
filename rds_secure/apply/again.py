"""What is left of a plan after calls that may or may not have taken effect. It plans nothing, and calls nothing.

A lost reply, or "exists already" in answer to a repetition (RDS-15, KMS-1), says nothing about what is there: only
reading the account does. What the second look finds to do is done if the plan that was approved has it too.
"""

from __future__ import annotations

from dataclasses import replace

from rds_secure.apply.run import Outcome
from rds_secure.plan import Plan, Step
from rds_secure.plan.part import strays
from rds_secure.values import Address, refs

PAUSES = (5.0, 15.0, 5.0, 30.0, 5.0, 60.0)
"""Seconds before each look at the account: what has just been made is not seen at once (IAM-1, KMS-4).

Looks go in pairs: what must not be made twice is made again after the second at the earliest.
"""

BLIND = 2
"""How many looks that could not see the account are made again: they settle nothing, and mostly mean that something has
been made, and is not shown yet (KMS-4)."""


def in_doubt(outcome: Outcome) -> bool:
    """Whether all that failed may be done nevertheless."""
    return bool(outcome.failures) and not outcome.interrupted and all(item.uncertain for item in outcome.failures)


def next_look(outcome: Outcome, looks: int) -> tuple[float, int]:
    """Seconds until the account is looked at again after so many ``looks``, and how many it are then.

    Where nothing could be made after the first of a pair, it is not looked at for that one.
    """
    both = looks % 2 == 0 and not any(item.operation.repeatable for item in outcome.failures)
    after = looks + (2 if both else 1)
    return sum(PAUSES[looks:after]), after


def rest(plan: Plan, outcome: Outcome, now: Plan, *, first_look: bool) -> Plan:
    """Of the plan as it is ``now``: the steps that were not done, as far as every call in them is a part of the first
    plan's for the same thing, none is destructive, and what they need is not left out.

    What must not be made twice, and may have been made, is not made after the ``first_look``: that may have come too
    early to see it (KMS-1).
    """
    held = {item.address for item in outcome.failures if first_look and not item.operation.repeatable}
    unapproved = strays(plan, now)
    pending = _pending(outcome)
    steps = {
        step.address: step
        for step in now.steps
        if step.address in pending
        and step.address not in unapproved
        and not any(operation.destructive for operation in step.operations)
        and not (step.address in held and not all(operation.repeatable for operation in step.operations))
    }
    left_out = {step.address for step in now.steps if step.operations and step.address in pending} - steps.keys()
    while without := {address for address, step in steps.items() if _needs(step) & left_out}:
        left_out |= without
        steps = {address: step for address, step in steps.items() if address not in without}
    return replace(now, steps=tuple(steps.values()))


def merged(plan: Plan, first: Outcome, now: Plan, carried: Plan, second: Outcome) -> Outcome:
    """The outcome of the first plan, after what was ``carried`` out of the plan as it is ``now``."""
    given_up = {step.address for step in now.steps if step.operations} - {step.address for step in carried.steps}
    failures = [*second.failures, *(item for item in first.failures if item.address in given_up)]
    pending = _pending(first)
    left = {item.address for item in failures} | {address for address, _ in second.skipped} | (given_up & pending)
    nodes = [(step.address, index) for step in plan.steps for index, _ in enumerate(step.operations)]
    return Outcome(
        done=[node for node in nodes if node in first.done or node[0] not in left],
        failures=failures,
        skipped=[node for node in first.skipped if node[0] in left],
        interrupted=second.interrupted,
        lost=second.lost,
    )


def _pending(outcome: Outcome) -> set[Address]:
    return {item.address for item in outcome.failures} | {address for address, _ in outcome.skipped}


def _needs(step: Step) -> set[Address]:
    """What the calls of a step refer to, or have to come after."""
    named = {ref.target for operation in step.operations for ref in refs(dict(operation.params))}
    return named.union(*(operation.after for operation in step.operations)) - {step.address}
