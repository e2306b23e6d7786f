"""The one table of rules, in the order of `explain`."""

from rds_secure.rules import (
    account,
    comparing,
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
from rds_secure.rules.frameworks import with_frameworks
from rds_secure.rules.model import Rule

_OURS = (
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
    *comparing.RULES,
    *statements.RULES,
    *account.RULES,
)
RULES: tuple[Rule, ...] = tuple(map(with_frameworks, _OURS))
