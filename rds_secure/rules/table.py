"""The one table of rules, in the order of `explain`."""

from rds_secure.rules import account, databases, groups, identities, network, running, secrets, watching
from rds_secure.rules.model import Rule

RULES: tuple[Rule, ...] = (
    *databases.RULES,
    *running.RULES,
    *watching.RULES,
    *network.RULES,
    *groups.RULES,
    *secrets.RULES,
    *identities.RULES,
    *account.RULES,
)
