"""Guardrails: what a database, its keys, its network and its people must be like. One table, pure functions.

    posture = Posture(inventory)
    findings = judge(chosen(Profile.BASELINE), subjects_of(posture), Context(posture, now), stack.at)

The same rules judge a spec, what a plan would leave, and a live account; `Finding` says what they found.
"""

from rds_secure.rules import databases, identities, network, running, watching
from rds_secure.rules.engine import judge
from rds_secure.rules.model import Context, Of, Profile, Rule, Subject, Verdict
from rds_secure.rules.scope import LIVE_CONTROLS, OUT_OF_SCOPE
from rds_secure.rules.subjects import subjects_of

RULES: tuple[Rule, ...] = (
    *databases.RULES,
    *running.RULES,
    *watching.RULES,
    *network.RULES,
    *identities.RULES,
)
"""Every rule, in the order of `explain`."""


def chosen(profile: Profile) -> tuple[Rule, ...]:
    """The rules of a profile: ``strict`` has those of ``baseline`` too."""
    return tuple(rule for rule in RULES if profile is Profile.STRICT or rule.profile is Profile.BASELINE)


__all__ = [
    "LIVE_CONTROLS",
    "OUT_OF_SCOPE",
    "RULES",
    "Context",
    "Of",
    "Profile",
    "Rule",
    "Subject",
    "Verdict",
    "chosen",
    "judge",
    "subjects_of",
]
