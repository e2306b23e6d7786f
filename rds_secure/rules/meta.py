"""The rules about what is let pass: asked of no thing, and answered where waivers and a baseline are applied."""

from __future__ import annotations

from rds_secure.finding import Severity
from rds_secure.rules.model import NOT_APPLICABLE, Context, Rule, Subject, Verdict


def _of_nothing(subject: Subject, context: Context) -> Verdict:
    return NOT_APPLICABLE


_ENTRY = """
waivers:
  - rule: multi-az
    resource: ${db_instance.orders}
    reason: may be away for an hour
    owner: dba@example.com
    expires: """.lstrip("\n")


def _meta(rule_id: str, severity: Severity, title: str, why: str, fix: str, good: str, bad: str) -> Rule:
    return Rule(rule_id, (), severity, title, why, fix, _of_nothing, good, bad)


WAIVER_EXPIRED = _meta(
    "waiver-expired",
    Severity.MEDIUM,
    "No waiver is past its day",
    "A waiver past its day covers nothing: what it covered fails again, and nobody answers for it any more.",
    "mend what it covers and take it out, or have its owner answer for it until a later day",
    f"{_ENTRY}2099-12-31",
    f"{_ENTRY}2020-01-31",
)
WAIVER_UNUSED = _meta(
    "waiver-unused",
    Severity.LOW,
    "Every waiver covers something",
    "A waiver that nothing needs would let the same thing pass if it came back, and nobody would see it.",
    "take it out",
    f"{_ENTRY}2099-12-31  # and multi_az is false",
    f"{_ENTRY}2099-12-31  # and multi_az is true",
)
WAIVER_REFUSED = _meta(
    "waiver-refused",
    Severity.HIGH,
    "Every waiver is one that the policy allows",
    "Whoever changes a spec does not decide alone what may pass: a policy says who may waive what and for how long. A "
    "waiver beyond that covers nothing.",
    "mend what it covers and take it out, or have it written by somebody whom the policy lets waive it",
    f"{_ENTRY}2099-12-31  # and the policy lets dba@example.com waive multi-az so long",
    f"{_ENTRY}2099-12-31  # and the policy lets nobody do so",
)
BASELINE_OUTDATED = _meta(
    "baseline-outdated",
    Severity.LOW,
    "A baseline has only what fails still",
    "An entry that nothing needs would let the same thing pass if it came back, and nobody would see it.",
    "take the entry out, or record the baseline anew",
    '{"rule": "multi-az", "stack": "orders", "of": "db_instance.orders"}, which has one zone still',
    '{"rule": "multi-az", "stack": "orders", "of": "db_instance.orders"}, which has two zones now',
)
META = (WAIVER_EXPIRED, WAIVER_UNUSED, WAIVER_REFUSED, BASELINE_OUTDATED)
"""In the order of `explain`, after the rules about things."""
