"""How data is protected, as the published JSON shows it. How it is written: `json`.

Adding a field keeps `format_version`'s first number; anything that an old reader would misread changes it.
"""

from __future__ import annotations

from dataclasses import fields
from typing import Any, Literal, TypeVar

from rds_secure.access.protection import Certificate, Key, Protected, Unknown
from rds_secure.render.protection import Told
from rds_secure.render.published import View
from rds_secure.render.reach_view import UnreadView

T = TypeVar("T")


class Part(View):
    """The base of what may be not known: such a field is null, and ``unknown`` says why."""

    unknown: dict[str, str]
    """Field → why it is not known."""


class TlsView(Part):
    """Whether connections without TLS are refused."""

    required: bool | None
    """By the settings as they are written."""
    in_effect: bool | None
    """So it is now."""
    by: str
    """The setting that decides; empty where the engine has none."""
    status: str
    """Whether the group with the setting is applied: in-sync, pending-reboot, applying; empty if nothing says."""


class CertificateView(Part):
    """The certificate that a database shows, and its authority."""

    authority: str | None
    """The authority's identifier."""
    authority_valid_till: str | None
    """Until when the authority's certificate is valid, in ISO 8601."""
    valid_till: str | None
    """Until when the server's own is."""
    days_left: int | None
    """Whole days until the first of both ends; negative once it has."""


class SecretView(Part):
    """The secret in which AWS keeps the master password."""

    arn: str
    """Its ARN."""
    key: str | None
    """The ARN of its key; null for the account's own aws/secretsmanager."""
    rotation: bool | None
    """Whether AWS rotates it."""


class CollectedView(Part):
    """Something that is collected of a database, and its key."""

    status: str
    """Its state."""
    key: str | None
    """The ARN of its key."""


class LogGroupView(View):
    """A log group of CloudWatch."""

    name: str
    """Its name."""
    key: str | None
    """The ARN of its key; null for one that CloudWatch owns."""
    days: int | None
    """How long lines are kept; null: for ever."""


class ProtectedView(Part):
    """An instance or a cluster."""

    database: str
    """db: or cluster: and its name."""
    engine: str
    """Its engine."""
    version: str
    """The engine's version."""
    cluster: str
    """The cluster that it is a member of; empty for none."""
    encrypted: bool | None
    """Whether its storage is encrypted."""
    key: str | None
    """The ARN of the key of its storage; null where it is not encrypted."""
    tde: bool | None
    """Whether its option group makes transparent data encryption available; null where the engine has none."""
    tls: TlsView
    """Whether it refuses connections without TLS, and by which setting."""
    certificate: CertificateView | None
    """Its certificate; null for a cluster, whose members each have one."""
    secret: SecretView | None
    """Its master password's secret; null where AWS does not manage it."""
    insights: CollectedView | None
    """Performance Insights; null where it is off."""
    stream: CollectedView | None
    """The activity stream; null where there is none."""
    logs: tuple[LogGroupView, ...] | None
    """The log groups that it exports to."""
    publicly_accessible: bool | None
    """The flag; of a cluster whether any member has it."""
    deletion_protection: bool | None
    """The flag."""
    backup_days: int | None
    """For how many days automated backups are kept; 0 for none."""
    iam_auth: bool | None
    """Whether principals of IAM can sign in."""
    waiting: tuple[str, ...]
    """What AWS has parked until the window, by its own names."""


class ProxyView(Part):
    """A proxy."""

    proxy: str
    """db-proxy: and its name."""
    require_tls: bool | None
    """Whether it refuses connections without TLS."""
    secrets: tuple[str, ...]
    """Where it finds passwords."""


class SnapshotView(Part):
    """A snapshot."""

    snapshot: str
    """snapshot: or cluster-snapshot: and its name."""
    of: str
    """The database that it was made of, which may be gone."""
    automated: bool
    """Whether AWS made it; such cannot be shared."""
    encrypted: bool | None
    """Whether it is encrypted."""
    key: str | None
    """The ARN of its key; null where it is not encrypted."""
    shared_with: tuple[str, ...] | None
    """The accounts that may restore it."""
    public: bool | None
    """Whether anybody may restore it."""


class UserView(View):
    """A principal that may use a key."""

    principal: str
    """Its ARN, or the name of a service."""
    kind: str
    """user, role, root, service, federated, anyone."""
    sure: bool
    """Whether no condition is left open."""


class KeyView(Part):
    """A key that something here uses."""

    arn: str
    """Its ARN."""
    account: str
    """Who owns it."""
    manager: Literal["customer", "aws"] | None
    """Who manages it."""
    state: str | None
    """As KMS says it: Enabled, Disabled, PendingDeletion …; gone where there is none."""
    rotation: bool | None
    """Whether it is rotated; null also where AWS cannot."""
    multi_region: bool | None
    """Whether it is in several Regions."""
    users: tuple[UserView, ...] | None
    """Who may decrypt with it; null for keys of no database's storage."""


class EncryptionView(View):
    """What `rds-secure access encryption --format json` prints."""

    format_version: Literal["1.0"]
    """The version of this format."""
    account: str
    """The account's id."""
    region: str
    """The region."""
    of: str
    """Which state of the account is told, in words; empty for the account as it is."""
    partial: bool
    """Whether it is told of a spec alone, so that there may be more."""
    databases: tuple[ProtectedView, ...]
    """Instances and clusters, by id."""
    proxies: tuple[ProxyView, ...]
    """Proxies, by id."""
    snapshots: tuple[SnapshotView, ...]
    """Snapshots, by id."""
    keys: tuple[KeyView, ...]
    """The keys of all these."""
    unread: tuple[UnreadView, ...]
    """What AWS did not answer."""


def encryption_view(told: Told) -> EncryptionView:
    """The published form."""
    found, inventory = told.found, told.inventory
    return EncryptionView(
        format_version="1.0",
        account=inventory.place.account,
        region=inventory.place.region,
        of=told.of,
        partial=inventory.partial,
        databases=tuple(_database(told, one) for one in found.databases),
        proxies=tuple(ProxyView(proxy=one.id, **_values(one, "id")) for one in found.proxies),
        snapshots=tuple(SnapshotView(snapshot=one.id, **_values(one, "id")) for one in found.snapshots),
        keys=tuple(_key(told, one) for one in found.keys),
        unread=tuple(UnreadView(call=str(question), code=code) for question, code in sorted(inventory.unread.items())),
    )


def _database(told: Told, one: Protected) -> ProtectedView:
    apart = ("id", "tls", "certificate", "secret", "insights", "stream", "logs", "public")
    made = _values(one, *apart)
    why = {
        name: value.why
        for name, value in (("logs", one.logs), ("publicly_accessible", one.public))
        if isinstance(value, Unknown)
    }
    made["unknown"].update(why)
    return ProtectedView(
        database=one.id,
        tls=TlsView(**_values(one.tls)),
        certificate=_certificate(told, one.certificate),
        secret=SecretView(**_values(one.secret)) if one.secret else None,
        insights=CollectedView(status="on", **_values(one.insights)) if one.insights else None,
        stream=CollectedView(**_values(one.stream)) if one.stream else None,
        logs=None if isinstance(one.logs, Unknown) else tuple(LogGroupView(**_plain(log)) for log in one.logs),
        publicly_accessible=known(one.public),
        **made,
    )


def _certificate(told: Told, one: Certificate | None) -> CertificateView | None:
    if one is None:
        return None
    made = _values(one)
    for name in ("authority_valid_till", "valid_till"):
        made[name] = made[name].isoformat() if made[name] else None
    return CertificateView(days_left=known(one.days_left(told.now)), **made)


def _key(told: Told, one: Key) -> KeyView:
    made = _values(one)
    users = told.users
    if isinstance(users, Unknown):
        made["unknown"]["users"] = users.why
        return KeyView(users=None, **made)
    listed = users.get(one.arn)
    if listed is None:
        return KeyView(users=None, **made)
    shown = (UserView(principal=each.principal.arn, kind=each.principal.kind, sure=each.sure) for each in listed)
    return KeyView(users=tuple(shown), **made)


def known(value: T | Unknown) -> T | None:
    """A value, or null."""
    return None if isinstance(value, Unknown) else value


def _values(one: Any, *without: str) -> dict[str, Any]:
    """The fields of a dataclass by name, with what is not known apart."""
    plain = {name: value for name, value in _plain(one).items() if name not in without}
    unknown = {name: value.why for name, value in plain.items() if isinstance(value, Unknown)}
    return {**{name: known(value) for name, value in plain.items()}, "unknown": unknown}


def _plain(one: Any) -> dict[str, Any]:
    return {field.name: getattr(one, field.name) for field in fields(one)}
