"""What a pattern says of an event, and the words for what an event was about. It judges nothing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

from rds_secure.audit.trail.context import Context, Names
from rds_secure.audit.trail.event import Event, look, text
from rds_secure.finding import Severity

LOW, MEDIUM, HIGH, CRITICAL = Severity.LOW, Severity.MEDIUM, Severity.HIGH, Severity.CRITICAL


DELETED = "databases or backups deleted"
COPIED_OUT = "data copied by somebody who is not listed for it"
SHARED = "snapshots shared or exported"
OPENED = "network opened"
TOUCHED = "credentials changed or read"
OFF = "logging or alarms switched off"
"""Titles of patterns that several services show."""


@dataclass(frozen=True, slots=True)
class Hit:
    """That an event shows a pattern. ``unsure``: what is not known of it; it then counts for one step less."""

    severity: Severity
    what: str
    unsure: str = ""


Judge: TypeAlias = Callable[[Event, Context], Hit | None]


@dataclass(frozen=True, slots=True)
class Pattern:
    """``calls``: what is looked at, as ``rds:DeleteDBInstance``; () for calls of any name."""

    id: str
    title: str
    calls: tuple[str, ...]
    judge: Judge


_NAMED = (
    ("db", "dBInstanceIdentifier"),
    ("cluster", "dBClusterIdentifier"),
    ("snapshot", "dBSnapshotIdentifier"),
    ("cluster-snapshot", "dBClusterSnapshotIdentifier"),
    ("global-cluster", "globalClusterIdentifier"),
    ("pg", "dBParameterGroupName"),
    ("cluster-pg", "dBClusterParameterGroupName"),
    ("og", "optionGroupName"),
    ("secgrp", "dBSecurityGroupName"),
    ("es", "subscriptionName"),
    ("auto-backup", "dbiResourceId"),
)
"""How RDS's ARNs call things, and the parameters that name one."""


def thing(event: Event) -> str:
    """What a call of RDS was about: ``db:orders``; "something" where no parameter tells."""
    for sort, key in _NAMED:
        if name := text(look(event.params, key)):
            return f"{sort}:{name}"
    return "something"


def beside(severity: Severity, what: str, event: Event, names: set[str], known: Names, context: Context) -> Hit | None:
    """A hit where what a call outside of RDS was about belongs to a database; unsure where nobody knows.

    ``names``: all that it may be called. Ids of another Region are not those of this one's databases.
    """
    if known is None:
        return Hit(severity, what, "whether it belongs to a database is not known")
    if context.region and event.region != context.region:
        return None
    return Hit(severity, what) if names & known else None
