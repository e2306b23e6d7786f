"""An audit for other tools: SARIF 2.1.0 and JUnit XML, with what is expected and what a trail shows beside the rules.

Source: OASIS SARIF 2.1.0; GitHub docs, "SARIF support for code scanning".
"""

from __future__ import annotations

from collections.abc import Iterator

from rds_secure.audit.history import trail_rule
from rds_secure.audit.report import Audit
from rds_secure.errors import Location
from rds_secure.finding import Finding, Severity, State
from rds_secure.render.junit import check_junit
from rds_secure.render.sarif import Sort, check_sarif

EXPECT = "expect"
"""The rule that stands for what specs expect."""


def findings_of(found: Audit) -> tuple[Finding, ...]:
    """Everything as findings: of the rules, of expectations, of patterns in a trail."""
    return (*found.findings, *_expected(found), *_trail(found))


def _expected(found: Audit) -> Iterator[Finding]:
    for one in found.expectations:
        state = State.PASS if one.outcome.holds else State.FAIL
        at, told = one.outcome.expected.at, found.expected(one)
        message, fix = "", ""
        if state is State.FAIL:
            problem = found.problem(one)
            message, fix = problem.what, problem.fix
        yield Finding(EXPECT, state, Severity.HIGH, told, message, fix, location=at, stack=one.stack)


def _trail(found: Audit) -> Iterator[Finding]:
    for suspect in found.trail.suspects if found.trail else ():
        for one in suspect.findings:
            rule = trail_rule(one.pattern, attempted=one.attempted)
            worst = one.evidence[0]
            message = (
                f"{one.title}: {one.count} event{'' if one.count == 1 else 's'}, such as {worst.what} ({worst.id})"
            )
            fix = "find out who did it, and take away what is not needed"
            yield Finding(rule, State.FAIL, one.severity, suspect.principal, message, fix)


def _sorts(found: Audit) -> Iterator[Sort]:
    """What there is beside the rules."""
    if found.expectations:
        yield Sort(
            EXPECT,
            "Access is as the spec expects it",
            "The spec says who alone may, or from where alone.",
            Severity.HIGH,
        )
    told: dict[str, Sort] = {}
    for suspect in found.trail.suspects if found.trail else ():
        for one in suspect.findings:
            rule = trail_rule(one.pattern, attempted=one.attempted)
            known = told.get(rule)
            if known is None or known.severity < one.severity:
                told[rule] = Sort(rule, one.title, "CloudTrail shows it.", one.severity)
    yield from told.values()


def audit_sarif(found: Audit, version: str, root: str = "") -> str:
    """A SARIF log. What no spec declares has no line: it is shown at the top of a file that is named as the account."""
    start = Location(f"aws/{found.account or 'trail'}/{found.region or 'files'}", 1, 1)
    return check_sarif(findings_of(found), found.guardrails.rules, version, start, tuple(_sorts(found)), root)


def audit_junit(found: Audit) -> str:
    """JUnit XML."""
    return check_junit(findings_of(found), f"{found.account} {found.region}".strip() or "trail", "rds-secure audit")
