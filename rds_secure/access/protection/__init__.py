"""How data is protected: keys, TLS, snapshots, secrets, backups, of an inventory. It calls nothing and judges nothing.

    found = protection_of(inventory)          # no clock: `Certificate.days_left` takes the moment
    found.database("db:orders").tls.in_effect # True, False, or Unknown with why

Every value may be `Unknown`: unread is not absent. Equal protection is equal as data, so that two can be compared.
"""

from rds_secure.access.protection.databases import protection_of
from rds_secure.access.protection.model import (
    Certificate,
    Insights,
    Key,
    LogGroup,
    Protected,
    Protection,
    Proxy,
    Secret,
    Snapshot,
    Stream,
    Tls,
    Unknown,
)

__all__ = [
    "Certificate",
    "Insights",
    "Key",
    "LogGroup",
    "Protected",
    "Protection",
    "Proxy",
    "Secret",
    "Snapshot",
    "Stream",
    "Tls",
    "Unknown",
    "protection_of",
]
