"""Guardrails: what a database, its keys, its network and its people must be like. One table, pure functions.

    guardrails = Guardrails(Profile.BASELINE, fail_on=Severity.HIGH)
    findings = guardrails.judge(Posture(inventory), now, stack.place)

The same rules judge a spec, what a plan would leave, and a live account; `Finding` says what they found.
"""

from rds_secure.rules.engine import judge
from rds_secure.rules.guardrails import Guardrails
from rds_secure.rules.meta import META
from rds_secure.rules.model import (
    NOT_APPLICABLE,
    PASSED,
    Context,
    Of,
    Profile,
    Rule,
    Subject,
    Verdict,
    failed,
    unknown,
)
from rds_secure.rules.scope import CONTROLS, LIVE_CONTROLS, OUT_OF_SCOPE
from rds_secure.rules.subjects import subjects_of
from rds_secure.rules.table import RULES
from rds_secure.rules.waivers import Waivers

__all__ = [
    "CONTROLS",
    "LIVE_CONTROLS",
    "META",
    "NOT_APPLICABLE",
    "OUT_OF_SCOPE",
    "PASSED",
    "RULES",
    "Context",
    "Guardrails",
    "Of",
    "Profile",
    "Rule",
    "Subject",
    "Verdict",
    "Waivers",
    "failed",
    "judge",
    "subjects_of",
    "unknown",
]
