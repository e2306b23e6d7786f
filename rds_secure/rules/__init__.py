"""Guardrails: what a database, its keys, its network and its people must be like. One table, pure functions.

    findings = judge(RULES, subjects_of(inventory), Context(Posture(inventory), now), stack.at)

The same rules judge a spec, what a plan would leave, and a live account; `Finding` says what they found.
"""

from rds_secure.rules import databases
from rds_secure.rules.engine import judge
from rds_secure.rules.model import Context, Of, Profile, Rule, Subject, Verdict
from rds_secure.rules.subjects import subjects_of

RULES: tuple[Rule, ...] = (*databases.RULES,)
"""Every rule, in the order of `explain`."""

__all__ = ["RULES", "Context", "Of", "Profile", "Rule", "Subject", "Verdict", "judge", "subjects_of"]
