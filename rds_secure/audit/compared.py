"""An audit held against an earlier one of the same account and Region. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from rds_secure.audit.history import EXPECT, TRAIL, Entry, Name, Record, compare, trail_rule, worst
from rds_secure.audit.report import Audit
from rds_secure.errors import Problem, RefusedError
from rds_secure.finding import Severity, State
from rds_secure.rules.subjects import unlisted


def record(found: Audit) -> Record:
    """An audit as far as a later one is compared with it."""
    asked = {rule.id for rule in found.guardrails.rules} if found.posture else set()
    hidden = unlisted(found.posture.inventory) if found.posture else frozenset()
    return Record(
        found.account,
        found.region,
        found.at,
        frozenset((*asked, *(f"{EXPECT}{stack}" for stack in found.stacks), *([TRAIL] if found.trail else []))),
        worst(_entries(found)),
        frozenset(rule.id for rule in found.guardrails.rules if not hidden.isdisjoint(rule.of)),
    )


def since(found: Audit, then: Record, *, new_only: bool = False) -> Audit:
    """The audit, compared with an earlier one. Raises `RefusedError` where that is of another account or Region."""
    if (then.account, then.region) != (found.account, found.region):
        before, this = _place(then.account, then.region), _place(found.account, found.region)
        what = f"the earlier audit is of {before}, this one of {this}"
        raise RefusedError([Problem(what, "compare it with one of the same account and region")])
    return replace(found, compared=compare(then, record(found)), new_only=new_only)


def _place(account: str, region: str) -> str:
    return f"account {account} in {region}" if account else "files alone"


def _entries(found: Audit) -> Iterator[tuple[Name, Entry]]:
    for one in found.findings:
        yield (one.rule, one.subject), Entry(one.state, one.severity, one.message)
    for expectation in found.expectations:
        told, holds = found.expected(expectation), expectation.outcome.holds
        state, message = (State.PASS, "") if holds else (State.FAIL, found.problem(expectation).what)
        yield (f"{EXPECT}{expectation.stack}", told), Entry(state, Severity.HIGH, message)
    for suspect in found.trail.suspects if found.trail else ():
        for hit in suspect.findings:
            name = (trail_rule(hit.pattern, attempted=hit.attempted), suspect.principal)
            yield name, Entry(State.FAIL, hit.severity, hit.title, hit.last.replace(microsecond=0))
