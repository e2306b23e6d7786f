"""What protects databases, as data. ``X | Unknown``: not read, with why. None: there is no such thing. No decisions."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal, TypeAlias


@dataclass(frozen=True, slots=True)
class Unknown:
    """A value that nobody knows, and why: the question and AWS's error code, or what does not tell."""

    why: str


Flag: TypeAlias = bool | Unknown
Arn: TypeAlias = str


@dataclass(frozen=True, slots=True)
class Key:
    """A KMS key. ``manager``: whose it is. ``rotation``: None where AWS cannot rotate it (imported material, another
    spec). AWS's own keys are rotated every year (KMS guide, "Rotate AWS KMS keys")."""

    arn: Arn
    manager: Literal["customer", "aws"] | Unknown
    state: str | Unknown
    """As KMS says it: Enabled, Disabled, PendingDeletion …"""
    rotation: bool | Unknown | None
    multi_region: Flag
    account: str
    """Who owns it; "" if the ARN does not tell."""

    @property
    def usable(self) -> Flag:
        """Whether what it encrypted can be read."""
        return self.state if isinstance(self.state, Unknown) else self.state == "Enabled"


@dataclass(frozen=True, slots=True)
class Tls:
    """Whether a database refuses connections without TLS.

    ``required``: by its settings as they are written. ``in_effect``: so it is now. ``by``: the setting that decides,
    "" where the engine has none. ``status``: whether the group with the setting is applied: in-sync, pending-reboot,
    applying; "" if nothing says.
    """

    required: Flag
    in_effect: Flag
    by: str = ""
    status: str = ""


@dataclass(frozen=True, slots=True)
class Certificate:
    """The certificate that a database shows to its clients, and until when it and its authority are valid."""

    authority: str | Unknown
    authority_valid_till: datetime | Unknown
    valid_till: datetime | Unknown
    """That of the server itself, which AWS renews by itself where the engine can (RDS user guide)."""

    def days_left(self, now: datetime) -> int | Unknown:
        """Whole days until the first of both expires, less than 0 once it has; ``now`` with a time zone."""
        known = [one for one in (self.authority_valid_till, self.valid_till) if isinstance(one, datetime)]
        if not known:
            return self.authority_valid_till if isinstance(self.authority_valid_till, Unknown) else Unknown("")
        return (min(known) - now).days


@dataclass(frozen=True, slots=True)
class Secret:
    """The secret in which AWS keeps the master password. ``key``: None for the account's own aws/secretsmanager."""

    arn: Arn
    key: Arn | Unknown | None
    rotation: Flag


@dataclass(frozen=True, slots=True)
class Insights:
    """Performance Insights, and the key of what it collects."""

    key: Arn | Unknown


@dataclass(frozen=True, slots=True)
class Stream:
    """An activity stream, its state, and its key."""

    status: str
    key: Arn | Unknown


@dataclass(frozen=True, slots=True)
class LogGroup:
    """A log group of CloudWatch. ``key``: None for one that CloudWatch owns. ``days``: None keeps them forever."""

    name: str
    key: Arn | None
    days: int | None


@dataclass(frozen=True, slots=True)
class Protected:
    """An instance or a cluster. ``cluster``: the one that an instance is a member of; its settings count there."""

    id: str
    """``db:orders``, ``cluster:orders``."""
    engine: str
    version: str
    cluster: str
    encrypted: Flag
    key: Arn | Unknown | None
    tde: bool | Unknown | None
    """Whether its option group makes transparent data encryption available; None where the engine has none. What is
    encrypted with it inside the database AWS does not tell."""
    tls: Tls
    certificate: Certificate | None
    """None for a cluster, whose members each have one."""
    secret: Secret | None
    """None where the master password is not in AWS's hands."""
    insights: Insights | None
    stream: Stream | None
    logs: tuple[LogGroup, ...] | Unknown
    public: Flag
    """Whether it is publicly accessible: of a cluster whether any member is."""
    deletion_protection: Flag
    backup_days: int | Unknown
    """For how many days automated backups are kept; 0 for none."""
    iam_auth: Flag
    waiting: tuple[str, ...] = ()
    """What of it AWS has parked until the window, by AWS's names."""


@dataclass(frozen=True, slots=True)
class Proxy:
    """A proxy. ``secrets``: where it finds the passwords that it signs in with."""

    id: str
    require_tls: Flag
    secrets: tuple[Arn, ...]


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A snapshot, whose it is, and who may restore it. Automated ones cannot be shared (RDS user guide)."""

    id: str
    """``snapshot:…``, ``cluster-snapshot:…``."""
    of: str
    """``db:orders``, ``cluster:orders``: what it was made of; that may be gone."""
    automated: bool
    encrypted: Flag
    key: Arn | Unknown | None
    shared_with: tuple[str, ...] | Unknown
    """Accounts."""
    public: Flag


@dataclass(frozen=True, slots=True)
class Protection:
    """How the data of one account and Region is protected. Everything is sorted by id."""

    databases: tuple[Protected, ...]
    proxies: tuple[Proxy, ...]
    snapshots: tuple[Snapshot, ...]
    keys: tuple[Key, ...]
    """The keys that any of these use."""
    unread: tuple[tuple[str, Unknown], ...] = ()
    """What was not listed, so that there may be more of it than here: ``databases``, ``snapshots`` …, and why."""

    def database(self, name: str) -> Protected | None:
        """An instance or cluster, by its id."""
        return next((one for one in self.databases if one.id == name), None)

    def key(self, arn: Arn) -> Key | None:
        """A key, by its ARN."""
        return next((one for one in self.keys if one.arn == arn), None)

    def snapshots_of(self, database: str) -> tuple[Snapshot, ...]:
        """The snapshots of a database."""
        return tuple(one for one in self.snapshots if one.of == database)
