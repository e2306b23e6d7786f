"""The one table of rules, in the order of `explain`."""

from rds_secure.rules import (
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
from rds_secure.rules.frameworks import with_frameworks
from rds_secure.rules.model import Rule

_OURS = (
    *databases.RULES,
    *running.RULES,
    *watching.RULES,
    *network.RULES,
    *identities.RULES,
    *trusting.RULES,
    *wildcards.RULES,
    *escalation.RULES,
    *words.RULES,
    *statements.RULES,
)
RULES: tuple[Rule, ...] = tuple(map(with_frameworks, _OURS))
