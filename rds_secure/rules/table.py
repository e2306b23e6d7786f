"""The one table of rules, in the order of `explain`."""

from rds_secure.rules import (
    comparing,
    databases,
    escalation,
    identities,
    network,
    running,
    statements,
    trusting,
    watching,
    wildcards,
    words,
)
from rds_secure.rules.model import Rule

RULES: tuple[Rule, ...] = (
    *databases.RULES,
    *running.RULES,
    *watching.RULES,
    *network.RULES,
    *identities.RULES,
    *trusting.RULES,
    *wildcards.RULES,
    *escalation.RULES,
    *words.RULES,
    *comparing.RULES,
    *statements.RULES,
)
