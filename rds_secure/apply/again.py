"""What is left of a plan after calls that may or may not have taken effect. It plans nothing, and calls nothing.

A lost reply, or "exists already" in answer to a repetition (RDS-15, KMS-1), says nothing about what is there: only
reading the account does. What the second look finds to do is done if the plan that was approved has it too.
"""

from __future__ import annotations

from dataclasses import replace

from rds_secure.apply.run import Outcome
from rds_secure.plan import Plan

ROUNDS = 4
"""How often an apply looks at the account anew."""

PAUSE = 5.0
"""Seconds before each look: what has just been made is not seen at once (IAM-1, KMS-4)."""


def in_doubt(outcome: Outcome) -> bool:
    """Whether all that failed may be done nevertheless."""
    return bool(outcome.failures) and not outcome.interrupted and all(item.uncertain for item in outcome.failures)


def rest(plan: Plan, outcome: Outcome, now: Plan) -> Plan:
    """Of the plan as it is ``now``: the steps that were not done, as far as every call in them is one of the first
    plan's for the same thing, and none of them is destructive."""
    approved = {step.address: {operation.call for operation in step.operations} for step in plan.steps}
    pending = {item.address for item in outcome.failures} | {address for address, _ in outcome.skipped}
    steps = [
        step
        for step in now.steps
        if step.address in pending
        and {operation.call for operation in step.operations} <= approved[step.address]
        and not any(operation.destructive for operation in step.operations)
    ]
    return replace(now, steps=tuple(steps))


def merged(plan: Plan, first: Outcome, now: Plan, carried: Plan, second: Outcome) -> Outcome:
    """The outcome of the first plan, after what was ``carried`` out of the plan as it is ``now``."""
    given_up = {step.address for step in now.steps if step.operations} - {step.address for step in carried.steps}
    failures = [*second.failures, *(item for item in first.failures if item.address in given_up)]
    pending = {item.address for item in first.failures} | {address for address, _ in first.skipped}
    left = {item.address for item in failures} | {address for address, _ in second.skipped} | (given_up & pending)
    nodes = [(step.address, index) for step in plan.steps for index, _ in enumerate(step.operations)]
    return Outcome(
        done=[node for node in nodes if node in first.done or node[0] not in left],
        failures=failures,
        skipped=[node for node in first.skipped if node[0] in left],
        interrupted=second.interrupted,
    )
