"""Declarative security for Amazon RDS. The public API, resolved when first used, so that `--help` loads nothing."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

if TYPE_CHECKING:
    from rds_secure.access.foresee import foresee
    from rds_secure.access.posture import Posture
    from rds_secure.api import apply, connect, make_plan, review, take_inventory, verify
    from rds_secure.errors import RdsSecureError
    from rds_secure.inventory import Inventory, Topic
    from rds_secure.plan import Plan
    from rds_secure.spec import Stack, load

__all__ = [
    "Inventory",
    "Plan",
    "Posture",
    "RdsSecureError",
    "Stack",
    "Topic",
    "__version__",
    "apply",
    "connect",
    "foresee",
    "load",
    "make_plan",
    "review",
    "take_inventory",
    "verify",
]

_HOMES = {
    "apply": "rds_secure.api",
    "connect": "rds_secure.api",
    "load": "rds_secure.spec",
    "verify": "rds_secure.api",
    "make_plan": "rds_secure.api",
    "review": "rds_secure.api",
    "take_inventory": "rds_secure.api",
    "foresee": "rds_secure.access.foresee",
    "Inventory": "rds_secure.inventory",
    "Posture": "rds_secure.access.posture",
    "Topic": "rds_secure.inventory",
    "Plan": "rds_secure.plan",
    "RdsSecureError": "rds_secure.errors",
    "Stack": "rds_secure.spec",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)
