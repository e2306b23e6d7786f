"""An audit: what the rules find in an account, how its databases stand, what was done in it. Data, no I/O.

Every section but the findings may be absent: None is "was not asked for". Renderers take the whole.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from rds_secure.access.expect.words import expected, problem
from rds_secure.access.names import names_of
from rds_secure.access.posture import Posture
from rds_secure.audit.declared import Declared, Expectation, expectations, located, owned
from rds_secure.audit.history import EXPECT, Comparison, Name, trail_rule
from rds_secure.audit.hub.model import HubReport
from rds_secure.audit.standing import Standing, standings
from rds_secure.audit.trail.model import Report as Trail
from rds_secure.errors import Problem
from rds_secure.finding import Finding, State
from rds_secure.rules import Guardrails


@dataclass(frozen=True)
class Audit:
    """One account and Region at one moment.

    ``posture``: None where the account was not asked. ``at``: when, with a time zone; of a recording: when that was
    made. ``caller``: the ARN of who asked. ``stacks``: those whose specs were given. ``guardrails``: which rules were
    asked, and what stops. ``trail``: what CloudTrail shows, None where nobody asked it. ``hub``: what Security Hub
    says, likewise; it stops nothing, for our rules judge the same, as things are now. ``compared``: with an earlier
    audit; ``new_only``: whether only what is worse than then stops.
    """

    at: datetime
    guardrails: Guardrails
    posture: Posture | None = None
    caller: str = ""
    stacks: tuple[str, ...] = ()
    findings: tuple[Finding, ...] = ()
    expectations: tuple[Expectation, ...] = ()
    trail: Trail | None = None
    hub: HubReport | None = None
    compared: Comparison | None = None
    new_only: bool = False

    @property
    def account(self) -> str:
        """The account's id; "" where it was not asked."""
        return self.posture.inventory.place.account if self.posture else ""

    @property
    def region(self) -> str:
        """The Region; "" likewise."""
        return self.posture.inventory.place.region if self.posture else ""

    @cached_property
    def standings(self) -> tuple[Standing, ...]:
        """How each database stands, the worst first."""
        return standings(self.posture, self.findings) if self.posture else ()

    @cached_property
    def names(self) -> Mapping[str, str]:
        """What people call things whose ids say nothing: id → name."""
        return names_of(self.posture.inventory) if self.posture else {}

    @property
    def broken(self) -> tuple[Expectation, ...]:
        """What is not as a stack expects."""
        return tuple(one for one in self.expectations if not one.outcome.holds)

    def expected(self, one: Expectation) -> str:
        """What is expected, in one line."""
        return expected(one.outcome)

    def problem(self, one: Expectation) -> Problem:
        """What is wrong with an expectation that does not hold."""
        return problem(one.outcome, self.account)

    @property
    def stopping(self) -> frozenset[Name]:
        """What is as bad as the guardrails, or the specs, say that nothing may be."""
        by_rules = ((one.rule, one.subject) for one in self.guardrails.stopping(self.findings))
        by_specs = ((f"{EXPECT}{one.stack}", self.expected(one)) for one in self.broken)
        by_trail = (
            (trail_rule(hit.pattern, attempted=hit.attempted), suspect.principal)
            for suspect in (self.trail.suspects if self.trail else ())
            for hit in suspect.findings
            if hit.severity >= self.guardrails.least
        )
        return frozenset((*by_rules, *by_specs, *by_trail))

    @property
    def stops(self) -> bool:
        """Whether anything in it stops a run (exit 3); with ``new_only``: anything that was not so, or is mandatory."""
        if self.compared and self.new_only:
            worse = self.compared.worse
            return any(name in worse or name[0] in self.guardrails.mandatory for name in self.stopping)
        return bool(self.stopping)


def audit(
    posture: Posture, guardrails: Guardrails, at: datetime, caller: str = "", declared: Sequence[Declared] = ()
) -> Audit:
    """The rules asked about everything in the account, and the expectations of the stacks. The trail is added apart."""
    found = guardrails.judge(posture, at, owned=owned(declared))
    return Audit(
        at,
        guardrails,
        posture,
        caller,
        tuple(each.stack.name for each in declared),
        tuple(located(found, declared)),
        expectations(declared, posture),
    )


def failing(findings: Sequence[Finding]) -> tuple[Finding, ...]:
    """Those that fail."""
    return tuple(one for one in findings if one.state is State.FAIL)
