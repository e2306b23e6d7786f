"""The one table of rules, in the order of `explain`."""

from rds_secure.rules import databases, identities, network, running, watching
from rds_secure.rules.model import Rule

RULES: tuple[Rule, ...] = (
    *databases.RULES,
    *running.RULES,
    *watching.RULES,
    *network.RULES,
    *identities.RULES,
)
