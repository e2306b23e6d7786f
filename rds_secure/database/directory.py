"""How the membership of a database in a directory reads while it is on its way. It has no field."""

from __future__ import annotations

from typing import Final

PARKED: Final = (
    "pending-join",
    "pending-maintenance-join",
    "pending-enable-kerberos",
    "pending-maintenance-enable-kerberos",
)
"""Statuses of a directory that is not in use yet; nothing else shows that it is parked (RDS-24)."""

JOINED: Final = ("joined", "kerberos-enabled")
"""Statuses of a directory that is in use."""
