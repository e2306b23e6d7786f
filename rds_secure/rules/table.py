"""The one table of rules, in the order of `explain`."""

from rds_secure.rules import (
    account,
    databases,
    escalation,
    groups,
    identities,
    network,
    running,
    secrets,
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
    *groups.RULES,
    *secrets.RULES,
    *identities.RULES,
    *trusting.RULES,
    *wildcards.RULES,
    *escalation.RULES,
    *words.RULES,
    *statements.RULES,
    *account.RULES,
)
