"""Judgements built by hand, as plans of a small stack come to: what the renderers are shown in the tests."""

from __future__ import annotations

from datetime import date

from rds_secure.errors import Location
from rds_secure.finding import Excuse, Finding, Severity, State
from rds_secure.rules import Guardrails
from rds_secure.rules.change import Change
from rds_secure.rules.judgement import Bounds, Judgement
from rds_secure.values import Address

ORDERS, DATA, GROUP = (
    Address("db_instance", "orders"),
    Address("kms_key", "data"),
    Address("security_group", "orders-db"),
)

PUBLIC = Finding(
    "no-open-database",
    State.FAIL,
    Severity.HIGH,
    "sg-0bbbbbbbbbbbbbbbb",
    "it lets the world connect to orders",
    "name the hosts or networks that need it in 'ingress'",
    GROUP,
    ("ingress",),
    Location("orders.yaml", 12, 7),
)
BACKUPS = Finding(
    "backups-kept",
    State.FAIL,
    Severity.MEDIUM,
    "db:orders",
    "backups are kept for 3 days, not 7",
    "write 'backup_days: 7' or more",
    ORDERS,
    ("backup_days",),
    Location("orders.yaml", 31, 7),
)
ROTATED = Finding(
    "key-rotated",
    State.FAIL,
    Severity.MEDIUM,
    "key:<kms_key.data>",
    "KMS does not rotate it",
    "write 'rotation_days: 365' or less",
    DATA,
    ("rotation_days",),
    Location("orders.yaml", 5, 7),
)
WAIVED = Finding(
    "tls-required",
    State.WAIVED,
    Severity.MEDIUM,
    "db:orders",
    "it takes connections without TLS (rds.force_ssl in loose)",
    "set 'rds.force_ssl' or 'require_secure_transport' in the parameter group, and reboot if it waits",
    ORDERS,
    ("parameter_group",),
    Location("orders.yaml", 33, 7),
    excuse=Excuse("an old client", "dana", date(2027, 3, 31), Location("orders.yaml", 60, 5)),
)
UNSURE = Finding("private-subnets", State.UNKNOWN, Severity.HIGH, "db:orders", "its subnets are not told", "", ORDERS)
MENDED = Finding(
    "minor-upgrades",
    State.FAIL,
    Severity.HIGH,
    "db:orders",
    "it stays without fixes until somebody upgrades",
    "write 'minor_upgrades: true'",
    ORDERS,
)
OLD = Finding(
    "no-admin-policy",
    State.FAIL,
    Severity.HIGH,
    "policy/legacy",
    "statement 1 allows everything on everything",
    "name the actions and the resources that are needed",
)


def everything() -> Judgement:
    """Every form that a finding can take."""
    change = Change((PUBLIC, BACKUPS, ROTATED), (WAIVED,), (UNSURE,), (MENDED,), (OLD,))
    return Judgement(Bounds(Guardrails()), change)


def nothing(*old: Finding) -> Judgement:
    """Nothing gets worse."""
    return Judgement(Bounds(Guardrails()), Change(old=old))
